"""The JSON documents that look into images, as pydantic describes them; `docs/schemas/` has what follows.

    python -m minibuild.report.schemas docs/schemas

writes the schemas anew. A document that changes in a way that breaks its readers gets a new version: a new
number in `PUBLISHED`, besides the old one's file. The commands themselves make plain dicts: nothing here is
loaded to print one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Mode = Annotated[str, Field(pattern=r"^[0-7]{4}$", description="permission bits, octal")]
Count = Annotated[str, Field(pattern=r"^[0-9]*$", description="a number; empty when it is not known")]
Kind = Literal["file", "dir", "link", "hardlink", "char", "block", "fifo"]
Change = Literal["added", "changed", "deleted"]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _CamelCase(_Document):
    model_config = ConfigDict(alias_generator=to_camel)


class HistoryRow(_Document):
    """A line of `minibuild history --format json`: one instruction, the newest one first."""

    Comment: str
    CreatedAt: str = Field(description="RFC 3339, whole seconds")
    CreatedBy: str
    CreatedSince: str
    Fidelity: Literal["exact", "modelled", "assumed"]
    ID: str = Field(description="the image that the instruction made, or <missing>")
    Size: str
    Why: str = Field(description="why the step was not exact")
    Added: Count
    Changed: Count
    Deleted: Count
    Cached: Literal["", "true", "false"]
    Duration: str = Field(pattern=r"^([0-9.]+s)?$", description="empty when no build of it is remembered")


class LayerRow(_Document):
    """A line of `minibuild layers --format json`: one layer, the lowest one first."""

    Number: Count
    ID: str = Field(description="the diff ID's first digits")
    DiffID: Digest
    ChainID: Digest
    Size: str
    SizeBytes: int = Field(description="the bytes of the files in the layer")
    Added: Count
    Changed: Count
    Deleted: Count
    Created: str
    CreatedBy: str
    Line: Count = Field(description="of the Dockerfile; empty when it is not known")
    Problem: str = Field(description="why the layer can't be read")


class FileChange(_CamelCase):
    """A path that a layer adds, changes or deletes."""

    path: str
    change: Change
    kind: Kind
    size: int = Field(description="bytes; of a deleted directory, those of the files that it hid")
    mode: Mode
    uid: int
    gid: int
    target: str = Field(description="of a link")


class LayerChanges(_CamelCase):
    """A line of `minibuild layers --tree --format json`: one layer with its changes."""

    layer: int = Field(ge=1)
    diff_id: Digest
    chain_id: Digest
    size: int
    created_by: str
    line: int = Field(description="of the Dockerfile; 0 when it is not known")
    problem: str
    changes: list[FileChange]


class LargeFile(_Document):
    """A line of `minibuild layers --top COUNT --format json`, the largest file first."""

    CreatedBy: str
    Layer: Count
    Path: str
    Size: str
    SizeBytes: int


class Setting(_CamelCase):
    """A value of the configuration that differs; null where one has none."""

    name: str = Field(description="its path in the configuration, such as config.Env.PATH")
    old: Any
    new: Any


class DifferentFile(_CamelCase):
    """A path that differs."""

    path: str
    change: Change
    what: list[Literal["type", "mode", "owner", "attributes", "target", "device", "content"]]
    old_size: int
    new_size: int
    diff: list[str] = Field(default=[], description="a unified diff, with --content")


class ImageDiff(_CamelCase):
    """`minibuild diff --format json A B`."""

    version: Literal[1]
    first: Digest
    second: Digest
    settings: list[Setting]
    files: list[DifferentFile]


class WastedPath(_CamelCase):
    """A path that several layers hold."""

    path: str
    size: int = Field(description="the sum of its sizes")
    layers: list[int]
    deleted_by: int | None = Field(description="the layer that deletes it")
    advice: str


class Verdict(_CamelCase):
    """What a rule of .dive-ci says."""

    rule: Literal["lowestEfficiency", "highestWastedBytes", "highestUserWastedPercent"]
    limit: str
    result: Literal["PASS", "FAIL", "SKIP"]
    value: float | int


class ImageEfficiency(_CamelCase):
    """`minibuild efficiency --format json`; `passed` and `rules` are there when rules were asked for."""

    version: Literal[1]
    image: Digest
    size: int
    efficiency: float = Field(ge=0, le=1)
    wasted_bytes: int
    user_wasted_percent: float = Field(ge=0, description="a ratio, as dive has it")
    wasted_paths: list[WastedPath]
    layers: list[LayerChanges]
    passed: bool | None = None
    rules: list[Verdict] = []


class PathVersion(_CamelCase):
    """One version of a path."""

    layer: int = Field(ge=1)
    diff_id: Digest
    created_by: str
    line: int
    change: Change
    size: int
    mode: Mode
    sha256: str = Field(description="of a file; `opaque` and an origin for unknown bytes; else empty")


class ListedFile(_CamelCase):
    """A line of `minibuild ls --format json`."""

    path: str
    kind: Kind
    mode: Mode
    uid: int
    gid: int
    size: int
    target: str


class Vertex(_CamelCase):
    """A stage or an image."""

    key: str
    name: str
    detail: str
    kind: Literal["stage", "target", "unused", "image"]


class Edge(_CamelCase):
    """`source` is what `target` stands on, copies from, or mounts."""

    source: str
    target: str
    kind: Literal["from", "copy", "mount"]


class Graph(_CamelCase):
    """`minibuild graph --format json`."""

    version: Literal[1]
    nodes: list[Vertex]
    edges: list[Edge]


class Output(_CamelCase):
    """What was written to standard output (1) or standard error (2)."""

    descriptor: Literal[1, 2]
    text: str


class PlayedStep(_CamelCase):
    """One step of a build; `before` and `after` are image IDs, empty where nobody knows one."""

    step: int
    stage: str
    line: int
    instruction: str
    verdict: Literal["base", "cached", "ran", "failed", "unreached"]
    before: str
    after: str
    container: str
    output: list[Output]
    output_dropped: int
    changes: list[tuple[Literal["+", "~", "-"], str]]
    fidelity: str
    why: str
    seconds: float


class Replay(_CamelCase):
    """`minibuild replay --format json`."""

    version: Literal[1]
    steps: list[PlayedStep]


# The name of each schema's file, without `.json`, and what it describes.
PUBLISHED: dict[str, Any] = {
    "history-row.v1": HistoryRow,
    "layer-row.v1": LayerRow,
    "layer-changes.v1": LayerChanges,
    "large-file.v1": LargeFile,
    "image-diff.v1": ImageDiff,
    "image-efficiency.v1": ImageEfficiency,
    "blame.v1": list[PathVersion],
    "listed-file.v1": ListedFile,
    "graph.v1": Graph,
    "replay.v1": Replay,
}


def schema(name: str) -> str:
    """The text of a published schema's file."""
    document = {"$schema": _DIALECT, "$id": f"{name}.json", **TypeAdapter(PUBLISHED[name]).json_schema()}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write_schemas(directory: Path) -> None:
    """Write all published schemas."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in PUBLISHED:
        (directory / f"{name}.json").write_text(schema(name), "utf-8")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
