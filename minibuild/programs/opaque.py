"""The program that stands for every program nobody knows, when a run may assume that such programs succeed.

It may have made anything where it worked: its working directory and what its command line calls its output
become opaque, and so does what it printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem import Directory, File
from minibuild.filesystem.opaque import mark_opaque, opaque_directory, opaque_file
from minibuild.programs.coreutils.paths import join, last_part, parent
from minibuild.programs.options import program_name
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.filesystem.view import View
    from minibuild.kernel.process import Process

# Options whose value names an output, by the habit of compilers, builders and installers.
FILES = (
    "o",
    "O",
    "out",
    "output",
    "outfile",
    "outputfile",
    "out-file",
    "output-file",
    "dest",
    "destination",
    "target",
)
DIRECTORIES = (
    "d", "D", "dir", "directory", "prefix", "outdir", "out-dir", "output-dir", "outputdir", "install-dir",
    "installdir", "install-path", "root", "destdir", "target-dir", "build-dir", "bindir", "bin-dir",
    "install-prefix",
)  # fmt: skip
MOST_INPUT = 1 << 20
MOST_DIRECTORIES = 400


@program("?")
def opaque(process: Process) -> int:
    """Succeed, and leave behind what nobody can know."""
    view, origin = process.view, f"output of {program_name(process)}"
    drain(process)
    view.touch_opaque(origin)
    mark_below(view, view.cwd, origin)
    for path, is_directory in outputs(process):
        make(view, path, origin, is_directory)
    return 0


def drain(process: Process) -> None:
    """Read standard input, as most programs do that are fed by a pipe: its writer is to end well."""
    stream = process.descriptors.get(0)
    if stream is None or not stream.readable or stream.is_tty or stream.seekable:
        return
    read = 0
    while read < MOST_INPUT and (block := process.stdin.read_some()):
        read += len(block)
        process.tick()


def outputs(process: Process) -> Iterator[tuple[str, bool]]:
    """The paths that the command line seems to call outputs, and whether each is a directory."""
    words = process.argv[1:]
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) and words[at + 1][:1] != "-" else ""
        name, equals, value = word.lstrip("-").partition("=")
        if word[:1] == "-" and (value or following):
            if name in FILES:
                yield value or following, (value or following).endswith("/")
            elif name.lower() in DIRECTORIES:
                yield value or following, True
        elif equals and name.lower() in DIRECTORIES:
            yield value, True
        elif word[:1] == "/" and word.strip("/"):
            yield word, word.endswith("/")


def make(view: View, path: str, origin: str, is_directory: bool) -> None:
    """Make an output opaque: what is missing is made, where the process may; what exists as a file is left as
    it is.
    """
    if not path or path in ("-", "/dev/null"):
        return
    if view.is_dir(path):
        if is_directory:
            mark_below(view, path, origin)
        return
    above = parent(path)
    try:
        if view.lexists(path):
            return
        if not view.is_dir(above):
            if not is_directory:
                return
            view.makedirs(above)
        if not view.access(above, 3):
            return
        above_parts = view.found(above)[0]
    except OSError:
        return
    new = opaque_directory if is_directory else opaque_file
    me = view.credentials
    tree, inner = view.tree_of((*above_parts, last_part(path)))
    tree.attach(inner, new(origin, uid=me.uid, gid=me.gid, mtime=view.filesystem.clock()))


def mark_below(view: View, path: str, origin: str) -> None:
    """Make a directory opaque, and those below it: all but the root's, which are the system's."""
    left = MOST_DIRECTORIES
    ahead = [path]
    while ahead and left:
        here = ahead.pop()
        left -= 1
        if not view.access(here, 3):
            continue
        tree, inner = view.tree_of(view.found(here)[0])
        try:
            node = tree.own(inner)
        except OSError:
            continue
        if isinstance(node, Directory | File):
            mark_opaque(node, origin)
        if path != "/" and isinstance(node, Directory):
            entries = node.entries.items()
            ahead += [join(here, name) for name, child in entries if isinstance(child, Directory)]
