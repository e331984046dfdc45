"""What the explorer shows, without a terminal: rows of the tree, filters, pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from test_image_layers import write_image

from minibuild.report.explorer.pages import (
    content_page,
    difference_page,
    instruction,
    layer_lines,
    source_page,
    status,
)
from minibuild.report.explorer.view import Explorer
from minibuild.report.layers.subject import Subject, open_subject
from minibuild.store import Store
from minibuild.store.loading import load_archive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from minibuild.report.explorer.pages import Page

LAYERS = (
    {"etc": None, "etc/a.conf": b"one\ntwo\n", "etc/b": b"b", "opt": None, "opt/x": b"12", "opt/y": b"345"},
    {"etc": None, "etc/a.conf": b"one\nthree\n", "bin": b"\0\1" * 3000, "link": "-> etc/b"},
    {"etc/.wh.b": b"", ".wh.opt": b"", "bin": b"\0\2" + b"\0\1" * 2999},
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as store:
        yield store


@pytest.fixture
def view(store: Store, tmp_path: Path) -> Iterator[Explorer]:
    with open_subject(store, str(write_image(tmp_path / "i.tar", *LAYERS))) as subject:
        yield Explorer(subject)


def names(view: Explorer, directory: str = "") -> list[str]:
    return [f"{row.change or '.'} {row.name}{'/' * (row.kind == 'dir')}" for row in view.rows(directory)]


def texts(page: Page) -> list[str]:
    return [line.text for line in page.lines]


def test_the_changes_of_a_layer(view: Explorer) -> None:
    """Directories first; one that is only on the way to a change has none itself."""
    assert view.number == 3
    assert names(view) == [". etc/", "D opt/", "C bin"]
    assert names(view, "etc") == ["D b"]
    assert names(view, "opt") == ["D x", "D y"]
    view.select(2)
    assert names(view) == ["C etc/", "A bin", "A link"]
    assert names(view, "etc") == ["C a.conf"]
    view.select(1)
    assert names(view) == ["A etc/", "A opt/"]


def test_all_files_up_to_a_layer(view: Explorer) -> None:
    """What the layer deletes is still shown, as deleted; what it leaves alone has no sign."""
    view.toggle()
    assert names(view) == [". etc/", "D opt/", "C bin", ". link"]
    assert names(view, "etc") == [". a.conf", "D b"]
    assert names(view, "opt") == ["D x", "D y"]
    view.select(1)
    assert names(view, "opt") == ["A x", "A y"]
    view.toggle()
    view.select(99)
    assert view.number == 3


def test_a_filter(view: Explorer) -> None:
    """Part of a path, in any case, or a pattern; what leads to a match stays."""
    view.toggle()
    view.narrow("CONF")
    assert names(view) == [". etc/"]
    assert names(view, "etc") == [". a.conf"]
    assert view.matches() == 1
    view.narrow("etc/?")
    assert names(view, "etc") == ["D b"]
    view.narrow("*.conf")
    assert names(view, "etc") == [". a.conf"]
    view.narrow("/bin")
    assert names(view) == ["C bin"]
    view.narrow("nothing")
    assert (names(view), view.matches()) == ([], 0)
    view.narrow("")
    assert len(names(view)) == 4


def test_contents(view: Explorer) -> None:
    page = content_page(view, "etc/a.conf")
    assert page.title == "/etc/a.conf"
    assert texts(page) == ["mode 0644, owner 0:0, 10B; written by layers: 1, 2", "", "one", "three"]
    view.select(1)
    assert texts(content_page(view, "etc/a.conf"))[2:] == ["one", "two"]
    view.select(3)
    assert texts(content_page(view, "etc/b"))[0] == "deleted by layer 3; it was:"
    assert texts(content_page(view, "etc/b"))[3:] == ["b"]
    assert texts(content_page(view, "link"))[2:] == ["a symbolic link to etc/b"]
    assert texts(content_page(view, "etc"))[2:] == ["a directory of 1 entries"]
    assert "nothing is there" in texts(content_page(view, "no/where"))
    binary = texts(content_page(view, "bin"))
    assert binary[2] == "00000000  00 02 00 01 00 01 00 01  00 01 00 01 00 01 00 01  ................"
    assert len(binary) == 2 + 256 + 1
    assert binary[-1] == "… the first 4,096 of 6,000 bytes"


def test_differences(view: Explorer) -> None:
    """Against the version below; of a file that the layer leaves alone, what the last layer did to it."""
    page = difference_page(view, "etc/a.conf")
    assert page.title == "/etc/a.conf: what layer 2 changed"
    assert [(line.sort, line.text) for line in page.lines if line.sort in ("+", "-")] == [
        ("-", "-two"),
        ("+", "+three"),
    ]
    deleted = [(line.sort, line.text) for line in difference_page(view, "etc/b").lines]
    assert deleted[0] == ("note", "deleted: file")
    assert ("-", "-b") in deleted
    binary = [line.text[:13] for line in difference_page(view, "bin").lines]
    assert binary[:3] == ["content", "-00000000  00", "+00000000  00"]
    assert texts(difference_page(view, "link")) == ["added: link"]
    assert "-" not in {line.sort for line in difference_page(view, "opt").lines}


def test_the_pages_of_a_foreign_image(view: Explorer) -> None:
    """Nobody knows its Dockerfile: the history has to do."""
    view.select(2)
    assert texts(source_page(view)) == [
        "nobody knows the line of a Dockerfile that made it",
        "",
        "step 2",
    ]
    assert view.layer is not None
    assert layer_lines(view.layer)[1] == "6.01kB; 2 added, 1 changed, 0 deleted"
    assert status(view, "etc/a.conf") == "0644 0:0 /etc/a.conf  changed by layer 2, added by layer 1"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('/bin/sh -c #(nop)  CMD ["a"]', 'CMD ["a"]'),
        ("/bin/sh -c make   all", "RUN make all"),
        ("RUN /bin/sh -c make # buildkit", "RUN make"),
        ("|2 A=1 B=2 /bin/sh -c make", "RUN make"),
        ("COPY a /b # buildkit", "COPY a /b"),
        ("\x1b[31mevil\u202e", "\ufffd[31mevil\ufffd"),
        ("", ""),
    ],
)
def test_instructions(view: Explorer, written: str, told: str) -> None:
    assert view.layer is not None
    assert instruction(view, view.layer._replace(created_by=written)) == told


def test_hostile_names_and_contents(store: Store, tmp_path: Path) -> None:
    """Nothing that moves a cursor gets through, nor what can't be encoded."""
    evil = "a\x1b]0;x\x07\u202e\udcff"
    archive = write_image(tmp_path / "i.tar", {evil: b"\x1b[2J\x9b\r\nok\n", "l": f"-> {evil}"})
    with open_subject(store, str(archive)) as subject:
        view = Explorer(subject)
        path = next(row.path for row in view.rows() if row.name != "l")
        shown = [*texts(content_page(view, path)), content_page(view, path).title]
        shown += [*texts(difference_page(view, "l")), *texts(content_page(view, "l")), status(view, path)]
        for text in shown:
            assert text.isprintable(), ascii(text)
            text.encode()


def test_a_damaged_layer_is_told(store: Store, tmp_path: Path) -> None:
    image = load_archive(store, write_image(tmp_path / "i.tar", {"a": 1}, {"b": 2}))[0].image_id
    blob = store.blob_path(store.image(image).diff_ids[0])
    blob.chmod(0o644)
    blob.write_bytes(b"\xff" * 2048)
    view = Explorer(Subject(store, image, "i"))
    assert names(view) == ["A b"]
    view.toggle()
    assert "damaged" in view.problem
    assert view.rows() == []
    view.toggle()
    view.select(1)
    assert "damaged" in view.problem
    assert "damaged" in texts(content_page(view, "a"))[0]


def test_an_image_without_layers(store: Store, tmp_path: Path) -> None:
    with open_subject(store, str(write_image(tmp_path / "i.tar"))) as subject:
        view = Explorer(subject)
        view.select(1)
        assert view.layer is None
        assert (view.rows(), view.matches()) == ([], 0)
        assert texts(source_page(view)) == ["the image has no layers"]
