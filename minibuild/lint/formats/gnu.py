"""The GNU coding standards' form of messages, which editors and compilers' wrappers read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.lint.formats.visible import visible

if TYPE_CHECKING:
    from minibuild.lint.finding import Finding
    from minibuild.lint.formats import Report


def render(report: Report) -> str:
    """A line for each finding: `minibuild:FILE:LINE:COLUMN: CODE LEVEL: MESSAGE`."""
    return "".join(map(_line, report.findings))


def _line(finding: Finding) -> str:
    place, message = finding.place, visible(" ".join(finding.message.split()))
    path = visible(finding.path.replace("\n", " "))
    return f"minibuild:{path}:{place.line}:{place.column}: {finding.code} {finding.level.word}: {message}\n"
