"""stat: everything about a file, or what a format asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.programs.coreutils.modes import KIND_BITS, mode_string
from minibuild.programs.coreutils.sizes import BLOCK, blocks
from minibuild.programs.inputs import encode, quoted, report
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.system.dates import format_time
from minibuild.programs.users.names import Names

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.filesystem.status import Stat
    from minibuild.kernel.process import Process

STAT = Options(
    "ltfLc:",
    gnu_short="l",
    long={
        "format=": "c",
        "printf=": "printf",
        "dereference": "L",
        "terse": "t",
        "file-system": "f",
        "cached=": "cached",
    },
    usage="[-ltf] [-c FMT] FILE...",
    help="Display file (default) or filesystem status\n\n\t-c FMT\tUse the specified format\n"
    "\t-f\tDisplay filesystem status\n\t-L\tFollow links\n\t-t\tTerse display",
    least=1,
    gnu_long="*",
)
KINDS = {
    "dir": "directory",
    "link": "symbolic link",
    "char": "character special file",
    "block": "block special file",
    "fifo": "fifo",
    "socket": "socket",
}
DIRECTIVE = re.compile(r"%([-+ #0']*\d*)(?:\.\d*)?([A-Za-z%])")
# The device that files of the container are on, and the size of a file system nobody measures.
DEVICE = 0x32
TOTAL_BLOCKS, FREE_BLOCKS, TOTAL_NODES, FREE_NODES = 26214400, 20971520, 6553600, 6291456
LONG_FORMAT = """\
  File: {name}
  Size: {stat.size:<10}\tBlocks: {blocks:<10} IO Block: {block:<6} {kind}
Device: {device:x}h/{device}d\tInode: {stat.ino:<10}  Links: {links}
Access: ({mode:04o}/{text})  Uid: ({stat.uid:5d}/{user:>8})   Gid: ({stat.gid:5d}/{group:>8})
Access: {time}
Modify: {time}
Change: {time}
"""
GNU_FORMAT = """\
  File: {name}
  Size: {stat.size:<10}\tBlocks: {blocks:<10} IO Block: {block:<6} {kind}
Device: 0,{device}\tInode: {stat.ino:<10}  Links: {links}
Access: ({mode:04o}/{text})  Uid: ({stat.uid:5d}/{user:>8})   Gid: ({stat.gid:5d}/{group:>8})
Access: {time}
Modify: {time}
Change: {time}
 Birth: {time}
"""
SYSTEM_FORMAT = """\
  File: "{name}"
    ID: 0        Namelen: 255     Type: {kind}
Block size: {block:<10}
Blocks: Total: {total:<10} Free: {free:<10} Available: {free}
Inodes: Total: {nodes:<10} Free: {free_nodes}
"""


@program("stat", options=STAT)
def stat(process: Process) -> int:
    """`stat [-Lft] [-c FMT] FILE...`"""
    opts, paths = STAT.parse(process)
    view, names = process.view, Names(process)
    form = opts.text("c") + "\n" if "c" in opts else None
    if "printf" in opts:
        form = unescaped(opts.text("printf"))
    status = 0
    for path in paths:
        try:
            found = view.stat(path) if opts.any("L", "f") else view.lstat(path)
        except OSError as error:
            what = "read file system information for" if "f" in opts else "stat"
            gnu = "cannot statx '{}'" if what == "stat" else None
            report(process, f"can't {what} '{{}}'", path, error, gnu)
            status = 1
            continue
        if "f" in opts:
            text = of_system(path, form)
        elif form is not None:
            text = formatted(form, FILE_FIELDS, Shown(process, path, found, names))
        elif "t" in opts:
            text = terse(path, found)
        else:
            text = long_form(Shown(process, path, found, names))
        process.stdout.write(encode(text))
    return status


class Shown:
    """A file as the directives see it."""

    def __init__(self, process: Process, path: str, found: Stat, names: Names) -> None:
        self.process, self.path, self.stat, self.names = process, path, found, names

    @property
    def kind(self) -> str:
        """`regular file` and the like."""
        if self.stat.kind == "file":
            return "regular file" if self.stat.size else "regular empty file"
        return KINDS.get(self.stat.kind, "weird file")

    @property
    def name(self) -> str:
        """The name, and where a link points."""
        if is_busybox(self.process):
            return f"'{self.path}' -> '{self.stat.target}'" if self.stat.kind == "link" else self.path
        pointed = f" -> {quoted(self.stat.target or '')}" if self.stat.kind == "link" else ""
        return quoted(self.path) + pointed

    @property
    def gnu_name(self) -> str:
        """The name without quotes, and where a link points."""
        return f"{self.path} -> {self.stat.target}" if self.stat.kind == "link" else self.path

    @property
    def time(self) -> str:
        """The time of modification with nanoseconds."""
        whole = format_time(self.process, "%Y-%m-%d %H:%M:%S", self.stat.mtime)
        zone = format_time(self.process, "%z", self.stat.mtime)
        return f"{whole}.{self.stat.mtime % 10**9:09d} {zone}"

    @property
    def user(self) -> str:
        """The owner's name."""
        return self.names.user(self.stat.uid) or "UNKNOWN"

    @property
    def group(self) -> str:
        """The group's name."""
        return self.names.group(self.stat.gid) or "UNKNOWN"


FILE_FIELDS: dict[str, Callable[[Shown], object]] = {
    "n": lambda s: s.path,
    "N": lambda s: s.name,
    "a": lambda s: f"{s.stat.mode:o}",
    "A": lambda s: mode_string(s.stat.kind, s.stat.mode),
    "b": lambda s: blocks(s.stat),
    "B": lambda s: 512,  # noqa: ARG005
    "d": lambda s: DEVICE,  # noqa: ARG005
    "D": lambda s: f"{DEVICE:x}",  # noqa: ARG005
    "f": lambda s: f"{KIND_BITS[s.stat.kind] | s.stat.mode:x}",
    "F": lambda s: s.kind,
    "g": lambda s: s.stat.gid,
    "G": lambda s: s.group,
    "h": lambda s: s.stat.nlink,
    "i": lambda s: s.stat.ino,
    "m": lambda s: "/",  # noqa: ARG005
    "o": lambda s: BLOCK,  # noqa: ARG005
    "s": lambda s: s.stat.size,
    "t": lambda s: f"{(s.stat.device or (0, 0))[0]:x}",
    "T": lambda s: f"{(s.stat.device or (0, 0))[1]:x}",
    "u": lambda s: s.stat.uid,
    "U": lambda s: s.user,
    **dict.fromkeys("xyz", lambda s: s.time),
    **dict.fromkeys("XYZ", lambda s: s.stat.mtime // 10**9),
}


def formatted(form: str, fields: dict[str, Callable[[Shown], object]], shown: Shown) -> str:
    """A format with its directives filled in; an unknown one prints its letter."""

    def one(match: re.Match[str]) -> str:
        flags, letter = match.groups()
        if letter == "%":
            return "%"
        if letter not in fields:
            return letter if is_busybox(shown.process) else "?"
        value = fields[letter](shown)
        if isinstance(value, int):
            return f"%{flags}d" % value
        # A string is padded with blanks, whatever a 0 asks for.
        text = f"%{flags.replace('0', '', 1) if flags.startswith('0') else flags}s" % value
        return text.replace(" ", "0") if flags.startswith("0") and str(value).isdigit() else text

    return DIRECTIVE.sub(one, form)


def unescaped(form: str) -> str:
    """The backslash escapes of --printf."""
    table = {
        "n": "\n",
        "t": "\t",
        "\\": "\\",
        "a": "\a",
        "b": "\b",
        "f": "\f",
        "r": "\r",
        "v": "\v",
        '"': '"',
    }

    def one(match: re.Match[str]) -> str:
        word = match[1]
        return chr(int(word, 8)) if word[0] in "01234567" else table.get(word, match[0])

    return re.sub(r"\\([0-7]{1,3}|.)", one, form)


def terse(path: str, found: Stat) -> str:
    """One line of fields."""
    major, minor = found.device or (0, 0)
    mode, time = KIND_BITS[found.kind] | found.mode, found.mtime // 10**9
    return (
        f"{path} {found.size} {blocks(found)} {mode:x} {found.uid} {found.gid} {DEVICE:x} {found.ino}"
        f" {found.nlink} {major:x} {minor:x} {time} {time} {time} {BLOCK}\n"
    )


def long_form(shown: Shown) -> str:
    """What stat prints without a format."""
    found = shown.stat
    links = str(found.nlink)
    if found.device:
        links = f"{links:<5} Device type: {found.device[0]:x},{found.device[1]:x}"
    busybox = is_busybox(shown.process)
    return (LONG_FORMAT if busybox else GNU_FORMAT).format(
        name=shown.name if busybox else shown.gnu_name,
        stat=found,
        blocks=blocks(found),
        block=BLOCK,
        kind=shown.kind,
        device=DEVICE,
        links=links,
        mode=found.mode,
        text=mode_string(found.kind, found.mode),
        user=shown.user,
        group=shown.group,
        time=shown.time,
    )


def of_system(path: str, form: str | None) -> str:
    """The file system: the one that containers have, of a size that nobody measures."""
    fields: dict[str, object] = {
        "n": path, "i": "0", "l": 255, "t": "794c7630", "T": "overlayfs", "b": TOTAL_BLOCKS, "f": FREE_BLOCKS,
        "a": FREE_BLOCKS, "s": BLOCK, "S": BLOCK, "c": TOTAL_NODES, "d": FREE_NODES, "%": "%",
    }  # fmt: skip
    if form is not None:
        return DIRECTIVE.sub(lambda match: str(fields.get(match[2], match[2])), form)
    return SYSTEM_FORMAT.format(
        name=path, kind="overlayfs", block=BLOCK, total=TOTAL_BLOCKS, free=FREE_BLOCKS, nodes=TOTAL_NODES,
        free_nodes=FREE_NODES,
    )  # fmt: skip
