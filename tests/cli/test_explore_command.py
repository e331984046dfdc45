"""`minibuild explore`: the application driven by keys and mouse, and the command around it."""

from __future__ import annotations

import asyncio
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from minibuild.report.explorer.app import ExplorerApp, PageScreen
from minibuild.report.explorer.pages import source_page
from minibuild.report.explorer.view import Explorer
from minibuild.report.explorer.widgets import FileTree, LayerTable
from minibuild.report.layers.subject import open_subject
from minibuild.store import Store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from syrupy.assertion import SnapshotAssertion
    from textual.pilot import Pilot

TEXT = """FROM scratch
COPY conf passwd /etc/
COPY --chmod=600 \\
  more /etc/conf
COPY dir /opt
ENV A=b
"""
_BUSYBOX = Path(__file__).parents[3] / "shared/conformance/base/busybox.tar"


@pytest.fixture
def app(minibuild, context, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The context of an image `app` with three layers, the same in every run."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    directory = context(TEXT, conf="one\ntwo\n", more="one\n[red]three\n", passwd="root:x:0:0\n")
    (directory / "dir").mkdir()
    for name in ("[b]x", "y\u202e", "z"):
        (directory / "dir" / name).write_text(name)
    built = minibuild("build", "-q", "-t", "app", directory)
    assert (built.status, built.err) == (0, "")
    return directory


@contextmanager
def opened(root: Path, word: str) -> Iterator[Explorer]:
    with Store.open(root) as store, open_subject(store, word) as subject:
        yield Explorer(subject)


def drive(root: Path, play: Callable[[Pilot[None]], Awaitable[None]], word: str = "app") -> None:
    """Let `play` use the application that shows an image."""

    async def run() -> None:
        with opened(root, word) as view:
            async with ExplorerApp(view).run_test(size=(100, 24)) as pilot:
                await pilot.pause()
                await play(pilot)

    asyncio.run(run())


def screen(pilot: Pilot[None]) -> str:
    """What is on the screen, as text."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips) + "\n"


def tree(pilot: Pilot[None]) -> FileTree:
    return pilot.app.query_one(FileTree)


def rows(pilot: Pilot[None]) -> list[str]:
    """The labels of the tree that can be seen, unfolded."""
    found, ahead = [], [tree(pilot).root]
    while ahead:
        node = ahead.pop()
        found.append(str(node.label))
        if node.is_expanded:
            ahead += reversed(node.children)
    return found[1:]


def test_layers_and_files(app: Path, root: Path, snapshot: SnapshotAssertion) -> None:
    """Both panes, the keys; another layer; all files instead of changes."""

    async def play(pilot: Pilot[None]) -> None:
        assert screen(pilot) == snapshot(name="last layer")
        assert rows(pilot) == ["+ opt/", "+ [b]x  4B", "+ y\ufffd  4B", "+ z  1B"]
        await pilot.press("shift+tab", "shift+tab", "up")
        await pilot.pause()
        assert rows(pilot) == ["  etc/", "~ conf  15B"]
        await pilot.press("a")
        await pilot.pause()
        assert screen(pilot) == snapshot(name="all files")
        assert rows(pilot) == ["  etc/", "~ conf  15B", "  passwd  11B"]
        await pilot.press("a", "up")
        await pilot.pause()
        assert rows(pilot) == ["+ etc/", "+ conf  8B", "+ passwd  11B"]

    drive(root, play)


def test_contents_differences_and_source(app: Path, root: Path, snapshot: SnapshotAssertion) -> None:
    """Markup in a file is text; escape goes back to where one was."""

    async def play(pilot: Pilot[None]) -> None:
        pilot.app.query_one(LayerTable).move_cursor(row=1)
        await pilot.pause()
        tree(pilot).go_to("etc/conf")
        await pilot.press("enter")
        await pilot.pause()
        assert "[red]three" in screen(pilot)
        assert "written by layers: 1, 2" in screen(pilot)
        await pilot.press("escape", "d")
        await pilot.pause()
        assert screen(pilot) == snapshot(name="difference")
        await pilot.press("escape", "s")
        await pilot.pause()
        shown = screen(pilot)
        assert f"Layer 2: line 3 of {app.parent.parent}" in shown
        assert "   3 > COPY --chmod=600 \\" in shown
        assert "   4 >   more /etc/conf" in shown
        assert "   5   COPY dir /opt" in shown
        await pilot.press("q")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, PageScreen)
        assert tree(pilot).path == "etc/conf"

    drive(root, play)


def test_the_filter(app: Path, root: Path) -> None:
    """It narrows while one types, enter goes to the first match, escape takes it away."""

    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("a", "slash", "c", "o", "n")
        await pilot.pause()
        assert rows(pilot) == ["  etc/", "  conf  15B"]
        assert "1 paths match" in screen(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert tree(pilot).path == "etc/conf"
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.query_one(Input).value == ""
        assert "  etc/" in rows(pilot)
        assert "  conf  15B" not in rows(pilot)  # unfolded by the filter only
        assert "+ opt/" in rows(pilot)

    drive(root, play)


def color(pilot: Pilot[None], text: str) -> object:
    """The colour in which a text is written."""
    for strip in pilot.app.screen._compositor.render_strips():
        for segment in strip:
            if text in segment.text and segment.style is not None:
                return segment.style.color
    raise AssertionError(f"{text} is not on the screen")


def test_colors(app: Path, root: Path) -> None:
    """What was added, changed and deleted can be told apart."""

    async def play(pilot: Pilot[None]) -> None:
        pilot.app.query_one(LayerTable).move_cursor(row=1)
        await pilot.press("a")
        await pilot.pause()
        assert color(pilot, "~ conf") != color(pilot, "passwd")
        tree(pilot).go_to("etc/conf")
        await pilot.press("d")
        await pilot.pause()
        assert len({color(pilot, text) for text in ("-two", "+[red]three", " one", "@@")}) == 4

    drive(root, play)


def test_long_pages_scroll(minibuild, context, root: Path) -> None:
    lines = "".join(f"# line {number}\n" for number in range(300))
    directory = context(f"{lines}FROM scratch\nCOPY long /long\n", long=lines)
    minibuild("build", "-q", "-t", "app", directory)

    async def play(pilot: Pilot[None]) -> None:
        tree(pilot).go_to("long")
        await pilot.press("enter", "end")
        await pilot.pause(0.5)
        assert "# line 299" in screen(pilot)
        await pilot.press("home")
        await pilot.pause(0.5)
        assert "# line 0 " in screen(pilot)
        await pilot.press("escape", "s")
        await pilot.pause(0.5)
        assert " 302 > COPY long /long" in screen(pilot)

    drive(root, play)


def test_names_are_not_markup(app: Path, root: Path) -> None:
    async def play(pilot: Pilot[None]) -> None:
        tree(pilot).go_to("opt/[b]x")
        await pilot.pause()
        assert "0:0 /opt/[b]x  added by layer 3" in screen(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert "─ /opt/[b]x ─" in screen(pilot)
        await pilot.press("enter")
        tree(pilot).go_to("opt/y\u202e")
        await pilot.press("d")
        await pilot.pause()
        assert "─ /opt/y\ufffd: what layer 3 changed ─" in screen(pilot)

    drive(root, play)


def test_the_mouse(app: Path, root: Path) -> None:
    """A click on a layer selects it, one on a file shows it."""

    async def play(pilot: Pilot[None]) -> None:
        await pilot.click(LayerTable, offset=(5, 1))
        await pilot.pause()
        assert rows(pilot) == ["+ etc/", "+ conf  8B", "+ passwd  11B"]
        await pilot.click(FileTree, offset=(14, 2))
        await pilot.pause()
        assert isinstance(pilot.app.screen, PageScreen)
        assert "two" in screen(pilot)

    drive(root, play)


def test_a_large_directory_is_cut(minibuild, context, root: Path) -> None:
    """Not all of it becomes rows; the filter finds the rest."""
    directory = context("FROM scratch\nCOPY many /many\n")
    (directory / "many").mkdir()
    for number in range(1200):
        (directory / "many" / f"{number:04}").touch()
    minibuild("build", "-q", "-t", "app", directory)

    async def play(pilot: Pilot[None]) -> None:
        tree(pilot).go_to("many")
        await pilot.press("space")
        await pilot.pause()
        assert rows(pilot)[-1] == "… and 200 more: / narrows them down"
        assert len(rows(pilot)) == 1002
        await pilot.press("slash", "1", "1", "9", "9", "enter")
        await pilot.pause()
        assert rows(pilot) == ["+ many/", "+ 1199  0B"]

    drive(root, play)


def test_a_dockerfile_that_changed_or_went_away(app: Path, root: Path) -> None:
    with opened(root, "app") as view:
        (app / "Dockerfile").write_text("FROM scratch\nRUN a\nENV x=y\n")
        view.select(1)
        page = source_page(view)
        assert "the file has changed since: that line was COPY conf passwd /etc/" in page.lines[0].text
        view.select(3)
        assert "COPY dir /opt" in source_page(view).lines[0].text
        (app / "Dockerfile").unlink()
        assert source_page(view).lines[0].text == "the Dockerfile is gone"


@pytest.mark.skipif(not _BUSYBOX.exists(), reason="needs an image that BuildKit made")
def test_an_archive_that_buildkit_made(root: Path) -> None:
    async def play(pilot: Pilot[None]) -> None:
        assert "+ bin/" in rows(pilot)
        await pilot.press("s")
        await pilot.pause()
        assert "nobody knows the line" in screen(pilot)

    drive(root, play, str(_BUSYBOX))


def test_without_a_terminal_or_textual(minibuild, app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences, no tracebacks."""
    shown = minibuild("explore", "app")
    assert shown.status == 1
    assert "explore needs a terminal" in shown.err
    assert "layers --tree app" in shown.err
    assert "No such image" in minibuild("explore", "nosuch").err
    for name in [name for name in sys.modules if name.startswith("minibuild.report.explorer")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [name for name in sys.modules if name.partition(".")[0] == "textual"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "textual", None)
    missing = minibuild("explore", "app")
    assert missing.status == 1
    assert "pip install 'minibuild[explore]'" in missing.err
    assert "Traceback" not in missing.err
