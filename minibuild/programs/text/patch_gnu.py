"""patch as GNU does it: hunks may have moved, fit with fuzz, be turned round; what does not fit is saved as
rejects.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from minibuild.programs.inputs import number
from minibuild.programs.text.files import replace_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts
    from minibuild.programs.text.patch_parse import FilePatch, Hunk

MOST_CONTEXT = 3


@dataclass(slots=True)
class _Text:
    """A file on its way: lines as they are, those done, how far the rest has moved."""

    lines: list[bytes]
    ended: bool
    out: list[bytes]
    at: int = 0
    offset: int = 0
    exact: bool = True


class Patcher:
    """One run of patch."""

    def __init__(self, process: Process, opts: Opts, *, strip: int | None, target: str | None) -> None:
        self.process, self.opts, self.strip, self.target = process, opts, strip, target
        self.turned = "R" in opts
        self.fuzz = number(process, opts.text("F", "2"))
        self.status = 0
        # The patch was turned round.
        self.mismatch = False

    def _say(self, text: str, *, always: bool = False) -> None:
        if always or "s" not in self.opts:
            self.process.stdout.write(text + "\n")

    def apply(self, files: Sequence[FilePatch]) -> int:
        """Apply all; 0 well, 1 some hunks failed, 2 trouble."""
        if not files:
            self.process.error("**** Only garbage was found in the patch input.")
            return 2
        for one in files:
            self._file(one)
        return self.status

    def _file(self, one: FilePatch) -> None:
        self.mismatch = False
        name = self._choose(one)
        if name is None:
            self._not_found(one)
            return
        new = not self.process.view.exists(name)
        data = b"" if new else self.process.view.read_bytes(name)
        output = self.opts.get("o")
        word = "checking" if "dry-run" in self.opts else "patching"
        self._say(f"{word} file {output} (read from {name})" if output else f"{word} file {name}")
        hunks = [hunk.reversed() for hunk in one.hunks] if self.turned else list(one.hunks)
        turned = self._turned_round(hunks, data)
        if turned is not None:
            if not turned:
                self._skip(name, one, len(hunks))
                return
            hunks = turned
        text = _text(data)
        text.exact = not self.mismatch
        failed: list[Hunk] = []
        for count, hunk in enumerate(hunks, 1):
            self.process.tick(1 + len(text.lines) // 100)
            if not self._hunk(text, hunk, count):
                failed.append(hunk)
        text.out += text.lines[text.at :]
        self._write(name, one, text, new=new, failed=bool(failed))
        if failed:
            self._reject(output or name, one, failed, len(hunks), "FAILED")

    # ---- which file

    def _choose(self, one: FilePatch) -> str | None:
        """The file that is meant: an operand, else the best of the names in the patch."""
        if self.target is not None:
            return self.target
        view = self.process.view
        names = [_stripped(name, self.strip) for name in (one.old, one.new) if name and name != "/dev/null"]
        names = [name for name in names if name]
        existing = [name for name in names if view.exists(name)]
        if existing:
            return min(existing, key=lambda name: (name.count("/"), len(name.rpartition("/")[2]), len(name)))
        if one.index:
            stripped = _stripped(one.index, self.strip)
            if stripped and view.exists(stripped):
                return stripped
        absent = one.new_epoch if self.turned else one.old_epoch
        creates = bool(one.hunks) and not (one.hunks[0].new_count if self.turned else one.hunks[0].old_count)
        if names and (absent or creates):
            return min(names, key=lambda name: (name.count("/"), len(name.rpartition("/")[2]), len(name)))
        return None

    def _not_found(self, one: FilePatch) -> None:
        """Nobody is there to be asked for the name."""
        count = len(one.hunks)
        plural = "" if count == 1 else "s"
        self._say(f"can't find file to patch at input line {one.line + 2}", always=True)
        hint = "Perhaps you should have used the -p or --strip option?" if self.strip is None else ""
        self._say(hint or "Perhaps you used the wrong -p or --strip option?", always=True)
        self._say("The text leading up to this was:\n--------------------------", always=True)
        for line in one.headers:
            self.process.stdout.write(b"|" + line + b"\n")
        self._say("--------------------------\nFile to patch: ", always=True)
        self._say(
            f"Skip this patch? [y] \nSkipping patch.\n{count} out of {count} hunk{plural} ignored",
            always=True,
        )
        self.status = max(self.status, 1)

    def _turned_round(self, hunks: list[Hunk], data: bytes) -> list[Hunk] | None:
        """The hunks the other way round when that is how they fit; [] to give up; None: they are right."""
        if not hunks:
            return None
        text = _text(data)
        first = hunks[0]
        if _place(text, first, 0) is not None or _place(text, first.reversed(), 0) is None:
            return None
        if self.fuzz and any(_place(text, first, fuzz) is not None for fuzz in range(1, self.fuzz + 1)):
            return None
        message = (
            "Unreversed patch detected!"
            if self.turned
            else "Reversed (or previously applied) patch detected!"
        )
        if "N" in self.opts:
            self._say(f"{message}  Skipping patch.", always=True)
            return []
        if "t" in self.opts:
            self._say(f"{message}  {'Ignoring' if self.turned else 'Assuming'} -R.", always=True)
            self.mismatch = True
            return [hunk.reversed() for hunk in hunks]
        if "f" in self.opts:
            return None
        question = "Ignore" if self.turned else "Assume"
        self._say(f"{message}  {question} -R? [n] \nApply anyway? [n] \nSkipping patch.", always=True)
        return []

    def _skip(self, name: str, one: FilePatch, count: int) -> None:
        hunks = [hunk.reversed() for hunk in one.hunks] if self.turned else one.hunks
        self._reject(name, one, hunks, count, "ignored")

    # ---- hunks

    def _hunk(self, text: _Text, hunk: Hunk, count: int) -> bool:
        """Put one hunk in its place; False when there is none."""
        for fuzz in range(min(self.fuzz, MOST_CONTEXT) + 1):
            place = _place(text, hunk, fuzz)
            if place is None:
                continue
            cut = _fuzzy(hunk, fuzz)
            expected = _start(cut)
            moved = place - expected
            if fuzz or moved:
                text.exact = False
                notes = f" with fuzz {fuzz}" if fuzz else ""
                if moved:
                    notes += f" (offset {moved} line{'' if abs(moved) == 1 else 's'})"
                begin = place + 1 + self._grown(text) + hunk.old_start - cut.old_start
                self._say(f"Hunk #{count} succeeded at {begin}{notes}.")
            text.offset = moved
            text.out += text.lines[text.at : place] + cut.side(b"+")
            text.at = place + len(cut.side(b"-"))
            if text.at >= len(text.lines):
                text.ended = not cut.open_new
            return True
        self._say(f"Hunk #{count} FAILED at {hunk.old_start + text.offset + self._grown(text)}.", always=True)
        return False

    def _grown(self, text: _Text) -> int:
        """How many lines the part that is done has gained."""
        return len(text.out) - text.at

    # ---- results

    def _write(self, name: str, one: FilePatch, text: _Text, *, new: bool, failed: bool) -> None:
        if "dry-run" in self.opts:
            return
        view = self.process.view
        data = b"\n".join(text.out) + (b"\n" if text.ended and text.out else b"")
        output = self.opts.get("o")
        if output is not None:
            view.write_bytes(output, data)
            return
        backup = "b" in self.opts or ((failed or not text.exact) and "no-backup-if-mismatch" not in self.opts)
        if backup:
            path = self.opts.text("B") + name + self.opts.text("z", "" if "B" in self.opts else ".orig")
            view.write_bytes(path, b"" if new else view.read_bytes(name))
        removes = one.old_epoch if self.turned else one.new_epoch
        if not data and not failed and (removes or "E" in self.opts):
            if not new:
                view.unlink(name)
            return
        if new:
            parent = name.rpartition("/")[0]
            if parent:
                view.makedirs(parent)
            view.write_bytes(name, data)
        elif not failed or text.out != text.lines:
            replace_file(self.process, name, data)
        if one.new_mode is not None and not self.turned:
            view.chmod(name, one.new_mode)

    def _reject(self, name: str, one: FilePatch, hunks: Sequence[Hunk], count: int, word: str) -> None:
        """Save hunks that were not applied."""
        self.status = max(self.status, 1)
        path = self.opts.text("r", name + ".rej")
        plural = "" if count == 1 else "s"
        text = f"{len(hunks)} out of {count} hunk{plural} {word}"
        if "dry-run" not in self.opts and path != "-":
            text += f" -- saving rejects to file {path}"
            self.process.view.write_bytes(path, _rejects(one, hunks, self.turned))
        self._say(text, always=True)


def _rejects(one: FilePatch, hunks: Sequence[Hunk], turned: bool) -> bytes:
    """Hunks in the unified form."""
    old, new = (one.headers[-2][4:], one.headers[-1][4:]) if one.headers else (b"/dev/null", b"/dev/null")
    if turned:
        old, new = new, old
    out = [b"--- " + old, b"+++ " + new]
    for hunk in hunks:
        spans = [
            b"%d" % start if count == 1 else b"%d,%d" % (start, count)
            for start, count in ((hunk.old_start, hunk.old_count), (hunk.new_start, hunk.new_count))
        ]
        out += [b"@@ -%s +%s @@" % (spans[0], spans[1]), *hunk.lines]
    return b"\n".join(out) + b"\n"


def _text(data: bytes) -> _Text:
    lines = data.split(b"\n")
    ended = not lines[-1]
    if ended:
        lines.pop()
    return _Text(lines, ended or not data, [])


def _stripped(name: str, strip: int | None) -> str:
    """The name without `strip` directories ("" when it has not so many); the last part when none is said."""
    if strip is None:
        return name.rpartition("/")[2]
    for _ in range(strip):
        head, slash, name = name.partition("/")
        if not slash:
            return ""
        name = name.lstrip("/")
        del head
    return name


def _start(hunk: Hunk) -> int:
    """Where the old side begins, from 0; a hunk without old lines comes after the line that it names."""
    return hunk.old_start if not hunk.side(b"-") else hunk.old_start - 1


def _fuzzy(hunk: Hunk, fuzz: int) -> Hunk:
    """The hunk without so many lines of context at each end, as far as it has more of them there."""
    if not fuzz:
        return hunk
    lines = list(hunk.lines)
    leading = next((n for n, line in enumerate(lines) if line[:1] != b" "), len(lines))
    trailing = next((n for n, line in enumerate(reversed(lines)) if line[:1] != b" "), 0)
    context = max(leading, trailing)
    cut_head = max(fuzz + leading - context, 0)
    cut_tail = max(fuzz + trailing - context, 0)
    kept = lines[min(cut_head, leading) : len(lines) - min(cut_tail, trailing)]
    cut = min(cut_head, leading)
    return replace(hunk, lines=tuple(kept), old_start=hunk.old_start + cut, new_start=hunk.new_start + cut)


def _place(text: _Text, hunk: Hunk, fuzz: int) -> int | None:
    """Where the old side of a hunk fits: as near as can be to where it should be; None when it fits nowhere.
    """
    leading = next((n for n, line in enumerate(hunk.lines) if line[:1] != b" "), len(hunk.lines))
    trailing = next((n for n, line in enumerate(reversed(hunk.lines)) if line[:1] != b" "), 0)
    if fuzz > max(leading, trailing):
        return None
    cut = _fuzzy(hunk, fuzz)
    old = cut.side(b"-")
    total, size = len(text.lines), len(old)
    guess = _start(cut) + text.offset
    if not old:
        return guess if text.at <= guess <= total else None
    least, most = text.at, total - size
    # Less context at the end than at the beginning means the end of the file, and the other way round.
    context = max(leading, trailing)
    if fuzz + trailing < context:
        return most if least <= most and text.lines[most:] == old else None
    if fuzz + leading < context and hunk.old_start <= 1:
        most = min(most, 0)
    for distance in range(max(abs(guess - least), abs(most - guess)) + 1):
        for place in (guess + distance, guess - distance) if distance else (guess,):
            if least <= place <= most and text.lines[place : place + size] == old:
                return place
    return None
