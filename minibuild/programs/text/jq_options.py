"""jq's command line, which is no getopt's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from minibuild.filesystem.errors import strerror
from minibuild.kernel.process import ProcessExit
from minibuild.programs.text.jq_json import JsonError, parse_one, parse_values

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

USAGE = """jq - commandline JSON processor [version 1.6]

Usage:	jq [options] <jq filter> [file...]
	jq [options] --args <jq filter> [strings...]
	jq [options] --jsonargs <jq filter> [JSON_TEXTS...]
"""
SHORT = {
    "s": "slurp", "r": "raw-output", "j": "join-output", "a": "ascii-output", "n": "null-input",
    "R": "raw-input", "c": "compact-output", "C": "color-output", "M": "monochrome-output",
    "S": "sort-keys", "e": "exit-status", "f": "from-file", "h": "help", "V": "version", "L": "library",
}  # fmt: skip
KNOWN = frozenset((
    *SHORT.values(), "tab", "indent", "unbuffered", "stream", "seq", "arg", "argjson", "slurpfile", "rawfile",
    "args", "jsonargs", "ascii", "raw-output0", "argfile",
))  # fmt: skip


@dataclass(slots=True)
class Choices:
    """What the command line says."""

    filter: str = ""
    files: list[str] = field(default_factory=list)
    named: dict[str, Any] = field(default_factory=dict)
    positional: list[Any] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    indent: str | None = "  "

    @property
    def slurp(self) -> bool:
        """All inputs as one array."""
        return "slurp" in self.flags

    @property
    def raw_input(self) -> bool:
        """Lines as strings."""
        return "raw-input" in self.flags

    @property
    def null_input(self) -> bool:
        """No input is read unless the filter asks for it."""
        return "null-input" in self.flags

    @property
    def raw(self) -> bool:
        """Strings are printed without quotes."""
        return bool(self.flags & {"raw-output", "join-output", "raw-output0"})

    @property
    def joined(self) -> bool:
        """No newline after a value."""
        return "join-output" in self.flags

    @property
    def sort_keys(self) -> bool:
        """Objects are printed in the order of their keys."""
        return "sort-keys" in self.flags

    @property
    def ascii_only(self) -> bool:
        """Other characters are escaped."""
        return bool(self.flags & {"ascii-output", "ascii"})

    @property
    def colours(self) -> bool:
        """Print with colours."""
        return "color-output" in self.flags

    @property
    def exit_status(self) -> bool:
        """The last value decides the exit status."""
        return "exit-status" in self.flags

    @property
    def stream(self) -> bool:
        """Inputs as paths and leaves."""
        return "stream" in self.flags

    @property
    def sequence(self) -> bool:
        """A record separator before each value."""
        return "seq" in self.flags


def read_options(process: Process) -> Choices:
    """The choices of a command line. A wrong one ends jq with status 2."""
    return _Reader(process).read()


class _Reader:
    def __init__(self, process: Process) -> None:
        self.process, self.words = process, list(process.argv[1:])
        self.choices = Choices()
        self.operands: list[str] = []
        self.rest = ""
        self.from_file: str | None = None
        self.program: str | None = None

    def read(self) -> Choices:
        """Go over all words."""
        literal = False
        while self.words:
            word = self.words.pop(0)
            if literal or not word.startswith("-") or not (word[1:2].isalpha() or word[1:2] == "-"):
                self._operand(word)
            elif word == "--":
                literal = True
            elif word.startswith("--"):
                self._long(word[2:])
            else:
                for letter in word[1:]:
                    if letter not in SHORT:
                        self._unknown(word)
                    self._flag(SHORT[letter])
        choices = self.choices
        if "from-file" in choices.flags:
            path = self.program
            if path is None:
                self._usage()
            choices.filter = self._read(path)
        else:
            choices.filter = "." if self.program is None else self.program
        choices.files = self.operands
        return choices

    def _operand(self, word: str) -> None:
        if self.program is None:
            self.program = word
        elif self.rest == "args":
            self.choices.positional.append(word)
        elif self.rest == "jsonargs":
            self.choices.positional.append(self._json(word, "Invalid JSON text passed to --jsonargs"))
        else:
            self.operands.append(word)

    def _long(self, name: str) -> None:
        if name not in KNOWN:
            self._unknown(f"--{name}")
        self._flag(name)

    def _flag(self, name: str) -> None:
        """One option, with the words that belong to it."""
        choices = self.choices
        if name in ("arg", "argjson", "slurpfile", "rawfile", "argfile"):
            self._named(name)
        elif name in ("args", "jsonargs"):
            self.rest = name
        elif name == "tab":
            choices.indent = "\t"
        elif name == "compact-output":
            choices.indent = None
        elif name == "indent":
            self._indent()
        elif name == "help":
            self.process.stdout.write(USAGE)
            raise ProcessExit(0)
        elif name == "version":
            self.process.stdout.write("jq-1.6\n")
            raise ProcessExit(0)
        elif name == "library":
            self._word("jq: -L takes a parameter: (e.g. -L /search/path or -L/search/path)")
        else:
            choices.flags.add(name)

    def _named(self, name: str) -> None:
        if len(self.words) < 2:
            self._stop(f"jq: --{name} takes two parameters (e.g. --{name} varname value)", hint=True)
        key, text = self.words.pop(0), self.words.pop(0)
        value: Any = text
        if name == "argjson":
            value = self._json(text, f"Invalid JSON text passed to --{name}")
        elif name == "rawfile":
            value = self._read(text)
        elif name in ("slurpfile", "argfile"):
            try:
                value = list(parse_values(self._read(text)))
            except JsonError as error:
                self._stop(f"jq: Bad JSON in --{name} {key} {text}: {error}")
        self.choices.named.setdefault(key, value)

    def _indent(self) -> None:
        text = self._word("jq: --indent takes one parameter")
        if not text.lstrip("-").isdigit():
            self._stop("jq: --indent takes a number")
        width = int(text)
        if width < 0:
            self._stop("jq: Cannot indent less than zero")
        if width > 7:
            self._stop("jq: Cannot indent more than 7 characters")
        self.choices.indent = " " * width if width else None

    def _word(self, message: str) -> str:
        if not self.words:
            self._stop(message)
        return self.words.pop(0)

    def _json(self, text: str, message: str) -> Any:
        try:
            return parse_one(text)
        except JsonError:
            self._stop(f"jq: {message}", hint=True)

    def _read(self, path: str) -> str:
        try:
            data: bytes = self.process.open_reader(path).read()
        except OSError as error:
            self._stop(f"jq: error: Could not open {path}: {strerror(error)}")
        return data.decode("utf-8", "replace")

    def _unknown(self, word: str) -> NoReturn:
        self._stop(f"jq: Unknown option {word}", hint=True)

    def _stop(self, message: str, *, hint: bool = False) -> NoReturn:
        self.process.stderr.write(message + "\n")
        if hint:
            self.process.stderr.write(
                "Use jq --help for help with command-line options,\n"
                "or see the jq manpage, or online docs  at https://stedolan.github.io/jq\n"
            )
        raise ProcessExit(2)

    def _usage(self) -> NoReturn:
        self.process.stderr.write(USAGE)
        raise ProcessExit(2)
