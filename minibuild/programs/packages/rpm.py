"""rpm: what is installed, package files whose content nobody knows."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.packages.apt_wishes import assumed_package, local_package
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.distribution import distribution
from minibuild.programs.packages.rpm_database import RpmDatabase, dist
from minibuild.programs.packages.yum import erase, put_packages
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process


@program("rpm", fidelity=Fidelity.MODELLED, reason="rpm is played from its own database")
def rpm(process: Process) -> int:
    """`rpm -i|-U|-F|-e|-q|--import|--eval … [PACKAGE|FILE]...`"""
    words = process.argv[1:]
    if "--version" in words:
        process.stdout.write("RPM version 4.16.1.3\n")
        return 0
    letters, flags, operands, form = "", set(), [], ""
    ahead = list(words)
    while ahead:
        word = ahead.pop(0)
        if (
            word
            in (
                "--qf",
                "--queryformat",
                "--root",
                "--dbpath",
                "--define",
                "-D",
                "--eval",
                "-E",
                "--prefix",
                "-r",
            )
            and ahead
        ):
            value = ahead.pop(0)
            form = value if word in ("--qf", "--queryformat", "--eval", "-E") else form
            flags.add(word)
        elif word.startswith(("--qf=", "--queryformat=")):
            form = word.partition("=")[2]
        elif word.startswith("--"):
            flags.add(word)
        elif word.startswith("-") and len(word) > 1:
            letters += word[1:]
        else:
            operands.append(word)
    if flags & {"--eval", "-E"}:
        return _evaluate(process, form)
    if "--import" in flags or "--rebuilddb" in flags or "--initdb" in flags:
        return 0
    if letters[:1] == "q" or "--query" in flags:
        return _query(process, letters, operands, form)
    if letters[:1] == "e" or "--erase" in flags:
        return _erase(process, operands)
    if letters[:1] in ("i", "U", "F") or flags & {"--install", "--upgrade", "--freshen"}:
        return _install(process, operands)
    if letters[:1] == "V" or "--verify" in flags:
        return _verify(process, operands)
    if letters[:1] == "K" or "--checksig" in flags:
        return assume(process, "what rpm verifies is not known")
    process.stdout.write("RPM version 4.16.1.3\n")
    return 1 if not words else 0


def _evaluate(process: Process, text: str) -> int:
    where = distribution(process, "rhel")
    number = where.release.number
    known = dict.fromkeys(("rhel", "fedora", "centos_ver", "amzn"), number)
    known |= {"_arch": "x86_64", "_lib": "lib64", "dist": dist(where)}
    process.stdout.write(re.sub(r"%\{?\??(\w+)\}?", lambda match: known.get(match[1], match[0]), text) + "\n")
    return 0


def _query(process: Process, letters: str, operands: list[str], form: str) -> int:
    database, out, status = RpmDatabase(process.view), process.stdout, 0
    if "f" in letters:
        for path in operands:
            owner = next((name for name in database.names() if path in database.files(name)), "")
            out.write(
                f"{database.full_name(owner)}\n" if owner else f"file {path} is not owned by any package\n"
            )
            status = status or (0 if owner else 1)
        return status
    if "p" in letters:
        return assume(process, f"what the package file {' '.join(operands)} holds is not known")
    names = operands
    if "a" in letters:
        names = [
            name
            for name in database.names()
            if not operands or any(fnmatchcase(name, one) for one in operands)
        ]
    for name in names:
        if name not in database.names():
            out.write(f"package {name} is not installed\n")
            status = 1
        elif "l" in letters:
            out.write("".join(f"{path}\n" for path in database.files(name)))
        elif form:
            out.write(_formatted(database, name, form))
        else:
            out.write(f"{database.full_name(name)}\n")
    return status


def _formatted(database: RpmDatabase, name: str, form: str) -> str:
    version, _, release = database.version(name).partition("-")
    fields = {"name": name, "version": version, "release": release, "arch": "x86_64", "epoch": "(none)"}
    text = form.replace("\\n", "\n").replace("\\t", "\t")
    return re.sub(r"%-?\d*\{(\w+)\}", lambda match: fields.get(match[1].lower(), "(none)"), text)


def _verify(process: Process, names: list[str]) -> int:
    missing = [name for name in names if name not in RpmDatabase(process.view).names()]
    for name in missing:
        process.stdout.write(f"package {name} is not installed\n")
    return 1 if missing else 0


def _erase(process: Process, names: list[str]) -> int:
    database = RpmDatabase(process.view)
    missing = [name for name in names if name not in database.names()]
    for name in missing:
        process.stderr.write(f"error: package {name} is not installed\n")
    if missing:
        return 1
    erase(process, distribution(process, "rhel"), database, names)
    return 0


def _install(process: Process, words: list[str]) -> int:
    if not words:
        process.stderr.write("rpm: no packages given for install\n")
        return 1
    if process.view.credentials.uid:
        process.stderr.write(
            "error: can't create transaction lock on /var/lib/rpm/.rpm.lock (Permission denied)\n"
        )
        return 1
    packages = []
    for word in words:
        if "://" in word:
            process.system.fidelity.note(Fidelity.ASSUMED, f"what the package file {word} holds is not known")
            base = word.rpartition("/")[2].removesuffix(".rpm")
            packages.append(assumed_package(re.split(r"-(?=\d)", base)[0] or "unknown", "1.0-1"))
        elif not process.view.exists(word):
            process.stderr.write(f"error: open of {word} failed: No such file or directory\n")
            return 1
        else:
            packages.append(local_package(process, word))
    put_packages(process, distribution(process, "rhel"), RpmDatabase(process.view), packages)
    return 0
