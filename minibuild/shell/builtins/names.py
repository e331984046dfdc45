"""export, readonly, local, unset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.errors import ShellError
from minibuild.shell.substitutions import NAME
from minibuild.shell.trace import single_quoted

if TYPE_CHECKING:
    from minibuild.shell.interpreter import Shell


def check_name(name: str) -> None:
    """ShellError unless the text is a name."""
    if not NAME.fullmatch(name):
        raise ShellError(f"{name}: bad variable name")


def export(shell: Shell, argv: list[str]) -> int:
    """`export name[=value]...`, `readonly name[=value]...`, or `-p` to list them."""
    words = argv[1:]
    listing = False
    while words and words[0][:1] == "-" and len(words[0]) > 1:
        word = words.pop(0)
        if word == "--":
            break
        for letter in word[1:]:
            if letter == "p":
                listing = True
            elif letter == "n" and argv[0] == "export" and not shell.dialect.posix_only:
                return _unexport(shell, words)
            else:
                raise ShellError(f"illegal option -{letter}")
    variables = shell.variables
    if listing or not words:
        return _list(shell, argv[0])
    for word in words:
        name, equals, value = word.partition("=")
        check_name(name)
        if equals:
            variables.set(name, value)
        if argv[0] == "export":
            variables.exported.add(name)
        else:
            variables.make_readonly(name)
    return 0


def _unexport(shell: Shell, words: list[str]) -> int:
    for word in words:
        name, equals, value = word.partition("=")
        check_name(name)
        if equals:
            shell.variables.set(name, value)
        shell.variables.exported.discard(name)
    return 0


def _list(shell: Shell, command: str) -> int:
    variables = shell.variables
    names = variables.exported if command == "export" else variables.readonly
    lines = []
    for name in sorted(names):
        value = variables.values.get(name)
        lines.append(
            f"{command} {name}" + (f"={quoted_value(shell, value)}" if isinstance(value, str) else "")
        )
    return shell.write("\n".join(lines) + "\n") if lines else 0


def quoted_value(shell: Shell, value: str) -> str:
    """A value in a listing that can be read again."""
    return listed(value) if not shell.dialect.bash else single_quoted(value)


def listed(value: str) -> str:
    """A value as ash and dash list it: runs of quotes are put between double quotes."""
    out: list[str] = []
    rest = value
    while True:
        end = rest.find("'")
        piece = rest if end < 0 else rest[:end]
        if piece or not out:
            out.append(f"'{piece}'")
        if end < 0:
            return "".join(out)
        rest = rest[end:]
        count = len(rest) - len(rest.lstrip("'"))
        out.append('"' + "'" * count + '"')
        rest = rest[count:]
        if not rest:
            return "".join(out)


def local(shell: Shell, argv: list[str]) -> int:
    """`local name[=value]...`."""
    if not shell.calls:
        raise ShellError("not in a function")
    variables = shell.variables
    for word in argv[1:]:
        name, equals, value = word.partition("=")
        if name == "-" and not equals:
            continue
        if shell.dialect.posix_only:
            check_name(name)
        fresh = variables.make_local(name)
        if equals:
            variables.set(name, value)
        elif fresh and not shell.dialect.posix_only:
            variables.values.pop(name, None)
    return 0


def unset(shell: Shell, argv: list[str]) -> int:
    """`unset [-v|-f] name...`."""
    words = argv[1:]
    kind = ""
    while words and words[0][:1] == "-" and len(words[0]) > 1:
        word = words.pop(0)
        if word == "--":
            break
        for letter in word[1:]:
            if letter not in ("vfn" if shell.dialect.bash else "vf"):
                raise ShellError(f"illegal option -{letter}")
            kind = letter
    status = 0
    for name in words:
        if kind == "f":
            shell.functions.pop(name, None)
        elif shell.dialect.bash and name.endswith("]") and "[" in name:
            base, _, subscript = name[:-1].partition("[")
            _unset_element(shell, base, subscript)
        elif not NAME.fullmatch(name):
            if not shell.dialect.bash:
                raise ShellError(f"{name}: bad variable name")
            shell.complain(f"`{name}': not a valid identifier")
            status = 1
        elif name not in shell.values and name in shell.functions and kind != "v" and shell.dialect.bash:
            del shell.functions[name]
        else:
            shell.variables.unset(name if kind == "n" else shell.variables.target(name))
    return status


def _unset_element(shell: Shell, base: str, subscript: str) -> None:
    if subscript in ("@", "*"):
        shell.variables.unset(base)
    else:
        shell.variables.unset_element(base, subscript.strip("'\""))
