"""The networks of one simulated host, as its engine keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.network import sandboxes
from minibuild.network.devices import Devices
from minibuild.network.errors import NetworkError, NoSuchNetworkError
from minibuild.network.hosts import host_spec
from minibuild.network.ports import Ports
from minibuild.network.records import Endpoints, Wish
from minibuild.network.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minibuild.network.creation import NetworkOptions
    from minibuild.network.namespace import Namespace
    from minibuild.network.records import ContainerEndpoints, Endpoint, Network, Sandbox
    from minibuild.store import Store


_HOST = "container cannot be disconnected from host network or connected to host network"
_PRIVATE = (
    "container cannot be connected to multiple networks with one of the networks in private (none) mode"
)
_SHARING = (
    "container sharing network namespace with another container or host cannot be connected to any other"
    " network"
)


class Networks:
    """The networks of the host `host` of a store ("": the store's own), and which containers are on them.

    Every method is one transaction, or part of the store's transaction around it. Raise `NetworkError` in
    docker's words for what can't be done, `NoSuchHostError` for a host that no topology has.
    """

    def __init__(self, store: Store, host: str = "") -> None:
        self.store = store
        self.host = host
        self.spec = host_spec(store, host)
        self.shelf = Shelf(store, host)
        self.devices = Devices(store, host)
        self.ports = Ports(store, host)
        self.warn: Callable[[str], object] = lambda _text: None  # told what people should know

    # ---- networks

    def list(self) -> list[Network]:
        """Every network, by name."""
        return self.shelf.networks()

    def find(self, word: str) -> Network:
        """The network of that name, ID or unique beginning of an ID. Raise `NoSuchNetworkError`."""
        return self.shelf.find_network(word)

    def members(self, network: Network) -> Sequence[tuple[Endpoint, str]]:
        """(endpoint, container's name) of the running containers on a network, by the containers' IDs."""
        rows = self.store.execute(
            "SELECT container, name FROM network_sandboxes WHERE host = ? AND running = 1", self.host
        )
        names = dict(rows.fetchall())
        return [(one, names.get(one.container, "")) for one in self.shelf.active_endpoints(network)]

    def create(self, options: NetworkOptions) -> str:
        """Make a network with its bridge; its ID."""
        from minibuild.network.making import make_network  # only `network create` needs it

        with self.store.transaction():
            self._check_engine()
            return make_network(self.shelf, self.devices, self.spec, options).id

    def _check_engine(self) -> None:
        if not self.spec.engine:
            raise NetworkError(
                f"host {self.host} runs no engine",
                hint="a host of a topology file has one when it says `docker`, be it `docker: \"\"`",
            )

    def remove(self, word: str) -> None:
        """Remove a network that no running container is on."""
        with self.store.transaction():
            network = self.find(word)
            if network.predefined:
                raise NetworkError(f"{network.name} is a pre-defined network and cannot be removed")
            if self.shelf.count_active(network):
                raise NetworkError(
                    f"error while removing network: network {network.name} id {network.id} has active"
                    " endpoints",
                    hint=f"minibuild network inspect {network.name} shows its containers",
                )
            self._remove(network)

    def unused(self) -> Sequence[Network]:
        """The user's networks that no running container is on, by name."""
        sql = "SELECT DISTINCT network FROM network_endpoints WHERE host = ? AND active = 1"
        used = {row[0] for row in self.store.execute(sql, self.host).fetchall()}
        return [one for one in self.list() if not one.predefined and one.id not in used]

    def prune(self, networks: Sequence[Network] | None = None) -> Sequence[str]:
        """Remove the networks that no running container is on, or those of them in `networks`; their
        names.
        """
        with self.store.transaction():
            wanted = None if networks is None else {network.id for network in networks}
            idle = [one for one in self.unused() if wanted is None or one.id in wanted]
            for network in idle:
                self._remove(network)
        return [network.name for network in idle]

    def _remove(self, network: Network) -> None:
        if not network.spec.adopted:
            self.devices.remove(network.spec.bridge)
        self.shelf.remove_network(network)

    # ---- containers

    def attach(self, wanted: ContainerEndpoints) -> None:
        """Remember what a new container wants; it gets no address before it starts."""
        with self.store.transaction():
            self._check_engine()
            sandboxes.check_options(wanted)
            self.shelf.put_sandbox(wanted)
            sandbox = self._sandbox(wanted.container)
            if not wanted.network_name:
                return
            if wanted.mode == "host" and (wanted.ports or wanted.publish_all):
                self.warn("published ports are discarded when using host network mode")
            # What is asked of no network in particular is asked of none.
            own = wanted.wish if wanted.mode not in ("", "default") else Wish(mac=wanted.wish.mac)
            for name, wish in {wanted.network_name: own, **wanted.networks}.items():
                self.shelf.put_endpoint(sandboxes.endpoint_of(self.shelf, sandbox, name, wish))

    def start(self, container: str) -> Endpoints:
        """Give a container its interfaces, addresses and ports."""
        with self.store.transaction():
            sandbox = self._sandbox(container)
            if sandbox.running:
                sandboxes.stop(self.shelf, sandbox)
            self._check_joined(sandbox)
            sandboxes.start(self.shelf, sandbox)
            self._warn(sandbox)
        return self.endpoints(container)

    def _warn(self, sandbox: Sandbox) -> None:
        if self.host:
            from minibuild.network.exposure import exposure_warnings  # only in topologies

            for text in exposure_warnings(self.shelf, sandbox):
                self.warn(text)

    def stop(self, container: str) -> None:
        """Give back what a container has; nothing for one that doesn't run."""
        with self.store.transaction():
            sandbox = self.shelf.sandbox(container)
            if sandbox is not None and sandbox.running:
                sandboxes.stop(self.shelf, sandbox)

    def forget(self, container: str) -> None:
        """Forget a container that was removed."""
        with self.store.transaction():
            self.stop(container)
            for table in ("network_endpoints", "network_sandboxes"):
                self.store.execute(f"DELETE FROM {table} WHERE container = ?", container)

    def rename(self, container: str, name: str) -> None:
        """Let a container be known by another name."""
        sql = "UPDATE network_sandboxes SET name = ? WHERE container = ?"
        self.store.execute(sql, name, container)

    def endpoints(self, container: str) -> Endpoints:
        """A container's networking at this moment."""
        sandbox = self._sandbox(container)
        found = tuple(
            (self._network_of(endpoint), endpoint) for endpoint in self.shelf.endpoints(container)
        )
        ports: dict[str, list[tuple[str, str]]] = {}
        for one in self.ports.of(container):
            ports.setdefault(f"{one.target}/{one.protocol}", []).append((one.address, str(one.port)))
        return Endpoints(sandbox.spec.mode, found, ports)

    def _network_of(self, endpoint: Endpoint) -> Network | None:
        if endpoint.network:
            return self.shelf.network(endpoint.network)
        try:
            return self.find(endpoint.name)
        except NoSuchNetworkError:
            return None

    def _sandbox(self, container: str) -> Sandbox:
        sandbox = self.shelf.sandbox(container)
        if sandbox is None:
            raise NetworkError(f"No such container: {container}")
        return sandbox

    def _check_joined(self, sandbox: Sandbox) -> None:
        """A container whose network is another one's needs that one running."""
        if sandbox.spec.network_name:
            return
        word = sandbox.spec.mode.partition(":")[2]
        other = self.shelf.find_sandbox(word)
        if other is None:
            raise NetworkError(f"No such container: {word}")
        if not other.running:
            raise NetworkError(f"cannot join network of a non running container: {other.container}")

    def connect(self, word: str, container: str, wish: Wish | None = None) -> None:
        """Put a container on a further network, at once if it runs."""
        with self.store.transaction():
            network = self.find(word)
            sandbox = self._find_container(container)
            wish = wish or Wish()
            mode = sandbox.spec.network_name
            if network.driver == "host" or mode == "host":
                raise NetworkError(_HOST)
            if network.driver == "null" or mode == "none":
                raise NetworkError(_PRIVATE)
            if not mode:
                raise NetworkError(_SHARING)
            sandboxes.check_wish(network, wish)
            if self._endpoint_on(network, sandbox) is not None:
                what = f"endpoint with name {sandbox.name} already exists in network {network.name}"
                raise NetworkError(what)
            endpoint = sandboxes.endpoint_of(self.shelf, sandbox, network.name, wish)
            if sandbox.running:
                sandboxes.activate(self.shelf, endpoint, network)
                self._warn(sandbox)
            else:
                self.shelf.put_endpoint(endpoint)

    def disconnect(self, word: str, container: str, *, force: bool = False) -> None:  # noqa: ARG002  docker's flag
        """Take a container off a network."""
        with self.store.transaction():
            network = self.find(word)
            sandbox = self._find_container(container)
            if network.driver == "host" or sandbox.spec.network_name == "host":
                raise NetworkError(_HOST)
            endpoint = self._endpoint_on(network, sandbox)
            if endpoint is None:
                what = f"container {sandbox.container} is not connected to network {network.name}"
                raise NetworkError(what)
            if endpoint.active:
                sandboxes.deactivate(self.shelf, endpoint)
            self.shelf.drop_endpoint(endpoint)

    def _endpoint_on(self, network: Network, sandbox: Sandbox) -> Endpoint | None:
        found = self.shelf.endpoints(sandbox.container)
        return next((one for one in found if one.name == network.name), None)

    def _find_container(self, word: str) -> Sandbox:
        sandbox = self.shelf.find_sandbox(word)
        if sandbox is None:
            raise NetworkError(f"No such container: {word}")
        return sandbox

    # ---- what programs see

    def namespace(self, container: str) -> Namespace:
        """The network namespace of a container ("": of the host itself), for its programs to look at."""
        from minibuild.network.namespace import Namespace  # not needed for starting and stopping

        return Namespace(self.store, self.host, container)
