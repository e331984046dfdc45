"""Variables in Compose files."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minibuild.compose.errors import ComposeError
from minibuild.compose.interpolation import interpolate, read_variables

KNOWN = {"A": "one", "EMPTY": ""}


def replaced(text: str) -> str:
    return interpolate(text, KNOWN, lambda _name: None)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("$A-${A}", "one-one"),
        ("$$A", "$A"),
        ("${EMPTY:-x}|${EMPTY-x}", "x|"),
        ("${NONE:-x}|${NONE-x}", "x|x"),
        ("${NONE:-${A}}", "one"),
        ("${A:+y}|${EMPTY:+y}|${EMPTY+y}", "y||y"),
        ("${A:?why}", "one"),
        ("[$NONE]", "[]"),
        ("${NONE:-a}b}", "ab}"),
    ],
)
def test_forms(text: str, wanted: str) -> None:
    assert replaced(text) == wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${A", "invalid interpolation format"),
        ("${1}", "invalid interpolation format"),
        ("${A!}", "invalid interpolation format"),
        ("$", "invalid interpolation format"),
        ("${NONE:?give one}", "required variable NONE is missing a value: give one"),
        ("${EMPTY:?give one}", "required variable EMPTY"),
    ],
)
def test_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(ComposeError, match=message.replace("(", r"\(")):
        replaced(text)


def test_missing_names_are_told() -> None:
    missing: list[str] = []
    interpolate("$B ${C} ${D:-d} $A", KNOWN, missing.append)
    assert missing == ["B", "C"]


@given(st.text())
def test_doubled_dollars_give_any_text_back(text: str) -> None:
    assert replaced(text.replace("$", "$$")) == text


@given(st.text(alphabet="${}A:-?+ x", max_size=40))
def test_any_text_is_replaced_or_refused(text: str) -> None:
    try:
        replaced(text)
    except ComposeError as error:
        assert error.message


def test_env_files(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# comment\n\nA=1\nexport B = 'two words' \nC=\"x\\ny\"\nD=a#b # comment\nE\n")
    assert read_variables(file) == {"A": "1", "B": "two words", "C": "x\ny", "D": "a#b", "E": None}
    file.write_text("A=1\n=x\n")
    with pytest.raises(ComposeError) as caught:
        read_variables(file)
    assert caught.value.place == f"{file}:2"
