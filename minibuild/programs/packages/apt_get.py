"""apt-get and apt: update, install, remove, upgrade and the rest."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from minibuild.filesystem.opaque import opaque_directory
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.options import program_name
from minibuild.programs.packages import apt_sources
from minibuild.programs.packages.apt_install import (
    ARCHIVES,
    download_size,
    human_size,
    install,
    listing,
    take_away,
)
from minibuild.programs.packages.apt_options import READING, agreed, configuration, configured, fail, parse
from minibuild.programs.packages.apt_removal import autoremove, purge, remove
from minibuild.programs.packages.apt_sources import sources
from minibuild.programs.packages.apt_wishes import Wishes, read_wishes
from minibuild.programs.packages.distribution import Distribution, distribution
from minibuild.programs.packages.dpkg_database import DpkgDatabase, automatic, set_automatic
from minibuild.programs.packages.resolving import resolve
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.catalogue.packages import Package
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

_OFF = re.compile(rb"install-recommends[\"\s]+(?:0|false|no)\b", re.IGNORECASE)
_LOCK = "/var/lib/dpkg/lock-frontend"
_USAGE = """apt 2.6.1 (amd64)
Usage: apt-get [options] command
       apt-get [options] install|remove pkg1 [pkg2 ...]
       apt-get [options] source pkg1 [pkg2 ...]

apt-get retrieves packages and information about them from
authenticated sources, and installs, upgrades and removes packages
together with their dependencies.

Most used commands:
  update - Retrieve new lists of packages
  upgrade - Perform an upgrade
  install - Install new packages (pkg is libc6 not libc6.deb)
  remove - Remove packages
  purge - Remove packages and config files
  autoremove - Remove automatically all unused packages
  clean - Erase downloaded archive files
"""


@program(
    "apt-get",
    "apt",
    "aptitude",
    fidelity=Fidelity.MODELLED,
    reason="apt-get is played from the catalogue of packages",
)
def apt_get(process: Process) -> int:
    """`apt-get [options] COMMAND [PACKAGE]...`"""
    opts, command, words = parse(process)
    if program_name(process) == "apt":
        process.flush()
        process.stderr.write(
            "\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n"
        )
    if "h" in opts or "v" in opts or not command:
        process.stdout.write(_USAGE)
        return 0 if "h" in opts or "v" in opts else 1
    act = _COMMANDS.get(command)
    if act is None:
        return fail(process, f"Invalid operation {command}")
    if (
        command not in ("download", "source", "changelog", "list", "search", "show")
        and process.view.credentials.uid
    ):
        return _refused(process, command)
    return act(process, opts, words)


def _refused(process: Process, command: str) -> int:
    """Somebody else than root asked."""
    if command in ("update", "clean", "dist-clean", "distclean"):
        path = f"{apt_sources.LISTS}/lock" if command == "update" else f"{ARCHIVES}/lock"
        return fail(
            process,
            f"Could not open lock file {path} - open (13: Permission denied)",
            f"Unable to lock directory {path.removesuffix('lock')}",
        )
    return fail(
        process,
        f"Could not open lock file {_LOCK} - open (13: Permission denied)",
        f"Unable to acquire the dpkg frontend lock ({_LOCK}), are you root?",
    )


def _update(process: Process, _opts: Opts, words: list[str]) -> int:
    if words:
        return fail(process, "The update command takes no arguments")
    status = apt_sources.update(process, distribution(process, "debian"))
    process.stdout.write("Reading package lists...\n")
    return status


def _install(process: Process, opts: Opts, words: list[str]) -> int:
    where = distribution(process, "debian")
    if "update" in opts:
        apt_sources.update(process, where)
    process.stdout.write(READING)
    wishes = read_wishes(process, where, words)
    if wishes.errors:
        status = fail(process, *wishes.errors)
        if apt_sources.lists_present(process.view):
            for message in wishes.errors:
                if message.startswith("Unable to locate package "):
                    name = message.rpartition(" ")[2]
                    process.stderr.write(
                        f"N: the catalogue has no package {name}; `--fidelity assume` takes one for granted\n"
                    )
        return status
    return _carry_out(process, opts, where, wishes)


def _carry_out(process: Process, opts: Opts, where: Distribution, wishes: Wishes) -> int:
    database = DpkgDatabase(process.view)
    installed = database.installed()
    new = [package for package in wishes.packages if package.name not in installed or "reinstall" in opts]
    for package in wishes.packages:
        if package.name in installed and "reinstall" not in opts:
            version = database.fields(package.name).get("Version", "")
            process.stdout.write(f"{package.name} is already the newest version ({version}).\n")
    recommends = "no-install-recommends" not in opts and configured(
        opts, "APT::Install-Recommends"
    ).lower() not in ("0", "false", "no")
    recommends = recommends and not _recommends_off(process)
    order = resolve(where.table, new, installed, recommends=recommends)
    asked = {package.name for package in wishes.packages}
    going = [name for name in wishes.removals if name in installed]
    extra = {package.name for package in order} - asked
    process.stdout.write(listing("The following additional packages will be installed:", extra))
    process.stdout.write(listing("The following packages will be REMOVED:", going))
    process.stdout.write(listing("The following NEW packages will be installed:", (p.name for p in order)))
    _summary(process, order, len(going))
    if "s" in opts or "print-uris" in opts:
        for package in order:
            process.stdout.write(f"Inst {package.name} ({package.version} {where.release.name})\n")
        return 0
    if (extra or going) and not agreed(process, opts):
        return 1
    if order and not process.system.machine.network:
        return _no_network(process, order)
    if going:
        take_away(process, where, going, purge=False)
    if order or wishes.packages:
        install(process, where, order, asked, download_only="d" in opts) if order else _mark(
            process, where, asked
        )
    return 0


def _mark(process: Process, where: Distribution, names: set[str]) -> None:
    auto = automatic(process.view)
    if auto & names:
        set_automatic(process.view, auto - names, where.architecture)


def _recommends_off(process: Process) -> bool:
    """Does a file below /etc/apt/apt.conf.d turn recommended packages off?"""
    return any(_OFF.search(text) for text in configuration(process))


def _summary(process: Process, order: list[Package], removed: int) -> None:
    out = process.stdout
    out.write(f"0 upgraded, {len(order)} newly installed, {removed} to remove and 0 not upgraded.\n")
    if order:
        out.write(f"Need to get {human_size(sum(map(download_size, order)))} of archives.\n")
        out.write(
            f"After this operation, {human_size(sum(p.size for p in order))} of additional disk space"
            f" will be used.\n"
        )


def _no_network(process: Process, order: list[Package]) -> int:
    for package in order:
        process.stdout.write(
            f"Err:1 http://deb.debian.org/debian {package.name}\n  Temporary failure resolving"
            f" 'deb.debian.org'\n"
        )
    return fail(process, "Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?")


def _upgrade(process: Process, opts: Opts, words: list[str]) -> int:
    if words:
        return _install(process, opts, words)
    process.stdout.write(READING + "Calculating upgrade...\n")
    process.stdout.write("0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n")
    return 0


def _clean(process: Process, _opts: Opts, _words: list[str]) -> int:
    _empty(process, ARCHIVES)
    for name in ("pkgcache.bin", "srcpkgcache.bin"):
        if process.view.exists(f"/var/cache/apt/{name}"):
            process.view.unlink(f"/var/cache/apt/{name}")
    return 0


def _dist_clean(process: Process, opts: Opts, words: list[str]) -> int:
    _empty(process, apt_sources.LISTS)
    return _clean(process, opts, words)


def _empty(process: Process, directory: str) -> None:
    for name in process.view.listdir(directory) if process.view.is_dir(directory) else []:
        if name not in ("lock", "partial"):
            process.view.unlink(f"{directory}/{name}")


def _nothing(process: Process, _opts: Opts, _words: list[str]) -> int:
    process.stdout.write(READING)
    return 0


def _source(process: Process, _opts: Opts, words: list[str]) -> int:
    process.stdout.write("Reading package lists...\n")
    if not sources(process.view, "deb-src"):
        return fail(process, "You must put some 'deb-src' URIs in your sources.list")
    process.system.fidelity.note(Fidelity.ASSUMED, f"the sources of {' '.join(words)} are not known")
    for word in words:
        name = word.partition("=")[0]
        path = f"{process.view.cwd.rstrip('/')}/{name}-source"
        process.system.filesystem.place(path, opaque_directory(f"source of the package {name}"))
    return 0


def _build_dep(process: Process, _opts: Opts, words: list[str]) -> int:
    process.stdout.write(READING)
    process.system.fidelity.note(Fidelity.ASSUMED, f"what building {' '.join(words)} needs is not known")
    return 0


def _list(process: Process, opts: Opts, words: list[str]) -> int:
    database = DpkgDatabase(process.view)
    process.stdout.write("Listing...\n")
    if "upgradable" in opts:
        return 0
    for name in sorted(database.installed()):
        if not words or any(fnmatchcase(name, word) for word in words):
            version = database.fields(name).get("Version", "")
            process.stdout.write(f"{name}/now {version} amd64 [installed,local]\n")
    return 0


_COMMANDS = {
    "update": _update,
    "install": _install,
    "reinstall": _install,
    "satisfy": _install,
    "remove": remove,
    "purge": purge,
    "autoremove": autoremove,
    "auto-remove": autoremove,
    "autopurge": autoremove,
    "upgrade": _upgrade,
    "dist-upgrade": _upgrade,
    "full-upgrade": _upgrade,
    "safe-upgrade": _upgrade,
    "clean": _clean,
    "autoclean": _clean,
    "auto-clean": _clean,
    "dist-clean": _dist_clean,
    "distclean": _dist_clean,
    "check": _nothing,
    "dselect-upgrade": _nothing,
    "source": _source,
    "build-dep": _build_dep,
    "list": _list,
}  # fmt: skip
