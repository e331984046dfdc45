"""newusers and chage of shadow-utils: many accounts at once, and when passwords must be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.coreutils.creation import make_directory
from minibuild.programs.inputs import decode, die, encode, open_input
from minibuild.programs.options import Options
from minibuild.programs.registry import program
from minibuild.programs.users.accounts import PASSWD, SHADOW, append, read_lines, set_field, today
from minibuild.programs.users.logindefs import Settings
from minibuild.programs.users.names import group_row, groups, user_row, users
from minibuild.programs.users.passwords import crypted
from minibuild.programs.users.shadow import lock, new_group, next_id

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

NEWUSERS = Options(
    "brR:c:s:",
    long={"badname": "b", "system": "r", "root=": "R", "crypt-method=": "c"},
    usage="[options]",
    help="Update and create new users in batch",
    points_to_help=False,
    failure=2,
    most=1,
)
CHAGE = Options(
    "d:E:hiI:lm:M:R:W:",
    long={
        "lastday=": "d",
        "expiredate=": "E",
        "iso8601": "i",
        "inactive=": "I",
        "list": "l",
        "mindays=": "m",
        "maxdays=": "M",
        "root=": "R",
        "warndays=": "W",
    },
    usage="[options] LOGIN",
    help="Change user password expiry information",
    points_to_help=False,
    failure=2,
)
COLUMNS = {"d": 2, "m": 3, "M": 4, "W": 5, "I": 6, "E": 7}


@program("newusers", options=NEWUSERS)
def newusers(process: Process) -> int:
    """`newusers [FILE]`: lines of name:password:uid:gid:comment:home:shell."""
    opts, paths = NEWUSERS.parse(process)
    lock(process, PASSWD)
    reader = open_input(process, paths[0] if paths else "-", "{}")
    if reader is None:
        return 1
    settings = Settings(process, [])
    for count, line in enumerate(reader, 1):
        fields = decode(line.rstrip(b"\n")).split(":")
        if len(fields) != 7:
            die(process, f"line {count}: invalid line")
        create(process, settings, fields, system="r" in opts)
    return 0


def create(process: Process, settings: Settings, fields: list[str], *, system: bool) -> None:
    """One user with group and home directory; an existing one only gets the password."""
    name, password, uid_text, gid_text, comment, home, shell = fields
    if user_row(process, name):
        set_field(process, SHADOW, name, 1, crypted(process, encode(password)))
        return
    taken = {int(row[2]) for row in users(process)}
    uid = int(uid_text) if uid_text.isdigit() else next_id(process, settings, "UID", taken, system)
    row = group_row(process, int(gid_text) if gid_text.isdigit() else gid_text or name)
    if row is not None:
        gid = int(row[2])
    else:
        used = {int(group[2]) for group in groups(process)}
        gid = int(gid_text) if gid_text.isdigit() else uid
        gid = gid if gid not in used else next_id(process, settings, "GID", used, system)
        new_group(process, name if not gid_text or gid_text.isdigit() else gid_text, gid)
    append(process, PASSWD, f"{name}:x:{uid}:{gid}:{comment}:{home}:{shell}")
    ages = ":".join(str(settings.number(key)) for key in ("PASS_MIN_DAYS", "PASS_MAX_DAYS", "PASS_WARN_AGE"))
    append(process, SHADOW, f"{name}:{crypted(process, encode(password))}:{today(process)}:{ages}:::")
    if home and not process.view.exists(home):
        make_directory(process, home, settings.home_mode())
        process.view.chown(home, uid, gid)


@program("chage", options=CHAGE)
def chage(process: Process) -> int:
    """`chage [-d DAY] [-M DAYS] … LOGIN`, `chage -l LOGIN`"""
    opts, operands = CHAGE.parse(process)
    if len(operands) != 1 or not opts.given:
        CHAGE.fail(process)
    (name,) = operands
    if user_row(process, name) is None:
        die(process, f"user '{name}' does not exist in {PASSWD}")
    if "l" in opts:
        show(process, name)
        return 0
    lock(process, PASSWD)
    for key, column in COLUMNS.items():
        if key in opts:
            value = opts.text(key)
            set_field(process, SHADOW, name, column, "" if value == "-1" else value)
    return 0


def show(process: Process, name: str) -> None:
    """The ages that /etc/shadow keeps."""
    try:
        rows = [line.split(":") for line in read_lines(process, SHADOW)]
    except OSError:
        rows = []
    row = next((fields for fields in rows if fields[0] == name), ["", "", "", "0", "99999", "7", "", "", ""])
    process.stdout.write(
        encode(
            f"Minimum number of days between password change\t\t: {row[3]}\n"
            f"Maximum number of days between password change\t\t: {row[4]}\n"
            f"Number of days of warning before password expires\t: {row[5]}\n"
        )
    )
