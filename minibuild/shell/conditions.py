"""The expressions of `test`, `[` and `[[`: files through the view of the process, strings, numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.octets import encode, narrow
from minibuild.shell.pattern import compile_pattern
from minibuild.shell.regex import python_regex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minibuild.filesystem.status import Stat
    from minibuild.kernel.process import Process
    from minibuild.shell.interpreter import Shell
    from minibuild.shell.services import Regex

_KINDS = {
    "f": "file",
    "d": "dir",
    "L": "link",
    "h": "link",
    "p": "fifo",
    "b": "block",
    "c": "char",
    "S": "socket",
}
_BITS = {"u": 0o4000, "g": 0o2000, "k": 0o1000}
_ACCESS = {"r": 4, "w": 2, "x": 1}
UNARY = frozenset(
    ["-b", "-c", "-d", "-e", "-f", "-g", "-h", "-k", "-L", "-n", "-p", "-r", "-s", "-S", "-t", "-u", "-w",
    "-x", "-z", "-O", "-G"],
)  # fmt: skip
BASH_UNARY = UNARY | {"-a", "-o", "-v", "-R", "-N"}
_NUMERIC: dict[str, Callable[[int, int], bool]] = {
    "-eq": int.__eq__, "-ne": int.__ne__, "-lt": int.__lt__,
    "-le": int.__le__, "-gt": int.__gt__, "-ge": int.__ge__,
}  # fmt: skip
BINARY = frozenset(("=", "!=", "<", ">", "==", "=~", "-nt", "-ot", "-ef", *_NUMERIC))


class TestError(Exception):
    """A condition that can't be decided: status 2."""

    __test__ = False


def evaluate(
    words: Sequence[str],
    process: Process,
    shell: Shell | None = None,
    *,
    patterns: bool = False,
    regex: Regex = python_regex,
) -> bool:
    """The value of the words of `test`. `shell` is the one whose dialect and variables count, None for the
    program.

    With `patterns` the words are those of ash's `[[`: `=` and `!=` match patterns, `=~` regular expressions.
    """
    count = len(words)
    if count == 3 and words[1] in ("=", "!=") and not patterns:
        return (words[0] == words[2]) == (words[1] == "=")
    expression = _Expression(words, process, shell)
    expression.patterns, expression.regex = patterns, shell.regex if shell is not None else regex
    if count == 0:
        return False
    if count == 1:
        return words[0] != ""
    if count == 2:
        return expression.two(words)
    if count == 3:
        return expression.three(words)
    if count == 4:
        if words[0] == "!" and words[2] not in ("-a", "-o"):
            return not expression.three(words[1:])
        if words[0] == "(" and words[3] == ")":
            return expression.two(words[1:3])
    return expression.whole()


class _Expression:
    """`test`'s grammar, for expressions of more words than POSIX gives rules for."""

    def __init__(self, words: Sequence[str], process: Process, shell: Shell | None) -> None:
        self.words = words
        self.process = process
        self.shell = shell
        self.at = 0
        self.patterns = False
        self.regex: Regex = python_regex
        dialect = None if shell is None else shell.dialect
        self.dash = dialect is not None and dialect.posix_only
        self.bash = dialect is not None and dialect.bash
        self.unary_operators = BASH_UNARY if self.bash else UNARY

    def two(self, words: Sequence[str]) -> bool:
        if words[0] == "!":
            return words[1] == ""
        if words[0] in self.unary_operators:
            return self.unary(words[0], words[1])
        if words[0] == "(":
            raise TestError("closing paren expected")
        if self.is_binary(words[1]) and not (self.dash or self.bash):
            raise TestError(f"{words[1]}: argument expected")
        raise self.unexpected(words[0] if self.dash or self.bash else words[1], unary=True)

    def three(self, words: Sequence[str]) -> bool:
        if self.is_binary(words[1]):
            return self.binary(words[0], words[1], words[2])
        if words[1] in ("-a", "-o"):
            return self.whole()
        if words[0] == "!":
            return not self.two(words[1:])
        if words[0] == "(" and words[2] == ")":
            return words[1] != ""
        if words[0] in self.unary_operators:
            raise self.unexpected(words[0] if self.dash else words[2] if not self.bash else words[1])
        raise self.unexpected(words[0] if self.dash else words[1])

    def unexpected(self, word: str, *, unary: bool = False) -> TestError:
        """The error about a word that is in the wrong place, as the shells put it."""
        if self.bash:
            return TestError(f"{word}: {'unary' if unary else 'binary'} operator expected")
        return TestError(f"{word}: unexpected operator" if self.dash else f"{word}: unknown operand")

    def is_binary(self, word: str) -> bool:
        return word in BINARY and not (self.dash and word in ("==", "=~")) and (word != "=~" or self.patterns)

    def whole(self) -> bool:
        value = self.either()
        if self.at < len(self.words):
            if self.bash:
                raise TestError("too many arguments")
            raise self.unexpected(self.words[self.at])
        return value

    def peek(self) -> str | None:
        return self.words[self.at] if self.at < len(self.words) else None

    def either(self) -> bool:
        value = self.both()
        while self.peek() == "-o":
            self.at += 1
            value = self.both() or value
        return value

    def both(self) -> bool:
        value = self.negated()
        while self.peek() == "-a":
            self.at += 1
            value = self.negated() and value
        return value

    def negated(self) -> bool:
        negative = False
        while self.peek() == "!" and self.at + 1 < len(self.words) and not (
            self.at + 2 < len(self.words) and self.is_binary(self.words[self.at + 1])
        ):  # fmt: skip
            negative = not negative
            self.at += 1
        return self.primary() != negative

    def primary(self) -> bool:
        word = self.peek()
        if word is None:
            raise TestError("argument expected")
        left = len(self.words) - self.at
        if word == "(":
            self.at += 1
            value = self.either()
            if self.peek() != ")":
                raise TestError("closing paren expected")
            self.at += 1
            return value
        if word in self.unary_operators and not (left >= 3 and self.is_binary(self.words[self.at + 1])):
            if left < 2:
                raise TestError("argument expected")
            self.at += 2
            return self.unary(word, self.words[self.at - 1])
        if left >= 2 and self.is_binary(self.words[self.at + 1]):
            if left < 3:
                raise TestError(f"{self.words[self.at + 1]}: argument expected")
            self.at += 3
            return self.binary(word, self.words[self.at - 2], self.words[self.at - 1])
        self.at += 1
        return word != ""

    # ---- values

    def unary(self, operator: str, operand: str) -> bool:
        if operator == "-n":
            return operand != ""
        if operator == "-z":
            return operand == ""
        if operator == "-t":
            return self.terminal(operand)
        if operator in ("-v", "-o", "-R"):
            assert self.shell is not None
            from minibuild.shell.bash_variables import is_set

            if operator == "-o":
                return self.shell.options.get(operand)
            return is_set(self.shell, operand, reference=operator == "-R")
        return file_test(self.process, operator[1], operand)

    def terminal(self, operand: str) -> bool:
        stream = self.process.descriptors.get(self.number(operand))
        return stream is not None and stream.is_tty

    def number(self, text: str) -> int:
        stripped = text.strip(" \t\n\r\f\v")
        body = stripped[1:] if stripped[:1] in ("-", "+") else stripped
        if not (body.isascii() and body.isdigit()):
            if self.bash:
                raise TestError(f"{text}: integer expression expected")
            raise TestError(f"Illegal number: {text}" if self.dash else f"{text}: bad number")
        return int(stripped)

    def binary(self, left: str, operator: str, right: str) -> bool:
        compare = _NUMERIC.get(operator)
        if compare is not None:
            return compare(self.number(left), self.number(right))
        if self.patterns and operator in ("=", "==", "!="):
            return compile_pattern(narrow(right)).matches(narrow(left)) == (operator != "!=")
        if operator == "=~":
            return self.regex(encode(right), encode(left), False) is not None
        if operator in ("=", "=="):
            return left == right
        if operator == "!=":
            return left != right
        if operator == "<":
            return encode(left) < encode(right)
        if operator == ">":
            return encode(left) > encode(right)
        return compare_files(self.process, left, operator, right, missing=self.bash)


def _status(process: Process, path: str) -> Stat | None:
    try:
        return process.view.stat(path)
    except OSError:
        return None


def file_test(process: Process, letter: str, path: str) -> bool:
    """`test -letter path`."""
    view = process.view
    if not path:
        return False
    if letter in _ACCESS:
        return view.access(path, _ACCESS[letter])
    if letter in "hL":
        return view.is_link(path)
    status = _status(process, path)
    if status is None:
        return False
    if letter in _KINDS:
        return status.kind == _KINDS[letter]
    if letter in _BITS:
        return bool(status.mode & _BITS[letter])
    if letter == "s":
        return status.size > 0
    if letter == "O":
        return status.uid == view.credentials.uid
    if letter == "G":
        return status.gid == view.credentials.gid
    return True


def compare_files(process: Process, left: str, operator: str, right: str, *, missing: bool) -> bool:
    """`-nt`, `-ot`, `-ef`; for bash (`missing`) a file is newer than one that does not exist."""
    first, second = _status(process, left), _status(process, right)
    if operator == "-ef":
        return first is not None and second is not None and (
            first.node is second.node or (first.node.ino != 0 and first.ino == second.ino)
        )  # fmt: skip
    if first is None or second is None:
        return missing and (first if operator == "-nt" else second) is not None
    return first.mtime > second.mtime if operator == "-nt" else first.mtime < second.mtime
