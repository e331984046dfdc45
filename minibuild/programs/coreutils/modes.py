"""File modes: the words of chmod (`u=rwX,go-w`, `755`) and the way ls writes them (`-rwxr-xr-x`)."""

from __future__ import annotations

KIND_LETTERS = {"file": "-", "dir": "d", "link": "l", "char": "c", "block": "b", "fifo": "p", "socket": "s"}
KIND_BITS = {
    "file": 0o100000,
    "dir": 0o040000,
    "link": 0o120000,
    "char": 0o020000,
    "block": 0o060000,
    "fifo": 0o010000,
    "socket": 0o140000,
}
WHO = {"u": 0o4700, "g": 0o2070, "o": 0o0007, "a": 0o7777}
BITS = {"r": 0o444, "w": 0o222, "x": 0o111, "s": 0o6000, "t": 0o1000, "X": 0o111}


def parse_mode(text: str, current: int, umask: int, *, directory: bool = False) -> int | None:
    """The mode that `text` makes of `current` (both 0..07777); None when it is no mode.

    Source: POSIX chmod, as busybox's bb_parse_mode does it.
    """
    if text[:1].isdigit():
        if text.strip("01234567") or len(text) > 7:
            return None
        value = int(text, 8)
        return value if value <= 0o7777 else None
    mode = current
    for clause in text.split(","):
        changed = _clause(clause, mode, umask, directory)
        if changed is None:
            return None
        mode = changed
    return mode


def _clause(clause: str, mode: int, umask: int, directory: bool) -> int | None:
    """Apply one clause: who, then one or more of operator and permissions."""
    at = 0
    who = 0
    while at < len(clause) and clause[at] in WHO:
        who |= WHO[clause[at]]
        at += 1
    if at >= len(clause):
        return None
    # Without a who, the umask says which bits may change; = clears them all first, so =X finds none.
    mask = who or (0o7777 & ~(umask & 0o777))
    while at < len(clause):
        operator = clause[at]
        if operator not in "+-=":
            return None
        at += 1
        if operator == "=":
            mode &= ~(who or 0o7777)
        start = at
        while at < len(clause) and clause[at] not in "+-=":
            at += 1
        bits = _permissions(clause[start:at], mode, directory)
        if bits is None:
            return None
        mode = mode & ~(bits & mask) if operator == "-" else mode | (bits & mask)
    return mode


def _permissions(letters: str, mode: int, directory: bool) -> int | None:
    """The bits of `rwxXst`, or the permissions of one of `ugo` copied to all three places."""
    if letters in ("u", "g", "o"):
        copied = mode >> {"u": 6, "g": 3, "o": 0}[letters] & 7
        return copied * 0o111
    bits = 0
    for letter in letters:
        if letter not in BITS:
            return None
        if letter == "X" and not (directory or mode & 0o111):
            continue
        bits |= BITS[letter]
    return bits


def mode_string(kind: str, mode: int) -> str:
    """`drwxr-sr-t` and the like: ten characters."""
    text = [KIND_LETTERS.get(kind, "?")]
    for shift, special, letter in ((6, 0o4000, "s"), (3, 0o2000, "s"), (0, 0o1000, "t")):
        bits = mode >> shift
        text.append("r" if bits & 4 else "-")
        text.append("w" if bits & 2 else "-")
        if mode & special:
            text.append(letter if bits & 1 else letter.upper())
        else:
            text.append("x" if bits & 1 else "-")
    return "".join(text)
