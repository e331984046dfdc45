"""Which edition of the catalogue is installed: told from its files' names, sizes and times; none is read."""

import os
from functools import cache
from hashlib import sha256

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120  before every cached build: no pathlib
_KINDS = (".py", ".toml", ".tsv")


@cache
def edition() -> str:
    """32 hex digits that differ when a data file or a reader of the catalogue has been changed.

    The same edition makes the same images; another one may.
    """
    state = sha256()
    for folder in ("", "images", os.path.join("images", "others"), "packages"):  # noqa: PTH118
        try:
            with os.scandir(os.path.join(_HERE, folder)) as entries:  # noqa: PTH118
                files = sorted((one.name, one.stat()) for one in entries if one.name.endswith(_KINDS))
        except OSError:
            continue  # read from an archive: that is replaced as a whole, with the program
        for name, status in files:
            state.update(f"{folder}/{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return state.hexdigest()[:32]

