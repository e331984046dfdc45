"""The actions of find."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.findutils.find_tests import stop
from minibuild.programs.findutils.printf import Format, listing
from minibuild.programs.findutils.visit import Quit
from minibuild.programs.gnu_names import escaped, marked
from minibuild.programs.inputs import encode
from minibuild.programs.system.dates import format_time
from minibuild.programs.users.names import Names

if TYPE_CHECKING:
    from minibuild.filesystem.view import View
    from minibuild.programs.findutils.visit import Search, Test, Visit

_HALF_A_YEAR = 182 * 86400 * 10**9
_LARGEST = 128 << 10  # bytes of arguments that one command gets


def printer(search: Search, end: bytes = b"\n", path: str | None = None) -> Test:
    """-print, -print0, -fprint, -fprint0."""
    search.acts = True
    if path is not None:
        open_file(search, path)

    def act(visit: Visit) -> bool:
        search.write(path, encode(visit.path) + end)
        return True

    return act


def formatter(search: Search, text: str, path: str | None = None) -> Test:
    """-printf, -fprintf."""
    search.acts = True
    if path is not None:
        open_file(search, path)
    form = Format(search, text)

    def act(visit: Visit) -> bool:
        search.write(path, form(visit))
        return True

    return act


def lister(search: Search, path: str | None = None) -> Test:
    """-ls, -fls."""
    search.acts = True
    if path is not None:
        open_file(search, path)
    names, process = Names(search.process), search.process

    def act(visit: Visit) -> bool:
        moment = visit.stat.mtime
        recent = search.now - _HALF_A_YEAR < moment <= search.now + 3600 * 10**9
        time = format_time(process, "%b %e %H:%M" if recent else "%b %e  %Y", moment)
        name = escaped(process, visit.path).replace(" ", "\\ ")
        target = f" -> {escaped(process, visit.stat.target)}" if visit.stat.target is not None else ""
        search.write(path, listing(names, visit.stat) + encode(f"{time} {name}{target}\n"))
        return True

    return act


def open_file(search: Search, path: str) -> None:
    """A file that an action writes to: emptied once, however many actions write there."""
    if path in search.files:
        return
    try:
        search.files[path] = search.process.open_stream(path, "w")
    except OSError as error:
        stop(search, f"{marked(search.process, path)}: {strerror(error)}")


def deleter(search: Search) -> Test:
    """-delete; what is below goes first."""
    search.acts = search.depth_first = search.changes = True

    def act(visit: Visit) -> bool:
        if visit.path == ".":
            return True
        view = search.view
        try:
            if visit.link.kind == "dir":
                view.rmdir(visit.path)
            else:
                view.unlink(visit.path)
        except OSError as error:
            shown = visit.path if search.busybox else marked(search.process, visit.path)
            what = "can't delete" if search.busybox else "cannot delete"
            quoted = f"'{shown}'" if search.busybox else shown
            search.process.error(f"{what} {quoted}: {strerror(error)}")
            search.status = 1
            return False
        return True

    return act


def quitter(_search: Search) -> Test:
    """-quit."""

    def act(_visit: Visit) -> bool:
        raise Quit

    return act


class Command:
    """-exec, -execdir, -ok and -okdir: a command for each file, or with + for many at once."""

    def __init__(self, search: Search, words: list[str], *, many: bool, here: bool, ask: bool) -> None:
        search.acts = search.changes = True
        self.search, self.words, self.many, self.here, self.ask = search, words, many, here, ask
        self._paths: list[str] = []
        self._size = 0
        self._directory = ""
        if many:
            search.at_end.append(self.run_gathered)

    def __call__(self, visit: Visit) -> bool:
        """Run the command on a file, or keep the file for later; whether it succeeded."""
        path, directory = visit.path, ""
        if self.here:
            directory, path = _split(visit.path)
        if self.many:
            if self._paths and (self._size + len(path) > _LARGEST or directory != self._directory):
                self.run_gathered()
            self._paths.append(path)
            self._size += len(path) + 9
            self._directory = directory
            return True
        argv = [word.replace("{}", path) for word in self.words]
        if self.ask and not self._agreed(visit):
            return False
        return self._run(argv, directory) == 0

    def run_gathered(self) -> None:
        """Run the command on the files that were kept."""
        if not self._paths:
            return
        paths, self._paths, self._size = self._paths, [], 0
        argv: list[str] = []
        for word in self.words:
            argv += paths if word == "{}" else [word]
        if self._run(argv, self._directory):
            self.search.status = 1

    def _agreed(self, visit: Visit) -> bool:
        process = self.search.process
        process.stderr.write(f"< {self.words[0]} ... {visit.path} > ? ")
        return process.stdin.readline()[:1] in (b"y", b"Y")

    def _run(self, argv: list[str], directory: str) -> int:
        process = self.search.process
        process.flush()
        view: View | None = None
        if directory:
            view = process.view.copy()
            view.chdir(directory)
        try:
            return process.call(argv, view=view)
        except OSError as error:
            shown = argv[0] if self.search.busybox else marked(process, argv[0])
            process.error(f"{shown}: {strerror(error)}")
            return 126 if error.errno == errno.EACCES else 127


def _split(path: str) -> tuple[str, str]:
    """(the directory of a file, how the file is called from there)."""
    head, slash, name = path.rstrip("/").rpartition("/")
    if not name:
        return "/", "/"
    return (head or "/") if slash else ".", "./" + name
