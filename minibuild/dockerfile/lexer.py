"""The lexer: logical lines cut into the terminals of `grammar/dockerfile.lark`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.dockerfile.errors import DockerfileError
from minibuild.dockerfile.expand import ExpandError
from minibuild.dockerfile.heredocs import heredocs_in
from minibuild.dockerfile.nodes import Heredoc
from minibuild.dockerfile.spaces import UNICODE
from minibuild.dockerfile.words import (
    PLAIN_GAP,
    json_array,
    plain_words,
    quoted_words,
    split_flags,
    split_kind,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.dockerfile.lines import LineReader, LogicalLine


class Lexemes:
    """The tokens of one statement: for each the terminal's name, the text and its offset in the line's text.

    `heredocs` are the here-documents that follow the line; they have tokens, too.
    """

    __slots__ = ("heredocs", "line", "offsets", "terminals", "texts")

    def __init__(self, line: LogicalLine) -> None:
        self.line = line
        self.terminals: list[str] = []
        self.texts: list[str] = []
        self.offsets: list[int] = []
        self.heredocs: tuple[Heredoc, ...] = ()

    def add(self, terminal: str, text: str, offset: int) -> None:
        """Append a token."""
        self.terminals.append(terminal)
        self.texts.append(text)
        self.offsets.append(offset)


class Lexer:
    """Cuts the lines of one file."""

    def __init__(self, reader: LineReader) -> None:
        self._reader = reader
        self._escape = reader.escape
        # Whether the instruction under way may be followed by here-documents.
        self._takes_heredocs = False
        self._cutters: dict[str, Callable[[Lexemes, str, int], None]] = {
            "add": self._paths,
            "arg": self._argument_words,
            "cmd": self._command,
            "copy": self._paths,
            "entrypoint": self._command,
            "env": self._pairs,
            "expose": self._words,
            "from": self._words,
            "healthcheck": self._healthcheck,
            "label": self._pairs,
            "maintainer": self._text,
            "onbuild": self._text,
            "run": self._command,
            "shell": self._command,
            "stopsignal": self._text,
            "user": self._text,
            "volume": self._paths,
            "workdir": self._text,
        }

    def statement(self) -> Lexemes | None:
        """The tokens of the next statement, None at the end of the file.

        Raise `DockerfileError` where lines can't be put together.
        """
        line = self._reader.logical_line()
        if line is None:
            self._reader.finish()
            return None
        tokens = Lexemes(line)
        self._takes_heredocs = False
        self._instruction(tokens, line.text, 0)
        if self._takes_heredocs and "<<" in line.text:
            self._heredocs(tokens, line)
        tokens.add("END", "", len(line.text))
        return tokens

    def _instruction(self, tokens: Lexemes, text: str, offset: int, outer: str = "") -> None:
        """An instruction, or what ONBUILD (`outer`) stands before."""
        bare = text.lstrip(UNICODE)
        offset += len(text) - len(bare)
        bare = bare.rstrip(UNICODE)
        if not bare and outer:
            return
        gap = PLAIN_GAP.search(bare)
        written, rest = (bare[: gap.start()], bare[gap.end() :]) if gap else (bare, "")
        # Looked up in lower case as BuildKit does: some letters outside ASCII have an upper case within it.
        keyword = written.lower()
        cut = self._cutters.get(keyword)
        tokens.add(keyword.upper() if cut else "UNKNOWN", written, offset)
        rest_at = offset + len(bare) - len(rest)
        if rest.startswith("--"):
            flags, after = split_flags(rest)
            for flag, position in flags:
                tokens.add("FLAG", flag, rest_at + position)
            rest_at += len(rest) - len(after)
            rest = after
        stripped = rest.strip(UNICODE)
        rest_at += len(rest) - len(rest.lstrip(UNICODE)) if stripped is not rest else 0
        # Here-documents belong to an instruction, or to the one right behind one ONBUILD.
        if keyword in ("run", "copy", "add") and outer in ("", "ONBUILD"):
            self._takes_heredocs = True
        if keyword == "onbuild":
            # A second ONBUILD is refused later: what stands behind a third is not looked at.
            if outer != "ONBUILD ONBUILD":
                self._instruction(tokens, stripped, rest_at, f"{outer} ONBUILD".strip())
        elif cut and stripped:
            cut(tokens, stripped, rest_at)

    def _command(self, tokens: Lexemes, text: str, offset: int) -> None:
        array = json_array(text)
        if array is not None:
            self._array(tokens, array, offset)
        else:
            tokens.add("TEXT", text, offset)

    def _paths(self, tokens: Lexemes, text: str, offset: int) -> None:
        array = json_array(text)
        if array is not None:
            self._array(tokens, array, offset)
        else:
            self._words(tokens, text, offset)

    def _array(self, tokens: Lexemes, elements: list[object], offset: int) -> None:
        self._takes_heredocs = False
        tokens.add("_LBRACKET", "[", offset)
        for number, element in enumerate(elements):
            if number:
                tokens.add("_COMMA", ",", offset)
            if isinstance(element, str):
                tokens.add("STRING", replace_surrogates(element), offset)
            else:
                tokens.add("NOT_STRING", "", offset)
        tokens.add("_RBRACKET", "]", offset)

    def _words(self, tokens: Lexemes, text: str, offset: int) -> None:
        for word, position in plain_words(text):
            tokens.add("WORD", word, offset + position)

    def _argument_words(self, tokens: Lexemes, text: str, offset: int) -> None:
        for word, position in quoted_words(text, self._escape):
            tokens.add("WORD", word, offset + position)

    def _pairs(self, tokens: Lexemes, text: str, offset: int) -> None:
        words = quoted_words(text, self._escape)
        if words and "=" not in words[0][0]:
            # The old form, `ENV KEY value`: one pair, its value is the rest of the line.
            key, *value = PLAIN_GAP.split(text, maxsplit=1)
            tokens.add("KEY", key, offset)
            if value:
                tokens.add("VALUE", value[0], offset + len(text) - len(value[0]))
            return
        for word, position in words:
            at = offset + position
            key, equal, value_text = word.partition("=")
            if not equal:
                tokens.add("WORD", word, at)
                return
            tokens.add("KEY", key, at)
            tokens.add("_EQUAL", equal, at + len(key))
            tokens.add("VALUE", value_text, at + len(key) + 1)

    def _text(self, tokens: Lexemes, text: str, offset: int) -> None:
        tokens.add("TEXT", text, offset)

    def _healthcheck(self, tokens: Lexemes, text: str, offset: int) -> None:
        kind, rest = split_kind(text)
        tokens.add("KIND", kind, offset)
        if rest:
            self._command(tokens, rest, offset + len(text) - len(rest))

    def _heredocs(self, tokens: Lexemes, line: LogicalLine) -> None:
        try:
            found = heredocs_in(line.text)
        except ExpandError as error:
            raise DockerfileError(
                f"bad name of a here-document: {error.message}", line=line.start, column=line.column
            ) from None
        at = line.text.find("<<")
        heredocs = []
        for sign in found:
            data = self._reader.heredoc(line, sign.name, sign.chomp)
            heredocs.append(Heredoc(sign.name, data, sign.expand, sign.chomp, sign.fd))
            tokens.add("HEREDOC", sign.name, at)
        tokens.heredocs = tuple(heredocs)


def replace_surrogates(text: str) -> str:
    """`text` with every byte that is no UTF-8 as a replacement character, as Go's JSON has it."""
    if text.isascii():
        return text
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
