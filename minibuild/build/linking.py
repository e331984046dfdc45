"""`--link`: a layer that was made on nothing is laid over the files below, as a union file system does."""

from minibuild.filesystem import Directory, FileSystem


def overlay(layer: Directory, filesystem: FileSystem) -> None:
    """Lay the tree `layer` over `filesystem`.

    Directories that exist take the layer's mode and owner; whatever else has the name of something in the
    layer, symbolic links to directories too, is replaced by it.
    """
    _overlay(layer, filesystem, "")


def _overlay(layer: Directory, filesystem: FileSystem, path: str) -> None:
    view = filesystem.view(umask=0)
    for name, node in sorted(layer.entries.items()):
        here = f"{path}/{name}"
        existing = view.lstat(here).node if view.lexists(here) else None
        if not isinstance(node, Directory):
            if isinstance(existing, Directory):
                view.remove_tree(here)
            filesystem.place(here, node)
            continue
        if existing is not None and not isinstance(existing, Directory):
            view.unlink(here)
            existing = None
        if existing is None:
            view.mkdir(here, node.mode)
        _overlay(node, filesystem, here)
        view.chown(here, node.uid, node.gid, follow=False)
        view.chmod(here, node.mode)
        view.utime(here, node.mtime, follow=False)
