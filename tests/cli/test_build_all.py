"""minibuild build on a directory of contexts: all of them, parents first, summed up."""

import json
import re
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from minibuild.build.collection import image_name
from minibuild.build.request import BuildRequest
from minibuild.cli.build_all import build_member
from minibuild.report.collection import Row, collection_table

_PARENT = "FROM scratch\nONBUILD COPY part /part\n"


@pytest.fixture
def several(context, tmp_path: Path) -> Path:
    """Three contexts, of which the first in the alphabet needs the last."""
    context("FROM zparent\nENV A=b\n", "all/child", part="x")
    context("FROM scratch\nCOPY a /a\n", "all/My App", a="hi")
    context(_PARENT, "all/zparent")
    (tmp_path / "all" / "notes").mkdir()
    context("FROM nowhere\n", "all/.hidden")
    return tmp_path / "all"


def _cells(out: str) -> dict[str, list[str]]:
    table = out[out.index("NAME ") :].splitlines()[1:]
    return {row[0]: row[1:] for row in (re.split(r" {2,}", line) for line in table)}


def test_all_are_built_after_what_they_need(several: Path, minibuild) -> None:
    shown = minibuild("build", several)
    assert (shown.status, shown.err) == (0, "")
    rows = _cells(shown.out)
    assert list(rows) == ["My App", "child", "zparent"]
    assert [row[0] for row in rows.values()] == ["2", "3", "2"]  # the child's steps: FROM, the trigger, ENV
    assert all(re.fullmatch("built [0-9a-f]{12}", row[-1]) for row in rows.values())
    names = minibuild("images", "--format", "{{.Repository}}:{{.Tag}}").out.split()
    assert sorted(names) == ["child:latest", "my-app:latest", "zparent:latest"]
    again = _cells(minibuild("build", several).out)
    assert again["child"][0] == "3 (2 cached)"
    assert again["child"][-1] == rows["child"][-1]


def test_a_failure_is_told_and_stops_only_what_needs_it(several: Path, minibuild, context) -> None:
    context("FROM scratch\nCOPY nosuch /\n", "all/zparent")
    shown = minibuild("build", several)
    assert shown.status == 1
    rows = _cells(shown.out)
    assert rows["zparent"][-1] == "failed"
    assert rows["child"][-1] == "not built"
    assert rows["My App"][-1].startswith("built ")
    assert "zparent/Dockerfile:2" in shown.err
    assert "2 of 3 builds failed: child, zparent" in shown.err


def test_quiet_prints_ids_and_json_events(several: Path, minibuild) -> None:
    ids = minibuild("build", "-q", several)
    assert re.fullmatch(r"(sha256:[0-9a-f]{64}\n){3}", ids.out)
    assert ids.err == ""
    shown = minibuild("build", "--progress", "json", several)
    rows = [json.loads(line) for line in shown.out.splitlines()]
    assert {row["project"] for row in rows} == {"My App", "child", "zparent"}
    assert sum(row["event"] == "build_finished" for row in rows) == 3


def test_plain_shows_every_line_when_it_is_asked_for(several: Path, minibuild) -> None:
    shown = minibuild("build", "--progress", "plain", several).out
    assert "== zparent\nStep 1/2 : FROM scratch\n" in shown
    assert "Successfully tagged my-app:latest\n" in shown


def test_metadata_has_every_image(several: Path, minibuild, tmp_path: Path) -> None:
    minibuild("build", "--metadata-file", tmp_path / "meta.json", several)
    document = json.loads((tmp_path / "meta.json").read_text())
    assert list(document) == ["My App", "child", "zparent"]
    assert document["child"]["image.name"] == "child:latest"
    assert len(document["child"]["minibuild.steps"]) == 3


@pytest.mark.parametrize(
    "words", [["-t", "x"], ["--target", "x"], ["-o", "out"], ["--iidfile", "x"]], ids=" ".join
)
def test_options_for_one_image_are_refused(words: list[str], several: Path, minibuild) -> None:
    shown = minibuild("build", *words, several)
    assert shown.status == 2
    assert "is for one image" in shown.err


def test_contexts_that_need_each_other_are_told(context, minibuild, tmp_path: Path) -> None:
    context("FROM two\n", "all/one")
    context("FROM one\n", "all/two")
    shown = minibuild("build", tmp_path / "all")
    assert shown.status == 1
    assert "need each other" in shown.err


def test_an_image_is_not_named_like_its_own_base(context, minibuild, tmp_path: Path) -> None:
    minibuild("build", "-q", "-t", "base", context("FROM scratch\nENV A=1\n", "elsewhere"))
    context("FROM base\nENV B=2\n", "all/base")
    for _ in range(2):
        shown = minibuild("build", tmp_path / "all")
        assert shown.status == 0
    env = minibuild("inspect", "-f", "{{json .Config.Env}}", "base").out
    assert "A=1" in env
    assert "B=2" not in env


@pytest.mark.parametrize(
    ("directory", "name"),
    [
        ("hello", "hello:latest"),
        ("My App", "my-app:latest"),
        ("a__b.c-d", "a__b.c-d:latest"),
        ("a___b..c", "a-b-c:latest"),
        ("-x-", "x:latest"),
        ("été", "t:latest"),
        ("日本", ""),
    ],
)
def test_a_directory_names_its_image(directory: str, name: str) -> None:
    assert image_name(directory) == name


def test_the_table(snapshot: SnapshotAssertion) -> None:
    rows = [
        Row("hello", "built 0123456789ab", 3, 3, 1, 1_980_000, "exact", 0.0123),
        Row("node-app", "built ba9876543210", 12, 0, 5, 152_000_000, "modelled", 1.5),
        Row("broken", "failed", seconds=0.5),
        Row("child", "not built"),
    ]
    assert collection_table(rows) == snapshot


@pytest.mark.parametrize("kind", ["plain", "json"])
def test_a_worker_hands_back_what_was_said(kind: str, root: Path, context) -> None:
    built = build_member(
        root, "app", BuildRequest(context=context("FROM scratch\nCOPY a /a\n", a="hi")), kind
    )
    assert built.result is not None
    assert built.size == 2
    assert (b'"project": "app"' in built.said) == (kind == "json")
    failed = build_member(root, "app", BuildRequest(context=context("FROM scratch\nCOPY b /\n")), kind)
    assert failed.result is None
    assert "Dockerfile:2" in failed.error
    assert (b"build_failed" if kind == "json" else b"Step 2/2") in failed.said
