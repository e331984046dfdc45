"""What a newcomer reads: help texts, and what happens with wrong words."""

import click
import pytest
from syrupy.assertion import SnapshotAssertion

from minibuild import __version__
from minibuild.cli import COMMANDS
from minibuild.cli.group import minibuild as group

_OTHERS_ROOMS = {"parse", "fmt"}  # their own tests show them
_HELPS = [(), *((name,) for name in sorted(COMMANDS) if name not in _OTHERS_ROOMS)]
_HELPS += [("system", name) for name in ("df", "prune", "verify")]


@pytest.mark.parametrize("words", _HELPS, ids=" ".join)
def test_help(words: tuple[str, ...], minibuild, snapshot: SnapshotAssertion) -> None:
    shown = minibuild(*words, "--help")
    assert (shown.status, shown.err) == (0, "")
    assert shown.out == snapshot


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_where_the_table_says_and_gives_an_example(name: str) -> None:
    with click.Context(group) as ctx:
        command = group.get_command(ctx, name)
    assert command is not None
    assert command.name == name
    assert name in _OTHERS_ROOMS or "minibuild " in (command.epilog or "")


def test_the_version(minibuild) -> None:
    assert minibuild("--version") == (0, f"minibuild {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["biuld", "."], "Did you mean 'build'?"),
        (["xyzzy"], "No such command 'xyzzy'"),
        (["--nosuch"], "No such option"),
        (["build"], "Missing argument 'CONTEXT'"),
        (["build", "--nosuch", "."], "No such option"),
        (["build", "--progress", "loud", "."], "'loud' is not one of"),
        (["build", "a", "b"], "unexpected extra argument"),
        (["system", "nosuch"], "No such command"),
        (["completion", "tcsh"], "'tcsh' is not one of"),
        (["rmi"], "Missing argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_words_are_status_2(words: list[str], problem: str, minibuild) -> None:
    shown = minibuild(*words)
    assert (shown.status, shown.out) == (2, "")
    assert problem in shown.err
    assert "Traceback" not in shown.err


@pytest.mark.parametrize(
    ("shell", "word"), [("bash", "complete -o nosort"), ("zsh", "#compdef"), ("fish", "complete --no-files")]
)
def test_completion_scripts(shell: str, word: str, minibuild) -> None:
    shown = minibuild("completion", shell)
    assert shown.status == 0
    assert word in shown.out
    assert "_MINIBUILD_COMPLETE" in shown.out


def test_shells_complete_commands_and_images(
    minibuild, context, monkeypatch: pytest.MonkeyPatch, root
) -> None:
    minibuild("build", "-q", "-t", "my/app", context("FROM scratch\nENV A=b\n"))

    def completed(line: str) -> list[str]:
        words = line.replace("STORE", str(root)).split(" ")
        monkeypatch.setenv("_MINIBUILD_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", " ".join(words))
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        return [entry.partition(",")[2] for entry in minibuild().out.splitlines() if entry]

    assert completed("minibuild hi") == ["history"]
    assert completed("minibuild build --no-ca") == ["--no-cache", "--no-cache-filter"]
    assert completed("minibuild --root STORE history my") == ["my/app:latest"]
    assert completed("minibuild --root STORE history other") == []
    assert completed("minibuild --root /nowhere/at/all history my") == []
