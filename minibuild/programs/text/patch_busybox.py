"""patch as busybox does it: a hunk goes to the first place, from the last one on, where all its lines fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.inputs import decode, die
from minibuild.programs.text.files import replace_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts
    from minibuild.programs.text.patch_parse import FilePatch, Hunk


def apply_as_busybox(
    process: Process, opts: Opts, files: Sequence[FilePatch], *, strip: int | None, target: str | None
) -> int:
    """Apply all; 1 when a hunk failed. A file whose hunk fails stays as it is."""
    status = 0
    for one in files:
        if one.hunks:
            status |= _apply(process, opts, one, strip, target)
    return status


def _apply(process: Process, opts: Opts, one: FilePatch, strip: int | None, target: str | None) -> int:
    turned, dry = "R" in opts, "dry-run" in opts
    hunks = [hunk.reversed() for hunk in one.hunks] if turned else one.hunks
    old, new = (one.new, one.old) if turned else (one.old, one.new)
    first = hunks[0]
    emptied = new == "/dev/null" or not first.new_count
    name = target or _stripped(old if emptied else new, strip)
    if emptied:
        return _empty(process, name, remove="E" in opts, dry=dry)
    if old == "/dev/null" or not first.old_count:
        process.stdout.write(f"creating {name}\n")
        data = _create(process, name, dry=dry)
    else:
        process.stdout.write(f"patching file {name}\n")
        process.flush()
        try:
            data = process.open_reader(name).read()
        except OSError as error:
            die(process, f"can't open '{name}': {strerror(error)}")
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    out: list[bytes] = []
    at = 0
    for count, hunk in enumerate(hunks, 1):
        process.tick(1 + len(lines) // 100)
        place = None if hunk.cut is not None else _find(process, hunk, lines, at, count)
        if place is None:
            process.stderr.write(_failure(one.hunks[count - 1], count))
            return 1
        out += lines[at:place] + hunk.side(b"+")
        at = place + len(hunk.side(b"-"))
    out += lines[at:]
    if not dry:
        replace_file(process, name, b"".join(line + b"\n" for line in out))
    return 0


def _stripped(name: str, strip: int | None) -> str:
    """The name without `strip` directories, or without any when none is said."""
    count = 0
    while "/" in name and (strip is None or count < strip):
        name = name.partition("/")[2].lstrip("/")
        count += 1
    return name


def _empty(process: Process, name: str, *, remove: bool, dry: bool) -> int:
    """A file that has nothing left after the patch."""
    process.stdout.write(f"{'removing' if remove else 'patching file'} {name}\n")
    try:
        if dry:
            process.view.stat(name)
        elif remove:
            process.view.unlink(name)
        else:
            process.view.open(name, "r+").truncate(0)
    except OSError as error:
        die(process, f"can't {'remove file' if remove else 'open'} '{name}': {strerror(error)}")
    return 0


def _create(process: Process, name: str, *, dry: bool) -> bytes:
    if dry:
        return b""
    parent = name.rpartition("/")[0]
    try:
        if parent:
            process.view.makedirs(parent)
        process.view.open(name, "x")
    except OSError as error:
        die(process, f"can't open '{name}': {strerror(error)}")
    return b""


def _find(process: Process, hunk: Hunk, lines: list[bytes], at: int, count: int) -> int | None:
    """Where the old side of a hunk stands, at `at` or later; a hunk with less context at its end must end the
    file.
    """
    old = hunk.side(b"-")
    leading = next((n for n, line in enumerate(hunk.lines) if line[:1] != b" "), len(hunk.lines))
    trailing = next((n for n, line in enumerate(reversed(hunk.lines)) if line[:1] != b" "), 0)
    at_end = trailing < leading
    places = range(at, len(lines) - len(old) + 1)
    for place in places:
        if lines[place : place + len(old)] == old and (not at_end or place + len(old) == len(lines)):
            return place
    added = {line[1:] for line in hunk.lines if line[:1] == b"+"}
    if added.intersection(lines[at:]):
        process.stderr.write(f"Possibly reversed hunk {count} at {len(lines) + 1}\n")
    return None


def _failure(hunk: Hunk, count: int) -> str:
    text = "".join(decode(line) + "\n" for line in hunk.lines[: hunk.cut])
    return f"Hunk {count} FAILED {hunk.old_start}/{hunk.new_start}.\n{text}"
