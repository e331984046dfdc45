"""Wildcards of COPY and ADD sources (Go's filepath.Match)."""

import pytest

from minibuild.build.patterns import clean_source, component_pattern, has_wildcard


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("*.txt", "a.txt", True),
        ("*.txt", ".txt", True),
        ("*.txt", "a.txt.gz", False),
        ("file?.md", "file1.md", True),
        ("file?.md", "file.md", False),
        ("[ab].c", "a.c", True),
        ("[ab].c", "c.c", False),
        ("h[^x]llo", "hello", True),
        ("h[^x]llo", "hxllo", False),
        ("[a-c]*", "banana", True),
        ("[a-c]*", "dill", False),
        (r"a\*b", "a*b", True),
        (r"a\*b", "axb", False),
        ("[", "[", True),
        ("a[b", "a[b", True),
        ("[z-a]", "m", False),
        ("[]]", "]", True),
        ("[^]]", "]", False),
        ("*", "new\nline", True),
        ("a.b", "axb", False),
        ("[&&a]", "&", True),
    ],
)
def test_a_component_matches_as_filepath_match_does(pattern: str, name: str, matches: bool) -> None:
    assert (component_pattern(pattern).match(name) is not None) is matches


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("a.txt", "/a.txt"),
        ("./a.txt", "/a.txt"),
        ("/a", "/a"),
        ("src/", "/src/"),
        ("src/.", "/src/"),
        (".", "/"),
        ("/", "/"),
        ("sub/../b", "/b"),
        ("../../../etc/passwd", "/etc/passwd"),
        ("a//b", "/a/b"),
        ("a/..", "/"),
    ],
)
def test_a_source_is_cleaned_and_clamped_at_the_root(written: str, cleaned: str) -> None:
    assert clean_source(written) == cleaned


def test_a_backslash_counts_as_a_wildcard() -> None:
    assert has_wildcard(r"a\b")
    assert not has_wildcard("plain-name.txt")
