"""Compound commands (POSIX XCU 2.9.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.lexer import END, NEWLINE, WORD
from minibuild.shell.nodes import Case, CaseItem, Command, For, Group, If, Subshell, While, Word
from minibuild.shell.parser import Commands
from minibuild.shell.substitutions import NAME

if TYPE_CHECKING:
    from collections.abc import Callable


class Compounds(Commands):
    """if, while, until, for, case, `{ }`, `( )`; those of bash are left to `bash_compound`."""

    bash_compound: Callable[[str], Command | None]

    def compound(self, keyword: str) -> Command | None:
        """The compound command that `keyword` (or `(`) begins; None when it begins none."""
        if keyword == "if":
            return self._if()
        if keyword in ("while", "until"):
            self.advance()
            condition = self.commands("do")
            return While(condition, self.loop_body(), keyword == "until")
        if keyword == "for":
            return self._for()
        if keyword == "case":
            return self._case()
        if keyword == "{":
            self.advance()
            body = self.commands("}")
            self.expect("}")
            return Group(body)
        if keyword == "(":
            if self.dialect.bash and (command := self.bash_compound("((")) is not None:
                return command
            self.advance()
            body = self.commands(")")
            if self.peek() != ")":
                self.unexpected('")"')
            self.advance()
            return Subshell(body)
        if keyword in ("function", "[[", "select"):
            return self.bash_compound(keyword)
        self.unexpected()
        return None

    def expect(self, keyword: str) -> None:
        """Use up a keyword."""
        if self.keyword() != keyword:
            self.unexpected(f'"{keyword}"')
        self.advance()

    def loop_body(self) -> Command:
        """`do … done`."""
        self._do()
        body = self.commands("done")
        self.expect("done")
        return body

    def _do(self) -> None:
        if self.keyword() != "do":
            self.unexpected('"do"')
        self.advance()

    def _if(self) -> Command:
        branches: list[tuple[Command, Command]] = []
        otherwise = None
        while self.keyword() in ("if", "elif"):
            self.advance()
            condition = self.commands("then")
            self.expect("then")
            branches.append((condition, self.commands("fi")))
        if self.keyword() == "else":
            self.advance()
            otherwise = self.commands("fi")
        self.expect("fi")
        return If(tuple(branches), otherwise)

    def _for(self) -> Command:
        line = self.line
        self.advance()
        if self.dialect.bash and (command := self.bash_compound("for ((")) is not None:
            return command
        return self.for_words(line)

    def for_words(self, line: int, *, select: bool = False) -> Command:
        """`name [in words] do … done`."""
        if self.peek() != WORD or self.plain is None or not NAME.fullmatch(self.plain):
            self.error("bad for loop variable", at=self.start)
        name = self.plain
        self.advance()
        words: tuple[Word, ...] | None = None
        after_newline = self.peek() == NEWLINE
        self.skip_newlines()
        if self.keyword() == "in":
            self.advance()
            found: list[Word] = []
            while self.peek() == WORD:
                found.append(self.word)
                self.advance()
            words = tuple(found)
            if self.kind not in (";", NEWLINE):
                self.unexpected()
            self.advance()
        elif self.kind == ";" and not after_newline:
            self.advance()
        self.skip_newlines()
        if self.dialect.bash and self.keyword() == "{":
            self.advance()
            body = self.commands("}")
            self.expect("}")
        else:
            body = self.loop_body()
        return For(name, words, body, line, select)

    def _case(self) -> Command:
        line = self.line
        self.advance()
        if self.peek() != WORD:
            self.unexpected("word")
        word = self.word
        self.advance()
        self.skip_newlines()
        if self.keyword() != "in":
            self.unexpected('"in"')
        self.advance()
        items: list[CaseItem] = []
        self.skip_newlines()
        while self.keyword() != "esac":
            item, last = self._case_item()
            items.append(item)
            self.skip_newlines()
            if last:
                break
        self.expect("esac")
        return Case(word, tuple(items), line)

    def _case_item(self) -> tuple[CaseItem, bool]:
        """One item, and whether it ends without `;;`: then it is the last one."""
        if self.peek() == "(":
            self.advance()
        patterns: list[Word] = []
        while True:
            if self.peek() == END:
                self.unexpected('")"')
            if self.kind != WORD:
                self.unexpected()
            patterns.append(self.word)
            self.advance()
            if self.peek() != "|":
                break
            self.advance()
        if self.kind != ")":
            self.unexpected('")"')
        self.advance()
        body = self.body(empty=True)
        ending = self.peek()
        if ending in (";;", ";&", ";;&"):
            self.advance()
            return CaseItem(tuple(patterns), body, ending), False
        if self.keyword() != "esac":
            self.unexpected('";;"')
        return CaseItem(tuple(patterns), body), True
