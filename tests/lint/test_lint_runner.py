"""From texts to findings: order, levels, what is left out, and files that can't be parsed."""

import pytest

from minibuild.lint.configuration import Configuration
from minibuild.lint.finding import Level
from minibuild.lint.rule import all_rules
from minibuild.lint.runner import lint
from minibuild.lint.source import Source


def codes(found):
    return [(one.place.line, one.code) for one in found]


def test_findings_come_by_place_with_the_line_they_are_in(findings):
    found = [one for one in findings("FROM alpine:3.20 AS Foo\nCMD top\n") if one.code[:2] != "DL"]
    assert codes(found) == [(1, "StageNameCasing"), (2, "JSONArgsRecommended")]
    assert found[0].source == "FROM alpine:3.20 AS Foo"
    assert (found[0].place.column, found[0].place.end_column) == (21, 24)


def test_a_file_that_cannot_be_parsed_is_a_finding_and_others_are_linted_all_the_same():
    sources = [Source("bad", "FROM a:1\nFOO x\n"), Source("good", "FROM a:1 AS X\n")]
    bad, good = (found for found, _ in lint(sources, Configuration()))
    assert [(one.place.line, one.code, one.level) for one in bad] == [(2, "DL1000", Level.ERROR)]
    assert "unknown instruction: FOO" in bad[0].message
    assert (1, "StageNameCasing") in codes(good)


def test_what_buildkit_tells_before_it_gives_up_is_told(findings):
    found = codes(findings("FROM a:1 AS Foo\nMAINTAINER x\nFOO\nMAINTAINER y\n"))
    told = [(1, "StageNameCasing"), (2, "MaintainerDeprecated"), (3, "DL1000")]
    assert [one for one in found if one in told or one[0] == 4] == told


BAD_FLAGS = ["FOO --bar", "--extract x", ";# --x", "ONBUILD FOO --x", "RUN --x", "COPY --from a b"]


@pytest.mark.parametrize("line", BAD_FLAGS)
def test_an_unknown_keyword_with_flags_is_no_crash(line, findings):
    found = codes(findings(f"FROM a:1\n{line}\n"))
    assert any(code in ("DL1000", "MB0004") for _, code in found) or line == "ONBUILD FOO --x"


def test_a_binary_file_is_one_finding(findings):
    found = findings("\x7fELF\x02\0\0\0FROM")
    assert codes(found) == [(1, "DL1000")]
    assert found[0].message == "this is a binary file, not a Dockerfile"


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_an_empty_file_has_no_finding_but_that_it_is_none(text, findings):
    assert {code for _, code in codes(findings(text))} <= {"DL1000"}


def test_ignored_codes_are_left_out_even_if_they_have_a_level(findings):
    text = "FROM a:1 AS Foo\n"
    levels = {"StageNameCasing": Level.STYLE}
    assert findings(text, levels=levels)[0].level == Level.STYLE
    assert findings(text, levels=levels, ignored=frozenset({"StageNameCasing"})) == []


def test_a_rule_of_level_ignore_speaks_when_it_is_given_another(findings):
    text = "# note\nFROM a:1 AS foo\n"
    assert findings(text) == []
    found = findings(text, levels={"InvalidDefinitionDescription": Level.WARNING})
    assert codes(found) == [(2, "InvalidDefinitionDescription")]


@pytest.mark.parametrize(
    ("directive", "expected"),
    [
        ("skip=StageNameCasing", []),
        ("skip=all", []),
        ("skip=Nope", ["StageNameCasing"]),
        ("skip=stagenamecasing", ["StageNameCasing"]),
        ("error=true", ["StageNameCasing"]),
        ("skip=JSONArgsRecommended;error=true;experimental=all", ["StageNameCasing"]),
    ],
)
def test_the_check_directive(directive, expected, findings):
    found = findings(f"# check={directive}\n#\nFROM a:1 AS Foo\n")
    assert [one.code for one in found] == expected
    assert all(one.level == (Level.ERROR if "true" in directive else Level.WARNING) for one in found)


@pytest.mark.parametrize("directive", ["foo", "error=maybe", "colour=red"])
def test_a_check_directive_that_cannot_be_read_is_an_error(directive, findings):
    found = [one for one in findings(f"# check={directive}\n\nFROM a:1\n") if one.code[:2] == "MB"]
    assert [(one.place.line, one.code, one.level) for one in found] == [(1, "MB0003", Level.ERROR)]


def test_the_kit_of_rules_is_described():
    for code, rule in all_rules().items():
        assert rule.code == code
        assert rule.summary and rule.explanation and rule.bad and rule.good, code
