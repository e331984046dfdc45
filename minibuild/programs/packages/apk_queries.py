"""apk's commands that only look: info, search, list, policy, version, fetch, audit."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import encode
from minibuild.programs.packages.apk_database import ApkDatabase
from minibuild.programs.packages.distribution import distribution
from minibuild.programs.packages.placing import put_file

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts


def _info(process: Process, opts: Opts, words: list[str]) -> int:
    database, out, status = ApkDatabase(process.view), process.stdout, 0
    if "W" in opts:
        return _owner(process, database, words)
    for name in words or database.names():
        if name not in database.names():
            if "e" not in opts:
                process.flush()
                process.stderr.write(f"ERROR: {name}: No such package\n" if "L" in opts else "")
            status = 1
            continue
        version = database.field(name, "V")
        if "L" in opts:
            out.write(
                f"{name}-{version} contains:\n" + "".join(f"{path}\n" for path in database.files(name)) + "\n"
            )
        elif "R" in opts:
            needs = database.field(name, "D").split()
            out.write(f"{name}-{version} depends on:\n" + "".join(f"{need}\n" for need in needs) + "\n")
        elif "v" in opts:
            out.write(f"{name}-{version}\n")
        elif words and "e" not in opts:
            size = int(database.field(name, "I") or 0) // 1024
            out.write(
                f"{name}-{version} description:\n{name}\n\n{name}-{version} webpage:\n\n"
                f"{name}-{version} installed size:\n{size} KiB\n\n"
            )
        else:
            out.write(f"{name}\n")
    return status


def _owner(process: Process, database: ApkDatabase, words: list[str]) -> int:
    status = 0
    for word in words:
        path = word.lstrip("/")
        owner = next((name for name in database.names() if path in database.files(name)), None)
        if owner is None:
            process.stderr.write(f"ERROR: {word}: Could not find owner package\n")
            status = 1
        else:
            process.stdout.write(f"{word} is owned by {owner}-{database.field(owner, 'V')}\n")
    return status


def _search(process: Process, opts: Opts, words: list[str]) -> int:
    where = distribution(process, "alpine")
    for name in where.table.names():
        package = where.table.get(name)
        if package is None:
            continue
        if not words or any(_matches(name, word, exact="x" in opts or "e" in opts) for word in words):
            process.stdout.write(f"{name}\n" if "q" in opts else f"{name}-{package.version}\n")
    return 0


def _matches(name: str, word: str, *, exact: bool) -> bool:
    return name == word if exact else fnmatchcase(name, word if any(c in word for c in "*?") else f"*{word}*")


def _list(process: Process, _opts: Opts, words: list[str]) -> int:
    database = ApkDatabase(process.view)
    for name in database.names():
        if not words or any(fnmatchcase(name, word) for word in words):
            process.stdout.write(f"{name}-{database.field(name, 'V')} x86_64 {{{name}}} () [installed]\n")
    return 0


def _policy(process: Process, _opts: Opts, words: list[str]) -> int:
    where = distribution(process, "alpine")
    for word in words:
        package = where.table.get(word)
        if package is not None:
            uri = f"https://dl-cdn.alpinelinux.org/alpine/v{where.release.number}/main"
            process.stdout.write(f"{word} policy:\n  {package.version}:\n    {uri}\n")
    return 0


def _version(process: Process, _opts: Opts, _words: list[str]) -> int:
    process.stdout.write("Installed:                                Available:\n")
    return 0


def _fetch(process: Process, opts: Opts, words: list[str]) -> int:
    where = distribution(process, "alpine")
    for word in words:
        package = where.table.get(word)
        if package is None:
            process.stderr.write(f"ERROR: unable to select packages:\n  {word} (no such package):\n")
            return 1
        process.system.fidelity.note(Fidelity.ASSUMED, f"the package file of {word} is not known")
        directory = opts.get("output") or "."
        path = f"{directory.rstrip('/')}/{package.name}-{package.version}.apk"
        put_file(process.view, path, encode(f"{package.name} {package.version}\n"))
        process.stdout.write(f"Downloading {package.name}-{package.version}\n")
    return 0


def _audit(_process: Process, _opts: Opts, _words: list[str]) -> int:
    return 0


QUERIES = {
    "info": _info,
    "search": _search,
    "list": _list,
    "policy": _policy,
    "version": _version,
    "fetch": _fetch,
    "audit": _audit,
    "verify": _audit,
    "stats": _audit,
}
