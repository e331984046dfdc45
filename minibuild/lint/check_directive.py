"""The parser directive `# check=`: which of BuildKit's checks a file wants."""

from __future__ import annotations

from dataclasses import dataclass

_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})


@dataclass(frozen=True, slots=True)
class CheckDirective:
    """`skip` names checks that are left out, `experimental` experimental ones that are wanted; either may be
    the set of `all`. With `error` a finding fails the build. `problem` says why the directive can't be read.
    """

    skip: frozenset[str] = frozenset()
    experimental: frozenset[str] = frozenset()
    error: bool = False
    problem: str = ""

    def wants(self, code: str, *, experimental: bool) -> bool:
        """Whether the check of that name is to be run."""
        if experimental:
            return "all" in self.experimental or code in self.experimental
        return "all" not in self.skip and code not in self.skip


def read_check(value: str) -> CheckDirective:
    """The directive's value, as BuildKit reads it."""
    if not value.strip():
        return CheckDirective()
    sets: dict[str, frozenset[str]] = {"skip": frozenset(), "experimental": frozenset()}
    error = False
    for part in value.strip().split(";", 2):
        key, equals, given = part.partition("=")
        key, given = key.strip(), given.strip()
        if not equals:
            return CheckDirective(problem=f"{part.strip()!r} has no =: write skip=NAMES or error=true")
        if key in sets:
            sets[key] = frozenset(name.strip() for name in given.split(","))
        elif key != "error":
            return CheckDirective(problem=f"unknown key {key!r}: it is one of skip, experimental, error")
        elif given not in _TRUE | _FALSE:
            return CheckDirective(problem=f"error={given} is neither true nor false")
        else:
            error = given in _TRUE
    return CheckDirective(sets["skip"], sets["experimental"], error)
