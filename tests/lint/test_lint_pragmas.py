"""Comments that silence findings, and what is said of those that don't."""

import pytest

NAMED = "FROM a:1 AS Foo"


def codes(found):
    return [(one.place.line, one.code) for one in found if one.code[:2] != "DL"]


@pytest.mark.parametrize(
    "comment",
    [
        "# hadolint ignore=StageNameCasing",
        "#hadolint ignore=StageNameCasing",
        "# hadolint ignore = StageNameCasing , DL3006",
        "# hadolint ignore=StageNameCasing # because",
        "# minibuild: ignore=StageNameCasing",
        "# hadolint global ignore=StageNameCasing",
        "# minibuild: global ignore=StageNameCasing",
    ],
)
def test_a_pragma_counts_for_the_next_line(comment, findings):
    assert (2, "StageNameCasing") not in codes(findings(f"{comment}\n{NAMED}\n"))


@pytest.mark.parametrize("between", ["\n", "# more\n"])
def test_a_pragma_of_hadolint_counts_for_no_later_line_but_one_of_minibuild_does(between, findings):
    found = codes(findings(f"# hadolint ignore=StageNameCasing\n{between}{NAMED}\n"))
    assert found == [(1, "MB0002"), (3, "StageNameCasing")]
    assert codes(findings(f"# minibuild: ignore=StageNameCasing\n{between}{NAMED}\n")) == []


@pytest.mark.parametrize("comment", ["# HADOLINT ignore=StageNameCasing", "# hadolint ignore=", "# ignore=x"])
def test_other_comments_silence_nothing(comment, findings):
    assert codes(findings(f"{comment}\n{NAMED}\n")) == [(2, "StageNameCasing")]


def test_within_an_instruction_a_pragma_is_only_a_comment(findings):
    text = f"{NAMED}\nRUN a \\\n # hadolint ignore=JSONArgsRecommended\n && b\nCMD x\n"
    assert (5, "JSONArgsRecommended") in codes(findings(text))


def test_codes_that_no_rule_has_are_told_with_their_place(findings):
    found = [one for one in findings("# hadolint ignore=DL9999,SC2086\nFROM a:1\n") if one.code == "MB0001"]
    assert [(one.place.line, one.place.column, one.message) for one in found] == [
        (1, 19, "There is no rule DL9999")
    ]


def test_a_pragma_that_silences_nothing_is_told(findings):
    found = findings("# hadolint ignore=StageNameCasing\nFROM a:1 AS foo\n")
    assert [(one.code, one.message) for one in found] == [("MB0002", "StageNameCasing finds nothing here")]


def test_a_code_that_hadolint_cannot_read_makes_its_pragma_a_comment(findings):
    found = codes(findings(f"# hadolint ignore=StageNameCasing,all\n{NAMED}\n"))
    assert found == [(1, "MB0002"), (1, "MB0001"), (2, "StageNameCasing")]
    found = codes(findings(f"# minibuild: ignore=StageNameCasing,all\n{NAMED}\n"))
    assert found == [(1, "MB0001")]


def test_pragmas_can_be_switched_off(findings):
    text = f"# hadolint ignore=StageNameCasing,DL9999\n{NAMED}\n"
    assert codes(findings(text, disable_ignore_pragma=True)) == [(2, "StageNameCasing")]
