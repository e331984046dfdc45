"""groupadd, groupmod, groupdel, gpasswd of shadow-utils, with its messages and exit codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import die
from minibuild.programs.options import Options
from minibuild.programs.registry import program
from minibuild.programs.users.accounts import (
    GROUP,
    GSHADOW,
    PASSWD,
    add_member,
    edit,
    remove,
    remove_member,
    set_field,
)
from minibuild.programs.users.logindefs import Settings
from minibuild.programs.users.names import group_row, groups, user_row, users
from minibuild.programs.users.shadow import check_shadow_name, lock, new_group, next_id, number_of

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

SHARED = {"gid=": "g", "non-unique": "o", "password=": "p", "root=": "R", "prefix=": "P"}
GROUPADD = Options(
    "fg:hK:op:rR:P:U:",
    long={**SHARED, "force": "f", "key=": "K", "system": "r", "users=": "U"},
    usage="[options] GROUP",
    help="Create a new group",
    failure=2,
    points_to_help=False,
)
GROUPMOD = Options(
    "ag:hn:op:R:P:U:",
    long={**SHARED, "new-name=": "n", "append": "a", "users=": "U"},
    usage="[options] GROUP",
    help="Modify a group definition",
    failure=2,
    points_to_help=False,
)
GROUPDEL = Options(
    "fhR:P:",
    long={"force": "f", "root=": "R", "prefix=": "P"},
    usage="[options] GROUP",
    help="Delete a group",
    failure=2,
    points_to_help=False,
)
GPASSWD = Options(
    "a:d:M:A:rR",
    long={
        "add=": "a",
        "delete=": "d",
        "members=": "M",
        "administrators=": "A",
        "remove-password": "r",
        "restrict": "R",
    },
    usage="[option] GROUP",
    help="Administer /etc/group",
    failure=2,
    points_to_help=False,
)


def only(process: Process, options: Options, operands: list[str]) -> str:
    """The one operand, or the usage."""
    if len(operands) != 1:
        options.fail(process)
    return operands[0]


@program("groupadd", options=GROUPADD)
def groupadd(process: Process) -> int:
    """`groupadd [-f] [-g GID [-o]] [-r] GROUP`"""
    opts, operands = GROUPADD.parse(process)
    name = only(process, GROUPADD, operands)
    check_shadow_name(process, name, f"'{name}' is not a valid group name")
    lock(process, GROUP)
    if group_row(process, name):
        if "f" in opts:
            return 0
        die(process, f"group '{name}' already exists", 9)
    used = {int(row[2]) for row in groups(process)}
    gid = number_of(process, opts.text("g"), "group ID") if "g" in opts else -1
    if gid in used and "o" not in opts:
        if "f" not in opts:
            die(process, f"GID '{gid}' already exists", 4)
        gid = -1
    if gid < 0:
        gid = next_id(process, Settings(process, opts.all("K")), "GID", used, "r" in opts)
    new_group(process, name, gid, opts.text("U"), opts.text("p", "!"))
    return 0


@program("groupmod", options=GROUPMOD)
def groupmod(process: Process) -> int:
    """`groupmod [-g GID [-o]] [-n NAME] GROUP`; users whose login group it is follow a new gid."""
    opts, operands = GROUPMOD.parse(process)
    name = only(process, GROUPMOD, operands)
    row = group_row(process, name)
    if row is None:
        die(process, f"group '{name}' does not exist", 6)
    lock(process, GROUP)
    if "g" in opts:
        gid = number_of(process, opts.text("g"), "group ID")
        other = group_row(process, gid)
        if other and other[0] != name and "o" not in opts:
            die(process, f"GID '{gid}' already exists", 4)

        old = row[2]

        def follow(fields: list[str]) -> list[str]:
            if len(fields) > 3 and fields[3] == old:
                fields[3] = str(gid)
            return fields

        set_field(process, GROUP, name, 2, str(gid))
        edit(process, PASSWD, follow)
    if "n" in opts:
        new = opts.text("n")
        check_shadow_name(process, new, f"invalid group name '{new}'")
        if group_row(process, new):
            die(process, f"group '{new}' already exists", 9)
        set_field(process, GSHADOW, name, 0, new)
        set_field(process, GROUP, name, 0, new)
    return 0


@program("groupdel", options=GROUPDEL)
def groupdel(process: Process) -> int:
    """`groupdel GROUP`: not while it is somebody's login group."""
    opts, operands = GROUPDEL.parse(process)
    name = only(process, GROUPDEL, operands)
    row = group_row(process, name)
    if row is None:
        die(process, f"group '{name}' does not exist", 6)
    lock(process, GROUP)
    owner = next((user[0] for user in users(process) if user[3] == row[2]), None)
    if owner is not None and "f" not in opts:
        die(process, f"cannot remove the primary group of user '{owner}'", 8)
    remove(process, GROUP, name)
    remove(process, GSHADOW, name)
    return 0


@program("gpasswd", options=GPASSWD)
def gpasswd(process: Process) -> int:
    """`gpasswd -a USER GROUP`, `-d USER GROUP`, `-M USER,… GROUP`"""
    opts, operands = GPASSWD.parse(process)
    name = only(process, GPASSWD, operands)
    if group_row(process, name) is None:
        die(process, f"group '{name}' does not exist in /etc/group")
    user = opts.get("a") or opts.get("d")
    if user is not None and user_row(process, user) is None:
        die(process, f"user '{user}' does not exist", 3)
    lock(process, GROUP)
    if "a" in opts:
        process.stdout.write(f"Adding user {user} to group {name}\n")
        add_member(process, name, opts.text("a"))
    elif "d" in opts:
        process.stdout.write(f"Removing user {user} from group {name}\n")
        if not remove_member(process, opts.text("d"), name):
            die(process, f"user '{user}' is not a member of '{name}'", 3)
    elif "M" in opts:
        set_field(process, GROUP, name, 3, opts.text("M"))
    return 0
