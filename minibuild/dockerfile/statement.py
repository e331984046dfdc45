"""What the grammar makes of a file: statements, not yet checked against the rules of their instruction.

These are the only values of the language that are no `Record`s: there is one of each for every instruction of
every file, and they do not outlive the parsing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minibuild.dockerfile.lines import LogicalLine
    from minibuild.dockerfile.nodes import Form, Heredoc


class Body:
    """An instruction without its lines. `keyword` is in upper case, `written` as it is spelt.

    `inner` is what stands behind ONBUILD. `offsets` and `flag_offsets` say where `args` and `flags` start in
    the joined text.
    """

    __slots__ = (
        "args",
        "flag_offsets",
        "flags",
        "form",
        "inner",
        "keyword",
        "known",
        "offset",
        "offsets",
        "written",
    )

    def __init__(self, keyword: str, written: str, offset: int, *, known: bool = True) -> None:
        self.keyword = keyword
        self.written = written
        self.offset = offset
        self.known = known
        self.flags: tuple[str, ...] = ()
        self.args: tuple[str, ...] = ()
        self.form: Form | None = None
        self.inner: Body | None = None
        self.flag_offsets: tuple[int, ...] = ()
        self.offsets: tuple[int, ...] = ()


class Statement:
    """A body with its line and here-documents."""

    __slots__ = ("body", "heredocs", "line")

    def __init__(self, body: Body, heredocs: tuple[Heredoc, ...], line: LogicalLine) -> None:
        self.body = body
        self.heredocs = heredocs
        self.line = line
