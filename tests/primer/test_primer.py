"""The walk of docs/primer.md and docs/primer.zh.md, as a reader types it (SPEC rows D, N, M, V)."""

import re

import pytest
from primer_making import DOCUMENTS, HERE, TEXTS, documents, walk


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return documents()


@pytest.mark.parametrize("name", TEXTS)
def test_the_document_is_what_the_commands_print(made: dict[str, str], name: str) -> None:
    assert (DOCUMENTS / name).read_text("utf-8") == made[name], "python tests/primer/primer_making.py"


def test_both_languages_go_the_same_way() -> None:
    ways = [re.findall(r"\{\{([a-z0-9-]+)\}\}", (HERE / name).read_text("utf-8")) for name in TEXTS]
    assert ways[0] == ways[1]
    assert ways[0] == list(walk())


def test_every_command_is_minibuilds() -> None:
    commands = [line for lines in walk().values() for line in lines if line.startswith("$ ")]
    assert all(line.startswith("$ minibuild ") for line in commands)
