"""busybox's deluser and delgroup. Images of Debian have scripts of the same names (debian.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.coreutils.removal import remove_quietly
from minibuild.programs.inputs import die
from minibuild.programs.options import Options
from minibuild.programs.registry import program
from minibuild.programs.users.accounts import GROUP, GSHADOW, PASSWD, SHADOW, need_root, remove, remove_member
from minibuild.programs.users.adduser import is_debian
from minibuild.programs.users.names import group_row, user_row, users

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

LONG = {
    "remove-home": "remove-home",
    "remove-all-files": "remove-home",
    "quiet": "quiet",
    "system": "system",
    "group": "group",
    "only-if-empty": "empty",
    "force": "force",
}
DELUSER = Options(
    "",
    long=LONG,
    usage="[--remove-home] USER [GROUP]",
    help="Delete USER from the system, or from GROUP",
    least=1,
    most=2,
)
DELGROUP = Options(
    "", long=LONG, usage="[USER] GROUP", help="Delete group GROUP from the system or user USER from "
    "group GROUP",
    least=1, most=2,
)  # fmt: skip


@program("deluser", options=DELUSER)
def deluser(process: Process) -> int:
    """`deluser [--remove-home] USER [GROUP]`; the group of the same name goes too."""
    if is_debian(process):
        from minibuild.programs.users.debian import debian_deluser  # only images of Debian need it

        return debian_deluser(process)
    opts, operands = DELUSER.parse(process)
    need_root(process)
    if len(operands) == 2:
        return leave_group(process, *operands)
    (name,) = operands
    row = user_row(process, name)
    if row is None:
        die(process, f"unknown user {name}")
    if "remove-home" in opts and process.view.lexists(row[5]):
        remove_quietly(process, row[5])
    remove(process, PASSWD, name)
    remove(process, SHADOW, name)
    if not remove_member(process, name):
        process.error(f"can't find {name} in /etc/group")
    group = group_row(process, name)
    if group and not any(user[3] == group[2] for user in users(process)):
        remove(process, GROUP, name)
        remove(process, GSHADOW, name)
    return 0


@program("delgroup", options=DELGROUP)
def delgroup(process: Process) -> int:
    """`delgroup [USER] GROUP`"""
    if is_debian(process):
        from minibuild.programs.users.debian import debian_delgroup  # only images of Debian need it

        return debian_delgroup(process)
    _, operands = DELGROUP.parse(process)
    need_root(process)
    if len(operands) == 2:
        return leave_group(process, *operands)
    (name,) = operands
    row = group_row(process, name)
    if row is None:
        die(process, f"unknown group {name}")
    for user in users(process):
        if user[3] == row[2]:
            die(process, f"'{user[0]}' still has '{name}' as their primary group!")
    remove(process, GROUP, name)
    remove(process, GSHADOW, name)
    return 0


def leave_group(process: Process, user: str, group: str) -> int:
    """Take a user out of a group."""
    if user_row(process, user) is None:
        die(process, f"unknown user {user}")
    if group_row(process, group) is None:
        die(process, f"unknown group {group}")
    if not remove_member(process, user, group):
        process.error(f"can't find {user} in {GROUP}")
    return 0
