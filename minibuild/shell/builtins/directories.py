"""cd and pwd."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.shell.errors import ShellError

if TYPE_CHECKING:
    from minibuild.shell.interpreter import Shell


def _options(words: list[str], letters: str) -> tuple[str, list[str]]:
    """The options among the first words, and the rest; ShellError for another one."""
    found = ""
    while words and len(words[0]) > 1 and words[0][0] == "-":
        word, words = words[0], words[1:]
        if word == "--":
            break
        for letter in word[1:]:
            if letter not in letters:
                raise ShellError(f"illegal option -{letter}")
        found += word[1:]
    return found, words


def cd(shell: Shell, argv: list[str]) -> int:
    """`cd [-LP] [directory]`: `-` is the previous one; CDPATH is searched."""
    found, words = _options(argv[1:], "LPe@" if shell.dialect.bash else "LP")
    physical = (found[-1:] == "P") or (shell.options.get("physical") and found[-1:] != "L")
    announce = False
    if len(words) > 1 and shell.dialect.bash:
        raise ShellError("too many arguments", 1)
    target = words[0] if words else None
    if target is None:
        target = shell.variables.get("HOME")
        if target is None:
            if shell.dialect.bash:
                raise ShellError("HOME not set", 1)
            return 0
    elif target == "-":
        target = shell.variables.get("OLDPWD")
        announce = True
        if target is None:
            if shell.dialect.bash:
                raise ShellError("OLDPWD not set", 1)
            target = ""
    last: OSError | None = None
    for candidate, shown in _candidates(shell, target):
        try:
            here = change_directory(shell, candidate, physical=physical)
        except OSError as error:
            last = last or error
            continue
        if announce or shown:
            return shell.write(here + "\n")
        return 0
    assert last is not None
    if shell.dialect.bash:
        raise ShellError(f"{target}: {strerror(last)}", 1)
    if shell.dialect.posix_only:
        raise ShellError(f"can't cd to {target}")
    raise ShellError(f"can't cd to {target}: {strerror(last)}")


def _candidates(shell: Shell, target: str) -> list[tuple[str, bool]]:
    """The directories that `cd target` may mean, and whether to say which it was."""
    path = shell.variables.get("CDPATH")
    first = target.split("/", 1)[0]
    target = target or "."
    if not path or target.startswith("/") or first in (".", ".."):
        return [(target, False)]
    found = []
    view = shell.process.view
    for prefix in path.split(":"):
        candidate = f"{prefix.rstrip('/') if prefix != '/' else ''}/{target}" if prefix else target
        if view.is_dir(candidate):
            found.append((candidate, bool(prefix)))
    return [*found, (target, False)]


def change_directory(shell: Shell, target: str, *, physical: bool) -> str:
    """Change to a directory and set PWD and OLDPWD; the new PWD. OSError when it can't be."""
    view, variables = shell.process.view, shell.variables
    before = shell.directory
    if physical:
        view.chdir(target)
        here = view.cwd
    else:
        here = logical(before, target)
        try:
            view.chdir(here)
        except OSError:
            view.chdir(target)
            here = view.cwd
    variables.set("OLDPWD", before)
    variables.set("PWD", here)
    shell.directory = here
    variables.exported.update(("PWD", "OLDPWD") if not shell.dialect.posix_only else ())
    return here


def logical(before: str, target: str) -> str:
    """The path of `target` from the directory `before`, with `.` and `..` taken out."""
    path = target if target.startswith("/") else f"{before.rstrip('/')}/{target}"
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part and part != ".":
            parts.append(part)
    double = path.startswith("//") and not path.startswith("///")
    return ("//" if double else "/") + "/".join(parts)


def pwd(shell: Shell, argv: list[str]) -> int:
    """`pwd [-LP]`."""
    found, _ = _options(argv[1:], "LP")
    here = shell.process.view.cwd if found[-1:] == "P" else shell.directory
    return shell.write(here + "\n")
