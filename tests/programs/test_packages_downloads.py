"""curl, wget and git: fixtures, unknown content, failures."""

from pathlib import Path

import pytest
from catalogue_box import Box

from minibuild.filesystem.opaque import origin_of
from minibuild.kernel.fidelity import FidelityError

URL = "https://example.org/dir/tool.tar.gz?x=1"


def box(fidelity: str = "modelled", *, image: str = "buildpack-deps:bookworm", **more: object) -> Box:
    return Box(image, fidelity, **more)  # type: ignore[arg-type]


@pytest.fixture
def fixtures(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "tool.tar.gz").write_bytes(b"the tool\n")
    repository = tmp_path / "repository"
    (repository / "src").mkdir(parents=True)
    (repository / ".git").mkdir()
    (repository / "README").write_text("read me\n")
    (repository / "src" / "run").write_text("#!/bin/sh\n")
    (repository / "src" / "run").chmod(0o755)
    return {URL: str(tmp_path / "tool.tar.gz"), "https://example.org/r.git": str(repository)}


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (["curl", "-fsSL", "-o", "/x", URL], "/x"),
        (["curl", "-sSLO", URL], "/tool.tar.gz"),
        (["curl", "--create-dirs", "--output", "/a/b/c", URL], "/a/b/c"),
        (["curl", "-fsSL", URL, "--output-dir", "/tmp", "-o", "y"], "/tmp/y"),
        (["wget", "-q", "-O", "/x", URL], "/x"),
        (["wget", "-nv", "-P", "/tmp", URL], "/tmp/tool.tar.gz?x=1"),
        (["wget", "--progress=dot:giga", "--no-check-certificate", "-O", "/x", URL], "/x"),
    ],
)
def test_a_fixture_stands_for_a_download(fixtures: dict[str, str], command: list[str], path: str) -> None:
    here = box(fixtures=fixtures)
    done = here.run(command)
    assert (done.exit_code, done.fidelity) == (0, "modelled")
    assert here.read(path) == "the tool\n"


def test_a_download_may_go_to_standard_output(fixtures: dict[str, str]) -> None:
    here = box(fixtures=fixtures)
    for command in (["curl", "-sL", URL], ["wget", "-qO-", URL]):
        assert here.status(command) == 0
        assert here.out == "the tool\n"


def test_without_a_fixture_the_content_is_not_known() -> None:
    for command in (["curl", "-fsSLO", URL], ["wget", URL]):
        with pytest.raises(
            FidelityError, match=r"content of https://example\.org/dir/tool\.tar\.gz\?x=1 is not"
        ) as caught:
            box().run(command)
        assert f"--fixture {URL}=FILE" in caught.value.hint


def test_assumed_content_is_opaque() -> None:
    here = box("assume")
    assert here.run(["curl", "-fsSLo", "/x", URL]).fidelity == "assumed"
    assert origin_of(here.view.stat("/x").node) == f"content of {URL}"
    done = here.run(["sh", "-c", f"curl -fsSL '{URL}' > /y"])
    assert (done.exit_code, done.fidelity) == (0, "assumed")
    assert origin_of(here.view.stat("/y").node) == f"content of {URL}"


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        (["curl", "-fsSL", "https://example.org/"], 6, "curl: (6) Could not resolve host: example.org\n"),
        (["wget", "https://example.org/"], 4, "wget: unable to resolve host address 'example.org'\n"),
        (["git", "clone", "https://example.org/r"], 128, "Cloning into 'r'...\nfatal: unable to access"),
    ],
)
def test_without_a_network(command: list[str], status: int, message: str) -> None:
    here = box(network=False)
    assert here.status(command) == status
    assert here.err.startswith(message)


def test_busyboxs_wget_has_words_of_its_own() -> None:
    here = box(image="alpine", network=False)
    assert here.status("wget https://example.org/") == 1
    assert here.err == "wget: bad address 'example.org'\n"


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        ("curl", 2, "curl: no URL specified!\n"),
        ("curl --nonsense x", 2, "curl: option --nonsense: is unknown\n"),
        ("curl -o", 2, "curl: option -o: requires parameter\n"),
        ("curl -O https://example.org/", 23, "curl: Remote file name has no length!\n"),
        ("curl file:///nope", 37, "curl: (37) Couldn't open file /nope\n"),
        ("wget", 1, "wget: missing URL\n"),
        ("wget --nonsense x", 2, "wget: unrecognized option '--nonsense'\n"),
        ("git clone", 128, "fatal: You must specify a repository to clone.\n"),
        ("git status", 128, "fatal: not a git repository (or any of the parent directories): .git\n"),
        (
            "git clone https://example.org/r /etc",
            128,
            "fatal: destination path '/etc' already exists and is not an",
        ),
    ],
)
def test_wrong_command_lines(command: str, status: int, message: str) -> None:
    here = box()
    assert here.status(command) == status
    assert here.err.startswith(message)


def test_a_directory_stands_for_a_repository(fixtures: dict[str, str]) -> None:
    here = box(fixtures=fixtures)
    done = here.run("git clone --depth 1 --branch v1 https://example.org/r.git /src/r")
    assert (done.exit_code, done.fidelity) == (0, "modelled")
    assert here.read("/src/r/README") == "read me\n"
    assert here.view.stat("/src/r/src/run").mode & 0o111
    assert here.view.is_dir("/src/r/.git")


def test_an_unknown_repository_holds_anything() -> None:
    with pytest.raises(FidelityError, match=r"content of https://example\.org/r is not known"):
        box().run("git clone https://example.org/r")
    here = box("assume")
    assert (
        here.status(
            ["sh", "-c", "git clone https://example.org/r.git && cd r/sub && git checkout v1 && make"]
        )
        == 0
    )
    assert origin_of(here.view.stat("/r").node)


def test_git_keeps_settings() -> None:
    here = box()
    assert here.status(["git", "config", "--global", "user.name", "Joe"]) == 0
    assert here.read("/root/.gitconfig") == "[user]\n\tname = Joe\n"
    assert (here.status("git config --global user.name"), here.out) == (0, "Joe\n")
    assert here.status("git init /new") == 0
    assert here.view.exists("/new/.git/HEAD")
    assert here.status("git --version") == 0
