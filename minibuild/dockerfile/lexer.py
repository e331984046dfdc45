"""The lexer that Lark's LALR parser reads from: logical lines cut into the terminals of
`grammar/dockerfile.lark`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lark.lexer import Lexer, Token

from minibuild.dockerfile.errors import DockerfileError
from minibuild.dockerfile.expand import ExpandError
from minibuild.dockerfile.heredocs import heredocs_in
from minibuild.dockerfile.lines import LineReader, LogicalLine
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
    from collections.abc import Callable, Iterator

    from lark.common import LexerConf


class Lexeme(Token):
    """A token with what it stands for: HEREDOC has its `Heredoc`, END its `LogicalLine`, DIRECTIVE its value.

    `start_pos` counts from the start of the logical line.
    """

    __slots__ = ("meaning",)

    meaning: object


class DockerfileLexer(Lexer):
    """Turns Dockerfiles into tokens, any number of them, in any number of threads."""

    def __init__(self, _lexer_conf: LexerConf) -> None:
        pass

    def lex(self, data: str) -> Iterator[Token]:  # type: ignore[override]  # Lark gives custom lexers the text alone
        """The tokens of a whole file. Raise `DockerfileError` where lines can't be put together."""
        return _Cutter(LineReader(data)).tokens()


class _Cutter:
    """Cuts the lines of one file."""

    def __init__(self, reader: LineReader) -> None:
        self._reader = reader
        self._escape = reader.escape
        self._line = LogicalLine(1, 1, ())
        # Whether the instruction under way may be followed by here-documents.
        self._takes_heredocs = False
        self._cutters: dict[str, Callable[[str, int], Iterator[Token]]] = {
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
            "onbuild": self._instruction,
            "run": self._command,
            "shell": self._command,
            "stopsignal": self._text,
            "user": self._text,
            "volume": self._paths,
            "workdir": self._text,
        }

    def tokens(self) -> Iterator[Token]:
        """Everything from the directives to the last instruction."""
        reader = self._reader
        for name, value in reader.directives.items():
            directive = Lexeme("DIRECTIVE", name, 0, 1, 1)
            directive.meaning = value
            yield directive
        while (line := reader.logical_line()) is not None:
            self._line = line
            self._takes_heredocs = False
            yield from self._instruction(line.text, 0)
            if self._takes_heredocs and "<<" in line.text:
                yield from self._heredocs(line)
            end = Lexeme("END", "", len(line.text), line.start)
            end.meaning = line
            yield end
        reader.finish()

    def _instruction(self, text: str, offset: int, outer: str = "") -> Iterator[Token]:
        """An instruction, or what ONBUILD (`outer`) stands before."""
        bare = text.lstrip(UNICODE)
        offset += len(text) - len(bare)
        bare = bare.rstrip(UNICODE)
        if not bare and outer:
            return
        gap = PLAIN_GAP.search(bare)
        written, rest_at = (bare[: gap.start()], gap.end()) if gap else (bare, len(bare))
        # Looked up in lower case as BuildKit does: some letters outside ASCII have an upper case within it.
        keyword = written.lower()
        cut = self._cutters.get(keyword)
        yield Token(keyword.upper() if cut else "UNKNOWN", written, offset, self._line.start)
        rest = bare[rest_at:]
        flags, after = split_flags(rest)
        for flag, position in flags:
            yield Token("FLAG", flag, offset + rest_at + position, self._line.start)
        stripped = after.lstrip(UNICODE)
        rest_at += len(rest) - len(stripped)
        stripped = stripped.rstrip(UNICODE)
        # Here-documents belong to an instruction, or to the one right behind one ONBUILD.
        if keyword in ("run", "copy", "add") and outer in ("", "ONBUILD"):
            self._takes_heredocs = True
        if cut == self._instruction:
            # A second ONBUILD is refused later: what stands behind a third is not looked at.
            if outer != "ONBUILD ONBUILD":
                yield from self._instruction(stripped, offset + rest_at, f"{outer} ONBUILD".strip())
        elif cut:
            yield from cut(stripped, offset + rest_at)

    def _command(self, text: str, offset: int) -> Iterator[Token]:
        array = json_array(text)
        if array is not None:
            yield from self._array(array, offset)
        elif text:
            yield Token("TEXT", text, offset, self._line.start)

    def _paths(self, text: str, offset: int) -> Iterator[Token]:
        array = json_array(text)
        if array is not None:
            yield from self._array(array, offset)
        else:
            yield from self._words(text, offset)

    def _array(self, elements: list[object], offset: int) -> Iterator[Token]:
        self._takes_heredocs = False
        line = self._line.start
        yield Token("_LBRACKET", "[", offset, line)
        for number, element in enumerate(elements):
            if number:
                yield Token("_COMMA", ",", offset, line)
            if isinstance(element, str):
                yield Token("STRING", replace_surrogates(element), offset, line)
            else:
                yield Token("NOT_STRING", "", offset, line, self._line.place(offset))
        yield Token("_RBRACKET", "]", offset, line)

    def _words(self, text: str, offset: int) -> Iterator[Token]:
        for word, position in plain_words(text):
            yield Token("WORD", word, offset + position, self._line.start)

    def _argument_words(self, text: str, offset: int) -> Iterator[Token]:
        for word, position in quoted_words(text, self._escape):
            yield Token("WORD", word, offset + position, self._line.start)

    def _pairs(self, text: str, offset: int) -> Iterator[Token]:
        words = quoted_words(text, self._escape)
        if words and "=" not in words[0][0]:
            # The old form, `ENV KEY value`: one pair, its value is the rest of the line.
            key, *value = PLAIN_GAP.split(text, maxsplit=1)
            yield Token("KEY", key, offset, self._line.start)
            if value:
                yield Token("VALUE", value[0], offset + len(text) - len(value[0]), self._line.start)
            return
        for word, position in words:
            at = offset + position
            key, equal, value_text = word.partition("=")
            if not equal:
                yield Token("WORD", word, at, self._line.start, self._line.place(at))
                return
            yield Token("KEY", key, at, self._line.start)
            yield Token("_EQUAL", equal, at + len(key), self._line.start)
            yield Token("VALUE", value_text, at + len(key) + 1, self._line.start)

    def _text(self, text: str, offset: int) -> Iterator[Token]:
        if text:
            yield Token("TEXT", text, offset, self._line.start)

    def _healthcheck(self, text: str, offset: int) -> Iterator[Token]:
        if not text:
            return
        kind, rest = split_kind(text)
        yield Token("KIND", kind, offset, self._line.start)
        yield from self._command(rest, offset + len(text) - len(rest))

    def _heredocs(self, line: LogicalLine) -> Iterator[Token]:
        try:
            found = heredocs_in(line.text)
        except ExpandError as error:
            raise DockerfileError(
                f"bad name of a here-document: {error.message}", line=line.start, column=line.column
            ) from None
        for sign in found:
            data = self._reader.heredoc(line, sign.name, sign.chomp)
            token = Lexeme("HEREDOC", sign.name, line.text.find("<<"), self._line.start)
            token.meaning = Heredoc(sign.name, data, sign.expand, sign.chomp, sign.fd)
            yield token


def replace_surrogates(text: str) -> str:
    """`text` with every byte that is no UTF-8 as a replacement character, as Go's JSON has it."""
    if text.isascii():
        return text
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
