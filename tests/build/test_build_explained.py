"""Why a step ran again."""

import pytest
from builds import Bench
from syrupy.assertion import SnapshotAssertion

from minibuild.build import events
from minibuild.build.explanation import explain_build
from minibuild.build.explanation_inputs import Reason
from minibuild.build.forecast import forecast
from minibuild.build.record import builds, find_build, repeated_since
from minibuild.build.request import BuildRequest, Secret
from minibuild.errors import MinibuildError
from minibuild.store import StoreError

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
        lines += [f"        hint: {reason.hint}"] if reason.hint else []
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


def foretold(bench: Bench, text: str, **options: object) -> list[str]:
    (bench.context / "Dockerfile").write_text(text)
    request = BuildRequest(bench.context)._replace(**options)
    lines = []
    for step in forecast(request, bench.store).steps:
        lines.append(f"{step.number} {step.state}: {step.text}")
        lines += shown(step.reasons)
    return lines


def states(bench: Bench, text: str, **options: object) -> str:
    """The first letters of all states."""
    return "".join(line.split(" ")[1][0] for line in foretold(bench, text, **options) if line[0] != " ")


def test_what_would_run(bench: Bench, snapshot: SnapshotAssertion) -> None:
    bench.write(d__a="one\n")
    assert states(bench, TEXT) == "brrrmrrrr"
    bench.build(TEXT)
    assert states(bench, TEXT) == "bcccbcccc"
    assert states(bench, TEXT.replace("echo $W", "echo w$W")) == "bcccbccrr"
    bench.put("d/a", "two\n")
    assert foretold(bench, TEXT) == snapshot(name="a file changed")
    assert foretold(bench, TEXT, no_cache_filter=("one",)) == snapshot(name="without cache for a stage")
    assert states(bench, TEXT, target="one") == "bccr"
    with pytest.raises(MinibuildError, match="not found in the build context"):
        foretold(bench, "FROM scratch\nCOPY missing /\n")


def test_a_forecast_leaves_the_store_as_it_is(bench: Bench) -> None:
    """But for what can be derived again at any time."""

    def content() -> list[object]:
        tables = ("images", "tags", "cache")
        rows = [bench.store.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
        return [rows, builds(bench.store), sorted(bench.store.blobs.listing())]

    bench.write(d__a="one")
    before = content()
    assert states(bench, TEXT) == "brrrmrrrr"
    copies = "FROM scratch\nCOPY --from=alpine /etc /etc\nRUN --mount=from=alpine,target=/m true\n"
    assert states(bench, copies) == "brr"
    assert states(bench, "FROM nginx\nRUN true\n", platform="linux/arm64") == "mr"
    assert content() == before
    bench.build(TEXT)
    bench.store.execute("DELETE FROM images WHERE id NOT IN (SELECT image FROM tags)")
    before = content()
    assert states(bench, TEXT) == "bcccbcccc"
    assert states(bench, TEXT, platform="linux/arm64") == "bcrrbrrrr"
    assert content() == before


def test_stages_that_are_not_needed(bench: Bench) -> None:
    (bench.context / "Dockerfile").write_text("FROM scratch AS a\nFROM scratch AS b\nFROM a\n")
    found = forecast(BuildRequest(bench.context), bench.store)
    assert [(stage.name, stage.needs, stage.needed) for stage in found.stages] == [
        ("a", (), True),
        ("b", (), False),
        ("", ("a",), True),
    ]
    assert (found.target, found.runs) == ("2", 0)


def test_a_reason_is_told_before_the_step_runs(bench: Bench) -> None:
    bench.write(f="1\n")
    text = "FROM scratch\nCOPY f /f\nLABEL a=b\n"
    bench.build(text, explain=True)
    assert [event.reasons[0].kind for event in explained(bench)] == ["first", "first"]
    bench.put("f", "2\n")
    bench.build(text, explain=True)
    (files, label) = explained(bench)
    assert shown(files.reasons) == [
        "    files: one file changed",
        "      content f",
        "        @@ -1 +1 @@",
        "        -1",
        "        +2",
    ]
    assert label.reasons[0].text == "step 2 ran again: COPY f /f"
    kinds = [type(event) for event in bench.told if getattr(event, "step", 0) == 2]
    assert kinds == [events.StepStarted, events.StepExplained, events.StepCommitted]
    bench.build(text, explain=True)
    assert explained(bench) == []


def explained(bench: Bench) -> list[events.StepExplained]:
    return [event for event in bench.told if isinstance(event, events.StepExplained)]


def test_after_a_build_that_failed(bench: Bench) -> None:
    text = "FROM busybox\nRUN echo 1\nRUN {}\nRUN echo 2\n"
    with pytest.raises(MinibuildError):
        bench.build(text.format("false"))
    assert told(bench)[-4:] == [
        "    first: it is the first build of this Dockerfile with this context",
        "3 failed: RUN false",
        "    first: it is the first build of this Dockerfile with this context",
        "4 unreached: RUN echo 2",
    ]
    bench.build(text.format("true"))
    assert told(bench)[1:] == [
        "2 cached: RUN echo 1",
        "3 ran: RUN true",
        "    instruction: the instruction changed: 'RUN false' -> 'RUN true'",
        "4 ran: RUN echo 2",
        "    failed: the last build failed before it: RUN false",
    ]


def test_a_flaky_step(bench: Bench) -> None:
    text = "FROM busybox\nRUN --mount=type=secret,id=s,required=true cat /run/secrets/s\n"
    with pytest.raises(MinibuildError):
        bench.build(text)
    bench.build(text, secrets={"s": Secret(variable="PATH")})
    assert told(bench)[-1] == "    failed: it failed in the last build"


def test_a_build_that_is_the_same_is_kept_once(bench: Bench) -> None:
    text = "FROM scratch\nLABEL a=1\n"
    first = bench.build(text)
    assert not repeated_since(bench.store, first.build)
    again = bench.build(text)
    assert again.build == first.build
    assert repeated_since(bench.store, first.build)
    assert len(builds(bench.store)) == 1
    bench.build("FROM scratch\nLABEL a=2\n")
    back = bench.build(text)
    assert len(builds(bench.store)) == 3
    assert told(bench) == ["1 base: FROM scratch", "2 cached: LABEL a=1"]
    assert not repeated_since(bench.store, back.build)


def test_what_prune_took(bench: Bench) -> None:
    bench.write(f="F")
    text = "FROM scratch\nCOPY f /f\n"
    bench.build(text)
    bench.store.prune()
    bench.build(text)
    assert told(bench)[-1].startswith("    pruned: its result was removed from the cache")
    bench.store.prune(all=True)
    bench.build(text)
    assert told(bench)[-1] == "    first: no build of this Dockerfile is known since `system prune --all`"


def test_prune_keeps_the_lists_of_files_that_are_of_use(bench: Bench) -> None:
    def lists() -> int:
        return len(bench.store.execute("SELECT key FROM documents WHERE kind = 'listing'").fetchall())

    text = "FROM scratch\nCOPY f /f\n"
    for content in ("1\n", "2\n", "3\n"):
        bench.write(f=content)
        bench.build(text, tags=("app",))
    assert lists() == 3
    bench.store.prune()
    assert lists() == 1
    bench.put("f", "4\n")
    bench.build(text)
    assert told(bench)[-5:-3] == ["    files: one file changed", "      content f"]


def test_what_is_damaged_is_left_out(bench: Bench) -> None:
    text = "FROM scratch\nCOPY f /f\n"
    bench.write(f="1\n")
    result = bench.build(text)
    bench.store.blob_path(bench.config(result).diff_ids[0]).write_bytes(b"\xff" * 2000)
    bench.put("f", "2\n")
    bench.build(text, explain=True)
    assert shown(explained(bench)[0].reasons) == ["    files: one file changed", "      content f"]
    bench.store.execute("UPDATE documents SET data = X'7800' WHERE kind = 'listing'")
    bench.put("f", "3\n")
    bench.build(text, explain=True)
    assert shown(explained(bench)[0].reasons) == [
        "    files: its files changed; which ones is no longer known"
    ]


def test_a_build_that_is_no_longer_remembered(bench: Bench) -> None:
    text = "FROM scratch\nLABEL a={}\n"
    first = bench.build(text.format(1))
    bench.build(text.format(2))
    bench.store.execute("DELETE FROM documents WHERE kind = 'build' AND key = ?", first.build)
    assert told(bench)[-1] == "    first: the build before it is no longer remembered"
    bench.store.execute("DELETE FROM documents WHERE kind = 'build'")
    bench.build(text.format(3), explain=True)
    assert shown(explained(bench)[0].reasons) == ["    first: the build before it is no longer remembered"]


def test_only_so_many_builds_are_remembered(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minibuild.build.record._KEPT", 3)
    made = [bench.build(f"FROM scratch\nLABEL a={number}\n").build for number in range(5)]
    assert [record.id for record in builds(bench.store)] == made[:1:-1]


def test_an_argument_that_stands_too_early(bench: Bench) -> None:
    text = "FROM busybox\nARG V\nRUN echo 1\nRUN echo $V\n"
    bench.build(text, build_args={"V": "1"})
    bench.build(text, build_args={"V": "2"})
    assert told(bench)[2:] == [
        "3 ran: RUN echo 1",
        "    variable: ARG V changed: '1' -> '2'",
        "        hint: this instruction does not name it: with the ARG below it, it would stay in the cache",
        "4 ran: RUN echo $V",
        "    variable: ARG V changed: '1' -> '2'",
        "    parent: step 3 ran again: RUN echo 1",
    ]


def test_mounts_users_and_here_documents(bench: Bench, snapshot: SnapshotAssertion) -> None:
    text = (
        "FROM busybox\nRUN --mount=target=/m cat /m/f\n"
        "RUN <<EOF\necho {}\necho end\nEOF\nCOPY <<EOF /h\n{}\nEOF\n"
    )
    bench.write(f="1\n")
    bench.build(text.format("one", "eins"))
    bench.put("f", "2\n")
    bench.build(text.format("two", "zwei"), explain=True)
    assert [line for event in explained(bench) for line in shown(event.reasons)] == snapshot
    assert told(bench) == snapshot(name="afterwards")


@pytest.mark.parametrize("name", [".env", "conf/prod.env", "server.key", "id_rsa", "db-password.txt"])
def test_what_is_private_is_not_shown(name: str, bench: Bench) -> None:
    text = "FROM busybox\nARG API_TOKEN\nENV KEY=$API_TOKEN\nRUN true\nCOPY . /c\n"
    bench.put(name, "old-value\n")
    bench.build(text, build_args={"API_TOKEN": "old-value"})
    bench.put(name, "new-value\n")
    bench.build(text, build_args={"API_TOKEN": "new-value"}, explain=True)
    for lines in (told(bench), [line for event in explained(bench) for line in shown(event.reasons)]):
        assert "-value" not in "\n".join(lines)
        assert any(name in line for line in lines)
        assert "    variable: ARG API_TOKEN changed (its values are not shown)" in lines


def test_only_the_last_image_is_kept(bench: Bench) -> None:
    bench.write(f="F")
    text = "FROM scratch\nCOPY f /f\nLABEL a=b\nLABEL c=d\n"
    result = bench.build(text, keep_steps=False)
    assert [record.id for record in bench.store.images(intermediate=True)] == [result.image]
    assert bench.build(text, keep_steps=False).image == result.image
    assert bench.cached == [2, 3, 4]
    with pytest.raises(StoreError, match="0"):
        bench.store.resolve(result.image + "~1")
    kept = bench.build(text)
    assert kept.image == result.image
    assert bench.store.resolve(result.image + "~1") == kept.steps[2].image
    assert len(bench.store.images(intermediate=True)) == 3
    assert bench.store.verify() == []


def test_an_image_some_steps_back(bench: Bench) -> None:
    result = bench.build("FROM scratch\nLABEL a=1\nLABEL b=2\nLABEL c=3\n", tags=("app",))
    assert bench.store.resolve("app~2") == result.steps[1].image
    assert bench.store.resolve("app~~") == result.steps[1].image
    assert bench.store.resolve(result.image[7:20] + "~") == result.steps[2].image
    with pytest.raises(StoreError, match="2"):
        bench.store.resolve("app~9")
    back = bench.build("FROM app~1\nLABEL d=4\n")
    assert dict(bench.config(back).config.labels) == {"a": "1", "b": "2", "d": "4"}
