"""ls: directories and files, in a column, in columns, or long."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, NamedTuple

from minibuild.programs.coreutils.modes import mode_string
from minibuild.programs.coreutils.paths import join
from minibuild.programs.coreutils.sizes import blocks, gnu_human, human
from minibuild.programs.inputs import encode, number, report
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.system.dates import format_time
from minibuild.programs.users.names import Names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.filesystem.status import Stat
    from minibuild.kernel.process import Process

LS = Options(
    "1AaCxdLHRFplinshrSXvctugokqmQNbBGfUTw:I:",
    gnu_short="BGINUbfmoq",
    long={
        "all": "a",
        "almost-all": "A",
        "directory": "d",
        "classify=?": "F",
        "human-readable": "h",
        "si": "si",
        "inode": "i",
        "numeric-uid-gid": "n",
        "reverse": "r",
        "recursive": "R",
        "size": "s",
        "dereference": "L",
        "dereference-command-line": "H",
        "no-group": "G",
        "full-time": "full",
        "group-directories-first": "dirs",
        "color=?": "color",
        "time-style=": "style",
        "sort=": "sort",
        "format=": "format",
        "quote-name": "Q",
        "literal": "N",
        "ignore-backups": "B",
        "width=": "w",
        "file-type": "p",
        "escape": "b",
        "indicator-style=": "indicator",
    },
    usage="[-1AaCxdLHRFplinshrSXvctu] [-w WIDTH] [FILE]...",
    help="List directory contents",
    gnu_failure=2,
    gnu_long="all almost-all directory classify human-readable si inode numeric-uid-gid reverse recursive"
    " size dereference dereference-command-line no-group time-style sort format quote-name literal"
    " ignore-backups width file-type escape indicator-style",
)
SORTS = {"size": "S", "time": "t", "extension": "X", "version": "v", "none": "U"}
STYLES = {"full-iso": "%Y-%m-%d %H:%M:%S.%N %z", "long-iso": "%Y-%m-%d %H:%M", "iso": "%Y-%m-%d"}
HALF_YEAR = 365 * 86400 // 2
COLORS = {"dir": "1;34", "link": "1;36", "fifo": "0;35", "char": "1;33", "block": "1;33", "file": "0;0"}


class Item(NamedTuple):
    """One name to list: how it is shown, where it is, what it is."""

    name: str
    path: str
    stat: Stat


@program("ls", options=LS)
def ls(process: Process) -> int:
    """`ls [OPTIONS] [FILE]...`"""
    return Lister(process).run()


class Lister:
    """One run of ls: its options, and what it has printed so far."""

    def __init__(self, process: Process) -> None:
        self.process, self.view = process, process.view
        self.opts, self.operands = LS.parse(process)
        opts = self.opts
        self.long = opts.last("l", "n", "g", "o", "full", "1", "C", "x", "m") in (
            "l",
            "n",
            "g",
            "o",
            "full",
        ) or (opts.any("l", "n", "g", "o", "full") and not opts.any("C", "x", "m"))
        self.columns = "" if self.long else opts.last("C", "x", "m", "1") or ""
        if self.columns == "1" or opts.text("format") in ("single-column", "long"):
            self.columns = ""
        self.hidden = opts.last("a", "A", "f") or ""
        self.follow_all = "L" in opts
        self.follow_operands = self.follow_all or "H" in opts
        self.width = number(process, opts.text("w", "80")) or 1 << 30
        self.names = Names(process) if self.long else None
        self.now = process.system.clock.now()
        self.status, self.printed = 0, False

    def run(self) -> int:
        """List the operands: files first, then each directory, with a title where there is more than one."""
        opts = self.opts
        files: list[Item] = []
        directories: list[Item] = []
        # A link to a directory is entered, unless -l, -F or -d look at the link itself.
        enter_links = self.follow_operands or not (self.long or opts.any("F", "d"))
        for path in self.operands or ["."]:
            item = self.item(path, path, self.follow_operands)
            if item is None:
                continue
            is_dir = item.stat.kind == "dir" or (
                item.stat.kind == "link" and enter_links and self.view.is_dir(path)
            )
            (directories if is_dir and "d" not in opts else files).append(item)
        self.show(self.ordered(files))
        titled = len(directories) + len(files) > 1 or "R" in opts or len(self.operands) > 1
        for item in self.ordered(directories):
            self.directory(item.path, titled)
        return self.status

    def item(self, name: str, path: str, follow: bool) -> Item | None:
        """The item, or None after an error message."""
        try:
            stat = None
            if follow:
                try:
                    stat = self.view.stat(path)
                except FileNotFoundError:
                    # A dangling link is shown as the link that it is.
                    stat = self.view.lstat(path)
            return Item(name, path, stat or self.view.lstat(path))
        except OSError as error:
            if path == "." and error.errno == errno.ENOENT:
                return None  # the working directory was removed: it is still there, and empty
            report(self.process, "{}", path, error, "cannot access '{}'")
            self.status = 1 if is_busybox(self.process) else 2
            return None

    def directory(self, path: str, titled: bool) -> None:
        """List one directory, and with -R those in it."""
        try:
            entries = self.view.scandir(path)
            items = [Item(name, join(path, name), stat) for name, stat in entries]
        except OSError as error:
            report(self.process, "can't open '{}'", path, error, "cannot open directory '{}'")
            self.status = 1
            return
        if titled:
            self.process.stdout.write(encode(f"{chr(10) if self.printed else ''}{path}:\n"))
            self.printed = True
        if not self.hidden:
            items = [item for item in items if not item.name.startswith(".")]
        elif self.hidden in "af":
            items += [Item(name, join(path, name), self.view.stat(join(path, name))) for name in (".", "..")]
        if self.follow_all:
            items = [found for item in items if (found := self.item(item.name, item.path, True))]
        if "B" in self.opts:
            items = [item for item in items if not item.name.endswith("~")]
        if self.long or "s" in self.opts:
            each = self.process.system.machine.directory_blocks
            total = sum(blocks(item.stat, each) for item in items) // 2
            shown = self.sized(total * 1024) if self.opts.any("h", "si") else str(total)
            self.process.stdout.write(f"total {shown}\n")
            self.printed = True
        items = self.ordered(items)
        self.show(items)
        if "R" in self.opts:
            for item in items:
                if item.stat.kind == "dir" and item.name not in (".", ".."):
                    self.process.tick()
                    self.directory(item.path, True)

    def ordered(self, items: list[Item]) -> list[Item]:
        """Sorted as the last of the sorting options says; names decide between equals."""
        opts = self.opts
        if opts.any("U", "f"):
            return items
        by = SORTS.get(opts.text("sort")) or opts.last("S", "t", "X", "v", "c", "u") or ""
        items.sort(key=lambda item: encode(item.name))
        if by in ("t", "c", "u") and (by == "t" or not self.long):
            items.sort(key=lambda item: -item.stat.mtime)
        elif by == "S":
            items.sort(key=lambda item: -item.stat.size)
        elif by == "X":
            items.sort(key=lambda item: item.name.rpartition(".")[2] if "." in item.name else "")
        elif by == "v":
            items.sort(key=lambda item: version_key(item.name))
        if "r" in opts:
            items.reverse()
        if "dirs" in opts:
            items.sort(key=lambda item: item.stat.kind != "dir")
        return items

    def show(self, items: list[Item]) -> None:
        """Print items in the chosen form."""
        if not items:
            return
        self.printed = True
        if self.columns in ("C", "x"):
            self.in_columns([self.plain(item) for item in items])
            return
        if self.columns == "m":
            self.process.stdout.write(encode(", ".join(self.plain(item) for item in items) + "\n"))
            return
        write = self.process.stdout.write
        for line in self.detailed(items) if self.long else map(self.plain, items):
            write(encode(line + "\n"))
            self.process.tick()

    def in_columns(self, texts: list[str]) -> None:
        """Fill the width, down the columns (-C) or along the lines (-x)."""
        if is_busybox(self.process):
            # Columns of two spaces more than the longest name; the last may touch the edge.
            column = max(map(len, texts)) + 2
            per_row = max(1, (self.width + 1) // column)
            widths = [column] * per_row
        else:
            widths = self.fitting(texts)
            per_row = len(widths)
        rows = -(-len(texts) // per_row)
        for row in range(rows):
            line = texts[row * per_row : (row + 1) * per_row] if self.columns == "x" else texts[row::rows]
            cells = [word.ljust(width) for word, width in zip(line[:-1], widths, strict=False)]
            self.process.stdout.write(encode("".join(cells) + line[-1] + "\n"))

    def fitting(self, texts: list[str]) -> list[int]:
        """The widths of as many columns as fit, each as wide as its longest name and two blanks."""
        for per_row in range(min(len(texts), self.width // 3 + 1), 1, -1):
            rows = -(-len(texts) // per_row)
            if self.columns == "x":
                columns = [texts[at::per_row] for at in range(per_row)]
            else:
                columns = [texts[at : at + rows] for at in range(0, len(texts), rows)]
            widths = [max(map(len, column)) + 2 for column in columns]
            if sum(widths) - 2 < self.width:
                return widths
        return [max(map(len, texts))]

    def prefix(self, item: Item) -> str:
        """Inode and blocks, where -i and -s ask for them."""
        width = 7 if is_busybox(self.process) else 0
        text = f"{item.stat.ino:{width}d} " if "i" in self.opts else ""
        if "s" in self.opts:
            count = blocks(item.stat, self.process.system.machine.directory_blocks) // 2
            shown = self.sized(count * 1024) if self.opts.any("h", "si") else str(count)
            text += f"{shown:>6} " if is_busybox(self.process) else f"{shown} "
        return text

    def plain(self, item: Item) -> str:
        """A name with its marks."""
        return self.prefix(item) + self.label(item) + self.mark(item.stat)

    def label(self, item: Item) -> str:
        """The name: control characters are shown as ?, -Q quotes, --color=always colors."""
        name = item.name
        if not name.isprintable():
            name = "".join(c if c.isprintable() or ord(c) > 126 else "?" for c in name)
        if "Q" in self.opts:
            name = '"' + item.name.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if "color" in self.opts and self.opts.text("color", "always") in ("always", "yes", "force"):
            color = (
                "1;32"
                if item.stat.kind == "file" and item.stat.mode & 0o111
                else COLORS.get(item.stat.kind, "0;0")
            )
            name = f"\033[{color}m{name}\033[m"
        return name

    def mark(self, stat: Stat | None) -> str:
        """What -F and -p append."""
        if stat is None or not self.opts.any("F", "p"):
            return ""
        if stat.kind == "dir":
            return "/"
        if "F" not in self.opts:
            return ""
        if stat.kind == "file":
            return "*" if stat.mode & 0o111 else ""
        return {"link": "@", "fifo": "|", "socket": "="}.get(stat.kind, "")

    def detailed(self, items: list[Item]) -> Iterator[str]:
        """The lines of ls -l: with columns of busybox's fixed widths, or as wide as GNU's contents need."""
        rows = [self.cells(item) for item in items]
        if is_busybox(self.process):
            widths = [0, 0, 4, -8, -8, 9, 0]
        else:
            widths = [max(len(row[at]) for row in rows) for at in range(7)]
            widths[3], widths[4] = -widths[3], -widths[4]
        for item, row in zip(items, rows, strict=True):
            texts = [
                text.rjust(width) if width >= 0 else text.ljust(-width)
                for text, width in zip(row[1:], widths[1:], strict=True)
                if text
            ]
            yield row[0] + " ".join([*texts, self.name_and_target(item)])

    def cells(self, item: Item) -> list[str]:
        """Prefix, mode, links, owner, group, size, time of one item; empty where an option leaves one out."""
        stat, opts, busybox = item.stat, self.opts, is_busybox(self.process)
        owner = group = None
        if self.names is not None and "n" not in opts:
            owner, group = self.names.user(stat.uid), self.names.group(stat.gid)
        owner, group = owner or str(stat.uid), group or str(stat.gid)
        if busybox:
            owner, group = owner[:8], group[:8]
        if stat.kind in ("char", "block") and stat.device:
            size = (
                f"{stat.device[0]:4d}, {stat.device[1]:3d}"
                if busybox
                else f"{stat.device[0]}, {stat.device[1]}"
            )
        else:
            size = self.sized(stat.size)
        return [
            self.prefix(item),
            mode_string(stat.kind, stat.mode),
            str(stat.nlink),
            "" if "g" in opts else owner,
            "" if opts.any("o", "G") else group,
            size,
            self.time(stat.mtime),
        ]

    def sized(self, size: int) -> str:
        """A size as -h or --si asks for it."""
        if not self.opts.any("h", "si"):
            return str(size)
        step = 1000 if "si" in self.opts else 1024
        return human(size, step=step) if is_busybox(self.process) else gnu_human(size, step=step)

    def name_and_target(self, item: Item) -> str:
        """The name, and where a link points."""
        text = self.label(item)
        if item.stat.kind != "link":
            return text + self.mark(item.stat)
        marks = self.opts.any("F", "p") and self.view.exists(item.path)
        return f"{text} -> {item.stat.target}{self.mark(self.view.stat(item.path) if marks else None)}"

    def time(self, mtime: int) -> str:
        """The date of a file: with the hour for the last half year, else with the year."""
        style = self.opts.text("style")
        if style.startswith("+") or style in STYLES:
            return format_time(self.process, style[1:] if style[0] == "+" else STYLES[style], mtime)
        if "full" in self.opts:
            form = "%Y-%m-%d %H:%M:%S %z" if is_busybox(self.process) else STYLES["full-iso"]
            return format_time(self.process, form, mtime)
        age = (self.now - mtime) // 10**9
        recent = -15 * 60 <= age <= HALF_YEAR
        return format_time(self.process, "%b %e %H:%M" if recent else "%b %e  %Y", mtime)


def version_key(name: str) -> list[tuple[int, int, str]]:
    """Sort runs of digits by their value."""
    key: list[tuple[int, int, str]] = []
    at = 0
    while at < len(name):
        end = at
        while end < len(name) and name[end].isdigit() == name[at].isdigit():
            end += 1
        piece = name[at:end]
        key.append((0, int(piece), piece) if piece.isascii() and piece.isdigit() else (1, 0, piece))
        at = end
    return key
