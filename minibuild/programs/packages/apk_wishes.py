"""What the words after `apk add` mean: packages, versions, commands, libraries, files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from minibuild.catalogue.packages import Package
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.packages.apk_database import wish_name
from minibuild.programs.packages.apk_index import repositories
from minibuild.programs.packages.apt_wishes import assumed_package, local_package

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minibuild.kernel.process import Process
    from minibuild.programs.packages.apk_database import ApkDatabase
    from minibuild.programs.packages.distribution import Distribution

# What many packages come with: name + suffix exists for nearly every name.
_COMPANIONS = (
    "-doc", "-openrc", "-lang", "-dbg", "-static", "-bash-completion", "-zsh-completion", "-fish-completion",
    "-pyc",
)  # fmt: skip


class Wishes(NamedTuple):
    """What was asked for: packages, and words that name none."""

    packages: list[Package]
    missing: list[str]


def read_wishes(
    process: Process, where: Distribution, words: Iterable[str], database: ApkDatabase, *, available: bool
) -> Wishes:
    """Look every word up. `available` tells that an index is there; without one only installed packages are
    found.
    """
    wishes = Wishes([], [])
    installed = set(database.names())
    for word in words:
        name = wish_name(word)
        if word.endswith(".apk"):
            wishes.packages.append(local_package(process, word))
        elif name.startswith(("so:", "!", "pc:")) or name in installed:
            continue
        elif name.startswith("cmd:"):
            _command(process, where, name[4:], wishes)
        else:
            package = _package(process, where, word) if available else None
            if package is None:
                wishes.missing.append(word)
            else:
                wishes.packages.append(package)
    return wishes


def _package(process: Process, where: Distribution, word: str) -> Package | None:
    name = wish_name(word)
    package = where.table.get(name) or _companion(where, name)
    if package is None:
        package = _assumed(process, where, name)
    rest = word[len(name) :].partition("@")[0]
    wanted = rest.lstrip("=<>~")
    if package is None or not wanted or not rest.startswith(("=", "~")):
        return package
    if package.version != wanted and not (
        rest.startswith(("~", "=~")) and package.version.startswith(wanted)
    ):
        process.system.fidelity.note(
            Fidelity.ASSUMED,
            f"whether Alpine {where.release.number} has {name}={wanted} is not known (the catalogue has"
            f" {package.version})",
        )
        package = package._replace(version=wanted)
    return package


def _companion(where: Distribution, name: str) -> Package | None:
    for suffix in _COMPANIONS:
        main = where.table.get(name.removesuffix(suffix)) if name.endswith(suffix) else None
        if main is not None:
            return Package(name, main.version, 40, "main", "optional", (), (), ())
    return None


def _assumed(process: Process, where: Distribution, name: str) -> Package | None:
    strange = [uri for uri in repositories(process.view) if "alpine" not in uri]
    if strange or process.system.fidelity.limit is Fidelity.ASSUMED:
        origin = (
            f"may come from {strange[0]}"
            if strange
            else f"is not in the catalogue for Alpine {where.release.number}"
        )
        process.system.fidelity.note(Fidelity.ASSUMED, f"the package {name} {origin}")
        return assumed_package(name, "1.0-r0")
    return None


def _command(process: Process, where: Distribution, command: str, wishes: Wishes) -> None:
    package = where.table.get(command)
    if package is None:
        process.system.fidelity.note(
            Fidelity.ASSUMED, f"which package has the command {command} is not known"
        )
        package = assumed_package(command, "1.0-r0")
    wishes.packages.append(package)
