"""Names and numbers of users and groups, looked up in the container's own /etc/passwd and /etc/group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import decode

if TYPE_CHECKING:
    from minibuild.kernel.process import Process


def rows(process: Process, path: str) -> list[list[str]]:
    """The fields of each line of a file like /etc/passwd; [] when it cannot be read."""
    try:
        text = decode(process.view.read_bytes(path))
    except OSError:
        return []
    return [line.split(":") for line in text.split("\n") if line and not line.startswith("#")]


def users(process: Process) -> list[list[str]]:
    """Rows of /etc/passwd: name, password, uid, gid, comment, home, shell."""
    return [
        row for row in rows(process, "/etc/passwd") if len(row) >= 7 and row[2].isdigit() and row[3].isdigit()
    ]


def groups(process: Process) -> list[list[str]]:
    """Rows of /etc/group: name, password, gid, members."""
    return [[*row, ""][:4] for row in rows(process, "/etc/group") if len(row) >= 3 and row[2].isdigit()]


def user_entry(process: Process, text: str) -> tuple[int, int] | None:
    """uid and login gid of a name; of a number the number twice, as busybox has it."""
    if text.isdigit():
        return int(text), int(text)
    for row in users(process):
        if row[0] == text:
            return int(row[2]), int(row[3])
    return None


def user_row(process: Process, user: str | int) -> list[str] | None:
    """The row of /etc/passwd with this name or uid."""
    column, value = (2, str(user)) if isinstance(user, int) else (0, user)
    return next((row for row in users(process) if row[column] == value), None)


def group_row(process: Process, group: str | int) -> list[str] | None:
    """The row of /etc/group with this name or gid."""
    column, value = (2, str(group)) if isinstance(group, int) else (0, group)
    return next((row for row in groups(process) if row[column] == value), None)


def group_id(process: Process, text: str) -> int | None:
    """The gid of a group's name, or the number itself."""
    if text.isdigit():
        return int(text)
    row = group_row(process, text)
    return int(row[2]) if row else None


class Names:
    """uid → name and gid → name, read once: for programs that show many files."""

    def __init__(self, process: Process) -> None:
        self._users: dict[int, str] = {}
        self._groups: dict[int, str] = {}
        for row in users(process):
            self._users.setdefault(int(row[2]), row[0])
        for row in groups(process):
            self._groups.setdefault(int(row[2]), row[0])

    def user(self, uid: int) -> str | None:
        """The user's name, or None."""
        return self._users.get(uid)

    def group(self, gid: int) -> str | None:
        """The group's name, or None."""
        return self._groups.get(gid)


def member_of(process: Process, user: str) -> list[int]:
    """The gids of the groups that list the user as a member, in the order of /etc/group."""
    return [int(row[2]) for row in groups(process) if user in row[3].split(",")]
