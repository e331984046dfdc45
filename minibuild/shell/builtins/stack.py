"""bash's pushd, popd, dirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.shell.builtins.directories import change_directory
from minibuild.shell.errors import ShellError

if TYPE_CHECKING:
    from minibuild.shell.interpreter import Shell


def _go(shell: Shell, target: str) -> None:
    try:
        change_directory(shell, target, physical=False)
    except OSError as error:
        raise ShellError(f"{target}: {strerror(error)}", 1) from None


def _index(shell: Shell, word: str) -> int:
    """The place that `+2` or `-1` means in the whole stack."""
    number = int(word[1:])
    size = len(shell.directories) + 1
    place = number if word[0] == "+" else size - 1 - number
    if not 0 <= place < size:
        raise ShellError(f"{word}: directory stack index out of range", 1)
    return place


def pushd(shell: Shell, argv: list[str]) -> int:
    """`pushd [directory|+n|-n]`."""
    words = [word for word in argv[1:] if word != "-n"]
    here, stack = shell.directory, shell.directories
    if not words:
        if not stack:
            raise ShellError("no other directory", 1)
        _go(shell, stack[0])
        stack[0] = here
    elif words[0][0] in "+-" and words[0][1:].isdigit():
        whole = [here, *stack]
        place = _index(shell, words[0])
        whole = whole[place:] + whole[:place]
        _go(shell, whole[0])
        shell.directories[:] = whole[1:]
    else:
        _go(shell, words[0])
        stack.insert(0, here)
    return dirs(shell, ["dirs"])


def popd(shell: Shell, argv: list[str]) -> int:
    """`popd [+n|-n]`."""
    words = argv[1:]
    stack = shell.directories
    if not stack:
        raise ShellError("directory stack empty", 1)
    place = _index(shell, words[0]) if words and words[0][1:].isdigit() else 0
    if place:
        del stack[place - 1]
    else:
        _go(shell, stack[0])
        stack.pop(0)
    return dirs(shell, ["dirs"])


def dirs(shell: Shell, argv: list[str]) -> int:
    """`dirs [-clpv]`."""
    flags = "".join(word[1:] for word in argv[1:] if word.startswith("-"))
    if "c" in flags:
        shell.directories.clear()
        return 0
    home = shell.variables.get("HOME") or ""
    shown = []
    for path in [shell.directory, *shell.directories]:
        inside = home and "l" not in flags and (path == home or path.startswith(home + "/"))
        shown.append("~" + path[len(home) :] if inside else path)
    if "v" in flags:
        return shell.write("".join(f"{number:2}  {path}\n" for number, path in enumerate(shown)))
    return shell.write(("\n" if "p" in flags else " ").join(shown) + "\n")
