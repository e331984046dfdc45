"""The builtins: a visible table of names, and the modules that hold them, imported when one is first used.

A builtin is a function `(shell, argv) -> status`; a `ShellError` that it raises is reported with its name,
and ends the shell
when the builtin is a special one (POSIX XCU 2.14).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.shell.dialect import Dialect
    from minibuild.shell.interpreter import Shell

    Run = Callable[[Shell, list[str]], int]

# name → module.function
_COMMON = {
    ":": "simple.colon", "true": "simple.colon", "false": "simple.false", "echo": "output.echo", "printf": "output.printf",
    "test": "testing.test", "[": "testing.test",
    "cd": "directories.cd", "chdir": "directories.cd", "pwd": "directories.pwd",
    "export": "names.export", "readonly": "names.export", "unset": "names.unset", "local": "names.local",
    "set": "setting.set_options", "shift": "setting.shift", "getopts": "setting.getopts",
    "eval": "running.evaluate", ".": "running.source", "exec": "running.execute", "command": "running.command",
    "exit": "running.leave", "return": "running.return_from", "break": "running.break_loop", "continue": "running.break_loop",
    "read": "reading.read", "trap": "signals.trap", "kill": "signals.kill", "wait": "signals.wait", "jobs": "signals.jobs",
    "fg": "signals.foreground", "bg": "signals.foreground",
    "umask": "limits.umask", "ulimit": "limits.ulimit", "times": "limits.times",
    "alias": "lookup.alias", "unalias": "lookup.unalias", "type": "lookup.type_of", "hash": "lookup.hash_commands",
}  # fmt: skip
_NOT_DASH = {"source": "running.source", "let": "simple.let"}
_ASH = {**_NOT_DASH, "[[": "testing.test"}
_BASH = {
    **_NOT_DASH, "declare": "declaring.declare", "typeset": "declaring.declare", "local": "declaring.declare",
    "export": "declaring.declare", "readonly": "declaring.declare",
    "shopt": "shopt.shopt", "mapfile": "arrays.mapfile", "readarray": "arrays.mapfile",
    "pushd": "stack.pushd", "popd": "stack.popd", "dirs": "stack.dirs", "builtin": "running.builtin",
    "caller": "simple.caller", "disown": "simple.colon", "enable": "simple.colon", "bind": "simple.colon",
    "complete": "simple.colon", "compgen": "simple.colon", "history": "simple.colon", "suspend": "simple.colon",
    "logout": "running.leave",
}  # fmt: skip
SPECIAL = frozenset(
    [":", ".", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift", "times", "trap", "unset"]
)
_ASH_SPECIAL = SPECIAL | {"local", "source"}


class Builtin:
    """One builtin. `special` as POSIX has it; `run` imports its module when it is called first."""

    __slots__ = ("_place", "name", "run", "special")

    def __init__(self, name: str, place: str, special: bool) -> None:
        self.name, self._place, self.special = name, place, special
        self.run: Run = self._first

    @property
    def keeps_redirections(self) -> bool:
        """Whether redirections stay when it has no operands: `exec`."""
        return self.name == "exec"

    def _first(self, shell: Shell, argv: list[str]) -> int:
        module, _, function = self._place.partition(".")
        self.run = getattr(import_module(f"minibuild.shell.builtins.{module}"), function)
        return self.run(shell, argv)


_tables: dict[str, dict[str, Builtin]] = {}


def table(dialect: Dialect) -> dict[str, Builtin]:
    """All builtins of a dialect."""
    found = _tables.get(dialect.name)
    if found is None:
        places = _COMMON | (_BASH if dialect.bash else {} if dialect.posix_only else _ASH)
        special = SPECIAL if dialect.bash else _ASH_SPECIAL
        found = {name: Builtin(name, place, name in special) for name, place in places.items()}
        _tables[dialect.name] = found
    return found
