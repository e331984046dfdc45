"""layers, diff, blame, cat, ls, cp, grep, efficiency and history --files: on images of ours and of others."""

from __future__ import annotations

import io
import json
import re
import shlex
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter

from minibuild.report.schemas import PUBLISHED, schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from syrupy.assertion import SnapshotAssertion

_ROOT = Path(__file__).parents[2]
_BUSYBOX = _ROOT.parent / "shared/conformance/base/busybox.tar"
_DOCKERFILE = """FROM scratch
COPY conf passwd /etc/
COPY more /etc/conf
ENV A=b
COPY --chmod=600 passwd /etc/passwd
COPY big /big
"""
_FILES = {"conf": "one\ntwo", "more": "one\nthree\n", "passwd": "root:x:0:0\n", "big": "x" * 1999 + "\0"}


@pytest.fixture
def app(minibuild, context, monkeypatch: pytest.MonkeyPatch) -> str:
    """An image that is the same in every run; its layers are those of lines 2, 3, 5 and 6."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    built = minibuild("build", "-q", "-t", "app", context(_DOCKERFILE, **_FILES))
    assert (built.status, built.err) == (0, "")
    return "app"


@pytest.fixture
def foreign(minibuild, app: str, tmp_path: Path) -> Path:
    """The same image in an archive, as somebody without its builds has it."""
    path = tmp_path / "app.tar"
    assert minibuild("save", "-o", path, app).status == 0
    return path


def _documents(minibuild, schema_name: str, *words: str | Path) -> list[Any]:
    """The JSON documents that a command prints, each as its published schema has it."""
    shown = minibuild(*words)
    assert shown.err == ""
    adapter = TypeAdapter(PUBLISHED[schema_name])
    texts = [shown.out] if shown.out.startswith(("{\n", "[")) else shown.out.splitlines()
    for text in texts:
        adapter.validate_json(text)
    return [json.loads(text) for text in texts]


def test_schemas_are_as_published() -> None:
    directory = _ROOT / "docs/schemas"
    assert {path.stem for path in directory.glob("*.json")} == set(PUBLISHED)
    for name in PUBLISHED:
        assert (directory / f"{name}.json").read_text("utf-8") == schema(name), (
            "python -m minibuild.report.schemas docs/schemas"
        )


def test_the_guide_is_true(minibuild, context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of the guide prints what stands there, but for digests and what depends on the base."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    guide = (_ROOT / "docs/inspect.md").read_text("utf-8")
    dockerfile = guide.partition("```dockerfile\n")[2].partition("```")[0]
    directory = context(dockerfile, **{"app.conf": "debug = true\n"})
    monkeypatch.chdir(directory)
    assert minibuild("build", "-q", "-t", "app", ".").status == 0
    told = "".join(re.findall(r"^```console\n(.*?)^```", guide, re.MULTILINE | re.DOTALL))
    for command, lines in re.findall(r"^\$ minibuild (.*)\n((?:(?!\$ ).*\n)*)", told, re.MULTILINE):
        assert _comparable(minibuild(*shlex.split(command)).out) == _comparable(lines), command


def _comparable(text: str) -> list[str]:
    lines = [re.sub(r"[0-9a-f]{12,}", "…", line.rstrip()) for line in text.rstrip().splitlines()]
    return [line for line in lines if "catalogue" not in line and not line.startswith("efficiency ")]


def test_graph_is_as_published(minibuild, context) -> None:
    directory = context("FROM scratch AS one\nCOPY . /\nFROM one\nCOPY --from=one / /two/\n")
    (document,) = _documents(minibuild, "graph.v1", "graph", "--format", "json", directory)
    assert [edge["kind"] for edge in document["edges"]] == ["from", "from", "copy"]


def test_replay_is_as_published(app: str, minibuild) -> None:
    (document,) = _documents(minibuild, "replay.v1", "replay", "--format", "json", app)
    assert [step["step"] for step in document["steps"]] == list(range(1, len(document["steps"]) + 1))


# ---- history and layers


def test_history_shows_what_each_step_changed(app: str, minibuild) -> None:
    rows = _documents(minibuild, "history-row.v1", "history", "--format", "json", app)
    counts = [(row["Added"], row["Changed"], row["Deleted"]) for row in rows]
    assert counts == [("1", "0", "0"), ("0", "1", "0"), ("0", "0", "0"), ("0", "1", "0"), ("2", "0", "0")]
    assert {row["Cached"] for row in rows} == {"false"}
    header = minibuild("history", "--files", "--timing", "--fidelity", app).out.splitlines()[0]
    assert header.split()[5:] == ["ADDED", "CHANGED", "DELETED", "CACHED", "DURATION", "FIDELITY", "WHY"]


def test_history_of_an_archive(foreign: Path, app: str, minibuild) -> None:
    ours = minibuild("history", "--no-trunc", "--format", "{{.CreatedBy}} {{.Size}} {{.Added}}", app).out
    theirs = minibuild("history", "--no-trunc", "--format", "{{.CreatedBy}} {{.Size}} {{.Added}}", foreign)
    assert theirs == (0, ours, "")


def test_layers(app: str, foreign: Path, minibuild, snapshot: SnapshotAssertion) -> None:
    assert minibuild("layers", app).out == snapshot
    assert minibuild("layers", "--tree", "--layer", "2", app).out == snapshot
    assert minibuild("layers", "--top", "2", app).out == snapshot
    lines = [row["Line"] for row in _documents(minibuild, "layer-row.v1", "layers", "--format", "json", app)]
    assert lines == ["2", "3", "5", "6"]
    rows = _documents(minibuild, "layer-row.v1", "layers", "--format", "json", foreign)
    assert [row["Line"] for row in rows] == ["", "", "", ""]
    trees = _documents(minibuild, "layer-changes.v1", "layers", "--tree", "--format", "json", foreign)
    assert [one["path"] for one in trees[1]["changes"] if one["kind"] == "file"] == ["/etc/conf"]
    _documents(minibuild, "large-file.v1", "layers", "--top", "9", "--format", "json", foreign)


def test_layers_that_are_not_there(app: str, minibuild) -> None:
    assert minibuild("layers", "--tree", "--layer", "9", app).err.startswith("--layer 9: app has 4 layers")
    assert "No such image: nobody" in minibuild("layers", "nobody").err


# ---- diff


def test_diff(app: str, minibuild, snapshot: SnapshotAssertion) -> None:
    shown = minibuild("diff", "--content", "--stat", "app~4", app)
    assert (shown.status, shown.err) == (1, "")
    assert shown.out == snapshot


def test_diff_of_the_same_is_empty_and_true(app: str, foreign: Path, minibuild) -> None:
    assert minibuild("diff", app, app) == (0, "", "")
    assert minibuild("diff", app, foreign) == (0, "", "")
    assert minibuild("diff", "--format", "json", foreign, app).status == 0


def test_diff_as_json(foreign: Path, minibuild) -> None:
    (document,) = _documents(minibuild, "image-diff.v1", "diff", "--format", "json", "app~2", foreign)
    assert [(one["path"], one["change"], one["what"]) for one in document["files"]] == [
        ("/big", "added", []),
        ("/etc/passwd", "changed", ["mode"]),
    ]
    assert document["settings"] == []
    (document,) = _documents(minibuild, "image-diff.v1", "diff", "--format", "json", "app~3", "app~2")
    assert document["settings"] == [{"name": "config.Env.A", "old": None, "new": "b"}]


def test_diff_reads_no_layer_that_both_have(minibuild, context, root: Path) -> None:
    directory = context("FROM scratch\nCOPY tree /tree\nENV A=b\nCOPY Dockerfile /new\n", "wide")
    (directory / "tree").mkdir()
    for number in range(1001):
        (directory / "tree" / str(number)).touch()
    minibuild("build", "-q", "-t", "wide", directory)
    lowest = minibuild("layers", "--format", "{{.DiffID}}", "wide").out.split()[0]
    (root / "blobs/sha256" / lowest.removeprefix("sha256:")).unlink()
    shown = minibuild("diff", "--content", "wide~2", "wide")
    assert (shown.status, shown.err) == (1, "")
    assert shown.out.splitlines()[:3] == ['config.Env.A: (none) -> "b"', "", "A /new  58B"]


# ---- single files


def test_blame(app: str, foreign: Path, minibuild, snapshot: SnapshotAssertion) -> None:
    assert minibuild("blame", app, "/etc/conf").out == snapshot
    (versions,) = _documents(minibuild, "blame.v1", "blame", "--format", "json", foreign, "etc/passwd")
    assert [(one["layer"], one["change"], one["mode"]) for one in versions] == [
        (3, "changed", "0600"),
        (1, "added", "0644"),
    ]
    assert "/nothing: no layer of" in minibuild("blame", app, "/nothing").err


def test_files(app: str, foreign: Path, minibuild, tmp_path: Path) -> None:
    assert minibuild("cat", "app:/etc/conf", "app~4:/etc/conf") == (0, "one\nthree\none\ntwo", "")
    assert minibuild("cat", f"{foreign}:/etc/conf").out == "one\nthree\n"
    assert minibuild("cat", "app:/etc").err == "app:/etc: Is a directory\n"
    assert minibuild("cat", "app:/none").err == "app:/none: No such file or directory\n"
    assert minibuild("ls", "app:/etc").out == ("-rw-r--r--  0:0  10  conf\n-rw-------  0:0  11  passwd\n")
    rows = _documents(minibuild, "listed-file.v1", "ls", "-R", "--format", "json", f"{foreign}:/")
    assert [row["path"] for row in rows] == ["/big", "/etc", "/etc/conf", "/etc/passwd"]
    assert minibuild("cp", "app:/etc", tmp_path / "copy").err == ""
    assert (tmp_path / "copy/conf").read_text() == "one\nthree\n"


def test_grep(app: str, foreign: Path, minibuild) -> None:
    assert minibuild("grep", "THREE", "app") == (1, "", "")
    assert minibuild("grep", "-i", "THREE", "app") == (0, "/etc/conf:2:three\n", "")
    assert minibuild("grep", "-l", "^root:", f"{foreign}:/etc") == (0, "/etc/passwd\n", "")
    assert "is no regular expression" in minibuild("grep", "(", "app").err


# ---- efficiency


def test_efficiency(app: str, foreign: Path, minibuild, snapshot: SnapshotAssertion) -> None:
    assert minibuild("efficiency", app).out == snapshot
    (document,) = _documents(minibuild, "image-efficiency.v1", "efficiency", "--format", "json", foreign)
    # conf: 7 then 10, passwd: 11 twice, big once
    assert document["efficiency"] == (7 + 11 + 2000) / (17 + 22 + 2000)
    assert document["wastedBytes"] == 17 + 22


def test_efficiency_by_rules(app: str, foreign: Path, minibuild, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert minibuild("efficiency", "--ci", app).status == 0
    (tmp_path / ".dive-ci").write_text("rules:\n  lowestEfficiency: 0.999\n  highestWastedBytes: 38B\n")
    shown = minibuild("efficiency", "--ci", foreign)
    assert shown.status == 1
    assert shown.out.splitlines() == [
        "PASS: highestUserWastedPercent",
        "FAIL: highestWastedBytes: 39B is above 38B",
        "FAIL: lowestEfficiency: 0.9897 is below 0.999",
        "Result: FAIL",
    ]
    words = ("efficiency", "--ci", "--format", "json", app)
    (document,) = _documents(minibuild, "image-efficiency.v1", *words)
    assert document["passed"] is False
    assert [one["result"] for one in document["rules"]] == ["PASS", "FAIL", "FAIL"]
    assert "can't be read" in minibuild("efficiency", "--ci-config", "none", app).err


# ---- images of others, damage, and what is hostile


@pytest.mark.skipif(not _BUSYBOX.exists(), reason="needs an image of another builder")
def test_an_image_of_another_builder(minibuild, tmp_path: Path) -> None:
    (layer,) = _documents(minibuild, "layer-row.v1", "layers", "--format", "json", _BUSYBOX)
    assert int(layer["Added"]) > 200
    assert minibuild("load", "-q", "-i", _BUSYBOX).status == 0
    name = minibuild("images", "-q").out.strip()
    assert minibuild("diff", _BUSYBOX, name) == (0, "", "")
    assert minibuild("save", "--format", "layout", "-o", tmp_path / "layout", name).status == 0
    for word in (_BUSYBOX, name, tmp_path / "layout"):
        assert len(_documents(minibuild, "history-row.v1", "history", "--format", "json", word)) == 2
        assert minibuild("cat", f"{word}:/etc/passwd").out.startswith("root:")
        assert minibuild("efficiency", word).out.startswith("efficiency  100.00%\n")
        assert minibuild("blame", word, "/bin/sh").status == 0
        assert minibuild("grep", "-l", "root", f"{word}:/etc").status == 0


def test_damage_is_told(foreign: Path, minibuild, tmp_path: Path) -> None:
    data = bytearray(foreign.read_bytes())
    data[data.index(b"three")] ^= 1
    broken = tmp_path / "broken.tar"
    broken.write_bytes(data)
    for words in (("layers",), ("history",), ("efficiency",), ("diff", "app")):
        shown = minibuild(*words, broken)
        assert shown.status == 1
        assert re.match(r"\S*broken\.tar: .*layer", shown.err), shown.err
    broken.write_bytes(data[:700])
    assert minibuild("layers", broken).err.startswith(f"{broken}: ")


@pytest.fixture
def hostile(minibuild, tmp_path: Path, context: Callable[..., Path]) -> str:
    """An image with names and contents that would speak to a terminal."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name in ("a\x1b[2J", "b\u202egpj", "c\n<script>", "d\udcff"):
            info = tarfile.TarInfo(name)
            info.size = 8
            tar.addfile(info, io.BytesIO(b"hit\x1b[1mx"))
    directory = context("FROM scratch\nADD files.tar /\n")
    (directory / "files.tar").write_bytes(out.getvalue())
    assert minibuild("build", "-q", "-t", "hostile", directory).status == 0
    return "hostile"


@pytest.mark.parametrize(
    "words",
    [
        ("layers", "--tree", "hostile"),
        ("layers", "--tree", "--format", "json", "hostile"),
        ("layers", "--top", "9", "hostile"),
        ("ls", "hostile:/"),
        ("ls", "--format", "json", "hostile:/"),
        ("grep", "hit", "hostile"),
        ("diff", "--content", "empty", "hostile"),
        ("diff", "--content", "--format", "json", "empty", "hostile"),
        ("efficiency", "--format", "json", "hostile"),
        ("blame", "hostile", "/a\x1b[2J"),
        ("history", "speaking"),
        ("history", "--format", "json", "speaking"),
        ("layers", "speaking"),
        ("layers", "--format", "json", "speaking"),
        ("graph", "--images", "--format", "svg"),
    ],
    ids=" ".join,
)
def test_nothing_speaks_to_the_terminal(words: tuple[str, ...], hostile: str, minibuild, context) -> None:
    minibuild("build", "-q", "-t", "empty", context("FROM scratch\nENV A=b\n", "empty"))
    speaking = context("FROM hostile\nCOPY Dockerfile /\x1b[2J\u202e\n", "speaking")
    minibuild("build", "-q", "-t", "speaking", speaking)
    shown = minibuild(*words)
    text = shown.out + shown.err
    assert shown.status in (0, 1)
    assert text.strip()
    assert not [c for c in text if not c.isprintable() and c != "\n" and not "\udc80" <= c <= "\udcff"]
    assert "\x1b" not in text
    assert "\u202e" not in text
