"""id, whoami, groups, logname, who, nologin: who one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import die, encode, quoted
from minibuild.programs.options import Options
from minibuild.programs.registry import program
from minibuild.programs.users.names import group_row, member_of, user_row

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

ID = Options(
    "ugGnrz",
    gnu_short="z",
    long={"user": "u", "group": "g", "groups": "G", "name": "n", "real": "r", "zero": "z"},
    usage="[-ugGnr] [USER]",
    help="Print information about USER or the current user\n\n\t-u\tUser ID\n\t-g\tGroup ID\n"
    "\t-G\tSupplementary group IDs\n\t-n\tPrint names instead of numbers\n"
    "\t-r\tPrint real ID instead of effective ID",
    most=1,
    gnu_long="*",
)
WHOAMI = Options(
    "", usage="", help="Print the user name associated with the current effective user id", most=0
)
GROUPS = Options("", usage="[USER]", help="Print the groups USER is in", most=1)
LOGNAME = Options("", usage="", help="Print the name of the current user", most=0)
WHO = Options(
    "aHw", usage="[-aH]", help="Show who is logged on\n\n\t-a\tShow all\n\t-H\tPrint column headers"
)


def identity(process: Process, name: str | None) -> tuple[int, int, list[int]]:
    """uid, gid and all groups (the gid first) of the process, or of a named user."""
    if name is None:
        me = process.view.credentials
        return me.uid, me.gid, list(dict.fromkeys([me.gid, *me.groups]))
    row = user_row(process, name)
    if row is None:
        die(process, f"unknown user {name}", 1, f"{quoted(name)}: no such user")
    uid, gid = int(row[2]), int(row[3])
    return uid, gid, list(dict.fromkeys([gid, *member_of(process, name)]))


@program("id", options=ID)
def id_(process: Process) -> int:
    """`id [-ugGnr] [USER]`"""
    opts, operands = ID.parse(process)
    uid, gid, all_groups = identity(process, operands[0] if operands else None)
    if not opts.any("u", "g", "G"):
        if "n" in opts:
            ID.fail(process)
        shown = ",".join(labelled(process, number, False) for number in all_groups)
        text = f"uid={labelled(process, uid, True)} gid={labelled(process, gid, False)} groups={shown}"
        process.stdout.write(encode(text + "\n"))
        return 0
    is_user = opts.last("u", "g", "G") == "u"
    numbers = [uid] if is_user else [gid] if "G" not in opts else all_groups
    status, words = 0, []
    for number in numbers:
        name = name_of(process, number, is_user) if "n" in opts else None
        if "n" in opts and name is None:
            status = 1
        words.append(name or str(number))
    process.stdout.write(encode(" ".join(words)) + (b"\0" if "z" in opts else b"\n"))
    return status


def name_of(process: Process, number: int, is_user: bool) -> str | None:
    """The name of a uid or gid."""
    row = user_row(process, number) if is_user else group_row(process, number)
    return row[0] if row else None


def labelled(process: Process, number: int, is_user: bool) -> str:
    """`0(root)`, or the number alone when it has no name."""
    name = name_of(process, number, is_user)
    return f"{number}({name})" if name else str(number)


@program("whoami", options=WHOAMI)
def whoami(process: Process) -> int:
    """`whoami`"""
    WHOAMI.parse(process)
    uid = process.view.credentials.uid
    name = name_of(process, uid, True)
    if name is None:
        die(process, f"unknown uid {uid}")
    process.stdout.write(encode(name) + b"\n")
    return 0


@program("groups", options=GROUPS)
def groups(process: Process) -> int:
    """`groups [USER]`"""
    _, operands = GROUPS.parse(process)
    _, _, numbers = identity(process, operands[0] if operands else None)
    words = [name_of(process, number, False) for number in numbers]
    text = " ".join(word or str(number) for word, number in zip(words, numbers, strict=True))
    process.stdout.write(encode(text) + b"\n")
    return 0 if all(words) else 1


@program("logname", options=LOGNAME)
def logname(process: Process) -> int:
    """`logname`: a build has no terminal, so nobody has logged in."""
    LOGNAME.parse(process)
    die(process, "getlogin: No such device or address", 1, "no login name")


@program("who", "w", "users", options=WHO)
def who(process: Process) -> int:
    """`who [-aH]`: nobody is logged in."""
    opts, _ = WHO.parse(process)
    if "H" in opts:
        process.stdout.write("USER\t\tTTY\t\tIDLE\tTIME\t\t HOST\n")
    return 0


@program("nologin")
def nologin(process: Process) -> int:
    """The shell of accounts that nobody uses."""
    process.stdout.write("This account is not available\n")
    process.sleep(5)
    return 1
