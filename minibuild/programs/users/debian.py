"""Debian's adduser, addgroup, deluser, delgroup: the same names as busybox's, other options and many words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.programs.coreutils.removal import remove_quietly
from minibuild.programs.inputs import decode, die
from minibuild.programs.options import Options
from minibuild.programs.users.accounts import (
    GROUP,
    GSHADOW,
    PASSWD,
    SHADOW,
    add_member,
    append,
    remove,
    remove_member,
    today,
)
from minibuild.programs.users.home import fill_home
from minibuild.programs.users.logindefs import Settings
from minibuild.programs.users.names import group_row, groups, user_row, users
from minibuild.programs.users.shadow import add_subordinate_ids, lock, new_group

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

LONG = {
    "quiet": "q",
    "system": "system",
    "home=": "h",
    "shell=": "s",
    "no-create-home": "H",
    "uid=": "u",
    "firstuid=": "firstuid",
    "lastuid=": "lastuid",
    "gecos=": "c",
    "comment=": "c",
    "ingroup=": "G",
    "gid=": "g",
    "firstgid=": "firstgid",
    "lastgid=": "lastgid",
    "group": "group",
    "disabled-password": "D",
    "disabled-login": "D",
    "add_extra_groups": "extra",
    "add-extra-groups": "extra",
    "encrypt-home": "encrypt",
    "force-badname": "force",
    "allow-badname": "force",
    "allow-bad-names": "force",
    "allow-all-names": "force",
    "conf=": "conf",
    "debug": "debug",
    "verbose": "debug",
    "version": "version",
}
ADDUSER = Options(
    "qc:u:", long=LONG, usage="[--home DIR] [--shell SHELL] … user", help="Add a user", least=1, most=2
)
ADDGROUP = Options("qg:", long=LONG, usage="[--gid ID] [--system] group", help="Add a group", least=1, most=2)
DELUSER = Options(
    "q",
    long={
        "quiet": "q",
        "system": "system",
        "group": "group",
        "remove-home": "home",
        "remove-all-files": "files",
        "backup": "backup",
        "backup-to=": "backup",
        "only-if-empty": "empty",
        "force": "force",
        "conf=": "conf",
    },
    usage="[--remove-home] user [group]",
    help="Remove a user or a group",
    least=1,
    most=2,
)
NAME = re.compile(r"[a-z][-a-z0-9_]*\$?")
DEFAULTS = {
    "DSHELL": "/bin/bash",
    "DHOME": "/home",
    "SKEL": "/etc/skel",
    "FIRST_SYSTEM_UID": "100",
    "LAST_SYSTEM_UID": "999",
    "FIRST_UID": "1000",
    "LAST_UID": "59999",
    "USERGROUPS": "yes",
    "USERS_GID": "100",
    "DIR_MODE": "0755",
}


class Script:
    """One run: the options, /etc/adduser.conf, and what it tells unless --quiet."""

    def __init__(self, process: Process, options: Options) -> None:
        self.process = process
        self.opts, self.operands = options.parse(process)
        self.conf = {**DEFAULTS, **configuration(process)}
        if process.view.credentials.uid != 0:
            die(process, "Only root may add a user or group to the system.")

    def say(self, text: str) -> None:
        """Progress, on standard output."""
        if "q" not in self.opts:
            self.process.stdout.write(text + "\n")

    def free(self, system: bool, *, both: bool) -> int:
        """The lowest number that is free as a gid and, when `both`, as a uid."""
        kind = "SYSTEM_UID" if system else "UID"
        taken = {int(row[2]) for row in groups(self.process)}
        if both:
            taken |= {int(row[2]) for row in users(self.process)}
        for number in range(int(self.conf[f"FIRST_{kind}"]), int(self.conf[f"LAST_{kind}"]) + 1):
            if number not in taken:
                return number
        return die(self.process, "No UID/GID pair is available in the range.")


def configuration(process: Process) -> dict[str, str]:
    """The assignments of /etc/adduser.conf."""
    try:
        text = decode(process.view.read_bytes("/etc/adduser.conf"))
    except OSError:
        return {}
    return {
        key: value.strip("\"'") for key, value in re.findall(r"^\s*(\w+)\s*=\s*(.*?)\s*$", text, re.MULTILINE)
    }


def debian_adduser(process: Process) -> int:
    """`adduser [OPTIONS] USER`, `adduser --system …`, `adduser --group GROUP`, `adduser USER GROUP`"""
    script = Script(process, ADDUSER)
    opts = script.opts
    if len(script.operands) == 2:
        return join(script, *script.operands)
    if "group" in opts and "system" not in opts:
        return make_group(script)
    (name,) = script.operands
    if not NAME.fullmatch(name) and "force" not in opts:
        process.error("Please enter a username matching the regular expression configured")
        process.stderr.write("via the NAME_REGEX configuration variable.  Use the `--allow-bad-names'\n")
        die(process, "option to relax this check or reconfigure NAME_REGEX in configuration.")
    row = user_row(process, name)
    if row is not None:
        if "system" in opts and int(row[2]) < int(script.conf["FIRST_UID"]):
            script.say(f"The system user `{name}' already exists. Exiting.")
            return 0
        die(process, f"The user `{name}' already exists.")
    lock(process, PASSWD)
    system = "system" in opts
    uid = int(opts.text("u")) if opts.text("u").isdigit() else -1
    if uid >= 0 and user_row(process, uid):
        die(process, f"The UID {uid} is already in use.")
    gid, group = login_group(script, name, uid, system)
    if uid < 0:
        uid = gid if group == name and not user_row(process, gid) else script.free(system, both=True)
    create(script, name, (uid, gid), group, system)
    return 0


def login_group(script: Script, name: str, uid: int, system: bool) -> tuple[int, str]:
    """gid and name of the login group: the one asked for, a new one of the user's name, or nogroup."""
    process, opts = script.process, script.opts
    kind = "system user" if system else "user"
    wanted = opts.get("G") or opts.get("g")
    script.say(f"Adding {kind} `{name}' {f'(UID {uid}) ' if system and uid >= 0 else ''}...")
    if wanted is not None:
        row = group_row(process, int(wanted) if "G" not in opts and wanted.isdigit() else wanted)
        if row is None:
            die(process, f"The group `{wanted}' does not exist.")
        return int(row[2]), row[0]
    if system and "group" not in opts:
        row = group_row(process, "nogroup")
        return (int(row[2]) if row else 65534), "nogroup"
    if not system and script.conf["USERGROUPS"] != "yes":
        row = group_row(process, int(script.conf["USERS_GID"]))
        return int(script.conf["USERS_GID"]), row[0] if row else "users"
    row = group_row(process, name)
    if row is not None:
        if not system:
            die(process, f"The group `{name}' already exists.")
        return int(row[2]), name
    gid = uid if uid >= 0 and group_row(process, uid) is None else script.free(system, both=True)
    script.say(f"Adding new group `{name}' ({'GID ' if system else ''}{gid}) ...")
    new_group(process, name, gid)
    return gid, name


def create(script: Script, name: str, ids: tuple[int, int], group: str, system: bool) -> None:
    """The lines in the account files, the home directory, the password."""
    process, opts = script.process, script.opts
    uid, gid = ids
    shown = f"group `{group}'" if system else f"group `{group} ({gid})'"
    script.say(f"Adding new user `{name}' ({'UID ' if system else ''}{uid}) with {shown} ...")
    home = opts.text("h") or ("/nonexistent" if system else f"{script.conf['DHOME']}/{name}")
    shell = opts.text("s") or ("/usr/sbin/nologin" if system else script.conf["DSHELL"])
    gecos = opts.text("c") + ("" if "," in opts.text("c") or system else ",,,")
    append(process, PASSWD, f"{name}:x:{uid}:{gid}:{gecos}:{home}:{shell}")
    append(process, SHADOW, f"{name}:!:{today(process)}:" + ("::::::" if system else "0:99999:7:::"))
    if not system:
        add_subordinate_ids(process, Settings(process, []), name)
    make_home(script, home, ids, system)
    if not system:
        if "D" not in opts:
            from minibuild.programs.users.passwords import change_password  # hashing is rarely wanted

            change_password(process, name)
        if group_row(process, "users") and script.conf.get("ADD_EXTRA_GROUPS", "1") == "1":
            script.say(f"Adding new user `{name}' to supplemental / extra groups `users' ...")
            script.say(f"Adding user `{name}' to group `users' ...")
            add_member(process, "users", name)


def make_home(script: Script, home: str, ids: tuple[int, int], system: bool) -> None:
    """The home directory, from the skeleton for people."""
    process, view = script.process, script.process.view
    if "H" in script.opts or home == "/nonexistent":
        script.say(f"Not creating {'' if 'H' in script.opts else 'non-existent '}home directory `{home}'.")
        return
    if view.exists(home):
        script.say(f"The home directory `{home}' already exists.  Not copying from `{script.conf['SKEL']}'.")
        return
    script.say(f"Creating home directory `{home}' ...")
    view.makedirs(home, 0o755)
    if system:
        view.chown(home, *ids)
    else:
        script.say(f"Copying files from `{script.conf['SKEL']}' ...")
        fill_home(process, home, script.conf["SKEL"], *ids)
    view.chmod(home, int(script.conf["DIR_MODE"], 8))


def debian_addgroup(process: Process) -> int:
    """`addgroup [--gid ID] [--system] GROUP`, `addgroup USER GROUP`"""
    script = Script(process, ADDGROUP)
    return join(script, *script.operands) if len(script.operands) == 2 else make_group(script)


def make_group(script: Script) -> int:
    """A new group; one that exists is fine for --system."""
    process, opts = script.process, script.opts
    name, system = script.operands[0], "system" in opts
    lock(process, PASSWD)
    if group_row(process, name):
        if system:
            script.say(f"The group `{name}' already exists as a system group. Exiting.")
            return 0
        die(process, f"The group `{name}' already exists.")
    gid = int(opts.text("g")) if opts.text("g").isdigit() else script.free(system, both=False)
    if group_row(process, gid):
        die(process, f"The GID `{gid}' is already in use.")
    script.say(f"Adding group `{name}' (GID {gid}) ...")
    new_group(process, name, gid)
    script.say("Done.")
    return 0


def join(script: Script, user: str, group: str) -> int:
    """Add an existing user to an existing group."""
    process = script.process
    row = group_row(process, group)
    if user_row(process, user) is None:
        die(process, f"The user `{user}' does not exist.")
    if row is None:
        die(process, f"The group `{group}' does not exist.")
    if user in row[3].split(","):
        script.say(f"The user `{user}' is already a member of `{group}'.")
        return 0
    script.say(f"Adding user `{user}' to group `{group}' ...")
    add_member(process, group, user)
    script.say("Done.")
    return 0


def debian_deluser(process: Process) -> int:
    """`deluser [OPTIONS] USER [GROUP]`, `deluser --group GROUP`"""
    script = Script(process, DELUSER)
    opts, operands = script.opts, script.operands
    if len(operands) == 2:
        return leave(script, *operands)
    if "group" in opts:
        return remove_group(script, operands[0])
    (name,) = operands
    row = user_row(process, name)
    if row is None:
        if "system" in opts:
            script.say(f"The user `{name}' does not exist, but --system was given. Exiting.")
            return 0
        die(process, f"The user `{name}' does not exist.", 2)
    lock(process, PASSWD)
    if opts.any("home", "files") and process.view.lexists(row[5]):
        script.say("Looking for files to backup/remove ...")
        script.say("Removing files ...")
        remove_quietly(process, row[5])
    script.say("Removing crontab ...")
    script.say(f"Removing user `{name}' ...")
    for path in (PASSWD, SHADOW, "/etc/subuid", "/etc/subgid"):
        remove(process, path, name)
    remove_member(process, name)
    group = group_row(process, name)
    if group and not group[3] and not any(user[3] == group[2] for user in users(process)):
        remove(process, GROUP, name)
        remove(process, GSHADOW, name)
    script.say("Done.")
    return 0


def debian_delgroup(process: Process) -> int:
    """`delgroup [--only-if-empty] GROUP`, `delgroup USER GROUP`"""
    script = Script(process, DELUSER)
    if len(script.operands) == 2:
        return leave(script, *script.operands)
    return remove_group(script, script.operands[0])


def remove_group(script: Script, name: str) -> int:
    """Remove a group that is nobody's login group."""
    process = script.process
    row = group_row(process, name)
    if row is None:
        die(process, f"The group `{name}' does not exist.", 3)
    owner = next((user[0] for user in users(process) if user[3] == row[2]), None)
    if owner is not None:
        die(process, f"`{owner}' still has `{name}' as their primary group!", 7)
    if "empty" in script.opts and row[3]:
        die(process, f"The group `{name}' is not empty!", 5)
    lock(process, PASSWD)
    script.say(f"Removing group `{name}' ...")
    remove(process, GROUP, name)
    remove(process, GSHADOW, name)
    script.say("Done.")
    return 0


def leave(script: Script, user: str, group: str) -> int:
    """Take a user out of a group."""
    process = script.process
    row = group_row(process, group)
    if user_row(process, user) is None:
        die(process, f"The user `{user}' does not exist.", 2)
    if row is None:
        die(process, f"The group `{group}' does not exist.", 3)
    if user not in row[3].split(","):
        die(process, f"The user `{user}' is not a member of group `{group}'.", 6)
    lock(process, PASSWD)
    script.say(f"Removing user `{user}' from group `{group}' ...")
    remove_member(process, user, group)
    script.say("Done.")
    return 0
