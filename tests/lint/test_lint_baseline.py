"""Findings that were there before."""

from dataclasses import replace

import pytest

from minibuild.lint.baseline import BaselineError, without_known, write_baseline
from minibuild.lint.finding import Finding, Level, Place

FINDING = Finding("Dockerfile", "DL3000", Level.ERROR, Place(3, 2), "bad", "  RUN x")


def test_known_findings_are_left_out_wherever_they_move(tmp_path):
    file = tmp_path / "baseline.json"
    write_baseline([FINDING, FINDING], file)
    moved = replace(FINDING, place=Place(9), source="RUN x ")
    other = replace(FINDING, code="DL3001")
    elsewhere = replace(FINDING, path="other")
    assert without_known([moved, other, moved, elsewhere, moved], file) == [other, elsewhere, moved]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"findings": 3}', '{"findings": [{}]}', "[" * 100_000])
def test_what_is_no_baseline_is_told(tmp_path, text):
    file = tmp_path / "baseline.json"
    file.write_text(text)
    with pytest.raises(BaselineError, match="no baseline"):
        without_known([FINDING], file)


def test_a_missing_baseline_is_told_with_the_remedy(tmp_path):
    with pytest.raises(BaselineError) as told:
        without_known([FINDING], tmp_path / "nope")
    assert told.value.hint == "--update-baseline makes one"
    with pytest.raises(BaselineError, match="can't be written"):
        write_baseline([FINDING], tmp_path / "no" / "directory")
