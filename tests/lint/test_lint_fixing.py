"""Repairing: the laws that every fix keeps, and what the engine does with fixes that touch or don't help."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minibuild.dockerfile import DockerfileError, parse
from minibuild.lint.configuration import Configuration
from minibuild.lint.finding import Edit, Finding, Fix, Level, Place
from minibuild.lint.fixing import fix_sources
from minibuild.lint.runner import lint
from minibuild.lint.simulation import simulate
from minibuild.lint.source import Source
from minibuild.store import Store

QUIET = Configuration(shellcheck=False)


def repaired(text, *, unsafe=False):
    source = Source("Dockerfile", text)
    [(findings, _)] = lint([source], QUIET)
    return fix_sources([(source, findings)], QUIET, unsafe=unsafe)[0]


def finding(*edits, code="DL3000", safe=True):
    fix = Fix("x", tuple(Edit(*edit) for edit in edits), safe)
    return Finding("Dockerfile", code, Level.ERROR, Place(1), "m", "", fix)


VALUES = st.text(alphabet="ab \t'\"\\$X{}:-#=", min_size=1, max_size=10)
LINES = st.one_of(
    VALUES.map(lambda value: f"ENV key {value}"),
    VALUES.map(lambda value: f"LABEL key {value}"),
    VALUES.map(lambda value: f"MAINTAINER {value}"),
    st.sampled_from(
        [
            "ENV A \\\n  b c",
            "ENV A b \\\n# why\n  c",
            "env a b",
            "EXPOSE 80/TCP 1.2.3.4:5:6",
            "CMD a b",
            'CMD ["c"]',
            "HEALTHCHECK NONE",
            "# a comment",
            "ENV X=1",
            "LABEL a \\\n\n  b",
            "",
        ]
    ),
)
FILES = st.tuples(
    st.sampled_from(["FROM scratch", "FROM scratch AS Foo\nFROM Foo", "FROM scratch as Y"]),
    st.lists(LINES, max_size=6),
    st.sampled_from(["\n", "\r\n"]),
).map(lambda parts: parts[2].join([*parts[0].split("\n"), *"\n".join([*parts[1], ""]).split("\n")]))


def _parses(text):
    try:
        parse(text, dialect="docker")
    except DockerfileError:
        return False
    return True


@given(FILES, st.booleans())
def test_what_is_repaired_parses_keeps_its_comments_and_needs_no_repair(text, unsafe):
    result = repaired(text, unsafe=unsafe)
    assert _parses(result.text) or result.text == text
    assert repaired(result.text, unsafe=unsafe).text == result.text
    comments = [line.strip() for line in text.split("\n") if line.lstrip().startswith("#")]
    assert [line.strip() for line in result.text.split("\n") if line.lstrip().startswith("#")] == comments
    if "\r\n" in text:
        assert "\n" not in result.text.replace("\r\n", "")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("store")) as opened:
        yield opened


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(FILES)
def test_safe_fixes_leave_the_image_as_it_is(store, tmp_path_factory, text):
    context = tmp_path_factory.getbasetemp()
    kept = "\n".join(line for line in text.split("\n") if "MAINTAINER" not in line)  # that becomes a label
    before, after = (simulate("Dockerfile", one, context, store) for one in (kept, repaired(kept).text))
    if before.failure is None:
        assert after.failure is None
        assert before.config == after.config


def test_fixes_that_touch_wait_for_the_next_round():
    source = Source("Dockerfile", "FROM abc")
    found = [finding((5, 6, "x")), finding((6, 7, "y"), code="DL3001"), finding((7, 8, "z"), code="DL3002")]
    result = fix_sources([(source, found)], QUIET)[0]
    assert result.text == "FROM xbz"


def test_a_fix_after_which_nothing_parses_is_left_out():
    source = Source("Dockerfile", "FROM abc\nRUN x\n")
    found = [finding((0, 4, "FOO")), finding((9, 12, "run"), code="DL3001")]
    assert fix_sources([(source, found)], QUIET)[0].text.lower() == "from abc\nrun x\n"


def test_what_lies_between_the_edits_of_a_fix_is_left_to_it():
    source = Source("Dockerfile", "FROM abc")
    found = [finding((5, 5, "x"), (8, 8, "y")), finding((6, 7, "z"), code="DL3001")]
    assert fix_sources([(source, found)], QUIET)[0].text == "FROM xabcy"


def test_a_fix_that_does_not_help_is_taken_back(monkeypatch):
    def useless(sources, configuration, simulate=None):
        [(found, _)] = lint(sources, configuration)
        fixes = [replace(one, fix=Fix("x", (Edit(0, 0, "\n"),))) for one in found if one.code == "DL3006"]
        return [([*fixes, *(one for one in found if one.code != "DL3006")], "")]

    source = Source("Dockerfile", "FROM debian AS Foo\n")
    monkeypatch.setattr("minibuild.lint.fixing.lint", useless)
    [(found, _)] = useless([source], QUIET)
    result = fix_sources([(source, found)], QUIET)[0]
    assert result.text == "FROM debian AS foo\n"
    assert dict(result.repaired) == {"StageNameCasing": 1}


def test_a_finding_that_stands_for_several_places_is_repaired_in_all_of_them():
    text = "FROM debian:12\nRUN wget a && wget b && wget c && wget d\n"
    assert repaired(text).text.count("--progress") in (0, 4)


def test_unsafe_fixes_wait_for_their_word():
    source = Source("Dockerfile", "FROM abc")
    found = [finding((5, 6, "x"), safe=False)]
    assert fix_sources([(source, found)], QUIET)[0].text == "FROM abc"
    assert fix_sources([(source, found)], QUIET, unsafe=True)[0].text == "FROM xbc"


COMMANDS = [
    ("RUN apt update && apt install x", "RUN apt-get update && apt-get install x"),
    ('RUN echo "deb http://apt.e.org" > /etc/apt/l && apt update', None),
    ("RUN echo '; apt install' && { apt update; }", None),
    ("RUN A=b apt update | tee /apt", None),
    ("RUN if true; then apt update; fi # apt update", None),
    ("RUN set -x; \\\n  # apt update\n  apt update", None),
]


@pytest.mark.parametrize(("line", "expected"), COMMANDS, ids=lambda value: repr(value)[:40])
def test_only_commands_are_renamed(line, expected):
    text = repaired(f"FROM debian:12\n{line}\n").text
    last = line.rindex("apt update") if expected is None else 0
    if "# apt" in line and "\\\n" not in line:
        last = line.index("apt update")
    wanted = expected or line[:last] + "apt-get update" + line[last + len("apt update") :]
    changed = text.split("\n", 1)[1].replace(" --no-install-recommends", "").replace(" -y", "")
    assert changed.startswith(wanted)


PRAGMAS = [
    ("# hadolint ignore=DL3003\nFROM debian:12\n", "FROM debian:12\n"),
    ("# hadolint ignore=DL3003,DL3006\nFROM debian\n", "# hadolint ignore=DL3006\nFROM debian\n"),
    ("# hadolint ignore=DL3006 , DL3003 # x\nFROM debian\n", "# hadolint ignore=DL3006 # x\nFROM debian\n"),
    ("# hadolint ignore=DL3003,DL3004,DL3009\nFROM debian:12\n", "FROM debian:12\n"),
    ("FROM debian:12\nUSER root:app\nUSER app\n", "FROM debian:12\nUSER 0:app\nUSER app\n"),
    (
        "# check=experimental=all\n# note\nFROM debian:12 AS a\n",
        "# check=experimental=all\n# note\n#\nFROM debian:12 AS a\n",
    ),
]


@pytest.mark.parametrize(("text", "expected"), PRAGMAS, ids=lambda value: repr(value)[:40])
def test_pragmas_and_names_are_repaired(text, expected):
    assert repaired(text).text == expected


def test_a_relative_directory_becomes_absolute_on_demand():
    text = "FROM debian:12\nWORKDIR app\n"
    assert repaired(text).text == text
    assert repaired(text, unsafe=True).text == "FROM debian:12\nWORKDIR /app\n"
