"""A small machine whose programs are Python functions, for tests of the kernel."""

from collections.abc import Callable

from minibuild.catalogue.executable import executable
from minibuild.filesystem import FileSystem
from minibuild.kernel.limits import Limits
from minibuild.kernel.process import Process
from minibuild.kernel.streams import Sink, Source
from minibuild.kernel.system import Machine, System

Body = Callable[[Process], int]


class Run:
    """What a first process wrote, how it ended, and the machine it ran on."""

    def __init__(self, system: System, process: Process, out: bytes, err: bytes) -> None:
        self.system, self.process, self.out, self.err = system, process, out, err

    @property
    def status(self) -> int | None:
        return self.process.status


def run(
    body: Body,
    programs: dict[str, Body] | None = None,
    *,
    filesystem: FileSystem | None = None,
    stdin: bytes = b"",
    **machine: object,
) -> Run:
    """Run `body` as process 1 on a machine where `programs` are in /bin."""
    programs = programs or {}
    filesystem = filesystem or FileSystem()
    for name in programs:
        filesystem.write_file(f"/bin/{name}", executable(name, "gnu"), mode=0o755)
    machine.setdefault("limits", Limits(work=200_000, seconds=20))
    system = System(filesystem, Machine(lookup=programs.get, **machine))
    written: dict[int, list[bytes]] = {1: [], 2: []}
    process = Process(system, argv=["first"], env={"PATH": "/bin"}, view=filesystem.view())
    process.descriptors.put(0, Source(stdin))
    for number in (1, 2):
        process.descriptors.put(number, Sink(written[number].append, 1 << 20))
    system.scheduler.run(lambda: process.perform(body))
    return Run(system, process, b"".join(written[1]), b"".join(written[2]))
