"""Ports of the host that lead into containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.network.errors import NetworkError
from minibuild.network.records import HOST_BINDING, Publication

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minibuild.network.records import Endpoint, Network, Sandbox
    from minibuild.store import Store

FIRST, LAST = 32768, 60999  # of the ports that are given when nobody names one
ANY = "0.0.0.0"
_HIGHEST = 65535


class Ports:
    """The published ports of one host."""

    def __init__(self, store: Store, host: str) -> None:
        self.store = store
        self.host = host

    def of(self, container: str) -> list[Publication]:
        """What a running container has published, by the container's port."""
        rows = self.store.execute(
            "SELECT protocol, port, address, container, target FROM network_ports WHERE container = ?"
            " ORDER BY target, protocol, port, address",
            container,
        )
        return [Publication(*row) for row in rows.fetchall()]

    def all(self) -> list[Publication]:
        """Every published port, by its number."""
        rows = self.store.execute(
            "SELECT protocol, port, address, container, target FROM network_ports WHERE host = ?"
            " ORDER BY port, protocol, address",
            self.host,
        )
        return [Publication(*row) for row in rows.fetchall()]

    def publish(self, sandbox: Sandbox, endpoint: Endpoint, network: Network) -> None:
        """Publish what a container asked for, when it starts. Raise `NetworkError` when a port is taken."""
        usual = network.spec.options.get(HOST_BINDING) or ANY
        for target, protocol, address, wanted in _requests(sandbox):
            where = address or usual
            port = self._free(protocol, where, wanted)
            if port is None:
                first, last = wanted
                what = (
                    f"Bind for {where}:{first} failed: port is already allocated"
                    if first == last
                    else f"all ports from {first} to {last} are already allocated"
                )
                raise NetworkError(
                    "driver failed programming external connectivity on endpoint"
                    f" {sandbox.name} ({endpoint.id}): {what}"
                )
            self.store.execute(
                "INSERT INTO network_ports VALUES (?, ?, ?, ?, ?, ?)",
                self.host,
                protocol,
                port,
                where,
                sandbox.container,
                target,
            )

    def withdraw(self, container: str) -> None:
        """Give a container's ports back."""
        self.store.execute("DELETE FROM network_ports WHERE container = ?", container)

    def _free(self, protocol: str, address: str, wanted: tuple[int, int]) -> int | None:
        if wanted == (0, 0):
            return self._next(protocol, address)
        first, last = wanted
        taken = self._taken(protocol, address)
        return next((port for port in range(first, last + 1) if port not in taken), None)

    def _next(self, protocol: str, address: str) -> int | None:
        """The next port that nobody has, counted on from the last one given."""
        row = self.store.execute(
            "SELECT last FROM network_port_cursors WHERE host = ? AND protocol = ? AND address = ?",
            self.host,
            protocol,
            address,
        ).fetchone()
        size = LAST - FIRST + 1
        begin = (row[0] + 1 - FIRST) % size if row is not None else 0
        taken = self._taken(protocol, address)
        for step in range(size):
            port = FIRST + (begin + step) % size
            if port not in taken:
                sql = "INSERT OR REPLACE INTO network_port_cursors VALUES (?, ?, ?, ?)"
                self.store.execute(sql, self.host, protocol, address, port)
                return port
        return None

    def _taken(self, protocol: str, address: str) -> set[int]:
        sql = "SELECT port FROM network_ports WHERE host = ? AND protocol = ?"
        if address == ANY:
            rows = self.store.execute(sql, self.host, protocol)
        else:
            rows = self.store.execute(sql + " AND address IN (?, ?)", self.host, protocol, address, ANY)
        return {row[0] for row in rows.fetchall()}


def _requests(sandbox: Sandbox) -> Iterable[tuple[int, str, str, tuple[int, int]]]:
    """(container port, protocol, host address, first and last host port) of each mapping, by the container's
    port; (0, 0) for any port.
    """
    spec = sandbox.spec
    wanted = {key: list(bindings) for key, bindings in spec.ports.items()}
    if spec.publish_all:
        for port in spec.exposed:
            wanted.setdefault(port if "/" in port else port + "/tcp", [["", ""]])
    for key in sorted(wanted, key=_port_order):
        number, _, protocol = key.partition("/")
        for address, port in wanted[key] or [["", ""]]:
            yield int(number), protocol or "tcp", address, _host_ports(port)


def _port_order(key: str) -> tuple[int, str]:
    number, _, protocol = key.partition("/")
    return int(number), protocol


def _host_ports(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    if not text:
        return 0, 0
    if not (first.isdecimal() and (not last or last.isdecimal())):
        raise NetworkError(f"invalid published port {text!r}")
    ends = int(first), int(last or first)
    if not ends[0] <= ends[1] <= _HIGHEST:
        raise NetworkError(f"invalid published port {text!r}")
    return ends
