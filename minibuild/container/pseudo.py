"""What a container finds under /dev, /proc and /sys, and the files that its engine mounts into /etc."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from minibuild.container.mounts import mounted
from minibuild.filesystem import Fifo, FileSystem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CPUS = 2
MEMORY_KB = 4_015_964
_DEVICES = {"null": 3, "zero": 5, "full": 7, "random": 8, "urandom": 9}
_HOSTS = """127.0.0.1\tlocalhost {host}
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
ff00::0\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
"""
_LOOPBACK = {"/class/net/lo/address": "00:00:00:00:00:00\n"}
_MOUNTS = """overlay / overlay rw,relatime 0 0
proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0
tmpfs /dev tmpfs rw,nosuid,size=65536k,mode=755 0 0
sysfs /sys sysfs ro,nosuid,nodev,noexec,relatime 0 0
"""
_CPU = """processor\t: {number}
vendor_id\t: GenuineIntel
model name\t: Simulated CPU
cpu MHz\t\t: 2000.000
cache size\t: 1024 KB
cpu cores\t: {cpus}
flags\t\t: fpu sse sse2 sse4_2 avx avx2

"""


@contextmanager
def pseudo_filesystems(
    filesystem: FileSystem,
    *,
    hostname: str,
    hosts: Mapping[str, str] | None = None,
    files: Mapping[str, str] | None = None,
    sysfs: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """Mount /proc, /sys, /dev, /etc/hosts, /etc/hostname and /etc/resolv.conf for the time of the block.

    `files` are the texts of files below /etc that the engine writes, instead of those that a build has;
    `sysfs` are those below /sys that tell of interfaces. The directories stay when they had to be made, as
    BuildKit leaves them; the files go.
    """
    extra = "".join(f"{address}\t{name}\n" for name, address in (hosts or {}).items())
    texts = files or {
        "/etc/hosts": _HOSTS.format(host=hostname) + extra,
        "/etc/resolv.conf": "nameserver 127.0.0.1\n",
    }
    with ExitStack() as stack:
        for path, tree, read_only in (
            ("/proc", _proc(hostname), True),
            ("/sys", _sys(sysfs or _LOOPBACK), True),
            ("/dev", _dev(), False),
        ):
            if not filesystem.view().lexists(path) or filesystem.view().is_dir(path):
                stack.enter_context(mounted(filesystem, path, tree, read_only=read_only, keep_point=True))
        for path, text in texts.items():
            holder = FileSystem(clock=filesystem.clock)
            holder.write_file("/file", text.encode())
            if not filesystem.view().is_dir(path):
                stack.enter_context(mounted(filesystem, path, holder, read_only=files is None))
        yield


def _dev() -> FileSystem:
    tree = FileSystem()
    for name, minor in _DEVICES.items():
        tree.device(f"/{name}", "char", 1, minor)
    tree.device("/tty", "char", 5, 0)
    tree.device("/ptmx", "char", 5, 2)
    tree.mkdir("/pts")
    tree.mkdir("/mqueue", mode=0o1777)
    tree.mkdir("/shm", mode=0o1777)
    tree.symlink("/fd", "/proc/self/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        tree.symlink(f"/{name}", f"/proc/self/fd/{number}")
    tree.symlink("/core", "/proc/kcore")
    return tree


def _proc(hostname: str) -> FileSystem:
    tree = FileSystem()
    files = {
        "cpuinfo": "".join(_CPU.format(number=number, cpus=CPUS) for number in range(CPUS)),
        "meminfo": f"MemTotal:       {MEMORY_KB} kB\nMemFree:        {MEMORY_KB // 2} kB\n"
        f"MemAvailable:   {MEMORY_KB // 4 * 3} kB\nBuffers:               0 kB\nCached:                0 kB\n"
        "SwapTotal:             0 kB\nSwapFree:              0 kB\n",
        "version": "Linux version 6.1.0 (build@minibuild) #1 SMP\n",
        "uptime": "100.00 200.00\n",
        "loadavg": "0.00 0.00 0.00 1/1 1\n",
        "filesystems": "nodev\tproc\nnodev\ttmpfs\nnodev\toverlay\n",
        "mounts": _MOUNTS,
        "self/cgroup": "0::/\n",
        "1/cgroup": "0::/\n",
        "self/status": "Name:\tsh\nState:\tR (running)\nPid:\t1\nPPid:\t0\n",
        "sys/kernel/hostname": hostname + "\n",
        "sys/kernel/ostype": "Linux\n",
        "sys/kernel/osrelease": "6.1.0\n",
        "sys/kernel/random/entropy_avail": "256\n",
        "sys/net/core/somaxconn": "4096\n",
        "sys/vm/overcommit_memory": "0\n",
    }
    for path, text in files.items():
        tree.write_file(f"/{path}", text.encode(), mode=0o444)
    tree.mkdir("/self/fd")
    for number in range(3):
        tree.place(f"/self/fd/{number}", Fifo(mode=0o600))
    return tree


def _sys(files: Mapping[str, str]) -> FileSystem:
    tree = FileSystem()
    tree.write_file("/devices/system/cpu/online", f"0-{CPUS - 1}\n".encode(), mode=0o444)
    for path, text in files.items():
        tree.write_file(path, text.encode(), mode=0o444)
    for directory in ("block", "bus", "fs/cgroup", "kernel", "module"):
        tree.mkdir(f"/{directory}")
    return tree
