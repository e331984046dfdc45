"""Running a command in a container, to its end."""

from __future__ import annotations

import errno
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from minibuild.container.errors import ContainerError
from minibuild.container.mounts import mounted
from minibuild.container.pseudo import pseudo_filesystems
from minibuild.container.streams import Output
from minibuild.container.users import Account, find_account
from minibuild.filesystem import Credentials, FileSystem
from minibuild.filesystem.errors import strerror
from minibuild.kernel.execution import DEFAULT_PATH, run_command
from minibuild.kernel.fidelity import LIMITS, Fidelity
from minibuild.kernel.limits import Limits
from minibuild.kernel.process import Process
from minibuild.kernel.streams import Sink, Source
from minibuild.kernel.system import Machine, System
from minibuild.programs.registry import lookup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from minibuild.kernel.scheduler import Scheduler
    from minibuild.kernel.streams import Stream


# Deep enough for honest scripts; a script that recurses without end is told so before the interpreter's own
# stack ends.
_RECURSION = 8_000
_FIRST_USER = 1000  # the id that the first user of most images has


@dataclass(frozen=True, slots=True)
class Execution:
    """How a command ended.

    `exit_code` is 128 + n when signal n ended it, 127 or 126 when it could not be started: then `problem`
    says why.
    `fidelity` is `exact`, `modelled` or `assumed`; `reasons` say why it is not exact.
    """

    exit_code: int
    fidelity: str
    reasons: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Container:
    """A container around a writable file system.

    `now` is the simulated time at the start (ns since 1970), `seed` what randomness follows from,
    `fidelity_limit` how far the run may go (`exact`, `modelled`, `assume`). `partial` says that not all
    files of the image are known.
    `network` is False for a container without one. `on_output` takes a descriptor (1 or 2) and bytes.
    `dialect` forces the shell's.
    """

    filesystem: FileSystem
    now: int = 0
    seed: str = ""
    fidelity_limit: str = "modelled"
    partial: bool = False
    network: bool = True
    on_output: Callable[[int, bytes], object] = field(default=lambda _descriptor, _data: None)
    fixtures: Mapping[str, str] = field(default_factory=dict)
    hosts: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    dialect: str = ""

    def execute(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        user: str = "",
        cwd: str = "/",
        stdin: bytes = b"",
        files: Mapping[str, bytes] | None = None,
    ) -> Execution:
        """Run `argv` as the first process of the container. `files` are there, executable, for the time of
        the run.

        Raise `ContainerError` for an unknown user or an impossible working directory, `FidelityError` when
        the run is less true than allowed, `LimitError` when it does not end.
        """
        with self._running(files or {}) as system:
            process = self._first_process(system, argv, env, user, cwd)
            self._connect(process, stdin)
            return self._run(system, process, argv)

    def attend(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        user: str = "",
        cwd: str = "/",
        open_input: Callable[[Scheduler], Stream],
    ) -> Execution:
        """Run `argv` for somebody who talks to it: `open_input` makes its standard input. Raise as `execute`
        does.
        """
        with self._running({}) as system:
            process = self._first_process(system, argv, env, user, cwd)
            stdin = open_input(system.scheduler)
            process.descriptors.put(0, stdin)
            limit = system.limits.output
            for descriptor in (1, 2):
                output = Output(self._taker(descriptor), limit, tty=stdin.is_tty)
                process.descriptors.put(descriptor, output)
            return self._run(system, process, argv)

    @contextmanager
    def _running(self, files: Mapping[str, bytes]) -> Iterator[System]:
        """The machine, with everything mounted, for one run."""
        filesystem = self.filesystem
        system = System(filesystem, self._machine())
        before, filesystem.clock = filesystem.clock, system.clock.now
        try:
            with self._mounts(files), _deep_recursion():
                yield system
        finally:
            filesystem.clock = before
            filesystem.on_opaque = filesystem.on_write = None
            filesystem.partial = filesystem.doubting = False

    def _machine(self) -> Machine:
        return Machine(
            lookup=lookup,
            now=self.now,
            seed=self.seed,
            limit=LIMITS[self.fidelity_limit],
            partial=self.partial,
            network=self.network,
            fixtures=self.fixtures,
            dialect=self.dialect,
            limits=self.limits,
        )

    @contextmanager
    def _mounts(self, files: Mapping[str, bytes]) -> Iterator[None]:
        with ExitStack() as stack:
            hostname = Machine(lookup=lookup).hostname
            stack.enter_context(pseudo_filesystems(self.filesystem, hostname=hostname, hosts=self.hosts))
            for path, data in files.items():
                holder = FileSystem(clock=self.filesystem.clock)
                holder.write_file("/file", data, mode=0o755)
                stack.enter_context(mounted(self.filesystem, path, holder))
            yield

    def _first_process(
        self, system: System, argv: Sequence[str], env: Mapping[str, str], user: str, cwd: str
    ) -> Process:
        account = self._account(system, user)
        root = self.filesystem.view(umask=0o022)
        try:
            if not root.is_dir(cwd):
                root.makedirs(cwd, 0o755)
            view = self.filesystem.view(account.credentials, cwd=cwd)
        except OSError as error:
            raise ContainerError(f"the working directory {cwd} can't be used: {strerror(error)}") from None
        variables = {"PATH": DEFAULT_PATH, **env}
        variables.setdefault("HOME", account.home)
        return Process(system, argv=argv, env=variables, view=view)

    def _account(self, system: System, user: str) -> Account:
        """The user's account; one that only an incompletely known image may have is taken to be there."""
        try:
            return find_account(self.filesystem, user)
        except ContainerError as error:
            if not system.filesystem.partial:
                raise
            system.fidelity.note(Fidelity.ASSUMED, error.message)
            name = user.partition(":")[0]
            return Account(Credentials(_FIRST_USER, _FIRST_USER), f"/home/{name}")

    def _connect(self, process: Process, stdin: bytes) -> None:
        limit = process.system.limits.output
        process.descriptors.put(0, Source(stdin))
        for descriptor in (1, 2):
            process.descriptors.put(descriptor, Sink(self._taker(descriptor), limit))

    def _taker(self, descriptor: int) -> Callable[[bytes], object]:
        return lambda data: self.on_output(descriptor, data)

    def _run(self, system: System, process: Process, argv: Sequence[str]) -> Execution:
        problem: list[str] = []

        def body(first: Process) -> int:
            try:
                return run_command(first, argv)
            except OSError as error:
                where = "stat " + argv[0] + ": " if "/" in argv[0] else ""
                why = (
                    "executable file not found in $PATH" if error.errno == errno.ENOENT and not where else ""
                )
                problem.append(f'exec: "{argv[0]}": {where}{why or strerror(error).lower()}')
                return 127 if error.errno in (errno.ENOENT, errno.ENOTDIR) else 126

        system.scheduler.run(lambda: process.perform(body))
        ledger = system.fidelity
        return Execution(process.status or 0, ledger.level.label, tuple(ledger.reasons), "".join(problem))


@contextmanager
def _deep_recursion() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
