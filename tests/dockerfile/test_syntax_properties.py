"""Laws: whatever the text, there is a tree or an error with a place; trees are stable."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minibuild.dockerfile import DockerfileError, dump, load, parse, to_document, to_json, to_tree
from minibuild.dockerfile.nodes import INSTRUCTIONS

KEYWORDS = [*INSTRUCTIONS, "from", "run", "NOPE", "#", ""]
PIECES = [
    *("a", "b=c", "A=1", "=x", "$X", "${A:-b}", '"', "'", "\\", "`", "#", "{", "}", ",", ":", "(", "[", "]"),
    *("<<EOF", "<<-'E'", "<<", "['a']", '["a"]', '["a",1]', '"q r"', "'q r'", "NONE", "CMD", "AS"),
    *("--", "--x", "--link", "--from=x", "--mount=type=cache,target=/x"),
    *("\\\n", "`\n", "\n", "\n\n", "\nEOF\n", "\n\tE\n", "\t", "\r", "\r\n"),
    *("\u00a0", "\ufeff", "\x00", "\udcff", "\ud800", "é", "🚀"),
]

line = st.builds(
    lambda indent, keyword, words, end: indent + keyword + " " + " ".join(words) + end,
    st.sampled_from(["", " ", "\t"]),
    st.sampled_from(KEYWORDS),
    st.lists(st.sampled_from(PIECES), max_size=6),
    st.sampled_from(["\n", "\r\n", " \\\n", "", " `\n"]),
)
texts = st.builds(
    lambda head, lines: head + "".join(lines),
    st.sampled_from(["", "FROM a\n", "# escape=`\nFROM a\n", "\ufeffFROM a\n", "# syntax=x\n"]),
    st.lists(line, max_size=8),
)


def check(text: str) -> None:
    for dialect in ("docker", "strict"):
        try:
            tree = parse(text, dialect=dialect)  # type: ignore[arg-type]
        except DockerfileError as error:
            assert error.line >= 1
            assert error.column >= 0
            assert error.message
            assert error.render()
            continue
        assert load(dump(tree)) == tree
        assert parse(text, dialect=dialect) == tree  # type: ignore[arg-type]
        assert to_json(to_document(tree, "f"))
        assert to_tree(tree, "f")
        ends = [0]
        for instruction in tree.instructions:
            assert ends[-1] < instruction.start_line <= instruction.end_line
            ends.append(instruction.end_line)


@given(texts)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_texts_like_dockerfiles(text: str) -> None:
    check(text)


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    check(data.decode("utf-8", "surrogateescape"))
    check("FROM a\n" + data.decode("utf-8", "surrogateescape"))


@given(st.text(max_size=100))
def test_any_text(text: str) -> None:
    check("FROM a\nRUN " + text)


@given(texts)
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_what_strict_accepts_is_the_same_tree_in_docker(text: str) -> None:
    try:
        tree = parse(text)
    except DockerfileError:
        return
    assert parse(text, dialect="docker") == tree


@pytest.mark.slow
@given(st.one_of(texts, st.binary(max_size=400).map(lambda data: data.decode("utf-8", "surrogateescape"))))
@settings(max_examples=100_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_hundred_thousand_texts(text: str) -> None:
    check(text)


LARGE = {
    "continuation": "RUN x " + "\\\n && y " * 60_000,
    "pairs": "ENV " + "\\\n A=1 " * 30_000,
    "array": "CMD [" + '"a",' * 12_000 + '"b"]',
    "here-document": "RUN <<E\n" + "line\n" * 200_000 + "E",
    "here-documents": "RUN cat " + "<<E " * 8_000 + "\n" + "E\n" * 8_000,
    "braces": "RUN " + "${A:-" * 12_000 + "<<E",
    "flags": "COPY " + "--exclude=\\" * 6_000,
    "quotes": "ENV A=" + "\\\"'" * 20_000,
    "comments": "#a\n" * 300_000 + "RUN x",
    "blank lines": "RUN a \\\n" + "\n" * 300_000,
    "brackets": "CMD " + "[" * 60_000,
    "triggers": "ONBUILD " * 8_000 + "RUN x",
    "exec arrays": "CMD [" + '"a", \\\n' * 30_000 + '"b"]',
    "long lines": ("RUN " + "x && " * 13_000 + "y\n") * 15,
    "bytes": "RUN " + "\\\n\udcff" * 100_000,
}


@pytest.mark.parametrize("name", LARGE)
def test_large_files_take_little_time(name: str) -> None:
    # Quadratic behaviour would take minutes here.
    check("FROM a\n" + LARGE[name] + "\n")
