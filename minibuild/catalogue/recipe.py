"""What an image is made of, in layers of TOML tables: a family's own table, then those for its release,
variant and version.

Keys of a table (all optional):

    base          the image below, as a name, or a family that is no image as `@FILE`; "" for none
    manager       apt, apk, rpm or "": whose package database is kept
    packages      names, separated by white space, without what they depend on; `-name` takes one away
    users groups  lines as in passwd(5) and group(5); `-NAME` takes one away
    directories   lines `PATH MODE [UID:GID]`
    programs      lines `FLAVOUR DIRECTORY NAME…`; `FILE=NAME` for a file that is not called as its program
    applets       lines `DIRECTORY NAME…`: links to /bin/busybox
    remove        paths of links, files and scripts of the base that are not there
    links         PATH = TARGET; "" takes away one of a table below
    binaries      names in /bin, all of them hard links to one busybox
    files scripts PATH = TEXT; scripts are 0755
    env           lines NAME=VALUE
    entrypoint cmd user workdir ports volumes labels stop_signal shell onbuild
    vars          NAME = TEXT for {NAME} in all of these
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from minibuild.image.config import ContainerConfig

Table = Mapping[str, Any]
_TEXTS = ("packages", "remove", "users", "groups", "directories", "programs", "applets", "binaries", "env")
_TABLES = ("links", "files", "scripts", "labels", "vars")
_VARIABLE = re.compile(r"\{([a-z_]+)\}")


@dataclass(slots=True)
class Recipe:
    """Tables laid over one another. Built by `lay`, read once its variables are filled in."""

    texts: dict[str, list[str]] = field(default_factory=lambda: {key: [] for key in _TEXTS})
    tables: dict[str, dict[str, str]] = field(default_factory=lambda: {key: {} for key in _TABLES})
    values: dict[str, Any] = field(default_factory=dict)

    def lay(self, table: Table) -> None:
        """Lay a table over what is there: texts and tables grow, single values are replaced."""
        for key, value in table.items():
            if key in self.texts:
                self.texts[key].extend(line for line in value.split("\n") if line.strip())
            elif key in self.tables:
                self.tables[key].update(value)
            else:
                self.values[key] = value

    def under(self, base: "Recipe") -> "Recipe":
        """This recipe on top of a base's."""
        joined = Recipe()
        for recipe in (base, self):
            if recipe is self:
                for path in " ".join(self.texts["remove"]).split():
                    for rows in joined.tables.values():
                        rows.pop(path, None)
            for key, lines in recipe.texts.items():
                joined.texts[key].extend(lines)
            for key, rows in recipe.tables.items():
                joined.tables[key].update(rows)
        joined.values = {**base.values, **self.values}
        if "entrypoint" in self.values and "cmd" not in self.values:
            joined.values["cmd"] = []  # a new ENTRYPOINT resets the CMD that was inherited
        return joined

    def filled(self, variables: Mapping[str, str]) -> "Recipe":
        """The same with every {name} of a known variable replaced."""
        known = {**variables, **self.tables["vars"]}

        def fill(text: str) -> str:
            return _VARIABLE.sub(lambda match: known.get(match[1], match[0]), text)

        known = {key: fill(value) for key, value in known.items()}
        done = Recipe()
        done.texts = {key: [fill(line) for line in lines] for key, lines in self.texts.items()}
        done.tables = {key: {fill(k): fill(v) for k, v in rows.items()} for key, rows in self.tables.items()}
        done.tables["vars"] = {}
        done.values = {
            key: fill(value)
            if isinstance(value, str)
            else [fill(one) for one in value]
            if isinstance(value, list)
            else value
            for key, value in self.values.items()
        }
        return done

    @property
    def packages(self) -> list[str]:
        """The names of the installed packages, sorted."""
        chosen: set[str] = set()
        for name in " ".join(self.texts["packages"]).split():
            if name.startswith("-"):
                chosen.discard(name[1:])
            else:
                chosen.add(name)
        return sorted(chosen)

    @property
    def config(self) -> ContainerConfig:
        """What a container gets from the image."""
        environment = dict(line.strip().split("=", 1) for line in self.texts["env"])
        return ContainerConfig(
            user=self.values.get("user", ""),
            exposed_ports=tuple(sorted(self.values.get("ports", ()))),
            env=tuple(f"{name}={value}" for name, value in environment.items()),
            entrypoint=self._command("entrypoint"),
            cmd=self._command("cmd"),
            volumes=tuple(sorted(self.values.get("volumes", ()))),
            working_dir=self.values.get("workdir", ""),
            labels=tuple(sorted(self.tables["labels"].items())),
            stop_signal=self.values.get("stop_signal", ""),
            shell=self._command("shell"),
            on_build=tuple(self.values.get("onbuild", ())),
        )

    def _command(self, key: str) -> tuple[str, ...] | None:
        return tuple(self.values.get(key, ())) or None
