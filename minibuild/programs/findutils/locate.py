"""locate and updatedb: names of files from a list made earlier. The list has a format of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.archive.patterns import fnmatch, is_pattern
from minibuild.programs.inputs import decode, encode
from minibuild.programs.options import Options
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

DATABASE = "/var/lib/mlocate/mlocate.db"
_LEFT_OUT = ("/proc", "/sys", "/dev", "/tmp", "/var/tmp", "/var/spool")
_REASON = "the data base of locate is modelled"
LOCATE = Options(
    "bcd:ehil:n:qrSw0A",
    long={"basename": "b", "count": "c", "database=": "d", "existing": "e", "ignore-case": "i", "limit=": "l",
          "null": "0", "quiet": "q", "wholename": "w", "all": "A"},
    usage="[OPTION]... PATTERN...",
    help="Search for entries in a data base of file names.",
)  # fmt: skip
UPDATEDB = Options(
    "o:U:l:e:n:v",
    long={"output=": "o", "database-root=": "U", "require-visibility=": "l", "prunepaths=": "e",
    "verbose": "v",
          "prunenames=": "n", "prunefs=": "fs", "localpaths=": "U"},
    usage="[OPTION]...",
    help="Update the data base of locate.",
)  # fmt: skip


@program("updatedb", options=UPDATEDB, fidelity=Fidelity.MODELLED, reason=_REASON)
def updatedb(process: Process) -> int:
    """`updatedb [-o FILE] [-U DIRECTORY]`"""
    opts, _ = UPDATEDB.parse(process)
    view = process.view
    path = opts.text("o", DATABASE)
    left_out = (*_LEFT_OUT, *opts.text("e").split())
    names: list[str] = []
    ahead = [opts.text("U", "/")]
    while ahead:
        directory = ahead.pop()
        process.tick()
        for name, stat in reversed(view.scandir(directory)):
            child = f"{directory.rstrip('/')}/{name}"
            if child in left_out:
                continue
            names.append(child)
            if stat.kind == "dir":
                ahead.append(child)
    view.makedirs(path.rpartition("/")[0] or "/")
    view.write_bytes(path, encode("".join(name + "\0" for name in sorted(names))), 0o640)
    return 0


@program("locate", "mlocate", "plocate", options=LOCATE, fidelity=Fidelity.MODELLED, reason=_REASON)
def locate(process: Process) -> int:
    """`locate [-bceil0] PATTERN...`"""
    opts, patterns = LOCATE.parse(process)
    path = opts.text("d", DATABASE)
    try:
        names = decode(process.view.read_bytes(path)).split("\0")
    except OSError:
        process.error(f"can not stat () `{path}': No such file or directory")
        return 1
    fold, limit = "i" in opts, opts.text("l", opts.text("n"))
    found = []
    for name in names:
        process.tick()
        text = name.rpartition("/")[2] if "b" in opts else name
        hits = [_matches(pattern, text, fold=fold) for pattern in patterns]
        if (
            name
            and (all(hits) if "A" in opts else any(hits))
            and ("e" not in opts or process.view.exists(name))
        ):
            found.append(name)
    if limit.isdigit():
        found = found[: int(limit)]
    if "c" in opts:
        process.stdout.write(f"{len(found)}\n")
    elif "q" not in opts or found:
        end = "\0" if "0" in opts else "\n"
        process.stdout.write(encode("".join(name + end for name in found)))
    return 0 if found else 1


def _matches(pattern: str, text: str, *, fold: bool) -> bool:
    """A pattern without anything special is looked for anywhere in the name."""
    if is_pattern(pattern):
        return fnmatch(pattern, text, fold=fold)
    return (pattern.lower() in text.lower()) if fold else pattern in text
