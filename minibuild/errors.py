"""Errors for people: what, where, why, what to do.

Everything that can go wrong with a user's input derives from `MinibuildError`. This module imports nothing
of the package, so that every room can use it.
"""

_WIDEST_SOURCE = 200
_LONGEST_MESSAGE = 4000
_VISIBLE = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {0x7F: 0x2421}


class MinibuildError(Exception):
    """A failure that is told in words, with its place and a remedy.

    `path`, `line` and `column` (both 1-based, 0 when unknown) say where; `source` is that line's text;
    `hint` says what to do about it. `exit_code` is the process's exit status: 1 for a failed build or check.
    """

    exit_code = 1

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        path: str = "",
        line: int = 0,
        column: int = 0,
        source: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.path = path
        self.line = line
        self.column = column
        self.source = source

    @property
    def place(self) -> str:
        """`Dockerfile:7:5`, as far as it is known."""
        if not self.line:
            return self.path
        return f"{self.path}:{self.line}" + (f":{self.column}" if self.column else "")

    def render(self) -> str:
        """The message with its place, the source line with a caret below, and the hint; no final newline.

        Control characters are shown as symbols: what was read must not command the terminal.
        """
        place, message = self.place, self.message
        if len(message) > _LONGEST_MESSAGE:
            message = f"{message[: _LONGEST_MESSAGE // 2]} … {message[-_LONGEST_MESSAGE // 2 :]}"
        lines = [f"{place}: {message}" if place else message]
        if self.source:
            number = f"{self.line:>5} | " if self.line else "      | "
            source, column = self._window()
            lines.append(number + source)
            if column:
                # Tabs are kept, so that the caret stands under its character however wide a tab is.
                before = "".join("\t" if c == "\t" else " " for c in source[: column - 1])
                lines.append(" " * (len(number) - 2) + "| " + before + "^")
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines).translate(_VISIBLE)

    def _window(self) -> tuple[str, int]:
        """(the source line, or what stands around the column of a very long one, the column in it)."""
        if len(self.source) <= _WIDEST_SOURCE:
            return self.source, self.column
        start = max(self.column - _WIDEST_SOURCE // 2, 0)
        end = start + _WIDEST_SOURCE
        head, tail = "…" if start else "", "…" if end < len(self.source) else ""
        return head + self.source[start:end] + tail, self.column and self.column - start + len(head)


class UsageError(MinibuildError):
    """The command line itself is wrong: exit status 2."""

    exit_code = 2


def unexpected(error: Exception) -> str:
    """What to say of an error that is our own fault."""
    return (
        f"minibuild failed unexpectedly ({type(error).__name__}: {error}): please report this;"
        " MINIBUILD_DEBUG=1 shows where it happened"
    )
