"""Where a rule is explained."""

from __future__ import annotations

import re

from minibuild.lint.rule import family_of

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def link(code: str) -> str:
    """The address of a page about the rule, "" for our own: `minibuild lint --explain` prints those."""
    family = family_of(code)
    if family == "hadolint":
        return f"https://github.com/hadolint/hadolint/wiki/{code}"
    if family == "shellcheck":
        return f"https://www.shellcheck.net/wiki/{code}"
    if family == "buildkit":
        return f"https://docs.docker.com/reference/build-checks/{_HUMP.sub('-', code).lower()}/"
    return ""
