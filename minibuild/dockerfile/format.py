"""The formatter: one layout for every Dockerfile, with the same tree.

Keywords are put in upper case and at the start of their line; continuation lines are indented by steps of
four blanks; a chain of commands that takes more than one line has one command a line, each line but the last
ending in `&& \\`. Comments, blank lines (two at most) and here-documents stay. Text whose blanks mean
something, such as quoted text and the value of `ENV NAME value`, stays as it is, and so do commands for a
shell that is no POSIX shell.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from minibuild.dockerfile.errors import DockerfileError
from minibuild.dockerfile.format_lines import Source, lay_out, read_source
from minibuild.dockerfile.format_shell import UnclearError, shell_tokens
from minibuild.dockerfile.format_tokens import Splitter
from minibuild.dockerfile.lines import MAXIMUM_LINE, byte_length
from minibuild.dockerfile.nodes import INSTRUCTIONS, From, Healthcheck, Onbuild, Shell
from minibuild.dockerfile.parser import parse, without_lone_surrogates
from minibuild.dockerfile.spaces import UNICODE

if TYPE_CHECKING:
    from typing import Any

    from minibuild.dockerfile.format_lines import Token
    from minibuild.dockerfile.nodes import Dialect, Dockerfile, Instruction

_POSIX_SHELLS = ("sh", "ash", "bash", "busybox", "dash", "ksh", "mksh", "zsh")
_BLANK_LINES = 2


def format_dockerfile(text: str, *, dialect: Dialect = "docker", filename: str = "Dockerfile") -> str:
    """`text` in the layout described above; formatting it again changes nothing.

    Raise `DockerfileError` when `text` can't be parsed in `dialect`.
    """
    text = without_lone_surrogates(text)
    before = parse(text, dialect=dialect, filename=filename)
    formatted = _Formatter(text, before).run()
    if not is_equivalent(before, parse(formatted, dialect=dialect, filename=filename)):
        raise DockerfileError(
            "the file can't be formatted without changing what it says",
            path=filename,
            hint="leave it as it is, and report it as a bug",
        )
    return formatted


def is_equivalent(one: Dockerfile, other: Dockerfile) -> bool:
    """Whether the two say the same: equal but for places and for how many blanks separate the words of a
    command.
    """
    return _essence(one) == _essence(other)


def _essence(dockerfile: Dockerfile) -> list[Any]:
    said: list[Any] = [dict(dockerfile.directives)]
    for part in dockerfile.instructions:
        words = list(part.args)
        if part.keyword == "FROM" and len(words) == 3:
            words[1] = words[1].upper()
        elif part.keyword == "HEALTHCHECK":
            words[0] = words[0].upper()
        if part.form == "shell" and words:
            words[-1:] = _shell_words(words[-1])
        said.append((part.keyword, part.flags, words, part.form, part.heredocs))
    return said


def _shell_words(text: str) -> list[str]:
    try:
        return [text[token.start : token.end] for token in shell_tokens(text, 0, len(text))]
    except UnclearError:
        return [text]


class _Formatter:
    """Lays out one file."""

    def __init__(self, text: str, tree: Dockerfile) -> None:
        self._mark = "\ufeff" if text.startswith("\ufeff") else ""
        self._lines = text.removeprefix("\ufeff").split("\n")
        if not self._lines[-1]:
            self._lines.pop()
        self._line_end = "\r\n" if self._lines[0].endswith("\r") else "\n"
        self._tree = tree
        self._shell_is_known = True
        self._done: list[str] = []

    def run(self) -> str:
        """The whole file."""
        read = 0
        for instruction in self._tree.instructions:
            self._between(read, instruction.start_line - 1)
            self._instruction(instruction)
            read = instruction.end_line
        self._between(read, len(self._lines))
        while self._done[-1] == self._line_end:
            self._done.pop()
        return self._mark + "".join(self._done)

    def _put(self, line: str) -> None:
        self._done.append(line + self._line_end)

    def _between(self, start: int, end: int) -> None:
        """Comments and blank lines."""
        # What could be a directive, or become one, keeps its place and its indentation.
        at_top = start == 0
        blank = 0
        for number in range(start, end):
            line = self._lines[number].rstrip("\r")
            bare = line.strip(UNICODE)
            if bare:
                self._put(line.rstrip(" \t") if at_top else bare)
                blank = 0
                continue
            at_top = False
            blank += 1
            following = self._lines[number + 1].lstrip(UNICODE) if number + 1 < end else ""
            if following.startswith("#") if not self._done else blank <= _BLANK_LINES:
                self._put("")

    def _instruction(self, instruction: Instruction) -> None:
        first, end = instruction.start_line - 1, instruction.end_line
        lines = [line.rstrip("\r") for line in self._lines[first:end]]
        source = read_source(lines, self._tree.escape)
        shown, left_over = self._laid_out(source, instruction) or (lines[: source.count], [])
        for line in shown:
            self._put(line)
        for line in self._lines[first + source.count : end]:
            self._done.append(line + "\n")
        for line in left_over:
            self._put(line)
        if isinstance(instruction, Shell):
            program = PurePosixPath(instruction.args[0]).name
            self._shell_is_known = program in _POSIX_SHELLS

    def _laid_out(self, source: Source, instruction: Instruction) -> tuple[list[str], list[str]] | None:
        """The new lines; None when the instruction is better left as it is."""
        escape = self._tree.escape
        tokens = Splitter(source.text, escape, shell_is_known=self._shell_is_known).tokens()
        laid_out = lay_out(_in_upper_case(source, tokens, instruction), tokens, escape)
        if laid_out is None:
            return None
        # The end of a line can turn into a continuation, and a line can become too long.
        again = read_source(laid_out[0], escape)
        is_same = again.count == len(laid_out[0]) and _without_blanks(again) == _without_blanks(source)
        fits = all(len(line) * 4 <= MAXIMUM_LINE or byte_length(line) <= MAXIMUM_LINE for line in laid_out[0])
        return laid_out if is_same and fits else None


def _without_blanks(source: Source) -> str:
    return "".join(source.text.split()).upper()


def _in_upper_case(source: Source, tokens: list[Token], instruction: Instruction) -> Source:
    """The source with its keywords in upper case; AS, CMD and NONE follow the keyword before them."""
    text = source.text
    keywords = tokens[:1]
    if instruction.written != instruction.keyword:
        if isinstance(instruction, From) and len(instruction.args) == 3:
            keywords.append(tokens[-2])
        elif isinstance(instruction, Healthcheck):
            keywords.append(tokens[len(instruction.flags) + 1])
    if isinstance(instruction, Onbuild) and instruction.args[0] in INSTRUCTIONS:
        keywords.append(tokens[1])
    for token in keywords:
        word = text[token.start : token.end].upper()
        text = text[: token.start] + word + text[token.end :]
    return Source(text, source.breaks, source.count)
