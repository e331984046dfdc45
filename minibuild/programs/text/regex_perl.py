"""Perl's regular expressions (grep -P) → Python's: what only their spelling differs in is translated."""

from __future__ import annotations

from minibuild.programs.text.regex_parse import CLASSES

# Escapes that Python lacks, as it writes them; inside brackets the second form.
_ESCAPES = {
    b"h": (rb"[ \t]", rb" \t"),
    b"H": (rb"[^ \t]", b""),
    b"R": (rb"(?:\r\n|\n|\r|\x0b|\f)", b""),
    b"N": (rb"[^\n]", b""),
    b"z": (rb"\Z", b""),
    b"Z": (rb"(?=\n?\Z)", b""),
    b"G": (b"", b""),
    b"e": (rb"\x1b", rb"\x1b"),
}


def perl_source(source: bytes) -> tuple[bytes, bool]:
    """The pattern for `re.compile`, and whether it marks (by an empty group "keep") what \\K leaves out."""
    out = bytearray()
    at, bracket, keep = 0, False, False
    while at < len(source):
        piece = source[at : at + 1]
        if piece == b"\\" and at + 1 < len(source):
            letter = source[at + 1 : at + 2]
            at += 2
            if letter == b"K" and not bracket:
                keep = True
                out += b"(?P<keep>)"
            elif letter == b"Q":
                end = source.find(rb"\E", at)
                text = source[at:] if end < 0 else source[at:end]
                out += b"".join(b"\\x%02x" % byte for byte in text)
                at = len(source) if end < 0 else end + 2
            elif letter in _ESCAPES:
                out += _ESCAPES[letter][bracket]
            elif letter != b"E":
                out += b"\\" + letter
            continue
        if bracket and source.startswith(b"[:", at) and (end := source.find(b":]", at)) > 0:
            out += _class(source[at + 2 : end])
            at = end + 2
            continue
        if not bracket and source.startswith(b"(?<", at) and source[at + 3 : at + 4] not in (b"=", b"!"):
            out += b"(?P<"
            at += 3
            continue
        if piece == b"[" and not bracket:
            bracket = True
            extra = 1 + source.startswith(b"^", at + 1)
            extra += source.startswith(b"]", at + extra)
            out += source[at : at + extra].replace(b"]", rb"\]")
            at += extra
            continue
        if piece == b"]":
            bracket = False
        out += rb"\[" if piece == b"[" and bracket else piece
        at += 1
    return bytes(out), keep


def _class(name: bytes) -> bytes:
    """The bytes of [:name:] as they stand inside brackets."""
    negated = name.startswith(b"^")
    mask = CLASSES.get(name.removeprefix(b"^"), 0)
    return b"".join(b"\\x%02x" % byte for byte in range(256) if bool(mask >> byte & 1) != negated)
