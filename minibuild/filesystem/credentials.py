"""Who asks, and what the permission bits let them do (path_resolution(7), credentials(7))."""

from typing import NamedTuple

from minibuild.filesystem.nodes import Directory, Node

READ, WRITE, EXECUTE = 4, 2, 1


class Credentials(NamedTuple):
    """The effective user and group ids and the supplementary groups of a process."""

    uid: int = 0
    gid: int = 0
    groups: tuple[int, ...] = ()

    def in_group(self, gid: int) -> bool:
        """Whether the process belongs to the group."""
        return gid == self.gid or gid in self.groups


ROOT = Credentials()


def permitted(node: Node, wanted: int, who: Credentials) -> bool:
    """Whether `who` may read (4), write (2) and execute or search (1) `node`, as the bits of `wanted` ask.

    Root may do everything, except execute a file that nobody may execute.
    """
    if who.uid == 0:
        return not wanted & EXECUTE or isinstance(node, Directory) or bool(node.mode & 0o111)
    if who.uid == node.uid:
        bits = node.mode >> 6
    elif who.in_group(node.gid):
        bits = node.mode >> 3
    else:
        bits = node.mode
    return wanted & 7 & ~bits == 0


def may_remove(directory: Directory, node: Node, who: Credentials) -> bool:
    """Whether a name may be taken out of a directory that `who` can write: a sticky one guards what belongs
    to others.
    """
    return who.uid == 0 or not directory.mode & 0o1000 or who.uid in (node.uid, directory.uid)
