"""What package.json and lock files say: the project, its scripts, and which packages it needs in which
versions.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from minibuild.catalogue.packages.registries import registry_package
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from minibuild.filesystem.view import View
    from minibuild.kernel.process import Process

_SPEC = re.compile(r"(?P<name>(?:@[^/@]+/)?[^@]*)(?:@(?P<range>.*))?\Z")
_YARN_ENTRY = re.compile(
    r'^"?(?P<name>(?:@[^/@"]+/)?[^@"]+)@[^\n]*:\n\s+version:? "?(?P<version>[^"\n]+)', re.MULTILINE
)
_PNPM_ENTRY = re.compile(
    r"^  '?/?(?P<name>(?:@[^/@']+/)?[^/@'():\s]+)[@/](?P<version>\d[^'():\s_]*)[^\n]*:$", re.MULTILINE
)
_FOREIGN = re.compile(
    r"(git|https?|file|link|github|gitlab|bitbucket|ssh|workspace|portal|patch)[:+@]|[^@/]+/[^@/]+\Z|\.{1,2}/|/"
)


class NodePackage(NamedTuple):
    """A package to be put at `place` below node_modules (its name, or `a/node_modules/b`); `commands`: name
    → file.
    """

    name: str
    version: str
    place: str
    commands: Mapping[str, str]


class ProjectError(Exception):
    """A package.json that can't be read; the message says why."""


def read_project(view: View, directory: str) -> dict[str, Any] | None:
    """The package.json of a directory, or None when there is none."""
    path = f"{directory.rstrip('/')}/package.json"
    if not view.exists(path):
        return None
    try:
        document = json.loads(decode(view.read_bytes(path)))
    except ValueError as error:
        raise ProjectError(f"{path}: {error}") from None
    if not isinstance(document, dict):
        raise ProjectError(f"{path}: it is no object")
    return document


def dependencies(project: Mapping[str, Any], *, development: bool) -> dict[str, str]:
    """What a project needs: name → range."""
    found: dict[str, str] = {}
    for key in ("optionalDependencies", "devDependencies" if development else "", "dependencies"):
        section = project.get(key) if key else None
        if isinstance(section, dict):
            found.update({str(name): str(wanted) for name, wanted in section.items()})
    return found


def locked_by_npm(view: View, directory: str, *, development: bool) -> list[NodePackage] | None:
    """The packages of package-lock.json or npm-shrinkwrap.json; None when there is neither."""
    for name in ("npm-shrinkwrap.json", "package-lock.json"):
        path = f"{directory.rstrip('/')}/{name}"
        if not view.exists(path):
            continue
        try:
            document = json.loads(decode(view.read_bytes(path)))
        except ValueError as error:
            raise ProjectError(f"{path}: {error}") from None
        if isinstance(document.get("packages"), dict):
            return list(_of_packages(document["packages"], development))
        return list(_of_dependencies(document.get("dependencies") or {}, "", development))
    return None


def locked_by_yarn(view: View, directory: str) -> list[NodePackage] | None:
    """The packages of yarn.lock; None when there is none."""
    return _by_pattern(view, f"{directory.rstrip('/')}/yarn.lock", _YARN_ENTRY)


def locked_by_pnpm(view: View, directory: str) -> list[NodePackage] | None:
    """The packages of pnpm-lock.yaml; None when there is none."""
    return _by_pattern(view, f"{directory.rstrip('/')}/pnpm-lock.yaml", _PNPM_ENTRY)


def chosen(process: Process, name: str, wanted: str) -> NodePackage:
    """A package of the registry in the version that a range means; one that the catalogue does not have is
    assumed.
    """
    if wanted.startswith("npm:"):
        return chosen(process, *split_spec(wanted[4:]))._replace(place=name)
    if _FOREIGN.match(wanted):
        process.system.fidelity.note(
            Fidelity.ASSUMED, f"what {name or wanted} from {wanted} is, is not known"
        )
        base = (
            name
            or re.sub(r"\.git\Z", "", wanted.partition("#")[0].rstrip("/").rpartition("/")[2])
            or "unknown"
        )
        return NodePackage(base, "0.0.0", base, {})
    package = registry_package("npm", name)
    if package is None:
        process.system.fidelity.note(Fidelity.ASSUMED, f"the npm package {name} is not in the catalogue")
    newest = package.version if package else "1.0.0"
    return NodePackage(name, pick(newest, wanted), name, _commands(name))


def split_spec(word: str) -> tuple[str, str]:
    """`express@^4` → ("express", "^4"); what is no name of the registry has an empty name."""
    if _FOREIGN.match(word) and not word.startswith("@"):
        return "", word
    match = _SPEC.match(word)
    return (match["name"], match["range"] or "latest") if match else (word, "latest")


def pick(newest: str, wanted: str) -> str:
    """The version that a range means: the newest one if it is within, else the lowest that the range
    names.
    """
    wanted = wanted.split("||")[-1].strip()
    match = re.match(r"(\^|~|>=|<=|>|<|=|v)?\s*v?(\d+)(?:\.(\d+|x|\*))?(?:\.(\d+|x|\*))?(-[\w.]+)?", wanted)
    if not match:
        return newest
    operator, suffix = match[1] or "", match[5] or ""
    given = [part for part in (match[2], match[3], match[4]) if part and part not in ("x", "*")]
    if len(given) == 3 and operator in ("", "=", "v"):
        return ".".join(given) + suffix
    base = ".".join((*given, *["0"] * (3 - len(given))))
    if operator in (">=", ">"):
        return newest
    same = {"^": 1 if given[0] != "0" else 2, "~": max(1, min(2, len(given)))}.get(operator, len(given))
    mine = newest.split(".")
    if operator in ("<", "<="):
        return base if operator == "<=" else newest if _key(newest) < _key(base) else _lower(given)
    if mine[:same] == given[:same] and _key(newest) >= _key(base):
        return newest
    return base + suffix


def _lower(given: list[str]) -> str:
    first = max(0, int(given[0]) - 1)
    return f"{first}.0.0"


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _commands(name: str) -> dict[str, str]:
    package = registry_package("npm", name)
    return {command: f"bin/{command}.js" for command in (package.commands if package else ())}


def _of_packages(packages: Mapping[str, Any], development: bool) -> Iterator[NodePackage]:
    for place, entry in packages.items():
        if not place.startswith("node_modules/") or not isinstance(entry, dict) or entry.get("link"):
            continue
        if not development and (entry.get("dev") or entry.get("devOptional")):
            continue
        name = str(entry.get("name") or place.rpartition("node_modules/")[2])
        bins = entry.get("bin")
        commands = {str(k): str(v) for k, v in bins.items()} if isinstance(bins, dict) else _commands(name)
        yield NodePackage(
            name, str(entry.get("version", "0.0.0")), place.removeprefix("node_modules/"), commands
        )


def _of_dependencies(entries: Mapping[str, Any], above: str, development: bool) -> Iterator[NodePackage]:
    """The form of lock files of version 1: dependencies within dependencies."""
    for name, entry in entries.items():
        if not isinstance(entry, dict) or (entry.get("dev") and not development):
            continue
        place = f"{above}{name}"
        yield NodePackage(name, str(entry.get("version", "0.0.0")), place, _commands(name))
        if above.count("/node_modules/") < 20:
            yield from _of_dependencies(
                entry.get("dependencies") or {}, f"{place}/node_modules/", development
            )


def _by_pattern(view: View, path: str, pattern: re.Pattern[str]) -> list[NodePackage] | None:
    if not view.exists(path):
        return None
    found: dict[str, NodePackage] = {}
    for match in pattern.finditer(decode(view.read_bytes(path))):
        name, version = match["name"], match["version"]
        place = name if name not in found else f"{name}/node_modules/{name}"
        found.setdefault(place, NodePackage(name, version, place, _commands(name)))
    return list(found.values())
