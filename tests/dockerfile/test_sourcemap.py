"""Offsets in an instruction's joined text and offsets in its file are two names of one character."""

from hypothesis import given
from hypothesis import strategies as st

from minibuild.dockerfile import parse
from minibuild.dockerfile.sourcemap import text_map

PIECES = st.sampled_from(
    ["a", "b c", " ", "\t", " \\\n", "\\\n", "\\\r\n", "\\ \n", "\n# note\n", "\\\n  # note\n  x", "\\\n\n y"]
)
ENDS = st.sampled_from(["\n", "\r\n"])


@st.composite
def dockerfiles(draw: st.DrawFn) -> str:
    end = draw(ENDS)
    head = draw(st.sampled_from(["", "\ufeff", "# escape=\\" + end, "  "]))
    runs = draw(st.lists(st.lists(PIECES, max_size=6).map("".join), min_size=1, max_size=4))
    lines = [f"  RUN x{run}{end}".replace("\n# note", "\nRUN x") for run in runs]
    return head + "FROM alpine" + end + "".join(lines)


@given(dockerfiles())
def test_every_character_is_found_again(text):
    try:
        dockerfile = parse(text, dialect="docker")
    except Exception:
        return
    for instruction in dockerfile.instructions:
        positions = text_map(text, dockerfile.escape).of(instruction)
        assert positions.length == len(instruction.original)
        found = "".join(text[positions.offset(at)] for at in range(positions.length))
        assert found == instruction.original


@given(dockerfiles())
def test_the_keyword_stands_at_the_instructions_column(text):
    try:
        dockerfile = parse(text, dialect="docker")
    except Exception:
        return
    for instruction in dockerfile.instructions:
        positions = text_map(text, dockerfile.escape).of(instruction)
        if positions.pieces[1:2] and positions.pieces[1][0] == 0:
            continue  # its first line holds nothing but the continuation character
        assert positions.place(0) == (instruction.start_line, instruction.column)


def test_a_span_holds_the_lines_between():
    text = "FROM alpine\nRUN a \\\n  # why\n  b \\\n\n  c\n"
    run = parse(text).instructions[1]
    positions = text_map(text).of(run)
    start, end = positions.span(run.original.index("a"), len(run.original))
    assert text[start:end] == "a \\\n  # why\n  b \\\n\n  c"
    assert positions.is_whole(0, 5)
    assert not positions.is_whole(0, len(run.original))
    assert positions.place(run.original.index("c")) == (6, 3)


def test_offsets_at_the_end_and_of_empty_spans():
    text = "FROM alpine"
    positions = text_map(text).of(parse(text).instructions[0])
    assert positions.offset(11) == 11
    assert positions.span(5, 5) == (5, 5)
    assert text_map(text).line_start(2) == len(text)
