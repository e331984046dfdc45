"""Reading the text of a sed script: words, delimited expressions, the text of a, i and c."""

from __future__ import annotations

import re

from minibuild.programs.text.sed_nodes import SedError

BLANK = b" \t\r\v\f"
SPACE = b" \t\r\v\f\n"
SPECIAL = b"\\.*[]^$+?(){}|&0123456789/n"
ESCAPES = {110: b"\n", 116: b"\t", 114: b"\r"}
# GNU's names of single bytes.
CODE = re.compile(rb"\\(?:([afv])|c(.)|d([0-9]{3})|o([0-7]{3})|x([0-9a-fA-F]{1,2}))", re.DOTALL)


def _coded(escape: re.Match[bytes], in_regex: bool) -> bytes:
    """The byte that an escape of GNU stands for; in a replacement it is never special."""
    letter, control, decimal, octal, hexadecimal = escape.groups()
    if letter:
        byte = {b"a": 7, b"f": 12, b"v": 11}[letter]
    elif control:
        byte = control.upper()[0] ^ 64
    else:
        byte = int(decimal or octal or hexadecimal, 10 if decimal else 8 if octal else 16) & 255
    return bytes((byte,)) if in_regex or byte not in b"&\\\n" else bytes((92, byte))


class ScriptSource:
    """A script and the place in it. `gnu`: whose rules count where GNU's and busybox's differ."""

    def __init__(self, script: bytes, *, gnu: bool) -> None:
        self.script, self.at, self.gnu = script, 0, gnu

    def peek(self) -> str:
        return chr(self.script[self.at]) if self.at < len(self.script) else ""

    def skip(self, which: bytes) -> None:
        while self.at < len(self.script) and self.script[self.at] in which:
            self.at += 1

    def line(self) -> bytes:
        """The rest of the line."""
        end = self.script.find(b"\n", self.at)
        end = len(self.script) if end < 0 else end
        text, self.at = self.script[self.at : end], end
        return text

    def number(self) -> int:
        start = self.at
        while self.peek().isdigit():
            self.at += 1
        return int(self.script[start : self.at] or b"0")

    def delimited(self, delimiter: int, *, in_regex: bool, gnu: str) -> bytes:
        """The text up to an unescaped delimiter (in a regular expression also not inside brackets)."""
        script, at, total = self.script, self.at, len(self.script)
        out = bytearray()
        bracket = -1
        while at < total:
            byte = script[at]
            if bracket >= 0:
                if byte == 93 and not (bracket == at - 1 or (bracket == at - 2 and script[at - 1] == 94)):
                    bracket = -1
            elif byte == 91 and in_regex:
                bracket = at
            elif byte == delimiter:
                self.at = at + 1
                return bytes(out)
            if byte == 92 and at + 1 < total:
                following = script[at + 1]
                if following in ESCAPES and following != delimiter:
                    out += ESCAPES[following]
                    at += 2
                    continue
                if self.gnu and following != delimiter and (escape := CODE.match(script, at)):
                    out += _coded(escape, in_regex)
                    at = escape.end()
                    continue
                if following == 10 and in_regex:
                    out += b"\n"
                    at += 2
                    continue
                if bracket < 0:
                    # An escaped delimiter loses its backslash (s,a\,b,c,); for busybox only when it is not
                    # special.
                    keep = following != delimiter or (not self.gnu and following in SPECIAL)
                    out += script[at : at + 2] if keep else script[at + 1 : at + 2]
                    at += 2
                    continue
            elif byte == 10 and in_regex and bracket < 0:
                break
            out.append(byte)
            at += 1
        self.at = at
        raise SedError(f"unmatched '{chr(delimiter)}'", gnu)

    def text(self) -> bytes:
        """The text of a, i, c: to the end of the line that does not end in a backslash."""
        self.skip(BLANK)
        if self.gnu and self.at >= len(self.script):
            raise SedError("", "expected \\ after `a', `c' or `i'")
        while self.at < len(self.script):
            byte = self.script[self.at]
            if byte in b"\n\\":
                self.at += 1
                if byte == 92:
                    rest = self.at
                    self.skip(BLANK)
                    if self.peek() == "\n":
                        self.at += 1
                    else:
                        self.at = rest
                break
            if byte not in BLANK:
                break
            self.at += 1
        out, script = bytearray(), self.script
        while self.at < len(script):
            byte = script[self.at]
            self.at += 1
            if byte == 10:
                break
            if byte == 92 and self.at < len(script):
                byte = script[self.at]
                self.at += 1
                out += ESCAPES.get(byte, bytes((byte,)))
                continue
            out.append(byte)
        return bytes(out)

    def label(self) -> bytes:
        ends = SPACE + b";}" if self.gnu else SPACE + b";"
        start = self.at
        while self.at < len(self.script) and self.script[self.at] not in ends:
            self.at += 1
        return self.script[start : self.at].rstrip(BLANK)

    def delimiter(self, gnu: str) -> int:
        if self.at >= len(self.script) or self.script[self.at] in b"\n\\":
            raise SedError("bad format in substitution expression", gnu)
        self.at += 1
        return self.script[self.at - 1]
