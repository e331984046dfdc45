"""Parser directives: `# syntax=…`, `# check=…` and `# escape=…` before everything else in a file."""

from __future__ import annotations

import re

from minibuild.dockerfile.errors import DockerfileError
from minibuild.dockerfile.spaces import UNICODE

_DIRECTIVE = re.compile(r"([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.+?)[\t\n\f\r ]*\Z", re.DOTALL)
_NAMES = ("syntax", "check", "escape")


def read_directives(lines: list[str]) -> dict[str, str]:
    """The directives that take effect, in the order of syntax, check, escape.

    Two readers look at a file. The parser takes `escape`, also behind blanks; the front end, before it
    chooses a parser, takes `syntax` and `check`, not behind blanks but below a `#!` line. Raise
    `DockerfileError` for a repeated directive and for an escape character other than a backslash or a
    backquote.
    """
    own = _read([line.lstrip(UNICODE) for line in _top(lines)], strict=True)
    top = lines[1:] if lines and lines[0].removeprefix("\ufeff").startswith("#!") else lines
    front = _read(top, strict=False)
    found: dict[str, str] = {name: front[name] for name in ("syntax", "check") if name in front}
    if "escape" in own:
        found["escape"] = own["escape"]
    return found


def _top(lines: list[str]) -> list[str]:
    """The lines that may hold directives: those up to the first that is no comment."""
    for number, line in enumerate(lines):
        if not line.removeprefix("\ufeff").lstrip(UNICODE).startswith("#"):
            return lines[:number]
    return lines


def _read(lines: list[str], *, strict: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        text = line.removeprefix("\ufeff") if number == 1 else line
        match = _DIRECTIVE.match(text[1:].lstrip(UNICODE).rstrip("\r")) if text.startswith("#") else None
        if match is None or (name := match[1].lower()) not in _NAMES:
            break
        if name in found:
            if not strict:
                break
            raise DockerfileError(
                f"only one {name} parser directive can be used",
                hint="remove one of the two lines",
                line=number,
                column=1,
            )
        found[name] = match[2]
        if strict and name == "escape" and match[2] not in ("\\", "`"):
            raise DockerfileError(
                f"invalid escape token {match[2]!r}: it must be ` or \\",
                hint="write # escape=` or # escape=\\, or leave the line out",
                line=number,
                column=1,
            )
    return found
