"""Codacy's results: a JSON object on each line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.dockerfile.document import to_json

if TYPE_CHECKING:
    from minibuild.lint.formats import Report


def render(report: Report) -> str:
    """A line for each finding."""
    return "".join(
        to_json(
            {
                "filename": finding.path,
                "patternId": finding.code,
                "message": finding.message,
                "line": finding.place.line,
            }
        )
        + "\n"
        for finding in report.findings
    )
