"""Stages that start from a directory: FROM the name of a build context."""

import os
from pathlib import Path

import pytest
from builds import Bench

from minibuild.build import events
from minibuild.build.forecast import forecast
from minibuild.build.request import BuildRequest
from minibuild.errors import MinibuildError

TEXT = "FROM base\nCOPY --from=base etc/name /copy\n"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    directory = tmp_path / "base"
    (directory / "etc").mkdir(parents=True)
    (directory / "etc/name").write_text("one")
    (directory / "etc/link").symlink_to("name")
    (directory / "secret").write_text("s")
    (directory / ".dockerignore").write_text("secret\n.dockerignore\n")
    (directory / "etc").chmod(0o700)
    (directory / "etc/name").chmod(0o640)
    return directory


def test_its_files_are_the_root_file_system(bench: Bench, base: Path) -> None:
    """Root's, with the host's modes, without what its ignore file names; configured as scratch is."""
    result = bench.build(TEXT, build_contexts={"base": str(base)})
    assert bench.tree(result) == {
        "/copy": "file 0640 one",
        "/etc": "dir 0700",
        "/etc/link": "link name",
        "/etc/name": "file 0640 one",
    }
    config = bench.config(result)
    assert (len(config.diff_ids), [entry.empty_layer for entry in config.history]) == (2, [False, False])
    assert config.config.working_dir == "/"
    assert config.config.env == ("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",)
    assert result.fidelity == "exact"


def test_a_change_makes_another_base(bench: Bench, base: Path) -> None:
    contexts = {"base": f"file://{base}"}
    first = bench.build(TEXT, build_contexts=contexts)
    again = bench.build(TEXT, build_contexts=contexts)
    assert (again.image, bench.cached) == (first.image, [2])
    os.utime(base / "etc/name", (5, 5))
    assert bench.build(TEXT, build_contexts=contexts).image == first.image
    (base / "etc/name").write_text("two")
    other = bench.build(TEXT, build_contexts=contexts)
    assert bench.tree(other)["/etc/name"] == "file 0640 two"
    (base / "etc/name").write_text("one")
    assert bench.build(TEXT, build_contexts=contexts).steps[0].image == first.steps[0].image


def test_it_takes_the_place_of_an_image(bench: Bench, base: Path) -> None:
    result = bench.build("FROM docker.io/library/alpine\nENV A=b\n", build_contexts={"alpine": str(base)})
    assert "/etc/name" in bench.tree(result)
    assert bench.config(result).architecture == "amd64"
    arm = bench.build(
        "FROM --platform=linux/arm64 alpine\n", build_contexts={"alpine": str(base)}, source_date_epoch=1
    )
    assert bench.config(arm).architecture == "arm64"


def test_an_empty_directory(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for _ in range(2):
        result = bench.build("FROM empty\nENV A=b\n", build_contexts={"empty": str(tmp_path / "empty")})
        assert (bench.tree(result), bench.config(result).diff_ids) == ({}, ())


def test_programs_of_a_directory_run(bench: Bench, tmp_path: Path) -> None:
    """What the directory holds decides what there is: without a shell no RUN can run."""
    (tmp_path / "root/bin").mkdir(parents=True)
    with pytest.raises(MinibuildError, match="non-zero code"):
        bench.build("FROM base\nRUN true\n", build_contexts={"base": str(tmp_path / "root")})


def test_a_plan_makes_nothing(bench: Bench, base: Path) -> None:
    (bench.context / "Dockerfile").write_text(TEXT)
    request = BuildRequest(bench.context, build_contexts={"base": str(base)})
    before = len(bench.store.images(intermediate=True))
    assert [step.state for step in forecast(request, bench.store).steps] == ["make", "run"]
    assert len(bench.store.images(intermediate=True)) == before
    bench.build(TEXT, build_contexts={"base": str(base)})
    assert [step.state for step in forecast(request, bench.store).steps] == ["base", "cached"]
    assert any(isinstance(event, events.StepCommitted) for event in bench.told)
