"""What a rule looks at: one parsed Dockerfile with its text, its configuration and where it lies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from minibuild.dockerfile.sourcemap import text_map
from minibuild.lint.copies import Contexts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from minibuild.dockerfile.nodes import Dockerfile
    from minibuild.lint.simulation import Simulation


@dataclass(frozen=True, slots=True)
class Settings:
    """The part of the configuration that rules read themselves.

    `labels` maps a label's name to its type (`text`, `url`, `semver`, `rfc3339`, `spdx`, `hash`, `email`,
    `rawtext`).
    """

    trusted_registries: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    strict_labels: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """One Dockerfile.

    `path` is as the user gave it, `text` the whole text (line ends as in the file), `context` the directory
    that its COPY reads: None for standard input. `simulation` is what a simulated build made, when one was
    asked for.
    """

    path: str
    text: str
    dockerfile: Dockerfile
    settings: Settings = field(default_factory=Settings)
    context: Path | None = None
    simulation: Simulation | None = None
    contexts: Contexts = field(default_factory=Contexts)

    @property
    def lines(self) -> list[str]:
        """The lines of the text, without their newlines. They are split once for all who ask."""
        return text_map(self.text, self.dockerfile.escape).lines
