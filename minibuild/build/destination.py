"""Where COPY, ADD and WORKDIR write: paths resolved inside the root, missing directories made."""

import errno
import posixpath

from minibuild.build.errors import BuildError
from minibuild.build.ownership import Owner
from minibuild.filesystem import Directory, FileSystem, Node, View
from minibuild.filesystem.opaque import origin_of

_ROOT = Owner(0, 0)
_LINKS = 255


class Destination:
    """A file system to write into, with root's rights and an empty umask.

    Directories made on the way get `owner` (root when None), the mode `directory_mode` and the time `now`
    (nanoseconds).
    """

    def __init__(
        self, filesystem: FileSystem, owner: Owner | None, now: int, *, directory_mode: int = 0o755
    ) -> None:
        self.filesystem = filesystem
        self.view: View = filesystem.view(umask=0)
        self.owner = owner or _ROOT
        self.now = now
        self.directory_mode = directory_mode

    def resolve(self, path: str) -> str:
        """`path` with every symbolic link followed inside the root, as far as the path exists.

        `.` and `..` are taken out before links are followed. A dangling link gives the path it points to.
        """
        ahead = [part for part in posixpath.normpath("/" + path).split("/") if part][::-1]
        done: list[str] = []
        links = 0
        while ahead:
            part = ahead.pop()
            if part == "..":
                if done:
                    done.pop()
                continue
            here = "/" + "/".join([*done, part])
            target = self._link_target(here)
            if target is None:
                done.append(part)
                continue
            links += 1
            if links > _LINKS:
                raise BuildError(f"too many levels of symbolic links: {path}")
            if target.startswith("/"):
                done = []
            ahead.extend(part for part in reversed(target.split("/")) if part not in ("", "."))
        return "/" + "/".join(done)

    def _link_target(self, path: str) -> str | None:
        try:
            return self.view.lstat(path).target
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR):
                return None
            raise

    def node(self, path: str) -> Node | None:
        """What stands at a resolved path, or None."""
        try:
            return self.view.lstat(path).node
        except OSError:
            return None

    def make_directories(self, path: str, mode: int | None = None) -> str:
        """Make `path` and what is missing above it; the resolved path. `mode` stands in for
        `directory_mode`.
        """
        resolved = self.resolve(path)
        missing = []
        here = resolved
        while here != "/" and (node := self.node(here)) is None:
            missing.append(here)
            here = posixpath.dirname(here)
        if here != "/" and origin_of(node):
            self.view.listdir(here)  # something unknown is a directory once somebody needs one
        elif here != "/" and not isinstance(node, Directory):
            raise BuildError(
                f"cannot copy to non-directory: {here}",
                hint="something that is not a directory has this name in the image",
            )
        for directory in reversed(missing):
            self.make_directory(
                directory, self.directory_mode if mode is None else mode, self.owner, self.now
            )
        return resolved

    def own(self, path: str) -> Directory:
        """The directory at a resolved path, to be changed in place."""
        return self.filesystem.own_directory(tuple(part for part in path.split("/") if part))

    def make_directory(self, path: str, mode: int, owner: Owner, mtime: int) -> None:
        """One new directory; its parent is there."""
        self.view.mkdir(path, mode)
        self.describe(path, mode, owner, mtime)

    def describe(self, path: str, mode: int, owner: Owner, mtime: int) -> None:
        """Set a node's owner, mode and time, in the order that keeps setuid bits."""
        self.view.chown(path, owner.uid, owner.gid, follow=False)
        self.view.chmod(path, mode)
        self.view.utime(path, mtime, follow=False)
