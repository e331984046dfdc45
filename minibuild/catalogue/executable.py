"""The content of program files in images made from the catalogue: an ELF-like header, then the program's name and flavour."""

from __future__ import annotations

_MAGIC = b"\x7fELF\x02\x01\x01\x00minibuild program "


def executable(name: str, flavour: str) -> bytes:
    """The bytes of the file of the program `name` as `flavour` (busybox, gnu, dash, bash, or a package's name) has it."""
    return _MAGIC + f"{name} {flavour}\n".encode()


def identify(data: bytes) -> tuple[str, str] | None:
    """(name, flavour) from the first 128 bytes of such a file; None for any other file."""
    if not data.startswith(_MAGIC):
        return None
    name, _, flavour = data[len(_MAGIC) :].split(b"\n", 1)[0].decode("utf-8", "replace").partition(" ")
    return name, flavour
