"""Builds in a store of their own, from a context that the test writes."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from minibuild.build import events
from minibuild.build.building import build
from minibuild.build.request import BuildRequest, BuildResult
from minibuild.filesystem import File, FileSystem, Node, Symlink
from minibuild.image.config import ImageConfig
from minibuild.store import Store


@dataclass
class Bench:
    """A store and a context directory; `build` builds the context's Dockerfile or the text it is given."""

    store: Store
    context: Path
    told: list[events.Event] = field(default_factory=list)

    def write(self, **files: str | bytes) -> None:
        """Write files of the context; `__` in a name is a slash, `_dot_` a dot."""
        for name, content in files.items():
            self.put(name.replace("__", "/").replace("_dot_", "."), content)

    def put(self, path: str, content: str | bytes = b"", mode: int = 0o644) -> Path:
        """Write one file of the context."""
        target = self.context / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        target.chmod(mode)
        os.utime(target, (1_600_000_000, 1_600_000_000))
        return target

    def build(self, text: str | None = None, **options: Any) -> BuildResult:
        """Build; what happens is in `told`."""
        self.told.clear()
        if text is not None:
            (self.context / "Dockerfile").write_text(text)
        request = BuildRequest(self.context)
        return build(request._replace(**options), self.store, self.told.append)

    def config(self, result: BuildResult) -> ImageConfig:
        """The configuration of what was built."""
        return self.store.image(result.image)

    def root(self, result: BuildResult) -> FileSystem:
        """The files of what was built, as somebody sees them who opens the store anew."""
        with Store.open(self.store.root) as store:
            return FileSystem(store.layer_filesystem(self.config(result).diff_ids))

    def node(self, result: BuildResult, path: str) -> Node:
        """One node of what was built; links are not followed."""
        return self.root(result).node(path, follow=False)

    def tree(self, result: BuildResult) -> dict[str, str]:
        """Path: what is there, in short: `dir 0755`, `file 0644 content`, `link target`, with ` uid:gid`
        unless 0:0.
        """
        return {entry.path: describe(entry.node) for entry in self.root(result).walk()}

    @property
    def cached(self) -> list[int]:
        """The numbers of the steps that were found in the cache."""
        return [event.step for event in self.told if isinstance(event, events.StepCached)]

    @property
    def output(self) -> str:
        """What the steps' processes wrote."""
        return b"".join(e.data for e in self.told if isinstance(e, events.StepOutput)).decode()


def describe(node: Node) -> str:
    """A node in one line."""
    owner = f" {node.uid}:{node.gid}" if (node.uid, node.gid) != (0, 0) else ""
    if isinstance(node, File):
        content = node.content.read()
        shown = content.decode() if content.isascii() else content.hex()
        return f"file {node.mode:04o}{owner} {shown}".rstrip()
    if isinstance(node, Symlink):
        return f"link{owner} {node.target}"
    return f"{node.kind} {node.mode:04o}{owner}"
