"""Reading Dockerfiles and ignore files: whatever stands under their names, the bytes taken are bounded."""

from __future__ import annotations

import stat
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
