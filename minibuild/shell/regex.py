"""Regular expressions for a shell that stands alone. Programs give it their own, which knows POSIX better."""

from __future__ import annotations

import re

from minibuild.shell.errors import ShellError
from minibuild.shell.octets import decode


def python_regex(pattern: bytes, text: bytes, ignore_case: bool) -> list[str | None] | None:
    """The match and its groups by Python's `re`, which takes the first alternative, not the longest one."""
    try:
        found = re.search(pattern, text, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
    except re.error as error:
        raise ShellError(str(error)) from None
    if found is None:
        return None
    return [None if group is None else decode(group) for group in (found.group(), *found.groups())]
