"""useradd, usermod, userdel of shadow-utils, with its messages and exit codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.coreutils.creation import make_directory
from minibuild.programs.coreutils.paths import join
from minibuild.programs.coreutils.removal import remove_quietly
from minibuild.programs.inputs import die
from minibuild.programs.options import Options
from minibuild.programs.registry import program
from minibuild.programs.users.accounts import (
    GROUP,
    GSHADOW,
    PASSWD,
    SHADOW,
    add_member,
    append,
    remove,
    remove_member,
    set_field,
    today,
)
from minibuild.programs.users.home import fill_home
from minibuild.programs.users.logindefs import Settings
from minibuild.programs.users.names import group_row, groups, user_row, users
from minibuild.programs.users.shadow import (
    add_subordinate_ids,
    all_groups,
    check_shadow_name,
    lock,
    new_group,
    next_id,
    number_of,
)

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

USERADD = Options(
    "b:c:d:De:f:Fg:G:hk:K:lmMNop:rR:P:s:u:U",
    long={
        "badname": "badname",
        "badnames": "badname",
        "base-dir=": "b",
        "comment=": "c",
        "home-dir=": "d",
        "home=": "d",
        "defaults": "D",
        "expiredate=": "e",
        "inactive=": "f",
        "add-subids-for-system": "F",
        "gid=": "g",
        "groups=": "G",
        "skel=": "k",
        "key=": "K",
        "no-log-init": "l",
        "create-home": "m",
        "no-create-home": "M",
        "no-user-group": "N",
        "non-unique": "o",
        "password=": "p",
        "system": "r",
        "root=": "R",
        "prefix=": "P",
        "shell=": "s",
        "uid=": "u",
        "user-group": "U",
    },
    usage="[options] LOGIN\n       useradd -D\n       useradd -D [options]",
    help="Create a new user",
    failure=2,
    points_to_help=False,
)
USERMOD = Options(
    "ac:d:e:f:g:G:hl:Lmop:R:P:rs:u:Uv:V:w:W:Z:",
    long={
        "append": "a",
        "comment=": "c",
        "home=": "d",
        "expiredate=": "e",
        "inactive=": "f",
        "gid=": "g",
        "groups=": "G",
        "login=": "l",
        "lock": "L",
        "move-home": "m",
        "non-unique": "o",
        "password=": "p",
        "remove": "r",
        "shell=": "s",
        "uid=": "u",
        "unlock": "U",
        "badname": "badname",
    },
    usage="[options] LOGIN",
    help="Modify a user account",
    failure=2,
    points_to_help=False,
)
USERDEL = Options(
    "frR:P:Z",
    long={"force": "f", "remove": "r", "root=": "R", "prefix=": "P"},
    usage="[options] LOGIN",
    help="Delete a user account and related files",
    failure=2,
    points_to_help=False,
)


DEFAULTS = {
    "GROUP": "100",
    "HOME": "/home",
    "INACTIVE": "-1",
    "EXPIRE": "",
    "SHELL": "/bin/sh",
    "SKEL": "/etc/skel",
    "CREATE_MAIL_SPOOL": "no",
    "LOG_INIT": "yes",
}


@program("useradd", options=USERADD)
def useradd(process: Process) -> int:
    """`useradd [OPTIONS] LOGIN`"""
    opts, operands = USERADD.parse(process)
    if "D" in opts and not operands:
        return defaults(process, opts)
    if len(operands) != 1:
        USERADD.fail(process)
    (name,) = operands
    settings = Settings(process, opts.all("K"))
    if "badname" not in opts:
        check_shadow_name(process, name, f"invalid user name '{name}': use --badname to ignore")
    lock(process, PASSWD)
    if user_row(process, name):
        die(process, f"user '{name}' already exists", 9)
    own_group = "U" in opts or not (opts.any("g", "N") or not settings.flag("USERGROUPS_ENAB", True))
    if own_group and group_row(process, name):
        die(process, f"group {name} exists - if you want to add this user to that group, use -g.", 9)
    extra = all_groups(process, opts.text("G"))
    uid, gid = numbers_for(process, opts, settings, own_group)
    home = opts.text("d") or join(opts.text("b") or settings.defaults["HOME"], name)
    shell = opts.text("s", settings.defaults["SHELL"])
    if shell and not process.view.access(shell, 1) and not shell.endswith("nologin"):
        process.error(f"Warning: missing or non-executable shell '{shell}'")
    if own_group:
        new_group(process, name, gid)
    append(process, PASSWD, f"{name}:x:{uid}:{gid}:{opts.text('c')}:{home}:{shell}")
    append(process, SHADOW, shadow_line(process, opts, settings, name))
    for group in extra:
        add_member(process, group, name)
    if "r" not in opts or "F" in opts:
        add_subordinate_ids(process, settings, name)
    if ("m" in opts or (settings.flag("CREATE_HOME", False) and "r" not in opts)) and "M" not in opts:
        create_home(
            process, home, opts.text("k") or settings.defaults["SKEL"], (uid, gid), settings.home_mode()
        )
    return 0


def defaults(process: Process, opts: Opts) -> int:
    """`useradd -D` shows the defaults, or keeps new ones in /etc/default/useradd."""
    settings = Settings(process, [])
    values = {**DEFAULTS, **settings.defaults}
    keys = {"g": "GROUP", "b": "HOME", "f": "INACTIVE", "e": "EXPIRE", "s": "SHELL", "k": "SKEL"}
    changed = {name: opts.text(key) for key, name in keys.items() if key in opts}
    if not changed:
        process.stdout.write("".join(f"{name}={values[name]}\n" for name in DEFAULTS))
        return 0
    lock(process, PASSWD)
    lines = "".join(f"{name}={value}\n" for name, value in {**values, **changed}.items())
    process.view.makedirs("/etc/default")
    process.view.write_bytes("/etc/default/useradd", lines.encode())
    return 0


def warn(process: Process, message: str) -> None:
    """A warning in useradd's form."""
    process.stderr.write(f"useradd warning: {message}\n")


def numbers_for(process: Process, opts: Opts, settings: Settings, own_group: bool) -> tuple[int, int]:
    """The new user's uid and gid."""
    system, name = "r" in opts, process.argv[-1]
    taken = {int(row[2]) for row in users(process)}
    if "u" in opts:
        uid = number_of(process, opts.text("u"), "user ID")
        if uid in taken and "o" not in opts:
            die(process, f"UID {uid} is not unique", 4)
        low, high = settings.number("UID_MIN"), settings.number("UID_MAX")
        if system and uid > settings.number("SYS_UID_MAX"):
            limit = settings.number("SYS_UID_MAX")
            warn(process, f"{name}'s uid {uid} is greater than SYS_UID_MAX {limit}")
        elif not system and not low <= uid <= high:
            warn(process, f"{name}'s uid {uid} outside of the UID_MIN {low} and UID_MAX {high} range.")
    else:
        uid = next_id(process, settings, "UID", taken, system)
    if "g" in opts:
        row = group_row(process, int(opts.text("g")) if opts.text("g").isdigit() else opts.text("g"))
        if row is None:
            die(process, f"group '{opts.text('g')}' does not exist", 6)
        return uid, int(row[2])
    if not own_group:
        return uid, int(settings.defaults["GROUP"]) if settings.defaults["GROUP"].isdigit() else 100
    used = {int(row[2]) for row in groups(process)}
    return uid, uid if uid not in used else next_id(process, settings, "GID", used, system)


def shadow_line(process: Process, opts: Opts, settings: Settings, name: str) -> str:
    """The line of /etc/shadow: system accounts do not age."""
    ages = "::::" if "r" in opts else ":".join(
        ["", *(str(settings.number(key)) for key in ("PASS_MIN_DAYS", "PASS_MAX_DAYS", "PASS_WARN_AGE")), ""]
    )  # fmt: skip
    return f"{name}:{opts.text('p', '!')}:{today(process)}{ages}{opts.text('f')}:{opts.text('e')}:"


def create_home(process: Process, home: str, skeleton: str, owner: tuple[int, int], mode: int) -> None:
    """The home directory from the skeleton; one that exists is left as it is."""
    view = process.view
    if view.exists(home):
        process.error(f"warning: the home directory {home} already exists.")
        process.stderr.write("useradd: Not copying any file from skel directory into it.\n")
        return
    make_directory(process, home, 0o755)
    fill_home(process, home, skeleton, *owner)
    view.chmod(home, mode)


@program("usermod", options=USERMOD)
def usermod(process: Process) -> int:
    """`usermod [OPTIONS] LOGIN`"""
    opts, operands = USERMOD.parse(process)
    if len(operands) != 1:
        USERMOD.fail(process)
    (name,) = operands
    row = user_row(process, name)
    if row is None:
        die(process, f"user '{name}' does not exist", 6)
    if not opts.given:
        process.stdout.write("usermod: no changes\n")
        return 0
    if "a" in opts and "G" not in opts:
        process.error("-a flag is only allowed with the -G flag")
        USERMOD.fail(process)
    wanted = all_groups(process, opts.text("G"))
    columns = {3: opts.get("g"), 2: opts.get("u"), 4: opts.get("c"), 5: opts.get("d"), 6: opts.get("s")}
    if columns[3] is not None:
        group = group_row(process, int(columns[3]) if columns[3].isdigit() else columns[3])
        if group is None:
            die(process, f"group '{columns[3]}' does not exist", 6)
        columns[3] = group[2]
    if (
        columns[2] is not None
        and columns[2] != row[2]
        and "o" not in opts
        and user_row(process, int(columns[2]))
    ):
        die(process, f"UID '{columns[2]}' already exists", 4)
    lock(process, PASSWD)
    if "G" in opts:
        change_groups(process, opts, name, wanted)
    for column, value in columns.items():
        if value is not None:
            set_field(process, PASSWD, name, column, value)
    change_login(process, opts, name)
    move_files(process, opts, row, columns)
    return 0


def change_groups(process: Process, opts: Opts, name: str, wanted: list[str]) -> None:
    """-G sets the supplementary groups, -aG adds to them, -rG takes away."""
    if "r" in opts:
        for group in wanted:
            remove_member(process, name, group)
        return
    if "a" not in opts:
        for row in groups(process):
            if name in row[3].split(",") and row[0] not in wanted:
                remove_member(process, name, row[0])
    for group in wanted:
        add_member(process, group, name)


def change_login(process: Process, opts: Opts, name: str) -> None:
    """-p, -L, -U: the password; -l: the name itself."""
    from minibuild.programs.users.passwords import store, stored  # hashing is rarely wanted

    if "p" in opts:
        store(process, name, opts.text("p"))
    if "L" in opts:
        store(process, name, "!" + stored(process, name).removeprefix("!"))
    if "U" in opts:
        store(process, name, stored(process, name).removeprefix("!"))
    if "l" in opts:
        new = opts.text("l")
        if user_row(process, new):
            die(process, f"user '{new}' already exists", 9)
        set_field(process, SHADOW, name, 0, new)
        set_field(process, PASSWD, name, 0, new)
        for row in groups(process):
            if name in row[3].split(","):
                remove_member(process, name, row[0])
                add_member(process, row[0], new)


def move_files(process: Process, opts: Opts, row: list[str], columns: dict[int, str | None]) -> None:
    """-d with -m moves the home directory; a new uid takes what is in the home directory along."""
    view, home = process.view, row[5]
    if "m" in opts and columns[5] and view.is_dir(home) and not view.exists(columns[5]):
        view.rename(home, columns[5])
        home = columns[5]
    if columns[2] is None and columns[3] is None:
        return
    old, new = (int(row[2]), int(row[3])), (int(columns[2] or row[2]), int(columns[3] or row[3]))

    def give(path: str) -> None:
        stat = view.lstat(path)
        uid = new[0] if stat.uid == old[0] else -1
        view.chown(path, uid, new[1] if stat.gid == old[1] else -1, follow=False)
        if stat.kind == "dir":
            for entry in view.listdir(path):
                give(join(path, entry))

    if view.is_dir(home) and home != "/":
        give(home)


@program("userdel", options=USERDEL)
def userdel(process: Process) -> int:
    """`userdel [-rf] LOGIN`; the user's own group goes when nobody else is in it."""
    opts, operands = USERDEL.parse(process)
    if len(operands) != 1:
        USERDEL.fail(process)
    (name,) = operands
    row = user_row(process, name)
    if row is None:
        die(process, f"user '{name}' does not exist", 6)
    lock(process, PASSWD)
    remove(process, PASSWD, name)
    remove(process, SHADOW, name)
    remove_member(process, name)
    group = group_row(process, name)
    if group and not group[3] and not any(user[3] == group[2] for user in users(process)):
        remove(process, GROUP, name)
        remove(process, GSHADOW, name)
    for path in ("/etc/subuid", "/etc/subgid"):
        remove(process, path, name)
    if "r" in opts:
        mail = f"/var/mail/{name}"
        if process.view.exists(mail):
            process.view.unlink(mail)
        else:
            process.error(f"{name} mail spool ({mail}) not found")
        if process.view.is_dir(row[5]):
            remove_quietly(process, row[5])
        else:
            process.error(f"{name} home directory ({row[5]}) not found")
    return 0
