"""Putting the files of packages into a container and taking them out, and making the accounts that they
need.
"""

from __future__ import annotations

import errno
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from minibuild.catalogue.executable import executable
from minibuild.filesystem.opaque import opaque_directory
from minibuild.programs.inputs import decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minibuild.catalogue.packages import Package, PackageFile
    from minibuild.filesystem.view import View
    from minibuild.kernel.process import Process

_FIRST_SYSTEM_ID, _LAST_SYSTEM_ID = 100, 999


def put_file(view: View, path: str, data: bytes, mode: int = 0o644) -> None:
    """Write a file as a package manager does: what has the name is replaced, links are not followed."""
    view.makedirs(path.rpartition("/")[0] or "/", 0o755)
    if view.lexists(path):
        if view.is_dir(path) and not view.is_link(path):
            return
        view.unlink(path)
    view.write_bytes(path, data)
    view.chmod(path, mode)


def put_link(view: View, path: str, target: str) -> None:
    """Make a symbolic link; what has the name is replaced, unless it is a directory."""
    view.makedirs(path.rpartition("/")[0] or "/", 0o755)
    if view.lexists(path):
        if view.is_dir(path) and not view.is_link(path):
            return
        view.unlink(path)
    view.symlink(target, path)


def put_opaque(view: View, path: str, origin: str) -> None:
    """Make a directory of unknown content, unless something has the name."""
    above, _, name = path.rpartition("/")
    view.makedirs(above or "/", 0o755)
    if not view.lexists(path):
        node = opaque_directory(origin, mtime=view.filesystem.clock())
        view.filesystem.place(f"{view.realpath(above or '/').rstrip('/')}/{name}", node)


def place(view: View, package: Package, system: str) -> None:
    """Put a package's files into the file system; configuration files that exist are kept."""
    contents = known_contents()
    for file in package.files:
        if file.kind == "program":
            name = file.path.rpartition("/")[2]
            put_file(view, file.path, executable(name, package.flavour), 0o755)
        elif file.kind == "link":
            put_link(view, file.path, file.target)
        elif file.kind == "directory":
            view.makedirs(file.path, 0o755)
        elif file.kind == "opaque":
            put_opaque(view, file.path, file.target)
        elif not (file.path.startswith("/etc/") and view.exists(file.path)):
            text = contents.get(f"{system}:{file.path}", contents.get(file.path, ""))
            put_file(view, file.path, encode(text))


def displace(view: View, files: Iterable[PackageFile], *, configuration: bool) -> None:
    """Take a package's files away, and its directories that are empty then; /etc only with
    `configuration`.
    """
    directories = set()
    for file in files:
        if (
            file.path.startswith("/etc/")
            and not configuration
            and not file.path.startswith("/etc/alternatives/")
        ):
            continue
        if file.kind == "directory":
            directories.add(file.path)
        elif view.lexists(file.path) and (view.is_link(file.path) or not view.is_dir(file.path)):
            view.unlink(file.path)
    for path in sorted(directories, key=len, reverse=True):
        try:
            view.rmdir(path)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.ENOTDIR, errno.EBUSY):
                raise


def make_accounts(process: Process, package: Package, table: str) -> None:
    """Make the system user and group that a package's installation makes, unless they are there."""
    line = _accounts(table).get(package.name)
    if line is None:
        return
    user, home, shell, *groups = line.split()
    group_id = _add_group(process, user)
    for name in groups:
        _add_group(process, name, member=user)
    entry = f"{user}:x:%d:{group_id}:{user}:{home}:{shell}"
    uid = _add_line(process, "/etc/passwd", user, entry)
    if uid is not None and process.view.exists("/etc/shadow"):
        _append(process.view, "/etc/shadow", f"{user}:!:20000::::::\n")
    if uid is not None and process.view.is_dir(home) and home.startswith("/var/"):
        process.view.chown(home, uid, group_id)


@cache
def known_contents() -> dict[str, str]:
    """The texts of configuration files that Dockerfiles edit: path, or `system:path`, and text."""
    return {key: text for key, text in _effects()["contents"].items() if isinstance(text, str)}


def _accounts(table: str) -> dict[str, str]:
    accounts: dict[str, str] = _effects()["accounts"].get(table, {})
    return accounts


@cache
def _effects() -> dict[str, Any]:
    import tomllib  # only when a package is installed

    source = resources.files("minibuild.catalogue.packages").joinpath("effects.toml")
    return tomllib.loads(source.read_text("utf-8"))


def _add_group(process: Process, name: str, member: str = "") -> int:
    """The id of the group, which is made when it is missing; `member` becomes one of its members."""
    number = _add_line(process, "/etc/group", name, f"{name}:x:%d:{member}")
    if number is not None:
        return number
    for line in _lines(process.view, "/etc/group"):
        fields = line.split(":")
        if fields[0] == name and len(fields) > 2 and fields[2].isdigit():
            return int(fields[2])
    return 0


def _add_line(process: Process, path: str, name: str, entry: str) -> int | None:
    """Append `entry` with the lowest free system id for its %d; the id, or None when the name is there."""
    lines = _lines(process.view, path)
    if any(line.partition(":")[0] == name for line in lines):
        return None
    taken = {line.split(":")[2] for line in lines if line.count(":") >= 2}
    number = next(
        (n for n in range(_FIRST_SYSTEM_ID, _LAST_SYSTEM_ID) if str(n) not in taken), _LAST_SYSTEM_ID
    )
    _append(process.view, path, entry % number + "\n")
    return number


def _lines(view: View, path: str) -> list[str]:
    return decode(view.read_bytes(path)).splitlines() if view.exists(path) else []


def _append(view: View, path: str, text: str) -> None:
    file = view.open(path, "a")
    file.write(encode(text))
    file.close()
