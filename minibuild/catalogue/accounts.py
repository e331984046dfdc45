"""The text of /etc/passwd, /etc/group and /etc/shadow from lines of passwd(5) and group(5); a later line
replaces an earlier.
"""

from collections.abc import Iterable

# Days since 1970: when the passwords were last changed. Locked (`*`) ones are all that images have.
_CHANGED = "20000"


def passwd_file(users: Iterable[str]) -> bytes:
    """The content of /etc/passwd."""
    return _lines(_latest(users).values())


def group_file(groups: Iterable[str]) -> bytes:
    """The content of /etc/group."""
    return _lines(_latest(groups).values())


def shadow_file(users: Iterable[str]) -> bytes:
    """The content of /etc/shadow: nobody can log in with a password."""
    return _lines(f"{name}:*:{_CHANGED}:0:99999:7:::" for name in _latest(users))


def _latest(lines: Iterable[str]) -> dict[str, str]:
    """Name → line; `-NAME` takes away what a base has."""
    found: dict[str, str] = {}
    for line in lines:
        entry = line.strip()
        if entry.startswith("-"):
            found.pop(entry[1:], None)
        else:
            found[entry.partition(":")[0]] = entry
    return found


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
