"""How findings are written: one module a format, each with a function `render(report)`."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.lint.finding import Finding

FORMATS = {
    "tty": "tty",
    "json": "plain_json",
    "sarif": "sarif",
    "checkstyle": "checkstyle",
    "codeclimate": "codeclimate",
    "gitlab_codeclimate": "gitlab_codeclimate",
    "gnu": "gnu",
    "github": "github",
    "sonarqube": "sonarqube",
    "junit": "junit",
    "codacy": "codacy",
}
# Formats for which hadolint has --file-path-in-report: what they name is looked for in a repository.
NAMES_OF_FILES = frozenset(FORMATS) - {"tty", "json", "gnu"}


@dataclass(frozen=True, slots=True)
class Report:
    """What is to be written: the findings of all files, sorted by file and place.

    `files` are the linted files' paths, those without findings too. `colour` asks for colours and links.
    """

    findings: Sequence[Finding]
    files: Sequence[str] = field(default=())
    colour: bool = False


def render(name: str, report: Report) -> str:
    """The report in the format of that name, with its final line end."""
    text = import_module(f"{__name__}.{FORMATS[name]}").render(report)
    assert isinstance(text, str)
    return text
