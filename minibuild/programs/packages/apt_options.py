"""The command lines of apt-get, apt, apt-cache and apt-mark, and their errors."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from minibuild.kernel.process import ProcessExit
from minibuild.programs.options import OptionError, Options, Opts

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

FAILED = 100
READING = "Reading package lists...\nBuilding dependency tree...\nReading state information...\n"

_APT = Options(
    "yqdsfhvVumbt:o:c:a:P:",
    long={
        "yes": "y",
        "assume-yes": "y",
        "assume-no": "assume-no",
        "quiet": "q",
        "quiet=?": "q",
        "no-install-recommends": "no-install-recommends",
        "install-recommends": "install-recommends",
        "no-install-suggests": "no-install-suggests",
        "install-suggests": "install-suggests",
        "download-only": "d",
        "fix-broken": "f",
        "ignore-missing": "m",
        "fix-missing": "m",
        "no-download": "no-download",
        "simulate": "s",
        "dry-run": "s",
        "just-print": "s",
        "recon": "s",
        "no-act": "s",
        "show-upgraded": "u",
        "verbose-versions": "V",
        "host-architecture=": "a",
        "build-profiles=": "P",
        "compile": "b",
        "build": "b",
        "ignore-hold": "ignore-hold",
        "with-new-pkgs": "with-new-pkgs",
        "no-upgrade": "no-upgrade",
        "only-upgrade": "only-upgrade",
        "allow-downgrades": "allow",
        "allow-remove-essential": "allow",
        "allow-change-held-packages": "allow",
        "force-yes": "force-yes",
        "print-uris": "print-uris",
        "purge": "purge",
        "reinstall": "reinstall",
        "list-cleanup": "list-cleanup",
        "no-list-cleanup": "list-cleanup",
        "default-release=": "t",
        "target-release=": "t",
        "trivial-only": "trivial-only",
        "mark-auto": "mark-auto",
        "no-remove": "no-remove",
        "auto-remove": "auto-remove",
        "autoremove": "auto-remove",
        "no-auto-remove": "no-auto-remove",
        "only-source": "only-source",
        "diff-only": "only-source",
        "dsc-only": "only-source",
        "tar-only": "only-source",
        "arch-only": "only-source",
        "indep-only": "only-source",
        "allow-unauthenticated": "allow",
        "no-allow-insecure-repositories": "allow",
        "allow-insecure-repositories": "allow",
        "allow-releaseinfo-change": "allow",
        "allow-releaseinfo-change=?": "allow",
        "show-progress": "show-progress",
        "with-source=": "with-source",
        "error-on=": "error-on",
        "update": "update",
        "no-cache": "no-cache",
        "names-only": "names-only",
        "full": "full",
        "installed": "installed",
        "upgradable": "upgradable",
        "recurse": "recurse",
        "no-recommends": "no",
        "no-suggests": "no",
        "no-conflicts": "no",
        "no-breaks": "no",
        "no-replaces": "no",
        "no-enhances": "no",
        "no-pre-depends": "no",
        "no-all-versions": "no",
        "help": "h",
        "version": "v",
        "option=": "o",
        "config-file=": "c",
    },
    failure=FAILED,
)


def parse(process: Process) -> tuple[Opts, str, list[str]]:
    """Options, the command and its words; a wrong option ends the process as apt ends."""
    words = [_spelled(word) for word in process.argv[1:]]
    try:
        opts, operands = _APT.split(words)
    except OptionError as error:
        _refuse(process, str(error))
    return opts, operands[0] if operands else "", operands[1:]


def configured(opts: Opts, key: str) -> str:
    """The value that `-o KEY=VALUE` gives, or ""."""
    for value in opts.all("o"):
        name, _, text = value.partition("=")
        if name.strip().lower() == key.lower():
            return text
    return ""


def matches(name: str, pattern: str) -> bool:
    """Does a word of the command line mean the package: by its name, as a glob, or as a regular
    expression?
    """
    pattern = re.sub(r":[a-z0-9-]+\Z", "", pattern)
    if name == pattern or not set(pattern) & set("*?[]^$|"):
        return name == pattern
    try:
        return fnmatchcase(name, pattern) or re.search(pattern, name) is not None
    except re.error:
        return False


def fail(process: Process, *messages: str) -> int:
    """Say `E: …` for each message; apt's exit status for failures."""
    process.flush()
    for message in messages:
        process.stderr.write(f"E: {message}\n")
    return FAILED


def agreed(process: Process, opts: Opts) -> bool:
    """Ask as apt asks when it would do more than was said; without an answer it gives up."""
    if "y" in opts or "force-yes" in opts or _always_yes(process, opts):
        return True
    process.stdout.write("Do you want to continue? [Y/n] ")
    process.flush()
    answer = process.stdin.readline()
    if answer.strip().lower() in (b"y", b"yes") or answer == b"\n":
        return True
    process.stdout.write("Abort.\n")
    return False


def _always_yes(process: Process, opts: Opts) -> bool:
    if configured(opts, "APT::Get::Assume-Yes").lower() in ("1", "true", "yes"):
        return True
    return any(b"assume-yes" in text.lower() for text in configuration(process))


def configuration(process: Process) -> list[bytes]:
    """The texts of the files below /etc/apt/apt.conf.d."""
    view, directory = process.view, "/etc/apt/apt.conf.d"
    names = view.listdir(directory) if view.is_dir(directory) else []
    return [view.read_bytes(f"{directory}/{name}") for name in names]


def _spelled(word: str) -> str:
    """apt also takes `-qq`, `-q=2`, `-y=true`, `-qqy`: reduce what getopt would misread."""
    if word.startswith(("-q=", "-y=")):
        return word[:2]
    return word


def _refuse(process: Process, message: str) -> None:
    process.flush()
    if "requires an argument" in message:
        letter = message.rpartition("'")[0].rpartition("'")[2]
        text = f"Option '{letter}' requires an argument."
    elif "invalid option" in message:
        letter = message.rpartition("'")[0].rpartition("'")[2]
        text = (
            f"Command line option '{letter}' [from -{letter}] is not understood in combination with the"
            f" other options."
        )
    else:
        name = message.partition("--")[2].rstrip("'")
        text = f"Command line option --{name} is not understood in combination with the other options"
    process.stderr.write(f"E: {text}\n")
    raise ProcessExit(FAILED)
