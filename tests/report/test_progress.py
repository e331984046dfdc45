"""What each kind of progress makes of a build's events."""

import base64
import io
import json
import subprocess
import sys

import pytest

from minibuild.build import events
from minibuild.errors import MinibuildError
from minibuild.report.progress import Progress, choose, make_progress
from minibuild.report.progress_json import JsonProgress
from minibuild.report.progress_plain import PlainProgress
from minibuild.report.progress_quiet import QuietProgress
from minibuild.report.progress_tty import TtyProgress

_BASE, _MADE = "sha256:" + "a" * 64, "sha256:" + "b" * 64
_BOX = "c" * 64


def _committed(
    step: int, image: str = _MADE, fidelity: str = "exact", *why: str, cached: bool = False
) -> events.StepCommitted:
    return events.StepCommitted(step, image, None, 0, fidelity, why, 0.25, cached)


def _run(step: int, total: int, text: str, *said: bytes) -> list[events.Event]:
    """A step that ran in a container."""
    outputs = [events.StepOutput(step, 1, data) for data in said]
    begun = [events.StepStarted(step, total, text, step, "0"), events.ContainerStarted(step, _BOX)]
    return [*begun, *outputs, events.ContainerRemoved(step, _BOX), _committed(step)]


_FIRST = [
    events.BuildStarted("app/Dockerfile", 3),
    events.StepStarted(1, 3, "FROM busybox", 1, "0"),
    _committed(1, _BASE),
]
_LAST = [events.BuildFinished(_MADE, ("app:latest", "app:1"), "exact", 1.5)]


def _plain(*told: events.Event, colour: bool = False) -> str:
    stream = io.BytesIO()
    progress = PlainProgress(stream, colour=colour)
    for event in told:
        progress(event)
    progress.close()
    return stream.getvalue().decode("utf-8", "surrogateescape")


def test_plain_prints_the_classic_lines() -> None:
    cached = [events.StepStarted(3, 3, "ENV A=b", 3, "0"), events.StepCached(3), _committed(3, cached=True)]
    assert _plain(*_FIRST, *_run(2, 3, "RUN echo hello", b"hel", b"lo\n"), *cached, *_LAST) == (
        "Step 1/3 : FROM busybox\n"
        " ---> aaaaaaaaaaaa\n"
        "Step 2/3 : RUN echo hello\n"
        " ---> Running in cccccccccccc\n"
        "hello\n"
        "Removing intermediate container cccccccccccc\n"
        " ---> bbbbbbbbbbbb\n"
        "Step 3/3 : ENV A=b\n"
        " ---> Using cache\n"
        " ---> bbbbbbbbbbbb\n"
        "Successfully built bbbbbbbbbbbb\n"
        "Successfully tagged app:latest\n"
        "Successfully tagged app:1\n"
    )


def test_plain_says_what_is_not_exact_and_why() -> None:
    started = events.StepStarted(1, 1, "FROM alpine", 1, "0")
    shown = _plain(started, _committed(1, _BASE, "modelled", "made from\nthe catalogue", "and more"))
    assert shown.endswith(" ---> aaaaaaaaaaaa\n ---> modelled: made from the catalogue; and more\n")


def test_plain_ends_output_that_has_no_newline() -> None:
    assert "\nno newline\nRemoving" in _plain(*_run(2, 3, "RUN x", b"no newline"))


def test_plain_hands_bytes_on_as_they_are() -> None:
    assert "\n\udcff\udcfe\x1b[1m\nRemoving" in _plain(*_run(2, 3, "RUN x", b"\xff\xfe\x1b[1m\n"))


def test_plain_shows_standard_error_in_red_on_a_terminal_only() -> None:
    said = [events.StepStarted(1, 1, "RUN x", 1, "0"), events.StepOutput(1, 2, b"bad\n")]
    assert "\x1b[91mbad\n\x1b[0m" in _plain(*said, colour=True)
    assert "\x1b" not in _plain(*said)


def test_plain_keeps_the_lines_of_a_step_together() -> None:
    one, two, three = (
        _run(1, 3, "RUN one", b"1a\n", b"1b\n"),
        _run(2, 3, "RUN two", b"2\n"),
        _run(3, 3, "RUN three", b"3\n"),
    )
    alone = [_plain(*step) for step in (one, two, three)]
    mixed = [
        one[0],
        two[0],
        one[1],
        two[1],
        one[2],
        three[0],
        three[1],
        *two[2:],
        one[3],
        one[4],
        three[2],
        one[5],
        *three[3:],
    ]
    assert _plain(*mixed) == "".join(alone)


def test_plain_shows_steps_that_never_ended() -> None:
    one, two = _run(1, 2, "RUN one", b"1\n"), _run(2, 2, "RUN two", b"2")
    shown = _plain(*one[:2], *two[:3])
    assert shown.endswith("Step 2/2 : RUN two\n ---> Running in cccccccccccc\n2\n")


def test_plain_places_warnings() -> None:
    shown = _plain(
        events.BuildStarted("app/Dockerfile", 1), events.Warned("odd", 4), events.Warned("everywhere")
    )
    assert shown == "warning: app/Dockerfile:4: odd\nwarning: everywhere\n"


def test_quiet_says_the_id_alone() -> None:
    out, err = io.BytesIO(), io.BytesIO()
    progress = QuietProgress(out, err)
    for event in (*_FIRST, *_run(2, 3, "RUN x", b"talk\n"), *_LAST):
        progress(event)
    progress.close()
    assert (out.getvalue(), err.getvalue()) == (_MADE.encode() + b"\n", b"")


def test_quiet_tells_a_failure_with_its_output_but_not_without_end() -> None:
    out, err = io.BytesIO(), io.BytesIO()
    progress = QuietProgress(out, err)
    for event in _run(2, 3, "RUN x", *[b"%06d talk\n" % number for number in range(100_000)])[:-2]:
        progress(event)
    progress.close(MinibuildError("it failed"))
    assert out.getvalue() == b""
    assert err.getvalue().endswith(b"099999 talk\n")
    assert len(err.getvalue()) <= 64 << 10


def _json(*told: events.Event, error: MinibuildError | None = None) -> list[dict[str, object]]:
    stream = io.BytesIO()
    progress = JsonProgress(stream)
    for event in told:
        progress(event)
    progress.close(error)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_json_has_an_object_for_each_event() -> None:
    told = (*_run(2, 3, "RUN x", b"hi\n"), events.Progressed("export", 1, 2), events.Warned("odd", 3))
    shown = _json(*_FIRST, *told, *_LAST)
    assert [row["event"] for row in shown] == [
        "build_started", "step_started", "step_committed", "step_started", "container_started", "step_output",
        "container_removed", "step_committed", "progressed", "warned", "build_finished",
    ]  # fmt: skip
    assert shown[0] == {"event": "build_started", "path": "app/Dockerfile", "total": 3}
    assert shown[5] == {"event": "step_output", "step": 2, "descriptor": 1, "text": "hi\n"}
    assert shown[-1] == {
        "event": "build_finished",
        "image": _MADE,
        "names": ["app:latest", "app:1"],
        "fidelity": "exact",
        "seconds": 1.5,
    }


def test_json_keeps_every_byte() -> None:
    (row,) = _json(events.StepOutput(1, 2, b"\xff\x00"))
    assert base64.b64decode(str(row["base64"])) == b"\xff\x00"
    (row,) = _json(events.Warned("name \udcff", 1))
    assert row["message"] == "name \udcff"


def test_json_ends_with_the_failure() -> None:
    error = MinibuildError("no such file", hint="look", path="Dockerfile", line=3, column=1)
    assert _json(error=error) == [
        {
            "event": "build_failed",
            "message": "no such file",
            "path": "Dockerfile",
            "line": 3,
            "column": 1,
            "hint": "look",
        }
    ]


def _tty(*told: events.Event, error: MinibuildError | None = None, width: int = 60) -> str:
    stream = io.BytesIO()
    progress = TtyProgress(stream, width)
    for event in told:
        progress(event)
    progress.close(error)
    return stream.getvalue().decode()


@pytest.fixture
def _no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.mark.usefixtures("_no_colour")
def test_tty_shows_a_cached_build_line_by_line() -> None:
    cached = [
        events.StepStarted(2, 2, "RUN " + "x" * 80, 2, "0"),
        events.StepCached(2),
        _committed(2, cached=True),
    ]
    assert _tty(*_FIRST, *cached, *_LAST) == (
        " => [1/3] FROM busybox".ljust(55) + "0.2s\n"
        + " => CACHED [2/2] RUN " + "x" * 32 + "… 0.2s\n"
        + "Built bbbbbbbbbbbb app:latest, app:1 in 1.5 s (exact)\n"
    )  # fmt: skip


@pytest.mark.usefixtures("_no_colour")
def test_tty_draws_running_steps_and_bars_and_takes_them_away() -> None:
    told = [
        *_run(2, 3, "RUN make", b"line one\nline \x1b[31mtwo\r\n")[:3],
        events.Progressed("unpacking", 50, 100),
    ]
    shown = _tty(*_FIRST, *told, events.Progressed("unpacking", 100, 100), _committed(2), *_LAST)
    assert "> [2/3] RUN make" in shown
    assert " => [2/3] RUN make" in shown
    assert "Built bbbbbbbbbbbb" in shown
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")  # the cursor is back


@pytest.mark.usefixtures("_no_colour")
def test_tty_leaves_the_output_of_the_step_that_failed() -> None:
    told = _run(2, 3, "RUN false", b"first\n", b"\x1b[2Jsecond")[:4]
    shown = _tty(*_FIRST, *told, error=MinibuildError("it failed"))
    assert shown.endswith(" => ERROR [2/3] RUN false\n    | first\n    | second\n")


@pytest.mark.usefixtures("_no_colour")
def test_tty_places_warnings_and_says_what_is_not_exact() -> None:
    told = [
        events.BuildStarted("Dockerfile", 1),
        events.StepStarted(1, 1, "RUN x", 1, "0"),
        events.Warned("odd\x1b[2J", 7),
        _committed(1, _MADE, "assumed", "unknown"),
    ]
    assert _tty(*told).splitlines() == [
        "warning: Dockerfile:7: odd", " => [1/1] RUN x".ljust(55) + "0.2s", "    assumed: unknown",
    ]  # fmt: skip


def test_a_cached_build_on_a_terminal_needs_no_rich() -> None:
    code = (
        "import io, sys\n"
        "from minibuild.build import events\n"
        "from minibuild.report.progress_tty import TtyProgress\n"
        "progress = TtyProgress(io.BytesIO())\n"
        "progress(events.StepStarted(1, 1, 'RUN x', 1, '0'))\n"
        "progress(events.StepCommitted(1, 'sha256:a', None, 0, 'exact', (), 0.1, True))\n"
        "progress.close()\n"
        "print('rich' in sys.modules)\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "False\n"


def test_auto_is_tty_on_a_terminal_only() -> None:
    assert choose("auto", terminal=True) == "tty"
    assert choose("auto", terminal=False) == "plain"
    assert choose("json", terminal=True) == "json"


@pytest.mark.parametrize(
    ("kind", "terminal", "made"),
    [
        ("plain", True, PlainProgress),
        ("tty", True, TtyProgress),
        ("tty", False, PlainProgress),
        ("quiet", True, QuietProgress),
        ("json", False, JsonProgress),
    ],
)
def test_each_kind_has_its_renderer(kind: str, terminal: bool, made: type[Progress]) -> None:
    assert isinstance(make_progress(kind, io.BytesIO(), io.BytesIO(), terminal=terminal), made)
