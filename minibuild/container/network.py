"""Containers on the networks of their host: what `Network` asks for, done by `Networks`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minibuild.network.records import ContainerEndpoints, Wish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from minibuild.container.records import Record
    from minibuild.kernel.system import System
    from minibuild.network.engine import Networks
    from minibuild.network.records import Endpoint
    from minibuild.network.records import Network as NetworkRecord


class ContainerNetwork:
    """The networks of one host, for its containers."""

    def __init__(self, networks: Networks) -> None:
        self.networks = networks

    def attach(self, record: Record) -> None:
        """Remember what a new container wants."""
        spec = record.spec
        wishes = spec.network_options
        wish = Wish(
            tuple(wishes.get("network_alias", ())),
            wishes.get("ip", ""),
            wishes.get("ip6", ""),
            wishes.get("mac_address", ""),
        )
        pairs = (one.partition(":") for one in spec.extra_hosts)
        self.networks.attach(
            ContainerEndpoints(
                record.id,
                record.name,
                spec.network,
                wish,
                hostname=spec.hostname or record.short,
                domainname=spec.domainname,
                ports=spec.ports,
                exposed=spec.config.exposed_ports,
                publish_all=spec.publish_all,
                hosts={name: address for name, _, address in pairs},
                dns=spec.dns,
            )
        )

    def start(self, record: Record) -> None:
        """Take addresses and ports."""
        self.networks.start(record.id)

    def stop(self, record: Record) -> None:
        """Give them back."""
        self.networks.stop(record.id)

    def forget(self, record: Record) -> None:
        """The container is gone."""
        self.networks.forget(record.id)

    def rename(self, record: Record, name: str) -> None:
        """It has another name."""
        self.networks.rename(record.id, name)

    def etc(self, record: Record) -> Mapping[str, str]:
        """The whole texts of /etc/hosts and /etc/resolv.conf."""
        namespace = self.networks.namespace(record.id)
        return {"/etc/hosts": namespace.hosts(), "/etc/resolv.conf": namespace.resolv_conf()}

    def equip(self, record: Record, system: System) -> None:
        """Let programs see the container's network; who shares another's has its hostname, too."""
        namespace = self.networks.namespace(record.id)
        system.namespace = namespace
        if not record.spec.hostname:
            system.hostname = namespace.hostname

    def names(self, record: Record) -> list[str]:
        """The networks that the container is on, sorted."""
        found = self.networks.endpoints(record.id)
        names = [endpoint.name for _, endpoint in found.networks]
        return names or [found.mode]

    def ports(self, record: Record) -> dict[str, list[tuple[str, str]]]:
        """`80/tcp` → (host address, host port) pairs, while it runs."""
        return self.networks.endpoints(record.id).ports

    def prune(self) -> list[str]:
        """Remove the networks that no container uses; their names."""
        return list(self.networks.prune())

    def settings(self, record: Record) -> dict[str, Any]:
        """The container's `NetworkSettings`."""
        found = self.networks.endpoints(record.id)
        running = record.state.is_running
        entries = {endpoint.name: _settings(network, endpoint) for network, endpoint in found.networks}
        bridge = entries.get("bridge") or _EMPTY
        ports: dict[str, Any] = {}
        if running:
            exposed = sorted({*record.spec.config.exposed_ports, *found.ports})
            for port in exposed:
                bound = found.ports.get(port)
                pairs = [{"HostIp": address, "HostPort": number} for address, number in bound or ()]
                ports[port] = pairs or None
        keys = (
            "EndpointID",
            "Gateway",
            "GlobalIPv6Address",
            "GlobalIPv6PrefixLen",
            "IPAddress",
            "IPPrefixLen",
        )
        return {
            "Bridge": "",
            "SandboxID": record.id if running else "",
            "HairpinMode": False,
            "LinkLocalIPv6Address": "",
            "LinkLocalIPv6PrefixLen": 0,
            "Ports": ports,
            "SandboxKey": f"/var/run/docker/netns/{record.short}" if running else "",
            "SecondaryIPAddresses": None,
            "SecondaryIPv6Addresses": None,
            **{key: bridge[key] for key in keys},
            "IPv6Gateway": bridge["IPv6Gateway"],
            "MacAddress": bridge["MacAddress"],
            "Networks": entries,
        }


_EMPTY: dict[str, Any] = {
    "IPAMConfig": None,
    "Links": None,
    "Aliases": None,
    "NetworkID": "",
    "EndpointID": "",
    "Gateway": "",
    "IPAddress": "",
    "IPPrefixLen": 0,
    "IPv6Gateway": "",
    "GlobalIPv6Address": "",
    "GlobalIPv6PrefixLen": 0,
    "MacAddress": "",
    "DriverOpts": None,
}


def _settings(network: NetworkRecord | None, endpoint: Endpoint) -> dict[str, Any]:
    pool = network.pool() if network is not None else None
    wider = network.pool(6) if network is not None else None
    wish = endpoint.wish
    wanted = {"IPv4Address": wish.ip, "IPv6Address": wish.ip6}
    config = {key: value for key, value in wanted.items() if value}
    default = network is None or network.predefined
    aliases = [*wish.aliases] + ([] if default else [endpoint.container[:12]])
    return {
        **_EMPTY,
        "IPAMConfig": config or None if default else config,
        "Aliases": aliases or None,
        "NetworkID": endpoint.network,
        "EndpointID": endpoint.id,
        "Gateway": pool.gateway if pool is not None and endpoint.address else "",
        "IPAddress": endpoint.address,
        "IPPrefixLen": pool.prefix if pool is not None and endpoint.address else 0,
        "IPv6Gateway": wider.gateway if wider is not None and endpoint.address6 else "",
        "GlobalIPv6Address": endpoint.address6,
        "GlobalIPv6PrefixLen": wider.prefix if wider is not None and endpoint.address6 else 0,
        "MacAddress": endpoint.mac,
    }
