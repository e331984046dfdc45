"""minibuild build: one Dockerfile, from the words of the command line to what it leaves."""

import json
import re
import tarfile
from pathlib import Path

import pytest

_HELLO = "FROM scratch\nCOPY a /a\nENV A=b\n"


def test_plain_progress_shows_the_loop(minibuild, context) -> None:
    shown = minibuild("build", "-t", "app", "-t", "team/app:1", context(_HELLO, a="hi"))
    lines = re.sub("[0-9a-f]{12}", "<id>", shown.out).splitlines()
    assert lines == [
        "Step 1/3 : FROM scratch",
        " ---> ",
        "Step 2/3 : COPY a /a",
        " ---> <id>",
        "Step 3/3 : ENV A=b",
        " ---> Running in <id>",
        "Removing intermediate container <id>",
        " ---> <id>",
        "Successfully built <id>",
        "Successfully tagged app:latest",
        "Successfully tagged team/app:1",
    ]
    assert (shown.status, shown.err) == (0, "")


def test_a_second_build_uses_the_cache(minibuild, context) -> None:
    directory = context(_HELLO, a="hi")
    first = minibuild("build", "-q", directory)
    second = minibuild("build", directory)
    assert second.out.count(" ---> Using cache") == 2
    assert first.out[7:19] in second.out
    assert "Using cache" not in minibuild("build", "--no-cache", directory).out


def test_quiet_prints_the_id_alone(minibuild, context) -> None:
    shown = minibuild("build", "-q", context(_HELLO, a="hi"))
    assert re.fullmatch(r"sha256:[0-9a-f]{64}\n", shown.out)
    assert (shown.status, shown.err) == (0, "")
    assert minibuild("build", "--progress", "quiet", context(_HELLO)).out == shown.out


def test_json_progress_is_a_line_an_event(minibuild, context) -> None:
    shown = minibuild("build", "--progress", "json", context(_HELLO, a="hi"))
    rows = [json.loads(line) for line in shown.out.splitlines()]
    assert rows[0]["event"] == "build_started"
    assert rows[-1]["event"] == "build_finished"
    shown = minibuild("build", "--progress=json", context("FROM scratch\nCOPY nosuch /\n"))
    rows = [json.loads(line) for line in shown.out.splitlines()]
    assert (rows[-1]["event"], rows[-1]["line"]) == ("build_failed", 2)
    assert shown.status == 1


def test_the_id_and_metadata_go_into_files(minibuild, context, tmp_path: Path) -> None:
    iid, meta, archive = tmp_path / "iid", tmp_path / "meta.json", tmp_path / "app.tar"
    words = ["--iidfile", iid, "--metadata-file", meta, "-t", "app", "-o", f"type=oci,dest={archive}"]
    shown = minibuild("build", "-q", *words, context(_HELLO, a="hi"))
    assert iid.read_text() == shown.out.strip()
    document = json.loads(meta.read_text())
    assert document["containerimage.config.digest"] == shown.out.strip()
    assert document["image.name"] == "app:latest"
    assert document["containerimage.descriptor"]["digest"] == document["containerimage.digest"]
    steps = document["minibuild.steps"]
    assert [(step["line"], step["instruction"]) for step in steps] == [
        (1, "FROM scratch"),
        (2, "COPY a /a"),
        (3, "ENV A=b"),
    ]
    assert [step["fidelity"] for step in steps] == ["exact"] * 3
    assert [step["layer"] is None for step in steps] == [True, False, True]
    with tarfile.open(archive) as tar:
        index = tar.extractfile("index.json")
        assert index is not None
        assert json.load(index)["manifests"][0]["digest"] == document["containerimage.digest"]


def test_an_image_on_standard_output_is_alone_there(minibuild, context, tmp_path: Path) -> None:
    shown = minibuild("build", "-o", "-", context(_HELLO, a="hi"))
    archive = tmp_path / "rootfs.tar"
    archive.write_bytes(shown.out.encode("utf-8", "surrogateescape"))
    with tarfile.open(archive) as tar:
        assert tar.getnames() == ["a"]
    assert "Successfully built" in shown.err


def test_a_dockerfile_may_come_from_elsewhere(minibuild, context, tmp_path: Path, monkeypatch) -> None:
    directory = context(None, a="hi")
    other = tmp_path / "other.Dockerfile"
    other.write_text(_HELLO)
    by_file = minibuild("build", "-q", "-f", other, directory)
    assert (by_file.status, by_file.err) == (0, "")
    assert minibuild("build", "-q", "-f", "-", directory, stdin=_HELLO.encode()).out == by_file.out
    (directory / "Dockerfile").write_text(_HELLO)
    monkeypatch.chdir(directory)
    assert minibuild("build", "-q", ".").out == by_file.out


def test_a_dockerfile_on_standard_input_has_no_context(minibuild) -> None:
    assert minibuild("build", "-q", "-", stdin=b"FROM scratch\nENV A=b\n").status == 0
    shown = minibuild("build", "-q", "-", stdin=_HELLO.encode())
    assert shown.status == 1
    assert "Dockerfile:2" in shown.err


def test_build_arguments_come_from_words_and_the_environment(minibuild, context, monkeypatch) -> None:
    directory = context("FROM scratch\nARG A=1\nARG B\nARG C\nENV ALL=$A-$B-$C\n")
    monkeypatch.setenv("B", "two")
    monkeypatch.delenv("C", raising=False)
    minibuild(
        "build", "-q", "-t", "app", "--build-arg", "A=x=y", "--build-arg", "B", "--build-arg", "C", directory
    )
    assert "ALL=x=y-two-" in minibuild("inspect", "-f", "{{json .Config.Env}}", "app").out


def test_one_stage_can_be_the_target(minibuild, context) -> None:
    directory = context("FROM scratch AS one\nENV A=1\nFROM scratch AS two\nENV B=2\n")
    shown = minibuild("build", "--target", "one", directory)
    assert "Step 2/2 : ENV A=1" in shown.out
    shown = minibuild("build", "--target", "oen", directory)
    assert shown.status == 1
    assert "did you mean one?" in shown.err


def test_further_contexts(minibuild, context, tmp_path: Path) -> None:
    extra = tmp_path / "extra"
    extra.mkdir()
    (extra / "b").write_text("from the other")
    directory = context("FROM scratch\nCOPY --from=more b /b\n")
    assert minibuild("build", "-q", "--build-context", f"more={extra}", directory).status == 0
    shown = minibuild("build", "-q", "--build-context", "more=/no/such", directory)
    assert shown.status == 2
    assert "/no/such" in shown.err


def test_dockers_options_without_a_meaning_here_are_taken(minibuild, context) -> None:
    words = [
        "--rm",
        "--force-rm=true",
        "--pull=false",
        "-m",
        "1g",
        "--network=none",
        "--load",
        "--ulimit",
        "nofile=1",
    ]
    words += ["--cache-from", "x", "--provenance=false", "--shm-size=1g"]
    assert minibuild("build", "-q", *words, context(_HELLO, a="hi")).status == 0


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--push"], "--push: there is no network"),
        (["--squash"], "--squash: every instruction"),
        (["--ssh", "default"], "--ssh: there is no network"),
        (["--sbom=true"], "an SBOM would get lost"),
        (["--provenance", "--sbom=true"], "an SBOM and provenance would get lost"),
        (["--provenance=mode=mid"], "mode is min or max"),
        (["--attest", "sbom"], "is not KEY=VALUE"),
        (["-t", "UPPER"], "must be lower case"),
        (["-t", "app@sha256:" + "0" * 64], "no digest"),
        (["--build-arg", "=x"], "--build-arg"),
        (["--build-context", "x"], "NAME=VALUE"),
        (["--secret", "src=x"], "id=NAME"),
        (["--secret", "id=x,src=/no/such"], "/no/such"),
        (["--secret", "nonsense"], "NAME=VALUE"),
        (["--add-host", "x"], "NAME:ADDRESS"),
        (["--add-host", "x:y"], "NAME:ADDRESS"),
        (["--fixture", "x=y"], "URL=FILE"),
        (["--fixture", "https://a/b=/no/such"], "/no/such"),
        (["--annotation", "x"], "NAME=VALUE"),
        (["--platform", "amd64"], "linux/amd64"),
        (["--platform", "windows/amd64"], "only linux"),
        (["--output", "type=nosuch,dest=x"], "unknown output type"),
        (["--output", "type=oci,dest=/no/such/dir/x.tar"], "/no/such/dir"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_options_are_status_2_and_build_nothing(
    words: list[str], problem: str, minibuild, context
) -> None:
    shown = minibuild("build", *words, context(_HELLO, a="hi"))
    assert (shown.status, shown.out) == (2, "")
    assert problem in shown.err


@pytest.mark.parametrize(
    ("word", "problem"),
    [
        ("/no/such/directory", "there is no such directory"),
        ("https://example.com/repo.git", "no network"),
        ("git@github.com:a/b", "no network"),
    ],
)
def test_a_wrong_context_is_status_2(word: str, problem: str, minibuild) -> None:
    shown = minibuild("build", word)
    assert shown.status == 2
    assert problem in shown.err


def test_a_file_is_no_context(minibuild, context) -> None:
    shown = minibuild("build", context(_HELLO) / "Dockerfile")
    assert shown.status == 2
    assert "-f " in shown.err


def test_an_archive_on_standard_input_is_no_dockerfile(minibuild) -> None:
    shown = minibuild("build", "-", stdin=b"\x1f\x8b\x08" + bytes(600))
    assert shown.status == 2
    assert "archive" in shown.err


@pytest.mark.parametrize("epoch", ["soon", "-1", "9" * 30])
def test_a_wrong_epoch_is_status_2(epoch: str, minibuild, context, monkeypatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    shown = minibuild("build", context(_HELLO, a="hi"))
    assert shown.status == 2
    assert "SOURCE_DATE_EPOCH" in shown.err


@pytest.mark.parametrize(
    ("dockerfile", "mentions"),
    [
        ("", ["empty"]),
        ("# nothing\n", ["Dockerfile"]),
        ("FROM scratch\nRUM x\n", ["Dockerfile:2", "RUM", "did you mean", "RUN"]),
        ("FROM scratch\nenv A=b\n", ["Dockerfile:2", "env"]),
        ("FROM scratch\nCOPY nosuch /\n", ["Dockerfile:2", "nosuch", "COPY nosuch /"]),
        ("FROM scratch\nCOPY a b c\n", ["Dockerfile:2"]),
        ("FROM scratch\nCOPY --from=nosuchstage a /\n", ["Dockerfile:2", "nosuchstage"]),
        ("FROM no.such/image:1\n", ["Dockerfile:1", "no.such/image:1"]),
        ("FROM scratch\nENV\n", ["Dockerfile:2", "ENV"]),
        ("RUN x\n", ["Dockerfile:1"]),
        ("FROM \udcff\n", ["Dockerfile:1"]),
    ],
    ids=lambda value: value.encode("unicode_escape").decode() if isinstance(value, str) else "",
)
def test_a_wrong_dockerfile_is_status_1_with_its_place(
    dockerfile: str, mentions: list[str], minibuild, context
) -> None:
    directory = context(None, a="hi")
    (directory / "Dockerfile").write_bytes(dockerfile.encode("utf-8", "surrogateescape"))
    shown = minibuild("build", directory)
    assert shown.status == 1
    for mention in mentions:
        assert mention in shown.err
    assert "unexpectedly" not in shown.err
    assert minibuild("system", "verify").status == 0


def test_a_directory_without_any_dockerfile_says_which_is_missing(minibuild, context) -> None:
    shown = minibuild("build", context(None, a="hi"))
    assert shown.status == 1
    assert "app/Dockerfile" in shown.err
    assert "-f" in shown.err


def test_a_directory_called_dockerfile(minibuild, context) -> None:
    directory = context(None)
    (directory / "Dockerfile").mkdir()
    shown = minibuild("build", directory)
    assert shown.status == 1
    assert "is a directory" in shown.err


def test_files_that_cannot_be_written_are_told(minibuild, context, tmp_path: Path) -> None:
    shown = minibuild("build", "-q", "--iidfile", tmp_path / "no" / "iid", context(_HELLO, a="hi"))
    assert shown.status == 1
    assert "--iidfile" in shown.err


def test_a_name_in_another_encoding_is_shown_as_it_is(minibuild, context) -> None:
    shown = minibuild("build", "-f", "-", context(None), stdin=b"FROM scratch\nCOPY caf\xe9 /\n")
    assert shown.status == 1
    assert "caf\udce9" in shown.err


def test_labels_make_a_last_step(minibuild, context) -> None:
    words = ["--label", "a=it's $HOME", "--label", "b", "--label", "c=d=e"]
    shown = minibuild("build", "-t", "app", *words, context("FROM scratch\nENV A=b\nLABEL c=old\n"))
    assert "Step 4/4 : LABEL " in shown.out
    labels = json.loads(minibuild("inspect", "-f", "{{json .Config.Labels}}", "app").out)
    assert labels == {"a": "it's $HOME", "b": "", "c": "d=e"}
    assert minibuild("build", "--label", "=x", context("FROM scratch\n")).status == 2


_FAILS = "FROM busybox:1.36\nRUN echo before\nRUN echo said; echo aside >&2; exit 7\nRUN echo after\n"


def test_a_run_that_fails_ends_the_build_with_its_place_and_output(minibuild, context) -> None:
    shown = minibuild("build", "-t", "never", context(_FAILS))
    assert shown.status == 1
    assert " ---> Running in " in shown.out
    assert "\nsaid\naside\n" in shown.out
    assert "Step 4/4" not in shown.out
    assert "Dockerfile:3" in shown.err
    assert "code: 7" in shown.err
    assert minibuild("images", "-q", "never").out == ""
    assert minibuild("system", "verify").status == 0


def test_a_quiet_build_that_fails_shows_what_was_said(minibuild, context) -> None:
    shown = minibuild("build", "-q", context(_FAILS))
    assert (shown.status, shown.out) == (1, "")
    assert "\nsaid\naside\n" in shown.err
    assert "code: 7" in shown.err


def test_fidelity_is_told_and_kept(minibuild, context, tmp_path: Path) -> None:
    directory = context("FROM debian:bookworm-slim\nRUN nosuchprogram --make\nENV A=b\n")
    shown = minibuild(
        "build", "-t", "app", "--fidelity", "assume", "--metadata-file", tmp_path / "m", directory
    )
    assert shown.status == 0
    steps = json.loads((tmp_path / "m").read_text())["minibuild.steps"]
    levels = [step["fidelity"] for step in steps]
    assert levels == ["modelled", "assumed", "exact"]
    assert all(step["why"] for step in steps if step["fidelity"] != "exact")
    rows = minibuild("history", "--format", "{{.Fidelity}}|{{.Why}}", "app").out.splitlines()[::-1]
    assert [row.partition("|")[0] for row in rows] == levels
    assert rows[1].partition("|")[2] == steps[1]["why"]
    for step in steps:
        if step["fidelity"] != "exact":
            assert f" ---> {step['fidelity']}: " in shown.out


def test_what_is_odd_is_told_in_every_build(minibuild, context) -> None:
    directory = context("FROM scratch\nVOLUME /srv/data:/data\nENV A=b \\\n\n  C=d\n")
    for _ in range(2):
        shown = minibuild("build", "--dialect", "docker", directory)
        assert shown.status == 0
        assert "app/Dockerfile:2: VOLUME declares container paths only: /srv/data:/data" in shown.out
        assert "warning: Empty continuation line" in shown.out


def test_a_dockerfile_in_lower_case_is_found(minibuild, context) -> None:
    directory = context(None, a="hi")
    (directory / "dockerfile").write_text(_HELLO)
    assert minibuild("build", "-q", directory).status == 0


def test_a_download_is_a_fixture(minibuild, context, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("downloaded")
    directory = context("FROM scratch\nADD https://example.com/x?a=b /x\n")
    words = ["--fixture", f"https://example.com/x?a=b={tmp_path / 'file'}", "-o", tmp_path / "out"]
    assert minibuild("build", "-q", *words, directory).status == 0
    assert (tmp_path / "out" / "x").read_text() == "downloaded"


@pytest.mark.parametrize("file", ["-", "other"])
def test_standard_input_and_a_file_are_one_dockerfile_too_many(file: str, minibuild) -> None:
    shown = minibuild("build", "-f", file, "-", stdin=_HELLO.encode())
    assert shown.status == 2
    assert "already" in shown.err


@pytest.mark.parametrize(
    ("words", "predicates"),
    [
        (["--sbom"], ["https://spdx.dev/Document"]),
        (["--provenance"], ["https://slsa.dev/provenance/v1"]),
        (["--sbom", "true", "--provenance=mode=max"], ["spdx", "slsa"]),
        (["--attest", "type=sbom", "--attest", "type=provenance", "--provenance", "false"], ["spdx"]),
        (["--sbom=true", "--sbom=false"], []),
    ],
)
def test_attestations(words: list[str], predicates: list[str], minibuild, context, tmp_path: Path) -> None:
    output = ["--output", f"type=oci,tar=false,dest={tmp_path}/layout"]
    assert minibuild("build", *output, *words, context("FROM scratch\nLABEL a=b\n")).status == 0
    blobs = [path.read_text() for path in (tmp_path / "layout/blobs/sha256").iterdir()]
    found = [json.loads(text)["predicateType"] for text in blobs if '"predicateType"' in text]
    assert len(found) == len(predicates)
    assert all(any(word in kind for kind in found) for word in predicates)
