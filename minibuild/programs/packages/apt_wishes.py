"""What the words after `apt-get install` mean: packages, versions, patterns, files."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from minibuild.catalogue.packages import Package, PackageFile
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.packages.apt_sources import foreign, lists_present

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minibuild.kernel.process import Process
    from minibuild.programs.packages.distribution import Distribution

_WISH = re.compile(r"(?P<name>[^:=/]+)(?::(?P<arch>[a-z0-9-]+))?(?:=(?P<version>.+)|/(?P<suite>.+))?\Z")
_VALID = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9+.-]*\Z")


# Names of packages that bring no command, and last words that commands do not have.
_LIBRARY = re.compile(
    r"\Alib|\Apython3?-|-(dev|devel|doc|common|data|dbg|headers|locale|fonts?|themes?|libs?|plugins?)\Z"
)
_VARIANT = re.compile(r"-(desktop|stable|beta|dev|cli|client|server|bin|ce|org|latest|nightly)\Z")


# Where programs that are no distribution's put their files.
_PLACES = ("/opt", "/usr/lib", "/usr/share")


class Wishes(NamedTuple):
    """What was asked for: packages to install, names to remove, error messages."""

    packages: list[Package]
    removals: list[str]
    errors: list[str]


def read_wishes(process: Process, where: Distribution, words: Iterable[str]) -> Wishes:
    """Look every word up; what is not known is assumed where that is allowed, else an error as apt words
    it.
    """
    wishes = Wishes([], [], [])
    for word in words:
        if word.endswith(".deb") or word.startswith(("./", "/", "../")):
            _local(process, word, wishes)
        elif word.endswith("-") and where.table.get(word) is None:
            wishes.removals.append(word[:-1])
        else:
            _named(process, where, word, wishes)
    return wishes


def assumed_package(name: str, version: str) -> Package:
    """A package of which nothing is known but its name: it is taken to bring a command of that name.

    What `slack-desktop` and `google-chrome-stable` bring is called without their last word, too.
    """
    names = [] if _LIBRARY.search(name) else list(dict.fromkeys((name, _VARIANT.sub("", name))))
    files = tuple(PackageFile(f"/usr/bin/{one}", "program") for one in names)
    return Package(name, version, 1024, "misc", "optional", (), (), files)


def local_package(process: Process, path: str) -> Package:
    """The package that a .deb or .rpm file holds. Nobody knows: it is assumed from the file's name."""
    process.view.stat(path)
    base = re.sub(r"\.(deb|rpm|apk)\Z", "", path.rpartition("/")[2])
    name, _, rest = base.partition("_")
    found = re.match(r"(?P<name>.+?)-(?P<version>\d.*)", name)
    if not rest and found:
        name, rest = found["name"], found["version"]
    origin = f"what the package file {path} holds"
    process.system.fidelity.note(Fidelity.ASSUMED, f"{origin} is not known")
    package = assumed_package(name.lower() or base, rest.partition("_")[0] or "0")
    below = tuple(PackageFile(f"{directory}/{package.name}", "opaque", origin) for directory in _PLACES)
    return package._replace(files=package.files + below)


def _local(process: Process, word: str, wishes: Wishes) -> None:
    path = word
    if not process.view.exists(path):
        if "/" in word:
            wishes.errors.append(f"Unsupported file {word} given on commandline")
        else:
            wishes.errors.append(f"Unable to locate package {word}")
        return
    wishes.packages.append(local_package(process, path))


def _named(process: Process, where: Distribution, word: str, wishes: Wishes) -> None:
    match = _WISH.match(word)
    name = match["name"] if match else word
    present = lists_present(process.view)
    package = where.table.get(name) if present else None
    if package is None and name.endswith("+"):
        package = where.table.get(name[:-1]) if present else None
    if package is None and present and _is_pattern(name):
        wishes.packages.extend(_matching(process, where, name))
        return
    if package is None:
        package = _unknown(process, where, name, present, wishes)
        if package is None:
            return
    wanted = (match["version"] or "") if match else ""
    if wanted and not fnmatchcase(package.version, wanted):
        process.system.fidelity.note(
            Fidelity.ASSUMED,
            f"whether {where.release.name} has {name}={wanted} is not known (the catalogue has"
            f" {package.version})",
        )
        package = package._replace(version=wanted.replace("*", "0"))
    wishes.packages.append(package)


def _unknown(
    process: Process, where: Distribution, name: str, present: bool, wishes: Wishes
) -> Package | None:
    """A package that the catalogue does not have: assumed, or reported as apt does."""
    if present and _VALID.match(name):
        origins = foreign(process.view)
        if origins:
            process.system.fidelity.note(
                Fidelity.ASSUMED,
                f"the package {name} may come from {origins[0].uri}, whose packages are not known",
            )
            return assumed_package(name, "1.0")
        if process.system.fidelity.limit is Fidelity.ASSUMED:
            process.system.fidelity.note(
                Fidelity.ASSUMED, f"the package {name} is not in the catalogue for {where.release.name}"
            )
            return assumed_package(name, "1.0")
    wishes.errors.append(f"Unable to locate package {name}")
    return None


def _is_pattern(name: str) -> bool:
    return not _VALID.match(name) and any(c in name for c in "*?[^$|")


def _matching(process: Process, where: Distribution, pattern: str) -> list[Package]:
    """What a glob or a regular expression matches; apt says what it selects."""
    names = [name for name in where.table.names() if fnmatchcase(name, pattern)]
    if not names:
        try:
            expression = re.compile(pattern)
        except re.error:
            return []
        names = [name for name in where.table.names() if expression.search(name)]
    found = [package for name in names if (package := where.table.get(name))]
    for package in found:
        process.stdout.write(f"Note, selecting '{package.name}' for glob '{pattern}'\n")
    return found
