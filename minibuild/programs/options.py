"""Declared command-line options, parsed as busybox 1.35 (glibc's getopt_long) parses them.

    HEAD = Options("n:c:qv", long={"lines=": "n", "bytes=": "c"}, usage="[OPTIONS] [FILE]...", help="Print …")
    opts, operands = HEAD.parse(process)
    if "q" in opts: ...                 # given at least once
    opts.get("n"), opts.get("n", "10")  # the last value
    opts.all("n")                       # every value, in order
    opts.count("v")                     # how often
    opts.given                          # [(key, value or None), ...] in the order of the command line
    opts.last("L", "P", "H")            # which of these came last, or None

Short options as for getopt: "a" takes no argument, "b:" takes one, "c::" an optional one (attached only).
A leading "+" ends the options at the first operand; otherwise options and operands may be mixed.
Long options: `"name": key` takes what `key` takes, `"name=": key` an argument, `"name=?": key` an optional
one; `key` is a short option or any other name. With `long=None` the program knows no long options, and `--x`
is busybox's "invalid option -- '-'".

A wrong command line is answered as the program of the image would: busybox shows its usage, GNU's programs
say where to find it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from minibuild.catalogue.executable import identify
from minibuild.filesystem import File
from minibuild.kernel.process import ProcessExit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from minibuild.kernel.process import Process

NONE, REQUIRED, OPTIONAL = 0, 1, 2
BANNER = "BusyBox v1.35.0 multi-call binary."


class OptionError(Exception):
    """A command line that the options do not allow; the message is getopt's, without the program's name."""


class Opts:
    """The options that were given. `given` lists (key, value) in order; value is None without an argument."""

    __slots__ = ("_last", "given")

    def __init__(self, given: list[tuple[str, str | None]]) -> None:
        self.given = given
        self._last: dict[str, str | None] = dict(given)

    def __contains__(self, key: str) -> bool:
        return key in self._last

    def any(self, *keys: str) -> bool:
        """Was one of these given?"""
        return any(key in self._last for key in keys)

    def get(self, key: str, default: str | None = None) -> str | None:
        """The last value of an option, or the default when it was not given or has no value."""
        value = self._last.get(key)
        return default if value is None else value

    def text(self, key: str, default: str = "") -> str:
        """Like get, for a default that is never None."""
        value = self._last.get(key)
        return default if value is None else value

    def all(self, key: str) -> list[str]:
        """Every value of an option that may be repeated."""
        return [value for name, value in self.given if name == key and value is not None]

    def count(self, key: str) -> int:
        """How often the option was given."""
        return sum(1 for name, _ in self.given if name == key)

    def last(self, *keys: str) -> str | None:
        """Which of options that replace each other counts: the last one given."""
        for name, _ in reversed(self.given):
            if name in keys:
                return name
        return None


class Options:
    """What a program accepts, and how it says so.

    `least` and `most` bound the number of operands; outside of them the usage is shown. `failure` is the exit
    status of a wrong command line (1 for most, 2 for grep, 125 for env, …), `gnu_failure` that of GNU's
    program where it is another, `operand` what it calls one that is missing. `points_to_help`: the program
    that is no busybox says `Try 'NAME --help'`, instead of showing its usage. `gnu_long` names the long
    options that busybox does not know ("*": all of them), `gnu_short` has the letters of the short ones.
    """

    __slots__ = (
        "busybox_long",
        "busybox_short",
        "failure",
        "gnu_failure",
        "help",
        "least",
        "long",
        "most",
        "operand",
        "permute",
        "points_to_help",
        "short",
        "usage",
    )

    def __init__(
        self,
        short: str = "",
        *,
        long: Mapping[str, str] | None = None,
        gnu_long: str = "",
        gnu_short: str = "",
        usage: str = "",
        help: str = "",  # noqa: A002  the word people know
        failure: int = 1,
        gnu_failure: int | None = None,
        least: int = 0,
        most: int | None = None,
        operand: str = "operand",
        points_to_help: bool = True,
    ) -> None:
        self.permute = not short.startswith("+")
        self.short = _short_table(short.removeprefix("+"))
        self.long = None if long is None else _long_table(long, self.short)
        self.busybox_short = {key: takes for key, takes in self.short.items() if key not in gnu_short}
        self.busybox_long = self.long
        if self.long is not None and gnu_long:
            beside = set(self.long) if gnu_long == "*" else set(gnu_long.split())
            self.busybox_long = {name: entry for name, entry in self.long.items() if name not in beside}
        self.usage, self.help, self.least, self.most = usage, help, least, most
        self.failure, self.gnu_failure = failure, failure if gnu_failure is None else gnu_failure
        self.operand, self.points_to_help = operand, points_to_help

    def parse(self, process: Process, argv: Sequence[str] | None = None) -> tuple[Opts, list[str]]:
        """Options and operands of the process (or of `argv`, without a program name).

        A wrong command line prints the error and the usage and ends the process with `failure`.
        """
        try:
            words = process.argv[1:] if argv is None else argv
            opts, operands = self.split(words, busybox=is_busybox(process))
        except OptionError as error:
            process.error(str(error))
            self.fail(process)
        if len(operands) < self.least or (self.most is not None and len(operands) > self.most):
            self.fail_operands(process, operands)
        return opts, operands

    def split(self, words: Sequence[str], *, busybox: bool = False) -> tuple[Opts, list[str]]:
        """Options and operands of a list of words; OptionError with getopt's message when they are wrong."""
        table = self.busybox_long if busybox else self.long
        letters = self.busybox_short if busybox else self.short
        given: list[tuple[str, str | None]] = []
        operands: list[str] = []
        index, total = 0, len(words)
        while index < total:
            word = words[index]
            index += 1
            if word == "--":
                operands.extend(words[index:])
                break
            if len(word) < 2 or word[0] != "-":
                operands.append(word)
                if not self.permute:
                    operands.extend(words[index:])
                    break
            elif word[1] == "-" and table is not None:
                index = _take_long(table, word[2:], words, index, given)
            else:
                index = _take_short(letters, word, words, index, given)
        return Opts(given), operands

    def describe(self, name: str, *, busybox: bool = True) -> str:
        """The text of `name --help`."""
        usage = f"Usage: {name} {self.usage}".rstrip()
        text = f"{BANNER}\n\n{usage}\n" if busybox else f"{usage}\n"
        return f"{text}\n{self.help.strip(chr(10))}\n" if self.help else text

    def fail(self, process: Process) -> NoReturn:
        """Say on stderr how to use the program and end the process, as for a wrong command line."""
        name, busybox = program_name(process), is_busybox(process)
        if busybox or not self.points_to_help:
            process.stderr.write(self.describe(name, busybox=busybox))
        else:
            process.stderr.write(f"{help_hint(process)}\n")
        raise ProcessExit(self.failure if busybox else self.gnu_failure)

    def fail_operands(self, process: Process, operands: Sequence[str]) -> NoReturn:
        """Too few operands, or too many: GNU's programs say which."""
        if self.points_to_help and not is_busybox(process):
            if self.most is not None and len(operands) > self.most:
                process.error(f"extra operand '{operands[self.most]}'")
            else:
                process.error(f"missing {self.operand}" + (f" after '{operands[-1]}'" if operands else ""))
        self.fail(process)


def is_busybox(process: Process) -> bool:
    """Is the file that runs busybox, under whatever name? GNU's programs understand more and word things
    otherwise.
    """
    path = process.executable
    if not path or path.rpartition("/")[2].startswith("busybox"):
        return True
    filesystem = process.system.filesystem
    node = filesystem.find(tuple(path[1:].split("/")))
    if not isinstance(node, File):
        return False
    known = identify(node.content.read_at(0, 128))
    if known is not None:
        return known[1] == "busybox"
    return node.nlink > 1 and filesystem.find(("bin", "busybox")) is node


def help_hint(process: Process) -> str:
    """Where GNU's programs send people after a mistake."""
    return f"Try '{program_name(process)} --help' for more information."


def program_name(process: Process) -> str:
    """The name a program was called by: the last part of argv[0], without a login shell's dash."""
    return process.argv[0].rpartition("/")[2].removeprefix("-") if process.argv else ""


def _take_short(
    letters: Mapping[str, int],
    word: str,
    words: Sequence[str],
    index: int,
    given: list[tuple[str, str | None]],
) -> int:
    """Read one bundle ("-abVALUE"); the index after what was used."""
    at = 1
    while at < len(word):
        letter = word[at]
        at += 1
        takes = letters.get(letter)
        if takes is None:
            raise OptionError(f"invalid option -- '{letter}'")
        if takes == NONE:
            given.append((letter, None))
            continue
        value: str | None = word[at:]
        if not value and takes == REQUIRED:
            if index >= len(words):
                raise OptionError(f"option requires an argument -- '{letter}'")
            value = words[index]
            index += 1
        given.append((letter, value if value or takes == REQUIRED else None))
        break
    return index


def _take_long(
    table: Mapping[str, tuple[str, int]],
    word: str,
    words: Sequence[str],
    index: int,
    given: list[tuple[str, str | None]],
) -> int:
    """Read one long option ("name" or "name=value", perhaps shortened); the index after what was used."""
    name, equals, attached = word.partition("=")
    full = _complete(table, name, word)
    key, takes = table[full]
    value: str | None = attached if equals else None
    if takes == NONE and equals:
        raise OptionError(f"option '--{full}' doesn't allow an argument")
    if takes == REQUIRED and not equals:
        if index >= len(words):
            raise OptionError(f"option '--{full}' requires an argument")
        value = words[index]
        index += 1
    given.append((key, value))
    return index


def _complete(table: Mapping[str, tuple[str, int]], name: str, word: str) -> str:
    """The full name of a long option from an unambiguous beginning of it, in a word that may have a value."""
    if name in table:
        return name
    found = [full for full in table if full.startswith(name)]
    if not found:
        raise OptionError(f"unrecognized option '--{word}'")
    if len({table[full] for full in found}) > 1:
        choices = " ".join(f"'--{full}'" for full in found)
        raise OptionError(f"option '--{word}' is ambiguous; possibilities: {choices}")
    return found[0]


def _short_table(spec: str) -> dict[str, int]:
    """ "n:i::q" → {"n": REQUIRED, "i": OPTIONAL, "q": NONE}."""
    table: dict[str, int] = {}
    at = 0
    while at < len(spec):
        colons = 0
        while spec[at + 1 + colons : at + 2 + colons] == ":":
            colons += 1
        table[spec[at]] = (NONE, REQUIRED, OPTIONAL)[colons]
        at += 1 + colons
    return table


def _long_table(long: Mapping[str, str], short: Mapping[str, int]) -> dict[str, tuple[str, int]]:
    """{"lines=": "n"} → {"lines": ("n", REQUIRED)}."""
    table: dict[str, tuple[str, int]] = {}
    for declared, key in long.items():
        if declared.endswith("=?"):
            table[declared[:-2]] = (key, OPTIONAL)
        elif declared.endswith("="):
            table[declared[:-1]] = (key, REQUIRED)
        else:
            table[declared] = (key, short.get(key, NONE))
    return table
