"""Tokens of the shell language, and here-documents (POSIX XCU 2.3, 2.7.4)."""

from __future__ import annotations

import re

from minibuild.shell.errors import END_OF_FILE
from minibuild.shell.nodes import HereDocument, Text, Word
from minibuild.shell.quoting import Parts
from minibuild.shell.substitutions import Substitutions

KEYWORDS = frozenset((
    "!", "{", "}", "case", "do", "done", "elif", "else", "esac", "fi", "for", "if", "in", "then", "until",
    "while",
))  # fmt: skip
MORE_KEYWORDS = frozenset(("function", "[[", "select", "time"))
_BLANK = re.compile(r"[ \t]+")
# A word that is nothing but text, and ends before a blank or an operator: most words are.
_PLAIN_WORD = re.compile(r"[ \t]*+([^ \t\n\\'\"$`;&|<>()#][^ \t\n\\'\"$`;&|<>()]*+)(?=[ \t\n;|&])")
_COMMENT = re.compile(r"[^\n]*")
_NUMBERED = re.compile(r"([0-9]+)(?=[<>])")
_NAMED = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}(?=[<>])")
_OPERATORS = {
    ";": (";;",), "&": ("&&",), "|": ("||",), "(": (), ")": (),
    "<": ("<<-", "<<", "<&", "<>"), ">": (">>", ">&", ">|"),
}  # fmt: skip
_BASH_OPERATORS = {
    **_OPERATORS,
    ";": (";;&", ";;", ";&"),
    "&": ("&&", "&>>", "&>"),
    "|": ("||", "|&"),
    "<": ("<<<", "<<-", "<<", "<&", "<>"),
}
WORD, NEWLINE, END, REDIRECTION = "word", "newline", END_OF_FILE, "redirection"


class Lexer(Substitutions):
    """One token at a time, as the parser asks for it: `kind`, and for words `word` and `plain`, for
    redirections `operator`.

    `kind` is WORD, NEWLINE, END, REDIRECTION or the operator itself. Nothing beyond a newline is read before
    it is asked for,
    so that a command can change how the next line is read.
    """

    kind = ""
    word = Word(())
    plain: str | None = None
    operator = ""
    number: int | None = None
    variable = ""
    start = 0
    _known = False
    _pending: list[HereDocument]
    _plain_words: dict[str, Word]

    def peek(self) -> str:
        """The kind of the token that comes next."""
        if not self._known:
            self._lex()
            self._known = True
        return self.kind

    def advance(self) -> None:
        """The token that comes next has been used."""
        self._known = False

    def forget(self) -> None:
        """Read the token again: an alias was put in its place."""
        self._known = False

    def keyword(self) -> str:
        """The keyword that comes next, or ""."""
        if self.peek() != WORD or self.plain is None:
            return ""
        if self.plain in KEYWORDS:
            return self.plain
        return self.plain if self.plain in MORE_KEYWORDS and self._knows(self.plain) else ""

    def _knows(self, keyword: str) -> bool:
        if keyword == "function":
            return not self.dialect.posix_only
        return self.dialect.bash

    def skip_newlines(self) -> None:
        """Use up newlines."""
        while self.peek() == NEWLINE:
            self.advance()

    def unexpected(self, expected: str = "") -> None:
        """Raise the error about the token that comes next."""
        kind = self.peek()
        if kind == END:
            self.premature_end(expected)
        token = kind
        if kind == WORD:
            token = f'"{self.plain}"' if self.keyword() else "word"
        elif kind not in (NEWLINE, REDIRECTION):
            token = f'"{kind}"'
        wanted = f" (expecting {expected})" if expected else ""
        self.error(f"unexpected {token}{wanted}", token=token, expected=expected, at=self.start)

    # ---- reading

    def _lex(self) -> None:
        match = _PLAIN_WORD.match(self.text, self.pos)
        if match is not None and not self.extended_patterns():
            self.start, self.pos = match.span(1)
            self.kind, self.plain = WORD, match[1]
            self.word = self._plain_words.get(match[1]) or self._new_plain_word(match[1])
            return
        char = self._skip_blanks()
        self.start = self.pos
        if not char:
            self.kind = END
            if self._pending:
                self._read_here_documents()
        elif char == "\n":
            self.pos += 1
            self.line += 1
            self.kind = NEWLINE
            if self._pending:
                self._read_here_documents()
        elif char in "<>" and not (self.ahead() == "(" and not self.dialect.posix_only):
            self._redirection(None)
        elif char in "0123456789" and (match := _NUMBERED.match(self.text, self.pos)):
            self.pos = match.end()
            self._redirection(int(match.group()) if len(match.group()) < 6 else 99999)
        elif char == "&" and self.ahead() == ">" and not self.dialect.posix_only:
            self._redirection(None)
        elif char in ";&|()":
            self.kind = self._operator(char)
        elif char == "{" and self.dialect.bash and (match := _NAMED.match(self.text, self.pos)):
            self.pos = match.end()
            self._redirection(None)
            self.variable = match.group(1)
        else:
            self.kind = WORD
            self.word = self.read_word()
            self.plain = self.word.literal

    def _new_plain_word(self, text: str) -> Word:
        """The word of a text without quotes; words of one text share it, as scripts repeat theirs often."""
        word = self._plain_words[text] = Word((Text(text, False),))
        return word

    def _skip_blanks(self) -> str:
        while True:
            char = self.char()
            if char == "\\" and self.ahead() == "\n":
                self.pos += 2
                self.line += 1
                continue
            if char and char in " \t":
                match = _BLANK.match(self.text, self.pos)
            elif char == "#":
                match = _COMMENT.match(self.text, self.pos)
            else:
                return char
            assert match is not None
            self.pos = match.end()

    def _operator(self, char: str) -> str:
        table = _BASH_OPERATORS if self.dialect.bash else _OPERATORS
        for distance in (1, 2):
            if self.ahead(distance) == "\\":
                self.join(self.pos + distance)
        for operator in table[char]:
            if len(operator) == 2 and self.ahead() == operator[1]:
                self.pos += 2
                return operator
            if len(operator) == 3 and self.ahead() == operator[1] and self.ahead(2) == operator[2]:
                self.pos += 3
                return operator
        self.pos += 1
        return char

    def _redirection(self, number: int | None) -> None:
        char = self.char()
        self.kind, self.number, self.variable = REDIRECTION, number, ""
        if char == "&":
            self.operator = "&>>" if self.dialect.bash and self.ahead(2) == ">" else "&>"
            self.pos += len(self.operator)
        else:
            self.operator = self._operator(char)

    # ---- here-documents

    def await_here_document(self, document: HereDocument) -> None:
        """The body of `document` begins after this line."""
        self._pending.append(document)

    def _read_here_documents(self) -> None:
        pending, self._pending = self._pending, []
        for document in pending:
            self._read_quoted(document) if document.quoted else self._read_expanded(document)

    def _begins_end(self, document: HereDocument) -> bool:
        """At the beginning of a line: strip its tabs; use the line up if it is the delimiter."""
        if document.strip_tabs:
            while self.char() == "\t":
                self.pos += 1
        self.char()  # makes sure that the line is there
        end = self.pos + len(document.delimiter)
        if not self.text.startswith(document.delimiter, self.pos) or self.text[end : end + 1] not in (
            "",
            "\n",
        ):
            return False
        self.pos = end
        if self.text[end : end + 1] == "\n":
            self.pos += 1
            self.line += 1
        return True

    def _read_quoted(self, document: HereDocument) -> None:
        lines: list[str] = []
        while self.char() and not self._begins_end(document):
            end = self.text.find("\n", self.pos) + 1 or len(self.text)
            lines.append(self.text[self.pos : end])
            self.line += 1
            self.pos = end
        document.body = Word((Text("".join(lines), True),))

    def _read_expanded(self, document: HereDocument) -> None:
        parts = Parts()
        while self.char() and not self._begins_end(document):
            self.double_piece(parts, '"}')
        document.body = parts.word()
