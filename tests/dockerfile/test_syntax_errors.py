"""What is refused, where it is said to be, and how it is told."""

import pytest
from syrupy.assertion import SnapshotAssertion

from minibuild.dockerfile import DockerfileError, parse

REFUSED = [
    ("", 1),
    ("# nothing\n", 1),
    ("# nothing\n\n# at all", 3),
    ("# escape=x\nFROM a\n", 1),
    ("# syntax=a\n# syntax=b\nFROM a\n", 2),
    ("RUN a\n", 1),
    ("FROM\n", 1),
    ("FROM a b\n", 1),
    ("FROM a # comment\n", 1),
    ("FROM a AS 1x\n", 1),
    ("FROM --platform a\n", 1),
    ("FROM a\nRNU x\n", 2),
    ("FROM a\n\nRUN --nework=none x\n", 3),
    ("FROM a\nRUN --network=nine x\n", 2),
    ("FROM a\nRUN --security=x y\n", 2),
    ("FROM a\nRUN --mount= x\n", 2),
    ("FROM a\nRUN --mount=from=$X,target=/x y\n", 2),
    ('FROM a\nRUN --mount=type=bind,\\"target=/x y\n', 2),
    ("FROM a\nRUN --device=a,b c\n", 2),
    ("FROM a\nCOPY x\n", 2),
    ("FROM a\nCOPY --from=a --from=b x y\n", 2),
    ("FROM a\nCOPY --link=maybe x y\n", 2),
    ("FROM a\nCOPY --link= x y\n", 2),
    ("FROM a\nCOPY x <<E\nE\n", 2),
    ("FROM a\nRUN <<E\nx\n", 2),
    ("FROM a\nENV A\n", 2),
    ("FROM a\nENV A=1 \\\n  B\n", 2),
    ("FROM a\nONBUILD LABEL A\n", 2),
    ("FROM a\nENV =x\n", 2),
    ("FROM a\nENV \\\n\n", 2),
    ("FROM a\nARG =x\n", 2),
    ('FROM a\nCMD ["a", 1]\n', 2),
    ("FROM a\nSHELL x\n", 2),
    ("FROM a\nSHELL []\n", 2),
    ('FROM a\nVOLUME [""]\n', 2),
    ("FROM a\nUSER\n", 2),
    ("FROM a\nMAINTAINER --x a\n", 2),
    ("FROM a\nHEALTHCHECK CMD\n", 2),
    ("FROM a\nHEALTHCHECK FOO a\n", 2),
    ("FROM a\nHEALTHCHECK NONE a\n", 2),
    ("FROM a\nHEALTHCHECK --interval=5 CMD a\n", 2),
    ("FROM a\nHEALTHCHECK --interval=1us CMD a\n", 2),
    ("FROM a\nHEALTHCHECK --timeout=5x CMD a\n", 2),
    ("FROM a\nHEALTHCHECK --timeout=. CMD a\n", 2),
    ("FROM a\nHEALTHCHECK --retries=1.5 CMD a\n", 2),
    ("FROM a\nHEALTHCHECK --retries=-1 CMD a\n", 2),
    ("FROM a\nHEALTHCHECK --retries=99999999999 CMD a\n", 2),
    ("FROM a\nONBUILD\n", 2),
    ("FROM a\nONBUILD FROM b\n", 2),
    ("FROM a\nONBUILD ONBUILD RUN b\n", 2),
    ("FROM a\nRUN " + "x" * 65_532 + "\n", 1),
]


@pytest.mark.parametrize(("text", "line"), REFUSED, ids=range(len(REFUSED)))
def test_refused_in_its_line(text: str, line: int, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(DockerfileError) as caught:
        parse(text, dialect="docker")
    assert caught.value.line == line
    assert caught.value.hint
    assert caught.value.render() == snapshot


STRICT = [
    "from alpine\n",
    "FROM a\n  Copy b c\n",
    "FROM a\nONBUILD run x\n",
    "FROM a\nCMD\n",
    "FROM a\nRUN --network=none\n",
    "FROM a\nrun " + "very long " * 20 + "\n",
]


@pytest.mark.parametrize("text", STRICT, ids=range(len(STRICT)))
def test_the_strict_dialect_refuses_more(text: str, snapshot: SnapshotAssertion) -> None:
    parse(text, dialect="docker")
    with pytest.raises(DockerfileError) as caught:
        parse(text)
    assert caught.value.render() == snapshot


def test_mistakes_of_form_come_before_broken_rules() -> None:
    with pytest.raises(DockerfileError) as caught:
        parse("FROM a\nNOPE b\nENV C\n")
    assert caught.value.line == 3


def test_a_line_of_the_largest_size_is_read() -> None:
    assert len(parse("FROM a\nRUN " + "x" * 65_531 + "\n").instructions[1].args[0]) == 65_531


def test_the_file_is_named() -> None:
    with pytest.raises(DockerfileError) as caught:
        parse("FROM a\nRUN --x y\n", filename="app/Dockerfile")
    assert caught.value.render().startswith("app/Dockerfile:2:5: unknown flag: --x")


def test_a_very_long_line_is_shown_around_its_column() -> None:
    with pytest.raises(DockerfileError) as caught:
        parse("FROM a\nENV " + "A=1 " * 1000 + "nope " + "A=1 " * 1000 + "\n")
    _, source, caret, _ = caught.value.render().split("\n")
    assert len(source) < 220
    assert source[caret.index("^") :].startswith("nope ")


def test_a_huge_word_is_not_repeated_in_full() -> None:
    with pytest.raises(DockerfileError) as caught:
        parse("FROM a\n" + "X" * 60_000 + " y\n")
    assert len(caught.value.render()) < 1500


def test_control_characters_do_not_reach_the_terminal() -> None:
    with pytest.raises(DockerfileError) as caught:
        parse("FROM a\nRUN --\x1b[31m x\n")
    assert "\x1b" not in caught.value.render()
    assert "␛[31m" in caught.value.render()
