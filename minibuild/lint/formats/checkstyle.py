"""Checkstyle's XML, which many CI servers read."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from minibuild.lint.finding import Level
from minibuild.lint.formats.xml_text import attributes

if TYPE_CHECKING:
    from minibuild.lint.finding import Finding
    from minibuild.lint.formats import Report

_SEVERITIES = {Level.ERROR: "error", Level.WARNING: "warning"}


def render(report: Report) -> str:
    """A `file` element for each file with findings."""
    lines = ["<?xml version='1.0' encoding='UTF-8'?>", "<checkstyle version='4.3'>"]
    for path, findings in groupby(report.findings, key=lambda finding: finding.path):
        lines += [f"<file{attributes(name=path)}>", *map(_error, findings), "</file>"]
    return "\n".join([*lines, "</checkstyle>"]) + "\n"


def _error(finding: Finding) -> str:
    values = attributes(
        line=finding.place.line,
        column=finding.place.column,
        severity=_SEVERITIES.get(finding.level, "info"),
        message=finding.message,
        source=finding.code,
    )
    return f"<error{values} />"
