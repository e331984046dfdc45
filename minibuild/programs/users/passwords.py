"""passwd, chpasswd, chsh: what a user logs in with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import decode, die
from minibuild.programs.options import Options
from minibuild.programs.registry import program
from minibuild.programs.users.accounts import PASSWD, SHADOW, read_lines, set_field, today
from minibuild.programs.users.crypt import ALPHABET, sha512_crypt
from minibuild.programs.users.names import user_row

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

PASSWD_OPTIONS = Options(
    "a:dlueqSn:x:w:i:",
    long={"delete": "d", "lock": "l", "unlock": "u", "expire": "e", "quiet": "q", "status": "S"},
    usage="[-a ALG] [-dlu] [USER]",
    help="Change USER's password\n\n\t-d\tSet password to ''\n\t-l\tLock (disable) account\n"
    "\t-u\tUnlock (enable) account",
    most=1,
)
CHPASSWD = Options(
    "emc:",
    long={"encrypted": "e", "md5": "m", "crypt-method=": "c"},
    usage="[-e] [-c ALG]",
    help="Read user:password from stdin and update /etc/passwd\n\n"
    "\t-e\tSupplied passwords are in encrypted form",
    most=0,
)
CHSH = Options(
    "s:", long={"shell=": "s"}, usage="[-s SHELL] [USER]", help="Change USER's login shell", most=1
)


def crypted(process: Process, password: bytes) -> str:
    """The password as /etc/shadow keeps it, with a salt from the machine's randomness."""
    salt = "".join(process.system.random.choice(ALPHABET) for _ in range(16))
    return sha512_crypt(password, salt)


def stored(process: Process, name: str) -> str:
    """What /etc/shadow, else /etc/passwd, holds for a user."""
    for path in (SHADOW, PASSWD):
        try:
            rows = [line.split(":") for line in read_lines(process, path)]
        except OSError:
            continue
        for row in rows:
            if row[0] == name and len(row) > 1:
                return row[1]
    return ""


def in_shadow(process: Process, name: str) -> bool:
    """Does /etc/shadow have a line for the user?"""
    try:
        return any(line.split(":")[0] == name for line in read_lines(process, SHADOW))
    except OSError:
        return False


def store(process: Process, name: str, password: str) -> None:
    """Keep a password: in /etc/shadow where the user has a line there, with an x in /etc/passwd."""
    if in_shadow(process, name):
        set_field(process, SHADOW, name, 1, password)
        set_field(process, SHADOW, name, 2, str(today(process)))
        password = "x"
    set_field(process, PASSWD, name, 1, password)


@program("passwd", options=PASSWD_OPTIONS)
def passwd(process: Process) -> int:
    """`passwd [-dlu] [USER]`; without an option the new password is read twice from standard input."""
    opts, operands = PASSWD_OPTIONS.parse(process)
    me = user_row(process, process.view.credentials.uid)
    name = operands[0] if operands else me[0] if me else ""
    row = user_row(process, name)
    if row is None:
        die(process, f"unknown user {name}")
    if process.view.credentials.uid != 0 and row != me:
        die(process, f"{me[0] if me else 'you'} can't change password for {name}")
    key = opts.last("l", "u", "d")
    if key is None:
        return 0 if opts.any("e", "S", "n", "x", "w", "i") else change_password(process, name)
    old = stored(process, name)
    locked = old.startswith("!")
    if (key == "l" and locked) or (key == "u" and not locked):
        process.error(f"password for {name} is already {'un' if key == 'u' else ''}locked")
        return 1 if process.view.credentials.uid else 0
    store(process, name, {"l": "!" + old, "u": old.lstrip("!"), "d": ""}[key])
    process.error(f"password for {name} changed by {me[0] if me else 'root'}")
    return 0


def change_password(process: Process, name: str) -> int:
    """Ask twice, as passwd does; 1 when the two are not the same or nothing was typed."""
    process.stderr.write(f"Changing password for {name}\nNew password: ")
    first = process.stdin.readline().rstrip(b"\n")
    process.stderr.write("\nRetype password: ")
    second = process.stdin.readline().rstrip(b"\n")
    process.stderr.write("\n")
    if not first or first != second:
        if first:
            process.stderr.write("Passwords don't match\n")
        process.error(f"password for {name} is unchanged")
        return 1
    store(process, name, crypted(process, first))
    process.error(f"password for {name} changed by root")
    return 0


@program("chpasswd", options=CHPASSWD)
def chpasswd(process: Process) -> int:
    """`chpasswd [-e]`: lines of USER:PASSWORD from standard input."""
    opts, _ = CHPASSWD.parse(process)
    if process.view.credentials.uid != 0:
        die(process, "permission denied (are you root?)")
    for line in process.stdin:
        name, colon, password = line.rstrip(b"\n").partition(b":")
        if not colon:
            die(process, "missing new password")
        user = decode(name)
        if user_row(process, user) is None:
            die(process, f"unknown user {user}")
        store(process, user, decode(password) if "e" in opts else crypted(process, password))
        process.error(f"password for '{user}' changed")
    return 0


@program("chsh", options=CHSH)
def chsh(process: Process) -> int:
    """`chsh -s SHELL [USER]`, of Debian's passwd package."""
    opts, operands = CHSH.parse(process)
    me = user_row(process, process.view.credentials.uid)
    name = operands[0] if operands else me[0] if me else ""
    if user_row(process, name) is None:
        die(process, f"user '{name}' does not exist")
    shell = opts.text("s")
    if not process.view.access(shell, 1):
        process.error(f"Warning: {shell} does not exist")
    set_field(process, PASSWD, name, 6, shell)
    return 0
