"""The virtual file system: nodes, a copy-on-write tree, the system calls of a process, change sets and layer
tars.

Start with `FileSystem`; a process's calls are on the `View` that `FileSystem.view` gives. Nothing here knows
of images, stores or containers.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minibuild.filesystem.changeset import Change, changes
    from minibuild.filesystem.content import (
        OPAQUE_ATTRIBUTE,
        BlobSource,
        Content,
        FileChangedError,
        GrowingContent,
        HostContent,
        InlineContent,
        OpaqueContent,
        SliceContent,
    )
    from minibuild.filesystem.credentials import ROOT, Credentials
    from minibuild.filesystem.entries import LayerEntry, LayerError, dump_entries, load_entries, read_layer
    from minibuild.filesystem.errors import fail, strerror
    from minibuild.filesystem.kept import dump_tree, load_tree
    from minibuild.filesystem.layer import apply_layer, round_times, settle, write_layer
    from minibuild.filesystem.nodes import Device, Directory, Fifo, File, Node, Symlink
    from minibuild.filesystem.openfile import OpenFile, SpecialFile
    from minibuild.filesystem.status import Stat
    from minibuild.filesystem.tree import Entry, FileSystem, Snapshot
    from minibuild.filesystem.view import View

__all__ = [
    "OPAQUE_ATTRIBUTE",
    "ROOT",
    "BlobSource",
    "Change",
    "Content",
    "Credentials",
    "Device",
    "Directory",
    "Entry",
    "Fifo",
    "File",
    "FileChangedError",
    "FileSystem",
    "GrowingContent",
    "HostContent",
    "InlineContent",
    "LayerEntry",
    "LayerError",
    "Node",
    "OpaqueContent",
    "OpenFile",
    "SliceContent",
    "Snapshot",
    "SpecialFile",
    "Stat",
    "Symlink",
    "View",
    "apply_layer",
    "changes",
    "dump_entries",
    "dump_tree",
    "fail",
    "load_entries",
    "load_tree",
    "read_layer",
    "round_times",
    "settle",
    "strerror",
    "write_layer",
]

# Where each name is. Modules are imported when they are used: a build that finds everything in its cache
# needs few of them.
_PLACES = {
    "BlobSource": "content",
    "Change": "changeset",
    "Content": "content",
    "Credentials": "credentials",
    "Device": "nodes",
    "Directory": "nodes",
    "Entry": "tree",
    "Fifo": "nodes",
    "File": "nodes",
    "FileChangedError": "content",
    "FileSystem": "tree",
    "GrowingContent": "content",
    "HostContent": "content",
    "InlineContent": "content",
    "LayerEntry": "entries",
    "LayerError": "entries",
    "Node": "nodes",
    "OPAQUE_ATTRIBUTE": "content",
    "OpaqueContent": "content",
    "OpenFile": "openfile",
    "ROOT": "credentials",
    "SliceContent": "content",
    "Snapshot": "tree",
    "SpecialFile": "openfile",
    "Stat": "status",
    "Symlink": "nodes",
    "View": "view",
    "apply_layer": "layer",
    "changes": "changeset",
    "dump_entries": "entries",
    "dump_tree": "kept",
    "fail": "errors",
    "load_entries": "entries",
    "load_tree": "kept",
    "read_layer": "entries",
    "round_times": "layer",
    "settle": "layer",
    "strerror": "errors",
    "write_layer": "layer",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = value
    return value
