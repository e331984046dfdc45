"""Makes docs/primer.md and docs/primer.zh.md: `python tests/primer/primer_making.py`.

`walk.txt` has the files and commands of the walk as named blocks. They are run in order, in a real shell, an
empty directory and a fresh store. The texts, `primer.md` and `primer.zh.md` beside this file, name the blocks
as `{{name}}`. Whatever differs from one run to the next is replaced by something that stays.

    == name
    + FILE          a file to write, with its lines behind `| `
    $ COMMAND       a command (a line that ends in a backslash goes on in the next one)
    ? 4             its exit status, where that is not 0
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
DOCUMENTS = HERE.parent.parent / "docs"
TEXTS = ("primer.md", "primer.zh.md")
_MINIBUILD = f'minibuild() {{ "{sys.executable}" -m minibuild "$@"; }}; '
_FIXED = (
    (r"(Less than a second|About a minute|\d+ (?:seconds?|minutes?))(?= ago)", "2 seconds"),
    (r"\d+ (?:hours?|days?|weeks?|months?|years?)(?= ago)", "14 months"),
    (r"\bUp (Less than a second|About a minute|\d+ (?:seconds?|minutes?))", "Up 1 second"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", "2026-01-01T08:00:00.000000000Z"),
    (r"time=[\d.]+ ms", "time=0.100 ms"),
    (r"round-trip min/avg/max = \S+ ms", "round-trip min/avg/max = 0.100/0.100/0.100 ms"),
)
_RANDOM = re.compile(
    r"(?P<veth>\bveth[0-9a-f]{7}\b)|(?P<mac>\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b)|8000\.(?P<bridge>[0-9a-f]{12})\b"
    r"|(?<![0-9a-f.])(?P<id>[0-9a-f]{64}|[0-9a-f]{12})(?![0-9a-f])"
)
_DERIVED = ("02:42:ac:", "02:42:c0:a8:", "ff:ff:ff:", "00:00:00:")


class Mask:
    """Replaces what is random: the same thing by the same thing, in the order of appearance."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.known: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """The text as it is printed in the document."""
        text = text.replace(self.directory, "/home/me/primer")
        return _realigned(text, self._cell) if _is_table(text) else self._cell(text)

    def _cell(self, text: str) -> str:
        for pattern, word in _FIXED:
            text = re.sub(pattern, word, text)
        return _RANDOM.sub(self._replaced, text)

    def _replaced(self, match: re.Match[str]) -> str:
        word = match[0]
        if match["veth"]:
            return "veth" + self._digits("veth", word)[:7]
        if match["id"]:
            return self._digits("id", word[:12])[: len(word)]
        mac = match["mac"] or ":".join(re.findall("..", match["bridge"]))
        if not mac.startswith(_DERIVED):
            digits = self._digits("mac", mac)
            first = mac[:5] if mac.startswith("02:42") else digits[0] + "e:" + digits[2:4]
            mac = first + "".join(f":{digits[i : i + 2]}" for i in (4, 6, 8, 10))
        return mac if match["mac"] else "8000." + mac.replace(":", "")

    def _digits(self, kind: str, word: str) -> str:
        return self.known.setdefault(
            word, hashlib.sha256(f"primer {kind} {len(self.known)}".encode()).hexdigest()
        )


def _is_table(text: str) -> bool:
    header = text.partition("\n")[0]
    return header == header.upper() and len(re.split(r" {2,}", header.strip())) > 2


def _realigned(text: str, mask: Callable[[str], str]) -> str:
    """A table with its cells replaced: the columns are as wide as they must be then."""
    lines = text.splitlines()
    starts = [match.start() for match in re.finditer(r"(?:(?<=^)|(?<= {2}))\S", lines[0])]
    ends = [*starts[1:], None]
    rows = [[mask(line[a:b].rstrip()) for a, b in zip(starts, ends, strict=True)] for line in lines]
    widths = [max(map(len, column)) + 3 for column in zip(*rows, strict=True)]
    return "".join(
        "".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n"
        for row in rows
    )


def walk() -> dict[str, list[str]]:
    """The blocks' names and lines."""
    blocks: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in (HERE / "walk.txt").read_text("utf-8").splitlines():
        if line.startswith("== "):
            lines = blocks.setdefault(line[3:], [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return blocks


def perform(blocks: dict[str, list[str]], directory: Path) -> dict[str, str]:
    """Go through the blocks in an empty directory; what the document shows of each. Raise
    `AssertionError` for a command that ends otherwise than it says.
    """
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("MINIBUILD", "COMPOSE"))
    }
    environment |= {"MINIBUILD_ROOT": str(directory / "store"), "COLUMNS": "100", "TZ": "UTC"}
    mask = Mask(str(directory))
    shown: dict[str, str] = {}
    for name, lines in blocks.items():
        if lines[0].startswith("+ "):
            file = directory / lines[0][2:]
            text = "".join(line[2:] + "\n" for line in lines[1:])
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
            kind = "dockerfile" if file.name.startswith("Dockerfile") else file.suffix[1:]
            shown[name] = f"```{kind}\n{text}```"
            continue
        printed = ""
        for command, status in _commands(lines):
            done = subprocess.run(
                ["sh", "-c", _MINIBUILD + command],
                cwd=directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            assert done.returncode == status, f"{command}: {done.returncode}\n{done.stdout}"
            printed += f"$ {command}\n" + re.sub(r"[ \t]+$", "", mask(done.stdout), flags=re.MULTILINE)
        shown[name] = f"```console\n{printed}```"
    return shown


def _commands(lines: list[str]) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    going_on = False
    for line in lines:
        if line.startswith("? "):
            found[-1] = (found[-1][0], int(line[2:]))
        elif going_on:
            found[-1] = (f"{found[-1][0]}\n{line}", 0)
        else:
            found.append((line.removeprefix("$ "), 0))
        going_on = line.endswith("\\")
    return found


def documents() -> dict[str, str]:
    """The documents by their names, made anew."""
    with tempfile.TemporaryDirectory(prefix="primer") as directory:
        shown = perform(walk(), Path(directory).resolve())
    made = {}
    for name in TEXTS:
        text = (HERE / name).read_text("utf-8")
        made[name] = re.sub(r"\{\{([a-z0-9-]+)\}\}", lambda match: shown[match[1]], text)
    return made


if __name__ == "__main__":
    for title, content in documents().items():
        (DOCUMENTS / title).write_text(content, "utf-8")
