"""SonarQube's generic issues, with the rules that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minibuild.dockerfile.document import to_json
from minibuild.lint.finding import Level

if TYPE_CHECKING:
    from minibuild.lint.finding import Finding
    from minibuild.lint.formats import Report

_SEVERITIES = {Level.ERROR: "CRITICAL", Level.WARNING: "MAJOR", Level.INFO: "MINOR", Level.STYLE: "INFO"}


def render(report: Report) -> str:
    """An object with the issues."""
    return to_json({"issues": [_issue(finding) for finding in report.findings]}) + "\n"


def _issue(finding: Finding) -> dict[str, Any]:
    place = finding.place
    # SonarQube counts columns from 0 and wants a range that is not empty and ends within its line.
    last = place.end_line or place.line
    width = len(finding.source)
    start = max(min(place.column - 1, width - 1), 0)
    end = place.end_column - 1 if place.end_column and last == place.line else width
    region = {"startLine": place.line, "endLine": place.line}
    if width:
        region |= {"startColumn": start, "endColumn": max(min(end, width), start + 1)}
    return {
        "engineId": "minibuild",
        "ruleId": finding.code,
        "severity": _SEVERITIES[finding.level],
        "type": "BUG" if finding.level == Level.ERROR else "CODE_SMELL",
        "primaryLocation": {"message": finding.message, "filePath": finding.path, "textRange": region},
    }
