"""Rules told in words: one at length, all in a list, and docs/rules.md."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from minibuild.errors import UsageError
from minibuild.lint.finding import Level
from minibuild.lint.rule import all_rules, family_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from minibuild.lint.rule import Family, Rule

_TITLES: dict[Family, str] = {
    "hadolint": "hadolint's rules",
    "buildkit": "BuildKit's checks",
    "minibuild": "minibuild's own rules",
}
_READS = {
    "tree": "",
    "context": "It reads the build context.",
    "simulation": "It speaks with `--simulate`.",
}
_PREAMBLE = (
    "`minibuild lint --explain CODE` prints the same. A rule that is off by default speaks when"
    " `--warning CODE`, or the like, gives it a level. ShellCheck's rules (`SC…`) for scripts are in"
    " [its wiki](https://www.shellcheck.net/wiki/)."
)


def explain(code: str) -> str:
    """All about one rule. Raise `UsageError` for a code that no rule has."""
    from minibuild.lint.formats.links import link  # only here

    rules = {name.lower(): rule for name, rule in all_rules().items()}
    rule = rules.get(code.lower())
    if rule is not None:
        return _told(rule)
    if family_of(code) == "shellcheck":
        return f"{code} is one of ShellCheck's checks of RUN scripts: {link(code)}\n"
    from difflib import get_close_matches  # only for a code that is wrong

    close = get_close_matches(code.lower(), rules, 1, 0.6)
    hint = f"did you mean {rules[close[0]].code}?" if close else "--list-rules shows all codes"
    raise UsageError(f"there is no rule {code}", hint=hint)


def unknown_codes(codes: Iterable[str]) -> list[str]:
    """Those of the codes that no rule has, sorted."""
    return sorted({code for code in codes if family_of(code) != "shellcheck"} - all_rules().keys())


def list_rules() -> str:
    """A line for each rule: code, level, summary."""
    return "".join(
        f"{rule.code:<32} {rule.level.word:<8} {rule.summary.rstrip('.')}\n" for rule in all_rules().values()
    )


def rules_document() -> str:
    """docs/rules.md."""
    lines = [
        "# The rules of `minibuild lint`",
        "",
        _PREAMBLE,
    ]
    for family, title in _TITLES.items():
        rules = [rule for rule in all_rules().values() if rule.family == family]
        if rules:
            lines += ["", f"## {title}", ""]
            lines += [f"* [{rule.code}](#{rule.code.lower()}): {rule.summary}" for rule in rules]
            for rule in rules:
                lines += _section(rule)
    return "\n".join(lines) + "\n"


def _section(rule: Rule) -> Iterator[str]:
    yield from ("", f"### {rule.code}", "", f"{_level(rule)}: {_sentence(rule.summary)}", "")
    yield _sentence(" ".join(part for part in (rule.explanation, _READS[rule.reads]) if part))
    for title, example in (("Bad", rule.bad), ("Good", rule.good)):
        yield from ("", f"{title}:", "```dockerfile", example.rstrip("\n"), "```")


def _told(rule: Rule) -> str:
    blocks = [f"{rule.code} ({_level(rule).lower()}): {rule.summary}"]
    blocks += [textwrap.fill(part, 100) for part in (rule.explanation, _READS[rule.reads]) if part]
    for title, example in (("Bad", rule.bad), ("Good", rule.good)):
        blocks.append(f"{title}:\n" + textwrap.indent(example.rstrip("\n"), "    "))
    return "\n\n".join(blocks) + "\n"


def _level(rule: Rule) -> str:
    return "Off by default" if rule.level == Level.IGNORE else rule.level.word.capitalize()


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else text + "."
