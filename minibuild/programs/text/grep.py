"""grep, egrep, fgrep: print lines that match."""

from __future__ import annotations

import fnmatch
import sys
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode, die, encode
from minibuild.programs.options import Options, is_busybox, program_name
from minibuild.programs.registry import program
from minibuild.programs.text.grep_matcher import Matcher, compile_matcher
from minibuild.programs.text.grep_search import Search, Style
from minibuild.programs.text.regex import RegexError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

LONG = {
    "extended-regexp": "E",
    "fixed-strings": "F",
    "basic-regexp": "G",
    "perl-regexp": "P",
    "regexp=": "e",
    "file=": "f",
    "ignore-case": "i",
    "no-ignore-case": "no-ignore-case",
    "invert-match": "v",
    "word-regexp": "w",
    "line-regexp": "x",
    "count": "c",
    "color=?": "color",
    "colour=?": "color",
    "files-with-matches": "l",
    "files-without-match": "L",
    "max-count=": "m",
    "only-matching": "o",
    "quiet": "q",
    "silent": "q",
    "no-messages": "s",
    "byte-offset": "b",
    "with-filename": "H",
    "no-filename": "h",
    "label=": "label",
    "line-number": "n",
    "initial-tab": "T",
    "null": "Z",
    "after-context=": "A",
    "before-context=": "B",
    "context=": "C",
    "group-separator=": "group-separator",
    "no-group-separator": "no-group-separator",
    "text": "a",
    "binary": "U",
    "binary-files=": "binary-files",
    "exclude=": "exclude",
    "exclude-from=": "exclude-from",
    "exclude-dir=": "exclude-dir",
    "include=": "include",
    "recursive": "r",
    "dereference-recursive": "R",
    "directories=": "d",
    "devices=": "D",
    "null-data": "z",
    "line-buffered": "line-buffered",
    "version": "version",
}
GREP = Options(
    "HhlLsvqnocwxiyFEGPrRzZabIUTum:A:B:C:e:f:d:D:0123456789",
    gnu_short="0123456789DGPTUZbduy",
    long=LONG,
    gnu_long=" ".join(name.rstrip("=?") for name in LONG if name != "color=?"),
    usage="[-HhnlLoqvsrRiwFE] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... | -f FILE... } [FILE]...",
    help="""
Search for PATTERN in FILEs (or stdin)

	-H	Add 'filename:' prefix
	-h	Do not add 'filename:' prefix
	-n	Add 'line_no:' prefix
	-l	Show only names of files that match
	-L	Show only names of files that don't match
	-c	Show only count of matching lines
	-o	Show only the matching part of line
	-q	Quiet. Return 0 if PATTERN is found, 1 otherwise
	-v	Select non-matching lines
	-s	Suppress open and read errors
	-r	Recurse
	-R	Recurse and dereference symlinks
	-i	Ignore case
	-w	Match whole words only
	-x	Match whole lines only
	-F	PATTERN is a literal (not regexp)
	-E	PATTERN is an extended regexp
	-m N	Match up to N times per file
	-A N	Print N lines of trailing context
	-B N	Print N lines of leading context
	-C N	Same as '-A N -B N'
	-e PTRN	Pattern to match
	-f FILE	Read pattern from file
""",
    failure=2,
)


@program("grep", "egrep", "fgrep", options=GREP)
def grep(process: Process) -> int:
    """Search files for patterns."""
    opts, operands = GREP.parse(process)
    if "version" in opts:
        process.stdout.write("grep (GNU grep) 3.8\n")
        return 0
    gnu = not is_busybox(process)
    if gnu and opts.get("m") == "0":
        return 1
    patterns = _patterns(process, opts, operands)
    kind = opts.last("E", "F", "G", "P") or {"egrep": "E", "fgrep": "F"}.get(program_name(process), "G")
    if kind == "P":
        process.system.fidelity.note(Fidelity.MODELLED, "grep -P follows Python's regular expressions")
    try:
        matcher = compile_matcher(
            patterns,
            kind,
            ignore_case=opts.last("i", "y", "no-ignore-case") in ("i", "y"),
            whole="x" if "x" in opts else "w" if "w" in opts else "",
            delimiter=b"\0" if "z" in opts else b"\n",
            once=not gnu,
        )
    except RegexError as error:
        shown = decode(b"\n".join(patterns))
        die(process, str(error) if gnu or kind == "P" else f"bad regex '{shown}'", 2)
    return _Grep(process, opts, matcher, gnu).run(operands)


def _patterns(process: Process, opts: Opts, operands: list[str]) -> list[bytes]:
    """The patterns of -e, -f or the first operand; a newline parts two of them."""
    given: list[bytes] = []
    for key, value in opts.given:
        if key == "e":
            given += encode(value or "").split(b"\n")
        elif key == "f":
            given += _pattern_file(process, value or "")
    if not opts.any("e", "f"):
        if not operands:
            GREP.fail(process)
        given = encode(operands.pop(0)).split(b"\n")
    return given


def _pattern_file(process: Process, name: str) -> list[bytes]:
    try:
        lines: list[bytes] = process.open_reader(name).read().split(b"\n")
    except OSError as error:
        if isinstance(error, IsADirectoryError) and is_busybox(process):
            return []
        die(process, f"{name}: {strerror(error)}", 2)
    if not lines[-1]:
        lines.pop()
    return lines


class _Grep:
    """One run over all files."""

    def __init__(self, process: Process, opts: Opts, matcher: Matcher, gnu: bool) -> None:
        self.process, self.opts, self.matcher, self.gnu = process, opts, matcher, gnu
        self.recursive, self.follow = opts.any("r", "R") or opts.get("d") == "recurse", "R" in opts
        self.quiet = "s" in opts
        self.failed = self.selected = self.listed = False
        self.last = -1  # the number of the line printed last
        self.excluded = [*opts.all("exclude"), *self._excluded_from()]

    def _excluded_from(self) -> list[str]:
        return [
            decode(line)
            for name in self.opts.all("exclude-from")
            for line in _pattern_file(self.process, name)
        ]

    def run(self, operands: list[str]) -> int:
        """Search all operands; 0 when a line was selected, 1 when none was, 2 after an error."""
        opts = self.opts
        bare = self.recursive and not operands
        names = operands or (["."] if self.recursive else ["-"])
        named = "H" in opts or len(names) > 1 or (self.recursive and self.process.view.is_dir(names[0]))
        if opts.last("H", "h") == "h":
            named = False
        style = self._style(named)
        for name in names:
            for path in self._files(name, operand=True):
                shown = path[2:] if bare and self.gnu and path.startswith("./") else path
                self._search(path, shown, style)
                if style.mode == "q" and self.selected:
                    return 0
        if self.failed:
            return 2
        done = self.listed if style.mode == "L" and not self.gnu else self.selected
        return 0 if done else 1

    def _style(self, named: bool) -> Style:
        """What to print, from the options."""
        opts, process = self.opts, self.process
        after, before = self._context("A"), self._context("B")
        around = self._context("C")
        digits = "".join(key for key, _ in opts.given if key.isdigit())
        if digits:
            around = min(int(digits), sys.maxsize)
        limit = opts.get("m")
        if limit is not None and not limit.removeprefix("-").isdigit():
            die(process, "invalid max count" if self.gnu else f"invalid number '{limit}'", 2)
        mode = (
            "q"
            if "q" in opts or limit == "0"
            else opts.last("l", "L") or ("c" if "c" in opts else "o" if "o" in opts else "")
        )
        return Style(
            mode=mode,
            invert="v" in opts,
            named=named,
            numbered="n" in opts,
            offsets="b" in opts,
            tab="T" in opts,
            null="Z" in opts,
            after=max(after if after is not None else around or 0, 0),
            before=max(before if before is not None else around or 0, 0),
            separator=self._separator(after, before, around),
            limit=None if limit is None or limit == "0" or limit.startswith("-") else int(limit),
            trailing=self.gnu,
            counted="c" in opts and not self.gnu,
            delimiter=b"\0" if "z" in opts else b"\n",
            binary=self._binary(),
        )

    def _separator(self, *context: int | None) -> bytes | None:
        """What stands between groups of lines: GNU's has one also where no lines of context are asked for."""
        if self.opts.last("group-separator", "no-group-separator") == "no-group-separator":
            return None
        wanted = any(one is not None if self.gnu else one for one in context)
        return encode(self.opts.text("group-separator", "--")) if wanted else None

    def _binary(self) -> str:
        """What becomes of a file with NUL bytes: "text", "binary" (say only that it matches) or
        "without-match".
        """
        last = self.opts.last("a", "I", "binary-files")
        kind = {"a": "text", "I": "without-match"}.get(last or "") or self.opts.get("binary-files")
        return kind or ("binary" if self.gnu and "z" not in self.opts else "text")

    def _context(self, key: str) -> int | None:
        value = self.opts.get(key)
        if value is not None and not value.isdigit():
            message = f"{value}: invalid context length argument" if self.gnu else f"invalid number '{value}'"
            die(self.process, message, 2)
        return None if value is None else min(int(value), sys.maxsize)

    def _search(self, path: str, shown: str, style: Style) -> None:
        """Search one file, or say why not."""
        process = self.process
        label = self.opts.text("label", "(standard input)") if path == "-" else shown
        search = Search(process, self.matcher, style, encode(label))
        if self.gnu:
            search.gap = self.last >= 0
        else:
            # busybox goes on with the number of the line printed last, even of another file.
            search.printed = self.last
        try:
            reader = process.open_reader(path)
            found = search.run(reader)
        except IsADirectoryError as error:
            if self.gnu:
                if self.opts.get("d") == "skip":
                    return
                self._complain(shown, error)
            found = search.finish()
        except OSError as error:
            self._complain(shown, error)
            return
        self.selected = self.selected or found
        self.listed = self.listed or not found
        if search.printed >= 0:
            self.last = search.printed

    def _complain(self, name: str, error: OSError) -> None:
        self.failed = True
        if not self.quiet:
            self.process.error(f"{name}: {strerror(error)}")

    def _files(self, path: str, *, operand: bool) -> Iterator[str]:
        """The files to search: the path itself, or what is below it."""
        view = self.process.view
        if path == "-":
            yield path
            return
        if not self.recursive:
            if not self._left_out(path):
                yield path
            return
        try:
            status = view.stat(path) if self.follow or operand or not self.gnu else view.lstat(path)
            if status.kind == "dir" and not (self.follow or operand):
                status = view.lstat(path)
        except OSError as error:
            if operand or view.lstat(path).kind != "link":
                self._complain(path, error)
            return
        if status.kind == "dir":
            if operand or not self._matches("exclude-dir", path):
                yield from self._below(path)
        elif (status.kind == "file" or operand) and not self._left_out(path):
            yield path

    def _below(self, path: str) -> Iterator[str]:
        try:
            names = self.process.view.listdir(path)
        except OSError as error:
            self._complain(path, error)
            return
        self.process.tick()
        prefix = path if path.endswith("/") else path + "/"
        for name in names:
            yield from self._files(prefix + name, operand=False)

    def _left_out(self, path: str) -> bool:
        """Do --include and --exclude say that the file is not searched?"""
        included = self.opts.all("include")
        if included and not self._matches("include", path):
            return True
        return any(fnmatch.fnmatchcase(_base(path), glob) for glob in self.excluded)

    def _matches(self, key: str, path: str) -> bool:
        return any(fnmatch.fnmatchcase(_base(path), glob.rstrip("/")) for glob in self.opts.all(key))


def _base(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]
