"""apt-get remove, purge and autoremove."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.packages.apt_install import listing, take_away, unneeded
from minibuild.programs.packages.apt_options import READING, agreed, fail, matches
from minibuild.programs.packages.distribution import Distribution, distribution
from minibuild.programs.packages.dpkg_database import DpkgDatabase, automatic

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts


def remove(process: Process, opts: Opts, words: list[str]) -> int:
    """`apt-get remove`"""
    return _take(process, opts, words, purge="purge" in opts)


def purge(process: Process, opts: Opts, words: list[str]) -> int:
    """`apt-get purge`"""
    return _take(process, opts, words, purge=True)


def _take(process: Process, opts: Opts, words: list[str], *, purge: bool) -> int:
    where = distribution(process, "debian")
    process.stdout.write(READING)
    database = DpkgDatabase(process.view)
    known, installed = set(database.names()), database.installed()
    going, errors = [], []
    for word in words:
        name = word.partition(":")[0].rstrip("-+") if word not in known else word
        if name in installed or (purge and name in known):
            going.append(name)
        elif found := [one for one in sorted(installed) if matches(one, word)]:
            going.extend(found)
        elif any(c in word for c in "*?[") and any(matches(one, word) for one in where.table.names()):
            continue
        elif where.table.get(name) is not None:
            process.stdout.write(f"Package '{name}' is not installed, so not removed\n")
        else:
            errors.append(f"Unable to locate package {name}")
    if errors:
        return fail(process, *errors)
    going += _dependents(database, going)
    orphans = unneeded(database, automatic(process.view), going)
    if "auto-remove" in opts:
        going += orphans
    elif orphans:
        process.stdout.write(
            listing(
                "The following packages were automatically installed and are no longer required:", orphans
            )
        )
        process.stdout.write("Use 'apt autoremove' to remove them.\n")
    going = list(dict.fromkeys(going))
    return _go(process, opts, where, going, purge=purge)


def _go(process: Process, opts: Opts, where: Distribution, going: list[str], *, purge: bool) -> int:
    shown = [f"{name}*" for name in going] if purge else going
    process.stdout.write(listing("The following packages will be REMOVED:", shown))
    process.stdout.write(f"0 upgraded, 0 newly installed, {len(going)} to remove and 0 not upgraded.\n")
    if "s" in opts or not going:
        return 0
    if not agreed(process, opts):
        return 1
    take_away(process, where, going, purge=purge)
    return 0


def _dependents(database: DpkgDatabase, going: list[str]) -> list[str]:
    """The installed packages that can't stay without one that goes."""
    gone, found = set(going), []
    changed = bool(gone)
    while changed:
        changed = False
        for name in sorted(database.installed() - gone):
            if gone.intersection(database.fields(name).get("Depends", "").split(", ")):
                gone.add(name)
                found.append(name)
                changed = True
    return found


def autoremove(process: Process, opts: Opts, words: list[str]) -> int:
    """`apt-get autoremove`"""
    if words:
        return _take(process, opts, words, purge="purge" in opts)
    where = distribution(process, "debian")
    process.stdout.write(READING)
    going = unneeded(DpkgDatabase(process.view), automatic(process.view), ())
    return _go(process, opts, where, going, purge="purge" in opts)
