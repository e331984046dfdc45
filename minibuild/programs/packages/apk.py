"""apk, Alpine's package manager."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from minibuild.catalogue.packages import Package
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import encode
from minibuild.programs.options import OptionError, Options
from minibuild.programs.packages.apk_database import ApkDatabase, wish_name
from minibuild.programs.packages.apk_index import index_present, repositories
from minibuild.programs.packages.apk_install import install, remove
from minibuild.programs.packages.apk_queries import QUERIES
from minibuild.programs.packages.apk_wishes import read_wishes
from minibuild.programs.packages.distribution import distribution
from minibuild.programs.packages.placing import put_file
from minibuild.programs.packages.resolving import resolve
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts
    from minibuild.programs.packages.distribution import Distribution

APK = Options(
    "hp:X:qUvifVt:useaLlrRPdwWTIox",
    long={
        "help": "h",
        "root=": "p",
        "repository=": "X",
        "quiet": "q",
        "update-cache": "U",
        "update": "U",
        "verbose": "v",
        "interactive": "i",
        "force": "f",
        "version": "V",
        "virtual=": "t",
        "upgrade": "u",
        "simulate": "s",
        "available": "a",
        "latest": "l",
        "no-cache": "no-cache",
        "no-network": "no-network",
        "no-progress": "no-progress",
        "progress": "progress",
        "no-scripts": "no-scripts",
        "no-commit-hooks": "no-scripts",
        "no-self-upgrade": "no-self-upgrade",
        "no-chown": "no-chown",
        "no-interactive": "no-interactive",
        "no-check-certificate": "no-check-certificate",
        "no-logfile": "no-logfile",
        "allow-untrusted": "allow-untrusted",
        "allow-downgrade": "allow-untrusted",
        "arch=": "arch",
        "cache-dir=": "cache-dir",
        "cache-max-age=": "cache-dir",
        "keys-dir=": "cache-dir",
        "repositories-file=": "cache-dir",
        "timeout=": "cache-dir",
        "wait=": "cache-dir",
        "progress-fd=": "cache-dir",
        "print-arch": "print-arch",
        "purge": "purge",
        "initdb": "initdb",
        "clean-protected": "no-scripts",
        "overlay-from-stdin": "no-scripts",
        "force-overwrite": "f",
        "force-broken-world": "f",
        "force-missing-repositories": "f",
        "force-refresh": "f",
        "force-non-repository": "f",
        "force-old-apk": "f",
        "force-binary-stdout": "f",
        "rdepends": "r",
        "all": "a",
        "installed": "e",
        "contents": "L",
        "depends": "R",
        "provides": "P",
        "description": "d",
        "size": "S",
        "webpage": "w",
        "who-owns": "W",
        "triggers": "t!",
        "exact": "x",
        "output=": "output",
        "recursive": "recursive",
        "stdout": "stdout",
        "link": "stdout",
        "ignore": "I",
        "prune": "prune",
    },
)
_USAGE = "apk-tools 2.14.4, compiled for x86_64.\n\nusage: apk [<OPTIONS>...] COMMAND [<ARGUMENTS>...]\n"


@program("apk", fidelity=Fidelity.MODELLED, reason="apk is played from the catalogue of packages")
def apk(process: Process) -> int:
    """`apk [options] COMMAND [PACKAGE]...`"""
    try:
        opts, operands = APK.split(process.argv[1:])
    except OptionError as error:
        process.stderr.write(f"apk: {str(error).replace('option --', 'option:')}\n{_USAGE}")
        return 1
    if "print-arch" in opts:
        process.stdout.write("x86_64\n")
        return 0
    if "V" in opts and not operands:
        process.stdout.write("apk-tools 2.14.4, compiled for x86_64.\n")
        return 0
    if "h" in opts or not operands:
        process.stdout.write(_USAGE)
        return 0 if "h" in opts else 1
    command, words = operands[0], operands[1:]
    if command in QUERIES:
        return QUERIES[command](process, opts, words)
    act = {
        "add": _add,
        "del": _del,
        "update": _update,
        "upgrade": _upgrade,
        "fix": _upgrade,
        "cache": _cache,
    }.get(command)
    if act is None:
        process.stderr.write(f"apk: '{command}' is not an apk command. See 'apk --help'.\n")
        return 1
    if process.view.credentials.uid:
        process.stderr.write(
            "ERROR: Unable to lock database: Permission denied\nERROR: Failed to open apk database:"
            " Permission denied\n"
        )
        return 99
    return act(process, opts, words)


def _add(process: Process, opts: Opts, words: list[str]) -> int:
    where = distribution(process, "alpine")
    database = ApkDatabase(process.view)
    fresh = _refresh(process, opts, where)
    available = fresh or index_present(process.view)
    if not available and words and "no-network" not in opts:
        for uri in repositories(process.view):
            process.stderr.write(f"WARNING: opening from cache {uri}: No such file or directory\n")
    wishes = read_wishes(process, where, words, database, available=available)
    if wishes.missing:
        process.flush()
        process.stderr.write("ERROR: unable to select packages:\n")
        for word in wishes.missing:
            name = wish_name(word)
            process.stderr.write(
                f"  {name} (no such package):\n    required by: {opts.get('t') or 'world'}[{word}]\n"
            )
            if available:
                process.stderr.write(
                    f"  (the catalogue has no package {name}; `--fidelity assume` takes one for granted)\n"
                )
        return len(wishes.missing)
    installed = set(database.names())
    new = [package for package in wishes.packages if package.name not in installed]
    order = resolve(where.table, new, installed)
    virtual = opts.get("t")
    if virtual:
        order.append(_virtual(process, virtual, words))
        database.wish(virtual)
    else:
        for word in words:
            if not word.endswith(".apk"):
                database.wish(word)
        for package in wishes.packages:
            if package.name not in {wish_name(word) for word in database.world} and package.name in {
                p.name for p in new
            }:
                database.wish(package.name)
    if "s" in opts:
        return 0
    install(process, where, database, order, quiet="q" in opts)
    return 0


def _virtual(process: Process, name: str, words: list[str]) -> Package:
    moment = datetime.fromtimestamp(process.system.clock.now() // 10**9, UTC)
    depends = tuple(wish_name(word) for word in words)
    return Package(name, moment.strftime("%Y%m%d.%H%M%S"), 0, "", "", depends, (), ())


def _del(process: Process, opts: Opts, words: list[str]) -> int:
    database = ApkDatabase(process.view)
    installed = set(database.names())
    for word in words:
        name = wish_name(word)
        if name not in installed and name not in {wish_name(one) for one in database.world}:
            continue
        database.unwish(name)
    going = database.unneeded()
    if "s" in opts:
        return 0
    kept = [
        wish_name(word) for word in words if wish_name(word) in installed and wish_name(word) not in going
    ]
    for name in kept:
        process.stdout.write(
            f"World updated, but the following packages are not removed due to:\n  {name}:"
            f" {_needed_by(database, name)}\n"
        )
    remove(process, distribution(process, "alpine"), database, going, quiet="q" in opts)
    return 0


def _needed_by(database: ApkDatabase, name: str) -> str:
    others = [one for one in database.names() if name in map(wish_name, database.field(one, "D").split())]
    return " ".join(others)


def _update(process: Process, opts: Opts, _words: list[str]) -> int:
    where = distribution(process, "alpine")
    if not _fetch_index(process, opts, where, keep="no-cache" not in opts):
        return 2
    if "q" not in opts:
        for uri in repositories(process.view, opts.all("X")):
            process.stdout.write(f"v{where.release.point} [{uri}]\n")
        process.stdout.write(f"OK: {len(where.table.names())} distinct packages available\n")
    return 0


def _upgrade(process: Process, opts: Opts, _words: list[str]) -> int:
    where = distribution(process, "alpine")
    _refresh(process, opts, where)
    database = ApkDatabase(process.view)
    if "q" not in opts:
        process.stdout.write(f"OK: {database.size()} MiB in {len(database.names())} packages\n")
    return 0


def _cache(process: Process, _opts: Opts, _words: list[str]) -> int:
    directory = "/var/cache/apk"
    for name in process.view.listdir(directory) if process.view.is_dir(directory) else []:
        process.view.unlink(f"{directory}/{name}")
    return 0


def _refresh(process: Process, opts: Opts, where: Distribution) -> bool:
    """Fetch the index when the options ask for that; whether it was fetched."""
    if "no-network" in opts or not opts.any("U", "no-cache"):
        return False
    return _fetch_index(process, opts, where, keep="no-cache" not in opts)


def _fetch_index(process: Process, opts: Opts, where: Distribution, *, keep: bool) -> bool:
    for uri in repositories(process.view, opts.all("X")):
        url = f"{uri}/x86_64/APKINDEX.tar.gz"
        if "q" not in opts:
            process.stdout.write(f"fetch {url}\n")
        if not process.system.machine.network:
            process.flush()
            process.stderr.write(f"WARNING: updating and opening {uri}: temporary error (try again later)\n")
            continue
        if "alpine" not in uri:
            process.system.fidelity.note(Fidelity.ASSUMED, f"which packages {uri} has is not known")
        if keep:
            digest = hashlib.sha1(uri.encode(), usedforsecurity=False).hexdigest()[:8]
            text = "".join(f"P:{name}\n\n" for name in where.table.names())
            put_file(process.view, f"/var/cache/apk/APKINDEX.{digest}.tar.gz", encode(text))
    return process.system.machine.network
