"""The variables in force at one point of a stage.

ENV and ARG share one name space whose later entry wins, as in BuildKit: `ENV V=a` followed by `ARG V=b` makes
V `b` for what follows. ARGs live for the rest of their stage and of stages built from it; only ENV reaches
the image's configuration.
"""

from collections.abc import Iterable, Mapping

# Known without ARG in every RUN, and kept out of history and cache keys (Dockerfile reference, "Predefined
# ARGs").
PREDEFINED = tuple(
    name
    for word in ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
    for name in (word, word.lower())
)

# What the build itself knows. An ARG that takes up one of them is no argument of the build: docker's history,
# which knew none of them, has no place for it.
AUTOMATIC = frozenset(
    prefix + part for prefix in ("BUILD", "TARGET") for part in ("PLATFORM", "OS", "ARCH", "VARIANT")
) | {"TARGETSTAGE"}


class Scope:
    """ARG and ENV values of a stage, in the order in which they were set.

    `given` are the values of `--build-arg`, `globals_` those of the ARGs before the first FROM and of the
    automatic platform ARGs, which an `ARG NAME` without a default takes up.
    """

    __slots__ = ("_declared", "given", "globals", "values")

    def __init__(
        self, values: Mapping[str, str], given: Mapping[str, str], globals_: Mapping[str, str]
    ) -> None:
        self.values = dict(values)
        self.given = given
        self.globals = globals_
        self._declared: dict[str, str] = {}

    def child(self) -> "Scope":
        """The scope with which a stage starts that is built FROM this one: it inherits ENV and ARG values."""
        return Scope(self.values, self.given, self.globals)

    def set(self, name: str, value: str) -> None:
        """ENV NAME=value."""
        self.values[name] = value

    def declare(self, name: str, default: str | None) -> str | None:
        """ARG NAME[=default]: the value it has from here on, or None when it has none."""
        value = self.given.get(name)
        if value is None:
            value = default if default is not None else self.globals.get(name)
        if value is not None:
            # Moving the name to the end keeps the order of the text, which is the order in which RUN sees it.
            self.values.pop(name, None)
            self.values[name] = value
            if name in self.given or default is not None or name not in AUTOMATIC:
                self._declared[name] = value
        return value

    def history_arguments(self, environment: Iterable[str]) -> str:
        """The `|2 A=1 B=x ` prefix that docker's history gives a RUN, or "" when no ARG is in force.

        Names set by the configuration's `environment` (entries `NAME=value`) are left out: ENV hides ARG
        there.
        """
        hidden = {entry.partition("=")[0] for entry in environment}
        predefined = [name for name in PREDEFINED if name in self.given and name not in hidden]
        shown = {name: value for name, value in self._declared.items() if name not in hidden}
        if not shown and not predefined:
            return ""
        words = [f"{name}={shown[name]}" for name in sorted(shown)]
        return " ".join([f"|{len(words)}", *words]) + " "

    def run_environment(self) -> dict[str, str]:
        """What a RUN gets besides the container's own variables; predefined proxy ARGs in both cases."""
        environment: dict[str, str] = {}
        for name in PREDEFINED:
            value = self.given.get(name)
            if value is not None:
                environment.setdefault(name.upper(), value)
                environment.setdefault(name.lower(), value)
        environment.update(self.values)
        return environment


def environment_values(entries: Iterable[str]) -> dict[str, str]:
    """`["A=1", "B="]` of an image's configuration as a mapping; a later entry of a name wins."""
    values = {}
    for entry in entries:
        name, _, value = entry.partition("=")
        values[name] = value
    return values


def platform_arguments(platform: str, target_stage: str) -> dict[str, str]:
    """The automatic platform ARGs for `os/arch[/variant]`; building and target platform are the same here."""
    os_, _, rest = platform.partition("/")
    architecture, _, variant = rest.partition("/")
    values = {"TARGETSTAGE": target_stage}
    for prefix in ("BUILD", "TARGET"):
        values[prefix + "PLATFORM"] = platform
        values[prefix + "OS"] = os_
        values[prefix + "ARCH"] = architecture
        values[prefix + "VARIANT"] = variant
    return values
