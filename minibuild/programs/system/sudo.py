"""sudo: a command as root or another user, as far as /etc/sudoers lets it without a password."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.filesystem.credentials import Credentials
from minibuild.programs.inputs import decode, die
from minibuild.programs.options import Options
from minibuild.programs.registry import program
from minibuild.programs.system.launching import become
from minibuild.programs.system.rights import acts_as_root, credentials_of, enter_home, take_credentials
from minibuild.programs.users.names import group_id, group_row, user_row

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

SUDO = Options(
    "+AbEeHhiKklnPp:SsVvu:g:C:T:D:R:",
    long={
        "user=": "u",
        "group=": "g",
        "preserve-env=?": "E",
        "set-home": "H",
        "login": "i",
        "shell": "s",
        "non-interactive": "n",
        "stdin": "S",
        "version": "V",
        "validate": "v",
        "reset-timestamp": "k",
        "chdir=": "D",
        "preserve-groups": "P",
        "background": "b",
    },
    usage="[-ABbEHnPS] [-u user] [VAR=value] [-i|-s] [command [arg ...]]",
    help="execute a command as another user",
    points_to_help=False,
)
SECURE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@program("sudo", options=SUDO)
def sudo(process: Process) -> int:
    """`sudo [-EHin] [-u USER] [VAR=value] COMMAND`"""
    opts, operands = SUDO.parse(process)
    if "V" in opts:
        process.stdout.write("Sudo version 1.9.13p3\n")
        return 0
    if not acts_as_root(process):
        die(
            process,
            f"{process.executable or '/usr/bin/sudo'} must be owned by uid 0 and have the setuid bit set",
        )
    target = opts.text("u", "root")
    row = user_row(process, int(target[1:])) if re.fullmatch(r"#\d+", target) else user_row(process, target)
    if row is None and not target.startswith("#"):
        process.error(f"unknown user {target}")
        die(process, "error initializing audit plugin sudoers_audit")
    if process.view.credentials.uid and not allowed(process):
        process.error(
            "a terminal is required to read the password; either use the -S option to read from standard"
            " input or configure an askpass helper"
        )
        die(process, "a password is required")
    if opts.any("v", "k", "K", "l") and not operands:
        return 0
    assignments = [word for word in operands if re.match(r"[A-Za-z_]\w*=", word)]
    command = operands[len(assignments) :]
    if row is not None:
        credentials, home, shell = credentials_of(process, row), row[5], row[6] or "/bin/sh"
    else:
        credentials, home, shell = Credentials(int(target[1:]), 0, ()), "/", "/bin/sh"
    if "g" in opts:
        gid = group_id(process, opts.text("g"))
        if gid is None:
            die(process, f"unknown group {opts.text('g')}")
        credentials = Credentials(credentials.uid, gid, credentials.groups)
    set_environment(process, opts, (row[0] if row else target, home, shell))
    for word in assignments:
        variable, _, value = word.partition("=")
        process.env[variable] = value
    take_credentials(process, credentials)
    if opts.any("i", "s"):
        if "i" in opts:
            enter_home(process, home)
        command = [shell, *(["-c", " ".join(command)] if command else [])]
    if not command:
        SUDO.fail(process)
    return become(process, command, "{}: command not found")


def set_environment(process: Process, opts: Opts, account: tuple[str, str, str]) -> None:
    """What sudoers' env_reset leaves, or with -E everything."""
    name, home, shell = account
    old = process.env
    me = process.view.credentials
    caller = user_row(process, me.uid)
    keep = set(old) if "E" in opts and not opts.get("E") else {"TERM", "LANG", "LC_ALL", "DISPLAY", "PATH"}
    keep |= set(opts.text("E").split(",")) if opts.get("E") else set()
    env = {key: value for key, value in old.items() if key in keep}
    env |= {
        "PATH": SECURE_PATH,
        "LOGNAME": name,
        "USER": name,
        "SHELL": shell,
        "SUDO_COMMAND": " ".join(process.argv[1:]),
        "SUDO_USER": caller[0] if caller else str(me.uid),
        "SUDO_UID": str(me.uid),
        "SUDO_GID": str(me.gid),
    }
    if "E" not in opts or opts.any("H", "i") or "HOME" not in env:
        env["HOME"] = home
    process.env = env


def allowed(process: Process) -> bool:
    """Does a NOPASSWD line of /etc/sudoers or /etc/sudoers.d name the user, or one of the user's groups?"""
    me = process.view.credentials
    row = user_row(process, me.uid)
    names = {"ALL", f"#{me.uid}", *([row[0]] if row else [])}
    for gid in (me.gid, *me.groups):
        group = group_row(process, gid)
        if group:
            names.add(f"%{group[0]}")
    view = process.system.filesystem.view()
    paths = ["/etc/sudoers"]
    if view.is_dir("/etc/sudoers.d"):
        paths += [f"/etc/sudoers.d/{name}" for name in view.listdir("/etc/sudoers.d") if "." not in name]
    granted = False
    for path in paths:
        if not view.is_file(path):
            continue
        for line in decode(view.read_bytes(path)).replace("\\\n", "").splitlines():
            who = line.split("#")[0].split()[:1] if not line.startswith("#") else []
            if who and who[0] in names and "=" in line:
                granted = "NOPASSWD" in line
    return granted
