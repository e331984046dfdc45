"""dpkg and dpkg-query: what is installed, where files belong, package files whose content nobody knows."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.archive.deb import dpkg_deb
from minibuild.programs.options import program_name
from minibuild.programs.packages.apt_install import take_away, unpack
from minibuild.programs.packages.apt_wishes import local_package
from minibuild.programs.packages.distribution import distribution
from minibuild.programs.packages.dpkg_database import DpkgDatabase
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_QUERIES = {
    "-l": "list", "--list": "list", "-L": "files", "--listfiles": "files", "-s": "status",
    "--status": "status", "-S": "search", "--search": "search", "-W": "show", "--show": "show",
    "-p": "status", "--print-avail": "status", "-c": "contents", "--contents": "contents",
}  # fmt: skip
_ACTIONS = {
    "-i": "install", "--install": "install", "--unpack": "install", "-r": "remove",
    "--remove": "remove", "-P": "purge", "--purge": "purge", "-x": "extract", "--extract": "extract",
    "-X": "extract", "-I": "info", "--info": "info", "-e": "info", "-f": "info", "--field": "info",
    "-b": "build", "--build": "build",
}  # fmt: skip


@program(
    "dpkg",
    "dpkg-query",
    fidelity=Fidelity.MODELLED,
    reason="dpkg is played from its own database",
)
def dpkg(process: Process) -> int:
    """`dpkg [options] ACTION [PACKAGE|FILE]...`"""
    name, action, form = program_name(process), "", ""
    operands: list[str] = []
    words = process.argv[1:]
    while words:
        word = words.pop(0)
        ended = _at_once(process, word, words)
        if ended is not None:
            return ended
        if word.startswith(("-f=", "--showformat=")) or (
            word in ("-f", "--showformat") and name == "dpkg-query"
        ):
            form = word.partition("=")[2] if "=" in word else words.pop(0) if words else ""
        elif word.startswith("-f") and name == "dpkg-query" and len(word) > 2:
            form = word[2:]
        elif word in _QUERIES or word in _ACTIONS:
            action = _QUERIES.get(word, _ACTIONS.get(word, ""))
        elif word.startswith("-"):
            if not re.match(
                r"-(-(force|no-force|refuse|admindir|root|instdir|log|no-|auto|skip|selected|recursive)|[DREOGBZ]).*|-y|-E|-W",
                word,
            ):
                process.stderr.write(f"{name}: error: unknown option {word}\n")
                return 2
        else:
            operands.append(word)
    return _act(process, name, action, form, operands)


def _at_once(process: Process, word: str, words: list[str]) -> int | None:
    """The exit status of an option that is a command of its own; None for all others."""
    if word in ("--print-architecture", "--print-foreign-architectures"):
        process.stdout.write("amd64\n" if word == "--print-architecture" else "")
        return 0
    if word in ("--version", "--help"):
        process.stdout.write("Debian 'dpkg' package management program version 1.21.22 (amd64).\n")
        return 0
    if word in ("--add-architecture", "--remove-architecture"):
        return _architecture(process, word, words)
    if word in (
        "--configure",
        "--clear-selections",
        "--set-selections",
        "--triggers-only",
        "--audit",
        "-C",
        "-V",
        "--verify",
    ):
        return 0
    if word == "--get-selections":
        return _selections(process)
    if word == "--compare-versions":
        return _compare(process, words)
    return None


def _act(process: Process, name: str, action: str, form: str, operands: list[str]) -> int:
    if not action:
        process.stderr.write(f"{name}: error: need an action option\n")
        return 2
    if action == "install":
        return _install(process, operands)
    if action in ("remove", "purge"):
        return _remove(process, operands, purge=action == "purge")
    if action in ("extract", "info", "build", "contents"):
        return _archive(process)
    database = DpkgDatabase(process.view)
    act = {"list": _list, "files": _files, "status": _status, "search": _search}.get(action)
    return act(process, database, operands) if act else _show(process, database, operands, form)


def _architecture(process: Process, word: str, words: list[str]) -> int:
    path = "/var/lib/dpkg/arch"
    old = process.view.read_bytes(path).decode().split() if process.view.exists(path) else ["amd64"]
    names = [one for one in old if one not in words] + (words if word.startswith("--add") else [])
    process.view.write_bytes(path, "".join(f"{one}\n" for one in names).encode())
    return 0


def _install(process: Process, paths: list[str]) -> int:
    if not paths:
        process.stderr.write("dpkg: error: --install needs at least one package archive file argument\n")
        return 2
    if process.view.credentials.uid:
        process.stderr.write("dpkg: error: requested operation requires superuser privilege\n")
        return 2
    packages = []
    for path in paths:
        if not process.view.exists(path):
            process.stderr.write(f"dpkg: error: cannot access archive '{path}': No such file or directory\n")
            return 2
        packages.append(local_package(process, path))
    where = distribution(process, "debian")
    unpack(process, where, DpkgDatabase(process.view), packages)
    return 0


def _remove(process: Process, names: list[str], *, purge: bool) -> int:
    database = DpkgDatabase(process.view)
    known = [name for name in names if name in database.names()]
    for name in names:
        if name not in known:
            process.stderr.write(f"dpkg: warning: ignoring request to remove {name} which isn't installed\n")
    take_away(process, distribution(process, "debian"), known, purge=purge)
    return 0


def _archive(process: Process) -> int:
    """Looking into a package file, or making one: dpkg hands that on to dpkg-deb."""
    process.argv = ["dpkg-deb", *process.argv[1:]]
    return dpkg_deb(process)


def _list(process: Process, database: DpkgDatabase, patterns: list[str]) -> int:
    names = [
        name for name in database.names() if not patterns or any(fnmatchcase(name, one) for one in patterns)
    ]
    if patterns and not names:
        process.stderr.write(f"dpkg-query: no packages found matching {patterns[0]}\n")
        return 1
    process.stdout.write(
        "Desired=Unknown/Install/Remove/Purge/Hold\n"
        "| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n"
        "|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n"
        "||/ Name           Version      Architecture Description\n"
        "+++-==============-============-============-=================================\n"
    )
    for name in names:
        fields = database.fields(name)
        state = "ii" if fields.get("Status") == "install ok installed" else "rc"
        process.stdout.write(
            f"{state}  {name:<14} {fields.get('Version', ''):<12} {fields.get('Architecture', ''):<12}"
            f" {name}\n"
        )
    return 0


def _files(process: Process, database: DpkgDatabase, names: list[str]) -> int:
    status = 0
    for name in names:
        if name not in database.installed():
            process.stderr.write(f"dpkg-query: package '{name}' is not installed\n")
            status = 1
        else:
            process.stdout.write("".join(f"{path}\n" for path in database.files(name)))
    return status


def _status(process: Process, database: DpkgDatabase, names: list[str]) -> int:
    status = 0
    for name in names:
        fields = database.fields(name)
        if not fields:
            process.flush()
            process.stderr.write(
                f"dpkg-query: package '{name}' is not installed and no information is available\n"
                "Use dpkg --info (= dpkg-deb --info) to examine archive files.\n"
            )
            status = 1
        else:
            process.stdout.write("".join(f"{key}: {value}\n" for key, value in fields.items()) + "\n")
    return status


def _search(process: Process, database: DpkgDatabase, patterns: list[str]) -> int:
    status = 0
    for pattern in patterns:
        wanted = (
            pattern
            if any(c in pattern for c in "*?[")
            else pattern
            if pattern.startswith("/")
            else f"*{pattern}*"
        )
        found = [
            f"{name}: {path}\n"
            for name in database.names()
            for path in database.files(name)
            if fnmatchcase(path, wanted)
        ]
        if not found:
            process.flush()
            process.stderr.write(f"dpkg-query: no path found matching pattern {pattern}\n")
            status = 1
        process.stdout.write("".join(found))
    return status


def _show(process: Process, database: DpkgDatabase, patterns: list[str], form: str) -> int:
    status = 0
    names = database.names() if not patterns else []
    for pattern in patterns:
        found = [name for name in database.names() if fnmatchcase(name, pattern.partition(":")[0])]
        if not found:
            process.flush()
            process.stderr.write(f"dpkg-query: no packages found matching {pattern}\n")
            status = 1
        names += found
    text = form.replace("\\n", "\n").replace("\\t", "\t") or "${binary:Package}\t${Version}\n"
    for name in names:
        fields = {key.lower(): value for key, value in database.fields(name).items()}
        fields |= {"binary:package": name, "db:status-status": fields.get("status", "").rpartition(" ")[2]}
        fields["db:status-abbrev"] = "ii " if fields["db:status-status"] == "installed" else "rc "
        process.stdout.write(_filled(text, fields))
    return status


def _filled(text: str, fields: dict[str, str]) -> str:
    return re.sub(r"\$\{([^};]+)(?:;-?\d+)?\}", lambda match: fields.get(match[1].lower(), ""), text)


def _selections(process: Process) -> int:
    for name in sorted(DpkgDatabase(process.view).installed()):
        process.stdout.write(f"{name}\t\t\t\t\t\tinstall\n")
    return 0


def _compare(process: Process, words: list[str]) -> int:
    if len(words) != 3:
        process.stderr.write(
            "dpkg: error: --compare-versions takes three arguments: <version> <relation> <version>\n"
        )
        return 2
    left, relation, right = words
    order = compare_versions(left, right)
    known = {
        "lt": order < 0, "<": order <= 0, "le": order <= 0, "<=": order <= 0, "<<": order < 0,
        "eq": order == 0, "=": order == 0, "ne": order != 0, "ge": order >= 0, ">=": order >= 0,
        ">": order >= 0, "gt": order > 0, ">>": order > 0,
    }  # fmt: skip
    if relation not in known:
        process.stderr.write(f"dpkg: error: --compare-versions bad relation '{relation}'\n")
        return 2
    return 0 if known[relation] else 1


def compare_versions(left: str, right: str) -> int:
    """Below, at or above zero as `left` is an older, the same or a newer version (deb-version(7))."""
    for mine, other in zip(_parts(left), _parts(right), strict=True):
        order = _order(mine, other)
        if order:
            return order
    return 0


def _parts(version: str) -> tuple[str, str, str]:
    epoch, colon, rest = version.partition(":")
    if not colon:
        epoch, rest = "0", version
    upstream, _, revision = rest.rpartition("-")
    return (epoch, upstream, revision) if upstream else (epoch, rest, "")


def _order(mine: str, other: str) -> int:
    while mine or other:
        first, second = re.match(r"\D*", mine), re.match(r"\D*", other)
        assert first is not None
        assert second is not None
        left, right = [[_weight(c) for c in part] + [0] for part in (first[0], second[0])]
        if left != right:
            return -1 if left < right else 1
        mine, other = mine[first.end() :], other[second.end() :]
        first, second = re.match(r"\d*", mine), re.match(r"\d*", other)
        assert first is not None
        assert second is not None
        numbers = int(first[0] or 0), int(second[0] or 0)
        if numbers[0] != numbers[1]:
            return -1 if numbers[0] < numbers[1] else 1
        mine, other = mine[first.end() :], other[second.end() :]
    return 0


def _weight(letter: str) -> int:
    """`~` sorts before the end, letters before all else."""
    if letter == "~":
        return -1
    return ord(letter) if letter.isalpha() else ord(letter) + 256
