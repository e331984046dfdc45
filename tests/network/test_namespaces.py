"""What programs see: interfaces, routes, names, whether others answer (SPEC N3, N4, N6, N7, N8)."""

from __future__ import annotations

import pytest

from minibuild.network.creation import NetworkOptions
from minibuild.network.records import BRIDGE_NAME, ICC


@pytest.fixture
def host(engine):
    return engine.namespace("")


def test_the_host_has_lo_eth0_and_docker0(host):
    assert [(one.index, one.name, one.addresses, one.carrier) for one in host.interfaces()] == [
        (1, "lo", ("127.0.0.1/8",), True),
        (2, "eth0", ("172.31.165.194/20",), True),
        (3, "docker0", ("172.17.0.1/16",), False),
    ]
    assert [(one.destination, one.device, one.via, one.carrier) for one in host.routes()] == [
        ("", "eth0", "172.31.175.253", True),
        ("172.17.0.0/16", "docker0", "", False),
        ("172.31.160.0/20", "eth0", "", True),
    ]


def test_a_container_makes_a_pair(engine, host):
    web = engine.run("web")
    lo, eth0 = engine.namespace(web).interfaces()
    *_, docker0, veth = host.interfaces()
    assert lo.name == "lo"
    assert (eth0.name, eth0.addresses, eth0.mac) == ("eth0", ("172.17.0.2/16",), "02:42:ac:11:00:02")
    assert (veth.index, veth.peer, eth0.peer) == (eth0.index + 1, eth0.index, veth.index)
    assert (veth.master, docker0.carrier) == ("docker0", True)
    engine.stop(web)
    assert [one.name for one in host.interfaces()] == ["lo", "eth0", "docker0"]
    assert [one.name for one in engine.namespace(web).interfaces()] == ["lo"]


def test_namespace_numbers_are_those_of_running_containers(engine, host):
    first, second = engine.run("c1"), engine.run("c2")
    assert [one.peer_netns for one in host.interfaces() if one.peer] == [0, 1]
    engine.stop(second)
    engine.stop(first)
    engine.start(second)
    assert [one.peer_netns for one in host.interfaces() if one.peer] == [0]


def test_the_default_route_goes_by_the_network_whose_name_sorts_first(engine):
    for name in ("mm", "aa", "zz"):
        engine.create(NetworkOptions(name))
    web = engine.run("web", "mm")
    default = lambda: engine.namespace(web).routes()[0]  # noqa: E731
    assert (default().via, default().device) == ("172.18.0.1", "eth0")
    engine.connect("zz", "web")
    assert default().device == "eth0"
    engine.connect("aa", "web")
    assert (default().via, default().device) == ("172.19.0.1", "eth2")


@pytest.mark.parametrize(("mode", "expected"), [("none", ["lo"]), ("host", ["lo", "eth0", "docker0"])])
def test_other_namespaces(engine, mode, expected):
    web = engine.run("web", mode)
    assert [one.name for one in engine.namespace(web).interfaces()] == expected


def test_a_shared_namespace(engine):
    web = engine.run("web")
    guest = engine.run("guest", "container:web")
    own, shared = engine.namespace(web), engine.namespace(guest)
    assert (shared.interfaces(), shared.hosts(), shared.hostname) == (own.interfaces(), own.hosts(), web[:12])


def test_names(engine):
    engine.create(NetworkOptions("front"))
    engine.create(NetworkOptions("back"))
    web = engine.run("web", "front")
    db = engine.run("db", "front", aliases=("sql",))
    engine.run("db2", "front", aliases=("sql",))
    engine.run("far", "back")
    seen = engine.namespace(web)
    assert seen.resolve("db") == ["172.18.0.3"]
    assert seen.resolve(db[:12]) == seen.resolve("db.front") == seen.resolve("db.") == ["172.18.0.3"]
    assert seen.resolve("sql") == ["172.18.0.3", "172.18.0.4"]
    assert seen.resolve("far") == seen.resolve("nosuch") == []
    engine.rename(db, "store")
    assert (seen.resolve("db"), seen.resolve("store")) == ([], ["172.18.0.3"])
    engine.stop(db)
    assert seen.resolve("store") == []


def test_the_default_bridge_knows_no_names(engine):
    web = engine.run("web")
    engine.run("db")
    assert engine.namespace(web).resolve("db") == []


def test_texts_below_etc(engine):
    engine.create(NetworkOptions("front"))
    web = engine.run("web", "front", hosts={"db": "10.0.0.3"}, hostname="www", domainname="example.org")
    plain = engine.run("plain", dns=("1.1.1.1",), dns_search=("example.org",), dns_options=("rotate",))
    assert engine.namespace(web).resolv_conf() == "nameserver 127.0.0.11\noptions ndots:0\n"
    assert engine.namespace(web).hosts().splitlines()[-2:] == [
        "10.0.0.3\tdb", "172.18.0.2\twww.example.org www",
    ]  # fmt: skip
    assert engine.namespace(plain).resolv_conf() == "search example.org\nnameserver 1.1.1.1\noptions rotate\n"
    assert engine.namespace(plain).hosts().endswith(f"172.17.0.2\t{plain[:12]}\n")


def test_who_answers(engine):
    engine.create(NetworkOptions("front", options={BRIDGE_NAME: "br9"}))
    web, db, old = engine.run("web", "front"), engine.run("db", "front"), engine.run("old")
    seen = engine.namespace(web)
    assert seen.reach("172.18.0.3").reachable
    assert seen.reach("172.18.0.3").ttl == 64
    assert seen.reach("127.0.0.1").reachable
    assert seen.reach("172.18.0.2").reachable
    for gateway in ("172.18.0.1", "172.17.0.1", "172.31.165.194"):
        assert seen.reach(gateway).reachable
    assert seen.reach("172.17.0.2").reason == (
        "the firewall keeps the networks front (br9) and bridge (docker0) apart (DOCKER-ISOLATION)"
    )
    assert seen.reach("172.18.0.99").reason.endswith("has the address 172.18.0.99")
    assert engine.namespace("").reach("172.17.0.2").reachable
    engine.stop(db)
    assert not seen.reach("172.18.0.3").reachable
    engine.connect("front", old)
    assert seen.reach("172.18.0.3").reachable


def test_without_a_network_nothing_is_sent(engine):
    answer = engine.namespace(engine.run("web", "none")).reach("172.17.0.1")
    assert (answer.reachable, answer.sent) == (False, False)


def test_internal_networks(engine):
    engine.create(NetworkOptions("back", internal=True))
    one, two, out = engine.run("one", "back"), engine.run("two", "back"), engine.run("out")
    seen = engine.namespace(one)
    assert seen.reach(engine.address(two)).reachable
    assert seen.reach("172.18.0.1").reachable
    assert not seen.reach(engine.address(out)).reachable
    assert "internal" in seen.reach("172.31.175.253").reason


def test_containers_that_are_kept_apart(engine):
    engine.create(NetworkOptions("quiet", options={ICC: "false", BRIDGE_NAME: "br9"}))
    one, two = engine.run("one", "quiet"), engine.run("two", "quiet")
    assert "enable_icc=false" in engine.namespace(one).reach(engine.address(two)).reason
    assert engine.namespace(one).reach("172.18.0.1").reachable


def test_the_firewalls_rules(engine, host):
    engine.create(NetworkOptions("front", options={BRIDGE_NAME: "br9"}))
    engine.run("web", "front", ports={"80/tcp": [["", "8080"]]})
    nat = [(rule.chain, rule.target, rule.source, rule.to) for rule in host.rules("nat").rules]
    assert ("POSTROUTING", "MASQUERADE", "172.18.0.0/16", "") in nat
    assert ("DOCKER", "DNAT", "", "172.18.0.2:80") in nat
    rules = host.rules("filter").rules
    stages = [(rule.incoming, rule.outgoing) for rule in rules if "STAGE-1" in rule.chain]
    assert stages == [("br9", "!br9"), ("docker0", "!docker0"), ("", "")]
    assert engine.namespace(engine.run("c")).rules("nat").rules == ()
    assert [(one.address, one.port) for one in host.listeners()] == [("0.0.0.0", 8080)]
