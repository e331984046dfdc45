"""Small tools that packages bring: rsync between local places, file, shasum, tree, cpanm."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.catalogue.executable import executable
from minibuild.filesystem.errors import strerror
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.placing import put_file
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.kernel.process import Process

_MAGIC = (
    (b"\x7fELF", "ELF 64-bit LSB executable, x86-64, version 1 (SYSV), dynamically linked, stripped"),
    (b"\x1f\x8b", "gzip compressed data"),
    (b"BZh", "bzip2 compressed data"),
    (b"\xfd7zXZ\0", "XZ compressed data"),
    (b"PK\x03\x04", "Zip archive data"),
    (b"\x89PNG", "PNG image data"),
    (b"%PDF", "PDF document"),
    (b"!<arch>\ndebian", "Debian binary package"),
)
_MOST_ENTRIES = 10_000


@program("rsync", fidelity=Fidelity.MODELLED, reason="rsync is played: it copies between local places")
def rsync(process: Process) -> int:
    """`rsync -a SOURCE... TARGET`: a source that ends in a slash gives what is in it."""
    flags = [word for word in process.argv[1:] if word.startswith("-")]
    words = [word for word in process.argv[1:] if not word.startswith("-")]
    if "--version" in flags:
        process.stdout.write("rsync  version 3.2.7  protocol version 31\n")
        return 0
    if len(words) < 2:
        process.stderr.write("rsync error: syntax or usage error (code 1)\n")
        return 1
    choosy = ("--exclude", "--include", "--filter", "--delete", "--files-from", "-n", "--dry-run")
    if any(":" in word for word in words) or any(flag.startswith(choosy) for flag in flags):
        return assume(process, f"what rsync copies to {words[-1]} is not known")
    for source in words[:-1]:
        if not process.view.exists(source):
            process.stderr.write(
                f'rsync: [sender] link_stat "{source}" failed: No such file or directory (2)\n'
            )
            return 23
    target = words[-1]
    if target.endswith("/") or len(words) > 2 or process.view.is_dir(words[0]):
        process.view.makedirs(target.rstrip("/") or "/")
    sources = [f"{source}." if source.endswith("/") else source for source in words[:-1]]
    return process.call(["cp", "-a", *sources, target])


@program("file", fidelity=Fidelity.MODELLED, reason="file is played: it knows a few kinds")
def file(process: Process) -> int:
    """`file [-b] [-L] FILE...`"""
    brief = any(word in ("-b", "--brief", "-bL", "-Lb") for word in process.argv[1:])
    words = [word for word in process.argv[1:] if not word.startswith("-")]
    if not words:
        process.stderr.write("Usage: file [-bcCdEhikLlNnprsSvzZ0] [file ...]\n")
        return 1
    for word in words:
        kind = _kind(process, word)
        process.stdout.write(f"{kind}\n" if brief else f"{word}: {kind}\n")
    return 0


def _kind(process: Process, path: str) -> str:
    view = process.view
    try:
        status = view.lstat(path)
    except OSError as error:
        return f"cannot open `{path}' ({strerror(error)})"
    if status.kind == "link":
        return f"symbolic link to {view.readlink(path)}"
    if status.kind != "file":
        return {"dir": "directory", "fifo": "fifo (named pipe)"}.get(status.kind, f"{status.kind} special")
    data = view.open(path).read(4096)
    if not data:
        return "empty"
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if b"\0" in data:
        return "data"
    script = re.match(rb"#!\s*(\S+)", data)
    text = "ASCII text" if data.isascii() else "Unicode text, UTF-8 text"
    if script:
        shell = {b"/bin/sh": "POSIX shell script", b"/bin/bash": "Bourne-Again shell script"}
        return f"{shell.get(script[1], script[1].decode() + ' script')}, {text} executable"
    return text


@program("shasum")
def shasum(process: Process) -> int:
    """`shasum [-a 1|224|256|384|512] [-c] [FILE]...`: the program of coreutils for that length."""
    words, length = process.argv[1:], "1"
    rest = []
    while words:
        word = words.pop(0)
        if word in ("-a", "--algorithm") and words:
            length = words.pop(0)
        elif re.fullmatch(r"-a\d+", word):
            length = word[2:]
        else:
            rest.append(word)
    found = process.system.lookup(f"sha{length}sum")
    if found is None:
        process.stderr.write("shasum: Unrecognized algorithm\nType shasum -h for help\n")
        return 1
    process.argv = [f"sha{length}sum", *rest]
    return found(process)


@program("tree")
def tree(process: Process) -> int:
    """`tree [-a] [-d] [-L DEPTH] [DIRECTORY]...`"""
    words, flags, depth, paths = process.argv[1:], "", 1 << 30, []
    while words:
        word = words.pop(0)
        if word == "-L" and words:
            depth = int(words.pop(0)) if words[0].isdigit() else depth
        elif word.startswith("-"):
            flags += word[1:]
        else:
            paths.append(word)
    counts = [0, 0]
    for path in paths or ["."]:
        process.stdout.write(f"{path}\n")
        if not process.view.is_dir(path):
            process.stdout.write(f"{path} [error opening dir]\n")
            continue
        for line in _branches(process, path, flags, depth, counts):
            process.stdout.write(line + "\n")
    directories = f"{counts[0]} director{'y' if counts[0] == 1 else 'ies'}"
    files = "" if "d" in flags else f", {counts[1]} file{'' if counts[1] == 1 else 's'}"
    process.stdout.write(f"\n{directories}{files}\n")
    return 0


def _branches(process: Process, path: str, flags: str, depth: int, counts: list[int]) -> Iterator[str]:
    """The lines below a directory; a stack, since directories may be nested deeply."""
    stack = [(path, "", iter(_entries(process, path, flags)), depth)]
    while stack and sum(counts) < _MOST_ENTRIES:
        here, indent, entries, left = stack[-1]
        entry = next(entries, None)
        if entry is None:
            stack.pop()
            continue
        name, kind, last = entry
        full = f"{here.rstrip('/')}/{name}"
        arrow = f" -> {process.view.readlink(full)}" if kind == "link" else ""
        yield f"{indent}{'└── ' if last else '├── '}{name}{arrow}"
        counts[0 if kind == "dir" else 1] += 1
        process.tick()
        if kind == "dir" and left > 1:
            deeper = indent + ("    " if last else "│\u00a0\u00a0 ")
            stack.append((full, deeper, iter(_entries(process, full, flags)), left - 1))


def _entries(process: Process, path: str, flags: str) -> list[tuple[str, str, bool]]:
    found = [
        (name, status.kind)
        for name, status in process.view.scandir(path)
        if ("a" in flags or not name.startswith(".")) and ("d" not in flags or status.kind == "dir")
    ]
    return [(name, kind, at == len(found) - 1) for at, (name, kind) in enumerate(found)]


@program("cpanm", "cpan", fidelity=Fidelity.MODELLED, reason="cpanm is played: modules are but their names")
def cpanm(process: Process) -> int:
    """`cpanm [options] MODULE...`"""
    words = [word for word in process.argv[1:] if not word.startswith("-")]
    if not words:
        process.stderr.write("Usage: cpanm [options] Module [...]\n")
        return 1
    for word in words:
        name = word.partition("@")[0]
        process.system.fidelity.note(Fidelity.ASSUMED, f"what the Perl module {name} installs is not known")
        path = f"/usr/local/share/perl5/{name.replace('::', '/')}.pm"
        put_file(process.view, path, f"package {name};\n1;\n".encode())
        put_file(
            process.view, f"/usr/local/bin/{name.lower().replace('::', '-')}", executable(name, "perl"), 0o755
        )
        process.stdout.write(f"Successfully installed {name}\n")
    process.stdout.write(f"{len(words)} distribution{'s' if len(words) > 1 else ''} installed\n")
    return 0


@program(
    "rpm-file-permissions", "prepare-yum-repositories", fidelity=Fidelity.MODELLED, reason="it is played"
)
def image_script(process: Process) -> int:
    """Scripts of images that tidy up: they leave no trace that others see."""
    del process
    return 0


@program("tini", "dumb-init", "docker-init")
def init(process: Process) -> int:
    """`tini [-g] [-s] [--] COMMAND...`: run the command."""
    words = process.argv[1:]
    while words and words[0].startswith("-"):
        word = words.pop(0)
        if word == "--":
            break
        if word in ("--version", "-h", "--help"):
            process.stdout.write("tini version 0.19.0\n")
            return 0
        if word in ("-p", "-e", "--rewrite") and words:
            words.pop(0)
    if not words:
        process.stderr.write(
            "tini (tini version 0.19.0)\nUsage: tini [OPTIONS] PROGRAM -- [ARGS] | --version\n"
        )
        return 1
    try:
        return process.call(words)
    except OSError as error:
        process.stderr.write(f"[FATAL tini (1)] exec {words[0]} failed: {strerror(error)}\n")
        return 127
