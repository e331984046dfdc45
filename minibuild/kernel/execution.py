"""execve(2): which program a file of the container is, and how it is found through PATH."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from minibuild.catalogue.executable import identify
from minibuild.filesystem import File, OpaqueContent
from minibuild.filesystem.credentials import EXECUTE, permitted
from minibuild.filesystem.errors import fail
from minibuild.kernel.fidelity import Fidelity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.kernel.process import Process
    from minibuild.kernel.system import Program

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
UNKNOWN = "?"  # the name under which the program that stands for unknown ones is looked up
_MISSING = (
    "install the package that brings it in a step before, build FROM an image that has it, load the real base"
    " with `minibuild load`, or build with --fidelity assume to take its success for granted"
)
_HEAD = 256
_MOST_INTERPRETERS = 5


def find_executable(process: Process, name: str) -> str:
    """The path of the command `name` (execvp(3)): as it is when it has a slash, else the first match in PATH.

    OSError: ENOENT when there is none, EACCES when there is one that may not be executed.
    """
    if "/" in name:
        return name
    problem = errno.ENOENT
    for directory in process.env.get("PATH", DEFAULT_PATH).split(":"):
        path = f"{directory}/{name}" if directory else name
        node = _regular_file(process, path)
        if node is None:
            continue
        if permitted(node, EXECUTE, process.view.credentials):
            return path
        problem = errno.EACCES
    raise fail(problem, name)


def execute(process: Process, path: str) -> int:
    """Let the process go on as the file at `path`, with its `argv`; the exit status.

    OSError: ENOENT, EACCES, ENOTDIR, ELOOP; ENOEXEC for a file that is neither a program nor begins with
    `#!`.
    """
    program = load(process, path)
    return program(process)


def run_command(process: Process, argv: Sequence[str]) -> int:
    """execvp(3): let the process go on as the command `argv`, found through PATH; the exit status.

    A file that is no program and has no `#!` is a script for /bin/sh. A command that an incompletely known
    image does not list may be there all the same: it is taken to succeed, if the run may assume that.
    OSError when it can't be executed.
    """
    process.argv = list(argv)
    try:
        path = find_executable(process, argv[0])
        try:
            return execute(process, path)
        except OSError as error:
            if error.errno != errno.ENOEXEC:
                raise
        process.argv = ["/bin/sh", path, *argv[1:]]
        return execute(process, "/bin/sh")
    except FileNotFoundError:
        if not process.system.partial:
            raise
    reason = f"whether the image has {argv[0]}, and what it does, is not known"
    return _unknown(process, argv[0], reason, _MISSING)(process)


def load(process: Process, path: str, depth: int = 0) -> Program:
    """The program that the file at `path` is; sets `executable`, and `argv` for a `#!` script."""
    view = process.view
    parts, node = view.found(path)
    if not isinstance(node, File) or not permitted(node, EXECUTE, view.credentials):
        raise fail(errno.EACCES, path)
    content = node.content
    real = "/" + "/".join(parts)
    if isinstance(content, OpaqueContent):
        process.executable = real
        return _unknown(process, path, f"what {path} does is not known ({content.origin})")
    head = content.read_at(0, _HEAD)
    if head.startswith(b"#!"):
        if depth >= _MOST_INTERPRETERS:
            raise fail(errno.ELOOP, path)
        words = head.split(b"\n", 1)[0][2:].decode("utf-8", "surrogateescape").split(None, 1)
        if not words:
            raise fail(errno.ENOEXEC, path)
        argument = [words[1].strip()] if len(words) > 1 and words[1].strip() else []
        process.argv = [words[0], *argument, path, *process.argv[1:]]
        return load(process, words[0], depth + 1)
    known = identify(head)
    if known is None and not head.startswith(b"\x7fELF"):
        raise fail(errno.ENOEXEC, path)
    process.executable = real
    process.assumable = True
    return _program(process, path, real, known[0] if known else "")


def _program(process: Process, path: str, real: str, name: str) -> Program:
    """The program of an executable file: what it calls itself, else what its names say; busybox goes by
    argv[0].
    """
    called = process.argv[0].rpartition("/")[2].removeprefix("-") if process.argv else ""
    file = real.rpartition("/")[2]
    if (name or file).startswith("busybox"):
        candidates = [called, path.rpartition("/")[2]]
        if called.startswith("busybox"):
            candidates = ["busybox"]
    else:
        candidates = [name, path.rpartition("/")[2], file]
    for candidate in candidates:
        program = process.system.lookup(candidate) if candidate else None
        if program is not None:
            return program
    return _unknown(process, path, f"what {candidates[0] or file} does is not known")


def _unknown(process: Process, path: str, reason: str, hint: str = "") -> Program:
    """A program that is taken to succeed, if the run may assume that."""
    process.system.fidelity.note(Fidelity.ASSUMED, reason, hint)
    if process.system.lookup(UNKNOWN) is None:
        raise fail(errno.ENOEXEC, path)
    return run_unknown


def run_unknown(process: Process) -> int:
    """Let the process go on as a program of which nothing is known but that it succeeds; what it leaves is
    opaque.
    """
    # Whatever it installed, the image's list of files is not complete any more.
    process.system.partial = process.system.filesystem.partial = True
    program = process.system.lookup(UNKNOWN)
    return 0 if program is None else program(process)


def _regular_file(process: Process, path: str) -> File | None:
    try:
        node = process.view.locate(path)[1]
    except OSError:
        return None
    return node if isinstance(node, File) else None
