"""Networks of one host: made, described, removed; containers put on and taken off (SPEC N1, N2, N7, N8)."""

from __future__ import annotations

import pytest

from minibuild.network.creation import NetworkOptions
from minibuild.network.engine import Networks
from minibuild.network.errors import NetworkError
from minibuild.network.records import BRIDGE_NAME, ContainerEndpoints, Wish


def names(engine):
    return [network.name for network in engine.list()]


def test_three_networks_exist_from_the_start(engine, store):
    assert [(one.name, one.driver) for one in engine.list()] == [
        ("bridge", "bridge"), ("host", "host"), ("none", "null"),
    ]  # fmt: skip
    again = Networks(store)
    assert again.find("bridge") == engine.find("bridge")
    assert again.find(engine.find("none").id[:12]).name == "none"


def test_a_network_has_a_bridge_that_goes_with_it(engine):
    id_ = engine.create(NetworkOptions("front"))
    bridge = f"br-{id_[:12]}"
    device = engine.devices.find(bridge)
    assert (device.kind, device.spec.addresses, device.mac[:5]) == ("bridge", ("172.18.0.1/16",), "02:42")
    engine.remove("front")
    assert engine.devices.find(bridge) is None
    assert engine.store.execute("SELECT count(*) FROM network_free WHERE network = ?", id_).fetchone() == (0,)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "host"}, "operation is not permitted on predefined host network"),
        ({"name": "bridge"}, "operation is not permitted on predefined bridge network"),
        ({"driver": "host"}, 'only one instance of "host" network is allowed'),
        ({"driver": "null"}, 'only one instance of "null" network is allowed'),
        ({"driver": "overlay"}, 'plugin "overlay" not found'),
        ({"name": "front"}, "network with name front already exists"),
        ({"subnets": ("bogus",)}, "Invalid subnet bogus : invalid CIDR address: bogus"),
        ({"subnets": ("10.0.0.1",)}, "Invalid subnet 10.0.0.1 : invalid CIDR address: 10.0.0.1"),
        ({"gateways": ("10.1.2.3",)}, "every ip-range or gateway must have a corresponding subnet"),
        ({"ranges": ("10.1.2.0/24",)}, "every ip-range or gateway must have a corresponding subnet"),
        ({"subnets": ("10.8.0.0/24",), "gateways": ("10.7.0.1",)}, "no matching subnet for gateway 10.7.0.1"),
        ({"subnets": ("10.8.0.0/24",), "ranges": ("10.7.0.0/25",)}, "no matching subnet for range"),
        ({"subnets": ("10.8.0.0/24",), "auxiliary": {"r": "1.2.3.4"}}, "no matching subnet for aux-address"),
        ({"subnets": ("172.18.3.0/24",)}, "Pool overlaps with other one on this address space"),
        ({"subnets": ("10.8.0.0/24", "10.8.0.0/16")}, "multiple overlapping subnet configuration"),
        ({"subnets": ("10.8.0.0/24", "10.7.0.0/24")}, "bridge driver doesn't support multiple subnets"),
        ({"subnets": ("fd00::/64",)}, "IPv6 is not enabled"),
        ({"ipv6": True}, "non-overlapping IPv6 address pool"),
        ({"options": {BRIDGE_NAME: "eth0"}}, "eth0 is no bridge"),
        ({"options": {BRIDGE_NAME: "docker0"}}, "networks have same bridge name"),
        ({"options": {BRIDGE_NAME: "x" * 16}}, "invalid interface name"),
        ({"options": {"com.docker.network.driver.mtu": "9"}}, "failed to parse com.docker.network"),
    ],
)
def test_what_can_not_be_made(engine, options, message):
    engine.create(NetworkOptions("front"))
    devices = engine.devices.all()
    with pytest.raises(NetworkError) as caught:
        engine.create(NetworkOptions(**{"name": "mine", **options}))
    assert message in caught.value.message
    assert names(engine) == ["bridge", "front", "host", "none"]
    assert engine.devices.all() == devices


def test_what_can_not_be_removed(engine):
    id_ = engine.create(NetworkOptions("front"))
    engine.run("web", "front")
    with pytest.raises(NetworkError, match="none is a pre-defined network and cannot be removed"):
        engine.remove("none")
    with pytest.raises(NetworkError, match=f"network front id {id_} has active endpoints"):
        engine.remove("front")
    with pytest.raises(NetworkError, match="network nosuch not found"):
        engine.remove("nosuch")


def test_a_stopped_container_holds_no_network_and_misses_it_at_its_next_start(engine):
    id_ = engine.create(NetworkOptions("front"))
    web = engine.run("web", "front")
    engine.stop(web)
    engine.remove("front")
    engine.create(NetworkOptions("front"))
    with pytest.raises(NetworkError, match=f"network {id_} not found"):
        engine.start(web)
    assert not engine.endpoints(web).networks[0][1].active


def test_prune_spares_what_is_used(engine):
    for name in ("used", "idle", "labelled"):
        engine.create(NetworkOptions(name))
    engine.run("web", "used")
    assert engine.prune([engine.find("idle"), engine.find("used")]) == ["idle"]
    assert engine.prune() == ["labelled"]
    assert names(engine) == ["bridge", "host", "none", "used"]


def test_members_are_the_running_containers(engine):
    web, db = engine.run("web"), engine.run("db")
    engine.stop(db)
    engine.rename(web, "front")
    ((endpoint, name),) = engine.members(engine.find("bridge"))
    assert (endpoint.container, endpoint.address, name) == (web, "172.17.0.2", "front")


@pytest.mark.parametrize("mode", ["none", "host"])
def test_networks_without_addresses(engine, mode):
    web = engine.run("web", mode)
    ((endpoint, _),) = engine.members(engine.find(mode))
    assert (endpoint.container, endpoint.address, endpoint.mac, endpoint.veth) == (web, "", "", "")
    assert engine.members(engine.find("bridge")) == []


def test_connect_and_disconnect(engine):
    engine.create(NetworkOptions("front"))
    engine.create(NetworkOptions("back"))
    web = engine.run("web", "front")
    engine.connect("back", "web", Wish(aliases=("www",)))
    first, second = (endpoint for _, endpoint in reversed(engine.endpoints(web).networks))
    assert (first.interface, first.address) == ("eth0", "172.18.0.2")
    assert (second.interface, second.address) == ("eth1", "172.19.0.2")
    engine.disconnect("front", "web")
    engine.connect("front", web[:12])
    assert [(one.name, one.interface) for _, one in engine.endpoints(web).networks] == [
        ("back", "eth1"), ("front", "eth2"),
    ]  # fmt: skip


def test_a_stopped_container_is_connected_at_its_start(engine):
    engine.create(NetworkOptions("front"))
    web = engine.create_container("web")
    engine.connect("front", "web")
    assert [endpoint.active for _, endpoint in engine.endpoints(web).networks] == [False, False]
    engine.start(web)
    assert [endpoint.interface for _, endpoint in engine.endpoints(web).networks] == ["eth0", "eth1"]


def test_what_connect_refuses(engine):
    engine.create(NetworkOptions("front"))
    web = engine.run("web", "front")
    engine.run("lonely", "none")
    engine.run("open", "host")
    engine.run("guest", "container:web")
    for network, container, message in (
        ("nosuch", "web", "network nosuch not found"),
        ("front", "nosuch", "No such container: nosuch"),
        ("front", "web", "endpoint with name web already exists in network front"),
        ("host", "web", "container cannot be disconnected from host network or connected to host network"),
        ("front", "open", "container cannot be disconnected from host network or connected to host network"),
        ("none", "web", "multiple networks with one of the networks in private (none) mode"),
        ("front", "lonely", "multiple networks with one of the networks in private (none) mode"),
        ("front", "guest", "container sharing network namespace with another container or host"),
    ):
        with pytest.raises(NetworkError) as caught:
            engine.connect(network, container)
        assert message in caught.value.message
    with pytest.raises(NetworkError, match=f"container {web} is not connected to network bridge"):
        engine.disconnect("bridge", "web")


@pytest.mark.parametrize(
    ("mode", "ip", "message"),
    [
        ("own", "10.9.0.77", "Address already in use"),
        ("own", "10.8.0.3", "Invalid address 10.8.0.3: It does not belong to any of this network's subnets"),
        ("own", "bogus", "invalid IP address: bogus"),
        ("auto", "172.18.0.9", "user specified IP address is supported only when connecting to networks"),
        ("bridge", "172.17.0.9", "user specified IP address is supported on user defined networks only"),
    ],
)
def test_chosen_addresses_that_can_not_be_had(engine, mode, ip, message):
    engine.create(NetworkOptions("own", subnets=("10.9.0.0/24",)))
    engine.create(NetworkOptions("auto"))
    engine.run("first", "own", ip="10.9.0.77")
    other = engine.create_container("other", mode, ip=ip)
    with pytest.raises(NetworkError) as caught:
        engine.start(other)
    assert message in caught.value.message
    assert engine.shelf.sandbox(other).running is False
    assert engine.address(engine.run("next", "own")) == "10.9.0.2"


def test_a_start_that_fails_leaves_nothing(engine):
    engine.create(NetworkOptions("tiny", subnets=("10.9.0.0/30",)))
    engine.run("c1", "tiny")
    web = engine.create_container("web", ports={"80/tcp": [["", "8080"]]}, networks={"tiny": Wish()})
    number = engine.store.execute("SELECT next_index FROM network_hosts").fetchone()
    with pytest.raises(NetworkError, match="no available IPv4 addresses"):
        engine.start(web)
    assert engine.address(web, "bridge") == ""
    assert engine.ports.all() == []
    assert engine.store.execute("SELECT next_index FROM network_hosts").fetchone() == number


def test_sharing_needs_a_running_container(engine):
    web = engine.run("web")
    guest = engine.create_container("guest", f"container:{web}")
    engine.start(guest)
    assert engine.endpoints(guest).networks == ()
    engine.stop(web)
    with pytest.raises(NetworkError, match=f"cannot join network of a non running container: {web}"):
        engine.start(guest)


def test_published_ports(engine):
    web = engine.run("web", ports={"80/tcp": [["", "8080"]], "53/udp": [["127.0.0.1", "8080"]]})
    assert engine.endpoints(web).ports == {
        "53/udp": [("127.0.0.1", "8080")], "80/tcp": [("0.0.0.0", "8080")],
    }  # fmt: skip
    other = engine.create_container("other", ports={"81/tcp": [["127.0.0.1", "8080"]]})
    with pytest.raises(NetworkError) as caught:
        engine.start(other)
    failed = "driver failed programming external connectivity on endpoint other ("
    assert caught.value.message.startswith(failed)
    assert caught.value.message.endswith("): Bind for 127.0.0.1:8080 failed: port is already allocated")
    engine.stop(web)
    engine.start(other)


def test_any_port_counts_up_from_32768(engine):
    first = engine.run("c1", publish_all=True, exposed=("5432/tcp", "80"))
    assert engine.endpoints(first).ports == {
        "80/tcp": [("0.0.0.0", "32768")], "5432/tcp": [("0.0.0.0", "32769")],
    }  # fmt: skip
    engine.stop(first)
    second = engine.run("c2", ports={"9/udp": [["", ""]], "9/tcp": [["", "8000-8001"], ["", "8000-8001"]]})
    assert engine.endpoints(second).ports == {
        "9/tcp": [("0.0.0.0", "8000"), ("0.0.0.0", "8001")], "9/udp": [("0.0.0.0", "32768")],
    }  # fmt: skip
    with pytest.raises(NetworkError, match="all ports from 8000 to 8001 are already allocated"):
        engine.run("c3", ports={"9/tcp": [["", "8000-8001"]]})


def test_ipv6(engine):
    engine.create(NetworkOptions("six", subnets=("fd00:1::/64",), ipv6=True))
    web = engine.run("web", "six")
    ((_, endpoint),) = engine.endpoints(web).networks
    assert (endpoint.address, endpoint.address6) == ("172.18.0.2", "fd00:1::2")
    assert engine.namespace(web).interfaces()[1].addresses == ("172.18.0.2/16", "fd00:1::2/64")


def test_records_survive_the_database():
    wanted = ContainerEndpoints(
        "c" * 64, "web", "front", Wish(("a", "b"), "10.0.0.2"), {"back": Wish(("c",))}, "h", "d",
        {"80/tcp": [["", "8080"]]}, ("80/tcp",), True, {"db": "10.0.0.3"}, ("8.8.8.8",),
        ("example.org",), ("x",),
    )  # fmt: skip
    assert ContainerEndpoints.from_json(wanted.to_json(), "web") == wanted


def test_what_is_asked_of_no_network_in_particular_is_not_heard(engine):
    assert engine.address(engine.run("web", ip="172.17.0.9", aliases=("www",))) == "172.17.0.2"
    with pytest.raises(NetworkError, match="network-scoped alias is supported only for containers in user"):
        engine.run("other", "bridge", aliases=("www",))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hostname": "www"}, "hostname and the network mode"),
        ({"dns": ("8.8.8.8",)}, "dns and the network mode"),
        ({"hosts": {"a": "1.2.3.4"}}, "custom host-to-IP mapping and the network mode"),
        ({"ports": {"80/tcp": [["", ""]]}}, "port publishing and the container type network mode"),
    ],
)
def test_options_that_do_not_go_with_a_shared_network(engine, options, message):
    engine.run("web")
    with pytest.raises(NetworkError, match=f"conflicting options: {message}"):
        engine.create_container("guest", "container:web", **options)
    assert engine.shelf.find_sandbox("guest") is None


def test_ports_on_the_hosts_network_are_discarded(engine):
    told = []
    engine.warn = told.append
    web = engine.run("web", "host", ports={"80/tcp": [["", "8080"]]})
    assert told == ["published ports are discarded when using host network mode"]
    assert engine.endpoints(web).ports == {}
