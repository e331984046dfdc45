"""chroot, su, runuser, gosu, su-exec, setuidgid, setpriv: a command as another user, or under another root.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.credentials import Credentials
from minibuild.kernel.process import ProcessExit
from minibuild.programs.inputs import die, quoted, report
from minibuild.programs.options import Options, is_busybox, program_name
from minibuild.programs.registry import program
from minibuild.programs.system.launching import become
from minibuild.programs.users.names import group_id, member_of, user_row

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

CHROOT = Options(
    "+",
    long={"userspec=": "userspec", "groups=": "groups", "skip-chdir": "skip"},
    usage="NEWROOT [PROG ARGS]",
    help="Run PROG with root directory set to NEWROOT",
    gnu_failure=125,
    least=1,
)
SU = Options(
    "+mplc:s:fg:G:Pw:",
    long={
        "login": "l",
        "command=": "c",
        "session-command=": "c",
        "shell=": "s",
        "preserve-environment": "p",
        "fast": "f",
        "group=": "g",
        "supp-group=": "G",
        "pty": "P",
        "whitelist-environment=": "w",
    },
    usage="[-lmp] [-s SH] [-] [USER [FILE ARGS | -c 'CMD' [ARG0 ARGS]]]",
    help="Run shell under USER (by default, root)\n\n"
    "\t-,-l\tClear environment, go to home dir, run shell as login shell\n"
    "\t-p,-m\tDo not set new $HOME, $SHELL, $USER, $LOGNAME\n"
    "\t-c CMD\tCommand to pass to 'sh -c'\n\t-s SH\tShell to use instead of user's default",
)
RUNUSER = Options(
    "+mplc:s:fg:G:u:P",
    long={
        "login": "l",
        "command=": "c",
        "shell=": "s",
        "preserve-environment": "p",
        "user=": "u",
        "group=": "g",
        "supp-group=": "G",
    },
    usage="[options] -u <user> [[--] <command>]\n runuser [options] [-] [<user> [<argument>...]]",
    help="Run <command> with the effective user ID and group ID of <user>.",
)
GOSU = Options(
    "+",
    long={"version": "version"},
    usage="user-spec command [args]",
    help="gosu tianon bash",
    points_to_help=False,
)
SETPRIV = Options(
    "+dh",
    long={
        "dump": "d",
        "nnp": "nnp",
        "no-new-privs": "nnp",
        "inh-caps=": "caps",
        "ambient-caps=": "caps",
        "bounding-set=": "caps",
        "reuid=": "uid",
        "ruid=": "ruid",
        "euid=": "uid",
        "regid=": "gid",
        "rgid=": "rgid",
        "egid=": "gid",
        "clear-groups": "clear",
        "keep-groups": "keep",
        "init-groups": "init",
        "groups=": "groups",
        "reset-env": "reset",
    },
    usage="[OPTIONS] PROG ARGS",
    help="Run PROG with different privilege settings",
)


def acts_as_root(process: Process) -> bool:
    """Is the process root, or its program file root's and setuid?"""
    if process.view.credentials.uid == 0:
        return True
    try:
        stat = process.system.filesystem.view().stat(process.executable or "/")
    except OSError:
        return False
    return stat.kind == "file" and stat.uid == 0 and bool(stat.mode & 0o4000)


def credentials_of(process: Process, row: list[str]) -> Credentials:
    """The rights of a user, with the supplementary groups of /etc/group."""
    return Credentials(
        int(row[2]), int(row[3]), tuple(dict.fromkeys([int(row[3]), *member_of(process, row[0])]))
    )


def take_credentials(process: Process, credentials: Credentials) -> None:
    """Let the process go on as somebody else."""
    process.view = process.view.with_credentials(credentials)


@program("chroot", options=CHROOT)
def chroot(process: Process) -> int:
    """`chroot NEWROOT [PROG ARGS]`: a shell when there is no program."""
    opts, (root, *command) = CHROOT.parse(process)
    failure = 1 if is_busybox(process) else 125
    try:
        view = process.view.chroot(root)
    except OSError as error:
        report(process, "can't change root directory to '{}'", root, error)
        raise ProcessExit(failure) from None
    process.view = view
    if "userspec" in opts:
        take_credentials(process, parse_spec(process, opts.text("userspec"), failure))
    shell = process.env.get("SHELL", "/bin/sh")
    return become(process, command or [shell, "-i"], "failed to run command {}: {}")


def parse_spec(process: Process, spec: str, failure: int = 1) -> Credentials:
    """The rights of `USER[:GROUP]`, names or numbers; the program ends when there are no such."""
    user, colon, group = spec.partition(":")
    row = user_row(process, user) or (user_row(process, int(user)) if user.isdigit() else None)
    if row is None and user and not user.isdigit():
        die(process, f"unknown user {user}", failure, f"invalid user: {quoted(user)}")
    if row is not None:
        found = credentials_of(process, row)
    else:
        uid = int(user) if user else process.view.credentials.uid
        found = Credentials(uid, uid, ())
    if not colon or not group:
        return found
    gid = group_id(process, group)
    if gid is None:
        die(process, f"unknown group {group}", failure, f"invalid group: {quoted(group)}")
    return Credentials(found.uid, gid, (gid,))


@program("su", options=SU)
def su(process: Process) -> int:
    """`su [-lmp] [-s SH] [-] [USER [-c CMD] [ARGS]]`"""
    return switch(process, *with_late_options(process, SU))


@program("runuser", options=RUNUSER)
def runuser(process: Process) -> int:
    """`runuser -u USER COMMAND`, or as su."""
    opts, operands = with_late_options(process, RUNUSER)
    if process.view.credentials.uid:
        die(process, "may not be used by non-root users")
    if "u" not in opts:
        return switch(process, opts, operands)
    row = user_row(process, opts.text("u"))
    if row is None:
        die(process, missing(process, opts.text("u")))
    if not operands:
        die(process, "no command was specified")
    take_credentials(process, credentials_of(process, row))
    return become(process, operands, "failed to execute {}: {}")


def with_late_options(process: Process, options: Options) -> tuple[Opts, list[str]]:
    """Options may follow the user: `su USER -c CMD`, `su - USER -s /bin/sh -c CMD`."""
    words = process.argv[1:]
    opts, operands = options.parse(process)
    if operands[:1] == ["-"]:
        words = ["-l", *words[: len(words) - len(operands)], *operands[1:]]
        opts, operands = options.parse(process, words)
    if len(operands) > 1 and operands[1][:1] == "-" and "u" not in opts:
        front = words[: len(words) - len(operands)]
        opts, rest = options.parse(process, [*front, *operands[1:]])
        operands = [operands[0], *rest]
    return opts, operands


def missing(process: Process, name: str) -> str:
    """The words for a user who does not exist."""
    if is_busybox(process):
        return f"unknown user {name}"
    return f"user {name} does not exist or the user entry does not contain all the required fields"


def switch(process: Process, opts: Opts, operands: list[str]) -> int:
    """Become another user's shell; only root needs no password, and nobody here can type one."""
    if process.view.credentials.uid and not acts_as_root(process) and is_busybox(process):
        die(process, "must be suid to work properly")
    name = operands[0] if operands else "root"
    row = user_row(process, name)
    if row is None:
        die(process, missing(process, name))
    if process.view.credentials.uid:
        process.stderr.write("Password: ")
        die(process, "incorrect password", 1, "Authentication failure")
    keep = opts.any("m", "p")
    login = "l" in opts
    shell = opts.get("s") or (process.env.get("SHELL", "") if keep else "") or row[6] or "/bin/sh"
    take_credentials(process, credentials_of(process, row))
    if login:
        path = (
            "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"
            if int(row[2])
            else process.env.get("PATH", "")
        )
        kept = {key: value for key, value in process.env.items() if key == "TERM"}
        process.env = {**kept, "HOME": row[5], "SHELL": shell, "USER": name, "LOGNAME": name, "PATH": path}
        enter_home(process, row[5])
    elif not keep:
        process.env |= {"HOME": row[5], "SHELL": shell}
        if int(row[2]) or is_busybox(process):
            process.env |= {"USER": name, "LOGNAME": name}
    argv = [("-" if login else "") + shell.rpartition("/")[2]]
    if "c" in opts:
        argv += ["-c", opts.text("c")]
    return start_shell(process, shell, [*argv, *operands[1:]])


def enter_home(process: Process, home: str) -> None:
    """Go to the home directory; a warning when that can't be."""
    try:
        process.view.chdir(home)
    except OSError as error:
        report(
            process,
            "can't chdir to home directory '{}'",
            home,
            error,
            "warning: cannot change directory to {}",
        )
        process.view.chdir("/")
    process.env["PWD"] = process.view.cwd


def start_shell(process: Process, shell: str, argv: list[str]) -> int:
    """Execute a shell under the name in `argv`; 126 or 127 when it can't be."""
    said = process.argv
    try:
        return process.execute(argv, shell)
    except OSError as error:
        process.argv = said
        report(process, "can't execute '{}'", shell, error, "failed to execute {}")
        return 127 if error.errno == 2 else 126


@program("gosu", "su-exec", "setuidgid", options=GOSU)
def gosu(process: Process) -> int:
    """`gosu USER[:GROUP] COMMAND`: becomes the command, with HOME set."""
    opts, operands = GOSU.parse(process)
    name = program_name(process)
    if "version" in opts:
        process.stdout.write("1.17 (go1.18.2 on linux/amd64; gc)\n")
        return 0
    if len(operands) < 2:
        process.stderr.write(f"Usage: {name} {GOSU.usage}\n")
        return 1
    spec, *command = operands
    user, _, group = spec.partition(":")
    row = user_row(process, user) or (user_row(process, int(user)) if user.isdigit() else None)
    if row is None and not user.isdigit():
        problem = (
            "unable to find user {}: no matching entries in passwd file"
            if name == "gosu"
            else "getpwnam({}): Success"
        )
        said = f'error: failed switching to "{spec}": ' if name == "gosu" else ""
        process.stderr.write(f"{said or name + ': '}{problem.format(user)}\n")
        return 1
    if group and group_id(process, group) is None:
        problem = f"unable to find group {group}: no matching entries in group file"
        process.stderr.write(f'error: failed switching to "{spec}": {problem}\n')
        return 1
    wanted = parse_spec(process, spec)
    if process.view.credentials.uid and wanted.uid != process.view.credentials.uid:
        problem = "operation not permitted" if name == "gosu" else "Operation not permitted"
        die(
            process, f"setgroups: {problem}" if name != "gosu" else f'failed switching to "{spec}": {problem}'
        )
    take_credentials(process, wanted)
    process.env["HOME"] = row[5] if row is not None else "/"
    return become(process, command, "exec: {}: {}")


@program("setpriv", options=SETPRIV)
def setpriv(process: Process) -> int:
    """`setpriv [--reuid UID] [--regid GID] [--clear-groups|--init-groups|--groups G,…] PROG ARGS`"""
    opts, operands = SETPRIV.parse(process)
    me = process.view.credentials
    if "d" in opts:
        process.stdout.write(f"uid: {me.uid}\neuid: {me.uid}\ngid: {me.gid}\negid: {me.gid}\n")
        return 0
    if not operands:
        SETPRIV.fail(process)
    if me.uid and opts.any("uid", "gid", "clear", "init", "groups"):
        die(process, "setresuid failed: Operation not permitted", 127)
    uid, gid, groups = me.uid, me.gid, me.groups
    row: list[str] | None = None
    if "uid" in opts:
        text = opts.text("uid")
        row = user_row(process, text) or (user_row(process, int(text)) if text.isdigit() else None)
        if row is None and not text.isdigit():
            die(process, f"failed to parse reuid: '{text}'", 1)
        uid = int(row[2]) if row else int(text)
    if "gid" in opts:
        found = group_id(process, opts.text("gid"))
        if found is None:
            die(process, f"failed to parse regid: '{opts.text('gid')}'", 1)
        gid = found
    if "clear" in opts:
        groups = ()
    elif "init" in opts and row is not None:
        groups = tuple(dict.fromkeys([gid, *member_of(process, row[0])]))
    elif "groups" in opts:
        groups = tuple(group_id(process, word) or 0 for word in opts.text("groups").split(","))
    take_credentials(process, Credentials(uid, gid, groups))
    return become(process, operands, "failed to execute {}: {}")
