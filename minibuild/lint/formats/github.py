"""GitHub Actions' workflow commands, which become annotations of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.lint.finding import Level
from minibuild.lint.formats.visible import visible

if TYPE_CHECKING:
    from minibuild.lint.finding import Finding
    from minibuild.lint.formats import Report

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning"}


def render(report: Report) -> str:
    """A line for each finding."""
    return "".join(map(_line, report.findings))


def _line(finding: Finding) -> str:
    place = finding.place
    values = {"file": finding.path, "line": place.line, "col": place.column}
    if place.end_line and place.end_column:
        values |= {"endLine": place.end_line, "endColumn": place.end_column}
    values["title"] = finding.code
    given = ",".join(f"{name}={_property(str(value))}" for name, value in values.items())
    return f"::{_COMMANDS.get(finding.level, 'notice')} {given}::{_text(finding.message)}\n"


def _text(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
