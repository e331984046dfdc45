"""How GNU's programs write names into their messages and listings, which depends on the locale."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_ESCAPES = {
    "\\": "\\\\",
    "\n": "\\n",
    "\t": "\\t",
    "\r": "\\r",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\v": "\\v",
}


def is_utf8(process: Process) -> bool:
    """Whether the locale's character set is UTF-8; without any setting it is C's."""
    env = process.env
    locale = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or "C"
    return locale.upper().replace("-", "").endswith("UTF8")


def marked(process: Process, name: str) -> str:
    """The name in the locale's quotation marks, unprintable characters escaped (gnulib's `quote`)."""
    if is_utf8(process):
        return f"‘{escaped(process, name)}’"
    inner = escaped(process, name).replace("'", "\\'")
    return f"'{inner}'"


def escaped(process: Process, name: str) -> str:
    """The name with backslashes and unprintable characters escaped as in C (gnulib's style `escape`)."""
    if name.isascii() and name.isprintable() and "\\" not in name:
        return name
    wide = is_utf8(process)
    return "".join(_one(letter, wide) for letter in name)


def _one(letter: str, wide: bool) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isprintable() and (wide or letter.isascii()):
        return letter
    return "".join(f"\\{byte:03o}" for byte in letter.encode("utf-8", "surrogateescape"))
