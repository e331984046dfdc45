"""Every rule's description is true, and docs/rules.md has them all."""

from pathlib import Path

import pytest

from minibuild.lint.configuration import Configuration
from minibuild.lint.explanation import rules_document
from minibuild.lint.finding import Level
from minibuild.lint.rule import all_rules
from minibuild.lint.runner import lint
from minibuild.lint.source import Source
from minibuild.lint.subject import Settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "rules.md"
LABELS = {
    "version": "semver",
    "vendor": "text",
    "url": "url",
    "created": "rfc3339",
    "licenses": "spdx",
    "revision": "hash",
    "authors": "email",
}
# Needs a registry: its example can't be found fault with.
UNFOUND = {"InvalidBaseImagePlatform"}
RULES = [rule for rule in all_rules().values() if rule.reads == "tree" and rule.code not in UNFOUND]


def finds(code: str, example: str) -> bool:
    text = example if "FROM" in example.upper().split() else f"FROM alpine:3.20\n{example}"
    wanted = {"version": "semver"} if code == "DL3049" else LABELS
    settings = Settings(("docker.io",), wanted if 3049 <= _number(code) <= 3058 else {}, code == "DL3050")
    configuration = Configuration(levels={code: Level.WARNING}, settings=settings, shellcheck=False)
    [(findings, _)] = lint([Source("Dockerfile", text + "\n")], configuration)
    return any(finding.code == code for finding in findings)


def _number(code: str) -> int:
    return int(code[2:]) if code.startswith("DL") else 0


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_finds_its_bad_example_and_not_its_good_one(rule):
    assert finds(rule.code, rule.bad)
    assert not finds(rule.code, rule.good)


def test_the_document_is_up_to_date():
    """Made by python -c "from minibuild.lint.explanation import *; print(rules_document(), end='')"`."""
    assert DOCUMENT.read_text(encoding="utf-8") == rules_document()
