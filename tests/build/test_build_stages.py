"""Stages: what is built, what may be named, what is inherited."""

from pathlib import Path

import pytest
from builds import Bench

from minibuild.build.errors import BuildError
from minibuild.build.outputs import parse_output

STAGES = """
FROM scratch AS base
LABEL stage=base
COPY a /a
FROM base AS Middle
LABEL stage=middle
FROM scratch AS unused
COPY missing /
FROM scratch
COPY --from=MIDDLE /a /from-name
COPY --from=0 /a /from-number
"""


def test_only_what_the_target_needs_is_built(bench: Bench) -> None:
    bench.write(a="A")
    result = bench.build(STAGES)
    assert bench.tree(result) == {"/from-name": "file 0644 A", "/from-number": "file 0644 A"}
    assert [step.instruction for step in result.steps if step.instruction.startswith("FROM")] == [
        "FROM scratch AS base",
        "FROM base AS Middle",
        "FROM scratch",
    ]


@pytest.mark.parametrize("target", ["middle", "Middle", "MIDDLE"])
def test_a_target_by_name(bench: Bench, target: str) -> None:
    bench.write(a="A")
    result = bench.build(STAGES, target=target)
    assert dict(bench.config(result).config.labels) == {"stage": "middle"}
    assert bench.tree(result) == {"/a": "file 0644 A"}


def test_unknown_targets(bench: Bench) -> None:
    with pytest.raises(
        BuildError, match=r'target stage "midle" could not be found \(did you mean middle\?\)'
    ):
        bench.build(STAGES.replace("COPY missing /\n", ""), target="midle")
    with pytest.raises(BuildError, match='target stage "0" could not be found'):
        bench.build(STAGES, target="0")


@pytest.mark.parametrize(
    ("text", "sentence", "line"),
    [
        ("FROM scratch AS a\nCOPY --from=a /x /\n", "circular dependency", 2),
        ("FROM scratch AS a\nCOPY --from=b /x /\nFROM scratch AS b\n", "needs to be defined before", 2),
        ("FROM scratch\nCOPY --from=5 /x /\n", "invalid stage index 5", 2),
        ("FROM scratch AS a\nFROM scratch\nCOPY --from=a /none /\n", "not found in stage a", 3),
        ("ARG B\nFROM $B\n", "should not be blank", 2),
        ("FROM a AS a\nFROM b AS b\n", "b: not found", 2),
    ],
)
def test_names_that_lead_nowhere(bench: Bench, text: str, sentence: str, line: int) -> None:
    with pytest.raises(BuildError, match=sentence) as caught:
        bench.build(text)
    assert caught.value.line == line


def test_the_last_stage_of_a_name_counts(bench: Bench) -> None:
    bench.write(a="A", b="B")
    result = bench.build(
        "FROM scratch AS x\nCOPY a /f\nFROM scratch AS x\nCOPY b /f\nFROM scratch\nCOPY --from=x /f /f\n"
    )
    assert bench.tree(result) == {"/f": "file 0644 B"}


def test_triggers_run_in_the_next_stage_only(bench: Bench) -> None:
    bench.write(a="A")
    text = (
        "FROM scratch AS parent\nONBUILD COPY a /triggered\nONBUILD LABEL by=trigger\n"
        "FROM parent AS child\nLABEL own=1\nFROM child\nLABEL grand=1\n"
    )
    child = bench.build(text, target="child")
    assert bench.tree(child) == {"/triggered": "file 0644 A"}
    assert dict(bench.config(child).config.labels) == {"by": "trigger", "own": "1"}
    assert bench.config(child).config.on_build == ()
    grandchild = bench.build(text)
    assert len(bench.config(grandchild).diff_ids) == 1
    parent = bench.build(text, target="parent", tags=("parent:1",))
    assert bench.config(parent).config.on_build == ("COPY a /triggered", "LABEL by=trigger")
    other = bench.build("FROM parent:1\n")
    assert bench.tree(other) == {"/triggered": "file 0644 A"}


def test_a_trigger_that_is_no_instruction(bench: Bench) -> None:
    bench.build("FROM scratch\nONBUILD NOPE x\n", tags=("bad:1",))
    with pytest.raises(BuildError, match="NOPE") as caught:
        bench.build("ARG X\nFROM bad:1\n")
    assert caught.value.line == 2


def test_named_contexts(bench: Bench, tmp_path: Path) -> None:
    bench.put("../extra/f", "extra")
    bench.put("../extra/.dockerignore", "hidden\n")
    bench.put("../extra/hidden", "h")
    bench.write(a="A")
    bench.build("FROM scratch\nCOPY a /image\nENV X=1\n", tags=("made:1",))
    layout = tmp_path / "layout"
    bench.build(
        "FROM scratch\nCOPY a /layout\n",
        tags=("laid/out:2",),
        outputs=(
            parse_output(f"type=oci,tar=false,dest={layout}"),
            parse_output(f"type=oci,dest={layout}.tar"),
        ),
    )
    bench.store.untag("laid/out:2")
    contexts = {
        "extra": str(bench.context.parent / "extra"),
        "image": "docker-image://made:1",
        "layout": f"oci-layout://{layout}:2",
        "archive": f"oci-layout://{layout}.tar",
        "alpine": "docker-image://made:1",
        "stage": "docker-image://made:1",
    }
    text = (
        "FROM scratch AS stage\nCOPY missing /\n"
        "FROM alpine:latest\nCOPY --from=extra . /extra\nCOPY --from=image /image /i\n"
        "COPY --from=layout /layout /l\n"
        "COPY --from=archive /layout /t\nCOPY --from=stage /image /s\n"
    )
    result = bench.build(text, build_contexts=contexts)
    assert {path: value for path, value in bench.tree(result).items() if value.startswith("file")} == {
        "/extra/.dockerignore": "file 0644 hidden",
        "/extra/f": "file 0644 extra",
        "/i": "file 0644 A",
        "/image": "file 0644 A",
        "/l": "file 0644 A",
        "/s": "file 0644 A",
        "/t": "file 0644 A",
    }
    assert bench.config(result).config.env == (
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "X=1",
    )
    assert bench.store.resolve("laid/out:2") is None
    bench.build(text, build_contexts=contexts)
    assert len(bench.cached) == 5
    with pytest.raises(BuildError, match="has no image 9"):
        bench.build("FROM layout\n", build_contexts={"layout": f"oci-layout://{layout}:9"})
    with pytest.raises(BuildError, match="no image and no directory"):
        bench.build("FROM x\n", build_contexts={"x": "https://example.org/x.git"}, fidelity="assume")


def test_arguments_and_variables(bench: Bench) -> None:
    text = (
        "ARG G=global\nARG H=${G}-h\nFROM scratch AS one\nARG G\nARG H\nARG L=local\nARG OWN\n"
        "ENV E=${G}/${L}\n"
        "LABEL one=$G-$H-$L-$OWN-$E\nENV G=env A=$E B=$A\nLABEL two=$G-$A-$B\nARG G=late\nLABEL three=$G\n"
        "FROM one\nLABEL four=$L-$G\nARG TARGETPLATFORM TARGETARCH BUILDOS\n"
        "LABEL five=$TARGETPLATFORM,$TARGETARCH,$BUILDOS\n"
    )
    result = bench.build(text, build_args={"OWN": "given"})
    assert dict(bench.config(result).config.labels) == {
        "one": "global-global-h-local-given-global/local",
        "two": "env-global/local-",
        "three": "late",
        "four": "local-late",
        "five": "linux/amd64,amd64,linux",
    }


def test_triggers_of_an_image_may_need_further_stages(bench: Bench) -> None:
    bench.write(a="A")
    bench.build("FROM scratch\nONBUILD COPY --from=files /f /triggered\n", tags=("parent:1",))
    result = bench.build("FROM scratch AS files\nCOPY a /f\nFROM parent:1\nLABEL own=1\n")
    assert bench.tree(result) == {"/triggered": "file 0644 A"}


def test_platforms(bench: Bench) -> None:
    text = "FROM {} alpine\nARG TARGETARCH\nLABEL arch=$TARGETARCH\n"
    config = bench.config(bench.build(text.format(""), platform="linux/arm64"))
    assert (config.architecture, dict(config.config.labels)) == ("arm64", {"arch": "arm64"})
    config = bench.config(bench.build(text.format("--platform=linux/arm/v7")))
    assert (config.architecture, config.variant, dict(config.config.labels)) == (
        "arm",
        "v7",
        {"arch": "amd64"},
    )
    assert bench.config(bench.build(text.format(""))).architecture == "amd64"
    assert (
        bench.config(bench.build("FROM scratch\nLABEL a=b\n", platform="linux/s390x")).architecture == "s390x"
    )
