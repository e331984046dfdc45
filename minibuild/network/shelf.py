"""Networks, sandboxes and endpoints in the store's database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.network.errors import NetworkError, NoSuchNetworkError
from minibuild.network.records import ContainerEndpoints, Endpoint, Network, NetworkSpec, Sandbox, Wish

if TYPE_CHECKING:
    from minibuild.store import Store

_NETWORK = "SELECT id, host, name, created, driver, spec FROM networks WHERE "
_ENDPOINT = (
    "SELECT container, name, network, active, id, address, address6, mac, interface, number, veth, veth_mac,"
    " wish FROM network_endpoints WHERE "
)
_SANDBOX = "SELECT container, host, name, running, netns, spec FROM network_sandboxes WHERE "
_HEX = frozenset("0123456789abcdef")


class Shelf:
    """The records of one host."""

    def __init__(self, store: Store, host: str) -> None:
        self.store = store
        self.host = host

    # ---- networks

    def networks(self) -> list[Network]:
        """Every network, by name."""
        rows = self.store.execute(_NETWORK + "host = ? ORDER BY name", self.host).fetchall()
        return [_network(row) for row in rows]

    def network(self, id_: str) -> Network | None:
        """The network of exactly that ID."""
        row = self.store.execute(_NETWORK + "id = ?", id_).fetchone()
        return None if row is None else _network(row)

    def find_network(self, word: str) -> Network:
        """The network of that name, ID or unique beginning of an ID. Raise `NoSuchNetworkError`."""
        row = self.store.execute(_NETWORK + "host = ? AND name = ?", self.host, word).fetchone()
        if row is None and word and set(word) <= _HEX:
            sql = _NETWORK + "host = ? AND id >= ? AND id < ? LIMIT 2"
            rows = self.store.execute(sql, self.host, word, word + "g").fetchall()
            if len(rows) > 1:
                raise NetworkError(f"network {word} is ambiguous (2 matches found based on ID prefix)")
            row = rows[0] if rows else None
        if row is None:
            raise NoSuchNetworkError(word)
        return _network(row)

    def add_network(self, network: Network) -> None:
        """Keep a new network."""
        self.store.execute(
            "INSERT INTO networks VALUES (?, ?, ?, ?, ?, ?)",
            network.id,
            self.host,
            network.name,
            network.created,
            network.driver,
            network.spec.to_json(),
        )

    def remove_network(self, network: Network) -> None:
        """Forget a network and its addresses."""
        self.store.execute("DELETE FROM network_free WHERE network = ?", network.id)
        self.store.execute("DELETE FROM networks WHERE id = ?", network.id)

    # ---- endpoints

    def endpoints(self, container: str) -> list[Endpoint]:
        """A container's endpoints, by the names of their networks."""
        rows = self.store.execute(_ENDPOINT + "container = ? ORDER BY name", container).fetchall()
        return [_endpoint(row) for row in rows]

    def active_endpoints(self, network: Network) -> list[Endpoint]:
        """The endpoints of running containers on a network, by their containers' IDs."""
        sql = _ENDPOINT + "network = ? AND active = 1 ORDER BY container"
        return [_endpoint(row) for row in self.store.execute(sql, network.id).fetchall()]

    def all_active(self) -> list[Endpoint]:
        """The endpoints of all running containers of the host, by interface number."""
        sql = _ENDPOINT + "host = ? AND active = 1 ORDER BY number"
        return [_endpoint(row) for row in self.store.execute(sql, self.host).fetchall()]

    def count_active(self, network: Network) -> int:
        """How many endpoints of running containers a network has."""
        sql = "SELECT count(*) FROM network_endpoints WHERE network = ? AND active = 1"
        return int(self.store.execute(sql, network.id).fetchone()[0])

    def put_endpoint(self, endpoint: Endpoint) -> None:
        """Keep an endpoint in the place of the one that it had on that network."""
        self.store.execute(
            "INSERT OR REPLACE INTO network_endpoints VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            endpoint.container,
            endpoint.name,
            endpoint.network,
            self.host,
            int(endpoint.active),
            endpoint.id,
            endpoint.address,
            endpoint.address6,
            endpoint.mac,
            endpoint.interface,
            endpoint.number,
            endpoint.veth,
            endpoint.veth_mac,
            endpoint.wish.to_json(),
        )

    def drop_endpoint(self, endpoint: Endpoint) -> None:
        """Forget an endpoint."""
        sql = "DELETE FROM network_endpoints WHERE container = ? AND name = ?"
        self.store.execute(sql, endpoint.container, endpoint.name)

    # ---- sandboxes

    def sandbox(self, container: str) -> Sandbox | None:
        """The sandbox of a container, by the container's whole ID."""
        row = self.store.execute(_SANDBOX + "container = ?", container).fetchone()
        return None if row is None else _sandbox(row)

    def sandboxes(self, *, running: bool = False) -> list[Sandbox]:
        """The sandboxes of all containers of the host, or of the running ones."""
        sql = _SANDBOX + ("host = ? AND running = 1" if running else "host = ?")
        return [_sandbox(row) for row in self.store.execute(sql, self.host).fetchall()]

    def find_sandbox(self, word: str) -> Sandbox | None:
        """The sandbox of the container of that name, ID or unique beginning of an ID."""
        row = self.store.execute(_SANDBOX + "container = ? AND host = ?", word, self.host).fetchone()
        if row is None:
            row = self.store.execute(_SANDBOX + "host = ? AND name = ?", self.host, word).fetchone()
        if row is None and word and set(word) <= _HEX:
            sql = _SANDBOX + "container >= ? AND container < ? AND host = ? LIMIT 2"
            rows = self.store.execute(sql, word, word + "g", self.host).fetchall()
            row = rows[0] if len(rows) == 1 else None
        return None if row is None else _sandbox(row)

    def put_sandbox(self, spec: ContainerEndpoints) -> None:
        """Keep the sandbox of a new container."""
        sql = "INSERT INTO network_sandboxes VALUES (?, ?, ?, 0, NULL, 0, ?)"
        self.store.execute(sql, spec.container, self.host, spec.name, spec.to_json())

    def set_running(self, container: str, netns: int | None) -> None:
        """Note that a container runs, in the namespace of that number; None: it doesn't."""
        sql = "UPDATE network_sandboxes SET running = ?, netns = ?, interfaces = 0 WHERE container = ?"
        self.store.execute(sql, int(netns is not None), netns, container)

    def next_interface(self, container: str) -> str:
        """The name of the next interface that a running container gets: eth0, eth1, …; none comes twice."""
        sql = "UPDATE network_sandboxes SET interfaces = interfaces + 1 WHERE container = ?"
        row = self.store.execute(sql + " RETURNING interfaces", container).fetchone()
        return f"eth{row[0] - 1}"

    def next_netns(self) -> int:
        """A namespace number that no running container of the host has: one more than the highest."""
        sql = "SELECT max(netns) FROM network_sandboxes WHERE host = ?"
        row = self.store.execute(sql, self.host).fetchone()
        return 0 if row[0] is None else int(row[0]) + 1


def _network(row: tuple[str, str, str, int, str, str]) -> Network:
    return Network(*row[:5], NetworkSpec.from_json(row[5]))


def _endpoint(row: tuple[str, str, str, int, str, str, str, str, str, int, str, str, str]) -> Endpoint:
    container, name, network, active, id_, ip, ip6, mac, interface, number, veth, veth_mac, wish = row
    pair = (interface, number, veth, veth_mac)
    return Endpoint(
        container, name, network, bool(active), id_, ip, ip6, mac, *pair, Wish.from_json(wish)
    )


def _sandbox(row: tuple[str, str, str, int, int | None, str]) -> Sandbox:
    container, host, name, running, netns, spec = row
    return Sandbox(container, host, name, bool(running), netns, ContainerEndpoints.from_json(spec, name))
