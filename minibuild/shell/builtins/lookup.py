"""What a name means: type, command -v, hash, alias."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.credentials import EXECUTE
from minibuild.shell.builtins.names import listed
from minibuild.shell.errors import ShellError
from minibuild.shell.lexer import KEYWORDS, MORE_KEYWORDS

if TYPE_CHECKING:
    from minibuild.shell.interpreter import Shell


def is_keyword(shell: Shell, name: str) -> bool:
    """Whether the parser takes the name for a keyword."""
    if name in KEYWORDS:
        return True
    return name in MORE_KEYWORDS and (
        shell.dialect.bash or (name == "function" and not shell.dialect.posix_only)
    )


def find_path(shell: Shell, name: str) -> str | None:
    """The executable file that a command of that name runs; None when there is none."""
    view = shell.process.view
    if "/" in name:
        return name if view.is_file(name) and view.access(name, EXECUTE) else None
    for directory in (shell.variables.get("PATH") or "").split(":"):
        path = f"{directory}/{name}" if directory else name
        if view.is_file(path) and view.access(path, EXECUTE):
            return path
    return None


def describe(shell: Shell, names: list[str], *, verbose: bool) -> int:
    """`command -v` (a word that means the same) or `-V` (a sentence) for each name; 127 (bash: 1) when the
    first is unknown.
    """
    status = 0
    for name in names if shell.dialect.bash else names[:1]:
        text = _sentence(shell, name) if verbose else _short(shell, name)
        if text is None:
            status = 1 if shell.dialect.bash else 127
            if verbose:
                _unknown(shell, name, "command")
            continue
        shell.write(text + "\n")
    return status


def _unknown(shell: Shell, name: str, command: str) -> None:
    if shell.dialect.bash:
        shell.complain_as(command, f"{name}: not found")
    elif shell.dialect.posix_only:
        shell.write(f"{name}: not found\n")
    else:
        shell.write(f"{name}: not found\n")


def _short(shell: Shell, name: str) -> str | None:
    if is_keyword(shell, name):
        return name
    if name in shell.aliases:
        return f"alias {name}={listed(shell.aliases[name])}"
    if name in shell.functions or name in shell.builtins:
        return name
    path = find_path(shell, name)
    if path is not None:
        shell.hashed.add(name)
    return path


def _sentence(shell: Shell, name: str) -> str | None:
    if name in shell.aliases:
        if shell.dialect.bash:
            return f"{name} is aliased to `{shell.aliases[name]}'"
        return f"{name} is an alias for {shell.aliases[name]}"
    if is_keyword(shell, name):
        return f"{name} is a shell keyword"
    function = shell.functions.get(name)
    if function is not None:
        if shell.dialect.bash:
            return f"{name} is a function\n{function.node.source}"
        return f"{name} is a shell function" if shell.dialect.posix_only else f"{name} is a function"
    builtin = shell.builtins.get(name)
    if builtin is not None:
        special = builtin.special and shell.dialect.posix_only and name != "local"
        return f"{name} is a {'special ' if special else ''}shell builtin"
    path = find_path(shell, name)
    if path is None:
        return None
    if shell.dialect.posix_only and "/" not in name:
        if name in shell.hashed:
            return f"{name} is a tracked alias for {path}"
        shell.hashed.add(name)
    return f"{name} is {path}"


def type_of(shell: Shell, argv: list[str]) -> int:
    """`type name...`; bash has -t, -p, -P, -a."""
    words = argv[1:]
    flags = ""
    while shell.dialect.bash and words and words[0][:1] == "-" and len(words[0]) > 1:
        flags += words.pop(0)[1:]
    status = 0
    for name in words:
        if flags and "a" not in flags:
            text = _typed(shell, name, flags)
        else:
            text = _sentence(shell, name)
        if text is None:
            status = 1 if shell.dialect.bash else 127
            if not flags or "a" in flags:
                _unknown(shell, name, "type")
        elif text:
            shell.write(text + "\n")
    return status


def _typed(shell: Shell, name: str, flags: str) -> str | None:
    if "P" in flags:
        return find_path(shell, name)
    kinds = (
        ("alias", name in shell.aliases),
        ("keyword", is_keyword(shell, name)),
        ("function", name in shell.functions),
        ("builtin", name in shell.builtins),
    )  # fmt: skip
    for kind, found in kinds:
        if found and not ("f" in flags and kind == "function"):
            return kind if "t" in flags else ""
    path = find_path(shell, name)
    if path is None:
        return None
    return "file" if "t" in flags else path


def hash_commands(shell: Shell, argv: list[str]) -> int:
    """`hash [-r] name...`: only says whether the commands are there."""
    status = 0
    for name in argv[1:]:
        if name.startswith("-"):
            continue
        if "/" not in name and find_path(shell, name) is None and name not in shell.builtins:
            shell.complain(f"{name}: not found")
            status = 1
    return status


def alias(shell: Shell, argv: list[str]) -> int:
    """`alias [name[=value]...]`."""
    words = argv[2:] if argv[1:2] in (["--"], ["-p"]) else argv[1:]
    status = 0
    if not words:
        for name in sorted(shell.aliases):
            shell.write(_alias_line(shell, name))
    for word in words:
        name, equals, value = word.partition("=")
        if equals and name:
            shell.aliases[name] = value
            shell.variables.account(len(value))
        elif name in shell.aliases:
            shell.write(_alias_line(shell, name))
        else:
            if shell.dialect.bash:
                shell.complain(f"{name}: not found")
            else:
                shell.process.stderr.write(f"alias: {word} not found\n")
            status = 1
    return status


def _alias_line(shell: Shell, name: str) -> str:
    return f"{'alias ' if shell.dialect.bash else ''}{name}={listed(shell.aliases[name])}\n"


def unalias(shell: Shell, argv: list[str]) -> int:
    """`unalias [-a] name...`."""
    words = argv[1:]
    if words and words[0].startswith("-") and words[0] != "--":
        if words[0] != "-a":
            raise ShellError(f"illegal option {words[0]}")
        shell.aliases.clear()
        return 0
    status = 0
    for name in words:
        if shell.aliases.pop(name, None) is None:
            message = f"{name}: not found" if shell.dialect.bash else f"unalias: {name} not found"
            shell.complain(message) if shell.dialect.bash else shell.process.stderr.write(message + "\n")
            status = 1
    return status
