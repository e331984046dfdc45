"""`minibuild diff A B`: what differs between two images, as `git diff` shows it for two trees."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from minibuild.filesystem import File, Symlink
from minibuild.report.json_text import json_text
from minibuild.report.layers.differing import file_differences, settings_differences, text_of
from minibuild.report.reasons import shown
from minibuild.report.units import human_size

if TYPE_CHECKING:
    from minibuild.filesystem import Node
    from minibuild.report.layers.differing import Difference, Setting
    from minibuild.report.layers.subject import Subject

_WORDS = {"A": "added", "C": "changed", "D": "deleted"}


class Shape(NamedTuple):
    """How it is shown: with unified diffs of texts (`content`), as one line a file with sums (`stat`), as
    JSON.
    """

    content: bool = False
    stat: bool = False
    form: str = ""


def image_diff(first: Subject, second: Subject, shape: Shape) -> tuple[str, bool]:
    """(the text, whether anything differs)."""
    settings = settings_differences(first, second)
    files = file_differences(first, second)
    differs = bool(settings or files)
    if shape.form == "json":
        document = _document(first, second, settings, files, shape)
        return json_text(document), differs
    lines = [_setting_line(one) for one in settings]
    if lines and files:
        lines.append("")
    for one in files:
        lines.append(_file_line(one))
        if shape.content:
            lines += [shown(line) for line in unified(one)]
    if shape.stat:
        lines += ["", _sums(files)] if lines else []
    return "".join(line + "\n" for line in lines), differs


def _setting_line(one: Setting) -> str:
    old = "(none)" if one.old is None else json.dumps(one.old, ensure_ascii=False)
    new = "(none)" if one.new is None else json.dumps(one.new, ensure_ascii=False)
    return shown(f"{one.name}: {old} -> {new}")


def _file_line(one: Difference) -> str:
    what = f"  ({', '.join(told(one, name) for name in one.what)})" if one.what else ""
    size = ""
    if isinstance(one.old, File) and isinstance(one.new, File):
        if one.old.content.size != one.new.content.size:
            size = f"  {human_size(one.old.content.size)} -> {human_size(one.new.content.size)}"
    elif isinstance(one.new or one.old, File):
        size = f"  {human_size(_bytes(one.new or one.old))}"
    return shown(f"{one.change} /{one.path}{what}{size}")


def told(one: Difference, name: str) -> str:
    """What changed, and from what to what where that is short."""
    old, new = one.old, one.new
    assert old is not None
    assert new is not None
    if name == "mode":
        return f"mode {old.mode:04o} -> {new.mode:04o}"
    if name == "owner":
        return f"owner {old.uid}:{old.gid} -> {new.uid}:{new.gid}"
    if name == "type":
        return f"type {old.kind} -> {new.kind}"
    if isinstance(old, Symlink) and isinstance(new, Symlink):
        return f"target {old.target} -> {new.target}"
    return name


def _bytes(node: Node | None) -> int:
    return node.content.size if isinstance(node, File) else 0


def unified(one: Difference) -> list[str]:
    """How the texts of a file differ, as `diff -u` has it; nothing where only its attributes do."""
    if "content" not in one.what and one.change == "C":
        return []
    old, new = text_of(one.old), text_of(one.new)
    if (one.old is not None and old is None) or (one.new is not None and new is None):
        files = isinstance(one.new or one.old, File)
        return ["Binary files differ"] if files else []
    before = f"a/{one.path}" if one.old is not None else "/dev/null"
    after = f"b/{one.path}" if one.new is not None else "/dev/null"
    lines = []
    for line in difflib.unified_diff(old or [], new or [], before, after):
        lines.append(line.removesuffix("\n"))
        if not line.endswith("\n"):
            lines.append("\\ No newline at end of file")
    return lines


def _sums(files: list[Difference]) -> str:
    counts = [f"{sum(one.change == sign for one in files)} {word}" for sign, word in _WORDS.items()]
    grown = sum(_bytes(one.new) - _bytes(one.old) for one in files)
    sign = "-" if grown < 0 else "+"
    return f"{', '.join(counts)}, {sign}{human_size(abs(grown))}"


def _document(
    first: Subject, second: Subject, settings: list[Setting], files: list[Difference], shape: Shape
) -> dict[str, Any]:
    return {
        "version": 1,
        "first": first.image,
        "second": second.image,
        "settings": [{"name": one.name, "old": one.old, "new": one.new} for one in settings],
        "files": [
            {
                "path": "/" + one.path,
                "change": _WORDS[one.change],
                "what": list(one.what),
                "oldSize": _bytes(one.old),
                "newSize": _bytes(one.new),
                **({"diff": unified(one)} if shape.content else {}),
            }
            for one in files
        ],
    }
