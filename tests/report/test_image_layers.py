"""The model of an image's layers, on images made by hand as other builders make them."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from typing import TYPE_CHECKING

import pytest

from minibuild.errors import MinibuildError
from minibuild.report.image_diff import Shape, image_diff
from minibuild.report.image_efficiency import judged, read_rules
from minibuild.report.layers.blame import blame
from minibuild.report.layers.differing import file_differences, settings_differences
from minibuild.report.layers.efficiency import efficiency
from minibuild.report.layers.stack import read_stack
from minibuild.report.layers.subject import Subject, open_subject, split_path
from minibuild.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A layer: path to its content: bytes or a size in bytes, None for a directory, `-> x` for a link.
Members = dict[str, bytes | int | str | None]


def layer_tar(members: Members) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path, content in members.items():
            info = tarfile.TarInfo(path)
            if content is None:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
            elif isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content.removeprefix("-> ")
            data = (
                bytes(content) if isinstance(content, int) else content if isinstance(content, bytes) else b""
            )
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def write_image(path: Path, *layers: Members, **config: object) -> Path:
    """An archive as `docker save` writes it, with a history entry for each layer."""
    tars = [layer_tar(members) for members in layers]
    document = {
        "architecture": "amd64",
        "os": "linux",
        "config": config,
        "rootfs": {
            "type": "layers",
            "diff_ids": ["sha256:" + hashlib.sha256(tar).hexdigest() for tar in tars],
        },
        "history": [{"created_by": f"step {number}"} for number in range(1, len(layers) + 1)],
    }
    names = [f"{number}.tar" for number in range(len(tars))]
    files = dict(zip(names, tars, strict=True))
    files["config.json"] = json.dumps(document).encode()
    manifest = [{"Config": "config.json", "RepoTags": None, "Layers": names}]
    files["manifest.json"] = json.dumps(manifest).encode()
    with tarfile.open(path, "w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as store:
        yield store


@pytest.fixture
def subject(store: Store, tmp_path: Path) -> Iterator[object]:
    """Opens an image made of layers."""
    opened = []

    def make(*layers: Members, **config: object) -> Subject:
        path = write_image(tmp_path / f"{len(opened)}.tar", *layers, **config)
        context = open_subject(store, str(path))
        opened.append(context)
        return context.__enter__()

    yield make
    for context in opened:
        context.__exit__(None, None, None)


# ---- changes


def changes(subject: Subject) -> list[list[str]]:
    stack = read_stack(subject.store, subject.image)
    return [[f"{one.change} {one.path} {one.size}" for one in layer.changes] for layer in stack.layers]


def test_what_layers_change(subject) -> None:
    image = subject(
        {"a": None, "a/f": 5, "a/g": 7, "l": "-> a/f"},
        {"a/f": 9, "a/.wh.g": b"", "b/new": 1},
        {".wh.a": b""},
    )
    assert changes(image) == [
        ["A a 0", "A a/f 5", "A a/g 7", "A l 0"],
        ["C a/f 9", "D a/g 0", "A b/new 1"],
        ["D a 9"],
    ]
    stack = read_stack(image.store, image.image)
    assert [(one.count("A"), one.count("C"), one.count("D"), one.size) for one in stack.layers] == [
        (3, 0, 0, 12),
        (1, 1, 1, 10),
        (0, 0, 1, 0),
    ]
    assert [one.created_by for one in stack.layers] == ["step 1", "step 2", "step 3"]
    assert stack.layers[0].chain_id == stack.layers[0].diff_id
    assert stack.layers[1].chain_id != stack.layers[1].diff_id


def test_opaque_directories_and_what_takes_the_place_of_others(subject) -> None:
    image = subject(
        {"d": None, "d/x": 3, "d/s/y": 4, "f": 1},
        {"d/.wh..wh..opq": b"", "d/z": 2, "f": None, "f/in": 6, ".wh.nothing": b""},
    )
    assert changes(image)[1] == ["D d/s 4", "D d/x 0", "A d/z 2", "C f 0", "A f/in 6"]


def test_a_file_that_comes_back_is_added(subject) -> None:
    image = subject({"f": 1}, {".wh.f": b""}, {"f": 2})
    assert changes(image) == [["A f 1"], ["D f 0"], ["A f 2"]]


# ---- efficiency: (layers, sum of the smallest sizes, sum of the cumulative ones, wasted bytes), by hand

EFFICIENCY: list[tuple[list[Members], int, int, int]] = [
    ([{"a": 100, "b": 50}], 150, 150, 0),
    ([{"a": 100}, {"b": 50}], 150, 150, 0),
    ([{"a": 100}, {"a": 100}], 100, 200, 200),
    ([{"a": 100}, {"a": 60}], 60, 160, 160),
    ([{"a": 100}, {".wh.a": b""}], 0, 100, 100),
    ([{"d/a": 100, "d/b": 20}, {".wh.d": b""}], 120 + 120, 240, 0),
    ([{"d/a": 100, "d/b": 20}, {"d/a": 100}, {".wh.d": b""}], 100 + 20 + 120, 200 + 20 + 120, 200),
    ([{"a": 10}, {"a": 10}, {"a": 10}], 10, 30, 30),
    ([{"a": 0}, {"a": 0}], 0, 0, 0),
    ([{"d": None, "d/a": 8}, {"d": None, "d/b": 4}, {"d/a": 8, "l": "-> x"}], 8 + 4, 16 + 4, 16),
]


@pytest.mark.parametrize(("layers", "smallest", "cumulative", "wasted"), EFFICIENCY)
def test_efficiency(subject, layers: list[Members], smallest: int, cumulative: int, wasted: int) -> None:
    image = subject(*layers)
    found = efficiency(read_stack(image.store, image.image))
    assert found.score == (smallest / cumulative if cumulative else 1.0)
    assert found.wasted == wasted


def test_who_wastes(subject) -> None:
    image = subject({"a": 100, "b": 10}, {"a": 100}, {"b": 10, ".wh.a": b""})
    found = efficiency(read_stack(image.store, image.image))
    assert [(one.path, one.size, one.layers, one.deleted_by) for one in found.paths] == [
        ("a", 200, (1, 2, 3), 3),
        ("b", 20, (1, 3), 0),
    ]
    assert found.user_wasted == 220 / 110


RULES = [
    ({}, False),
    ({"lowestEfficiency": "0.4"}, False),
    ({"lowestEfficiency": "0.4", "highestUserWastedPercent": "disabled"}, True),
    (
        {"lowestEfficiency": "0.4", "highestUserWastedPercent": "disabled", "highestWastedBytes": "199B"},
        False,
    ),
    (
        {"lowestEfficiency": "0.4", "highestUserWastedPercent": "disabled", "highestWastedBytes": "0.2 KB"},
        True,
    ),
]


@pytest.mark.parametrize(("given", "passed"), RULES)
def test_rules(subject, given: dict[str, str], passed: bool) -> None:
    image = subject({"a": 100}, {"a": 100})
    text, held = judged(image, read_rules(None, given))
    assert held is passed
    assert text.endswith(f"Result: {'PASS' if passed else 'FAIL'}\n")


def test_rules_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / ".dive-ci"
    path.write_text("rules:\n  # less\n  lowestEfficiency: 0.95 # strict\n  highestWastedBytes: '20MB'\n")
    assert read_rules(path, {"highestWastedBytes": "1MB"}) == {
        "lowestEfficiency": "0.95",
        "highestWastedBytes": "1MB",
        "highestUserWastedPercent": "0.1",
    }
    path.write_text("rules:\n  lowestEficiency: 0.95\n")
    with pytest.raises(MinibuildError, match="'lowestEficiency' is no rule") as caught:
        read_rules(path, {})
    assert caught.value.line == 2


@pytest.mark.parametrize("value", ["lots", "-1", "2"])
def test_rules_that_can_not_be_read(subject, value: str) -> None:
    image = subject({"a": 1})
    with pytest.raises(MinibuildError, match="not a number between 0 and 1"):
        judged(image, read_rules(None, {"lowestEfficiency": value}))


# ---- differences


def test_files_and_settings_that_differ(subject) -> None:
    base: Members = {"same": b"x\n", "text": b"one\ntwo\n", "gone": 3, "l": "-> same", "t": b"f"}
    first = subject(base, Env=["A=1", "B=2"], Cmd=["sh"])
    second = subject(
        base,
        {"text": b"one\n2\n", ".wh.gone": b"", "l": "-> text", "new": b"n\n", "t": None},
        Env=["A=1", "B=3"],
    )
    assert [(one.path, one.change, one.what) for one in file_differences(first, second)] == [
        ("gone", "D", ()),
        ("l", "C", ("target",)),
        ("new", "A", ()),
        ("t", "C", ("type",)),
        ("text", "C", ("content",)),
    ]
    assert [(one.name, one.old, one.new) for one in settings_differences(first, second)] == [
        ("config.Cmd", ["sh"], None),
        ("config.Env.B", "2", "3"),
    ]
    text, differs = image_diff(first, second, Shape(content=True, stat=True))
    assert differs
    assert 'config.Env.B: "2" -> "3"\n' in text
    assert "C /text  (content)  8B -> 6B\n--- a/text\n+++ b/text\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n" in text
    assert text.endswith("1 added, 3 changed, 1 deleted, -4B\n")
    document = json.loads(image_diff(first, second, Shape(form="json"))[0])
    assert [one["path"] for one in document["files"]] == ["/gone", "/l", "/new", "/t", "/text"]


def test_the_same_files_in_other_layers_do_not_differ(subject) -> None:
    first = subject({"a": b"1", "b": b"2"})
    second = subject({"a": b"0"}, {"b": b"2"}, {"a": b"1"})
    assert file_differences(first, second) == []
    assert image_diff(first, second, Shape()) == ("", False)


def test_hostile_names_are_shown_safely(subject) -> None:
    first = subject({"a": b"1"})
    second = subject({"a": b"1", "evil\x1b[2J\u202ename": b"x"}, Labels={"k": "\x1b[31m"})
    text, _ = image_diff(first, second, Shape(content=True))
    assert "\x1b" not in text
    assert "\u202e" not in text


# ---- blame and names


def test_blame(subject) -> None:
    image = subject({"d/f": b"1"}, {"d/f": b"2"}, {".wh.d": b""}, {"d/f": b"3"})
    versions = blame(image.store, read_stack(image.store, image.image), "/d/f")
    assert [(one.layer.number, one.change.change) for one in versions] == [
        (1, "A"),
        (2, "C"),
        (3, "D"),
        (4, "A"),
    ]
    assert versions[0].sha256 == hashlib.sha256(b"1").hexdigest()
    with pytest.raises(MinibuildError, match=r"no layer of .* has it"):
        blame(image.store, read_stack(image.store, image.image), "/d/g")


def test_places(store: Store) -> None:
    assert split_path("r.io:5000/a:1:/etc/x") == ("r.io:5000/a:1", "/etc/x")
    for bad in ("a", "a:b", ":/x"):
        with pytest.raises(MinibuildError, match="write IMAGE:/PATH"):
            split_path(bad)
    with pytest.raises(MinibuildError, match="No such image"), open_subject(store, "nosuch"):
        pass


def test_a_damaged_layer_is_told_and_the_others_are_read(store: Store, tmp_path: Path) -> None:
    from minibuild.store.loading import load_archive

    path = write_image(tmp_path / "i.tar", {"a": 1}, {"b": 2})
    image = load_archive(store, path)[0].image_id
    diff_id = store.image(image).diff_ids[0]
    store.blob_path(diff_id).chmod(0o644)
    store.blob_path(diff_id).write_bytes(b"\xff" * 2048)
    stack = read_stack(store, image)
    assert "damaged" in stack.layers[0].problem
    assert [one.path for one in stack.layers[1].changes] == ["b"]
