"""What a user wants of linting, put together from files, environment and flags."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from minibuild.lint.finding import Level
from minibuild.lint.subject import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LABEL_TYPES = ("text", "rawtext", "url", "rfc3339", "semver", "spdx", "hash", "email")
LEVELS = ("error", "warning", "info", "style")
THRESHOLDS = (*LEVELS, "ignore", "none")


def level_named(word: str) -> Level:
    """The level that a threshold's word (`error`, `none`) stands for."""
    return Level.IGNORE if word == "none" else Level[word.upper()]


@dataclass(frozen=True, slots=True)
class Options:
    """What one source of configuration says. None and empty: it says nothing.

    `override` maps a level's word to codes, `labels` a label's name to its type.
    """

    ignored: tuple[str, ...] = ()
    override: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    trusted_registries: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    strict_labels: bool | None = None
    disable_ignore_pragma: bool | None = None
    failure_threshold: str | None = None
    no_fail: bool | None = None
    format: str | None = None
    no_color: bool | None = None
    verbose: bool | None = None

    def over(self, other: Options) -> Options:
        """What both say: lists are joined, of single values those of `self` count."""
        override = {
            level: (*other.override.get(level, ()), *self.override.get(level, ())) for level in LEVELS
        }
        single = ("strict_labels", "disable_ignore_pragma", "failure_threshold", "no_fail", "format")
        kept = {
            name: getattr(other, name)
            for name in (*single, "no_color", "verbose")
            if getattr(self, name) is None
        }
        return replace(
            self,
            ignored=(*other.ignored, *self.ignored),
            override=override,
            trusted_registries=(*other.trusted_registries, *self.trusted_registries),
            labels={**other.labels, **self.labels},
            **kept,
        )


@dataclass(frozen=True, slots=True)
class Configuration:
    """The configuration in force.

    `levels` holds the levels of rules that were given another one; a rule of level IGNORE is not run. Without
    `shellcheck` nothing is said of the scripts of RUN.
    """

    ignored: frozenset[str] = frozenset()
    levels: Mapping[str, Level] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    disable_ignore_pragma: bool = False
    shellcheck: bool = True

    def fingerprint(self) -> str:
        """A text that is equal for configurations under which the same is found."""
        settings = self.settings
        return repr(
            (
                sorted(self.ignored),
                sorted((code, int(level)) for code, level in self.levels.items()),
                sorted(settings.trusted_registries),
                sorted(settings.labels.items()),
                settings.strict_labels,
                self.disable_ignore_pragma,
                self.shellcheck,
            )
        )


def configure(options: Options, *, shellcheck: bool = True) -> Configuration:
    """The configuration that `options` asks for. A code with several levels has the worst."""
    levels: dict[str, Level] = {}
    for word in reversed(LEVELS):
        levels.update((code, Level[word.upper()]) for code in options.override.get(word, ()))
    settings = Settings(options.trusted_registries, dict(options.labels), bool(options.strict_labels))
    return Configuration(
        frozenset(options.ignored), levels, settings, bool(options.disable_ignore_pragma), shellcheck
    )


def joined(sources: Iterable[Options]) -> Options:
    """All sources in one, the last one first in rank."""
    result = Options()
    for source in sources:
        result = source.over(result)
    return result
