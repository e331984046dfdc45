"""A new user's home directory: made, filled from a skeleton, given away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.coreutils.paths import join

if TYPE_CHECKING:
    from minibuild.kernel.process import Process


def fill_home(process: Process, home: str, skeleton: str, uid: int, gid: int) -> None:
    """Copy what the skeleton directory holds into `home` and give all of it to the user. No skeleton: nothing
    to copy.
    """
    view = process.view
    if view.is_dir(skeleton):
        _copy(process, skeleton, home, uid, gid)
    view.chown(home, uid, gid)


def _copy(process: Process, source: str, dest: str, uid: int, gid: int) -> None:
    view = process.view
    for name, stat in view.scandir(source):
        here, there = join(source, name), join(dest, name)
        if view.lexists(there):
            continue
        if stat.kind == "dir":
            view.mkdir(there, 0o700)
            _copy(process, here, there, uid, gid)
            view.chmod(there, stat.mode)
        elif stat.kind == "link":
            view.symlink(stat.target or "", there)
        elif stat.kind == "file":
            view.write_bytes(there, view.read_bytes(here))
            view.chmod(there, stat.mode)
        else:
            continue
        view.chown(there, uid, gid, follow=False)
