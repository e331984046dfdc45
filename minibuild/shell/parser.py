"""The grammar of the shell (POSIX XCU 2.10.2): lists, pipelines, simple commands."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from minibuild.shell.errors import ShellSyntaxError
from minibuild.shell.lexer import END, NEWLINE, REDIRECTION, WORD, Lexer
from minibuild.shell.nodes import (
    AndOr,
    Assignment,
    Background,
    Command,
    Function,
    HereDocument,
    Not,
    Parameter,
    Pipeline,
    Redirected,
    Redirection,
    Script,
    Sequence,
    SimpleCommand,
    Text,
    Timed,
    Word,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from minibuild.shell.dialect import Dialect

# Tokens and keywords that can only end a list.
_ENDS = frozenset((")", ";;", ";&", ";;&", END))
_END_WORDS = frozenset(("then", "fi", "do", "done", "elif", "else", "esac", "}"))
_ASSIGNED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_APPENDED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\+?=")
_GOOD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_TEST_OPERATORS = {"&&": "-a", "||": "-o"}
_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*|\\\n)*\Z")
_SEPARATED = _ENDS | {NEWLINE, "&", ";"}


class Commands(Lexer):
    """Lists, pipelines, simple commands. Compound commands are left to `compound`."""

    compound: Callable[[str], Command | None]
    array_element: Callable[[], Assignment | None]
    array_value: Callable[[Assignment], Assignment]
    declaration: Callable[[str], bool]

    def __init__(
        self,
        text: str,
        dialect: Dialect,
        *,
        more: Callable[[], str] | None = None,
        aliases: Mapping[str, str] | None = None,
        extended_patterns: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(text, dialect, more=more, aliases=aliases, extended_patterns=extended_patterns)
        self._pending = []
        self._plain_words = {}

    # ---- scripts

    def next_command(self) -> Command | None:
        """The next complete command, to the end of its last line; None at the end of the script.

        ShellSyntaxError when there is an error in it.
        """
        try:
            self.skip_newlines()
            if self.peek() == END:
                return None
            command = self._list(stop_at_newline=True)
            if self.peek() == NEWLINE:
                self.advance()
            elif self.kind != END:
                self.unexpected()
        except RecursionError:
            raise ShellSyntaxError("too deeply nested", line=self.line) from None
        return command

    def finished(self) -> bool:
        """Whether nothing is left but blanks, comments and newlines."""
        if self._more is not None or (self._known and self.kind != END):
            return False
        return _BLANK.match(self.text, self.pos) is not None

    def script(self) -> Script:
        """All commands that are left."""
        commands = []
        while (command := self.next_command()) is not None:
            commands.append(command)
        return Script(tuple(commands))

    def inner_script(self) -> Script:
        """The commands of a substitution, up to its `)`, which is read too."""
        known, kind, word, plain, start = self._known, self.kind, self.word, self.plain, self.start
        pending, self._pending = self._pending, []
        self._known = False
        body = self.body(empty=True)
        if self.peek() != ")":
            self.unexpected('")"')
        self.advance()
        self._known, self.kind, self.word, self.plain, self.start = known, kind, word, plain, start
        self._pending = pending + self._pending
        return Script(() if body is None else (body,))

    def script_of(self, text: str, line: int) -> Script:
        """The commands of a text: what is between backquotes."""
        inner = type(self)(text, self.dialect, aliases=self.aliases, extended_patterns=self.extended_patterns)
        inner.line = line
        try:
            return inner.script()
        except ShellSyntaxError as error:
            if not self.dialect.bash:
                raise
            return Script((), error.reason)

    # ---- lists

    def body(self, *, empty: bool = False) -> Command | None:
        """A list that something else ends. It must have a command, unless it may be `empty`."""
        self.skip_newlines()
        if empty and self._at_end():
            return None
        return self._list(stop_at_newline=False)

    def commands(self, ending: str) -> Command:
        """A list of one command at least, which `ending` should follow."""
        self.skip_newlines()
        if self.peek() == END:
            self.premature_end(f'"{ending}"')
        body = self.body()
        assert body is not None
        return body

    def _at_end(self) -> bool:
        return self.peek() in _ENDS or (self.kind == WORD and self.plain in _END_WORDS)

    def _list(self, *, stop_at_newline: bool) -> Command:
        commands: list[Command] = []
        while True:
            start = self._start()
            command = self._and_or()
            kind = self.peek()
            if kind == "&":
                command = Background(command, self.text[start : self.start].strip())
            commands.append(command)
            if kind in (";", "&"):
                self.advance()
                kind = self.peek()
                if stop_at_newline and kind == NEWLINE:
                    break
            elif kind != NEWLINE or stop_at_newline:
                break
            if not stop_at_newline:
                self.skip_newlines()
            if self._at_end():
                break
        return commands[0] if len(commands) == 1 else Sequence(tuple(commands))

    def _start(self) -> int:
        self.peek()
        return self.start

    def _and_or(self) -> Command:
        command = self.pipeline()
        while self.peek() in ("&&", "||"):
            operator = self.kind
            self.advance()
            self.skip_newlines()
            command = AndOr(command, operator, self.pipeline())
        return command

    def pipeline(self) -> Command:
        """Commands joined by `|`, perhaps after `!`."""
        negated = timed = False
        self._alias()
        while self.keyword() in ("!", "time"):
            if self.plain == "time":
                timed = True
            else:
                negated = not negated
            self.advance()
            if not self.dialect.bash:
                break
            if timed and self.peek() == WORD and self.plain == "-p":
                self.advance()
        if self.dialect.bash and (negated or timed) and self.peek() in _SEPARATED:
            return _modified(SimpleCommand((), (), (), self.line), negated=negated, timed=timed)
        first = self.command()
        elements = [first]
        while self.peek() in ("|", "|&"):
            if self.kind == "|&":
                elements[-1] = _with_stderr(elements[-1], self.line)
            self.advance()
            self.skip_newlines()
            elements.append(self.command())
        command = first if len(elements) == 1 else Pipeline(tuple(elements))
        return _modified(command, negated=negated, timed=timed)

    # ---- commands

    def command(self) -> Command:
        """A simple or compound command, with its redirections."""
        self._alias()
        kind = self.peek()
        line = self.line
        if kind == WORD:
            keyword = self.keyword()
            command = self.compound(keyword) if keyword else None
            if command is None:
                return self._simple(line)
        elif kind == "(":
            command = self.compound("(")
            assert command is not None
        elif kind == REDIRECTION:
            return self._simple(line)
        else:
            self.unexpected()
            raise AssertionError
        if isinstance(command, Function):
            return command
        redirections = self.redirections()
        return Redirected(command, redirections, line) if redirections else command

    def redirections(self) -> tuple[Redirection, ...]:
        """Redirections, as long as there are any."""
        found = []
        while self.peek() == REDIRECTION:
            found.append(self._redirected())
        return tuple(found)

    def _alias(self) -> None:
        """Replace the word that comes next as long as it is an alias."""
        if not self.aliases:
            return
        while self.peek() == WORD and self.plain is not None and self.plain in self.aliases:
            if not self.substitute(self.plain, self.start):
                return
            self.forget()

    def _simple(self, line: int) -> Command:
        assignments: list[Assignment] = []
        words: list[Word | Assignment] = []
        redirections: list[Redirection] = []
        declaring = False
        start = self._start()
        while True:
            kind = self.peek()
            if kind == WORD:
                if words and self.aliases and self.after_blank_alias(self.start):
                    self._alias()
                    if self.peek() != WORD:
                        continue
                assignment = self._assignment() if not words or declaring else None
                if assignment is None:
                    words.append(self.word)
                    self.advance()
                    if len(words) == 1:
                        declaring = self.plain is not None and self.declaration(self.plain)
                        if self.peek() == "(" and not assignments and not redirections:
                            return self._function(start, line)
                elif words:
                    words.append(assignment)
                else:
                    assignments.append(assignment)
            elif kind == REDIRECTION:
                redirections.append(self._redirected())
            elif kind == "(":
                self.unexpected()
            elif kind in _TEST_OPERATORS and self._in_double_brackets(words):
                words.append(Word((Text(_TEST_OPERATORS[kind], True),)))
                self.advance()
            else:
                return SimpleCommand(tuple(assignments), tuple(words), tuple(redirections), line)

    def _in_double_brackets(self, words: list[Word | Assignment]) -> bool:
        """ash's `[[` is a command like `[`, but the parser leaves `&&` and `||` to it, as `-a` and `-o`."""
        if self.dialect.bash or self.dialect.posix_only or not words or not isinstance(words[0], Word):
            return False
        return words[0].literal == "[[" and not any(isinstance(w, Word) and w.literal == "]]" for w in words)

    def _assignment(self) -> Assignment | None:
        """The word that comes next as an assignment, if it is one; then it is used up."""
        plain = self.plain
        if plain is not None and "=" not in plain and "[" not in plain:
            return None
        if self.dialect.bash and (element := self.array_element()) is not None:
            return element
        first = self.word.parts[0] if self.word.parts else None
        if type(first) is not Text or first.quoted:
            return None
        match = (_APPENDED if self.dialect.bash else _ASSIGNED).match(first.text)
        if match is None:
            return None
        rest = first.text[match.end() :]
        parts = ((Text(rest, False),) if rest else ()) + self.word.parts[1:]
        assignment = Assignment(match.group(1), Word(parts), first.text[match.end() - 2] == "+")
        self.advance()
        if self.dialect.bash and not parts:
            return self.array_value(assignment)
        return assignment

    def _function(self, start: int, line: int) -> Function:
        name = self.plain
        if name is None or (not self.dialect.bash and not _GOOD_NAME.match(name)):
            self.error("bad function name", at=start)
        self.advance()
        if self.peek() != ")":
            self.unexpected('")"')
        self.advance()
        return self.function_body(name, start, line)

    def function_body(self, name: str, start: int, line: int) -> Function:
        """The command that a function is."""
        self.skip_newlines()
        body = self.command()
        self.peek()
        return Function(name, body, self.text[start : self.start].strip(), line)

    def _redirected(self) -> Redirection:
        operator, number, variable = self.operator, self.number, self.variable
        self.advance()
        if self.peek() != WORD:
            self.unexpected()
        word = self.word
        self.advance()
        if operator not in ("<<", "<<-"):
            return Redirection(number, operator, word, variable)
        delimiter, quoted = _delimiter(word)
        document = HereDocument(delimiter, quoted, operator == "<<-")
        self.await_here_document(document)
        return Redirection(number, "<<", document, variable)


def _modified(command: Command, *, negated: bool, timed: bool) -> Command:
    if negated:
        command = Not(command)
    return Timed(command) if timed else command


def _delimiter(word: Word) -> tuple[str, bool]:
    """The text of a here-document's delimiter, and whether any of it is quoted."""
    text, quoted = [], False
    for part in word.parts:
        if isinstance(part, Text):
            text.append(part.text)
            quoted = quoted or part.quoted
        elif isinstance(part, Parameter):
            text.append("$" + part.name)
    return "".join(text), quoted


def _with_stderr(command: Command, line: int) -> Command:
    """`command |&`: its standard error goes into the pipe too."""
    merge = Redirection(2, ">&", Word((Text("1", False),)))
    if isinstance(command, SimpleCommand):
        return replace(command, redirections=(*command.redirections, merge))
    if isinstance(command, Redirected):
        return replace(command, redirections=(*command.redirections, merge))
    return Redirected(command, (merge,), line)
