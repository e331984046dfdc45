"""A small simulated machine for the tests of programs: commands run one by one, without a shell."""

from __future__ import annotations

from dataclasses import dataclass, field

from minibuild.catalogue.executable import executable
from minibuild.filesystem import Credentials, FileSystem
from minibuild.kernel.fidelity import Fidelity
from minibuild.kernel.limits import Limits
from minibuild.kernel.process import Process
from minibuild.kernel.streams import Sink, Source
from minibuild.kernel.system import Machine, System
from minibuild.programs.registry import LOCATIONS, lookup

NOW = 1_700_000_000 * 10**9
PASSWD = """\
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/:/bin/false
"""
GROUP = "root:x:0:\ndaemon:x:1:\nusers:x:100:\nnogroup:x:65534:\n"
SHADOW = "root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n"


@dataclass
class Result:
    """What the commands gave together."""

    statuses: list[int] = field(default_factory=list)
    out: str = ""
    err: str = ""

    @property
    def status(self) -> int:
        """How the last one ended."""
        return self.statuses[-1]


class ProgramMachine:
    """A tree with every program, as busybox or as GNU's and Debian's programs; `run` runs commands in it."""

    def __init__(self, flavour: str = "busybox") -> None:
        self.flavour = flavour
        self.filesystem = FileSystem(clock=lambda: NOW)
        self._fill()
        self.system: System | None = None

    def _fill(self) -> None:
        tree = self.filesystem
        tree.mkdir("/tmp", mode=0o1777)
        tree.mkdir("/w", mode=0o777)
        tree.mkdir("/root", mode=0o700)
        tree.mkdir("/home")
        tree.device("/dev/null", "char", 1, 3)
        tree.device("/dev/zero", "char", 1, 5)
        tree.device("/dev/full", "char", 1, 7)
        for path, text, mode in (
            ("/etc/passwd", PASSWD, 0o644),
            ("/etc/group", GROUP, 0o644),
            ("/etc/shadow", SHADOW, 0o640),
            ("/proc/mounts", "overlay / overlay rw,relatime 0 0\n", 0o444),
            ("/sys/devices/system/cpu/online", "0-1\n", 0o444),
        ):
            tree.write_file(path, text.encode(), mode=mode)
        names = [name for name in LOCATIONS if name not in ("?", "busybox")]
        if self.flavour == "busybox":
            tree.write_file("/bin/busybox", executable("busybox", "busybox"), mode=0o755)
            for name in names:
                tree.symlink(f"/bin/{name}", "/bin/busybox")
        else:
            tree.write_file("/etc/debian_version", b"12.5\n")
            for name in names:
                tree.write_file(f"/bin/{name}", executable(name, "gnu"), mode=0o755)

    def run(
        self,
        *commands: str | list[str],
        stdin: bytes = b"",
        user: Credentials | None = None,
        env: dict[str, str] | None = None,
        limit: Fidelity = Fidelity.MODELLED,
        cwd: str = "/w",
        work: int = 1_500_000,
    ) -> Result:
        """Run commands (words, or a text of words without quotes) one after the other; each gets `stdin`."""
        result, pieces = Result(), ([], [])
        limits = Limits(work=work)
        machine = Machine(lookup=lookup, now=NOW, seed="test", limit=limit, limits=limits)
        system = self.system = System(self.filesystem, machine)
        self.filesystem.clock = system.clock.now

        def main() -> None:
            view = self.filesystem.view(user, cwd=cwd)
            variables = {"PATH": "/bin", "HOME": "/root", **(env or {})}
            first = Process(system, argv=["sh"], env=variables, view=view)
            for number in (1, 2):
                first.descriptors.put(number, Sink(pieces[number - 1].append, 1 << 30))
            first.perform(body)

        def body(process: Process) -> int:
            for command in commands:
                words = command.split() if isinstance(command, str) else command
                process.descriptors.put(0, Source(stdin))
                try:
                    result.statuses.append(process.call(words))
                except FileNotFoundError:
                    result.statuses.append(127)
                except PermissionError:
                    result.statuses.append(126)
            return 0

        system.scheduler.run(main)
        out, err = (b"".join(piece).decode("utf-8", "surrogateescape") for piece in pieces)
        result.out, result.err = out, err
        return result

    def text(self, path: str) -> str:
        """The content of a file."""
        return self.filesystem.view().read_bytes(path).decode()

    def mode(self, path: str) -> int:
        """The permission bits of a file."""
        return self.filesystem.view().lstat(path).mode

    def owner(self, path: str) -> tuple[int, int]:
        """uid and gid of a file."""
        stat = self.filesystem.view().lstat(path)
        return stat.uid, stat.gid

    def paths(self, below: str = "/w") -> list[str]:
        """The paths below a directory, relative to it."""
        return [
            entry.path[len(below) + 1 :]
            for entry in self.filesystem.walk()
            if entry.path.startswith(below + "/")
        ]


def busybox() -> ProgramMachine:
    """A machine whose programs are busybox's."""
    return ProgramMachine()


def gnu() -> ProgramMachine:
    """A machine whose programs are those of Debian."""
    return ProgramMachine("gnu")
