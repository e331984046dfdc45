"""What a build remembers of its steps' output."""

import pytest
from builds import Bench

from minibuild.build.output import step_log
from minibuild.build.record import find_build
from minibuild.build.request import Secret
from minibuild.errors import MinibuildError

BASE = "FROM busybox\n"


def logs(bench: Bench) -> list[object]:
    """The logs of the last build's steps, the failed one's at the end."""
    record = find_build(bench.store)
    assert record is not None
    return [step_log(bench.store, step.key) for step in (*record.steps, *record.unfinished)]


def test_output_is_remembered(bench: Bench) -> None:
    """In order, by descriptor; a cached step has the one of the step that ran."""
    text = BASE + "RUN echo one; echo two >&2; echo three\nRUN true\nENV A=b\n"
    bench.build(text)
    _, log, silent, metadata = logs(bench)
    assert log.chunks == ((1, "one\n"), (2, "two\n"), (1, "three\n"))
    assert log.dropped == 0
    assert len(log.container) == 64
    assert (silent, metadata) == (None, None)
    bench.build(text + "RUN echo more\n")
    assert logs(bench)[1] == log
    bench.store.prune(all=True)
    assert bench.store.documents("output") == []


def test_a_failed_step_is_remembered(bench: Bench) -> None:
    """What was written before it failed."""
    with pytest.raises(MinibuildError, match="non-zero"):
        bench.build(BASE + "RUN echo before; echo why >&2; false\nRUN echo never\n")
    assert [log.chunks if log else () for log in logs(bench)] == [(), ((1, "before\n"), (2, "why\n")), ()]


def test_long_output_is_cut(bench: Bench) -> None:
    """Only its beginning is kept, and how much is missing."""
    bench.build(BASE + "RUN yes | head -c 100000\n")
    log = logs(bench)[1]
    assert sum(len(text) for _, text in log.chunks) == 65536
    assert log.dropped == 100000 - 65536


def test_secrets_are_not_remembered(bench: Bench) -> None:
    """A command may print its secret; the build forgets it."""
    source = bench.put("../secret", "correct-horse-battery-staple")
    mount = "RUN --mount=type=secret,id=s "
    lines = mount + "cat /run/secrets/s; echo\n" + mount + "yes | head -c 65530; cat /run/secrets/s\n"
    bench.build(BASE + lines, secrets={"s": Secret(source=str(source))})
    assert "correct-horse-battery-staple" in bench.output
    _, first, second = logs(bench)
    assert first.chunks == ((1, "***\n"),)
    assert second.chunks == ()  # a piece of the secret may be at its end
    assert second.dropped > 65530
