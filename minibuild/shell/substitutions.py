"""Reading what begins with `$`, a backquote, `<(`: parameters, commands, arithmetic (POSIX XCU 2.6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.shell.nodes import (
    Arithmetic,
    CommandSubstitution,
    Parameter,
    ProcessSubstitution,
    Script,
    Text,
    Word,
)
from minibuild.shell.quoting import Parts, Quoting

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DIGITS = re.compile(r"[0-9]+")
_BACKQUOTED = re.compile(r"[^`\\]+")
_SPECIAL = "@*#?$!-"
_TRANSFORMATIONS = "QEPAaUuLKk"


class Substitutions(Quoting):
    """Reads expansions. The inside of a command substitution is read by `inner_script` and `script_of`."""

    inner_script: Callable[[], Script]
    script_of: Callable[[str, int], Script]

    def dollar(self, parts: Parts, quoted: bool) -> None:
        """What `$` begins here."""
        following = self.ahead()
        if following == "\\":
            self.join(self.pos + 1)
            following = self.ahead()
        if following == "{":
            self._braces(parts, quoted)
        elif following == "(":
            self._parenthesis(parts, quoted)
        elif match := NAME.match(self.text, self.pos + 1):
            name = self._long_name(match.group(), match.end())
            parts.part(Parameter(name, quoted))
        elif following and (following in _SPECIAL or following in "0123456789"):
            self.pos += 2
            parts.part(Parameter(following, quoted))
        else:
            self.pos += 1
            parts.text("$", quoted)

    def _long_name(self, name: str, end: int) -> str:
        """A name that may go on behind a continued line; reads it."""
        if self.text.startswith("\\\n", end):
            self.join(end)
            match = NAME.match(self.text, end - len(name))
            if match is not None and match.end() > end:
                return self._long_name(match.group(), match.end())
        self.pos = end
        return name

    def _parenthesis(self, parts: Parts, quoted: bool) -> None:
        if self.ahead(2) == "(":
            start, line = self.pos, self.line
            self.pos += 3
            expression = self.arithmetic_word("))", must=not self.dialect.bash)
            if expression is not None:
                parts.part(Arithmetic(expression, quoted))
                return
            self.pos, self.line = start, line  # bash: a subshell in a command substitution after all
        self.pos += 2
        parts.part(CommandSubstitution(self.inner_script(), quoted))

    def arithmetic_word(self, end: str, *, must: bool = True) -> Word | None:
        """The expression up to `end` (`))`, `;` or `]`), which is read too. None if that is missing and not a
        `must`.
        """
        parts = Parts()
        depth = 0
        while True:
            char = self.char()
            if not char:
                if must:
                    self.missing(end)
                return None
            if not depth and char == end[0]:
                if len(end) == 1 or self.ahead() == end[1]:
                    self.pos += len(end)
                    return parts.word()
                if not must:
                    return None
                if len(end) == 2:
                    self.missing("))")
            if (char in "()[]" and end != ";") or char in "()":
                depth += 1 if char in "([" else -1
            self._arithmetic_piece(parts, char, end)

    def _arithmetic_piece(self, parts: Parts, char: str, end: str) -> None:
        if char == "$":
            self.dollar(parts, True)
        elif char == "`":
            self.backquote(parts, True)
        elif char == "\\" and self.ahead() in ("\n", "$", "`", "\\", '"'):
            if self.ahead() == "\n":
                self.line += 1
            else:
                parts.text(self.ahead(), True)
            self.pos += 2
        elif self.dialect.bash and char == '"':
            self.pos += 1
            self.double_quoted(parts)
        elif self.dialect.bash and char == "'" and end == "]":
            self.single_quoted(parts)
        else:
            self.pos += 1
            self.line += char == "\n"
            parts.text(char, True)

    # ---- ${…}

    def _braces(self, parts: Parts, quoted: bool) -> None:
        self.pos += 2
        self.join(self.pos)
        if self.text.startswith("#\\\n", self.pos):
            self.join(self.pos + 1)
        indirect = False
        if self.char() == "!" and self.dialect.bash and self._name_at(self.pos + 1):
            indirect = True
            self.pos += 1
        if self.char() == "#" and self._length(parts, quoted):
            return
        name = self._name_at(self.pos)
        if not name:
            parts.part(self._bad("", quoted))
            return
        name = self._long_name(name, self.pos + len(name))
        subscript = self._subscript(name)
        if self.char() == "}":
            self.pos += 1
            operator = "!keys" if indirect and self._all(subscript) else "!" if indirect else ""
            parts.part(Parameter(name, quoted, operator, subscript=subscript))
            return
        parts.part(self._operation(name, quoted, subscript, indirect))

    def _all(self, subscript: Word | None) -> bool:
        return subscript is not None and subscript.parts in (
            (Text("@", True),),
            (Text("*", True),),
        )

    def _length(self, parts: Parts, quoted: bool) -> bool:
        """Read `#name}` after `${`; False when the `#` is the parameter itself."""
        name = self._name_at(self.pos + 1)
        if not name:
            return False
        after = self.pos + 1 + len(name)
        self.join(after)
        if self.dialect.bash and self.text[after : after + 1] == "[":
            self.pos = after
            subscript = self._subscript(name)
            if self.char() == "}":
                self.pos += 1
                parts.part(Parameter(name, quoted, "#length", subscript=subscript))
                return True
            parts.part(self._bad(name, quoted))
            return True
        if self.text[after : after + 1] == "}":
            self.pos = after + 1
            parts.part(Parameter(name, quoted, "#length"))
            return True
        if name in _SPECIAL:
            return False  # ${#-word}, ${##pattern}, …
        self.pos = after
        parts.part(self._bad(name, quoted))
        return True

    def _name_at(self, at: int) -> str:
        match = NAME.match(self.text, at) or _DIGITS.match(self.text, at)
        if match is not None:
            return match.group()
        char = self.text[at : at + 1]
        return char if char and char in _SPECIAL else ""

    def _subscript(self, name: str) -> Word | None:
        if not self.dialect.bash or self.char() != "[" or not NAME.match(name):
            return None
        self.pos += 1
        return self.arithmetic_word("]")

    def _operation(self, name: str, quoted: bool, subscript: Word | None, indirect: bool) -> Parameter:
        char = self.char()
        operator, argument, second = char, None, None
        if char == ":" and self.ahead() and self.ahead() in "-=?+":
            operator = char + self.ahead()
        elif char in "#%" and self.ahead() == char:
            operator = char * 2
        elif not self._allowed(char, indirect):
            return self._bad(name, quoted)
        self.pos += len(operator)
        if operator == ":":
            argument = self.braces_word(True, ":}")
            if self.char() == ":":
                self.pos += 1
                second = self.braces_word(True, "}")
        elif operator == "/":
            operator, argument, second = self._replacement(operator)
        elif operator in "*@" and indirect:
            operator, indirect = "!" + operator, False
            if self.char() != "}":
                return self._bad(name, quoted)
        elif operator == "@":
            operator += self.char()
            self.pos += 1
            if operator[1:] not in _TRANSFORMATIONS or self.char() != "}":
                return self._bad(name, quoted)
        elif operator in "^,":
            operator = operator * 2 if self.char() == operator else operator
            self.pos += len(operator) - 1
            argument = self.braces_word(False, "}")
        else:
            argument = self.braces_word(quoted and operator[0] not in "#%", "}")
        self.pos += 1
        return Parameter(name, quoted, operator, argument, second, subscript, indirect)

    def _allowed(self, char: str, indirect: bool) -> bool:
        if not char:
            self.missing("}")
        if char in "-=?+#%":
            return True
        if char in ":/":
            return not self.dialect.posix_only
        return self.dialect.bash and (char in "^," or char == "@" or (char == "*" and indirect))

    def _replacement(self, operator: str) -> tuple[str, Word, Word | None]:
        char = self.char()
        if char == "/" or (self.dialect.bash and char and char in "#%"):
            operator += char
            self.pos += 1
        first = Parts()
        if self.char() == "/":  # a pattern is never empty
            self.pos += 1
            first.text("/", False)
        pattern = self.braces_word(False, "/}")
        pattern = Word(first.word().parts + pattern.parts)
        if self.char() != "/":
            return operator, pattern, None
        self.pos += 1
        return operator, pattern, self.braces_word(False, "}")

    def _bad(self, name: str, quoted: bool) -> Parameter:
        """A substitution that no shell knows: an error only when it is expanded."""
        self.braces_word(quoted, "}")
        self.pos += 1
        return Parameter(name, quoted, "bad")

    # ---- commands

    def backquote(self, parts: Parts, quoted: bool) -> None:
        """The older form of command substitution: its text is unescaped first, then read as a script."""
        start, line = self.pos, self.line
        self.pos += 1
        escaped = '$`\\"' if quoted else "$`\\"
        chunks: list[str] = []
        while True:
            char = self.char()
            if not char:
                self.error("EOF in backquote substitution", at=start)
            match = _BACKQUOTED.match(self.text, self.pos)
            if match is not None:
                chunks.append(match.group())
                self.line += match.group().count("\n")
                self.pos = match.end()
                continue
            self.pos += 1
            if char == "`":
                break
            following = self.char()
            if following and following in escaped:
                chunks.append(following)
                self.pos += 1
            elif following == "\n":
                self.pos += 1
                self.line += 1
            else:
                chunks.append("\\")
        parts.part(CommandSubstitution(self.script_of("".join(chunks), line), quoted))

    def process_substitution(self, parts: Parts) -> bool:
        """`<(…)` and `>(…)`."""
        if self.dialect.posix_only or self.ahead() != "(":
            return False
        reads = self.text[self.pos] == "<"
        self.pos += 2
        parts.part(ProcessSubstitution(self.inner_script(), reads))
        return True
