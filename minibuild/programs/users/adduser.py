"""busybox's adduser and addgroup. Images of Debian have scripts of the same names with other options
(debian.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.inputs import die, number
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.users.accounts import (
    FIRST_SYSTEM,
    GROUP,
    LAST,
    LAST_SYSTEM,
    PASSWD,
    SHADOW,
    add_member,
    append,
    check_name,
    free_id,
    need_root,
    today,
)
from minibuild.programs.users.home import fill_home
from minibuild.programs.users.names import group_row, user_row

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

ADDUSER = Options(
    "h:g:s:G:DSHu:k:",
    long={
        "home=": "h",
        "gecos=": "g",
        "shell=": "s",
        "ingroup=": "G",
        "disabled-password": "D",
        "empty-password": "D",
        "system": "S",
        "no-create-home": "H",
        "uid=": "u",
        "skel=": "k",
    },
    usage="[OPTIONS] USER [GROUP]",
    help="Create new user, or add USER to GROUP\n\n\t-h DIR\t\tHome directory\n\t-g GECOS\tGECOS field\n"
    "\t-s SHELL\tLogin shell\n\t-G GRP\t\tGroup\n\t-S\t\tCreate a system user\n"
    "\t-D\t\tDon't assign a password\n"
    "\t-H\t\tDon't create home directory\n\t-u UID\t\tUser id\n\t-k SKEL\t\tSkeleton directory (/etc/skel)",
    least=1,
    most=2,
)
ADDGROUP = Options(
    "g:S",
    long={"gid=": "g", "system": "S"},
    usage="[-g GID] [-S] [USER] GROUP",
    help="Add a group or add a user to a group\n\n\t-g GID\tGroup id\n\t-S\tCreate a system group",
    least=1,
    most=2,
)


def is_debian(process: Process) -> bool:
    """Does Debian's own adduser stand in this image?"""
    return not is_busybox(process) and process.view.exists("/etc/debian_version")


@program("adduser", options=ADDUSER)
def adduser(process: Process) -> int:
    """`adduser [OPTIONS] USER [GROUP]`"""
    if is_debian(process):
        from minibuild.programs.users.debian import debian_adduser  # only images of Debian need it

        return debian_adduser(process)
    opts, operands = ADDUSER.parse(process)
    need_root(process)
    name = operands[0]
    if len(operands) == 2 and not opts.given:
        return join_group(process, name, operands[1])
    if len(operands) == 2:
        ADDUSER.fail(process)
    check_name(process, name)
    group = opts.get("G") or ("nogroup" if "S" in opts else None)
    uid, gid = study(process, opts, name, group)
    home = opts.text("h") or f"/home/{name}"
    shell = opts.text("s") or ("/bin/false" if "S" in opts else default_shell(process))
    gecos = opts.text("g", "Linux User,,,")
    append(process, PASSWD, f"{name}:x:{uid}:{gid}:{gecos}:{home}:{shell}")
    append(process, SHADOW, f"{name}:!:{today(process)}:0:99999:7:::")
    if group:
        add_member(process, group, name)
    else:
        append(process, GROUP, f"{name}:x:{gid}:")
    if "H" not in opts:
        make_home(process, home, opts.text("k") or "/etc/skel", uid, gid)
    if not opts.any("D", "S"):
        from minibuild.programs.users.passwords import change_password  # hashing is rarely wanted

        return change_password(process, name)
    return 0


def default_shell(process: Process) -> str:
    """What new users get: $SHELL, else root's."""
    root = user_row(process, 0)
    return process.env.get("SHELL") or (root[6] if root else "") or "/bin/sh"


def study(process: Process, opts: Opts, name: str, group: str | None) -> tuple[int, int]:
    """The new user's uid and gid, checked: nobody else may have the name or the number."""
    gid = -1
    if group is not None:
        row = group_row(process, group)
        if row is None:
            die(process, f"unknown group {group}")
        gid = int(row[2])
    if user_row(process, name):
        die(process, f"user '{name}' in use")
    if "u" in opts:
        uid = number(process, opts.text("u"), high=LAST)
        if user_row(process, uid) or (gid < 0 and group_row(process, uid)):
            die(process, f"uid '{uid}' in use")
    else:
        first, last = (FIRST_SYSTEM, LAST_SYSTEM) if "S" in opts else (LAST_SYSTEM + 1, LAST)
        uid = free_id(process, first, last, of_user=True, of_group=gid < 0)
    if gid < 0 and group_row(process, name):
        die(process, f"group '{name}' in use")
    return uid, uid if gid < 0 else gid


def make_home(process: Process, home: str, skeleton: str, uid: int, gid: int) -> None:
    """The home directory, 2755; a failure is reported and the user stays."""
    view = process.view
    try:
        try:
            view.mkdir(home, 0o755)
            fill_home(process, home, skeleton, uid, gid)
        except FileExistsError:
            pass
        view.chown(home, uid, gid)
        view.chmod(home, 0o2755)
    except OSError as error:
        process.error(f"{home}: {strerror(error)}")


def join_group(process: Process, user: str, group: str) -> int:
    """Add an existing user to an existing group."""
    if user_row(process, user) is None:
        die(process, f"unknown user {user}")
    if group_row(process, group) is None:
        die(process, f"unknown group {group}")
    add_member(process, group, user)
    return 0


@program("addgroup", options=ADDGROUP)
def addgroup(process: Process) -> int:
    """`addgroup [-g GID] [-S] GROUP`, `addgroup USER GROUP`"""
    if is_debian(process):
        from minibuild.programs.users.debian import debian_addgroup  # only images of Debian need it

        return debian_addgroup(process)
    opts, operands = ADDGROUP.parse(process)
    need_root(process)
    if len(operands) == 2:
        if "g" in opts:
            ADDGROUP.fail(process)
        return join_group(process, *operands)
    (name,) = operands
    check_name(process, name)
    if group_row(process, name):
        die(process, f"group '{name}' in use")
    if "g" in opts:
        gid = number(process, opts.text("g"), high=LAST)
        if group_row(process, gid):
            die(process, f"gid '{gid}' in use")
    else:
        first, last = (FIRST_SYSTEM, LAST_SYSTEM) if "S" in opts else (LAST_SYSTEM + 1, LAST)
        gid = free_id(process, first, last, of_user=False, of_group=True)
    append(process, GROUP, f"{name}:x:{gid}:")
    return 0
