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
    help="""Walk through directory trees and test each file; without an action, print the names that pass.

	-L, -follow	Look at what links lead to; -H: only of those that are named
	-maxdepth N, -mindepth N	How deep to go, from where to test
	-depth		What is in a directory comes before it
	-xdev		Stay in one file system

Operators: ( TESTS )  ! TEST  TEST [-a] TEST  TEST -o TEST

	-name, -iname PATTERN	Of the last part of the path; -path, -ipath: of all of it
	-regex PATTERN	Of all of the path
	-type X		f d l b c s p
	-executable	May be executed
	-perm MODE	Exactly; -MODE: all of these bits; +MODE, /MODE: any of them
	-mtime N, -mmin N	Days, minutes since the last change; also -atime -ctime -amin -cmin
	-newer FILE	Changed later than FILE
	-size N[bck]	In blocks of 512 bytes, bytes, kilobytes
	-user, -group NAME	Or a number
	-links N, -inum N, -samefile FILE, -empty

Actions:
	-print, -print0	The name, with a newline or a zero
	-exec COMMAND ;	For each file, which takes the place of {}; with + for many at once
	-delete		What is below goes first
	-prune		Do not go into this directory
	-quit		End here""",
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
