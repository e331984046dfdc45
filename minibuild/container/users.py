"""Who a container's process is: `--user` and USER looked up in the container's own /etc/passwd and
/etc/group.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from minibuild.container.errors import ContainerError
from minibuild.filesystem import ROOT, Credentials

if TYPE_CHECKING:
    from minibuild.filesystem import FileSystem


@dataclass(frozen=True, slots=True)
class Account:
    """The rights of a process, and the home directory of its user (`/` when /etc/passwd does not know it)."""

    credentials: Credentials
    home: str


def find_account(filesystem: FileSystem, text: str) -> Account:
    """The account of `USER text`: `name`, `uid`, `name:group`, `uid:gid`; empty is root.

    The supplementary groups are those of /etc/group, unless a group is given. Raise `ContainerError` for a
    name that nobody has.
    """
    user, _, group = text.strip().partition(":")
    rows = _rows(filesystem, "/etc/passwd", 7)
    row = next((row for row in rows if row[0] == user), None) if user else None
    if row is None and (not user or user.isdigit()):
        number = user or "0"
        row = next((row for row in rows if row[2] == number), None)
        uid, gid, home = int(number), 0, "/"
    elif row is None:
        raise ContainerError(
            f"unable to find user {user}: no matching entries in passwd file",
            hint=f"make the user first (RUN adduser {user}), or give a number",
        )
    if row is not None:
        uid, gid, home = _number(row[2]), _number(row[3]), row[5] or "/"
    if group:
        return Account(Credentials(uid, _group(filesystem, group)), home)
    name = row[0] if row is not None else ""
    groups = [
        _number(line[2]) for line in _rows(filesystem, "/etc/group", 4) if name and name in line[3].split(",")
    ]
    if not text and uid == 0:
        groups = groups or list(ROOT.groups)
    return Account(Credentials(uid, gid, tuple(dict.fromkeys(groups))), home)


def _group(filesystem: FileSystem, text: str) -> int:
    if text.isdigit():
        return int(text)
    for row in _rows(filesystem, "/etc/group", 4):
        if row[0] == text:
            return _number(row[2])
    raise ContainerError(
        f"unable to find group {text}: no matching entries in group file",
        hint=f"make the group first (RUN addgroup {text}), or give a number",
    )


def _rows(filesystem: FileSystem, path: str, fields: int) -> list[list[str]]:
    try:
        text = filesystem.view().read_bytes(path).decode("utf-8", "surrogateescape")
    except OSError:
        return []
    rows = [line.split(":") for line in text.splitlines()]
    return [row for row in rows if len(row) >= fields and row[2].isdigit()]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
