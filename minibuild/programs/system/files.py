"""which, run-parts, flock, sync, mount, umount, mountpoint: where programs are, in which order, on which file
systems.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from minibuild.filesystem.errors import strerror
from minibuild.kernel.execution import DEFAULT_PATH
from minibuild.programs.coreutils.modes import parse_mode
from minibuild.programs.coreutils.paths import join
from minibuild.programs.inputs import die, encode, report
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.system.launching import become, duration
from minibuild.programs.system.machine import kernel_file

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Stream
    from minibuild.kernel.system import System
    from minibuild.programs.options import Opts

WHICH = Options(
    "+as",
    gnu_short="s",
    usage="[-a] COMMAND...",
    help="Locate COMMAND\n\n\t-a\tShow all matches",
    least=1,
)
RUN_PARTS = Options(
    "a:u:v",
    long={
        "arg=": "a",
        "umask=": "u",
        "test": "test",
        "list": "list",
        "reverse": "reverse",
        "exit-on-error": "error",
        "report": "report",
        "verbose": "v",
        "regex=": "regex",
        "lsbsysinit": "lsb",
        "new-session": "session",
    },
    usage="[-a ARG]... [-u UMASK] [--reverse] [--test] [--exit-on-error] DIRECTORY",
    help="Run a bunch of scripts in DIRECTORY\n\n\t-a ARG\t\tPass ARG as argument to scripts\n"
    "\t-u UMASK\tSet UMASK before running scripts\n\t--reverse\tReverse execution order\n"
    "\t--test\t\tDry run\n\t--exit-on-error\tExit if a script exits with non-zero",
    least=1,
    most=1,
    gnu_long="list report verbose regex lsbsysinit new-session",
)
FLOCK = Options(
    "+sxeunow:c:E:F",
    long={
        "shared": "s",
        "exclusive": "x",
        "unlock": "u",
        "nonblock": "n",
        "nb": "n",
        "timeout=": "w",
        "wait=": "w",
        "close": "o",
        "command=": "c",
        "conflict-exit-code=": "E",
        "no-fork": "F",
    },
    usage="[-sxun] FD | { FILE [-c] PROG ARGS }",
    help="[Un]lock file descriptor, or lock FILE, run PROG\n\n\t-s\tShared lock\n"
    "\t-x\tExclusive lock (default)\n"
    "\t-u\tUnlock FD\n\t-n\tFail rather than wait",
    least=1,
)
SYNC = Options(
    "df",
    long={"data": "d", "file-system": "f"},
    usage="[-df] [FILE]...",
    help="Write all buffers to disk",
    gnu_long="*",
)
MOUNT = Options(
    "+arwvft:o:O:",
    long={"types=": "t", "options=": "o", "bind": "bind", "rbind": "bind", "all": "a", "read-only": "r"},
    usage="[OPTIONS] [-o OPT] DEVICE NODE",
    help="Mount a filesystem",
)
UMOUNT = Options("rlfant:vdD", usage="[-rlf] FILESYSTEM|DIRECTORY", help="Unmount filesystems")
MOUNTPOINT = Options(
    "qdnx", usage="[-q] { [-dn] DIR | -x DEVICE }", help="Check if DIR is a mountpoint", least=1, most=1
)
# System → path → the descriptions that hold a lock on it, and whether they share it.
LOCKS: WeakKeyDictionary[System, dict[str, list[tuple[Stream, bool]]]] = WeakKeyDictionary()


@program("which", options=WHICH)
def which(process: Process) -> int:
    """`which [-a] COMMAND...`: 1 when one of them is nowhere."""
    opts, names = WHICH.parse(process)
    status, view = 0, process.view
    for name in names:
        directories = process.env.get("PATH", DEFAULT_PATH).split(":")
        candidates = [name] if "/" in name else [join(directory or ".", name) for directory in directories]
        found = [path for path in candidates if view.is_file(path) and view.access(path, 1)]
        if not found:
            status = 1
        for path in found if "a" in opts else found[:1]:
            if "s" not in opts:
                process.stdout.write(encode(path) + b"\n")
    return status


@program("run-parts", options=RUN_PARTS)
def run_parts(process: Process) -> int:
    """`run-parts [-a ARG]... [--test] DIRECTORY`: the executable files with tame names, in order."""
    opts, (directory,) = RUN_PARTS.parse(process)
    view = process.view
    if "u" in opts:
        mask = parse_mode(opts.text("u"), 0, 0)
        view.umask = mask & 0o777 if mask is not None else view.umask
    try:
        names = view.listdir(directory)
    except OSError as error:
        report(process, "{}", directory, error, "failed to open directory {}")
        return 0 if is_busybox(process) else 1
    pattern = opts.get("regex") or r"^[A-Za-z0-9_-]+$"
    chosen = [join(directory, name) for name in names if re.search(pattern, name)]
    if "reverse" in opts:
        chosen.reverse()
    status = 0
    for path in chosen:
        if not view.is_file(path):
            continue
        if "list" in opts or ("test" in opts and view.access(path, 1)):
            process.stdout.write(encode(path) + b"\n")
        elif "test" not in opts and view.access(path, 1):
            if "v" in opts:
                process.stderr.write(f"run-parts: executing {path}\n")
            status = run_part(process, opts, path) or status
            if status and "error" in opts:
                return status
    return status


def run_part(process: Process, opts: Opts, path: str) -> int:
    """Run one file; 1 after a report when it failed."""
    try:
        ended = process.call([path, *opts.all("a")])
    except OSError as error:
        report(process, "can't execute '{}'", path, error, "failed to exec {}")
        return 1
    if not ended:
        return 0
    said = f"{{}}: exit status {ended}" if ended < 128 else f"{{}}: terminated by signal {ended - 128}"
    gnu = f"{{}} exited with return code {ended}" if ended < 128 else "{} exited because of uncaught signal"
    report(process, said, path, gnu=gnu)
    return 1


@program("flock", options=FLOCK)
def flock(process: Process) -> int:
    """`flock [-sxun] FILE [-c] PROG ARGS`, `flock [-sxun] FD`: held until nobody has the file open any more.
    """
    opts, operands = FLOCK.parse(process)
    target, *command = operands
    if command[:1] == ["-c"]:
        command = ["/bin/sh", "-c", *command[1:]]
    elif "c" in opts:
        command = ["/bin/sh", "-c", opts.text("c")]
    conflict = int(opts.text("E", "1")) if opts.text("E", "1").isdigit() else 1
    if command:
        view = process.view
        try:
            stream = process.open_stream(target, "r" if view.is_dir(target) else "rw")
        except OSError as error:
            report(process, "can't open '{}'", target, error, "cannot open lock file {}")
            return 66 if not is_busybox(process) else 1
        process.descriptors.add(stream)
        path = view.realpath(target)
    else:
        found = process.descriptors.get(int(target)) if target.isdigit() else None
        if found is None:
            die(process, f"invalid number '{target}'", 1, f"bad file descriptor: {target}")
        stream, path = found, str(getattr(found, "name", id(found)))
    if not acquire(process, opts, stream, path):
        return conflict
    return become(process, command, "failed to execute {}: {}") if command else 0


def acquire(process: Process, opts: Opts, stream: Stream, path: str) -> bool:
    """Take the lock, waiting as long as allowed; False when somebody else keeps it."""
    holders = LOCKS.setdefault(process.system, {}).setdefault(path, [])
    shared = opts.last("s", "x", "e") == "s"
    clock = process.system.clock
    until = clock.now() + int(duration(process, opts.text("w")) * 10**9) if "w" in opts else None
    while True:
        holders[:] = [holder for holder in holders if holder[0].references and holder[0] is not stream]
        if "u" in opts:
            return True
        if all(shared and other for _, other in holders):
            holders.append((stream, shared))
            return True
        if "n" in opts or (until is not None and clock.now() >= until):
            return False
        process.tick()
        process.sleep(0.01)


@program("sync", "fsync", options=SYNC)
def sync(process: Process) -> int:
    """`sync [FILE]...`: whatever is written is written."""
    _, paths = SYNC.parse(process)
    status = 0
    for path in paths:
        try:
            process.view.stat(path)
        except OSError as error:
            report(process, "can't open '{}'", path, error, "error opening '{}'")
            status = 1
    return status


def mounts(process: Process) -> list[list[str]]:
    """The fields of /proc/mounts: device, directory, type, options."""
    return [
        line.split()[:4]
        for line in kernel_file(process, "/proc/mounts").splitlines()
        if len(line.split()) > 3
    ]


@program("mount", options=MOUNT)
def mount(process: Process) -> int:
    """`mount`: what is mounted; a container may not mount anything."""
    opts, operands = MOUNT.parse(process)
    if not operands and "a" not in opts:
        for device, directory, kind, options in mounts(process):
            process.stdout.write(f"{device} on {directory} type {kind} ({options})\n")
        return 0
    if not operands:
        return 0
    place = operands[-1]
    gnu = "must be superuser to use mount." if process.view.credentials.uid else "permission denied."
    device = operands[0] if len(operands) > 1 else place
    words = f"mounting {device} on {place} failed: Operation not permitted"
    if is_busybox(process):
        die(process, "permission denied (are you root?)" if process.view.credentials.uid else words, 1)
    process.error(f"{place}: {gnu}")
    return 32 if process.view.credentials.uid == 0 else 1


@program("umount", options=UMOUNT)
def umount(process: Process) -> int:
    """`umount DIRECTORY`: a container may not unmount anything."""
    _, operands = UMOUNT.parse(process)
    if not operands:
        UMOUNT.fail(process)
    known = {row[1] for row in mounts(process)}
    for path in operands:
        if not process.view.exists(path):
            report(
                process,
                "can't unmount {}: No such file or directory",
                path,
                gnu="{}: no mount point specified.",
            )
        elif process.view.realpath(path) not in known:
            report(process, "can't unmount {}: Invalid argument", path, gnu="{}: not mounted.")
        else:
            words = "{}: must be superuser to unmount."
            report(process, "can't unmount {}: Operation not permitted", path, gnu=words)
    return 1 if is_busybox(process) else 32


@program("mountpoint", options=MOUNTPOINT)
def mountpoint(process: Process) -> int:
    """`mountpoint [-q] DIRECTORY`: 0 when it is one (util-linux: 32 when not)."""
    opts, (path,) = MOUNTPOINT.parse(process)
    try:
        kind = process.view.stat(path).kind
    except OSError as error:
        if "q" not in opts:
            process.error(f"{path}: {strerror(error)}")
        return 1
    known = {row[1] for row in mounts(process)}
    found = kind == "dir" and process.view.realpath(path) in known
    if "q" not in opts:
        process.stdout.write(encode(f"{path} is {'' if found else 'not '}a mountpoint\n"))
    return 0 if found else 1 if is_busybox(process) else 32
