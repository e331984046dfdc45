"""The three shells that /bin/sh can be, as a set of differences."""

from __future__ import annotations

from typing import NamedTuple


class Dialect(NamedTuple):
    """What sets one shell apart from the others. Defaults are those of busybox ash 1.35."""

    name: str
    posix_only: bool = False  # dash: no $'…', no ${x:o:l}, no [[, no function f {…}
    bash: bool = False  # arrays, brace expansion, (( )), here-strings, extglob, shopt
    echo_escapes: bool = False  # `echo` interprets \n without -e
    substitution_inherits_errexit: bool = False
    redirection_status: int = 1
    caret_negates: bool = True  # [^a] is [!a]
    not_executable: int = 126


ASH = Dialect("ash")
DASH = Dialect(
    "dash",
    posix_only=True,
    echo_escapes=True,
    substitution_inherits_errexit=True,
    redirection_status=2,
    caret_negates=False,
    not_executable=126,
)
BASH = Dialect("bash", bash=True)
DIALECTS = {dialect.name: dialect for dialect in (ASH, DASH, BASH)} | {"sh": ASH}


def dialect_of(name: str) -> Dialect:
    """The dialect of that name (ash, dash, bash, sh); ValueError when there is none."""
    try:
        return DIALECTS[name]
    except KeyError:
        raise ValueError(f"there is no shell dialect {name!r}: choose ash, dash or bash") from None
