"""minibuild build --explain and --plan, minibuild explain."""

import json
import re

from syrupy.assertion import SnapshotAssertion

TEXT = """FROM scratch AS one
ARG V=1
COPY . /src
FROM busybox AS unused
FROM scratch
COPY --from=one /src/a /a
LABEL v=$V
"""


def masked(text: str) -> str:
    """The text without what differs from run to run."""
    text = re.sub(r"\b[0-9a-f]{12,}\b", "<id>", text)
    return re.sub(r"(less than a second|\d+ seconds?) ago", "<time> ago", text, flags=re.IGNORECASE)


def test_why_while_it_runs(minibuild, context, snapshot: SnapshotAssertion) -> None:
    directory = context(TEXT, a="one\ntwo\n", b="b")
    assert masked(minibuild("build", "--explain", directory).out) == snapshot(name="first")
    context(TEXT, a="one\n2\n", b="b")
    assert masked(minibuild("build", "--explain", directory).out) == snapshot(name="second")
    assert "because" not in minibuild("build", "--explain", directory).out
    context(TEXT, a="one\n3\n", b="b")
    rows = [
        json.loads(line)
        for line in minibuild("build", "--explain", "--progress=json", directory).out.splitlines()
    ]
    told = next(row for row in rows if row["event"] == "step_explained")
    assert (told["step"], told["reasons"][0]["kind"]) == (3, "files")
    assert told["reasons"][0]["files"][0]["diff"][-2:] == ["-2", "+3"]


def test_why_afterwards(minibuild, context, snapshot: SnapshotAssertion) -> None:
    assert minibuild("explain").status == 1
    directory = context(TEXT, a="one\ntwo\n", b="b")
    first = minibuild("build", "-q", "-t", "app:1", directory).out.strip()
    context(TEXT, a="one\n2\n", b="b")
    minibuild("build", "-t", "app:2", directory)
    shown = minibuild("explain")
    assert masked(shown.out.replace(str(directory), "app")) == snapshot
    assert minibuild("explain", "app:2").out == shown.out
    document = json.loads(minibuild("explain", "--format", "json", "app:2").out)
    assert [step["verdict"] for step in document["steps"]] == ["base", "cached", "ran", "base", "ran", "ran"]
    assert document["steps"][2]["reasons"][0]["files"][0]["path"] == "a"
    assert document["previous"] == json.loads(minibuild("explain", "--format", "json", first).out)["build"]
    assert minibuild("explain", "--format", "{{.repeated}}", document["build"]).out == "false\n"
    minibuild("build", "-q", "-t", "app:2", directory)
    assert minibuild("explain").out.startswith("The last build found every step in the cache")


def test_builds_that_can_be_explained(minibuild, context) -> None:
    minibuild("build", "-t", "app", context("FROM scratch\nLABEL a=1\n"))
    minibuild("build", context("FROM scratch\nLABEL a=1\nCOPY nothing /\n"))
    lines = minibuild("explain", "--list").out.splitlines()
    assert lines[0].split() == ["BUILD", "DOCKERFILE", "STARTED", "IMAGE", "STEPS", "RAN"]
    assert [line.split()[-3:] for line in lines[1:]] == [["failed", "3", "0"], ["app:latest", "2", "1"]]
    failed = minibuild("explain").out
    assert "It failed:" in failed
    assert "3  FAILED  COPY nothing /" in failed
    shown = minibuild("explain", "nosuch")
    assert (shown.status, shown.err.splitlines()[0]) == (1, "No such build: nosuch")
    assert minibuild("explain", "--list", "app").status == 2


def test_the_plan(minibuild, context, snapshot: SnapshotAssertion) -> None:
    directory = context(TEXT, a="one\ntwo\n", b="b")
    assert minibuild("build", "--plan", directory).status == 0
    assert minibuild("images", "-aq").out == ""
    minibuild("build", directory)
    assert minibuild("build", "--plan", directory).out == snapshot(name="cached")
    context(TEXT, a="one\n2\n", b="b")
    assert minibuild("build", "--plan", directory).out == snapshot(name="changed")
    document = json.loads(minibuild("build", "--plan", "--format", "json", directory).out)
    assert (document["runs"], document["target"]) == (3, "2")
    assert [stage["needed"] for stage in document["stages"]] == [True, False, True]
    assert [step["state"] for step in document["steps"]] == ["base", "cached", "run", "base", "run", "run"]
    assert minibuild("build", "--plan", "--format", "{{.runs}}", directory).out == "3\n"
    assert minibuild("build", "--format", "json", directory).status == 2
    assert minibuild("build", "--plan", context("FROM scratch\nCOPY nothing /\n")).status == 1


def test_images_of_steps_are_kept_or_not(minibuild, context) -> None:
    directory = context("FROM scratch\nLABEL a=1\nLABEL b=2\n")
    assert minibuild("build", "--no-keep-steps", "-t", "app", directory).status == 0
    assert len(minibuild("images", "-aq").out.splitlines()) == 1
    assert minibuild("inspect", "app~1").status == 1
    minibuild("build", "-t", "app", "--label", "c=3", directory)
    assert json.loads(minibuild("inspect", "app~2").out)[0]["Config"]["Labels"] == {"a": "1"}
