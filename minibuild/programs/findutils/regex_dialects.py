"""The regular expression languages of GNU find's -regextype, in terms of POSIX's basic and extended ones."""

from __future__ import annotations

DIALECTS = (
    "findutils-default", "ed", "emacs", "gnu-awk", "grep", "posix-awk", "awk", "posix-basic", "posix-egrep",
    "egrep",
    "posix-extended", "posix-minimal-basic", "sed",
)  # fmt: skip
_EXTENDED = frozenset({"gnu-awk", "posix-awk", "awk", "posix-egrep", "egrep", "posix-extended"})
_EMACS = frozenset({"findutils-default", "emacs"})


def translate(source: bytes, dialect: str) -> tuple[bytes, bool]:
    """(the pattern as basic or extended, whether it is extended)."""
    if dialect in _EXTENDED:
        return source, True
    return (_from_emacs(source) if dialect in _EMACS else source), False


def _from_emacs(source: bytes) -> bytes:
    """Emacs has + and ? as operators where the basic language has \\+ and \\?; braces are ordinary."""
    out, at = [], 0
    while at < len(source):
        letter = source[at : at + 1]
        if letter == b"\\":
            pair = source[at : at + 2]
            # The escaped sign is the sign itself; an escaped brace is no interval.
            out.append(pair[1:] if pair[1:] in (b"+", b"?", b"{", b"}") else pair)
            at += 2
            continue
        if letter == b"[":
            end = _set_end(source, at)
            out.append(source[at:end])
            at = end
            continue
        plain = not out or out[-1] in (b"\\(", b"\\|", b"^")
        out.append(letter if letter not in (b"+", b"?") or plain else b"\\" + letter)
        at += 1
    return b"".join(out)


def _set_end(source: bytes, at: int) -> int:
    """Where a bracket expression ends; the end of the pattern when it does not."""
    first = at + 1
    if source[first : first + 1] == b"^":
        first += 1
    end = source.find(b"]", first + 1)
    while True:
        inner = source.find(b"[:", first, end if end >= 0 else len(source))
        if inner < 0 or end < 0:
            return end + 1 if end >= 0 else len(source)
        closing = source.find(b":]", inner)
        if closing < 0:
            return end + 1
        first = closing + 2
        end = source.find(b"]", first)
