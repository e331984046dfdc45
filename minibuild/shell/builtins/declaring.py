"""bash's declare, typeset, local, export, readonly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.arrays import ArrayArgument, append_value, array_text
from minibuild.shell.bash_variables import attribute_letters, double_quoted
from minibuild.shell.errors import ShellError
from minibuild.shell.substitutions import NAME
from minibuild.shell.variables import Associative, Indexed

if TYPE_CHECKING:
    from minibuild.shell.interpreter import Shell

_LETTERS = "aAilnrux"


def declare(shell: Shell, argv: list[str]) -> int:
    """`declare [-aAfFgilnprux] [+…] name[=value]...`, and its older names."""
    command = argv[0]
    words = argv[1:]
    on: set[str] = set()
    off: set[str] = set()
    flags: set[str] = set()
    while (
        words and words[0][:1] in ("-", "+") and len(words[0]) > 1 and not isinstance(words[0], ArrayArgument)
    ):
        word = words.pop(0)
        if word == "--":
            break
        for letter in word[1:]:
            if letter in "pfFgI" or (letter == "n" and command == "export"):
                flags.add(letter)
            elif letter in _LETTERS:
                (on if word[0] == "-" else off).add(letter)
            else:
                raise ShellError(f"-{letter}: invalid option", 2)
    if command == "export":
        (off if "n" in flags else on).add("x")
    elif command == "readonly":
        on.add("r")
    if command == "local" and not shell.calls:
        raise ShellError("can only be used in a function", 1)
    if "f" in flags or "F" in flags:
        return _functions(shell, words, names_only="F" in flags)
    if not words or "p" in flags:
        return _list(shell, words, command, on)
    local = command == "local" or (
        bool(shell.calls) and command in ("declare", "typeset") and "g" not in flags
    )
    status = 0
    for word in words:
        status = _declare_one(shell, word, on, off, local=local) or status
    return status


def _declare_one(shell: Shell, word: str, on: set[str], off: set[str], *, local: bool) -> int:
    variables = shell.variables
    name, equals, value = (str(word), "", "") if isinstance(word, ArrayArgument) else word.partition("=")
    append = name.endswith("+") and bool(equals)
    name = name.removesuffix("+") if append else name
    base, bracket, subscript = name.partition("[")
    if not NAME.fullmatch(base) or (bracket and not subscript.endswith("]")):
        if name == "-" and local:
            return 0
        shell.complain(f"`{word}': not a valid identifier")
        return 1
    if local and variables.make_local(base):
        variables.values.pop(base, None)
        variables.attributes.pop(base, None)
        variables.exported.discard(base)
    target = base if "n" in on or "n" in off else variables.target(base)
    _make_array(shell, target, on)
    for letter in "ilun":
        if letter in on:
            variables.add_attribute(target, letter)
        elif letter in off:
            variables.remove_attribute(target, letter)
    if isinstance(word, ArrayArgument):
        word.assign(shell)
    elif bracket and equals:
        variables.set_element(base, subscript[:-1], value, append=append)
    elif append:
        append_value(shell, target, value)
    elif equals:
        _assign(shell, target, value, on)
    if "r" in on:
        variables.make_readonly(target)
    if "x" in on:
        variables.exported.add(target)
    elif "x" in off:
        variables.exported.discard(target)
    return 0


def _assign(shell: Shell, name: str, value: str, on: set[str]) -> None:
    if "n" in on:
        shell.variables.values[name] = value
    else:
        shell.variables.set(name, value)


def _make_array(shell: Shell, name: str, on: set[str]) -> None:
    variables = shell.variables
    current = variables.values.get(name)
    if "A" in on and not isinstance(current, Associative):
        if isinstance(current, Indexed):
            raise ShellError(f"{name}: cannot convert indexed to associative array", 1)
        variables.put_array(name, Associative() if current is None else Associative({"0": current}))
    elif "a" in on and not isinstance(current, Indexed | Associative):
        variables.put_array(name, Indexed() if current is None else Indexed({0: current}))


def _functions(shell: Shell, names: list[str], *, names_only: bool) -> int:
    status = 0
    for name in names or sorted(shell.functions):
        function = shell.functions.get(name)
        if function is None:
            status = 1
        elif names_only:
            shell.write(f"{name}\n" if names else f"declare -f {name}\n")
        else:
            shell.write(f"{function.node.source}\n")
    return status


def _list(shell: Shell, names: list[str], command: str, on: set[str]) -> int:
    variables = shell.variables
    status = 0
    if not names:
        names = list(shell.variables.scopes[-1]) if command == "local" else sorted(variables.values)
        names = [name for name in names if on <= set(attribute_letters(shell, name))]
    lines = []
    for name in names:
        value = variables.values.get(name)
        letters = attribute_letters(shell, name) or "-"
        if value is None and name not in variables.exported and name not in variables.attributes:
            computed = variables.get(name)
            if computed is None:
                shell.complain(f"{name}: not found")
                status = 1
                continue
            value = computed
        if value is None:
            lines.append(f"declare -{letters} {name}\n")
        elif isinstance(value, str):
            lines.append(f"declare -{letters} {name}={double_quoted(value)}\n")
        else:
            lines.append(f"declare -{letters} {name}={array_text(value)}\n")
    shell.write("".join(lines))
    return status
