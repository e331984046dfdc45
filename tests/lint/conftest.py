"""Linting a text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from minibuild.lint.configuration import Configuration
from minibuild.lint.finding import Finding
from minibuild.lint.runner import lint
from minibuild.lint.source import Source

if TYPE_CHECKING:
    from pathlib import Path

Linter = Callable[..., list[Finding]]


@pytest.fixture
def findings() -> Linter:
    """The findings of a text, in a directory if one is given, under a configuration of the given fields."""

    def run(text: str, context: Path | None = None, **fields: Any) -> list[Finding]:
        path = str(context / "Dockerfile") if context else "Dockerfile"
        return lint([Source(path, text, context)], Configuration(**fields))[0][0]

    return run
