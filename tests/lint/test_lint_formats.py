"""What the report formats look like, and that machines can read them."""

import json
import re
from xml.etree import ElementTree

import jsonschema
import pytest
from syrupy.assertion import SnapshotAssertion

from minibuild.lint.finding import Edit, Finding, Fix, Level, Place
from minibuild.lint.formats import FORMATS, Report, render
from minibuild.version import __version__

FIX = Fix("Write foo", (Edit(13, 16, "foo"),))
FINDINGS = [
    Finding(
        "Dockerfile",
        "StageNameCasing",
        Level.WARNING,
        Place(1, 11, 1, 14),
        "Write the stage's name Foo in lower case: foo",
        "FROM a AS Foo",
        FIX,
    ),
    Finding("Dockerfile", "DL3059", Level.INFO, Place(3, 1, 3, 4), "Join <this> & that", "RUN\tx"),
    Finding("sub/a b:c.Dockerfile", "DL1000", Level.ERROR, Place(2, 1), "unknown, 100%\nof it", "FOO é"),
    Finding("sub/a b:c.Dockerfile", "SC2086", Level.STYLE, Place(4), "say \x1b[31m \udc80", ""),
    Finding("sub/a b:c.Dockerfile", "MB0002", Level.STYLE, Place(5, 2, 5, 9), "unused", "# minibuild: x"),
]
REPORT = Report(FINDINGS, ["Dockerfile", "clean", "sub/a b:c.Dockerfile"])
NOTHING = Report([], ["clean"])


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_report(name, snapshot: SnapshotAssertion):
    text = render(name, REPORT).replace(__version__, "VERSION")
    # Descriptions are other tests' business.
    described = r'"(fullDescription|help|shortDescription)": \{"text": "(?:[^"\\]|\\.)*"\}'
    text = re.sub(described, r'"\1": …', text)
    assert text.encode("utf-8", "backslashreplace").decode() == snapshot


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_report_of_nothing(name, snapshot: SnapshotAssertion):
    assert render(name, NOTHING).replace(__version__, "VERSION") == snapshot


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"tty", "gnu", "github"}))
def test_what_is_written_is_utf8(name):
    render(name, REPORT).encode("utf-8")


def test_colours_and_links(snapshot: SnapshotAssertion):
    assert render("tty", Report(FINDINGS[:2], ["Dockerfile"], colour=True)) == snapshot


@pytest.mark.parametrize("name", ["tty", "gnu", "github"])
def test_control_characters_do_not_reach_the_terminal(name):
    assert "\x1b" not in render(name, REPORT)


def test_the_window_of_a_long_line():
    source = "RUN " + "x" * 400 + " needle " + "y" * 400
    at = source.index("needle") + 1
    found = Finding("f", "DL3000", Level.ERROR, Place(1, at, 1, at + 6), "m", source)
    line, marks = render("tty", Report([found])).split("\n")[1:3]
    assert line[marks.index("^") :].startswith("needle")
    assert marks.strip(" |") == "^^^^^^"
    assert len(line) < 200


@pytest.mark.parametrize("name", ["checkstyle", "junit"])
def test_xml_is_well_formed(name):
    root = ElementTree.fromstring(render(name, REPORT))
    told = {value for element in root.iter() for value in element.attrib.values()}
    assert {"Join <this> & that", "unknown, 100%\nof it"} <= told


def test_the_numbers_of_junit_add_up():
    root = ElementTree.fromstring(render("junit", REPORT))
    assert root.attrib == {"name": "minibuild lint", "tests": "6", "failures": "4", "errors": "1"}
    assert len(root.findall(".//testcase")) == 6


def test_json_has_hadolints_shape():
    found = json.loads(render("json", REPORT))
    assert {tuple(sorted(one)) for one in found} == {("code", "column", "file", "level", "line", "message")}


def test_fingerprints_of_gitlab_are_unique_and_stay_when_lines_move():
    def prints(findings):
        return [one["fingerprint"] for one in json.loads(render("gitlab_codeclimate", Report(findings)))]

    twice = [FINDINGS[0], FINDINGS[0]]
    moved = [Finding(one.path, one.code, one.level, Place(7), one.message, one.source) for one in twice]
    assert len(set(prints(twice))) == 2
    assert prints(twice) == prints(moved)


def test_ranges_of_sonarqube_lie_in_their_lines():
    for one in json.loads(render("sonarqube", REPORT))["issues"]:
        region = one["primaryLocation"]["textRange"]
        if "startColumn" in region:
            assert 0 <= region["startColumn"] < region["endColumn"]


def _object(required, **properties):
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
        "additionalProperties": False,
    }


def _list(items):
    return {"type": "array", "items": items, "uniqueItems": True}


TEXT = {"type": "string", "minLength": 1}
COUNT = {"type": "integer", "minimum": 0}
NUMBER = {"type": "integer", "minimum": 1}
MESSAGE = _object("text", text=TEXT)
URI = {"type": "string", "pattern": r"\A[A-Za-z0-9._~!$&'()*+,;=:@/%-]+\Z"}
PLACE = _object("uri", uri=URI)
LEVEL = {"enum": ["none", "note", "warning", "error"]}
REGION = _object(
    "",
    startLine=NUMBER,
    startColumn=NUMBER,
    endLine=NUMBER,
    endColumn=NUMBER,
    charOffset=COUNT,
    charLength=COUNT,
    snippet=MESSAGE,
)
REPLACEMENT = _object(
    "deletedRegion", deletedRegion=REGION, insertedContent=_object("text", text={"type": "string"})
)
CHANGE = _object(
    "artifactLocation replacements",
    artifactLocation=PLACE,
    replacements={**_list(REPLACEMENT), "minItems": 1},
)
RESULT = _object(
    "message ruleId",
    ruleId=TEXT,
    ruleIndex=COUNT,
    level=LEVEL,
    message=MESSAGE,
    locations=_list(
        _object("", physicalLocation=_object("artifactLocation", artifactLocation=PLACE, region=REGION))
    ),
    fixes=_list(_object("artifactChanges", description=MESSAGE, artifactChanges=_list(CHANGE))),
)
RULE = _object(
    "id",
    id=TEXT,
    name=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    helpUri={"type": "string", "format": "uri"},
    defaultConfiguration=_object("", level=LEVEL),
)
DRIVER = _object(
    "name",
    name=TEXT,
    version=TEXT,
    semanticVersion=TEXT,
    shortDescription=MESSAGE,
    rules=_list(RULE),
)
RUN = _object(
    "tool",
    tool=_object("driver", driver=DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    artifacts=_list(_object("", location=PLACE)),
    results={"type": "array", "items": RESULT},
)
# The part of the schema of SARIF 2.1.0 (OASIS) that a linter's log needs, with its demands.
SARIF = _object(
    "version runs",
    **{"$schema": {"type": "string", "format": "uri"}},
    version={"enum": ["2.1.0"]},
    runs={"type": "array", "items": RUN},
)


@pytest.mark.parametrize("report", [REPORT, NOTHING], ids=["findings", "none"])
def test_sarif_is_valid(report):
    document = json.loads(render("sarif", report))
    jsonschema.validate(document, SARIF, format_checker=jsonschema.FormatChecker())
    [run] = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
