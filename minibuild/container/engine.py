"""The engine of one host: its containers, what they stand on, and what time it is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Protocol

from minibuild.container.shelf import Shelf
from minibuild.volume.access import HostAccess
from minibuild.volume.volumes import Volumes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from minibuild.container.records import Record
    from minibuild.kernel.system import System
    from minibuild.store import Store
    from minibuild.volume.access import Access


class Network(Protocol):
    """What containers need of the networks of their host; each call is part of the caller's transaction."""

    def attach(self, record: Record) -> None:
        """A container was created. Raise an error when its networks can't be."""

    def start(self, record: Record) -> None:
        """It starts: addresses and ports are taken. Raise an error when they can't be."""

    def stop(self, record: Record) -> None:
        """It stopped: addresses and ports are free."""

    def forget(self, record: Record) -> None:
        """It was removed."""

    def rename(self, record: Record, name: str) -> None:
        """It has another name now."""

    def etc(self, record: Record) -> Mapping[str, str]:
        """The texts of /etc/hosts and /etc/resolv.conf."""

    def equip(self, record: Record, system: System) -> None:
        """Tell a machine of the container its interfaces."""

    def names(self, record: Record) -> list[str]:
        """The networks that it is on."""

    def ports(self, record: Record) -> dict[str, list[tuple[str, str]]]:
        """`80/tcp` → (host address, host port) pairs."""

    def settings(self, record: Record) -> dict[str, Any]:
        """Its `NetworkSettings`."""

    def prune(self) -> list[str]:
        """Remove the networks that no container uses; their names."""


class NoNetwork:
    """A host whose containers reach nobody."""

    def attach(self, record: Record) -> None:
        """Nothing to do."""

    def start(self, record: Record) -> None:
        """Nothing to do."""

    def stop(self, record: Record) -> None:
        """Nothing to do."""

    def forget(self, record: Record) -> None:
        """Nothing to do."""

    def rename(self, record: Record, name: str) -> None:
        """Nothing to do."""

    def etc(self, record: Record) -> Mapping[str, str]:  # noqa: ARG002  the protocol's
        """The container's own line alone."""
        return {}

    def equip(self, record: Record, system: System) -> None:
        """Nothing to do."""

    def names(self, record: Record) -> list[str]:  # noqa: ARG002
        """None."""
        return []

    def ports(self, record: Record) -> dict[str, list[tuple[str, str]]]:  # noqa: ARG002
        """None."""
        return {}

    def settings(self, record: Record) -> dict[str, Any]:  # noqa: ARG002
        """Nothing to tell."""
        return {"Ports": {}, "Networks": {}}

    def prune(self) -> list[str]:
        """There are none."""
        return []


class Engine:
    """One host's containers and volumes in a store. `now` is its clock in ns since 1970."""

    def __init__(self, store: Store, host: str = "", network: Network | None = None) -> None:
        self.store = store
        self.shelf = Shelf(store, host)
        self.volumes = Volumes(store, host)
        self.network: Network = network or NoNetwork()

    def now(self) -> int:
        """The time."""
        return time.time_ns()

    def open_access(self, path: str) -> Access:
        """The files below a host path."""
        return HostAccess(path)
