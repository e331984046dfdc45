"""hadolint's environment variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.lint.configuration import LABEL_TYPES, LEVELS, THRESHOLDS, Options
from minibuild.lint.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TRUE = frozenset({"1", "y", "on", "true", "yes"})


def read_environment(environment: Mapping[str, str]) -> tuple[Options, list[str]]:
    """(what the variables say, what is wrong with some: those count for nothing)."""
    problems: list[str] = []

    def flag(name: str) -> bool | None:
        value = environment.get(name)
        return None if value is None else value.lower() in _TRUE

    def words(name: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in environment.get(name, "").split(",") if word.strip())

    def one_of(name: str, allowed: Iterable[str]) -> str | None:
        value = environment.get(name) or None
        if value is not None and value not in allowed:
            problems.append(f"{name}={value} counts for nothing: it is one of {', '.join(allowed)}")
            return None
        return value

    labels = {}
    for word in words("HADOLINT_REQUIRE_LABELS"):
        name, _, kind = word.partition(":")
        if kind in LABEL_TYPES:
            labels[name] = kind
        else:
            problems.append(f"HADOLINT_REQUIRE_LABELS: {word} is not NAME:TYPE with {', '.join(LABEL_TYPES)}")
    options = Options(
        ignored=words("HADOLINT_IGNORE"),
        override={level: words(f"HADOLINT_OVERRIDE_{level.upper()}") for level in LEVELS},
        trusted_registries=words("HADOLINT_ALLOWED_REGISTRIES"),
        labels=labels,
        strict_labels=flag("HADOLINT_STRICT_LABELS"),
        disable_ignore_pragma=flag("HADOLINT_DISABLE_IGNORE_PRAGMA"),
        failure_threshold=one_of("HADOLINT_FAILURE_THRESHOLD", THRESHOLDS),
        no_fail=flag("HADOLINT_NOFAIL"),
        format=one_of("HADOLINT_FORMAT", FORMATS),
        no_color=True if environment.get("NO_COLOR") else None,
        verbose=flag("HADOLINT_VERBOSE"),
    )
    return options, problems
