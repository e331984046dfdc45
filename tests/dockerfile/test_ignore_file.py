"""Ignore files against moby's rules."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minibuild.dockerfile.ignore import IgnoreError, IgnoreFile

RULES = [
    ("a", ["a", "a/b", "a/b/c"], ["ab", "b/a", "A"]),
    ("/a/", ["a", "a/b"], ["b/a"]),
    ("*.log", ["x.log"], ["d/x.log", "x.logs"]),
    ("**/*.log", ["x.log", "d/x.log", "d/e/x.log"], ["x.log.txt"]),
    ("**", ["a", "a/b"], []),
    ("a/**", ["a/b", "a/b/c"], ["a", "ab"]),
    ("a**", ["a", "ab", "a/b"], ["b"]),
    ("**b", ["b", "ab", "x/ab"], ["bc"]),
    ("**/b", ["b", "x/b", "x/b/c"], ["ab"]),
    ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["a/bb", "b"]),
    ("a?c", ["abc"], ["ac", "a/c"]),
    ("[a-c]x", ["ax", "cx"], ["dx"]),
    ("[^a]x", ["bx"], ["ax"]),
    ("a.b", ["a.b"], ["axb"]),
    ("./a/../b", ["b"], ["a"]),
    (".", [], ["a"]),
    ("# a\n #b\n\\#c", ["#b", "#c"], ["a", "# a"]),
    ("  a  \r\n\r\nb\r\n", ["a", "b"], []),
    ("\ufeffa", ["a"], []),
    ("*\n!a", ["b", "b/c"], ["a", "a/b"]),
    ("!a\n*", ["a"], []),
    ("a\n!a/b\na/b/c", ["a", "a/x", "a/b/c"], ["a/b", "a/b/d"]),
    ("*\n! **/keep", ["x"], ["keep", "d/keep"]),
    ("src/**\n!src/**/*.c", ["src/a.h", "src/d/a.h"], ["src/a.c", "src/d/a.c", "src"]),
    # A pattern that was not asked about the directory does not count for what is below it.
    ("a\n!a/b\n*", ["a", "c"], ["a/b"]),
]


@pytest.mark.parametrize(("text", "hidden", "seen"), RULES)
def test_rules(text: str, hidden: list[str], seen: list[str]) -> None:
    ignore = IgnoreFile.parse(text)
    assert [p for p in hidden if not ignore.excludes(p)] == []
    assert [p for p in seen if ignore.excludes(p)] == []


@pytest.mark.parametrize("text", ["!", "! /", "a\n[", "[]", "[a-", "a\\", "[-]"])
def test_bad_patterns_are_refused_with_their_line(text: str) -> None:
    with pytest.raises(IgnoreError) as caught:
        IgnoreFile.parse(text)
    assert caught.value.line == text.count("\n") + 1


REINCLUDED = [
    ("a", "a", False),
    ("a\n!a/b", "a", True),
    ("a\n!a/b", "a/c", False),
    ("a\n!a/*/c", "a/x", True),
    ("!a/b\na", "a", False),
    ("a\n!**/keep", "a/x/y", True),
    ("*\n!src/main.c", "node_modules", False),
    ("*\n!src/main.c", "src", True),
]


@pytest.mark.parametrize(("text", "directory", "expected"), REINCLUDED)
def test_whether_an_ignored_directory_must_be_walked(text: str, directory: str, expected: bool) -> None:
    assert IgnoreFile.parse(text).may_reinclude_below(directory) is expected


names = st.sampled_from(["a", "b", "ab", "a.c", "keep"])
parts = st.one_of(names, st.sampled_from(["*", "**", "?", "a*", "*.c", "**b"]))
patterns = st.builds(
    lambda bang, items: bang + "/".join(items),
    st.sampled_from(["", "!"]),
    st.lists(parts, min_size=1, max_size=3),
)
paths = st.lists(names, min_size=1, max_size=4).map("/".join)


@given(st.lists(patterns, max_size=5), st.lists(paths, min_size=1, max_size=8))
def test_nothing_below_a_pruned_directory_would_be_seen(lines: list[str], found: list[str]) -> None:
    ignore = IgnoreFile.parse("\n".join(lines))
    for path in found:
        directory = path.rpartition("/")[0]
        if directory and ignore.excludes(directory, True) and not ignore.may_reinclude_below(directory):
            assert ignore.excludes(path)


@given(st.lists(patterns, max_size=5), st.lists(paths, min_size=1, max_size=8))
def test_the_order_of_questions_does_not_matter(lines: list[str], found: list[str]) -> None:
    text = "\n".join(lines)
    ignore = IgnoreFile.parse(text)
    together = [ignore.excludes(path, True) for path in found]
    assert together == [IgnoreFile.parse(text).excludes(path) for path in found]


@given(st.text(alphabet="ab*?[]^-!\\/. #\n", max_size=30), paths)
def test_any_text_is_read_or_refused(text: str, path: str) -> None:
    try:
        ignore = IgnoreFile.parse(text)
    except IgnoreError:
        return
    assert ignore.excludes(path) in (True, False)


def test_a_hundred_thousand_files_take_little_time() -> None:
    ignore = IgnoreFile.parse("node_modules\n**/*.pyc\n**/__pycache__\n*.log\n!dist/keep\n!README.md\n")
    found = [f"src/d{n // 1000}/e{n % 20}/file{n}.{'c' if n % 7 else 'pyc'}" for n in range(100_000)]
    start = time.perf_counter()
    assert sum(map(ignore.excludes, found)) == 14_286
    assert time.perf_counter() - start < 5  # 0.2 s on two cores
