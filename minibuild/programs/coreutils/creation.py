"""mkdir, mkfifo, mknod, mktemp, touch, truncate, fallocate: new names and new sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.filesystem.opaque import origin_of
from minibuild.programs.coreutils.modes import parse_mode
from minibuild.programs.coreutils.paths import join
from minibuild.programs.inputs import SIZES, die, encode, number, quoted, report
from minibuild.programs.options import Options, is_busybox, program_name
from minibuild.programs.registry import program
from minibuild.programs.system.dates import parse_date

if TYPE_CHECKING:
    from minibuild.filesystem.view import View
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

MKDIR = Options(
    "m:pvZ",
    gnu_short="Z",
    long={"mode=": "m", "parents": "p", "verbose": "v"},
    usage="[-m MODE] [-p] DIRECTORY...",
    help="Create DIRECTORY\n\n\t-m MODE\tMode\n\t-p\tNo error if exists; make parent directories as needed",
    least=1,
)
MKFIFO = Options(
    "m:",
    long={"mode=": "m"},
    usage="[-m MODE] NAME",
    help="Create named pipe",
    least=1,
    gnu_long="*",
)
MKNOD = Options(
    "m:",
    long={"mode=": "m"},
    usage="[-m MODE] NAME TYPE [MAJOR MINOR]",
    help="Create a special file (block, character, or pipe)",
    gnu_long="*",
)
MKTEMP = Options(
    "dqtup:",
    long={
        "directory": "d",
        "quiet": "q",
        "dry-run": "u",
        "tmpdir=?": "tmpdir",
        "suffix=": "suffix",
    },
    usage="[-dt] [-p DIR] [TEMPLATE]",
    help="Create a temporary file with name based on TEMPLATE and print its name",
    most=1,
    gnu_long="suffix",
)
TOUCH = Options(
    "camr:d:t:hf",
    long={
        "no-create": "c",
        "reference=": "r",
        "date=": "d",
        "no-dereference": "h",
        "time=": "time",
    },
    usage="[-cham] [-d DATE] [-t DATE] [-r FILE] FILE...",
    help="Update mtime of FILEs",
    least=1,
    operand="file operand",
    gnu_long="time",
)
TRUNCATE = Options(
    "cs:or:",
    gnu_short="or",
    long={"no-create": "c", "size=": "s", "reference=": "r", "io-blocks": "o"},
    usage="[-c] -s SIZE FILE...",
    help="Truncate FILEs to SIZE",
    least=1,
    gnu_long="*",
)
FALLOCATE = Options(
    "l:o:n",
    long={"length=": "l", "offset=": "o", "keep-size": "n"},
    usage="[-o OFS] -l LEN FILE",
    help="Preallocate space for FILE",
    least=1,
    most=1,
    gnu_long="*",
)


def wanted_mode(process: Process, opts: Opts, default: int) -> int:
    """The mode of -m, applied to `default`; the program ends when it is none."""
    text = opts.get("m")
    if text is None:
        return default
    mode = parse_mode(text, default, process.view.umask)
    if mode is None:
        die(process, f"invalid mode '{text}'", gnu=f"invalid mode {quoted(text)}")
    return mode


@program("mkdir", options=MKDIR)
def mkdir(process: Process) -> int:
    """`mkdir [-p] [-m MODE] [-v] DIRECTORY...`"""
    opts, operands = MKDIR.parse(process)
    mode = wanted_mode(process, opts, 0o777) if "m" in opts else None
    status = 0
    for path in operands:
        try:
            make_directory(process, path, mode, parents="p" in opts, verbose="v" in opts)
        except OSError as error:
            name = error.filename if is_busybox(process) else str(error.filename).rstrip("/")
            report(process, "can't create directory '{}'", name, error)
            status = 1
    return status


def make_directory(
    process: Process, path: str, mode: int | None, *, parents: bool = True, verbose: bool = False
) -> None:
    """Make a directory, with `parents` those above it too (u+wx whatever the umask says) and no complaint if
    it exists.

    `mode` is exact (the umask does not touch it) and for the last one only. OSError carries the path that
    failed, as busybox names it: "a/b/" for a parent.
    """
    view = process.view
    if parents:
        if view.is_dir(path):
            return
        at = path.rstrip("/").find("/", 1)
        while at > 0:
            while path[at + 1 : at + 2] == "/":
                at += 1
            _make_one(process, path[: at + 1], None, True, verbose)
            at = path.rstrip("/").find("/", at + 1)
    _make_one(process, path, mode, parents, verbose)


def _make_one(process: Process, path: str, mode: int | None, existing: bool, verbose: bool) -> None:
    """One mkdir(2); an existing directory is fine when `existing`."""
    view = process.view
    try:
        view.mkdir(path, 0o777)
    except OSError as error:
        if existing and leads_to_directory(view, path):
            return
        raise type(error)(error.errno, strerror(error), path) from None
    if existing and mode is None and path.endswith("/"):
        view.chmod(path, view.stat(path).mode | 0o300)
    if mode is not None:
        view.chmod(path, mode)
    if verbose:
        said = f"created directory: '{path}'" if is_busybox(process) else created(process, path)
        process.stdout.write(encode(said + "\n"))


def leads_to_directory(view: View, path: str) -> bool:
    """Is there a directory? A file of which nothing is known is taken for one, and becomes it."""
    if view.is_dir(path):
        return True
    try:
        if origin_of(view.stat(path).node):
            view.listdir(path)
            return True
    except OSError:
        pass
    return False


def created(process: Process, path: str) -> str:
    """What GNU's mkdir -v and install -v say."""
    name = program_name(process)
    verb = "creating" if name == "install" else "created"
    return f"{name}: {verb} directory {quoted(path.rstrip('/') or '/')}"


@program("mkfifo", options=MKFIFO)
def mkfifo(process: Process) -> int:
    """`mkfifo [-m MODE] NAME...`"""
    opts, operands = MKFIFO.parse(process)
    return make_nodes(process, operands, "fifo", opts)


@program("mknod", options=MKNOD)
def mknod(process: Process) -> int:
    """`mknod [-m MODE] NAME TYPE [MAJOR MINOR]`"""
    opts, operands = MKNOD.parse(process)
    kind = {"p": "fifo", "b": "block", "c": "char", "u": "char"}.get(
        operands[1][:1] if len(operands) > 1 else ""
    )
    if kind is None or len(operands) != (2 if kind == "fifo" else 4):
        MKNOD.fail_operands(process, operands)
    major, minor = (number(process, word) for word in operands[2:]) if kind != "fifo" else (0, 0)
    return make_nodes(process, operands[:1], kind, opts, (major, minor))


def make_nodes(
    process: Process, paths: list[str], kind: str, opts: Opts, device: tuple[int, int] = (0, 0)
) -> int:
    """Special files of one kind; -m is exact."""
    mode = wanted_mode(process, opts, 0o666)
    status = 0
    for path in paths:
        try:
            process.view.mknod(path, kind, mode, *device)
            if "m" in opts:
                process.view.chmod(path, mode)
        except OSError as error:
            report(process, "{}", path, error, "cannot create fifo '{}'" if kind == "fifo" else "{}")
            status = 1
    return status


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@program("mktemp", options=MKTEMP)
def mktemp(process: Process) -> int:
    """`mktemp [-dqtu] [-p DIR] [TEMPLATE]`: the name is drawn from the simulated machine's randomness."""
    opts, operands = MKTEMP.parse(process)
    busybox = is_busybox(process)
    template = operands[0] if operands else "tmp.XXXXXX" if busybox else "tmp.XXXXXXXXXX"
    suffix = opts.text("suffix")
    if opts.any("t", "p", "tmpdir") or not operands:
        base = opts.get("tmpdir") or opts.get("p") or process.env.get("TMPDIR") or "/tmp"
        template = join(base, template)
    # busybox draws the last six letters, GNU's program as many as there are, three at least.
    given = len(template) - len(template.rstrip("X"))
    wanted = min(given, 6) if busybox and not opts.any("suffix", "tmpdir") else given
    stem = template[: len(template) - wanted]
    if wanted < (6 if busybox and not opts.any("suffix", "tmpdir") else 3):
        if "q" not in opts:
            process.error("(null): Invalid argument" if busybox else f"too few X's in template '{template}'")
        return 1
    for _ in range(100):
        path = stem + "".join(process.system.random.choice(LETTERS) for _ in range(wanted)) + suffix
        try:
            claim(process, path, opts)
        except FileExistsError:
            continue
        except OSError as error:
            if "q" not in opts:
                what = "directory" if "d" in opts else "file"
                report(process, "(null)", template, error, f"failed to create {what} via template '{{}}'")
            return 1
        process.stdout.write(path + "\n")
        return 0
    return 1


def claim(process: Process, path: str, opts: Opts) -> None:
    """Make the file or directory for the caller alone; with -u only see that the name is free."""
    if "u" in opts:
        if process.view.lexists(path):
            raise FileExistsError(17, "File exists", path)
    elif "d" in opts:
        process.view.mkdir(path, 0o700)
    else:
        process.view.open(path, "x", 0o600).close()


@program("touch", options=TOUCH)
def touch(process: Process) -> int:
    """`touch [-camh] [-d DATE | -t STAMP | -r FILE] FILE...`: makes files, or sets their time of
    modification.
    """
    opts, operands = TOUCH.parse(process)
    view = process.view
    follow = "h" not in opts
    stamp: int | None = None
    if "r" in opts:
        try:
            stamp = (view.stat if follow else view.lstat)(opts.text("r")).mtime
        except OSError as error:
            report(process, "can't stat '{}'", opts.text("r"), error, "failed to get attributes of '{}'")
            return 1
    key = opts.last("d", "t")
    if key:
        stamp = parse_date(opts.text(key), process, stamp=key == "t")
        if stamp is None:
            text = opts.text(key)
            die(process, f"invalid date '{text}'", gnu=f"invalid date format {quoted(text)}")
    # Times of access are not kept, so -a alone changes nothing that lasts.
    only_access = ("a" in opts and "m" not in opts) or opts.text("time") in ("access", "atime", "use")
    status = 0
    for path in operands:
        try:
            if not (view.exists(path) if follow else view.lexists(path)):
                if "c" in opts or not follow:
                    continue
                view.open(path, "a").close()
                if stamp is None:
                    continue
            if not only_access:
                view.utime(path, process.system.clock.now() if stamp is None else stamp, follow=follow)
        except OSError as error:
            report(process, "{}", path, error, "cannot touch '{}'")
            status = 1
    return status


@program("truncate", options=TRUNCATE)
def truncate(process: Process) -> int:
    """`truncate [-c] -s SIZE FILE...`; GNU's relative sizes (+N, -N) and -r FILE too."""
    opts, operands = TRUNCATE.parse(process)
    if not opts.any("s", "r"):
        if not is_busybox(process):
            process.error("you must specify either '--size' or '--reference'")
        TRUNCATE.fail(process)
    view = process.view
    text = opts.text("s", "+0")
    sign = text[0] if text[:1] in ("+", "-") else ""
    size = number(process, text[len(sign) :], SIZES, what="number")
    status = 0
    for path in operands:
        try:
            if "c" in opts and not view.exists(path):
                continue
            view.open(path, "a").close()
            old = view.stat(opts.get("r") or path).size
            view.truncate(path, old + size if sign == "+" else max(old - size, 0) if sign else size)
        except OSError as error:
            report(process, "{}", path, error, "cannot open '{}' for writing")
            status = 1
    return status


@program("fallocate", options=FALLOCATE)
def fallocate(process: Process) -> int:
    """`fallocate [-o OFS] -l LEN FILE`: the file is at least that long afterwards."""
    opts, (path,) = FALLOCATE.parse(process)
    if "l" not in opts:
        FALLOCATE.fail(process)
    size = number(process, opts.text("l"), SIZES) + number(process, opts.text("o", "0"), SIZES)
    view = process.view
    try:
        view.open(path, "a").close()
        if view.stat(path).size < size:
            view.truncate(path, size)
    except OSError as error:
        report(process, "can't open '{}'", path, error)
        return 1
    return 0
