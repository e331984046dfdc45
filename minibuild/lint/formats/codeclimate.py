"""Code Climate's issues: JSON objects, each followed by a zero byte."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minibuild.dockerfile.document import to_json
from minibuild.lint.finding import Level

if TYPE_CHECKING:
    from minibuild.lint.finding import Finding
    from minibuild.lint.formats import Report

_SEVERITIES = {Level.ERROR: "blocker", Level.WARNING: "major", Level.STYLE: "minor", Level.INFO: "info"}


def render(report: Report) -> str:
    """The issues one after another."""
    return "".join(to_json(issue(finding)) + "\0" for finding in report.findings)


def issue(finding: Finding) -> dict[str, Any]:
    """One finding as an issue."""
    place = finding.place
    lines = {"begin": place.line, "end": place.end_line or place.line}
    return {
        "type": "issue",
        "check_name": finding.code,
        "description": finding.message,
        "categories": ["Bug Risk"],
        "location": {"path": finding.path, "lines": lines},
        "severity": _SEVERITIES[finding.level],
    }
