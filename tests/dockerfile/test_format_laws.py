"""Laws of the formatter: what it makes says the same, and is left alone when it is formatted again."""

import os
import shlex
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minibuild.dockerfile import Dockerfile, DockerfileError, format_dockerfile, parse

CONFORMANCE = Path(
    os.environ.get("MINIBUILD_CONFORMANCE", Path(__file__).parents[3] / "shared" / "conformance")
)
CORPUS = sorted((CONFORMANCE / "parser" / "corpus-dev").glob("*.Dockerfile"))


def shell_words(text: str) -> list[str]:
    """The words as Python's own splitter sees them, operators by the character."""
    splitter = shlex.shlex(text, posix=True, punctuation_chars="&|;")
    splitter.whitespace_split = True
    splitter.commenters = ""
    try:
        found = list(splitter)
    except ValueError:  # an open quote
        return text.split()
    return [part for word in found for part in (word if set(word) <= set("&|;") else [word])]


def said(tree: Dockerfile) -> list[Any]:
    """What the instructions say, without places and blanks of shell text."""
    out = []
    for part in tree.instructions:
        args: list[Any] = [shell_words(arg) if part.form == "shell" else arg for arg in part.args]
        if part.keyword == "FROM":
            args = [arg.upper() for arg in args]
        out.append((part.keyword, part.flags, part.form, part.heredocs, args))
    return out


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip().startswith("#")]


def check(text: str) -> None:
    try:
        tree = parse(text, dialect="docker")
    except DockerfileError:
        return
    formatted = format_dockerfile(text)
    assert format_dockerfile(formatted) == formatted
    again = parse(formatted, dialect="docker")
    assert said(again) == said(tree)
    assert again.directives == tree.directives
    assert comments(formatted) == comments(text)


PIECES = st.sampled_from(
    [
        *("a", "b", "c=d", "$X", "${A:-b}", "$(a b)", "`a b`", "'a  b'", '"a  b"', '"$(a "b  c")"', "a\\ b"),
        *(
            "&&",
            "||",
            "|",
            ";",
            "&",
            "(",
            ")",
            "{",
            "}",
            "!",
            "[[",
            "]]",
            ">x",
            "2>&1",
            "<<E",
            "<<-'F'",
            ";;",
        ),
        *("if", "then", "else", "fi", "for", "in", "do", "done", "while", "case", "esac", "x)"),
        *("\\\n", " \\\n", "\\\n  ", " \\\n    # c\n  ", " \\\n\n", "  ", "\t", "\\\n\t\\\n", "\\", "\r"),
        *(
            "E\n",
            "\nE\n",
            "F\n",
            "[",
            '"x"',
            ",",
            "]",
            "AS",
            "--link",
            "--mount=type=cache,target=/x",
            "'",
            '"',
            "#",
        ),
    ]
)
words = st.builds(
    lambda pieces, gap: gap.join(pieces), st.lists(PIECES, max_size=9), st.sampled_from(["", " "])
)
lines = st.builds(
    lambda indent, keyword, text, end: indent + keyword + " " + text + end,
    st.sampled_from(["", "  ", "\t"]),
    st.sampled_from(
        [
            *(
                "RUN",
                "run",
                "RUN",
                "CMD",
                "COPY",
                "ENV",
                "LABEL",
                "ARG",
                "WORKDIR",
                "EXPOSE",
                "VOLUME",
                "from",
            ),
            *(
                "HEALTHCHECK CMD",
                "ONBUILD RUN",
                "onbuild copy",
                "#",
                "",
                "ENV A",
                'SHELL ["bash"]',
                "RUN set -e;",
            ),
        ]
    ),
    words,
    st.sampled_from(["\n", "\n", "\n\n", "\r\n", "\nE\nF\n", ""]),
)
texts = st.builds(
    lambda head, body: head + "".join(body),
    st.sampled_from(
        ["FROM a\n", "from a as b\r\n", "# escape=`\nFROM a\n", "\n#c\nFROM a\n", " # syntax=x\nFROM a\n"]
    ),
    st.lists(lines, max_size=5),
)


@given(texts)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_laws(text: str) -> None:
    check(text)


@given(words)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_laws_of_commands(text: str) -> None:
    check(f"FROM a\nRUN {text}\nE\nF\nE\n")


@pytest.mark.slow
@given(texts)
@settings(max_examples=100_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_laws_a_hundred_thousand_times(text: str) -> None:
    check(text)


@pytest.mark.skipif(not CORPUS, reason="the corpus is not there")
def test_laws_over_the_corpus() -> None:
    for file in CORPUS:
        check(file.read_bytes().decode("utf-8", "surrogateescape"))


LARGE = {
    "continuation": "RUN x" + " \\\n && y" * 30_000,
    "words": "COPY a" + " \\\n  b" * 30_000,
    "comments": "RUN a" + " \\\n#c\n b" * 20_000,
    "lone": "RUN a \\\n" + " \\\n" * 60_000 + " b",
    "long line": "RUN a" + " && b" * 13_000,
    "nested": "RUN " + "$(" * 20_000 + " \\\n " + ")" * 20_000,
    "groups": "RUN " + "{ " * 10_000 + "a; \\\n" + "} " * 10_000,
    "pairs": "ENV" + " A='1 \\\n'" * 20_000,
    "blank lines": "\n" * 200_000 + "RUN x",
}


@pytest.mark.parametrize("name", LARGE)
def test_large_files_take_little_time(name: str) -> None:
    # Quadratic behaviour would take minutes here.
    format_dockerfile("FROM a\n" + LARGE[name] + "\n")
