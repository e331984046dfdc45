"""Reading Dockerfiles and ignore files, of which the bytes taken are bounded, and writing texts."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from minibuild.dockerfile.errors import DockerfileError

if TYPE_CHECKING:
    from typing import BinaryIO

# More than any person has written; what a device or a pipe gives ends here.
LIMIT = 16 << 20


def read_source(source: Path | BinaryIO, name: str, *, regular: bool = False) -> str:
    """The text of a file or stream; bytes that are not UTF-8 become surrogates.

    `name` is what errors call it. `regular` refuses what is no regular file, such as a pipe that nobody
    writes to. Raise `DockerfileError`, or OSError for what can't be read.
    """
    if not isinstance(source, Path):
        data = source.read(LIMIT + 1)
    elif regular and not stat.S_ISREG(mode := source.stat().st_mode) and not stat.S_ISDIR(mode):
        raise DockerfileError("it is a device or pipe, not a file", path=name)
    else:
        with source.open("rb") as stream:
            data = stream.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise DockerfileError(f"it is larger than {LIMIT >> 20} MiB", path=name)
    return data.decode("utf-8", "surrogateescape")


def write_text(path: Path, text: str) -> None:
    """Replace the file's text; a link stays one, and the mode stays. Devices are written to as they are.

    Raise OSError.
    """
    path = path.resolve()
    data = text.encode("utf-8", "surrogateescape")
    exists = path.exists()
    if exists and not path.is_file():
        path.write_bytes(data)
        return
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        new.write_bytes(data)
        if exists:
            new.chmod(path.stat().st_mode & 0o7777)
        new.replace(path)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise
