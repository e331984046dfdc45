"""printf (POSIX XCU printf), with the extensions of busybox and bash."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.shell.ansi import escape, rejoin
from minibuild.shell.bounds import check_size
from minibuild.shell.octets import narrow, widen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.shell.dialect import Dialect

_DIRECTIVE = re.compile(
    r"%(?P<flags>[-+ #0']*)(?P<width>\*|[0-9]*)(?:\.(?P<precision>\*|-?[0-9]*))?"
    r"(?P<length>[hlLjzt]*)(?P<kind>.?)",
    re.DOTALL,
)
_TIME = re.compile(r"%(?P<flags>[-]?)(?P<width>[0-9]*)\((?P<format>[^)]*)\)T")
_NUMBER = re.compile(
    r"[ \t\n]*(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|(?P<octal>0[0-7]*)|(?P<decimal>[1-9][0-9]*))"
)
_FLOAT = re.compile(
    r"[ \t\n]*[-+]?(?:inf(?:inity)?|nan|0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)",
    re.IGNORECASE,
)
_LARGEST = 1 << 20
_LONG = 1 << 10


class PrintfError(Exception):
    """A format that is wrong; `output` is what came before."""

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output


class _Stop(Exception):  # noqa: N818  not an error: `\c`
    pass


def format_all(form: str, arguments: Sequence[str], dialect: Dialect, now: int = 0) -> tuple[str, list[str]]:
    """The text that `printf form arguments` prints, and the messages about arguments that are no numbers.

    The format is used again until all arguments are. `now` is the time in seconds. PrintfError when the
    format is wrong.
    """
    printer = _Printer(form, list(arguments), dialect, now)
    try:
        while True:
            used = printer.at
            printer.once()
            check_size(printer.size_of_output())
            if printer.at >= len(printer.arguments) or printer.at == used:
                break
    except _Stop:
        pass
    except PrintfError as error:
        error.output = rejoin("".join(printer.out))
        raise
    return rejoin("".join(printer.out)), printer.messages


class _Printer:
    def __init__(self, form: str, arguments: list[str], dialect: Dialect, now: int) -> None:
        self.form, self.arguments, self.dialect, self.now = form, arguments, dialect, now
        self.at = 0
        self.out: list[str] = []
        self.messages: list[str] = []
        self._size = self._counted = 0

    def once(self) -> None:
        form, place = self.form, 0
        while place < len(form):
            char = form[place]
            if char == "\\":
                if form[place + 1 : place + 2] == "c" and self.dialect.name == "ash":
                    raise _Stop
                text, place = _escape(form, place + 1, self.dialect)
                self.out.append(text)
            elif char == "%":
                place = self.directive(place)
            else:
                end = place
                while end < len(form) and form[end] not in "\\%":
                    end += 1
                self.out.append(form[place:end])
                place = end

    def size_of_output(self) -> int:
        """How long the output is so far: pieces are counted once."""
        self._size += sum(map(len, self.out[self._counted :]))
        self._counted = len(self.out)
        return self._size

    def next(self) -> str | None:
        if self.at >= len(self.arguments):
            return None
        self.at += 1
        return self.arguments[self.at - 1]

    def directive(self, place: int) -> int:
        if self.form.startswith("%%", place):
            self.out.append("%")
            return place + 2
        if self.dialect.bash and (time := _TIME.match(self.form, place)):
            self.out.append(
                _pad(self.time(time.group("format")), time.group("flags"), int(time.group("width") or 0))
            )
            return time.end()
        match = _DIRECTIVE.match(self.form, place)
        assert match is not None
        flags = match.group("flags")
        width, precision = self.size(match.group("width")), self.size(match.group("precision"))
        if width is not None and width < 0:
            flags, width = flags + "-", -width
        if precision is not None and precision < 0:
            precision = None
        if max(width or 0, precision or 0) > _LARGEST:
            raise PrintfError(f"{match.group()}: invalid format")
        kind = match.group("kind")
        if kind and kind in "diouxX":
            text = self.integer(kind, flags, width or 0, precision)
        elif kind and kind in "eEfFgGaA":
            text = self.floating(kind, flags, width or 0, precision)
        elif kind == "c":
            text = _pad((self.next() or "")[:1], flags, width or 0)
        elif kind == "s":
            text = self.string(self.next() or "", flags, width or 0, precision)
        elif kind == "b":
            text = self.escaped(flags, width or 0, precision)
        elif kind == "q" and self.dialect.bash:
            from minibuild.shell.bash_variables import quote_word

            text = self.string(quote_word(self.next() or ""), flags, width or 0, precision)
        elif self.dialect.bash:
            raise PrintfError(
                f"`{kind}': invalid format character"
                if kind
                else f"`{match.group()}': missing format character"
            )
        else:
            if self.dialect.posix_only:
                raise PrintfError(
                    f"{match.group()}: invalid directive" if kind else "missing format character"
                )
            raise PrintfError(f"%{flags}{self.form[match.start('kind') :]}: invalid format")
        self.out.append(text)
        if len(text) > _LONG:
            check_size(self.size_of_output())
        return match.end()

    def size(self, text: str | None) -> int | None:
        """A width or precision; `*` takes it from the arguments."""
        if text is None:
            return None
        if text == "*":
            return self.value(self.next())
        return int(text) if text else 0

    # ---- values

    def complain(self, text: str, *, partly: bool = False) -> None:
        if self.dialect.posix_only:
            self.messages.append(
                f"{text}: {'not completely converted' if partly else 'expected numeric value'}"
            )
        else:
            self.messages.append(
                f"{text}: invalid number" if self.dialect.bash else f"invalid number '{text}'"
            )

    def value(self, text: str | None) -> int:
        if not text:
            if not (self.dialect.posix_only or self.dialect.bash):
                self.complain("")
            return 0
        if text[0] in "\"'":
            return ord(narrow(text[1:2])[:1] or "\0") if not self.dialect.bash else ord(text[1:2] or "\0")
        match = _NUMBER.match(text)
        if match is None:
            self.complain(text)
            return 0
        number = int(match.group("hex"), 16) if match.group("hex") else (
            int(match.group("octal"), 8) if match.group("octal") else int(match.group("decimal"))
        )  # fmt: skip
        if match.end() < len(text):
            self.complain(text, partly=True)
            if not (self.dialect.posix_only or self.dialect.bash):
                return 0
        return -number if match.group("sign") == "-" else number

    def integer(self, kind: str, flags: str, width: int, precision: int | None) -> str:
        value = self.value(self.next())
        if kind in "di":
            value = max(min(value, (1 << 63) - 1), -(1 << 63))
            sign = "-" if value < 0 else "+" if "+" in flags else " " if " " in flags else ""
            digits = str(abs(value))
        else:
            value = min(value & ((1 << 64) - 1) if value < 0 else value, (1 << 64) - 1)
            digits = {"u": "d", "o": "o", "x": "x", "X": "X"}[kind]
            digits = format(value, digits)
            sign = ""
            if "#" in flags and value:
                sign = {"x": "0x", "X": "0X"}.get(kind, "")
                digits = "0" + digits if kind == "o" else digits
        if precision is not None:
            digits = "" if precision == 0 and value == 0 else digits.rjust(precision, "0")
        elif "0" in flags and "-" not in flags:
            digits = digits.rjust(width - len(sign), "0")
        return _pad(sign + digits, flags, width)

    def floating(self, kind: str, flags: str, width: int, precision: int | None) -> str:
        text = self.next()
        value = 0.0
        if text is not None and text[:1] in ("'", '"'):
            value = float(ord(narrow(text[1:2])[:1] or "\0"))
        elif text:
            match = _FLOAT.match(text)
            if match is None:
                self.complain(text)
            else:
                found = match.group().strip()
                value = float(int(found, 16)) if "x" in found.lower() else float(found)
                if match.end() < len(text):
                    self.complain(text, partly=True)
                    if not (self.dialect.posix_only or self.dialect.bash):
                        value = 0.0
        digits = 6 if precision is None else precision
        sign = "-" if value < 0 else "+" if "+" in flags else " " if " " in flags else ""
        body = (
            value.hex()
            if kind in "aA"
            else format(abs(value), f"{'#' if '#' in flags else ''}.{digits}{kind}")
        )
        if "0" in flags and "-" not in flags:
            body = body.rjust(width - len(sign), "0")
        return _pad(sign + body, flags, width)

    def string(self, text: str, flags: str, width: int, precision: int | None) -> str:
        if text.isascii() or (precision is None and not width):
            return _pad(text if precision is None else text[:precision], flags, width)
        octets = narrow(text)
        return widen(_pad(octets if precision is None else octets[:precision], flags, width))

    def escaped(self, flags: str, width: int, precision: int | None) -> str:
        from minibuild.shell.builtins.output import interpreted

        text, stop = interpreted(self.next() or "", self.dialect)
        text = self.string(rejoin(text), flags, width, precision)
        if stop:
            self.out.append(text)
            raise _Stop
        return text

    def time(self, form: str) -> str:
        import time

        text = self.next()
        moment = self.now if text in (None, "-1", "-2") else self.value(text)
        return time.strftime(form or "%X", time.gmtime(moment))


def _escape(form: str, at: int, dialect: Dialect) -> tuple[str, int]:
    """An escape of the format: octal numbers need no leading zero."""
    if at >= len(form):
        return "\\", at
    if form[at] in "\"'" or form[at] == "?":
        return form[at], at + 1
    return escape(form, at, dialect)


def _pad(text: str, flags: str, width: int) -> str:
    return text.ljust(width) if "-" in flags else text.rjust(width)
