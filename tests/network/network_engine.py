"""Networks whose containers are nothing but names."""

from __future__ import annotations

import itertools
from typing import Any

from minibuild.network.engine import Networks
from minibuild.network.records import ContainerEndpoints, Wish


class Engine(Networks):
    """Networks, with containers that are nothing but a name."""

    def create_container(self, name: str, mode: str = "default", *, ip: str = "", **more: Any) -> str:
        """A container that has not started; its ID."""
        id_ = f"{next(self._numbers):02x}".ljust(64, "c")
        aliases = tuple(more.pop("aliases", ()))
        wanted = ContainerEndpoints(id_, name, mode, Wish(aliases, ip), **more)
        self.attach(wanted)
        return id_

    def run(self, name: str, mode: str = "default", **more: Any) -> str:
        """A container that runs; its ID."""
        id_ = self.create_container(name, mode, **more)
        self.start(id_)
        return id_

    def address(self, container: str, network: str = "") -> str:
        """The address that a container has on its first network, or on that one."""
        found = self.endpoints(container).networks
        return next(one.address for _, one in found if network in ("", one.name))

    _numbers = itertools.count(16)
