"""`minibuild cat`, `ls`, `grep`, `cp` and `blame`: the files of an image."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, Any

from minibuild.errors import MinibuildError
from minibuild.filesystem import Directory, File, FileSystem, Symlink
from minibuild.filesystem.errors import strerror
from minibuild.report.json_text import json_text
from minibuild.report.layers.blame import blame
from minibuild.report.layers.stack import read_stack
from minibuild.report.reasons import shown
from minibuild.report.table import render_table, truncate
from minibuild.report.units import human_size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from minibuild.filesystem import Node, View
    from minibuild.report.layers.subject import Subject

_KINDS = {
    "dir": stat.S_IFDIR,
    "link": stat.S_IFLNK,
    "fifo": stat.S_IFIFO,
    "char": stat.S_IFCHR,
    "block": stat.S_IFBLK,
}
_LONGEST_LINE = 500
_WIDTH = 60


def _view(subject: Subject) -> View:
    config = subject.store.image(subject.image)
    return FileSystem(subject.store.layer_filesystem(config.diff_ids)).view()


def _node(subject: Subject, path: str) -> Node:
    try:
        return _view(subject).stat(path).node
    except OSError as error:
        raise MinibuildError(f"{subject.word}:{path}: {strerror(error)}") from None


def file_chunks(subject: Subject, path: str) -> Iterator[bytes]:
    """The content of a file, following links. Raise `MinibuildError` when it is none."""
    node = _node(subject, path)
    if not isinstance(node, File):
        raise MinibuildError(
            f"{subject.word}:{path}: Is a directory" if isinstance(node, Directory) else "not a file"
        )
    return iter(node.content.chunks())


def listing(subject: Subject, path: str, *, recursive: bool = False, form: str = "") -> str:
    """A file, or what is in a directory, one line each as `ls -l` has it."""
    node = _node(subject, path)
    if isinstance(node, Directory):
        prefix = path.rstrip("/")
        found = sorted(_below(node, "") if recursive else node.entries.items())
        rows = [(name, f"{prefix}/{name}", one) for name, one in found]
    else:
        rows = [(path, path, node)]
    if form == "json":
        return "".join(json_text(_document(full, one), indent=None) for _, full, one in rows)
    cells = [_long(name, one) for name, _, one in rows]
    widths = [max((len(row[column]) for row in cells), default=0) for column in range(3)]
    return "".join(
        shown(f"{mode}  {owner.ljust(widths[1])}  {size.rjust(widths[2])}  {name}") + "\n"
        for mode, owner, size, name in cells
    )


def _below(directory: Directory, prefix: str) -> Iterator[tuple[str, Node]]:
    ahead = [(prefix, directory)]
    while ahead:
        before, place = ahead.pop()
        for name, node in place.entries.items():
            yield before + name, node
            if isinstance(node, Directory):
                ahead.append((f"{before}{name}/", node))


def _mode(node: Node) -> str:
    return stat.filemode(_KINDS.get(node.kind, stat.S_IFREG) | node.mode)


def _long(name: str, node: Node) -> tuple[str, str, str, str]:
    size = str(node.content.size) if isinstance(node, File) else "0"
    end = f" -> {node.target}" if isinstance(node, Symlink) else "/" if isinstance(node, Directory) else ""
    return _mode(node), f"{node.uid}:{node.gid}", size, name + end


def _document(path: str, node: Node) -> dict[str, Any]:
    return {
        "path": path,
        "kind": node.kind,
        "mode": f"{node.mode:04o}",
        "uid": node.uid,
        "gid": node.gid,
        "size": node.content.size if isinstance(node, File) else 0,
        "target": node.target if isinstance(node, Symlink) else "",
    }


def matches(subject: Subject, pattern: str, path: str, *, fold: bool, names_only: bool) -> Iterator[str]:
    """Lines of text files at or below a path that match a regular expression, as `PATH:LINE:TEXT`, or only
    the paths.

    Raise `MinibuildError` for a pattern that can't be read.
    """
    try:
        expression = re.compile(pattern.encode("utf-8", "surrogateescape"), re.IGNORECASE if fold else 0)
    except re.error as error:
        raise MinibuildError(f"{pattern!r} is no regular expression: {error}") from None
    node = _node(subject, path)
    prefix = path.rstrip("/") + "/"
    files = sorted(_below(node, prefix)) if isinstance(node, Directory) else [(path, node)]
    for name, one in files:
        if isinstance(one, File):
            yield from _lines(name, one, expression, names_only=names_only)


def _lines(name: str, file: File, expression: re.Pattern[bytes], *, names_only: bool) -> Iterator[str]:
    data = file.content.read()
    if not expression.search(data):
        return
    if names_only:
        yield shown(name)
    elif b"\0" in data[:8000]:
        yield shown(f"{name}: binary file matches")
    else:
        for number, line in enumerate(data.split(b"\n"), 1):
            if expression.search(line):
                text = truncate(line.decode("utf-8", "replace"), _LONGEST_LINE)
                yield shown(f"{name}:{number}:{text}")


def copy_out(subject: Subject, path: str, destination: Path) -> int:
    """Copy a file or directory of an image to the host; how many files.

    Links are made as links where they are relative and stay below what is copied, else left out; owners are
    left out, set-user-ID bits too. What exists at the destination is written over only if it is a file.
    """
    node = _node(subject, path)
    target = destination
    if destination.is_dir() and path.rstrip("/"):
        target = destination / path.rstrip("/").rsplit("/", 1)[-1]
    if isinstance(node, File):
        _write(node, target)
        return 1
    if not isinstance(node, Directory):
        raise MinibuildError(f"{subject.word}:{path}: only files and directories can be copied")
    target.mkdir(exist_ok=True)
    count = 0
    for name, one in sorted(_below(node, "")):
        place = target.joinpath(*name.split("/"))
        if place.parent.is_symlink() or place.is_symlink():
            raise MinibuildError(f"{place} is a link: nothing is written through it")
        if isinstance(one, Directory):
            place.mkdir(exist_ok=True)
        elif isinstance(one, File):
            _write(one, place)
            count += 1
        elif isinstance(one, Symlink) and _stays_below(name, one.target):
            place.symlink_to(one.target)
    return count


def _stays_below(name: str, target: str) -> bool:
    if target.startswith("/"):
        return False
    return not os.path.normpath(os.path.join(os.path.dirname(name), target)).startswith("..")  # noqa: PTH118, PTH120


def _write(file: File, place: Path) -> None:
    if place.is_symlink():
        raise MinibuildError(f"{place} is a link: nothing is written through it")
    with place.open("wb") as stream:
        for chunk in file.content.chunks():
            stream.write(chunk)
    place.chmod(file.mode & 0o777)


def blame_text(subject: Subject, path: str, form: str) -> str:
    """Which instructions wrote a path, the last one first."""
    versions = blame(subject.store, read_stack(subject.store, subject.image), path)[::-1]
    if form == "json":
        documents = [
            {
                "layer": one.layer.number,
                "diffId": one.layer.diff_id,
                "createdBy": one.layer.created_by,
                "line": one.layer.line,
                "change": {"A": "added", "C": "changed", "D": "deleted"}[one.change.change],
                "size": one.change.size,
                "mode": f"{one.change.mode:04o}",
                "sha256": one.sha256,
            }
            for one in versions
        ]
        return json_text(documents)
    rows = [["LAYER", "CHANGE", "SIZE", "MODE", "SHA256", "LINE", "CREATED BY"]]
    for one in versions:
        deleted = one.change.change == "D"
        rows.append(
            [
                str(one.layer.number),
                {"A": "added", "C": "changed", "D": "deleted"}[one.change.change],
                "" if deleted else human_size(one.change.size),
                "" if deleted else f"{one.change.mode:04o}",
                one.sha256[:12],
                str(one.layer.line or ""),
                truncate(one.layer.created_by.replace("\t", " "), _WIDTH),
            ]
        )
    return render_table(rows)
