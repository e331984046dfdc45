"""What the database keeps of networks and of the containers on them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network

from minibuild.network.errors import kept_document

PREDEFINED = ("bridge", "host", "none")
BRIDGE_NAME = "com.docker.network.bridge.name"
MTU = "com.docker.network.driver.mtu"
ICC = "com.docker.network.bridge.enable_icc"
MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade"
HOST_BINDING = "com.docker.network.bridge.host_binding_ipv4"
DEFAULT_BRIDGE = "com.docker.network.bridge.default_bridge"
DEFAULT_MTU = 1500


@dataclass(frozen=True, slots=True)
class Pool:
    """The addresses of a network: `subnet`, the part `ip_range` of it that containers get, the gateway.

    `shown` tells whether `network inspect` names the gateway. `auxiliary` are addresses that are taken.
    """

    subnet: str
    gateway: str = ""
    ip_range: str = ""
    shown: bool = True
    auxiliary: dict[str, str] = field(default_factory=dict)

    @property
    def network(self) -> IPv4Network | IPv6Network:
        """The subnet as a value."""
        return ip_network(self.subnet)

    @property
    def prefix(self) -> int:
        """The length of the subnet's prefix."""
        return int(self.subnet.rpartition("/")[2])

    @property
    def family(self) -> int:
        """4 or 6."""
        return 6 if ":" in self.subnet else 4


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """What a network was made with. `bridge` is the host's interface; `adopted`: it was there before.
    `configured` tells that the user chose the subnets.
    """

    pools: tuple[Pool, ...] = ()
    options: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    ipam_options: dict[str, str] | None = None
    ipam_driver: str = "default"
    internal: bool = False
    attachable: bool = False
    ipv6: bool = False
    bridge: str = ""
    adopted: bool = False
    configured: bool = False

    def to_json(self) -> str:
        """The text that the database keeps."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> NetworkSpec:
        """The inverse of `to_json`."""
        document = kept_document(text, "a network")
        document["pools"] = tuple(Pool(**pool) for pool in document["pools"])
        return NetworkSpec(**document)


@dataclass(frozen=True, slots=True)
class Network:
    """A network of one host. `created` is in ns since 1970; `driver` is bridge, host or null."""

    id: str
    host: str
    name: str
    created: int
    driver: str
    spec: NetworkSpec

    @property
    def predefined(self) -> bool:
        """Whether every host has it from the start."""
        return self.name in PREDEFINED

    @property
    def is_default(self) -> bool:
        """Whether containers join it when they name no network."""
        return self.name == "bridge"

    def pool(self, family: int = 4) -> Pool | None:
        """The addresses of a family, if it has some."""
        return next((pool for pool in self.spec.pools if pool.family == family), None)

    @property
    def mtu(self) -> int:
        """The largest packet in bytes."""
        return int(self.spec.options.get(MTU) or DEFAULT_MTU)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a container wants of one network: its names there, and an address of its own choice."""

    aliases: tuple[str, ...] = ()
    ip: str = ""
    ip6: str = ""
    mac: str = ""

    def to_json(self) -> str:
        """The text that the database keeps."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> Wish:
        """The inverse of `to_json`."""
        document = kept_document(text, "a container's network")
        return Wish(**{**document, "aliases": tuple(document["aliases"])})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A container on a network. While the container doesn't run only `container`, `name`, `network` and
    `wish` say something.

    `name` is the network's, `network` its ID ("" until the first start). `address` and `address6` have no
    prefix length; `interface` is the container's (`eth0`), `number` its index; the host's end of the pair is
    `veth`, with the index after it.
    """

    container: str
    name: str
    network: str
    active: bool = False
    id: str = ""
    address: str = ""
    address6: str = ""
    mac: str = ""
    interface: str = ""
    number: int = 0
    veth: str = ""
    veth_mac: str = ""
    wish: Wish = field(default_factory=Wish)


@dataclass(frozen=True, slots=True)
class ContainerEndpoints:
    """The networking of a container as it was asked for when it was created.

    `mode` is what `--network` said: `default`, `bridge`, `none`, `host`, `container:ID` or a network's name.
    `networks` maps further networks to wishes. `ports` maps `80/tcp` to (host address, host port) pairs, a
    port being "", a number or a range; `exposed` are those that `publish_all` publishes. `hosts` maps names
    to addresses.
    """

    container: str
    name: str
    mode: str = "default"
    wish: Wish = field(default_factory=Wish)
    networks: dict[str, Wish] = field(default_factory=dict)
    hostname: str = ""
    domainname: str = ""
    ports: dict[str, list[list[str]]] = field(default_factory=dict)
    exposed: tuple[str, ...] = ()
    publish_all: bool = False
    hosts: dict[str, str] = field(default_factory=dict)
    dns: tuple[str, ...] = ()
    dns_search: tuple[str, ...] = ()
    dns_options: tuple[str, ...] = ()

    def to_json(self) -> str:
        """The text that the database keeps; the name has a column of its own."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @staticmethod
    def from_json(text: str, name: str) -> ContainerEndpoints:
        """The inverse of `to_json`, under the container's present name."""
        document = kept_document(text, "a container's networks")
        for key in ("exposed", "dns", "dns_search", "dns_options"):
            document[key] = tuple(document[key])
        for wish in (document["wish"], *document["networks"].values()):
            wish["aliases"] = tuple(wish["aliases"])
        document["wish"] = Wish(**document["wish"])
        document["networks"] = {key: Wish(**wish) for key, wish in document["networks"].items()}
        return ContainerEndpoints(**{**document, "name": name})

    @property
    def network_name(self) -> str:
        """The network that `mode` means; "" for another container's."""
        if self.mode.startswith("container:"):
            return ""
        return "bridge" if self.mode in ("", "default") else self.mode


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The network namespace of a container. `netns` numbers it on its host while the container runs."""

    container: str
    host: str
    name: str
    running: bool
    netns: int | None
    spec: ContainerEndpoints


@dataclass(frozen=True, slots=True)
class Publication:
    """A port of the host that leads to one of a container."""

    protocol: str
    port: int
    address: str
    container: str
    target: int


@dataclass(frozen=True, slots=True)
class Endpoints:
    """A container's networking at this moment, as `inspect` and `ps` show it.

    `networks` holds (the network, or None when it is gone, and the container's endpoint), sorted by name;
    `gateways` maps names of networks to the address of the bridge. `ports` maps `80/tcp` to (host address,
    host port) pairs.
    """

    mode: str
    networks: tuple[tuple[Network | None, Endpoint], ...] = ()
    ports: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
