"""Building a Debian package from a directory (dpkg-deb --build)."""

from __future__ import annotations

import lzma
from dataclasses import replace
from typing import TYPE_CHECKING

from minibuild.filesystem.tarheader import BLOCK, padding
from minibuild.programs.archive.ar_format import ArMember, write_archive
from minibuild.programs.archive.member import Member
from minibuild.programs.archive.tar_write import member_header
from minibuild.programs.inputs import die
from minibuild.programs.users.names import Names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.filesystem.status import Stat
    from minibuild.kernel.process import Process


def build(process: Process, operands: list[str]) -> int:
    """`dpkg-deb --build DIR [FILE]`: the exit status."""
    view = process.view
    if not operands:
        die(process, "error: --build needs a directory argument", 2)
    directory = operands[0].rstrip("/") or "/"
    control = f"{directory}/DEBIAN/control"
    if not view.is_file(control):
        die(
            process,
            f"error: failed to open package info file '{control}' for reading: No such file or directory",
            2,
        )
    fields = dict(_fields(view.read_bytes(control).decode("utf-8", "surrogateescape")))
    for name in ("Package", "Version", "Architecture"):
        if name not in fields:
            die(process,
            f"error: parsing file '{control}' near line 1 package '{fields.get('Package', '')}':\n"
                f" missing '{name}' field", 2)  # fmt: skip
    path = operands[1] if len(operands) > 1 else directory + ".deb"
    if view.is_dir(path):
        path = f"{path.rstrip('/')}/{fields['Package']}_{fields['Version']}_{fields['Architecture']}.deb"
    process.stdout.write(f"dpkg-deb: building package '{fields['Package']}' in '{path}'.\n")
    parts = [
        ("debian-binary", b"2.0\n"),
        ("control.tar.xz", _packed(process, f"{directory}/DEBIAN", "")),
        ("data.tar.xz", _packed(process, directory, "DEBIAN")),
    ]
    now = process.system.clock.now() // 10**9
    data = write_archive([(ArMember(name, now, 0, 0, 0o100644, len(part)), part) for name, part in parts])
    stream = process.open_stream(path, "w")
    stream.write(data.replace(b"debian-binary/  ", b"debian-binary   ", 1))
    stream.close()
    return 0


def _fields(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if line[:1] not in (" ", "\t", "#", "") and ":" in line:
            name, _, value = line.partition(":")
            yield name, value.strip()


def _packed(process: Process, directory: str, left_out: str) -> bytes:
    """A directory as a compressed archive, names beginning with `./`."""
    view, names = process.view, Names(process)
    out: list[bytes] = []
    ahead = [(directory, ".")]
    while ahead:
        path, name = ahead.pop()
        process.tick()
        stat = view.lstat(path)
        member = _member(name, stat, names)
        out.append(member_header(member))
        if member.kind == "file":
            data = view.open(path).read()
            out += [data, padding(len(data))]
        if stat.kind == "dir":
            below = [one for one in view.listdir(path) if not (one == left_out and name == ".")]
            ahead += [(f"{path}/{one}", f"{name}/{one}") for one in reversed(below)]
    out.append(bytes(2 * BLOCK))
    return lzma.compress(b"".join(out))


def _member(name: str, stat: Stat, names: Names) -> Member:
    major, minor = stat.device or (0, 0)
    size = stat.size if stat.kind == "file" else 0
    member = Member(
        name=name, kind=stat.kind, mode=stat.mode, uid=stat.uid, gid=stat.gid,
        user=names.user(stat.uid) or "",
        group=names.group(stat.gid) or "", mtime=stat.mtime, size=size, length=size, target=stat.target or "",
        major=major, minor=minor,
    )  # fmt: skip
    return replace(member, name=name + "/") if stat.kind == "dir" else member
