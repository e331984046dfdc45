"""passwd, chpasswd, mkpasswd, chsh: what a user logs in with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import decode, die, encode
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.users.accounts import PASSWD, SHADOW, read_lines, set_field, today
from minibuild.programs.users.crypt import ALPHABET, SALT, crypt, sha512_crypt
from minibuild.programs.users.names import user_row

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

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
MKPASSWD = Options(
    "P:S:m:sa:",
    long={"password-fd=": "P", "salt=": "S", "method=": "m", "stdin": "s"},
    usage="[-P FD] [-m TYPE] [-S SALT] [PASSWORD] [SALT]",
    help="Print crypt(3) hashed PASSWORD",
    most=2,
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
        if not opts.any("e", "S", "n", "x", "w", "i"):
            return change_password(process, name)
        return age(process, opts, name)
    old = stored(process, name)
    locked = old.startswith("!")
    if is_busybox(process) and ((key == "l" and locked) or (key == "u" and not locked)):
        process.error(f"password for {name} is already {'un' if key == 'u' else ''}locked")
        return 1 if process.view.credentials.uid else 0
    store(process, name, {"l": old if locked else "!" + old, "u": old.lstrip("!"), "d": ""}[key])
    if is_busybox(process):
        process.error(f"password for {name} changed by {me[0] if me else 'root'}")
    elif "q" not in opts:
        process.stdout.write(f"{EXPIRY}\n")
    return 0


EXPIRY = "passwd: password expiry information changed."


def age(process: Process, opts: Opts, name: str) -> int:
    """-e and its kin change when a password must be changed; -S shows its state."""
    if "S" in opts:
        kept = stored(process, name)
        state = "L" if kept.startswith(("!", "*")) else "P" if kept else "NP"
        process.stdout.write(f"{name} {state} 01/01/1970 0 99999 7 -1\n")
        return 0
    for key, column in (("n", 3), ("x", 4), ("w", 5), ("i", 6)):
        if key in opts:
            set_field(process, SHADOW, name, column, opts.text(key))
    if "e" in opts:
        set_field(process, SHADOW, name, 2, "0")
    if "q" not in opts:
        process.stdout.write(f"{EXPIRY}\n")
    return 0


def change_password(process: Process, name: str) -> int:
    """Ask twice, as passwd does; 1 when the two are not the same or nothing was typed."""
    busybox = is_busybox(process)
    process.stderr.write(f"Changing password for {name}\nNew password: " if busybox else "New password: ")
    first = process.stdin.readline().rstrip(b"\n")
    process.stderr.write("\nRetype password: " if busybox else "Retype new password: ")
    second = process.stdin.readline().rstrip(b"\n")
    process.stderr.write("\n" if busybox else "")
    if not first or first != second:
        return refuse(process, name, first)
    store(process, name, crypted(process, first))
    if busybox:
        process.error(f"password for {name} changed by root")
    else:
        process.stderr.write("passwd: password updated successfully\n")
    return 0


def refuse(process: Process, name: str, typed: bytes) -> int:
    """Say that a password stays as it is."""
    if not is_busybox(process):
        process.stderr.write(
            "Sorry, passwords do not match.\n" if typed else "No password has been supplied.\n"
        )
        process.stderr.write("passwd: Authentication token manipulation error\npasswd: password unchanged\n")
        return 10
    if typed:
        process.stderr.write("Passwords don't match\n")
    process.error(f"password for {name} is unchanged")
    return 1


@program("chpasswd", options=CHPASSWD)
def chpasswd(process: Process) -> int:
    """`chpasswd [-e]`: lines of USER:PASSWORD from standard input."""
    opts, _ = CHPASSWD.parse(process)
    if process.view.credentials.uid != 0:
        die(process, "permission denied (are you root?)")
    busybox = is_busybox(process)
    for count, line in enumerate(process.stdin, 1):
        name, colon, password = line.rstrip(b"\n").partition(b":")
        if not colon:
            die(process, "missing new password", 1, f"line {count}: missing new password")
        user = decode(name)
        if user_row(process, user) is None:
            words = f"(user {user}) pam_chauthtok() failed, error:\nAuthentication token manipulation error"
            die(
                process,
                f"unknown user {user}",
                1,
                f"{words}\nchpasswd: (line {count}, user {user}) password not changed",
            )
        store(process, user, decode(password) if "e" in opts else hashed(process, password, opts.text("c")))
        if busybox:
            process.error(f"password for '{user}' changed")
    return 0


METHODS = {"md5": "1", "sha256": "5", "sha512": "6"}


def hashed(process: Process, password: bytes, method: str) -> str:
    """A password by a method of -c; SHA-512 by default."""
    kind = METHODS.get(method.lower().replace("-", ""), "6")
    salt = "".join(process.system.random.choice(ALPHABET) for _ in range(SALT[kind]))
    return crypt(password, kind, salt)


@program("mkpasswd", "cryptpw", options=MKPASSWD)
def mkpasswd(process: Process) -> int:
    """`mkpasswd [-m METHOD] [-S SALT] [PASSWORD] [SALT]`"""
    opts, operands = MKPASSWD.parse(process)
    password = encode(operands[0]) if operands else process.stdin.readline().rstrip(b"\n")
    kind = METHODS.get(opts.text("m", "sha512").lower().replace("-", ""))
    if kind is None:
        die(process, f"unknown method '{opts.text('m')}'", 1, f"Invalid method '{opts.text('m')}'.")
    drawn = "".join(process.system.random.choice(ALPHABET) for _ in range(SALT[kind]))
    salt = opts.get("S") or (operands[1] if len(operands) > 1 else drawn)
    process.stdout.write(crypt(password, kind, salt) + "\n")
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
