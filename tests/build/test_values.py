"""Small readings of instruction values: ports, signals, durations, Go's way of printing."""

import pytest

from minibuild.build.action import go_quote, go_quoted_list
from minibuild.build.clock import BuildClock, rfc3339
from minibuild.build.errors import BuildError
from minibuild.build.ownership import ModeChange
from minibuild.build.steps.expose import port_range
from minibuild.build.steps.healthcheck import go_duration
from minibuild.build.steps.stopsignal import is_signal


@pytest.mark.parametrize(
    ("word", "ports"),
    [
        ("80", ["80/tcp"]),
        ("53/udp", ["53/udp"]),
        ("80/TCP", ["80/tcp"]),
        ("8000-8002", ["8000/tcp", "8001/tcp", "8002/tcp"]),
        ("9000-9001/sctp", ["9000/sctp", "9001/sctp"]),
    ],
)
def test_ports(word: str, ports: list[str]) -> None:
    assert port_range(word) == ports


@pytest.mark.parametrize("word", ["80x", "", "9001-9000", "70000", "80/icmp", "-1", "80-", "80/"])
def test_what_is_no_port(word: str) -> None:
    with pytest.raises(BuildError):
        port_range(word)


@pytest.mark.parametrize("word", ["9", "SIGTERM", "term", "SIGRTMIN+3", "RTMAX-1", "64"])
def test_signals(word: str) -> None:
    assert is_signal(word)


@pytest.mark.parametrize("word", ["0", "65", "SIGFOO", "", "RTMIN*2", "RTMIN+99"])
def test_what_is_no_signal(word: str) -> None:
    assert not is_signal(word)


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (30_000_000_000, "30s"),
        (90_000_000_000, "1m30s"),
        (1_500_000_000, "1.5s"),
        (250_000_000, "250ms"),
        (1_500, "1.5µs"),
        (3_600_000_000_000, "1h0m0s"),
    ],
)
def test_durations_as_go_prints_them(nanoseconds: int, text: str) -> None:
    assert go_duration(nanoseconds) == text


@pytest.mark.parametrize(
    ("text", "mode", "is_directory", "result"),
    [
        ("600", 0o755, False, 0o600),
        ("4755", 0o644, False, 0o4755),
        ("u=rw,go=r", 0o755, False, 0o644),
        ("a+X", 0o644, False, 0o644),
        ("a+X", 0o644, True, 0o755),
        ("a+X", 0o744, False, 0o755),
        ("go-rwx", 0o755, False, 0o700),
        ("u=rwX,go=", 0o664, True, 0o700),
        ("+x", 0o644, False, 0o755),
        ("g=u", 0o740, False, 0o770),
        ("u+s,+t", 0o755, False, 0o5755),
    ],
)
def test_chmod(text: str, mode: int, is_directory: bool, result: int) -> None:
    assert oct(ModeChange(text).apply(mode, is_directory)) == oct(result)


@pytest.mark.parametrize("text", ["999", "u=q", "17777", "", "rwx", "u=rw go=r"])
def test_a_bad_chmod_is_named(text: str) -> None:
    with pytest.raises(BuildError, match="invalid chmod parameter"):
        ModeChange(text)


def test_go_quoting() -> None:
    assert go_quote('a "b"\n\x01') == '"a \\"b\\"\\n\\x01"'
    assert go_quoted_list(("x", "y z")) == '["x" "y z"]'


def test_the_clock_stands_still_under_source_date_epoch() -> None:
    clock = BuildClock(1700000000)
    assert clock.now() == clock.now() == 1700000000 * 10**9
    assert clock.timestamp() == "2023-11-14T22:13:20Z"


def test_times_keep_nanoseconds_without_trailing_zeros() -> None:
    assert rfc3339(1_500_000_000) == "1970-01-01T00:00:01.5Z"
