"""What can be said of a pattern without matching: lengths, loops, whether it looks at words."""

from __future__ import annotations

from minibuild.programs.text.regex_parse import Assertion, Bytes, Choice, Group, Node, Repeat, Sequence


def width(node: Node) -> int | None:
    """The length that every match of the part has; None when it varies."""
    if isinstance(node, Bytes):
        return 1
    if isinstance(node, Sequence):
        widths = [width(part) for part in node.parts]
        return None if None in widths else sum(width for width in widths if width is not None)
    if isinstance(node, Choice):
        options = {width(branch) for branch in node.branches}
        return options.pop() if len(options) == 1 else None
    if isinstance(node, Group):
        return width(node.part)
    if isinstance(node, Repeat):
        inner = width(node.part)
        return inner * node.low if inner is not None and node.low == node.high else None
    return 0 if isinstance(node, Assertion) else None


def minimum(node: Node) -> int:
    """A lower bound of the length of a match; 0 when the part may be empty."""
    if isinstance(node, Bytes):
        return 1
    if isinstance(node, Sequence):
        return sum(minimum(part) for part in node.parts)
    if isinstance(node, Choice):
        return min(minimum(branch) for branch in node.branches)
    if isinstance(node, Group):
        return minimum(node.part)
    if isinstance(node, Repeat):
        return node.low * minimum(node.part)
    return 0


def loops(node: Node) -> tuple[int, int]:
    """How many endless repetitions there are, and how deep repetitions of varying parts are nested."""
    if isinstance(node, (Sequence, Choice)):
        parts = [loops(part) for part in (node.parts if isinstance(node, Sequence) else node.branches)]
        return sum(count for count, _ in parts), max((depth for _, depth in parts), default=0)
    if isinstance(node, Group):
        return loops(node.part)
    if isinstance(node, Repeat):
        count, depth = loops(node.part)
        varying = width(node.part) is None or isinstance(_inside(node.part), Choice)
        many = node.high is None or node.high > 1
        return count + (node.high is None), max(depth, 1) + 1 if many and varying else max(depth, 1)
    return 0, 0


def _inside(node: Node) -> Node:
    while isinstance(node, Group):
        node = node.part
    return node


def has_word_places(node: Node) -> bool:
    """Does the pattern look at words (\\b \\< \\>)?"""
    if isinstance(node, Assertion):
        return node.kind in "bB<>"
    if isinstance(node, Sequence):
        return any(map(has_word_places, node.parts))
    if isinstance(node, Choice):
        return any(map(has_word_places, node.branches))
    return isinstance(node, (Group, Repeat)) and has_word_places(node.part)
