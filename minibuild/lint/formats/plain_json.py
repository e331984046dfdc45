"""One JSON array of findings, in hadolint's shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.dockerfile.document import to_json

if TYPE_CHECKING:
    from minibuild.lint.formats import Report


def render(report: Report) -> str:
    """An array of objects with code, column, file, level, line and message, on one line."""
    found = [
        {
            "code": finding.code,
            "column": finding.place.column,
            "file": finding.path,
            "level": finding.level.word,
            "line": finding.place.line,
            "message": finding.message,
        }
        for finding in report.findings
    ]
    return to_json(found) + "\n"
