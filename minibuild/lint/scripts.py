"""The commands of a RUN, as rules ask for them: name, arguments, flags, pipes.

Words are taken as they stand, without quotes; what is only known when it runs (variables, substitutions) is
`${VAR}`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from minibuild.shell.errors import ShellSyntaxError
from minibuild.shell.nodes import (
    Assignment,
    Brace,
    ExtendedPattern,
    HereDocument,
    Pipeline,
    SimpleCommand,
    Text,
    Word,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from minibuild.dockerfile.nodes import Instruction

UNKNOWN = "${VAR}"
NOT_POSIX = ("pwsh", "powershell", "cmd")
_QUOTED = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.|(?:(?<=\s)|\A)#[^\n]*", re.DOTALL)
_NESTED = re.compile(r"\"[^\"]*(?:\$\(|`)[^\")`]*\"")
# What may stand before the name of a command.
_BEFORE = (
    r"(?:\A|[;&|({!`\n]|\b(?:then|do|else|elif|if|while|until|time|exec|command|builtin|busybox|run)(?=\s)"
    r"|(?<![^\s;&|({])[A-Za-z_]\w*=[^\s;&|]*(?=\s))\s*"
)
# Commands that run the command in their first argument.
_WRAPPERS = frozenset({"busybox", "builtin", "command", "run"})


@dataclass(frozen=True, slots=True)
class Flag:
    """`-x` (one letter of a group) or `--name`, without its value; `index` is that of its argument."""

    name: str
    index: int


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command: its name, the arguments behind it, and where the name stands in the script's text
    (-1 where that is not certain).
    """

    name: str
    arguments: tuple[str, ...]
    flags: tuple[Flag, ...]
    offset: int

    def has(self, *words: str) -> bool:
        """Whether one of these is among the arguments."""
        return any(word in self.arguments for word in words)

    def has_flag(self, *names: str) -> bool:
        """Whether one of these flags is given: `y` for -y and -qy, `yes` for --yes and --yes=x."""
        return any(flag.name in names for flag in self.flags)

    def count(self, name: str) -> int:
        """How often a flag is given."""
        return sum(flag.name == name for flag in self.flags)

    def plain(self, *with_value: str) -> list[str]:
        """The arguments that are no flags; what stands behind one of the flags `with_value` is its value."""
        flagged = {flag.index for flag in self.flags}
        flagged.update(flag.index + 1 for flag in self.flags if flag.name in with_value)
        return [word for index, word in enumerate(self.arguments) if index not in flagged]

    def follows(self, *words: str) -> bool:
        """Whether these arguments stand somewhere one after the other."""
        length = len(words)
        return any(self.arguments[i : i + length] == words for i in range(len(self.arguments) - length + 1))


@dataclass(frozen=True, slots=True)
class Script:
    """The commands of a script, the outer ones before those within them; none when it is no shell script."""

    text: str
    commands: tuple[Command, ...] = ()
    has_pipe: bool = False

    def all_of(self, *names: str) -> Iterator[Command]:
        """The commands of these names."""
        return (command for command in self.commands if command.name in names)

    def any(self, check: Callable[[Command], bool]) -> bool:
        """Whether a command passes the check."""
        return any(map(check, self.commands))

    def index(self, check: Callable[[Command], bool]) -> int:
        """The place of the first command that passes the check, -1 without one."""
        return next((index for index, command in enumerate(self.commands) if check(command)), -1)


def script_of(instruction: Instruction) -> Script:
    """The script of a RUN, CMD, ENTRYPOINT, SHELL …: its text, or the words of its exec form."""
    if instruction.form == "exec":
        return parse_script(" ".join(instruction.args))
    text = instruction.args[0] if instruction.args else ""
    if instruction.heredocs:
        if getattr(instruction, "is_heredoc_only", False):
            text = instruction.heredocs[0].content
        else:
            text += "".join(f"\n{document.content}{document.name}" for document in instruction.heredocs)
    return parse_script(text)


@lru_cache(maxsize=4096)
def parse_script(text: str) -> Script:
    """The commands in a text that is read as bash does."""
    from minibuild.shell import parse

    try:
        tree = parse(text, "bash")
    except (ShellSyntaxError, RecursionError):
        return Script(text)
    commands: list[Command] = []
    has_pipe = False
    bare = _without_quoted(text)
    at = 0
    for node in _nodes(tree):
        if isinstance(node, Pipeline):
            has_pipe = True
        elif isinstance(node, SimpleCommand):
            name, arguments = _named(node)
            if name is not None:
                found = _name_offset(bare, name, at)
                at = found + len(name) if found >= 0 else at
                commands.append(Command(name, arguments, _flags(arguments), found))
    return Script(text, tuple(commands), has_pipe)


def _without_quoted(text: str) -> str:
    """The text with zeros for what is quoted, escaped or a comment: no command's name stands there. Nothing
    is left of a text with quotes within substitutions within quotes.
    """
    if _NESTED.search(text):
        return ""
    return _QUOTED.sub(lambda match: "\0" * len(match[0]), text)


def _name_offset(bare: str, name: str, at: int) -> int:
    """Where a command of that name begins, from `at` on; -1 when it is not found where commands begin."""
    found = re.compile(rf"{_BEFORE}({re.escape(name)})(?=[\s;&|()<>]|\Z)").search(bare, at)
    return found.start(1) if found else -1


def _nodes(tree: Any) -> Iterator[Any]:
    """All nodes below a node, each before those within it."""
    ahead = [tree]
    while ahead:
        node = ahead.pop()
        if isinstance(node, tuple):
            ahead.extend(reversed(node))
        elif isinstance(node, HereDocument):
            ahead.append(node.body)
        elif hasattr(node, "__dataclass_fields__"):
            yield node
            ahead.extend(getattr(node, name) for name in reversed(node.__dataclass_fields__))


def _named(command: SimpleCommand) -> tuple[str | None, tuple[str, ...]]:
    """The name of a command (None when only a run tells it) and its arguments."""
    if not command.words:
        return None, ()
    first, *rest = command.words
    name = _literal(first)
    if name in _WRAPPERS and rest and not _simple(rest[0]).startswith("-"):
        name = _literal(rest[0])
    elif name == "exec":
        after = [word for word in rest if not _simple(word).startswith("-")]
        name = _literal(after[0]) if after else name
    return name, tuple(map(_simple, rest))


def _literal(word: Word | Assignment) -> str | None:
    """The text of a word that is known before it runs."""
    if isinstance(word, Assignment):
        return None
    if not all(isinstance(part, Text) for part in word.parts):
        return None
    if any(isinstance(part, Text) and not part.quoted and set(part.text) & set("*?[") for part in word.parts):
        return None
    return "".join(part.text for part in word.parts if isinstance(part, Text))


def _simple(word: Word | Assignment) -> str:
    """A word's text, with `${VAR}` for what is not known."""
    if isinstance(word, Assignment):
        value = _simple(word.value) if isinstance(word.value, Word) else ""
        return f"{word.name}{'+' if word.append else ''}={value}"
    return "".join(_part(part) for part in word.parts)


def _part(part: object) -> str:
    if isinstance(part, Text):
        return part.text
    return "" if isinstance(part, Brace | ExtendedPattern) else UNKNOWN


def _flags(arguments: Iterable[str]) -> tuple[Flag, ...]:
    found: list[Flag] = []
    for index, word in enumerate(arguments):
        if word in ("-", "--"):
            continue
        if word.startswith("--"):
            found.append(Flag(word[2:].partition("=")[0], index))
        elif word.startswith("-"):
            found += [Flag(letter, index) for letter in word[1:]]
    return tuple(found)
