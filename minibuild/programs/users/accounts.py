"""The account files: /etc/passwd, /etc/group, /etc/shadow, /etc/gshadow, changed as busybox and shadow-utils
change them.

A change writes the whole file anew, with the old one's mode and owner, and leaves the old one beside it with
a dash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import decode, die, encode
from minibuild.programs.users.names import groups, users

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from minibuild.kernel.process import Process

PASSWD, GROUP, SHADOW, GSHADOW = "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow"
FIRST_SYSTEM, LAST_SYSTEM, LAST = 100, 999, 60000
DAY = 86400 * 10**9


def today(process: Process) -> int:
    """Days since 1970, as /etc/shadow counts them."""
    return process.system.clock.now() // DAY


def read_lines(process: Process, path: str) -> list[str]:
    """The lines of an account file; OSError when there is none."""
    return decode(process.view.read_bytes(path)).splitlines()


def write_lines(process: Process, path: str, lines: Iterable[str]) -> None:
    """Replace an account file; the old one stays as `path-`."""
    view = process.view
    path = view.realpath(path)
    old = view.stat(path)
    if view.lexists(path + "-"):
        view.unlink(path + "-")
    view.link(path, path + "-")
    view.write_bytes(path + "+", encode("".join(line + "\n" for line in lines)), 0o600)
    view.chmod(path + "+", old.mode)
    view.chown(path + "+", old.uid, old.gid)
    view.rename(path + "+", path)


def exists(process: Process, path: str) -> bool:
    """Is the file there? (Images without /etc/shadow or /etc/gshadow are usual.)"""
    return process.view.is_file(path)


def append(process: Process, path: str, line: str) -> None:
    """Add a line, unless the file does not exist."""
    if exists(process, path):
        write_lines(process, path, [*read_lines(process, path), line])


def edit(process: Process, path: str, change: Callable[[list[str]], list[str] | None]) -> bool:
    """Pass each line's fields to `change` (None removes the line); was anything different?

    A file that is missing, or that nothing changes in, stays as it is.
    """
    if not exists(process, path):
        return False
    old = read_lines(process, path)
    new: list[str] = []
    for line in old:
        fields = change(line.split(":"))
        if fields is not None:
            new.append(":".join(fields))
    if new == old:
        return False
    write_lines(process, path, new)
    return True


def remove(process: Process, path: str, name: str) -> bool:
    """Remove the line of a name; was there one?"""
    return edit(process, path, lambda fields: None if fields[0] == name else fields)


def set_field(process: Process, path: str, name: str, column: int, value: str) -> bool:
    """Set one field of a name's line, which is written even if it was the same; False when there is no such
    line.
    """
    if not exists(process, path):
        return False
    rows = [line.split(":") for line in read_lines(process, path)]
    found = False
    for fields in rows:
        if fields[0] == name and len(fields) > column:
            fields[column] = value
            found = True
    if found:
        write_lines(process, path, [":".join(fields) for fields in rows])
    return found


def add_member(process: Process, group: str, user: str) -> None:
    """Add a user to the members of a group, in /etc/group and /etc/gshadow."""

    def change(fields: list[str]) -> list[str]:
        if fields[0] == group and len(fields) > 3 and user not in fields[3].split(","):
            fields[3] = f"{fields[3]},{user}" if fields[3] else user
        return fields

    edit(process, GROUP, change)
    edit(process, GSHADOW, change)


def remove_member(process: Process, user: str, group: str | None = None) -> bool:
    """Take a user out of a group, or out of all; was the user in any?"""

    def change(fields: list[str]) -> list[str]:
        if len(fields) > 3 and group in (None, fields[0]):
            fields[3] = ",".join(member for member in fields[3].split(",") if member != user)
        return fields

    edit(process, GSHADOW, change)
    return edit(process, GROUP, change)


def free_id(process: Process, first: int, last: int, *, of_user: bool, of_group: bool) -> int:
    """The lowest number in first..last that no user (and, as wanted, no group) has; the program ends without
    one.
    """
    taken = {int(row[2]) for row in users(process)} if of_user else set()
    if of_group:
        taken |= {int(row[2]) for row in groups(process)}
    for number in range(first, last + 1):
        if number not in taken:
            return number
    return die(process, f"no {'u' if of_user else 'g'}ids left")


def need_root(process: Process) -> None:
    """Only root may change accounts."""
    if process.view.credentials.uid != 0:
        die(process, "permission denied (are you root?)")


def check_name(process: Process, name: str) -> None:
    """A login name in busybox's sense, or the program ends."""
    for at, letter in enumerate(name):
        if letter.isascii() and (letter.isalnum() or letter == "_"):
            continue
        if at and (letter in "-.@" or (letter == "$" and at == len(name) - 1)):
            continue
        code = encode(letter)[0]
        die(process, f"illegal character with code {code} at position {at}")
    if not name:
        die(process, "illegal character with code 0 at position 0")
