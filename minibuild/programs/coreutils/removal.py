"""rm, rmdir, unlink: taking names away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.coreutils.paths import join, last_part, parent
from minibuild.programs.inputs import confirm, encode, quoted, report
from minibuild.programs.options import Options, Opts, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

RM = Options(
    "firRvdI",
    gnu_short="Id",
    long={
        "force": "f",
        "recursive": "r",
        "verbose": "v",
        "dir": "d",
        "interactive=?": "interactive",
        "one-file-system": "x",
        "no-preserve-root": "root",
        "preserve-root=?": "preserve",
    },
    usage="[-irfv] FILE...",
    help="Remove (unlink) FILEs\n\n\t-i\tAlways prompt before removing\n\t-f\tNever prompt\n\t-R,-r\tRecurse",
    gnu_long="*",
)
RMDIR = Options(
    "pv",
    long={"parents": "p", "verbose": "v", "ignore-fail-on-non-empty": "ignore"},
    usage="[-p] DIRECTORY...",
    help="Remove DIRECTORY if it is empty\n\n\t-p\tInclude parents",
    least=1,
)
KINDS = {
    "link": "symbolic link",
    "fifo": "fifo",
    "char": "character special file",
    "block": "block special file",
}
UNLINK = Options("", usage="FILE", help="Delete FILE by calling unlink()", least=1, most=1)


@program("rm", options=RM)
def rm(process: Process) -> int:
    """`rm [-firRv] FILE...`"""
    opts, operands = RM.parse(process)
    if not operands:
        if "f" in opts:
            return 0
        RM.fail_operands(process, operands)
    remover = Remover(process, opts)
    status = 0
    for path in operands:
        if last_part(path) in (".", ".."):
            words = "cannot remove '{}': Is a directory"
            if remover.recursive:
                words = "refusing to remove '.' or '..' directory: skipping '{}'"
            report(process, "can't remove '.' or '..'", path, gnu=words)
            status = 1
        elif not remover.remove(path):
            status = 1
    return status


class Remover:
    """Removes files and, with -r, trees; every refusal is reported, and the rest still goes."""

    def __init__(self, process: Process, opts: Opts) -> None:
        self.process, self.view = process, process.view
        self.recursive = opts.any("r", "R")
        self.force = opts.last("f", "i") == "f"
        self.ask = opts.last("f", "i") == "i"
        self.verbose, self.empty = "v" in opts, "d" in opts

    def remove(self, path: str) -> bool:
        """Remove one operand; False when something of it stayed because of an error."""
        try:
            stat = self.view.lstat(path)
        except OSError as error:
            if error.errno != 2:
                report(self.process, "can't stat '{}'", path, error, "cannot remove '{}'")
                return False
            return self.force or self._failed(path, error)
        if stat.kind != "dir":
            return self._unlink(path)
        if self.recursive:
            return self._tree(path)
        if self.empty:
            return self._rmdir(path)
        report(self.process, "'{}' is a directory", path, gnu="cannot remove '{}': Is a directory")
        return False

    def _tree(self, path: str) -> bool:
        """Remove a directory and what is in it: at once where nobody can object, else name by name."""
        if self.view.credentials.uid == 0 and not self.ask and not self.verbose:
            try:
                self.view.remove_tree(path)
                return True
            except OSError:
                pass  # a mount point, a read-only place: name by name says which
        if self.ask and not confirm(self.process, f"descend into directory '{path}'? "):
            return True
        try:
            names = self.view.listdir(path)
        except OSError as error:
            report(self.process, "can't open '{}'", path, error, "cannot remove '{}'")
            return False
        done = True
        for name in names:
            self.process.tick()
            done = self.remove(join(path, name)) and done
        if self.ask and not confirm(self.process, f"remove directory '{path}'? "):
            return done
        return self._rmdir(path) if done else False

    def _rmdir(self, path: str) -> bool:
        try:
            self.view.rmdir(path)
        except OSError as error:
            return self._failed(path, error)
        if self.verbose:
            said = f"directory: '{path}'" if is_busybox(self.process) else f"directory {quoted(path)}"
            self.process.stdout.write(encode(f"removed {said}\n"))
        return True

    def _unlink(self, path: str) -> bool:
        if self.ask and not confirm(self.process, f"remove {self._described(path)}? "):
            return True
        try:
            self.view.unlink(path)
        except OSError as error:
            return self._failed(path, error)
        if self.verbose:
            name = f"'{path}'" if is_busybox(self.process) else quoted(path)
            self.process.stdout.write(encode(f"removed {name}\n"))
        return True

    def _described(self, path: str) -> str:
        """The name, for GNU's rm after what it is."""
        if is_busybox(self.process):
            return f"'{path}'"
        stat = self.view.lstat(path)
        kind = KINDS.get(stat.kind, "regular file" if stat.size else "regular empty file")
        return f"{kind} {quoted(path)}"

    def _failed(self, path: str, error: OSError) -> bool:
        report(self.process, "can't remove '{}'", path, error)
        return False


@program("rmdir", options=RMDIR)
def rmdir(process: Process) -> int:
    """`rmdir [-pv] [--ignore-fail-on-non-empty] DIRECTORY...`"""
    opts, operands = RMDIR.parse(process)
    status = 0
    for operand in operands:
        path = operand
        while True:
            if "v" in opts:
                process.stdout.write(f"rmdir: removing directory, '{path}'\n")
            try:
                process.view.rmdir(path)
            except OSError as error:
                # ENOTEMPTY is 39 on Linux, whatever the host calls it.
                if not ("ignore" in opts and strerror(error) == "Directory not empty"):
                    report(process, "'{}'", path, error, "failed to remove '{}'")
                    status = 1
                break
            stripped = path.rstrip("/")
            if "p" not in opts or "/" not in stripped:
                break
            path = parent(stripped)
    return status


@program("unlink", options=UNLINK)
def unlink(process: Process) -> int:
    """`unlink FILE`"""
    _, (path,) = UNLINK.parse(process)
    try:
        process.view.unlink(path)
    except OSError as error:
        report(process, "can't remove file '{}'", path, error, "cannot unlink '{}'")
        return 1
    return 0


def remove_quietly(process: Process, path: str) -> bool:
    """`rm -rf`, for programs that clean up after themselves; False when something stayed."""
    return Remover(process, Opts([("r", None), ("f", None)])).remove(path)
