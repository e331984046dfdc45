"""Go modules and packages in the container: what go.mod says, which directories hold which packages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from minibuild.programs.inputs import decode

if TYPE_CHECKING:
    from minibuild.filesystem.view import View
    from minibuild.kernel.process import Process

_REQUIRE = re.compile(r"^(?:require\s+)?(\S+)\s+(v\S+)", re.MULTILINE)
_PACKAGE = re.compile(r"^\s*package\s+(\w+)", re.MULTILINE)
_IMPORTS = re.compile(
    r"^\s*import\s+(?:\((?P<many>.*?)\)|(?:[\w.]+\s+)?(?P<one>\"[^\"]+\"))", re.MULTILINE | re.DOTALL
)
_MOST_DIRECTORIES = 2_000


class Module(NamedTuple):
    """The module that a directory is in: where its go.mod is, its path, and the modules that it requires."""

    root: str
    path: str
    requires: tuple[tuple[str, str], ...]


class GoPackage(NamedTuple):
    """A package: its directory, its name (`main` for a program) and what it imports, with the file and line
    of each.
    """

    directory: str
    name: str
    imports: tuple[tuple[str, str], ...]


class PatternError(Exception):
    """A package pattern that names nothing; the message is Go's."""


def find_module(view: View, directory: str) -> Module | None:
    """The module that a directory is in, or None."""
    while True:
        path = f"{directory.rstrip('/')}/go.mod"
        if view.exists(path):
            return _read_module(directory, decode(view.read_bytes(path)))
        if directory in ("", "/"):
            return None
        directory = directory.rpartition("/")[0] or "/"


def packages(view: View, module: Module, words: list[str], here: str) -> list[GoPackage]:
    """The packages that patterns mean, in order. Raise PatternError as Go words it."""
    if words and all(word.endswith(".go") for word in words):
        return [_of_files(view, words, here)]
    found: list[GoPackage] = []
    for word in words or ["."]:
        base, dots, _ = word.partition("...")
        directory = _directory(view, module, base.rstrip("/") or ".", here)
        if directory is None:
            raise PatternError(f"package {word} is not in std")
        if dots:
            found += [
                one for path in _below(view, directory) if (one := read_package(view, path)) is not None
            ]
            continue
        if not view.is_dir(directory):
            raise PatternError(f"stat {directory}: directory not found")
        package = read_package(view, directory)
        if package is None:
            raise PatternError(f"no Go files in {directory}")
        found.append(package)
    return found


def read_package(view: View, directory: str) -> GoPackage | None:
    """The package in a directory; None when it holds no Go files."""
    names = [
        name
        for name in view.listdir(directory)
        if name.endswith(".go") and not name.endswith("_test.go") and name[0] not in "_."
    ]
    return _of_files(view, names, directory) if names else None


def unresolved(process: Process, module: Module, package: GoPackage) -> list[str]:
    """Go's error lines for imports that no module provides."""
    if process.view.is_dir(f"{module.root.rstrip('/')}/vendor"):
        return []
    known = [module.path, *(path for path, _ in module.requires)]
    lines = []
    for path, place in package.imports:
        if "." not in path.partition("/")[0] or any(
            path == one or path.startswith(f"{one}/") for one in known
        ):
            continue
        lines.append(f"{place}: no required module provides package {path}; to add it:\n\tgo get {path}")
    return lines


def program_name(module: Module, package: GoPackage, words: list[str]) -> str:
    """How the program of a main package is called when nobody says."""
    if words and words[0].endswith(".go"):
        return words[0].rpartition("/")[2].removesuffix(".go")
    last = (
        module.path if package.directory.rstrip("/") == module.root.rstrip("/") else package.directory
    ).split("/")
    if len(last) > 1 and re.fullmatch(r"v\d+", last[-1]):
        last.pop()
    return last[-1] or "main"


def _read_module(root: str, text: str) -> Module:
    lines = [line.partition("//")[0].strip() for line in text.splitlines()]
    path = next(
        (
            line.split()[1].strip('"')
            for line in lines
            if line.startswith("module ") and len(line.split()) > 1
        ),
        "",
    )
    requires: dict[str, str] = {}
    block = ""
    for line in lines:
        if line.endswith("(") and not block:
            block = line.split()[0]
        elif line == ")":
            block = ""
        elif block == "require" or line.startswith("require "):
            match = _REQUIRE.match(line)
            if match:
                requires[match[1]] = match[2]
        elif (block == "replace" or line.startswith("replace ")) and "=>" in line:
            old = line.removeprefix("replace ").split()[0]
            requires.setdefault(old, "v0.0.0")
    return Module(root, path, tuple(requires.items()))


def _directory(view: View, module: Module, pattern: str, here: str) -> str | None:
    if pattern.startswith("/"):
        return pattern
    if pattern.startswith("."):
        path = f"{here.rstrip('/')}/{pattern}"
        return view.realpath(path) if view.exists(path) else path.replace("/./", "/")
    if pattern == module.path or pattern.startswith(f"{module.path}/"):
        return (module.root.rstrip("/") + pattern[len(module.path) :]) or "/"
    return None


def _below(view: View, directory: str) -> list[str]:
    """A directory and those below it that may hold packages."""
    found: list[str] = []
    ahead = [directory]
    while ahead and len(found) < _MOST_DIRECTORIES:
        here = ahead.pop()
        found.append(here)
        for name, status in view.scandir(here) if view.is_dir(here) else []:
            if (
                status.kind == "dir"
                and name[0] not in "._"
                and name not in ("vendor", "testdata", "node_modules")
            ):
                ahead.append(f"{here.rstrip('/')}/{name}")
    return sorted(found)


def _of_files(view: View, names: list[str], directory: str) -> GoPackage:
    package, imports = "", []
    for name in names:
        path = name if name.startswith("/") else f"{directory.rstrip('/')}/{name}"
        text = decode(view.read_bytes(path))
        match = _PACKAGE.search(text)
        if match and match[1] != "ignore":
            package = package or match[1]
        for found in _IMPORTS.finditer(text):
            start = found.start("many") if found["many"] is not None else found.start("one")
            for quoted in re.finditer(
                r"\"([^\"]+)\"", found["many"] if found["many"] is not None else found["one"]
            ):
                line = text.count("\n", 0, start + quoted.start()) + 1
                imports.append((quoted[1], f"{name}:{line}:2"))
    return GoPackage(directory, package or "main", tuple(imports))
