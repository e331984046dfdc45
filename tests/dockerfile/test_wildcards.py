"""Patterns with many wildcards: the same as a regular expression, in time that stays small."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minibuild.dockerfile.ignore import IgnoreError, IgnoreFile, _pieces
from minibuild.dockerfile.pattern import PatternError, replace
from minibuild.dockerfile.wildcards import Automaton

_PARTS = st.sampled_from(("a", "b", "/", "*", "**", "**/", "?", "[a-b]", "[^a]", "\\*", "c"))


@given(st.lists(_PARTS, min_size=1, max_size=9), st.text("aabb/c*", max_size=9))
def test_an_automaton_matches_as_the_expression_does(parts: list[str], path: str) -> None:
    pattern = "".join(parts)
    try:
        IgnoreFile.parse(pattern)
    except IgnoreError:
        return
    pieces = _pieces(pattern)
    expected = re.compile("".join(pieces) + r"\Z").match(path) is not None
    assert Automaton(pieces).matches(path) is expected


BOMBS = [
    ("*a" * 30 + "b", "a" * 200),
    ("/".join(["**/a*"] * 15) + "/b", "a/" * 100 + "a"),
    ("**/" * 40 + "x", "a/" * 1000),
    ("*[a-z]" * 25 + "0", "a" * 250),
    ("**/a*/**/a*/**/b", "a/" * 2000),
]


@pytest.mark.parametrize(("pattern", "path"), BOMBS)
def test_no_pattern_takes_long(pattern: str, path: str) -> None:
    ignore = IgnoreFile.parse(f"{pattern}\n")
    started = time.perf_counter()
    assert not ignore.excludes(path)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("text", ["[z-a]*a*b*c*d", "[a*a*b*c*]d"])
def test_strange_classes(text: str) -> None:
    IgnoreFile.parse(text).excludes("aaaaaaaaaaaaaaaaaaaaaaaaaaaaab")


_PATTERNS = st.text("ab*?", min_size=1, max_size=6)


@given(_PATTERNS, st.text("xy", max_size=2), st.text("aabb\n", max_size=12), st.booleans())
def test_replacing_finds_what_an_expression_finds(
    pattern: str, text: str, value: str, everywhere: bool
) -> None:
    """`*` is any text of a line; the longest match from the left counts, an empty one after another not."""
    expression = re.compile(pattern.replace("?", ".").replace("*", ".*"))
    found = replace(pattern, text, value, everywhere)
    if not everywhere:
        assert found == expression.sub(text, value, count=1)
        return
    parts, end, position = [], 0, 0
    while position <= len(value) and (match := expression.search(value, position)):
        parts.append(value[end : match.start()])
        parts.append(text if match.end() > end or match.start() == 0 else "")
        end, position = match.end(), max(position + 1, match.end())
    assert found == "".join(parts) + value[end:]


def test_replacing_takes_no_time_and_no_memory() -> None:
    started = time.perf_counter()
    assert replace("a*b", "x", "a" * 500_000, everywhere=True) == "a" * 500_000
    with pytest.raises(PatternError, match="has more than"):
        replace("a", "b" * 1000, "a" * 100_000, everywhere=True)
    assert time.perf_counter() - started < 5
