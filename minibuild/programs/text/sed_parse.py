"""The text of a sed script → commands, as busybox 1.35 reads it, with GNU's commands and flags besides."""

from __future__ import annotations

from minibuild.programs.text.regex import Regex, RegexError, compile_regex
from minibuild.programs.text.sed_nodes import Address, Command, SedError, Substitution
from minibuild.programs.text.sed_source import BLANK, SPACE, ScriptSource

PLAIN = "{}=dDgGhHlnNpPqQxzF"
# Commands that busybox does not have.
ONLY_GNU = frozenset("FLQRWevz")


class ScriptParser(ScriptSource):
    """One pass over a whole script (the -e and -f parts, joined by newlines).

    `previous` is the regular expression of the address that was read last: busybox takes it for an empty one.
    """

    def __init__(self, script: bytes, *, extended: bool, gnu: bool) -> None:
        super().__init__(script, gnu=gnu)
        self.extended = extended
        self.commands: list[Command] = []
        self.previous: Regex | None = None
        self._depth = 0

    def parse(self) -> list[Command]:
        """The commands, blocks and labels connected. SedError."""
        try:
            self._read()
        except SedError as error:
            error.place = self.at
            raise
        _connect(self.commands, self.gnu)
        return self.commands

    def _read(self) -> None:
        while True:
            self.skip(SPACE + b";")
            if self.at >= len(self.script):
                break
            if self.peek() == "#":
                self.line()
                continue
            self.commands.append(self._command())

    def _command(self) -> Command:
        first = self._address()
        second = None
        self.skip(BLANK)
        if first is not None and self.peek() == ",":
            self.at += 1
            self.skip(BLANK)
            second = self._address(second=True)
            if second is None:
                self.at += 1
                raise SedError("no address after comma", "unexpected `,'")
        first = self._checked(first, second)
        self.skip(BLANK)
        invert = self.peek() == "!"
        if invert:
            self.at += 1
            self.skip(BLANK)
            if self.peek() == "!":
                self.at += 1
                raise SedError("unsupported command !", "multiple `!'s")
        name = self.peek()
        if not name or name == "\n":
            raise SedError("missing command")
        self.at += 1
        command = Command(name, first, second, invert)
        self._arguments(command)
        return command

    def _checked(self, first: Address | None, second: Address | None) -> Address | None:
        """The first address; line 0 selects every line for busybox, and no range begins there."""
        if first is None or first.line or first.kind not in ("line", "step"):
            return first
        if first.kind == "step" and first.step:
            return first
        if not self.gnu:
            return Address("every" if second is None else "never")
        if second is None or second.kind != "match":
            self.at += 1
            raise SedError("invalid usage of line address 0")
        return first

    def _arguments(self, command: Command) -> None:
        name = command.name
        if name in ONLY_GNU and not self.gnu:
            raise SedError(f"unsupported command {name}")
        if name in "aic":
            if name != "c" and command.second is not None and not self.gnu:
                raise SedError(f"command '{name}' uses only one address")
            command.text = self.text()
        elif name in "rwRW":
            command.text = self._file_name()
        elif name in ":btT":
            self.skip(BLANK)
            command.text = self.label()
            if name == ":" and not command.text and self.gnu:
                raise SedError("", '":" lacks a label')
        elif name == "s":
            command.substitution = self._substitution()
            self._end_of_command()
        elif name == "y":
            command.text = self._transliteration()
            self._end_of_command()
        elif name in "ev":
            self.skip(BLANK)
            command.text = self.line()
        elif name in PLAIN:
            self._plain(command)
        elif name == "#" and self.gnu:
            raise SedError("", "comments don't accept any addresses")
        elif name in "+~" and self.gnu:
            self.at += 1
            raise SedError("", "invalid usage of +N or ~N as first address")
        else:
            raise SedError(f"unsupported command {name}", f"unknown command: `{name}'")

    def _plain(self, command: Command) -> None:
        """A command without text; q, Q, l and L may have a number."""
        name = command.name
        if name in "qQ" and command.second is not None and self.gnu:
            raise SedError("", "command only uses one address")
        self.skip(BLANK)
        if name in "qQlL" and self.peek().isdigit() and self.gnu:
            command.number = self.number()
        self._depth += {"{": 1, "}": -1}.get(name, 0)
        if self._depth < 0 and self.gnu:
            raise SedError("", "unexpected `}'")
        if name != "{":
            self._end_of_command()

    def _file_name(self) -> bytes:
        self.skip(BLANK)
        name = self.line()
        if not name:
            raise SedError("empty filename", "missing filename in r/R/w/W commands")
        return name

    def _end_of_command(self) -> None:
        """GNU wants a separator after a command; busybox begins the next one right there."""
        self.skip(BLANK)
        following = self.peek()
        if following and following not in ";}#\n" and self.gnu:
            self.at += 1
            raise SedError("", "extra characters after command")

    def _address(self, *, second: bool = False) -> Address | None:
        char = self.peek()
        if char.isdigit():
            line = self.number()
            if self.peek() == "~" and not second and self.gnu:
                self.at += 1
                return Address("step", line, self.number())
            return Address("line", line)
        if char == "$":
            self.at += 1
            return Address("last")
        if char and char in "/\\":
            return self._match()
        if second and char and (char == "+" or (char == "~" and self.gnu)):
            self.at += 1
            if not self.peek().isdigit():
                raise SedError("no address after comma", "expected newer version of sed")
            return Address("plus" if char == "+" else "multiple", self.number())
        return None

    def _match(self) -> Address:
        """/regular expression/ or \\cREGULAR EXPRESSIONc, with the flags I and M."""
        if self.peek() == "\\":
            self.at += 1
        if self.at >= len(self.script):
            raise SedError("unmatched '/'", "unterminated address regex")
        delimiter = self.script[self.at]
        self.at += 1
        source = self.delimited(delimiter, in_regex=True, gnu="unterminated address regex")
        flags = set[str]()
        while self.gnu and (flag := self.peek()) and flag in "IM":
            flags.add(flag)
            self.at += 1
        regex = self._regex(source, flags)
        if regex is None and not self.gnu:
            if self.previous is None:
                raise SedError("no previous regexp")
            regex = self.previous
        if not self.gnu:
            self.previous = regex
        return Address("match", regex=regex)

    def _regex(self, source: bytes, flags: set[str]) -> Regex | None:
        """A compiled regular expression; None for the empty one, which means the one used last."""
        if not source:
            return None
        try:
            regex = compile_regex(
                source, extended=self.extended, ignore_case="I" in flags, multiline="M" in flags, strict=True
            )
        except RegexError as error:
            shown = source.decode("utf-8", "surrogateescape")
            raise SedError(f"bad regex '{shown}': {error}", str(error)) from None
        return regex

    def _substitution(self) -> Substitution:
        unterminated = "unterminated `s' command"
        delimiter = self.delimiter(unterminated)
        source = self.delimited(delimiter, in_regex=True, gnu=unterminated)
        parts = self._replacement(self.delimited(delimiter, in_regex=False, gnu=unterminated))
        made = Substitution(None, parts)
        flags = set[str]()
        counted = False
        while (flag := self.peek()) and flag not in ";}#\n":
            if flag == "w":
                self.at += 1
                made.file = self._file_name()
                break
            if flag.isdigit():
                if self.gnu and counted:
                    self.at += 1
                    raise SedError("", "multiple number options to `s' command")
                made.which, counted = self.number(), True
                if not self.gnu:
                    made.every = not made.which
                elif not made.which:
                    raise SedError("", "number option to `s' command may not be zero")
                continue
            self.at += 1
            self._flag(flag, made, flags)
        if made.every and not counted:
            made.which = 1
        made.regex = self._regex(source, flags)
        groups = max((part for part in parts if isinstance(part, int)), default=0)
        if self.gnu and made.regex is not None and groups > made.regex.groups:
            raise SedError("", f"invalid reference \\{groups} on `s' command's RHS")
        return made

    def _flag(self, flag: str, made: Substitution, flags: set[str]) -> None:
        """One letter after the last delimiter of `s`."""
        if self.gnu and flag in "gp" and (made.every if flag == "g" else made.printing):
            raise SedError("", f"multiple `{flag}' options to `s' command")
        if flag == "g":
            made.every = True
            if not self.gnu:
                made.which = 1  # s/x/y/2g: the last one counts
        elif flag in "iI":
            flags.add("I")
        elif flag == "p":
            made.printing = True
        elif flag == "e" and self.gnu:
            made.execute = True
        elif flag in "mM" and self.gnu:
            flags.add("M")
        elif flag not in " \t\r":
            raise SedError("bad option in substitution expression", "unknown option to `s'")

    def _replacement(self, source: bytes) -> list[bytes | int | str]:
        parts: list[bytes | int | str] = []
        literal = bytearray()
        at = 0
        while at < len(source):
            byte = source[at]
            at += 1
            special: int | str | None = None
            if byte == 38:
                special = 0
            elif byte == 92 and at < len(source):
                byte = source[at]
                at += 1
                if 48 <= byte <= 57:
                    special = byte - 48
                elif self.gnu and chr(byte) in "ULEul":
                    special = chr(byte)
            if special is None:
                literal.append(byte)
                continue
            if literal:
                parts.append(bytes(literal))
                literal.clear()
            parts.append(special)
        if literal:
            parts.append(bytes(literal))
        return parts

    def _transliteration(self) -> bytes:
        """The 256-byte table of `y`."""
        unterminated = "unterminated `y' command"
        delimiter = self.delimiter(unterminated)
        sides = []
        for _ in range(2):
            side = self.delimited(delimiter, in_regex=False, gnu=unterminated)
            sides.append(side.replace(b"\\\\", b"\0\0").replace(b"\\", b"").replace(b"\0\0", b"\\"))
        if len(sides[0]) != len(sides[1]) and self.gnu:
            raise SedError("", "strings for `y' command are different lengths")
        table = bytearray(range(256))
        for old, new in reversed(list(zip(*sides, strict=False))):
            table[old] = new
        return bytes(table)


def _connect(commands: list[Command], gnu: bool) -> None:
    """Give each `{` the place of its `}`, and each branch the place of its label."""
    labels: dict[bytes, int] = {}
    for place, command in enumerate(commands):
        if command.name == ":":
            labels.setdefault(command.text, place)
    blocks: list[int] = []
    for place, command in enumerate(commands):
        if command.name == "{":
            blocks.append(place)
        elif command.name == "}":
            if blocks:
                commands[blocks.pop()].partner = place
        elif command.name in "btT":
            if gnu and command.text and command.text not in labels:
                shown = command.text.decode("utf-8", "surrogateescape")
                raise SedError("", f"can't find label for jump to `{shown}'", status=4, place=None)
            command.partner = labels.get(command.text, -1) if command.text else len(commands)
    if blocks and gnu:
        raise SedError("", "unmatched `{'", place=0)
