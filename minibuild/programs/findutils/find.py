"""find: the program and its walk."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, NoReturn

from minibuild.filesystem.errors import fail
from minibuild.filesystem.opaque import origin_of
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.findutils.find_actions import printer
from minibuild.programs.findutils.find_parse import Parser
from minibuild.programs.findutils.visit import Quit, Search, Visit
from minibuild.programs.inputs import close_output
from minibuild.programs.options import Options
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.filesystem.nodes import Node
    from minibuild.filesystem.status import Stat
    from minibuild.kernel.process import Process
    from minibuild.programs.findutils.visit import Test

FIND = Options(
    usage="[-HL] [PATH]... [OPTIONS] [ACTIONS]",
    help="""Search for files and perform actions on them.
First failed action stops processing of current file.
Defaults: PATH is current directory, action is '-print'

	-L,-follow	Follow symlinks
	-H		...on command line only
	-xdev		Don't descend directories on other filesystems
	-maxdepth N	Descend at most N levels. -maxdepth 0 applies
			actions to command line arguments only
	-mindepth N	Don't act on first N levels
	-depth		Act on directory *after* traversing it

Actions:
	( ACTIONS )	Group actions for -o / -a
	! ACT		Invert ACT's success/failure
	ACT1 [-a] ACT2	If ACT1 fails, stop, else do ACT2
	ACT1 -o ACT2	If ACT1 succeeds, stop, else do ACT2
			Note: -a has higher priority than -o
	-name PATTERN	Match file name (w/o directory name) to PATTERN
	-iname PATTERN	Case insensitive -name
	-path PATTERN	Match path to PATTERN
	-ipath PATTERN	Case insensitive -path
	-regex PATTERN	Match path to regex PATTERN
	-type X		File type is X (one of: f,d,l,b,c,s,p)
	-executable	File is executable
	-perm MASK	At least one mask bit (+MASK), all bits (-MASK),
			or exactly MASK bits are set in file's mode
	-mtime DAYS	mtime is greater than (+N), less than (-N),
			or exactly N days in the past
	-mmin MINS	mtime is greater than (+N), less than (-N),
			or exactly N minutes in the past
	-newer FILE	mtime is more recent than FILE's
	-inum N		File has inode number N
	-samefile FILE	File is same as FILE
	-user NAME/ID	File is owned by given user
	-group NAME/ID	File is owned by given group
	-size N[bck]	File size is N (c:bytes,k:kbytes,b:512 bytes(def.))
			+/-N: file size is bigger/smaller than N
	-links N	Number of links is greater than (+N), less than (-N),
			or exactly N
	-empty		Match empty file/directory
	-prune		If current file is directory, don't descend into it
If none of the following actions is specified, -print is assumed
	-print		Print file name
	-print0		Print file name, NUL terminated
	-exec CMD ARG ;	Run CMD with all instances of {} replaced by
			file name. Fails if CMD exits with nonzero
	-exec CMD ARG + Run CMD with {} replaced by list of file names
	-delete		Delete current file/directory. Turns on -depth option
	-quit		Exit""",
    points_to_help=False,
)


@program("find", options=FIND)
def find(process: Process) -> int:
    """`find [-HLP] [PATH]... [EXPRESSION]`: names in a directory come in their order."""
    search = Search(process)
    paths, words = _command_line(search, process.argv[1:])

    def show_usage() -> NoReturn:
        FIND.fail(process)

    test = Parser(search, words, show_usage).parse()
    if not search.acts:
        shown = printer(search)
        test = shown if test is None else _and_print(test, shown)
    assert test is not None
    walk = _Walk(search, test)
    try:
        for path in paths:
            walk.start(path)
    except Quit:
        pass
    for finish in search.at_end:
        finish()
    for stream in search.files.values():
        close_output(stream)
    return search.status


def _and_print(test: Test, shown: Test) -> Test:
    return lambda visit: test(visit) and shown(visit)


def _command_line(search: Search, words: list[str]) -> tuple[list[str], list[str]]:
    """(starting points, expression); the options before them are taken."""
    at = 0
    while at < len(words):
        word = words[at]
        if word == "--":
            at += 1
            break
        if len(word) > 1 and word[0] == "-" and not word.strip("-HLP"):
            search.follow = word[-1]
        elif not search.busybox and word == "-D":
            at += 1
        elif not (not search.busybox and word.startswith("-O") and word[2:].isdigit()):
            break
        at += 1
    start = at
    while at < len(words) and not _begins_expression(words[at]):
        at += 1
    return words[start:at] or ["."], words[at:]


def _begins_expression(word: str) -> bool:
    return (word[:1] == "-" and len(word) > 1) or word in ("(", "!")


class _Walk:
    """Goes through a tree and evaluates the expression at each file, without recursion: trees may be deep."""

    def __init__(self, search: Search, test: Test) -> None:
        self.search, self.test, self.view = search, test, search.view
        self.process = search.process

    def start(self, path: str) -> None:
        """Walk from a starting point."""
        search = self.search
        if not path and not search.busybox:
            search.error("", fail(errno.ENOENT))
            return
        try:
            visit = self._visit(path, path, 0, follow=search.follow in "HL")
        except OSError as error:
            search.error(path, error)
            return
        self._device = self._device_of(path)
        # One entry a directory that is being walked: the visit, the names that are left, the node.
        stack: list[tuple[Visit, Iterator[tuple[str, Stat]], Node]] = []
        self._come_to(visit, stack)
        while stack:
            above, names, _ = stack[-1]
            found = next(names, None)
            if found is None:
                stack.pop()
                if search.depth_first:
                    self._act(above)
                continue
            name, stat = found
            path = above.path + name if above.path.endswith("/") else f"{above.path}/{name}"
            try:
                if search.changes or search.follow == "L":
                    visit = self._visit(path, above.start, above.depth + 1, follow=search.follow == "L")
                else:
                    visit = Visit(path, above.start, above.depth + 1, stat, stat)
            except OSError as error:
                search.error(path, error)
                continue
            self._come_to(visit, stack)

    def _visit(self, path: str, start: str, depth: int, *, follow: bool) -> Visit:
        link = self.view.lstat(path)
        stat = link
        if follow and link.kind == "link":
            try:
                stat = self.view.stat(path)
            except OSError:
                stat = link  # it leads nowhere: then the link itself is meant
        return Visit(path, start, depth, stat, link)

    def _come_to(self, visit: Visit, stack: list[tuple[Visit, Iterator[tuple[str, Stat]], Node]]) -> None:
        """Act on a file, and go below if it is a directory, in the order that was asked for."""
        search = self.search
        self.process.tick()
        if not search.depth_first:
            self._act(visit)
        deeper = visit.stat.kind == "dir" and (search.most < 0 or visit.depth < search.most)
        if not deeper or (visit.prune and not search.depth_first) or not self._same_device(visit):
            if search.depth_first:
                self._act(visit)
            return
        if (
            search.follow == "L"
            and not search.busybox
            and any(node is visit.stat.node for _, _, node in stack)
        ):
            self._loop(visit, stack)
            return
        origin = origin_of(visit.stat.node)
        if origin:  # it may hold more than is listed
            self.process.system.fidelity.note(
                Fidelity.ASSUMED, f"what is below {visit.path} is not known ({origin})"
            )
        names: Iterator[tuple[str, Stat]] = iter(())
        try:
            names = iter(self.view.scandir(visit.path))
        except OSError as error:
            search.error(visit.path, error)
        stack.append((visit, names, visit.stat.node))

    def _act(self, visit: Visit) -> None:
        if visit.depth >= self.search.least:
            self.test(visit)

    def _loop(self, visit: Visit, stack: list[tuple[Visit, Iterator[tuple[str, Stat]], Node]]) -> None:
        """A link leads back to a directory that find is in."""
        first = next(above for above, _, node in stack if node is visit.stat.node)
        self.process.error(
            f"File system loop detected; '{visit.path}' is part of the same file system loop as "
            f"'{first.path}'."
        )
        self.search.status = 1

    def _same_device(self, visit: Visit) -> bool:
        return not self.search.one_device or self._device_of(visit.path) is self._device

    def _device_of(self, path: str) -> object:
        return self.view.tree_of(self.view.locate(path)[0])[0] if self.search.one_device else None
