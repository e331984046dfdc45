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

# module.function → the names of the builtins that it is
_COMMON = {
    "simple.colon": ": true", "simple.false": "false", "output.echo": "echo", "output.printf": "printf",
    "testing.test": "test [", "directories.cd": "cd chdir", "directories.pwd": "pwd",
    "names.export": "export readonly", "names.unset": "unset", "names.local": "local",
    "setting.set_options": "set", "setting.shift": "shift", "setting.getopts": "getopts",
    "running.evaluate": "eval", "running.source": ".", "running.execute": "exec",
    "running.command": "command", "running.leave": "exit", "running.return_from": "return",
    "running.break_loop": "break continue", "reading.read": "read", "signals.trap": "trap",
    "signals.kill": "kill", "signals.wait": "wait", "signals.jobs": "jobs", "signals.foreground": "fg bg",
    "limits.umask": "umask", "limits.ulimit": "ulimit", "limits.times": "times", "lookup.alias": "alias",
    "lookup.unalias": "unalias", "lookup.type_of": "type", "lookup.hash_commands": "hash",
}  # fmt: skip
_ASH = {"running.source": "source", "simple.let": "let", "testing.test": "[["}
_BASH = {
    "running.source": "source", "simple.let": "let", "running.builtin": "builtin", "running.leave": "logout",
    "declaring.declare": "declare typeset local export readonly", "shopt.shopt": "shopt",
    "arrays.mapfile": "mapfile readarray", "stack.pushd": "pushd", "stack.popd": "popd", "stack.dirs": "dirs",
    "simple.caller": "caller", "simple.colon": "disown enable bind complete compgen history suspend",
}  # fmt: skip
SPECIAL = frozenset(
    (":", ".", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift")
) | {"times", "trap", "unset"}
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
        rooms = (_COMMON, _BASH if dialect.bash else {} if dialect.posix_only else _ASH)
        places = {name: place for room in rooms for place, names in room.items() for name in names.split()}
        special = SPECIAL if dialect.bash else _ASH_SPECIAL
        found = {name: Builtin(name, place, name in special) for name, place in places.items()}
        _tables[dialect.name] = found
    return found
