"""What the programs of a container or of a host see of their network: a network namespace."""

from __future__ import annotations

from ipaddress import IPv4Interface, ip_address, ip_interface
from typing import TYPE_CHECKING

from minibuild.network.devices import Devices
from minibuild.network.hosts import host_spec
from minibuild.network.ports import Ports
from minibuild.network.shelf import Shelf
from minibuild.network.view import LOOPBACK, Interface, Listener, Route

if TYPE_CHECKING:
    from minibuild.network.devices import Device
    from minibuild.network.reachability import Answer
    from minibuild.network.records import Endpoint, Network, Sandbox
    from minibuild.network.rules import Table
    from minibuild.store import Store

RESOLVER = "127.0.0.11"
PUBLIC_SERVERS = ("8.8.8.8", "8.8.4.4")  # what containers get on a host that knows none
HOSTNAME = "docker-host"  # of the store's own host
_COMMON_HOSTS = """127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
ff00::0\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
"""


class Namespace:
    """The network of a container, or of a host ("" for `container`), as it is whenever it is asked."""

    def __init__(self, store: Store, host: str, container: str = "") -> None:
        self.store = store
        self.host = host
        self.shelf = Shelf(store, host)
        sandbox = self._owner(container) if container else None
        # A container in the host's own namespace sees what the host sees.
        self.on_host = sandbox is None or sandbox.spec.network_name == "host"
        self.sandbox = sandbox

    def _owner(self, container: str) -> Sandbox | None:
        """The container whose namespace it is: another one's may be shared."""
        sandbox = self.shelf.sandbox(container)
        for _ in range(64):  # a chain of containers that share, which can't be a ring
            if sandbox is None or sandbox.spec.network_name:
                break
            sandbox = self.shelf.find_sandbox(sandbox.spec.mode.partition(":")[2])
        return sandbox

    @property
    def hostname(self) -> str:
        """The name of the container that the namespace belongs to, or of the host."""
        if self.on_host or self.sandbox is None:
            return self.host or HOSTNAME
        return self.sandbox.spec.hostname or self.sandbox.container[:12]

    # ---- what is there

    def interfaces(self) -> list[Interface]:
        """The interfaces, by their indexes."""
        if self.on_host:
            return host_interfaces(self.store, self.host)
        found = [LOOPBACK]
        for endpoint, network in self._links():
            found.append(_container_end(endpoint, network))
        return sorted(found, key=lambda interface: interface.index)

    def routes(self) -> list[Route]:
        """The main routing table: the default route first, then by destination."""
        if self.on_host:
            spec = host_spec(self.store, self.host)
            return _routes(self.interfaces(), spec.gateway, spec.gateway_device)
        gateway, device = self._gateway()
        return _routes(self.interfaces(), gateway, device)

    def _gateway(self) -> tuple[str, str]:
        """(address, interface) of the default route: that of the network whose name sorts first; an internal
        one only if there is no other.
        """
        links = [(endpoint, network) for endpoint, network in self._links() if network.pool() is not None]
        links.sort(key=lambda link: (link[1].spec.internal, link[1].name))
        for endpoint, network in links:
            pool = network.pool()
            if pool is not None and pool.gateway:
                return pool.gateway, endpoint.interface
        return "", ""

    def _links(self) -> list[tuple[Endpoint, Network]]:
        if self.sandbox is None or not self.sandbox.running:
            return []
        return [
            (endpoint, network)
            for endpoint in self.shelf.endpoints(self.sandbox.container)
            if endpoint.veth and (network := self.shelf.network(endpoint.network)) is not None
        ]

    # ---- names

    @property
    def has_resolver(self) -> bool:
        """Whether the engine answers for names: on networks that users made."""
        return not self.on_host and any(not network.is_default for _, network in self._links())

    def resolv_conf(self) -> str:
        """The text of /etc/resolv.conf."""
        spec = host_spec(self.store, self.host)
        wanted = self.sandbox.spec if self.sandbox is not None else None
        if self.on_host or wanted is None:
            return "".join(f"nameserver {server}\n" for server in spec.nameservers)
        lines = [f"search {' '.join(wanted.dns_search)}"] if wanted.dns_search else []
        options = list(wanted.dns_options)
        if self.has_resolver:
            lines.append(f"nameserver {RESOLVER}")
            if not any(option.startswith("ndots:") for option in options):
                options.append("ndots:0")
        else:
            servers = wanted.dns or spec.dns or spec.nameservers or PUBLIC_SERVERS
            lines += [f"nameserver {server}" for server in servers]
        if options:
            lines.append("options " + " ".join(options))
        return "".join(line + "\n" for line in lines)

    def hosts(self) -> str:
        """The text of /etc/hosts."""
        if self.sandbox is None:
            return _COMMON_HOSTS + (f"127.0.1.1\t{self.host}\n" if self.host else "")
        spec = self.sandbox.spec
        lines = [f"{address}\t{name}" for name, address in spec.hosts.items()]
        name = spec.hostname or self.sandbox.container[:12]
        full = f"{name}.{spec.domainname} {name}" if spec.domainname else name
        if not self.on_host:
            lines += [
                f"{address}\t{full}"
                for endpoint, _ in self._links()
                for address in (endpoint.address, endpoint.address6)
                if address
            ]
        return _COMMON_HOSTS + "".join(line + "\n" for line in lines)

    def resolve(self, name: str) -> list[str]:
        """The addresses that the engine's name server gives for a container's name, alias or short ID; [] for
        none. A text with an address is no name.
        """
        if self.on_host:
            return []
        found: list[str] = []
        wanted = name.removesuffix(".")
        for _, network in self._links():
            if network.is_default:
                continue
            bare = wanted.removesuffix("." + network.name)
            for endpoint, owner in named_endpoints(self.store, network.id):
                known = {owner, endpoint.container[:12], *endpoint.wish.aliases}
                if bare in known and endpoint.address not in found:
                    found.append(endpoint.address)
        return sorted(found, key=lambda address: int(ip_address(address)))

    # ---- others

    def reach(self, address: str, source: str = "") -> Answer:
        """What becomes of a packet to an address, and of the answer to it. `source` is an interface to send
        from.
        """
        from minibuild.network.reachability import reach_address  # most programs send nothing

        end = "" if self.on_host or self.sandbox is None else self.sandbox.container
        return reach_address(self.store, (self.host, end), address, source)

    def neighbours(self) -> list[tuple[str, str, str]]:
        """(address, interface, MAC) of the containers and bridges in the same segments of this host."""
        mine = {interface.name: interface for interface in self.interfaces()}
        if self.on_host:
            by_id = {network.id: network.spec.bridge for network in self.shelf.networks()}
            active = self.shelf.all_active()
            return [(one.address, by_id.get(one.network, ""), one.mac) for one in active if one.address]
        hosts = {one.name: one for one in host_interfaces(self.store, self.host)}
        found = []
        for endpoint, network in self._links():
            pool, bridge = network.pool(), hosts.get(network.spec.bridge)
            if pool is not None and bridge is not None and endpoint.interface in mine:
                found.append((pool.gateway, endpoint.interface, bridge.mac))
        return found

    def rules(self, table: str) -> Table:
        """The firewall's rules in the table `filter` or `nat`; none in a container's namespace."""
        from minibuild.network.rules import engine_rules, no_rules  # only iptables asks

        if not self.on_host or not host_spec(self.store, self.host).engine:
            return no_rules(table)
        return engine_rules(table, self.shelf, Ports(self.store, self.host).all())

    def listeners(self) -> list[Listener]:
        """The ports at which the engine listens for containers."""
        ports = Ports(self.store, self.host).all() if self.on_host else []
        return [Listener(one.protocol, one.address, one.port, "docker-proxy") for one in ports]


def named_endpoints(store: Store, network: str) -> list[tuple[Endpoint, str]]:
    """(endpoint, container's name) of the running containers on a network."""
    shelf = Shelf(store, "")
    found = shelf.network(network)
    if found is None:
        return []
    rows = store.execute("SELECT container, name FROM network_sandboxes WHERE host = ?", found.host)
    names = dict(rows.fetchall())
    return [(endpoint, names.get(endpoint.container, "")) for endpoint in shelf.active_endpoints(found)]


def _container_end(endpoint: Endpoint, network: Network) -> Interface:
    addresses = tuple(
        f"{address}/{pool.prefix}"
        for address in (endpoint.address, endpoint.address6)
        for pool in network.spec.pools
        if address and ip_address(address) in pool.network
    )
    return Interface(
        endpoint.number,
        endpoint.interface,
        "eth",
        endpoint.mac,
        network.mtu,
        addresses,
        peer=endpoint.number + 1,
    )


def host_interfaces(store: Store, host: str) -> list[Interface]:
    """The interfaces of a host, by their indexes: the lasting ones and its ends of veth pairs."""
    shelf = Shelf(store, host)
    devices = Devices(store, host).all()
    networks = {network.id: network for network in shelf.networks()}
    sandboxes = {one.container: one.netns or 0 for one in shelf.sandboxes(running=True)}
    veths = [
        Interface(
            endpoint.number + 1,
            endpoint.veth,
            "veth",
            endpoint.veth_mac,
            networks[endpoint.network].mtu,
            master=networks[endpoint.network].spec.bridge,
            peer=endpoint.number,
            peer_mac=endpoint.mac,
            peer_netns=sandboxes.get(endpoint.container, 0),
        )
        for endpoint in shelf.all_active()
        if endpoint.veth and endpoint.network in networks
    ]
    return [*_lasting(devices, veths), *veths]


def _lasting(devices: list[Device], veths: list[Interface]) -> list[Interface]:
    found = []
    for device in devices:
        mac, carrier, spec = device.mac, True, device.spec
        if device.kind == "bridge":
            ports = [(one.mac, True) for one in veths if one.master == device.name]
            own = [one for one in devices if one.spec.master == device.name]
            ports += [(one.mac, _has_cable(one, devices)) for one in own]
            carrier = any(up for _, up in ports)
            if not spec.managed and ports:
                mac = min(port for port, _ in ports)  # as a bridge does that was given no address
        elif device.kind != "loopback":
            carrier = _has_cable(device, devices)
        found.append(
            Interface(
                device.number,
                device.name,
                device.kind,
                mac,
                spec.mtu,
                spec.addresses,
                spec.master,
                carrier,
                spec.managed,
                spec.stp,
                spec.parent,
                spec.vlan,
            )
        )
    return found


def _has_cable(device: Device, devices: list[Device]) -> bool:
    if device.kind == "vlan":
        return any(one.name == device.spec.parent and _has_cable(one, devices) for one in devices)
    return device.kind == "physical" and (not device.host or bool(device.spec.port))


def _routes(interfaces: list[Interface], gateway: str, device: str) -> list[Route]:
    found = []
    for interface in interfaces:
        for text in interface.addresses:
            own = ip_interface(text)
            if interface.kind != "loopback" and isinstance(own, IPv4Interface):
                route = Route(str(own.network), interface.name, "", str(own.ip), interface.carrier)
                found.append((int(own.network.network_address), own.network.prefixlen, route))
    found.sort(key=lambda item: item[:2])
    routes = [route for _, _, route in found]
    return [Route("", device, gateway), *routes] if gateway else routes
