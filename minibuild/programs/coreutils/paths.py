"""Programs about path names: basename, dirname, readlink, realpath."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.inputs import encode, quoted, report
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

BASENAME = Options(
    "+as:z",
    gnu_short="z",
    long={"multiple": "a", "suffix=": "s", "zero": "z"},
    usage="FILE [SUFFIX] | -a FILE... | -s SUFFIX FILE...",
    help="Strip directory path and SUFFIX from FILE",
    least=1,
    gnu_long="*",
)
DIRNAME = Options(
    "+z",
    long={"zero": "z"},
    usage="FILENAME",
    help="Strip non-directory suffix from FILENAME",
    least=1,
    gnu_long="*",
)
READLINK = Options(
    "femnvqsz",
    gnu_short="emz",
    long={
        "canonicalize": "f",
        "canonicalize-existing": "e",
        "canonicalize-missing": "m",
        "no-newline": "n",
        "verbose": "v",
        "quiet": "q",
        "silent": "s",
        "zero": "z",
    },
    usage="[-fnv] FILE",
    help="Display the value of a symlink\n\n\t-f\tCanonicalize by following all symlinks\n"
    "\t-n\tDon't add newline",
    least=1,
    gnu_long="*",
)
REALPATH = Options(
    "emsqzLP",
    long={
        "canonicalize-existing": "e",
        "canonicalize-missing": "m",
        "strip": "s",
        "no-symlinks": "s",
        "quiet": "q",
        "zero": "z",
        "logical": "L",
        "physical": "P",
        "relative-to=": "to",
        "relative-base=": "base",
    },
    usage="FILE...",
    help="Print absolute pathnames of FILEs",
    least=1,
    gnu_long="*",
)


def last_part(path: str) -> str:
    """The last component of a path, trailing slashes ignored; "/" for the root, "" for ""."""
    stripped = path.rstrip("/")
    return stripped.rpartition("/")[2] if stripped else path[:1]


def parent(path: str) -> str:
    """What dirname prints: the path without its last component."""
    stripped = path.rstrip("/")
    if not stripped:
        return "/" if path else "."
    head = stripped.rpartition("/")[0]
    if "/" not in stripped:
        return "."
    return head.rstrip("/") or "/"


def join(directory: str, name: str) -> str:
    """busybox's concat_path_file: one slash between the two."""
    name = name.lstrip("/")
    return directory + name if directory.endswith("/") else f"{directory}/{name}" if directory else name


@program("basename", options=BASENAME)
def basename(process: Process) -> int:
    """`basename FILE [SUFFIX] | -a FILE... | -s SUFFIX FILE...`"""
    opts, operands = BASENAME.parse(process)
    suffix = opts.text("s")
    if not opts.any("a", "s"):
        if len(operands) > 2:
            if not is_busybox(process):
                process.error(f"extra operand {quoted(operands[2])}")
            BASENAME.fail(process)
        suffix = operands[1] if len(operands) > 1 else ""
        operands = operands[:1]
    for path in operands:
        name = last_part(path)
        if suffix and name != suffix:
            name = name.removesuffix(suffix)
        process.stdout.write(encode(name) + (b"\0" if "z" in opts else b"\n"))
    return 0


@program("dirname", options=DIRNAME)
def dirname(process: Process) -> int:
    """`dirname FILE...` (busybox takes one, GNU several)."""
    opts, operands = DIRNAME.parse(process)
    for path in operands:
        process.stdout.write(encode(parent(path)) + (b"\0" if "z" in opts else b"\n"))
    return 0


@program("readlink", options=READLINK)
def readlink(process: Process) -> int:
    """`readlink [-fnv] FILE`: the link's own text, or with -f, -e, -m the path without any link."""
    opts, operands = READLINK.parse(process)
    if len(operands) > 1 and is_busybox(process):
        READLINK.fail(process)
    if len(operands) > 1 and "n" in opts:
        process.error("ignoring --no-newline with multiple arguments")
    mode = opts.last("f", "e", "m")
    status = 0
    for path in operands:
        try:
            text = canonical(process, path, mode) if mode else link_text(process, path)
        except OSError as error:
            if "v" in opts:
                reason = "not a symlink" if error.errno == 22 else strerror(error)
                reason = strerror(error) if not is_busybox(process) else reason
                report(process, f"{{}}: cannot read link: {reason}", path, gnu=f"{{}}: {reason}")
            status = 1
            continue
        end = b"\0" if "z" in opts else b"" if "n" in opts and len(operands) == 1 else b"\n"
        process.stdout.write(encode(text) + end)
    return status


def link_text(process: Process, path: str) -> str:
    """The target a link names."""
    return process.view.readlink(path)


def canonical(process: Process, path: str, mode: str) -> str:
    """The absolute path without links. "f": the last part may be missing; "e": nothing may; "m": anything
    may.
    """
    view = process.view
    if not path and mode != "m":
        raise FileNotFoundError(2, "No such file or directory", path)
    if mode == "e" and not view.exists(path):
        view.stat(path)  # says why
    if mode == "e" or (mode == "f" and view.exists(path)):
        return view.realpath(path)
    if mode == "m":
        return missing_path(process, path)
    stripped = path.rstrip("/")
    if "/" not in stripped and is_busybox(process) and not view.is_link(stripped):
        raise FileNotFoundError(2, "No such file or directory", path)
    if view.is_link(stripped):
        # A dangling link: its target is what counts, relative to where the link is.
        target = view.readlink(stripped)
        return canonical(process, target if target.startswith("/") else join(parent(stripped), target), mode)
    base = view.realpath(parent(stripped))
    if not view.exists(base):
        raise FileNotFoundError(2, "No such file or directory", path)
    if not view.is_dir(base) or (path != stripped and view.lexists(stripped)):
        raise NotADirectoryError(20, "Not a directory", path)
    return join(base, last_part(stripped))


def missing_path(process: Process, path: str) -> str:
    """Resolve as far as names exist, then take the rest by its letters."""
    view = process.view
    result = "/" if path.startswith("/") else view.realpath(".")
    for part in path.split("/"):
        if part in ("", "."):
            continue
        step = parent(result) if part == ".." else join(result, part)
        result = view.realpath(step) if view.exists(step) else step
    return result


@program("realpath", options=REALPATH)
def realpath(process: Process) -> int:
    """`realpath FILE...`; GNU's -e, -m, -s and --relative-to too."""
    opts, operands = REALPATH.parse(process)
    status = 0
    for path in operands:
        try:
            if "s" in opts:
                text = lexical(join(process.view.cwd, path) if not path.startswith("/") else path)
            else:
                text = canonical(process, path, opts.last("e", "m") or "f")
            if "to" in opts:
                text = relative(text, canonical(process, opts.text("to"), "m"))
        except OSError as error:
            if "q" not in opts:
                report(process, "{}", path, error)
            status = 1
            continue
        process.stdout.write(encode(text) + (b"\0" if "z" in opts else b"\n"))
    return status


def lexical(path: str) -> str:
    """An absolute path without `.`, `..` and double slashes, by its letters alone."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def relative(path: str, start: str) -> str:
    """How to reach an absolute path from an absolute directory."""
    here = [part for part in start.split("/") if part]
    there = [part for part in path.split("/") if part]
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    return "/".join([".."] * (len(here) - shared) + there[shared:]) or "."
