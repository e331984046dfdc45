"""Why a step ran again."""

import pytest
from builds import Bench
from syrupy.assertion import SnapshotAssertion

from minibuild.build.explanation import explain_build
from minibuild.build.explanation_inputs import Reason
from minibuild.build.forecast import forecast
from minibuild.build.record import builds, find_build
from minibuild.build.request import BuildRequest
from minibuild.errors import MinibuildError

TEXT = """FROM scratch AS one
ARG V=1
ENV A=$V
COPY d /d
FROM busybox
COPY --from=one /d /d
ARG W=1
RUN echo $W > /w
RUN cat /d/a > /out
"""


def told(bench: Bench) -> list[str]:
    """The last build's explanation, line by line."""
    record = find_build(bench.store)
    assert record is not None
    lines = []
    for one in explain_build(record, bench.store):
        lines.append(f"{one.number} {one.verdict}: {one.step.instruction}")
        lines += shown(one.reasons)
    return lines


def shown(reasons: tuple[Reason, ...]) -> list[str]:
    """Every field of reasons that has something."""
    lines = []
    for reason in reasons:
        values = f": {reason.old!r} -> {reason.new!r}" if reason.old or reason.new else ""
        lines.append(f"    {reason.kind}: {reason.text}{values}")
        lines += [f"        {line}" for line in reason.diff]
        for file in reason.files:
            lines.append(f"      {file.change} {file.path} {file.detail}".rstrip())
            lines += [f"        {line}" for line in file.diff]
    return lines


def test_what_changed(bench: Bench, snapshot: SnapshotAssertion) -> None:
    bench.write(d__a="one\ntwo\nthree\n", d__b="B", d__c="C")
    bench.build(TEXT)
    assert told(bench) == snapshot(name="the first build")
    bench.build(TEXT)
    assert told(bench) == snapshot(name="nothing changed")
    bench.put("d/a", "one\n2\nthree\n")
    bench.put("d/b", "B", 0o755)
    (bench.context / "d/c").unlink()
    bench.put("d/new", "")
    bench.build(TEXT)
    assert told(bench) == snapshot(name="files changed")
    bench.build(TEXT, build_args={"V": "2", "W": "2"})
    assert told(bench) == snapshot(name="arguments changed")
    bench.build(TEXT.replace("echo $W", "echo w$W").replace("ENV A=$V\n", ""))
    assert told(bench) == snapshot(name="instructions changed")
    bench.build(TEXT.replace("FROM busybox", "FROM alpine"))
    assert told(bench) == snapshot(name="the base changed")
    bench.build(TEXT, no_cache=True)
    assert told(bench) == snapshot(name="without cache")


def test_builds_are_remembered(bench: Bench) -> None:
    first = bench.build("FROM scratch\nLABEL a=1\n", tags=("one:1",))
    second = bench.build("FROM scratch\nLABEL a=2\n")
    with pytest.raises(MinibuildError):
        bench.build("FROM scratch\nLABEL a=1\nCOPY missing /\n")
    failed, *others = builds(bench.store)
    assert [record.id for record in others] == [second.build, first.build]
    assert "not found" in failed.error
    assert (failed.image, failed.previous) == ("", second.build)
    assert [step.instruction for step in failed.steps] == ["FROM scratch", "LABEL a=1"]
    for word in (first.build, "one:1", first.image):
        found = find_build(bench.store, word)
        assert found is not None
        assert found.id == first.build
    assert find_build(bench.store, "nothing") is None


def test_a_result_that_was_removed(bench: Bench) -> None:
    bench.write(f="F")
    result = bench.build("FROM scratch\nCOPY f /f\n")
    bench.store.blob_path(bench.config(result).diff_ids[0]).unlink()
    bench.build("FROM scratch\nCOPY f /f\n")
    assert told(bench)[-1] == "    layer: the cache knows its result, but the layer is gone from the store"


def foretold(bench: Bench, text: str, **options: object) -> list[bool | None]:
    (bench.context / "Dockerfile").write_text(text)
    request = BuildRequest(bench.context)._replace(**options)
    return [step.cached for step in forecast(request, bench.store)]


def test_what_would_run(bench: Bench) -> None:
    bench.write(d__a="one")
    assert foretold(bench, TEXT) == [None, False, False, False, None, False, False, False, False]
    assert builds(bench.store) == []
    bench.build(TEXT)
    assert foretold(bench, TEXT) == [None, True, True, True, None, True, True, True, True]
    changed = TEXT.replace("echo $W", "echo w$W")
    assert foretold(bench, changed) == [None, True, True, True, None, True, True, False, False]
    bench.put("d/a", "two")
    assert foretold(bench, TEXT) == [None, True, True, False, None, False, False, False, False]
    assert foretold(bench, TEXT, no_cache=True) == [
        None,
        False,
        False,
        False,
        None,
        False,
        False,
        False,
        False,
    ]
    assert foretold(bench, TEXT, target="one") == [None, True, True, False]
    with pytest.raises(MinibuildError, match="not found in the build context"):
        foretold(bench, "FROM scratch\nCOPY missing /\n")
