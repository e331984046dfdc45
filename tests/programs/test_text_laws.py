"""Laws of the programs for lines: against Python, and of one program with another."""

import re

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from programs_machine import busybox, gnu

MACHINES = {"busybox": busybox(), "gnu": gnu()}
FAMILIES = st.sampled_from(sorted(MACHINES))
LINE = st.binary(max_size=6).map(lambda data: data.replace(b"\n", b" ").replace(b"\0", b"0"))
LINES = st.lists(LINE, max_size=12)
WORD = st.text("abc xyz.", max_size=6)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def joined(lines):
    """Lines as a text."""
    return b"".join(line + b"\n" for line in lines)


def run(family, command, data=b""):
    """The bytes a command writes for bytes on its standard input."""
    out = MACHINES[family].run(command, stdin=data, env={"LC_ALL": "C"}).out
    return out.encode("utf-8", "surrogateescape")


@QUICK
@given(FAMILIES, LINES)
def test_sort_is_the_order_of_bytes(family, lines):
    assert run(family, "sort", joined(lines)) == joined(sorted(lines))
    assert run(family, "sort -r", joined(lines)) == joined(sorted(lines, reverse=True))
    assert run(family, "sort -u", joined(lines)) == joined(sorted(set(lines)))


@QUICK
@given(FAMILIES, st.lists(st.integers(-999, 999), max_size=10))
def test_sort_by_number(family, numbers):
    text = joined(str(number).encode() for number in numbers)
    assert run(family, "sort -n", text) == joined(str(number).encode() for number in sorted(numbers))


@QUICK
@given(FAMILIES, st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 20)), max_size=10))
def test_a_stable_sort_by_a_key_keeps_the_order_of_equals(family, pairs):
    text = joined(f"{number} {letter}".encode() for letter, number in pairs)
    expected = joined(f"{number} {letter}".encode() for letter, number in sorted(pairs, key=lambda p: p[0]))
    assert run(family, "sort -s -k2,2", text) == expected


@QUICK
@given(FAMILIES, LINES)
def test_uniq_of_sorted_lines_is_their_set(family, lines):
    ordered = joined(sorted(lines))
    assert run(family, "uniq", ordered) == joined(sorted(set(lines)))
    single = [line for line in sorted(set(lines)) if lines.count(line) == 1]
    assert run(family, "uniq -u", ordered) == joined(single)
    assert run(family, "uniq -d", ordered) == joined(sorted(set(lines) - set(single)))


@QUICK
@given(FAMILIES, LINES)
def test_tac_and_rev_twice_change_nothing(family, lines):
    text = joined(lines)
    assert run(family, "tac", text) == joined(reversed(lines))
    assert run(family, "tac", run(family, "tac", text)) == text
    plain = joined(re.sub(rb"[^ -~]", b".", line) for line in lines)
    assert run(family, "rev", run(family, "rev", plain)) == plain


@QUICK
@given(FAMILIES, st.lists(st.text("abcxyz", max_size=8), max_size=6))
def test_sed_replaces_as_bytes_do(family, words):
    text = joined(word.encode() for word in words)
    assert run(family, ["sed", "s/x/yz/g"], text) == text.replace(b"x", b"yz")
    assert run(family, ["sed", "s/ab/b/g"], text) == text.replace(b"ab", b"b")
    assert run(family, ["awk", '{gsub(/a/, "cc"); print}'], text) == text.replace(b"a", b"cc")


@QUICK
@given(FAMILIES, LINES, LINES)
def test_comm_parts_two_sorted_lists(family, left, right):
    machine = MACHINES[family]
    left, right = ([line.replace(b"\t", b" ") for line in sorted(set(one))] for one in (left, right))
    left, right = sorted(set(left)), sorted(set(right))
    machine.filesystem.write_file("/w/left", joined(left))
    machine.filesystem.write_file("/w/right", joined(right))
    assert run(family, "comm -12 left right") == joined(sorted(set(left) & set(right)))
    assert run(family, "comm -23 left right") == joined(sorted(set(left) - set(right)))
    assert run(family, "comm -13 left right") == joined(sorted(set(right) - set(left)))


@QUICK
@given(FAMILIES, st.lists(st.text("ab", max_size=3), min_size=1, max_size=6))
def test_cut_takes_apart_what_paste_joins(family, words):
    machine = MACHINES[family]
    lines = [word.encode() for word in words]
    machine.filesystem.write_file("/w/left", joined(lines))
    machine.filesystem.write_file("/w/right", joined(reversed(lines)))
    table = run(family, "paste left right")
    assert table == joined(b"\t".join(pair) for pair in zip(lines, reversed(lines), strict=True))
    assert run(family, "cut -f1", table) == joined(lines)
    assert run(family, "cut -f2", table) == joined(reversed(lines))


@QUICK
@given(FAMILIES, st.lists(st.text("abcd", max_size=5), min_size=1, max_size=8), st.data())
def test_diff_then_patch_gives_the_second_file(family, words, data):
    machine = MACHINES[family]
    changed = list(words)
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(changed)))
        if data.draw(st.booleans()):
            changed.insert(place, data.draw(st.text("abcd", max_size=5)))
        elif changed:
            del changed[min(place, len(changed) - 1)]
    assume(changed)
    old, new = (joined(word.encode() for word in one) for one in (words, changed))
    machine.filesystem.write_file("/w/old", old)
    machine.filesystem.write_file("/w/new", new)
    difference = run(family, "diff -u old new")
    machine.filesystem.write_file("/w/target", old)
    if difference:
        machine.run("patch target", stdin=difference)
    assert machine.text("/w/target").encode() == new
    assert (difference == b"") == (old == new)


@QUICK
@given(FAMILIES, st.text("abcd", max_size=8), st.text("abcd", min_size=1, max_size=3))
def test_tr_is_a_map_of_bytes(family, text, letters):
    expected = text.translate({ord(letter): None for letter in letters})
    assert run(family, ["tr", "-d", letters], text.encode()).decode() == expected
    assert run(family, ["tr", "a-d", "A-D"], text.encode()).decode() == text.upper()


@QUICK
@given(FAMILIES, st.text("ab \t", max_size=20), st.integers(1, 9))
def test_fold_and_expand_lose_nothing(family, text, width):
    folded = run(family, ["fold", "-w", str(width)], text.replace("\t", "").encode())
    assert folded.replace(b"\n", b"").decode() == text.replace("\t", "")
    assert all(len(line) <= width for line in folded.split(b"\n"))
    assert run(family, "expand", text.encode()).decode() == text.expandtabs()


ATOM = st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]", "(a|b)", "(ab)"])
PIECE = st.builds("".join, st.tuples(ATOM, st.sampled_from(["", "*", "+", "?", "{2}", "{1,2}"])))
PATTERN = st.builds("".join, st.lists(PIECE, min_size=1, max_size=4))


@QUICK
@given(FAMILIES, PATTERN, st.booleans(), st.lists(st.text("abc", max_size=7), min_size=1, max_size=5))
def test_regular_expressions_select_what_pythons_do(family, pattern, whole, words):
    text = joined(word.encode() for word in words)
    matches = re.compile(pattern).fullmatch if whole else re.compile(pattern).search
    expected = joined(word.encode() for word in words if matches(word))
    assert run(family, ["grep", "-xE" if whole else "-E", pattern], text) == expected
    script = f"/^({pattern})$/!d" if whole else f"/{pattern}/!d"
    assert run(family, ["sed", "-E", script], text) == expected
    assert run(family, ["awk", f"/^({pattern})$/" if whole else f"/{pattern}/"], text) == expected
