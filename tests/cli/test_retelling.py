"""minibuild replay and report, through the command line."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

TEXT = """FROM busybox AS build
RUN echo out; echo err >&2; echo made > /made
FROM busybox AS unused
RUN true
FROM busybox
COPY --from=build /made /made
ENV A=b
RUN rm /made; mkdir /d; touch /d/f
"""
CHROMIUM = shutil.which("chromium")


def masked(text: str) -> str:
    return re.sub(r"\b[0-9a-f]{12,}\b", "<id>", text)


def test_replay(minibuild, context, snapshot: SnapshotAssertion) -> None:
    """The loop, step by step: of a build, of one step, of a build that was cached."""
    assert minibuild("replay").status == 1
    minibuild("build", "-t", "app", context(TEXT))
    shown = minibuild("replay")
    assert masked(shown.out) == snapshot(name="build")
    assert minibuild("replay", "app").out == shown.out
    assert minibuild("replay", "--step", "2").out in shown.out
    minibuild("build", "-t", "app", context(TEXT + "LABEL c=d\n"))
    again = minibuild("replay", "--step", "2").out
    assert "its result was found in the cache" in again
    assert "│ out" in again
    document = json.loads(minibuild("replay", "--format", "json", "app").out)
    assert document["steps"][1]["output"][0] == {"descriptor": 1, "text": "out\n"}
    assert ["+", "/made"] in document["steps"][1]["changes"]
    assert minibuild("replay", "--step", "99").status == 2
    assert minibuild("replay", "nosuch").status == 1


def test_replay_a_failure(minibuild, context) -> None:
    minibuild("build", context("FROM busybox\nRUN echo before; exit 3\nRUN echo never\n"))
    shown = minibuild("replay").out
    assert "│ before" in shown
    assert "it failed: nothing was committed" in shown
    assert "was not reached" in shown


def test_replay_on_a_terminal_goes_both_ways(minibuild, context, monkeypatch: pytest.MonkeyPatch) -> None:
    from minibuild.cli import retelling

    minibuild("build", "-t", "app", context(TEXT))
    seen: list[int] = []
    answers = iter(["n", "p", "3", "99", "n", "q"])
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(answers))
    monkeypatch.setattr(retelling, "_is_interactive", lambda: True)
    out = minibuild("replay", "app").out
    seen += [int(number) for number in re.findall(r"^Step (\d+)/", out, re.MULTILINE)]
    assert seen == [1, 2, 1, 3, 6, 6]
    assert "This was the last step." in out


class Page(HTMLParser):
    """What a page refers to, and its texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href"):
                self.links.append(value or "")
            elif name == "id":
                self.ids.add(value or "")


def test_report(minibuild, context, tmp_path: Path) -> None:
    """One file that needs nothing else, in which every link leads somewhere."""
    minibuild("build", "-t", "app", context(TEXT))
    target = tmp_path / "report.html"
    assert minibuild("report", "-o", target, "app").status == 0
    text = target.read_text()
    page = Page(text)
    assert page.links
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert {"steps", "stages", "layers", "efficiency", "dockerfile", "configuration"} <= page.ids
    assert "echo out" in text
    script = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)[0]
    digest = re.search(r"'sha256-([^']+)'", text)
    assert digest is not None
    import base64

    assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() == digest[1]
    data = json.loads(re.findall(r'id="data">(.*?)</script>', text, re.DOTALL)[0])
    assert data["numbers"] == [1, 2, 3]
    assert ["made", "A", 5, "", 0] in data["trees"][1]
    assert ["d", "A", 0, "", [["f", "A", 0, "", 0]]] in data["trees"][2]
    assert ["made", "D", 0, "", 0] in data["trees"][2]


def test_a_hostile_image_can_not_speak_in_the_report(minibuild, context) -> None:
    evil = "</script><script>alert(1)</script>"
    minibuild("build", "-t", "app", context(f"FROM busybox\nLABEL k='{evil}'\nRUN touch '/<b>&\u202e'\n"))
    text = minibuild("report", "app").out
    assert "alert(1)</script>" not in text
    assert "<b>&" not in text
    assert "\u202e" not in text


def test_a_report_of_what_nobody_built(minibuild, context, tmp_path: Path) -> None:
    """From an archive: no steps, no Dockerfile, but layers and configuration."""
    minibuild("build", "-t", "app", context(TEXT))
    archive = tmp_path / "app.tar"
    minibuild("save", "-o", archive, "app")
    shown = minibuild("report", archive)
    assert shown.status == 0, shown.err
    assert {"layers", "configuration"} <= Page(shown.out).ids
    assert "dockerfile" not in Page(shown.out).ids
    assert minibuild("report", "nosuch").status == 1


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_the_report_in_a_browser(minibuild, context, tmp_path: Path) -> None:
    """Its script runs: the last layer's files are there, which the page's text alone does not have."""
    minibuild("build", "-t", "app", context(TEXT))
    target = tmp_path / "report.html"
    minibuild("report", "-o", target, "app")
    flags = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    )
    command = [CHROMIUM, *flags.split(), f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr"]
    done = subprocess.run(
        [*command, "--virtual-time-budget=3000", "--dump-dom", target.as_uri()],
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert b"CONSOLE" not in done.stderr
    tree = done.stdout.decode().split('id="layer-3"')[1]
    assert '<span class="added" title="added">+ d/' in tree
    assert '<span class="deleted" title="deleted">' in tree
