"""`--chown` and `--chmod` of COPY and ADD, as BuildKit reads them."""

import re
from typing import TYPE_CHECKING, NamedTuple

from minibuild.build.errors import BuildError

if TYPE_CHECKING:
    from minibuild.filesystem import View

_OCTAL = re.compile(r"[0-7]{1,5}\Z")
_CLAUSE = re.compile(r"([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)\Z")
_OPERATION = re.compile(r"([-+=])([ugo]|[rwxXst]*)")
_SHIFT = {"u": 6, "g": 3, "o": 0}
_BIT = {"r": 4, "w": 2, "x": 1}


class Owner(NamedTuple):
    """The owner that copied files and the directories made for them get."""

    uid: int
    gid: int


def parse_owner(text: str, view: "View") -> Owner | None:
    """The owner of `--chown=text`, looked up in the destination's /etc/passwd and /etc/group; None for no
    flag.

    Numbers are never looked up. A user without a group brings the primary group of /etc/passwd, a number
    without one means the same group. A name that nobody has is 0, as in BuildKit.
    """
    if not text:
        return None
    user, colon, group = text.partition(":")
    uid, primary = 0, 0
    if user:
        number = _number(user)
        if number is not None:
            uid = primary = number
        else:
            fields = _lookup(view, "/etc/passwd", user)
            uid, primary = _field(fields, 2), _field(fields, 3)
    if not colon or not group:
        return Owner(uid, primary)
    number = _number(group)
    return Owner(uid, number if number is not None else _field(_lookup(view, "/etc/group", group), 2))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else None


def _lookup(view: "View", path: str, name: str) -> list[str]:
    """The fields of the line of `path` that begins with `name`; empty when there is none."""
    try:
        text = view.read_bytes(path).decode("utf-8", "surrogateescape")
    except OSError:
        return []
    for line in text.splitlines():
        fields = line.split(":")
        if fields[0] == name:
            return fields
    return []


def _field(fields: list[str], index: int) -> int:
    return (_number(fields[index]) or 0) if len(fields) > index else 0


class ModeChange:
    """A parsed `--chmod`: an octal number, or symbolic clauses as chmod(1) has them (`u=rwX,go=`)."""

    __slots__ = ("_clauses", "_mode")

    def __init__(self, text: str) -> None:
        """Raise `BuildError` when `text` is neither octal between 0 and 07777 nor symbolic."""
        self._mode: int | None = None
        self._clauses: list[tuple[str, list[tuple[str, str]]]] = []
        if _OCTAL.match(text) and int(text, 8) <= 0o7777:
            self._mode = int(text, 8)
            return
        for clause in text.split(","):
            match = _CLAUSE.match(clause)
            if not match:
                raise BuildError(
                    f"invalid chmod parameter: '{text}'. it should be octal string and between 0 and 07777",
                    hint="write an octal number such as 0755, or clauses such as u=rwX,go=rX",
                )
            self._clauses.append((match[1] or "a", _OPERATION.findall(match[2])))

    @property
    def for_new_directories(self) -> int:
        """The mode of directories that are made on the way: an octal one's permissions, else 0755."""
        return 0o755 if self._mode is None else self._mode & 0o777

    def apply(self, mode: int, is_directory: bool) -> int:
        """The permission bits that a file with `mode` gets."""
        if self._mode is not None:
            return self._mode
        for who, operations in self._clauses:
            classes = "ugo" if "a" in who else who
            for operator, permissions in operations:
                mode = _change(mode, classes, operator, permissions, is_directory)
        return mode


def _change(mode: int, classes: str, operator: str, permissions: str, is_directory: bool) -> int:
    for one in classes:
        shift = _SHIFT[one]
        if permissions in _SHIFT and permissions:
            bits = (mode >> _SHIFT[permissions]) & 7
        else:
            bits = sum(_BIT[p] for p in set(permissions) & set("rwx"))
            if "X" in permissions and (is_directory or mode & 0o111):
                bits |= 1
        special = 0
        if "s" in permissions:
            special |= {"u": 0o4000, "g": 0o2000, "o": 0}[one]
        if "t" in permissions:
            special |= 0o1000
        if operator == "=":
            mode &= ~(7 << shift)
            mode |= bits << shift | special
        elif operator == "+":
            mode |= bits << shift | special
        else:
            mode &= ~(bits << shift | special)
    return mode
