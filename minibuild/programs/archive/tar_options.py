"""The command lines of tar: busybox's and GNU's. Some options act on the names after them, so their order is
kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from minibuild.kernel.fidelity import Fidelity
from minibuild.kernel.process import ProcessExit
from minibuild.programs.options import OptionError, Options, Opts, is_busybox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.kernel.process import Process

_SHARED = {
    "extract": "x", "list": "t", "create": "c", "file=": "f", "directory=": "C", "verbose": "v",
    "to-stdout": "O",
    "gzip": "z", "bzip2": "j", "xz": "J", "lzma": "lzma", "compress": "Z", "auto-compress": "a",
    "dereference": "h",
    "touch": "m", "no-same-owner": "own-", "same-permissions": "p", "preserve-permissions": "p",
    "no-same-permissions": "p-", "keep-old-files": "k", "numeric-owner": "numeric",
    "no-recursion": "recursion-",
    "overwrite": "overwrite", "strip-components=": "strip", "exclude=": "exclude", "exclude-from=": "X",
    "files-from=": "T", "to-command=": "to-command",
}  # fmt: skip
# `keep-old` is busybox's name of what GNU calls keep-old-files.
BUSYBOX = Options(
    "+txC:f:OopvkchjzJZamX:T:",
    long={**{key: value for key, value in _SHARED.items() if key != "keep-old-files"}, "keep-old": "k"},
    usage="c|x|t [-ZzJjahmvokO] [-f TARFILE] [-C DIR] [-T FILE] [-X FILE] [LONGOPT]... [FILE]...",
    help="""Pack files together, or unpack them

	c	Make an archive
	x	Unpack
	t	Show what is in it
	-f FILE	The archive; - is standard input or output
	-C DIR	Go there first
	-v	Show names
	-O	Unpack to standard output
	-z -j -J -Z --lzma	Through gzip, bzip2, xz, compress, lzma; -a: by the name
	-h	What links lead to, instead of the links
	-k	Keep what is there; --overwrite: write into it
	-m	Times are those of unpacking
	-o	Files belong to who unpacks
	-T FILE	Names are listed there; -X FILE: patterns to leave out; --exclude PATTERN
	--strip-components N	Take N directories off names""",
)
GNU = Options(
    "+txruAdcC:f:OopvkhjzJZamX:T:PsSwUWilnMBRGb:g:H:I:K:L:N:V:F:",
    long={
        **_SHARED,
        "get": "x", "append": "r", "update": "u", "concatenate": "A", "catenate": "A", "diff": "d",
        "compare": "d",
        "delete": "delete", "test-label": "label",
        "gunzip": "z", "ungzip": "z", "uncompress": "Z", "zstd": "zstd", "lzip": "lzip", "lzop": "lzop",
        "no-auto-compress": "a-", "use-compress-program=": "I",
        "same-owner": "own", "preserve-order": "s", "same-order": "s", "preserve": "p",
        "absolute-names": "P", "skip-old-files": "skip", "keep-newer-files": "newer-kept",
        "overwrite-dir": "od",
        "no-overwrite-dir": "od-", "unlink-first": "U", "recursive-unlink": "RU",
        "keep-directory-symlink": "kds",
        "recursion": "recursion", "one-file-system": "ofs", "hard-dereference": "hard-dereference",
        "null": "null", "no-null": "null-", "verbatim-files-from": "verbatim",
        "no-verbatim-files-from": "verbatim-",
        "exclude-vcs": "vcs", "exclude-backups": "backups", "exclude-caches": "caches",
        "exclude-caches-all": "caches", "exclude-caches-under": "caches",
        "exclude-vcs-ignores": "vcs-ignores",
        "exclude-ignore=": "xi", "exclude-ignore-recursive=": "xi", "exclude-tag=": "tag",
        "exclude-tag-all=": "tag",
        "exclude-tag-under=": "tag",
        "wildcards": "wildcards", "no-wildcards": "wildcards-", "wildcards-match-slash": "slash",
        "no-wildcards-match-slash": "slash-", "anchored": "anchored", "no-anchored": "anchored-",
        "ignore-case": "case-",
        "no-ignore-case": "case",
        "owner=": "owner", "group=": "group", "mode=": "mode", "mtime=": "mtime", "clamp-mtime": "clamp",
        "sort=": "sort", "format=": "H", "owner-map=": "owner-map", "group-map=": "group-map",
        "old-archive": "old", "portability": "old", "posix": "posix", "pax-option=": "pax", "label=": "V",
        "transform=": "transform", "xform=": "transform", "show-transformed-names": "transformed",
        "show-stored-names": "transformed", "one-top-level=?": "top", "remove-files": "remove",
        "full-time": "full-time",
        "utc": "utc", "totals=?": "totals", "index-file=": "index", "block-number": "R",
        "show-omitted-dirs": "sod",
        "show-defaults": "defaults", "warning=": "warning", "quoting-style=": "quoting",
        "quote-chars=": "quoting",
        "no-quote-chars=": "quoting", "checkpoint=?": "checkpoint", "checkpoint-action=": "checkpoint",
        "blocking-factor=": "b", "record-size=": "b", "read-full-records": "B", "ignore-zeros": "i",
        "ignore-failed-read": "ifr", "ignore-command-error": "ice", "no-ignore-command-error": "ice",
        "sparse": "S", "sparse-version=": "sv", "hole-detection=": "hd", "check-links": "l", "verify": "W",
        "occurrence=?": "occurrence", "newer=": "N", "after-date=": "N", "newer-mtime=": "N",
        "starting-file=": "K",
        "interactive": "w", "confirmation": "w", "seek": "n", "no-seek": "n-", "multi-volume": "M",
        "atime-preserve=?": "atime", "delay-directory-restore": "ddr", "no-delay-directory-restore": "ddr-",
        "acls": "acls", "no-acls": "acls-", "selinux": "selinux", "no-selinux": "selinux-",
        "xattrs": "xattrs",
        "no-xattrs": "xattrs-", "xattrs-include=": "xattrs", "xattrs-exclude=": "xx", "force-local": "local",
        "no-check-device": "cd", "check-device": "cd", "rsh-command=": "rsh", "usage": "usage",
        "restrict": "restrict",
        "backup=?": "backup", "suffix=": "suffix", "add-file=": "add-file", "incremental": "G",
        "version": "version",
        "listed-incremental=": "g", "level=": "level",
    },
    usage="[OPTION...] [FILE]...",
    help="Pack files together into an archive, or take them out of one.\n\n"
    "  tar -cf archive.tar DIR   packs\n  tar -tvf archive.tar      lists\n"
    "  tar -xf archive.tar       unpacks",
    gnu_failure=2,
)  # fmt: skip
_NOT_MODELLED = {"M": "volumes", "g": "incremental archives", "G": "incremental archives",
                 "A": "joining archives",
                 "d": "comparing", "delete": "deleting members", "label": "labels", "w": "asking",
                 "lzop": "lzop"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CommandLine:
    """`opts` are the options; `events` has options and operands (under the key "") in their order."""

    operation: str
    opts: Opts
    events: tuple[tuple[str, str], ...]

    @property
    def archive(self) -> str:
        """The archive's name; "-" is standard input or output."""
        return self.opts.text("f", "-")

    @property
    def names(self) -> list[str]:
        """The operands."""
        return [value for key, value in self.events if not key]


def parse(process: Process) -> CommandLine:
    """The command line of the process; what is wrong with it is said, and ends the process."""
    busybox = is_busybox(process)
    options = BUSYBOX if busybox else GNU
    words = process.argv[1:]
    try:
        words = dashed(options, words)
        events = in_order(options, words)
    except OptionError as error:
        process.error(str(error))
        if busybox:
            options.fail(process)
        _usage(process, 2 if str(error).startswith("Old") else 64)
    opts = Opts([(key, value) for key, value in events if key])
    if "usage" in opts or "version" in opts:
        process.stdout.write(
            "tar (GNU tar) 1.34\n" if "version" in opts else options.describe("tar", busybox=False)
        )
        raise ProcessExit(0)
    operation = _operation(process, opts, busybox)
    for key, what in _NOT_MODELLED.items():
        if not busybox and key in opts:
            process.system.fidelity.note(Fidelity.ASSUMED, f"tar's {what} is not implemented")
            raise ProcessExit(0)
    return CommandLine(operation, opts, tuple((key, value or "") for key, value in events))


def _operation(process: Process, opts: Opts, busybox: bool) -> str:
    found = [key for key in ("c", "t", "x", "r", "u", "A", "d", "delete", "label") if key in opts]
    if len(found) != 1:
        if busybox:
            BUSYBOX.fail(process)
        if found:
            process.error(
                "You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option"
            )
        else:
            process.error("You must specify one of the '-Acdtrux', '--delete' or '--test-label' options")
        _usage(process, 2)
    return found[0]


def _usage(process: Process, status: int) -> NoReturn:
    process.stderr.write("Try 'tar --help' or 'tar --usage' for more information.\n")
    raise ProcessExit(status)


def dashed(options: Options, words: Sequence[str]) -> list[str]:
    """The words with an old-style first one (`xzf`) written as options; their arguments follow in order."""
    if not words or words[0].startswith("-") or not words[0]:
        return list(words)
    rest = list(words[1:])
    out: list[str] = []
    for letter in words[0]:
        out.append("-" + letter)
        if options.short.get(letter):
            if not rest:
                if options is BUSYBOX:
                    raise OptionError(f"option requires an argument -- '{letter}'")
                raise OptionError(f"Old option '{letter}' requires an argument.")
            out.append(rest.pop(0))
    return out + rest


def in_order(options: Options, words: list[str]) -> list[tuple[str, str | None]]:
    """Options and operands in their order; an operand has the key ""."""
    events: list[tuple[str, str | None]] = []
    while words:
        opts, rest = options.split(words)
        events += opts.given
        used = len(words) - len(rest)
        if used and words[used - 1] == "--":
            return events + [("", word) for word in rest]
        events += [("", word) for word in rest[:1]]
        words = rest[1:]
    return events
