"""JUnit's XML: a test case for each finding, and one for each file without any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.lint.finding import Level
from minibuild.lint.formats.xml_text import attributes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from minibuild.lint.finding import Finding
    from minibuild.lint.formats import Report


def render(report: Report) -> str:
    """A suite for each file. Findings of level error are errors, others are failures."""
    by_path: dict[str, list[Finding]] = {path: [] for path in report.files}
    for finding in report.findings:
        by_path.setdefault(finding.path, []).append(finding)
    errors = sum(finding.level == Level.ERROR for finding in report.findings)
    total = sum(max(len(findings), 1) for findings in by_path.values())
    counts = attributes(
        name="minibuild lint", tests=total, failures=len(report.findings) - errors, errors=errors
    )
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites{counts}>"]
    for path, findings in by_path.items():
        lines += _suite(path, findings)
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _suite(path: str, findings: Sequence[Finding]) -> Iterator[str]:
    errors = sum(finding.level == Level.ERROR for finding in findings)
    counts = attributes(
        name=path, tests=max(len(findings), 1), failures=len(findings) - errors, errors=errors
    )
    yield f"  <testsuite{counts}>"
    if not findings:
        yield f"    <testcase{attributes(name='no findings', classname=path)} />"
    for finding in findings:
        place = finding.place
        kind = "error" if finding.level == Level.ERROR else "failure"
        name = f"{finding.code} line {place.line} column {place.column}"
        yield f"    <testcase{attributes(name=name, classname=path)}>"
        yield f"      <{kind}{attributes(type=finding.code, message=finding.message)} />"
        yield "    </testcase>"
    yield "  </testsuite>"
