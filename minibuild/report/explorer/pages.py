"""What the explorer shows of a file, a layer or the Dockerfile: lines, each of a sort."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, NamedTuple

from minibuild.build.opaque import why_opaque
from minibuild.filesystem import Directory, File, Symlink
from minibuild.report.explorer.view import safe
from minibuild.report.image_diff import told, unified
from minibuild.report.layers.differing import Difference, changed_attributes, text_of
from minibuild.report.page.document import dockerfile_path
from minibuild.report.units import human_size
from minibuild.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.filesystem import Node
    from minibuild.report.explorer.view import Explorer
    from minibuild.report.layers.stack import Layer

_WORDS = {"A": "added", "C": "changed", "D": "deleted"}
_MOST_HEX = 4096
_MOST_TEXT = 1 << 20
_MOST_LINES = 20_000  # of two texts that are compared
_LONGEST_LINE = 2000
_KINDS = {"char": "a character device", "block": "a block device", "fifo": "a fifo"}


class Line(NamedTuple):
    """`sort` is `+`, `-`, `@`, `note` (the explorer's own words), `here` (what is pointed at), or ""."""

    text: str
    sort: str = ""


class Page(NamedTuple):
    """A title and lines; `focus` is the index of the line to begin with."""

    title: str
    lines: tuple[Line, ...]
    focus: int = 0


def content_page(view: Explorer, path: str) -> Page:
    """A path as the selected layer leaves it; what it deletes, as it was."""
    try:
        return Page(f"/{safe(path)}", tuple(_content(view, path)))
    except (StoreError, OSError) as error:
        return _failed(path, error)


def difference_page(view: Explorer, path: str) -> Page:
    """How the layer that wrote a path last, up to the selected one, changed it."""
    written = [number for number, _ in view.history(path) if number <= view.number]
    height = written[-1] if written else view.number
    title = f"/{safe(path)}: what layer {height} changed"
    try:
        old, new = view.node(path, height - 1), view.node(path, height)
        lines = tuple(_difference(path, old, new))
    except (StoreError, OSError) as error:
        return _failed(path, error)
    if not written and not lines:
        return Page(title, (Line(f"layer {height} does not change it", "note"),))
    return Page(title, lines or (Line("only times differ", "note"),))


def source_page(view: Explorer) -> Page:
    """The Dockerfile, at the line that made the selected layer; else what the history tells."""
    layer = view.layer
    record = view.record
    path = dockerfile_path(record) if record is not None else None
    if layer is None:
        return Page("Dockerfile", (Line("the image has no layers", "note"),))
    if record is None or path is None or not layer.line:
        why = "the Dockerfile is gone" if layer.line else "nobody knows the line of a Dockerfile that made it"
        return Page(f"Layer {layer.number}", (Line(why, "note"), Line(""), *_wrapped(layer.created_by)))
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError as error:
        return _failed(str(path), error)
    at = layer.line - 1
    step = next((one.instruction for one in record.steps if one.layer == layer.diff_id), "")
    end = at
    while end < len(lines) and lines[end].rstrip().endswith("\\"):
        end += 1
    shown = [
        Line(
            f"{number + 1:>4} {'>' if at <= number <= end else ' '} {safe(text)}",
            "here" * (at <= number <= end),
        )
        for number, text in enumerate(lines)
    ]
    title = f"Layer {layer.number}: line {layer.line} of {safe(str(path))}"
    if at >= len(lines) or lines[at].split()[:1] not in (step.split()[:1], ["FROM"]):
        remark = Line(f"the file has changed since: that line was {safe(step)}", "note")
        return Page(title, (remark, Line(""), *shown), min(at + 2, len(shown)))
    return Page(title, tuple(shown), at)


def layer_lines(layer: Layer) -> list[str]:
    """A layer in a few lines: digest, size, changes and its whole instruction."""
    counts = ", ".join(f"{layer.count(sign)} {word}" for sign, word in _WORDS.items())
    where = f", line {layer.line} of the Dockerfile" if layer.line else ""
    return [
        f"Layer {layer.number}{where}",
        f"{human_size(layer.size)}; {counts}",
        layer.diff_id,
        safe(layer.created_by) or "(no history)",
    ]


def instruction(view: Explorer, layer: Layer) -> str:
    """The instruction that made a layer, as the Dockerfile has it, or as far as the history tells."""
    for step in view.record.steps if view.record is not None else ():
        if step.layer == layer.diff_id:
            return safe(step.instruction)
    text = layer.created_by.strip()
    if text.startswith("|"):  # docker's: |2 A=1 B=2 /bin/sh -c make
        text = text[text.find("/bin/sh -c ") :] if "/bin/sh -c " in text else text
    if "#(nop)" in text:
        text = text.partition("#(nop)")[2]
    elif text.startswith("/bin/sh -c "):
        text = "RUN " + text.removeprefix("/bin/sh -c ")
    return safe(" ".join(text.removesuffix("# buildkit").replace("RUN /bin/sh -c ", "RUN ").split()))


def status(view: Explorer, path: str) -> str:
    """A path in one line: mode, owner, and the layers that wrote it."""
    history = view.history(path)
    told_of = ", ".join(f"{_WORDS[one.change]} by layer {number}" for number, one in reversed(history))
    for number, one in reversed(history):
        if number <= view.number and one.change != "D":
            target = f" -> {safe(one.target)}" if one.target else ""
            return f"{one.mode:04o} {one.uid}:{one.gid} /{safe(path)}{target}  {told_of}"
    return f"/{safe(path)}  {told_of}"


def _failed(path: str, error: Exception) -> Page:
    return Page(safe(path), (Line(safe(str(getattr(error, "message", error))), "note"),))


def _content(view: Explorer, path: str) -> Iterator[Line]:
    node = view.node(path, view.number)
    if node is None:
        node = view.node(path, view.number - 1)
        yield Line(f"deleted by layer {view.number}; it was:", "note")
    if node is None:
        yield Line("nothing is there", "note")
        return
    size = f", {human_size(node.content.size)}" if isinstance(node, File) else ""
    layers = ", ".join(str(number) for number, _ in view.history(path)) or "none by itself"
    yield Line(
        f"mode {node.mode:04o}, owner {node.uid}:{node.gid}{size}; written by layers: {layers}", "note"
    )
    yield Line("")
    if why_opaque(node):
        yield Line(safe(why_opaque(node)), "note")
    elif isinstance(node, File):
        yield from _file_lines(node)
    elif isinstance(node, Symlink):
        yield Line(f"a symbolic link to {safe(node.target)}")
    elif isinstance(node, Directory):
        yield Line(f"a directory of {len(node.entries)} entries")
    else:
        yield Line(_KINDS.get(node.kind, node.kind))


def _file_lines(node: File) -> Iterator[Line]:
    """A text up to 1 MiB; of everything else the head in hexadecimal."""
    head = _head(node, _MOST_TEXT)
    text = _decoded(head, cut=len(head) < node.content.size)
    if text is None:
        yield from _hex_lines(head[:_MOST_HEX])
        if node.content.size > _MOST_HEX:
            yield Line(f"… the first {_MOST_HEX:,} of {node.content.size:,} bytes", "note")
        return
    for line in text.split("\n")[: -1 if text.endswith("\n") else None]:
        yield Line(safe(line[:_LONGEST_LINE]) + ("…" if len(line) > _LONGEST_LINE else ""))
    if len(head) < node.content.size:
        yield Line(f"… the first {len(head):,} of {node.content.size:,} bytes", "note")


def _head(node: File, most: int) -> bytes:
    found = bytearray()
    for chunk in node.content.chunks():
        found += chunk
        if len(found) >= most:
            break
    return bytes(found[:most])


def _decoded(data: bytes, *, cut: bool) -> str | None:
    """The text; None for what is none. A character that is `cut` at the end is left out."""
    if b"\0" in data:
        return None
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data, not cut)
    except UnicodeDecodeError:
        return None


def _hex_lines(data: bytes) -> Iterator[Line]:
    for start in range(0, len(data), 16):
        row = data[start : start + 16]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        yield Line(f"{start:08x}  {row[:8].hex(' '):<23}  {row[8:].hex(' '):<23}  {letters}")


def _difference(path: str, old: Node | None, new: Node | None) -> Iterator[Line]:
    if old is None and new is None:
        return
    if old is None or new is None:
        one = Difference(path, "A" if old is None else "D", (), old, new)
        yield Line(f"{_WORDS[one.change]}: {(new or old).kind}", "note")  # type: ignore[union-attr]
    else:
        one = Difference(path, "C", tuple(changed_attributes(old, new)), old, new)
        for name in one.what:
            yield Line(safe(told(one, name)), "note")
    if not any(isinstance(node, File) for node in (old, new)):
        return
    texts = [text_of(node) if node is not None else [] for node in (old, new)]
    if any(text is None for text in texts):
        yield from _binary_difference(old, new, one)
    elif sum(len(text or ()) for text in texts) > _MOST_LINES:
        yield Line("these texts are too long to compare here: `minibuild diff --content` does it", "note")
    else:
        for line in unified(one):
            sort = line[0] if line[:1] in ("+", "-", "@") and line[:3] not in ("+++", "---") else ""
            yield Line(safe(line[:_LONGEST_LINE]), sort)


def _binary_difference(old: Node | None, new: Node | None, one: Difference) -> Iterator[Line]:
    """The heads of both, in hexadecimal: what only one of them has."""
    if one.change == "C" and not {"content", "type"} & set(one.what):
        return
    heads = [
        [line.text for line in _hex_lines(_head(node, _MOST_HEX))] if isinstance(node, File) else []
        for node in (old, new)
    ]
    for sign, mine, other in (("-", heads[0], set(heads[1])), ("+", heads[1], set(heads[0]))):
        yield from (Line(f"{sign}{text}", sign) for text in mine if text not in other)
    sizes = [node.content.size for node in (old, new) if isinstance(node, File)]
    if max(sizes) > _MOST_HEX:
        yield Line(f"… of the first {_MOST_HEX:,} bytes", "note")


def _wrapped(text: str) -> Iterator[Line]:
    for part in text.split("&&"):
        yield Line(("" if part is text or text.startswith(part) else "  && ") + safe(part.strip()))
