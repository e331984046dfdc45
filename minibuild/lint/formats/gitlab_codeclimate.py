"""GitLab's Code Quality report: Code Climate's issues with fingerprints, as one array."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING

from minibuild.dockerfile.document import to_json
from minibuild.lint.formats.codeclimate import issue

if TYPE_CHECKING:
    from minibuild.lint.formats import Report


def render(report: Report) -> str:
    """The array. A fingerprint stays the same when a line moves; no two are equal."""
    seen: Counter[str] = Counter()
    issues = []
    for finding in report.findings:
        text = f"{finding.path}\0{finding.code}\0{finding.source.strip()}"
        seen[text] += 1
        issues.append({**issue(finding), "fingerprint": _digest(f"{text}\0{seen[text]}")})
    return to_json(issues) + "\n"


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
