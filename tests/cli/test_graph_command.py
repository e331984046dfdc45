"""minibuild graph: stages and images, in every form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

TEXT = """FROM busybox AS build
RUN echo made > /made
FROM busybox AS unused
RUN true
FROM scratch AS files
COPY --from=build /made /made
FROM build
COPY --from=files /made /m
COPY --from=alpine:3.20 /etc/os-release /o
RUN --mount=from=build,target=/b ls /b
"""


def test_stages(minibuild, context, snapshot: SnapshotAssertion) -> None:
    directory = context(TEXT)
    for form in ("text", "mermaid", "dot"):
        assert minibuild("graph", "--format", form, directory).out == snapshot(name=form)
    document = json.loads(minibuild("graph", "--format", "json", directory / "Dockerfile").out)
    kinds = {node["name"]: node["kind"] for node in document["nodes"]}
    assert kinds == {
        "busybox": "image", "scratch": "image", "alpine:3.20": "image",
        "build": "stage", "files": "stage", "unused": "unused", "3": "target",
    }
    targeted = json.loads(minibuild("graph", "--format", "json", "--target", "unused", directory).out)
    assert [node["name"] for node in targeted["nodes"] if node["kind"] == "target"] == ["unused"]


def test_a_drawing_is_xml_and_safe(minibuild, context) -> None:
    directory = context('FROM "<b>&amp;x" AS a\nFROM a\n')
    drawing = minibuild("graph", "--format", "svg", directory).out
    root = ElementTree.fromstring(drawing)
    assert len(root.findall(".//{http://www.w3.org/2000/svg}rect")) == 3
    assert "<b>" not in drawing


def test_images(minibuild, context) -> None:
    minibuild("build", "-t", "base", context("FROM busybox\nRUN echo > /a\n"))
    minibuild("build", "-t", "child", context("FROM base\nRUN echo > /b\n"))
    lines = minibuild("graph", "--images").out.splitlines()
    assert [line.split("  (")[0] for line in lines] == [
        "busybox:latest",
        "└─ base:latest",
        "   └─ child:latest",
    ]


def test_what_can_not_be_drawn(minibuild, context) -> None:
    assert minibuild("graph", "nosuch").status == 1
    assert "nosuch" in minibuild("graph", "--target", "nosuch", context(TEXT)).err
    assert minibuild("graph", context("RUNN x\n")).status == 1
