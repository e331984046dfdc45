"""The inside of a container while something runs in it: files and what is mounted on them, names, users."""

from __future__ import annotations

import errno
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minibuild.container.errors import ContainerError, StartError
from minibuild.container.mounting import mount_all
from minibuild.container.pseudo import pseudo_filesystems
from minibuild.container.rootfs import initial, stacked
from minibuild.container.users import find_account
from minibuild.filesystem import FileSystem, Snapshot
from minibuild.filesystem.errors import strerror
from minibuild.filesystem.tree import Mount
from minibuild.kernel.execution import DEFAULT_PATH
from minibuild.kernel.fidelity import LIMITS
from minibuild.kernel.limits import Limits
from minibuild.kernel.process import Process
from minibuild.kernel.system import Machine, System
from minibuild.network.sysfs import interface_files
from minibuild.programs.registry import lookup

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from minibuild.container.records import Listed, Record
    from minibuild.kernel.system import Program
    from minibuild.store import Store
    from minibuild.volume.access import Access

_LIMITS = Limits(work=20_000_000, output=256 << 20, seconds=600.0)
_LOCALHOST = (
    "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n"
    "ff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n"
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a container's engine hands to the things that run in it.

    `open_access` opens a host path for a mount, `volume_path` says where a volume's files are. `etc` gives
    the texts of /etc/hosts and /etc/resolv.conf of a container on a network, `equip` tells a machine its
    network.
    """

    open_access: Callable[[str], Access]
    volume_path: Callable[[str], str]
    etc: Callable[[Record], Mapping[str, str]]
    equip: Callable[[Record, System], None]


class Box:
    """A container's files as change sets make them, mounted and ready for processes.

    `before` and `volatile_before` are what its files and its memory file systems were at the beginning.
    """

    def __init__(
        self, store: Store, record: Record, diff_ids: tuple[str, ...], layers: Sequence[str]
    ) -> None:
        self.store = store
        self.record = record
        self.init: Snapshot = initial(store, diff_ids)
        self.filesystem = stacked(store, self.init, layers)
        self.volatile = FileSystem()
        self.filesystem.below = store.layer_filesystem(diff_ids).root
        self.before = self.filesystem.snapshot()
        self.volatile_before = self.volatile.snapshot()
        self.busy: list[str] = []
        # How everything was when the container came to rest.
        self.last: Snapshot | None = None
        self.last_volatile: Snapshot | None = None
        self.processes: tuple[Listed, ...] = ()
        self.closed = False
        self._stack = ExitStack()

    def start(
        self,
        around: Surroundings,
        *,
        now: int,
        seed: str,
        volatile: Sequence[str] = (),
        programs: Callable[[str], Program | None] = lookup,
    ) -> System:
        """Mount everything; the machine in which processes of the container run. Raise `StartError`."""
        spec = self.record.spec
        machine = Machine(
            lookup=programs,
            now=now,
            seed=seed,
            limit=LIMITS[spec.fidelity],
            partial=spec.partial,
            hostname=spec.hostname or self.record.short,
            network=spec.network != "none",
            directory_blocks=8,
            limits=_LIMITS,
        )
        self.volatile = stacked(self.store, FileSystem().snapshot(), volatile)
        system = System(self.filesystem, machine)
        self.filesystem.clock = self.volatile.clock = system.clock.now
        around.equip(self.record, system)
        sysfs = None if system.namespace is None else interface_files(system.namespace.interfaces())
        self._stack.enter_context(
            pseudo_filesystems(
                self.filesystem,
                hostname=system.hostname,
                files=self._etc(around, system.hostname),
                sysfs=sysfs,
            )
        )
        mount_all(self, around, system.clock.now)
        if spec.read_only:
            self._forbid_writing()
        self.volatile_before = self.volatile.snapshot()
        self.filesystem.on_busy = lambda parts: self.busy.append("/" + "/".join(parts))
        return system

    def close(self) -> None:
        """Unmount; nothing runs any more."""
        self.closed = True
        self._stack.close()

    def process(
        self, system: System, argv: Sequence[str], env: Sequence[str], user: str, cwd: str
    ) -> Process:
        """A new process of that user in that directory. Raise `StartError`."""
        try:
            account = find_account(self.filesystem, user)
        except ContainerError as error:
            raise StartError(error.message, 126, error.hint) from None
        root = self.filesystem.view(umask=0o022)
        cwd = cwd or "/"
        try:
            if not root.is_dir(cwd):
                root.makedirs(cwd, 0o755)
            view = self.filesystem.view(account.credentials, cwd=cwd)
        except OSError as error:
            status = 127 if error.errno == errno.ENOENT else 126
            why = errno.ENOTDIR if error.errno == errno.EEXIST else error
            raise StartError(f'chdir to cwd ("{cwd}"): {strerror(why).lower()}', status) from None
        pairs = (entry.partition("=") for entry in env)
        variables = {"PATH": DEFAULT_PATH, "HOSTNAME": system.hostname}
        if self.record.spec.tty:
            variables["TERM"] = "xterm"
        variables |= {name: value for name, _, value in pairs}
        variables.setdefault("HOME", account.home)
        return Process(system, argv=argv, env=variables, view=view)

    def _etc(self, around: Surroundings, hostname: str) -> dict[str, str]:
        record = self.record
        files = dict(around.etc(record))
        if "/etc/hosts" not in files:
            pairs = (one.partition(":") for one in record.spec.extra_hosts)
            extra = "".join(f"{address}\t{name}\n" for name, _, address in pairs)
            files["/etc/hosts"] = _LOCALHOST + extra
        files["/etc/hostname"] = f"{hostname}\n"
        servers = record.spec.dns or ("127.0.0.1",)
        files.setdefault("/etc/resolv.conf", "".join(f"nameserver {one}\n" for one in servers))
        return files

    def _forbid_writing(self) -> None:
        """The container's own files become read-only; what is mounted on them stays as it is."""
        tree = self.filesystem
        tree.mounts = {(): Mount(tree, (), True, None), **tree.mounts}
        tree.mount_names = tree.mount_names | {""}
