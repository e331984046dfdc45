"""du and df: what files take, and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.coreutils.paths import join
from minibuild.programs.coreutils.sizes import BLOCK, blocks, gnu_human, human
from minibuild.programs.coreutils.stat import FREE_BLOCKS, FREE_NODES, TOTAL_BLOCKS, TOTAL_NODES
from minibuild.programs.inputs import encode, number, report
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

DU = Options(
    "aHLd:clsxhmkbS0",
    gnu_short="0S",
    long={
        "all": "a",
        "apparent-size": "apparent",
        "bytes": "b",
        "total": "c",
        "max-depth=": "d",
        "human-readable": "h",
        "si": "si",
        "summarize": "s",
        "one-file-system": "x",
        "dereference": "L",
        "count-links": "l",
        "exclude=": "exclude",
        "null": "0",
        "block-size=": "block",
    },
    usage="[-aHLdclsxhmk] [FILE]...",
    help="Summarize disk space used for FILEs (or directories)",
    gnu_long="*",
)
DF = Options(
    "kmhTPaiHlB:t:",
    gnu_short="l",
    long={
        "human-readable": "h",
        "si": "h",
        "portability": "P",
        "print-type": "T",
        "all": "a",
        "inodes": "i",
        "output=?": "output",
        "type=": "t",
        "block-size=": "B",
    },
    usage="[-PkmhTai] [FILESYSTEM]...",
    help="Print filesystem usage statistics",
    gnu_long="*",
)


@program("du", options=DU)
def du(process: Process) -> int:
    """`du [-aHLclsxhmkb] [-d N] [FILE]...`"""
    opts, paths = DU.parse(process)
    counter = Counter(process, opts)
    total = sum(counter.operand(path) for path in paths or ["."])
    if "c" in opts:
        counter.show(total, "total")
    return counter.status


class Counter:
    """Adds up a tree; each file with several names counts once."""

    def __init__(self, process: Process, opts: Opts) -> None:
        self.process, self.view, self.opts = process, process.view, opts
        self.depth = 0 if "s" in opts else number(process, opts.text("d", "2000000000"))
        self.bytes = opts.any("b", "apparent")
        self.seen: dict[int, object] = {}
        self.status = 0

    def operand(self, path: str) -> int:
        """Count and show one operand."""
        total = self.walk(path, 0)
        return total or 0

    def walk(self, path: str, level: int) -> int:
        """The size of a file, or of a directory with all that is in it (in bytes, or in blocks of 512)."""
        try:
            follow = "L" in self.opts or ("H" in self.opts and not level)
            stat = self.view.stat(path) if follow else self.view.lstat(path)
        except OSError as error:
            report(self.process, "{}", path, error, "cannot access '{}'")
            self.status = 1
            return 0
        total = stat.size if self.bytes else blocks(stat)
        if stat.kind != "dir":
            if stat.nlink > 1 and "l" not in self.opts:
                if id(stat.node) in self.seen:
                    return 0
                self.seen[id(stat.node)] = stat.node
            if ("a" in self.opts and level <= self.depth) or not level:
                self.show(total, path)
            return total
        try:
            names = self.view.listdir(path)
        except OSError as error:
            report(self.process, "can't open '{}'", path, error, "cannot read directory '{}'")
            self.status = 1
            names = []
        for name in names:
            total += self.walk(join(path, name), level + 1)
        self.process.tick()
        if level <= self.depth:
            self.show(total, path)
        return total

    def show(self, total: int, path: str) -> None:
        """One line, in the unit that was asked for."""
        size = total if self.bytes else total * 512
        if self.opts.any("h", "si"):
            scaled = human if is_busybox(self.process) else gnu_human
            text = scaled(size, step=1000 if "si" in self.opts else 1024)
        elif self.bytes and not self.opts.any("k", "m"):
            text = str(size)
        else:
            unit = 1 << 20 if self.opts.last("k", "m") == "m" else 1 << 10
            text = str((size + unit // 2) // unit if unit == 1 << 10 else -(-size // unit))
        self.process.stdout.write(encode(f"{text}\t{path}\n"))


@program("df", options=DF)
def df(process: Process) -> int:
    """`df [-PkmhTai] [FILE]...`: one file system, of a size that is always the same."""
    opts, paths = DF.parse(process)
    status, shown = 0, 0
    for path in paths or ["/"]:
        if process.view.exists(path):
            shown += 1
        else:
            report(process, "{}: can't find mount point", path, gnu="{}: No such file or directory")
            status = 1
    busybox = is_busybox(process)
    table = of_busybox(opts) if busybox else of_gnu(opts)
    if shown or busybox:
        process.stdout.write(table[0] + "\n" + (table[1] + "\n") * shown)
    return status


def amounts(opts: Opts) -> tuple[int, int, int, int]:
    """Total, used and free, and the unit of these numbers."""
    if "i" in opts:
        return TOTAL_NODES, TOTAL_NODES - FREE_NODES, FREE_NODES, 1
    unit = 1 << 20 if "m" in opts else 1024
    return TOTAL_BLOCKS * BLOCK, (TOTAL_BLOCKS - FREE_BLOCKS) * BLOCK, FREE_BLOCKS * BLOCK, unit


def of_busybox(opts: Opts) -> tuple[str, str]:
    """The head and the one line as busybox prints them."""
    total, used, free, unit = amounts(opts)
    use = "Capacity" if "P" in opts else "Use%"
    if "i" in opts:
        head = "Filesystem              Inodes      Used Available Use% Mounted on"
    elif "h" in opts:
        head = "Filesystem                Size      Used Available Use% Mounted on"
    else:
        title = "1024-blocks" if "P" in opts else "1M-blocks" if "m" in opts else "1K-blocks"
        kind = "Type       " if "T" in opts else ""
        head = f"Filesystem           {kind}{title:<11} Used Available {use} Mounted on"
        head = head.replace("1K-blocks  ", "1K-blocks     ")
    sizes = " ".join(f"{human(value) if 'h' in opts else value // unit:>9}" for value in (total, used, free))
    kind = "overlay    " if "T" in opts else ""
    return head, f"{'overlay':<20} {kind}{sizes} {percent(total, used):3d}% /"


def of_gnu(opts: Opts) -> tuple[str, str]:
    """The head and the one line in columns as wide as they need be."""
    total, used, free, unit = amounts(opts)
    people = opts.any("h", "si")
    if "i" in opts:
        titles = ["Inodes", "IUsed", "IFree", "IUse%"]
    elif people:
        titles = ["Size", "Used", "Avail", "Use%"]
    else:
        blocks_title = "1024-blocks" if "P" in opts else "1M-blocks" if "m" in opts else "1K-blocks"
        titles = [blocks_title, "Used", "Available", "Capacity" if "P" in opts else "Use%"]
    values = [gnu_human(value) if people else str(-(-value // unit)) for value in (total, used, free)]
    values.append(f"{percent(total, used)}%")
    widths = [
        max(len(title), len(value), 5 if people else 0) for title, value in zip(titles, values, strict=True)
    ]
    widths[-1] = max(len(titles[-1]), len(values[-1]))

    def row(first: str, kind: str, cells: list[str], last: str) -> str:
        typed = f"{kind:<8}" if "T" in opts else ""
        shown = [cell.rjust(width) for cell, width in zip(cells, widths, strict=True)]
        return f"{first:<14} {typed}{' '.join(shown)} {last}"

    return row("Filesystem", "Type", titles, "Mounted on"), row("overlay", "overlay", values, "/")


def percent(total: int, used: int) -> int:
    """The part that is used, rounded up."""
    return -(-used * 100 // total)
