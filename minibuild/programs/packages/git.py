"""git: clones from fixtures, else of unknown content; settings; little else."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from minibuild.filesystem import File, HostContent
from minibuild.filesystem.opaque import opaque_directory, origin_of
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode, encode
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.fetching import host_of
from minibuild.programs.packages.placing import put_file
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_WITH_VALUE = frozenset({
    "--depth", "--branch", "-b", "-c", "--config", "--origin", "-o", "--reference",
    "--separate-git-dir", "--template", "-j", "--jobs", "--filter", "--shallow-since",
    "--shallow-exclude", "--upload-pack", "-u", "--server-option",
})  # fmt: skip
_VERSION = "git version 2.39.5\n"


@program("git", fidelity=Fidelity.MODELLED, reason="git is played: clones come from fixtures")
def git(process: Process) -> int:
    """`git [-C DIRECTORY] COMMAND [argument]...`"""
    words = process.argv[1:]
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option == "-C" and words:
            process.view.chdir(words.pop(0))
        elif option in ("-c", "--git-dir", "--work-tree", "--exec-path", "--namespace") and words:
            words.pop(0)
        elif option in ("--version", "-v"):
            process.stdout.write(_VERSION)
            return 0
        elif option in ("--help", "-h"):
            break
    if not words:
        process.stdout.write("usage: git [-v | --version] [-h | --help] [-C <path>] <command> [<args>]\n")
        return 1
    command, rest = words[0], words[1:]
    if command == "version":
        process.stdout.write(_VERSION)
        return 0
    act = {"clone": _clone, "config": _config, "init": _init, "lfs": _nothing, "gc": _nothing}.get(command)
    if act is not None:
        return act(process, rest)
    if command in ("ls-remote", "archive") or _in_repository(process):
        return assume(process, f"what git {' '.join(words[:2])} does is not known")
    process.stderr.write("fatal: not a git repository (or any of the parent directories): .git\n")
    return 128


def _clone(process: Process, words: list[str]) -> int:
    view = process.view
    operands: list[str] = []
    ahead, bare = list(words), False
    while ahead:
        word = ahead.pop(0)
        if word in _WITH_VALUE and ahead:
            ahead.pop(0)
        elif word.startswith("-") and word != "-":
            bare = bare or word in ("--bare", "--mirror")
        else:
            operands.append(word)
    if not operands:
        process.stderr.write("fatal: You must specify a repository to clone.\n")
        return 128
    url = operands[0]
    name = re.sub(r"\.git\Z", "", url.rstrip("/")).rpartition("/")[2].rpartition(":")[2]
    target = operands[1] if len(operands) > 1 else name + (".git" if bare else "")
    path = target if target.startswith("/") else f"{view.cwd.rstrip('/')}/{target}"
    if view.is_dir(path) and view.listdir(path):
        process.stderr.write(
            f"fatal: destination path '{target}' already exists and is not an empty directory.\n"
        )
        return 128
    process.stderr.write(f"Cloning into '{target}'...\n")
    if url not in process.system.fixtures and not process.system.machine.network:
        process.stderr.write(f"fatal: unable to access '{url}/': Could not resolve host: {host_of(url)}\n")
        return 128
    return _fill(process, url, path.rstrip("/"))


def _fill(process: Process, url: str, path: str) -> int:
    """Put the repository at `path`: the directory that stands for it, else one of unknown content."""
    view = process.view
    fixture = process.system.fixtures.get(url)
    view.makedirs(path)
    if fixture is not None and os.path.isdir(fixture):  # noqa: PTH112  paths of fixtures are text
        _copy(process, fixture, path)
        put_file(view, f"{path}/.git/HEAD", b"ref: refs/heads/main\n")
        return 0
    process.system.fidelity.note(
        Fidelity.ASSUMED,
        f"content of {url} is not known",
        f"give a directory that stands for it with --fixture {url}=DIRECTORY, or build with --fidelity assume"
        " to go on without knowing its content",
    )
    me = view.credentials
    process.system.filesystem.place(
        view.realpath(path),
        opaque_directory(f"content of {url}", uid=me.uid, gid=me.gid, mtime=process.system.clock.now()),
    )
    return 0


def _copy(process: Process, source: str, path: str) -> None:
    """Copy a directory of the host that was given as a fixture."""
    view = process.view
    with os.scandir(source) as entries:
        found = sorted((entry for entry in entries if entry.name != ".git"), key=lambda one: one.name)
    for entry in found:
        target = f"{path}/{entry.name}"
        process.tick()
        if entry.is_symlink():
            view.symlink(os.readlink(entry.path), target)  # noqa: PTH115
        elif entry.is_dir():
            view.mkdir(target)
            _copy(process, entry.path, target)
        elif entry.is_file():
            status = entry.stat()
            view.open(target, "w", status.st_mode & 0o777).close()
            node = view.stat(target).node
            assert isinstance(node, File)
            node.content = HostContent(entry.path, status.st_size)


def _config(process: Process, words: list[str]) -> int:
    home = process.env.get("HOME", "/root").rstrip("/")
    path = f"{home}/.gitconfig" if "--global" in words else ".git/config"
    if "--system" in words:
        path = "/etc/gitconfig"
    operands = [word for word in words if not word.startswith("-")]
    if path == ".git/config" and not process.view.exists(path):
        if _in_repository(process):
            return assume(process, "what git config changes is not known")
        process.stderr.write("fatal: not in a git directory\n")
        return 128
    text = decode(process.view.read_bytes(path)) if process.view.exists(path) else ""
    if len(operands) == 1:
        section, _, key = operands[0].rpartition(".")
        match = re.search(rf"\[{re.escape(section)}\]\n(?:\t.*\n)*?\t{re.escape(key)} = (.*)\n", text)
        if match:
            process.stdout.write(f"{match[1]}\n")
        return 0 if match else 1
    if len(operands) >= 2:
        section, _, key = operands[0].rpartition(".")
        first, dot, rest = section.partition(".")
        title = f'[{first} "{rest}"]' if dot else f"[{first}]"
        put_file(process.view, path, encode(f"{text}{title}\n\t{key} = {operands[1]}\n"))
    return 0


def _init(process: Process, words: list[str]) -> int:
    operands = [word for word in words if not word.startswith("-")]
    base = process.view.cwd.rstrip("/") + (f"/{operands[0]}" if operands else "")
    if operands and operands[0].startswith("/"):
        base = operands[0].rstrip("/")
    put_file(process.view, f"{base}/.git/HEAD", b"ref: refs/heads/master\n")
    put_file(
        process.view, f"{base}/.git/config", b"[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n"
    )
    process.stdout.write(f"Initialized empty Git repository in {base}/.git/\n")
    return 0


def _nothing(_process: Process, _words: list[str]) -> int:
    return 0


def _in_repository(process: Process) -> bool:
    """Is the working directory, or one above, a repository or of unknown content?"""
    view, path = process.view, process.view.cwd
    while True:
        if view.lexists(f"{path.rstrip('/')}/.git") or origin_of(view.stat(path).node):
            return True
        if path == "/":
            return False
        path = path.rpartition("/")[0] or "/"
