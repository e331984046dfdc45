"""`sha256sum -c`: comparing files with a list of their checksums, as busybox and as GNU's programs do it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.filesystem.content import OPAQUE_MARK
from minibuild.filesystem.opaque import origin_of
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.coreutils.checksum import TAGS, digest
from minibuild.programs.inputs import decode, encode, open_input, shell_name
from minibuild.programs.options import is_busybox, program_name

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

TAGGED = re.compile(r"([A-Za-z0-9-]+) ?\((.*)\) ?= ?([0-9A-Fa-f]+)")
PLAIN = re.compile(r"(\\?)\s*([0-9A-Fa-f]+)[ \t]([ *]?)(.*)", re.DOTALL)
# The checksum was read from something that nobody knows.
UNKNOWN = re.compile(rf"({re.escape(OPAQUE_MARK)}\w+) [ *]?(.+)", re.DOTALL)
LENGTHS = {
    "md5sum": 32,
    "sha1sum": 40,
    "sha224sum": 56,
    "sha256sum": 64,
    "sha384sum": 96,
    "sha512sum": 128,
    "b2sum": 128,
}


def verify(process: Process, opts: Opts, path: str) -> int:
    """Compare the files that a list names; 1 when a line is wrong or there is none."""
    return of_busybox(process, opts, path) if is_busybox(process) else GnuList(process, opts, path).run()


def of_busybox(process: Process, opts: Opts, path: str) -> int:
    """busybox's rules: every line counts, a wrong one as a mismatch."""
    reader = open_input(process, path, "{}")
    if reader is None:
        return 1
    silent, quiet = "s" in opts, opts.any("s", "quiet")
    failed = total = 0
    for raw in reader:
        line = decode(raw.rstrip(b"\n"))
        total += 1
        expected, blank, name = line.partition(" ")
        if not blank or name[:1] not in (" ", "*"):
            if "w" in opts:
                process.error("invalid format")
            failed += 1
            continue
        name = name[1:]
        if "missing" in opts and not process.view.exists(name):
            continue
        if matches(process, opts, name, expected):
            if not quiet:
                process.stdout.write(encode(f"{name}: OK\n"))
        else:
            failed += 1
            if not silent:
                process.stdout.write(encode(f"{name}: FAILED\n"))
    if failed and not silent:
        process.error(f"WARNING: {failed} of {total} computed checksums did NOT match")
    if not total:
        process.error(f"{path}: no checksum lines found")
    return 1 if failed or not total else 0


def matches(process: Process, opts: Opts, name: str, expected: str) -> bool | None:
    """Has the file this digest? None when it can't be read; content that is not known is taken to have it."""
    try:
        process.view.found(name)
        origin = origin_of(process.view.stat(name).node)
    except OSError:
        origin = ""
    if not origin and expected.startswith(OPAQUE_MARK) and process.view.exists(name):
        origin = "the list of checksums"
    if origin:
        process.system.fidelity.note(
            Fidelity.ASSUMED, f"{name} is taken to have its checksum: {origin} is not known"
        )
        return True
    found = digest(process, opts, name)
    return None if found is None else found == expected


class GnuList:
    """One list, and what came of it."""

    def __init__(self, process: Process, opts: Opts, path: str) -> None:
        self.process, self.opts = process, opts
        self.path, self.shown = path, "'standard input'" if path == "-" else shell_name(path)
        self.good = self.wrong = self.unreadable = self.improper = 0
        # Lists without the mark of a binary file have one blank; the first line says which kind it is.
        self.one_blank: bool | None = None

    def run(self) -> int:
        """Look at every line, then say how many failed and in which way."""
        process, opts = self.process, self.opts
        reader = open_input(process, self.path, "{}")
        if reader is None:
            return 1
        for number, raw in enumerate(reader, 1):
            line = decode(raw.rstrip(b"\n").rstrip(b"\r"))
            if line.startswith("#"):
                continue
            found = self.parse(line)
            if found is None:
                self.improper += 1
                if "w" in opts:
                    kind = TAGS.get(program_name(process), "MD5")
                    process.error(f"{self.shown}: {number}: improperly formatted {kind} checksum line")
                continue
            self.compare(*found)
        seen = self.good + self.wrong + self.unreadable
        if not seen and ("missing" not in opts or self.one_blank is None):
            process.error(f"{self.shown}: no properly formatted checksum lines found")
            return 1
        if "s" not in opts:
            self.summarise()
        if not self.good and not self.wrong and "missing" in opts:
            process.error(f"{self.shown}: no file was verified")
            return 1
        if not self.good and "missing" in opts and "s" not in opts:
            process.error(f"{self.shown}: no file was verified")
        return 1 if self.wrong or self.unreadable or (self.improper and "strict" in opts) else 0

    def parse(self, line: str) -> tuple[str, str] | None:
        """(name, digest) of a line in either form; None when it has neither."""
        name = program_name(self.process)
        tagged = TAGGED.fullmatch(line)
        if tagged and tagged[1].upper() == TAGS.get(name, "").upper():
            self.one_blank = bool(self.one_blank)
            return tagged[2], tagged[3].lower()
        unknown = UNKNOWN.fullmatch(line)
        if unknown:
            return unknown[2], unknown[1]
        plain = PLAIN.fullmatch(line)
        if plain is None or len(plain[2]) != LENGTHS.get(name, len(plain[2])) or not plain[3] + plain[4]:
            return None
        escaped, checksum, mark, rest = plain.groups()
        if self.one_blank is None:
            self.one_blank = not mark
        if self.one_blank:
            rest = mark + rest
        elif not mark:
            return None
        if escaped:
            rest = rest.replace("\\n", "\n").replace("\\\\", "\\")
        return rest, checksum.lower()

    def compare(self, name: str, expected: str) -> None:
        """Compare one file, and say the result."""
        if "missing" in self.opts and not self.process.view.exists(name):
            return
        result = matches(self.process, self.opts, name, expected)
        shown = name.replace("\\", "\\\\").replace("\n", "\\n")
        if result:
            self.good += 1
            text = "" if self.opts.any("s", "quiet") else f"{shown}: OK\n"
        elif result is None:
            self.unreadable += 1
            text = f"{shown}: FAILED open or read\n"
        else:
            self.wrong += 1
            text = f"{shown}: FAILED\n"
        if text and "s" not in self.opts:
            self.process.stdout.write(encode(text))

    def summarise(self) -> None:
        """The warnings at the end."""
        for count, one, many in (
            (self.improper, "line is improperly formatted", "lines are improperly formatted"),
            (self.unreadable, "listed file could not be read", "listed files could not be read"),
            (self.wrong, "computed checksum did NOT match", "computed checksums did NOT match"),
        ):
            if count:
                self.process.error(f"WARNING: {count} {one if count == 1 else many}")
