"""What a rule is, and the decorator by which it is found."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from minibuild.lint.finding import Level, Remark
    from minibuild.lint.subject import Subject

    Check = Callable[[Subject], Iterable[Remark]]

Family = Literal["hadolint", "buildkit", "shellcheck", "minibuild"]
Reads = Literal["tree", "context", "simulation"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its code (`DL3008`, `StageNameCasing`, `MB1001`), default level, one line of what it finds,
    why that matters, a bad and a good example, and what it reads beside the tree.
    """

    code: str
    level: Level
    summary: str
    explanation: str
    bad: str
    good: str
    family: Family
    check: Check
    reads: Reads = "tree"


_RULES: dict[str, Rule] = {}


@dataclass(frozen=True, slots=True)
class Example:
    """Lines of a Dockerfile that a rule finds fault with, and the same as it should be."""

    bad: str
    good: str


def rule(
    code: str, level: Level, summary: str, *, why: str, example: Example, reads: Reads = "tree"
) -> Callable[[Check], Check]:
    """Register the decorated check under its code, which also tells its family."""

    def registered(check: Check) -> Check:
        assert code not in _RULES, code
        _RULES[code] = Rule(
            code, level, summary, why, example.bad, example.good, family_of(code), check, reads
        )
        return check

    return registered


def family_of(code: str) -> Family:
    """Whose rule a code is: `DL…`, `SC…`, `MB…`, else a name of BuildKit's."""
    families: Mapping[str, Family] = {"DL": "hadolint", "SC": "shellcheck", "MB": "minibuild"}
    return families.get(code[:2], "buildkit") if code[2:].isdigit() else "buildkit"


def all_rules() -> Mapping[str, Rule]:
    """Every rule by its code, in the order of their codes; the modules under `rules/` are imported on the
    first call.
    """
    import minibuild.lint.rules as room

    for module in iter_modules(room.__path__, room.__name__ + "."):
        import_module(module.name)
    return dict(sorted(_RULES.items()))
