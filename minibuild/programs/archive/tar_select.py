"""Which members tar takes: the names that were asked for, and the patterns of what to leave out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.archive.patterns import fnmatch, is_pattern
from minibuild.programs.inputs import decode, die
from minibuild.programs.options import is_busybox

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.archive.tar_options import CommandLine

VERSION_CONTROL = (
    "CVS", ".cvsignore", "RCS", "SCCS", ".git", ".gitignore", ".gitattributes", ".gitmodules", ".arch-ids",
    "{arch}",
    "=RELEASE-ID", "=meta-update", "=update", ".svn", ".bzr", ".bzrignore", ".bzrtags", ".hg", ".hgignore",
    ".hgtags", "_darcs",
)  # fmt: skip
BACKUPS = (".#*", "*~", "#*#")


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A pattern of names to leave out, with the matching options that were in force where it was given."""

    pattern: str
    wildcards: bool = True
    anchored: bool = False
    slash: bool = True
    fold: bool = False

    def matches(self, name: str) -> bool:
        """Whether it excludes the name, or a directory that the name is in."""
        starts = [0] if self.anchored else [0, *(at + 1 for at, letter in enumerate(name) if letter == "/")]
        return any(self._at(name[start:]) for start in starts if name[start : start + 1] not in ("", "/"))

    def _at(self, tail: str) -> bool:
        if self.wildcards:
            return fnmatch(self.pattern, tail, path=not self.slash, leading=True, fold=self.fold)
        return tail == self.pattern or tail.startswith(self.pattern + "/")


def exclusions(process: Process, line: CommandLine) -> list[Exclusion]:
    """The patterns of --exclude, -X and their kin."""
    busybox = is_busybox(process)
    state = {"wildcards": True, "anchored": False, "slash": not busybox, "case": True}
    found: list[Exclusion] = []

    def add(pattern: str) -> None:
        anchored = pattern.startswith("/") if busybox else state["anchored"]
        found.append(Exclusion(pattern, state["wildcards"], anchored, state["slash"], not state["case"]))

    for key, value in line.events:
        if key == "exclude":
            add(value)
        elif key == "X":
            for pattern in list_of_names(process, value):
                add(pattern)
        elif key == "vcs":
            found += [Exclusion(pattern) for pattern in VERSION_CONTROL]
        elif key == "backups":
            found += [Exclusion(pattern) for pattern in BACKUPS]
        elif key.removesuffix("-") in state:
            state[key.removesuffix("-")] = not key.endswith("-")
    return found


def list_of_names(process: Process, path: str, *, null: bool = False) -> list[str]:
    """The lines of a file of names or patterns (`-`: standard input)."""
    busybox = is_busybox(process)
    try:
        reader = process.open_reader(path)
        text = decode(reader.read())
        reader.close()
    except OSError as error:
        if busybox:
            die(process, f"can't open '{path}': {strerror(error)}")
        process.error(f"{path}: Cannot open: {strerror(error)}")
        die(process, "Error is not recoverable: exiting now", 2)
    return [entry for entry in text.split("\0" if null else "\n") if entry]


class Wanted:
    """The names that were asked for; an empty list wants all. `missing` are those that matched nothing so
    far.
    """

    def __init__(
        self, names: list[str], *, wildcards: bool = False, fold: bool = False, anchored: bool = True
    ) -> None:
        self.names = [name.rstrip("/") or name for name in names]
        self.wildcards, self.fold, self.anchored = wildcards, fold, anchored
        self._found: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self.names)

    def takes(self, name: str) -> bool:
        """Whether the member is asked for, by itself or by a directory that it is in."""
        if not self.names:
            return True
        name = name.rstrip("/") or name
        taken = False
        for asked in self.names:
            if asked == name or name.startswith(asked + "/") or (self.wildcards and self._fits(asked, name)):
                self._found.add(asked)
                taken = True
        return taken

    def _fits(self, pattern: str, name: str) -> bool:
        if not is_pattern(pattern) and self.anchored:
            return False
        tails = [name]
        if not self.anchored:
            tails += [name[at + 1 :] for at, letter in enumerate(name) if letter == "/"]
        return any(fnmatch(pattern, tail, leading=True, fold=self.fold) for tail in tails)

    @property
    def missing(self) -> list[str]:
        """The names that no member had, in the order in which they were asked for."""
        return [name for name in dict.fromkeys(self.names) if name not in self._found]
