"""Which programs exist, and where: a visible table of names, and the entries that modules make of them.

A module of a room declares its programs:

    @program("head", options=HEAD)
    def head(process: Process) -> int: ...

and LOCATIONS says which module that is, so that `lookup("head")` imports this one module and no other.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.options import program_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process
    from minibuild.kernel.system import Program
    from minibuild.programs.options import Options

# Module below minibuild.programs → the names of the programs in it. One row a module, one section a room.
COREUTILS: dict[str, str] = {}
USERS: dict[str, str] = {}
SYSTEM: dict[str, str] = {}
TEXT: dict[str, str] = {}
ARCHIVE: dict[str, str] = {}
FINDUTILS: dict[str, str] = {}
PACKAGES: dict[str, str] = {}

# Modules whose programs are no applets of busybox (shadow-utils, package managers): `busybox NAME` does not know them.
BESIDE_BUSYBOX = frozenset({"users.shadow_users", "users.shadow_groups", "users.getent"})

LOCATIONS: dict[str, str] = {
    name: module
    for room in (COREUTILS, USERS, SYSTEM, TEXT, ARCHIVE, FINDUTILS, PACKAGES)
    for module, names in room.items()
    for name in names.split()
}


class Entry:
    """One program: calling it runs it. `fidelity` says how true to the reference it is, `reason` why not exact."""

    __slots__ = ("fidelity", "names", "options", "reason", "run")

    def __init__(
        self,
        names: tuple[str, ...],
        run: Program,
        options: Options | None,
        fidelity: Fidelity,
        reason: str,
    ) -> None:
        self.names, self.run, self.options = names, run, options
        self.fidelity, self.reason = fidelity, reason

    def __call__(self, process: Process) -> int:
        """Run the program. `--help` alone shows its usage; an OSError that it lets through gives status 1."""
        if self.fidelity is not Fidelity.EXACT:
            process.system.fidelity.note(self.fidelity, self.reason or f"{program_name(process)} is modelled")
        if self.options is not None and process.argv[1:] == ["--help"]:
            process.stderr.write(self.options.describe(program_name(process)))
            return 0
        try:
            return self.run(process)
        except OSError as error:
            process.error(f"{error.filename}: {strerror(error)}" if error.filename else strerror(error))
            return 1


PROGRAMS: dict[str, Entry] = {}


def program(
    *names: str,
    options: Options | None = None,
    fidelity: Fidelity = Fidelity.EXACT,
    reason: str = "",
) -> Callable[[Program], Program]:
    """Register a function as the program of these names.

    `options` gives it `--help`; leave it out where `--help` is an ordinary word (echo, true, test).
    """

    def register(run: Program) -> Program:
        entry = Entry(names, run, options, fidelity, reason)
        for name in names:
            PROGRAMS[name] = entry
        return run

    return register


def lookup(name: str) -> Entry | None:
    """The program of this name (without directory), or None. Imports the module that holds it, once."""
    entry = PROGRAMS.get(name)
    if entry is None:
        module = LOCATIONS.get(name)
        if module is None:
            return None
        import_module(f"minibuild.programs.{module}")
        entry = PROGRAMS.get(name)
    return entry
