"""Running a command on a simulated host: a machine with the usual programs, and the host's network."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

from minibuild.catalogue.executable import executable
from minibuild.container.pseudo import pseudo_filesystems
from minibuild.container.simulation import run_beside, send
from minibuild.filesystem import FileSystem
from minibuild.kernel.execution import DEFAULT_PATH
from minibuild.kernel.limits import Limits
from minibuild.kernel.process import Process
from minibuild.kernel.streams import Sink, Source
from minibuild.kernel.system import Machine, System
from minibuild.network.namespace import Namespace
from minibuild.network.sysfs import interface_files
from minibuild.programs.registry import LOCATIONS, lookup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minibuild.container.simulation import Idle
    from minibuild.store import Store

_LIMITS = Limits(work=20_000_000, output=256 << 20, seconds=3600.0)
_PIDS = 811
# The host is a Debian machine, but for its ping.
_BUSYBOX = ("ping", "ping6")
_PASSWD = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"


def run_on_host(
    store: Store,
    host: str,
    argv: Sequence[str],
    write: Callable[[int, bytes], object],
    stdin: bytes = b"",
) -> int:
    """Run a command as root on the host `host` ("": the store's own); its status, 127 and 126 when it can't
    be started. `write` takes descriptor (1 or 2) and bytes. Whoever sleeps does so for real; an interrupt
    goes to the command. The host's files are gone afterwards.
    """
    network = Namespace(store, host)
    interfaces = network.interfaces()
    hostname = network.hostname
    filesystem = _files(hostname)
    seed = os.urandom(8).hex()
    machine = Machine(lookup=lookup, now=time.time_ns(), seed=seed, hostname=hostname, limits=_LIMITS)
    system = System(filesystem, machine)
    system.namespace = network
    filesystem.clock = system.clock.now
    etc = {"/etc/hosts": network.hosts(), "/etc/resolv.conf": network.resolv_conf()}
    with pseudo_filesystems(filesystem, hostname=hostname, files=etc, sysfs=interface_files(interfaces)):
        system.start_pids(_PIDS)  # it is not the host's first process
        env = {"PATH": DEFAULT_PATH, "HOME": "/root"}
        process = Process(system, argv=argv, env=env, view=filesystem.view(cwd="/root"))
        limit = system.limits.output
        process.descriptors.put(0, Source(stdin))
        process.descriptors.put(1, Sink(lambda data: write(1, data), limit))
        process.descriptors.put(2, Sink(lambda data: write(2, data), limit))
        status, problem = run_beside(system, process, _in_real_time(system, process.pid))
    if problem is not None:
        write(2, f"{problem.message}\n".encode())
        return problem.status
    return status


def _in_real_time(system: System, pid: int) -> Idle:
    """When all sleep, let real time pass until the first one wakes."""

    def idle(wake: int | None) -> bool:
        if wake is not None:
            try:
                time.sleep(max(wake - system.clock.now(), 0) / 1e9)
            except KeyboardInterrupt:
                send(system, pid, signal.SIGINT)
                return True
        return False

    return idle


def _files(hostname: str) -> FileSystem:
    """The files of a small Debian machine."""
    tree = FileSystem(clock=time.time_ns)
    for directory in ("/home", "/mnt", "/opt", "/root", "/run", "/srv", "/usr/bin", "/var/log"):
        tree.mkdir(directory)
    tree.mkdir("/tmp", mode=0o1777)
    for path, text in (
        ("/etc/debian_version", "10.13\n"),
        ("/etc/group", "root:x:0:\nnogroup:x:65534:\n"),
        ("/etc/hostname", hostname + "\n"),
        ("/etc/passwd", _PASSWD),
    ):
        tree.write_file(path, text.encode())
    for name in LOCATIONS:
        if name not in ("?", "busybox") and "/" not in name:
            flavour = ("busybox", "busybox") if name in _BUSYBOX else (name, "gnu")
            tree.write_file(f"/bin/{name}", executable(*flavour), mode=0o755)
    return tree
