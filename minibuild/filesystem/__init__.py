"""The virtual file system: nodes, a copy-on-write tree, the system calls of a process, change sets and layer
tars.

Start with `FileSystem`; a process's calls are on the `View` that `FileSystem.view` gives. Nothing here knows
of images, stores or containers.
"""

from minibuild.filesystem.changes import Change, changes
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
from minibuild.filesystem.openfile import OpenFile
from minibuild.filesystem.status import Stat
from minibuild.filesystem.tree import Entry, FileSystem, Snapshot
from minibuild.filesystem.view import SpecialFile, View

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
