"""du and df: what files take, and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.coreutils.paths import join
from minibuild.programs.coreutils.sizes import BLOCK, blocks, human
from minibuild.programs.coreutils.stat import FREE_BLOCKS, FREE_NODES, TOTAL_BLOCKS, TOTAL_NODES
from minibuild.programs.inputs import encode, number, report
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

DU = Options(
    "aHLd:clsxhmkbS0",
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
)
DF = Options(
    "kmhTPaiHlB:t:",
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
            text = human(size, step=1000 if "si" in self.opts else 1024)
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
    unit, title = 1024, "1K-blocks"
    if "P" in opts:
        title = "1024-blocks"
    if "m" in opts:
        unit, title = 1 << 20, "1M-blocks"
    total, free = TOTAL_BLOCKS * BLOCK, FREE_BLOCKS * BLOCK
    use = "Capacity" if "P" in opts else "Use%"
    if "i" in opts:
        total, free, unit = TOTAL_NODES, FREE_NODES, 1
        head = "Filesystem              Inodes      Used Available Use% Mounted on"
    elif "h" in opts:
        head = "Filesystem                Size      Used Available Use% Mounted on"
    else:
        kind = "Type       " if "T" in opts else ""
        head = f"Filesystem           {kind}{title:<11} Used Available {use} Mounted on".replace(
            "1K-blocks  ", "1K-blocks     "
        )
    status = 0
    shown = []
    for path in paths or ["/"]:
        if process.view.exists(path):
            shown.append(path)
        else:
            report(process, "{}: can't find mount point", path, gnu="{}: No such file or directory")
            status = 1
    if shown or is_busybox(process):
        process.stdout.write(head + "\n")
    sizes = [human(value) if "h" in opts else str(value // unit) for value in (total, total - free, free)]
    percent = -(-(total - free) * 100 // total)
    kind = "overlay    " if "T" in opts else ""
    for _ in shown:
        process.stdout.write(
            f"{'overlay':<20} {kind}{sizes[0]:>9} {sizes[1]:>9} {sizes[2]:>9} {percent:3d}% /\n"
        )
    return status
