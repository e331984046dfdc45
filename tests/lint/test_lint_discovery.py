"""Which files are linted."""

import subprocess
from pathlib import Path

import pytest

from minibuild.lint.discovery import find_files, is_dockerfile
from minibuild.lint.discovery_git import tracked_files
from minibuild.lint.gitignore import GitIgnore


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Make empty files in the working directory."""
    monkeypatch.chdir(tmp_path)

    def make(*names):
        for name in names:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text("FROM a:1\n")

    return make


@pytest.mark.parametrize(
    "name", ["Dockerfile", "Dockerfile.dev", "app.Dockerfile", "Containerfile", "a.dockerfile"]
)
def test_names_of_dockerfiles(name):
    assert is_dockerfile(name)


@pytest.mark.parametrize(
    "name", ["Dockerfile.dockerignore", "dockerfile.md", "Dockerfiles", "MyDockerfile", "a.py"]
)
def test_names_of_other_files(name):
    assert not is_dockerfile(name)


def test_words_are_files_directories_patterns_and_standard_input(tree):
    tree("Dockerfile", "a/Dockerfile.x", "a/other.txt", "b/c/app.Dockerfile", "odd")
    assert find_files(["odd", "-", "a", "b/**/*.Dockerfile", "a"]) == (
        ["odd", "-", "a/Dockerfile.x", "b/c/app.Dockerfile"],
        [],
    )
    assert find_files(["."])[0] == ["Dockerfile", "a/Dockerfile.x", "b/c/app.Dockerfile"]


def test_what_does_not_exist_is_told(tree):
    tree("Dockerfile")
    files, errors = find_files(["nope", "x*", "Dockerfile"])
    assert files == ["Dockerfile"]
    assert [(one.path, one.message) for one in errors] == [
        ("nope", "there is no such file"),
        ("x*", "no file is called like this"),
    ]


def test_ignored_files_are_left_out(tree):
    tree("Dockerfile", "build/Dockerfile", "a/Dockerfile", "a/keep/Dockerfile", "node_modules/x/Dockerfile")
    Path(".gitignore").write_text("build/\na/*\n!a/keep\n")
    assert find_files(["."])[0] == ["Dockerfile", "a/keep/Dockerfile"]


@pytest.mark.parametrize("version", ["2", "4"])
def test_in_a_work_tree_tracked_files_count(tree, version):
    def git(*words):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True)

    tree("Dockerfile", "sub/Dockerfile", "sub/deep/x.Dockerfile", "untracked/Dockerfile", "a/gone/Dockerfile")
    git("init", "-q")
    git("add", "Dockerfile", "sub", "a")
    git("update-index", "--index-version", version)
    Path("a/gone/Dockerfile").unlink()
    names = ["Dockerfile", "a/gone/Dockerfile", "sub/Dockerfile", "sub/deep/x.Dockerfile"]
    assert tracked_files(Path()) == names
    assert find_files(["."])[0] == ["Dockerfile", "sub/Dockerfile", "sub/deep/x.Dockerfile"]
    assert find_files(["sub"])[0] == ["sub/Dockerfile", "sub/deep/x.Dockerfile"]


BROKEN = [b"", b"DIRC", b"DIRC\0\0\0\2\0\0\0\5", b"x" * 100, b"DIRC\0\0\0\x09\0\0\0\1"]


@pytest.mark.parametrize("data", BROKEN)
def test_a_broken_index_is_no_index(tree, data):
    tree("Dockerfile")
    Path(".git").mkdir()
    Path(".git/index").write_bytes(data)
    assert tracked_files(Path()) is None
    assert find_files(["."])[0] == ["Dockerfile"]


@pytest.mark.parametrize(
    ("pattern", "ignored", "seen"),
    [
        ("*.log", ["a.log", "x/a.log"], ["a.logs"]),
        ("/build", ["build"], ["x/build"]),
        ("a/b", ["a/b"], ["x/a/b"]),
        ("**/x", ["x", "a/x", "a/b/x"], ["ax"]),
        ("a/**", ["a/b", "a/b/c"], ["b"]),
        ("a/**/c", ["a/c", "a/b/c"], ["a/b"]),
        ("[!a]c", ["bc"], ["ac"]),
        ("\\#x", ["#x"], ["x"]),
        ("# x", [], ["# x"]),
        ("fo?  ", ["foo"], ["fo"]),
    ],
)
def test_patterns_of_gitignore(tmp_path, pattern, ignored, seen):
    file = tmp_path / ".gitignore"
    file.write_text(pattern + "\n")
    rules = GitIgnore().below("", file)
    assert [name for name in ignored if not rules.excludes(name, False)] == []
    assert [name for name in seen if rules.excludes(name, False)] == []


def test_a_hostile_pattern_takes_no_time(tmp_path):
    file = tmp_path / ".gitignore"
    file.write_text("*a" * 40 + "b\n")
    assert not GitIgnore().below("", file).excludes("a" * 255, False)
