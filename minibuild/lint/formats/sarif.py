"""SARIF 2.1.0: one run, with the rules that found something and the fixes that are safe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from minibuild.dockerfile.document import to_json
from minibuild.lint.finding import Level
from minibuild.lint.formats.links import link
from minibuild.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from minibuild.lint.finding import Finding, Fix
    from minibuild.lint.formats import Report

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning"}


def render(report: Report) -> str:
    """A log with one run."""
    codes = sorted({finding.code for finding in report.findings})
    numbers = {code: number for number, code in enumerate(codes)}
    driver = {
        "name": "minibuild",
        "version": __version__,
        "semanticVersion": __version__,
        "shortDescription": {"text": "A Dockerfile linter that knows what the build would do"},
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": _uri(path)}} for path in dict.fromkeys(report.files)],
        "results": [_result(finding, numbers) for finding in report.findings],
    }
    return to_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _rule(code: str) -> dict[str, Any]:
    from minibuild.lint.rule import all_rules  # formats without descriptions need no rule

    described: dict[str, Any] = {"id": code}
    rule = all_rules().get(code)
    if rule is not None:
        described |= {
            "name": code,
            "shortDescription": {"text": rule.summary},
            "fullDescription": {"text": rule.explanation},
            "help": {"text": f"Bad:\n{rule.bad}\n\nGood:\n{rule.good}"},
            "defaultConfiguration": {"level": _LEVELS.get(rule.level, "note")},
        }
    address = link(code)
    return described | ({"helpUri": address} if address else {})


def _result(finding: Finding, numbers: Mapping[str, int]) -> dict[str, Any]:
    place = finding.place
    region = {"startLine": place.line, "startColumn": place.column}
    if place.end_line and place.end_column:
        region |= {"endLine": place.end_line, "endColumn": place.end_column}
    if finding.source:
        region |= {"snippet": {"text": finding.source}}  # type: ignore[dict-item]
    location = {"artifactLocation": {"uri": _uri(finding.path)}, "region": region}
    result = {
        "ruleId": finding.code,
        "ruleIndex": numbers[finding.code],
        "level": _LEVELS.get(finding.level, "note"),
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": location}],
    }
    if finding.fix is not None and finding.fix.safe:
        result["fixes"] = [_fix(finding.path, finding.fix)]
    return result


def _fix(path: str, fix: Fix) -> dict[str, Any]:
    replacements = [
        {
            "deletedRegion": {"charOffset": edit.start, "charLength": edit.end - edit.start},
            "insertedContent": {"text": edit.replacement},
        }
        for edit in fix.edits
    ]
    change = {"artifactLocation": {"uri": _uri(path)}, "replacements": replacements}
    return {"description": {"text": fix.summary}, "artifactChanges": [change]}


def _uri(path: str) -> str:
    """The path as a URI reference; an absolute one is a file's."""
    text = quote(path.replace("\\", "/"), safe="/.-_~+@", errors="surrogateescape")
    return "file://" + text if text.startswith("/") else text
