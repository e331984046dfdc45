"""What the grammar makes of a file: statements, not yet checked against the rules of their instruction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.dockerfile.records import Record

if TYPE_CHECKING:
    from minibuild.dockerfile.lines import LogicalLine
    from minibuild.dockerfile.nodes import Form, Heredoc


class Body(Record):
    """An instruction without its lines. `keyword` is in upper case, `written` as it is spelt.

    `inner` is what stands behind ONBUILD. `offsets` and `flag_offsets` say where `args` and `flags` start in
    the joined text.
    """

    keyword: str
    written: str
    offset: int
    known: bool
    flags: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    form: Form | None = None
    inner: Body | None = None
    flag_offsets: tuple[int, ...] = ()
    offsets: tuple[int, ...] = ()


class Statement(Record):
    """A body with its line and here-documents."""

    body: Body
    heredocs: tuple[Heredoc, ...]
    line: LogicalLine
