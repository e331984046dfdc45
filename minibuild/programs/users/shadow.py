"""What the programs of shadow-utils share: locks, names, numbers, new groups."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.kernel.process import ProcessExit
from minibuild.programs.inputs import die
from minibuild.programs.users.accounts import GROUP, GSHADOW, append, exists, read_lines
from minibuild.programs.users.names import group_row

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.users.logindefs import Settings

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\$?")


def lock(process: Process, path: str) -> None:
    """Only root can lock the account files; the lock file stays behind, as the C library leaves it."""
    if process.view.credentials.uid != 0:
        process.error("Permission denied.")
        die(process, f"cannot lock {path}; try again later.", 10 if path == GROUP else 1)
    if not process.view.exists("/etc/.pwd.lock"):
        process.view.write_bytes("/etc/.pwd.lock", b"", 0o600)


def check_shadow_name(process: Process, name: str, message: str) -> None:
    """A user or group name of shadow-utils, at most 32 characters; exit 3 otherwise."""
    if not NAME.fullmatch(name) or len(name) > 32:
        die(process, message, 3)


def number_of(process: Process, text: str, what: str) -> int:
    """A uid or gid; exit 3 otherwise."""
    if not text.isdigit():
        die(process, f"invalid {what} '{text}'", 3)
    return int(text)


def next_id(process: Process, settings: Settings, kind: str, taken: set[int], system: bool) -> int:
    """A free uid or gid: above the highest one in use; for the system below the lowest, from the top down."""
    prefix = "SYS_" if system else ""
    low, high = settings.number(f"{prefix}{kind}_MIN"), settings.number(f"{prefix}{kind}_MAX")
    used = [number for number in taken if low <= number <= high]
    guess = (min(used) - 1 if used else high) if system else (max(used) + 1 if used else low)
    if low <= guess <= high:
        return guess
    order = range(high, low - 1, -1) if system else range(low, high + 1)
    for number in order:
        if number not in taken:
            return number
    return die(
        process, f"Can't get unique {'system ' if system else ''}{kind} (no more available {kind}s)", 4
    )


def new_group(process: Process, name: str, gid: int, members: str = "", password: str = "!") -> None:
    """A line in /etc/group, and in /etc/gshadow where there is one."""
    append(process, GROUP, f"{name}:x:{gid}:{members}")
    append(process, GSHADOW, f"{name}:{password}::{members}")


def all_groups(process: Process, text: str) -> list[str]:
    """The names of a comma-separated list of groups (names or numbers); exit 6 when one does not exist."""
    names: list[str] = []
    missing = False
    for word in text.split(","):
        if not word:
            continue
        row = group_row(process, int(word) if word.isdigit() else word)
        if row is None:
            process.error(f"group '{word}' does not exist")
            missing = True
        else:
            names.append(row[0])
    if missing:
        raise ProcessExit(6)
    return names


def add_subordinate_ids(process: Process, settings: Settings, name: str) -> None:
    """The next range of /etc/subuid and /etc/subgid, where these files exist."""
    for path, kind in (("/etc/subuid", "UID"), ("/etc/subgid", "GID")):
        if not exists(process, path):
            continue
        count, start = settings.number(f"SUB_{kind}_COUNT"), settings.number(f"SUB_{kind}_MIN")
        for line in read_lines(process, path):
            fields = line.split(":")
            if len(fields) == 3 and fields[1].isdigit() and fields[2].isdigit():
                start = max(start, int(fields[1]) + int(fields[2]))
        append(process, path, f"{name}:{start}:{count}")
