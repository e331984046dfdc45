"""Archives made by the standard library, and a tree to pack, for the tests of tar."""

import io
import tarfile

from hypothesis import strategies as st
from programs_machine import ProgramMachine

from minibuild.filesystem import Credentials

ALICE = Credentials(1000, 1000, (1000,))
NAMES = st.text("abcé .-_", min_size=1, max_size=12).filter(lambda name: name.strip(".") and name.strip())


def tree(machine: ProgramMachine) -> ProgramMachine:
    """A directory with a file of two names, a link, a sub-directory."""
    fs = machine.filesystem
    fs.write_file("/w/s/a", b"one\n", mode=0o640)
    fs.write_file("/w/s/sub/b", b"two\n")
    fs.symlink("/w/s/l", "a")
    fs.view().link("/w/s/a", "/w/s/h")
    for entry in fs.walk():
        fs.view().utime(entry.path, 1_577_934_246 * 10**9, follow=False)
    return machine


def archive(*members: tarfile.TarInfo, form: int = tarfile.GNU_FORMAT) -> bytes:
    """A tar with these members; files hold their own name."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as tar:
        for member in members:
            data = member.name.encode() if member.isreg() else b""
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", **attributes) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.type, found.linkname = kind, target
    for key, value in attributes.items():
        setattr(found, key, value)
    return found
