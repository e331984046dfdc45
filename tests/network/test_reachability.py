"""Several hosts at switches: who reaches whom, by what way, and why not (SPEC M3, M4, M5)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from network_engine import Engine

from minibuild.network.creation import NetworkOptions
from minibuild.network.ends import UnknownEndError, reach_end
from minibuild.network.errors import NetworkError, NoSuchHostError
from minibuild.network.plan import make_plan
from minibuild.network.records import BRIDGE_NAME
from minibuild.network.topology import end_topology, raise_topology
from minibuild.network.topology_file import Topology, read_topology

SAMPLE = Path(__file__).parents[2] / "samples" / "topology" / "primer.yaml"
BRIDGED = """\
auto br0
iface br0 inet static
  address 10.0.0.{number}/24
  bridge_ports {port}
"""
PLAIN = "auto em1\niface em1 inet static\n  address 10.0.0.{number}/24\n"


@pytest.fixture
def up(store):
    def up(document=None):
        topology = read_topology(str(SAMPLE)) if document is None else Topology.model_validate(document)
        raise_topology(store, make_plan(topology))

    return up


@pytest.fixture
def reach(store):
    def reach(source, target):
        found = reach_end(store, source, target)
        return found.answer, [found.world.label(node) for node in found.answer.nodes]

    return reach


@pytest.fixture
def primer(up, store):
    """Host A with c1 and c2, host B with c3 and c4, machine C."""
    up()
    a, b = Engine(store, "A"), Engine(store, "B")
    second = NetworkOptions(
        "second", subnets=("192.168.100.0/24",), gateways=("192.168.100.31",), options={BRIDGE_NAME: "br1"}
    )
    a.create(second)
    a.run("c1")
    a.run("c2", "second")
    b.run("c3")
    b.run("c4")
    return a, b


def test_the_primers_picture(primer, reach):
    reachable = {(x, y): reach(x, y)[0].reachable for x in ENDS for y in ENDS}
    assert {pair for pair, found in reachable.items() if not found} == {
        (x, y) for x, y in reachable if (x == "A/c2") != (y == "A/c2")
    }


ENDS = ["A/c1", "A/c2", "B/c3", "B/c4", "C/em1"]


def test_the_way_is_told(primer, reach):
    answer, way = reach("A/c1", "B/c3")
    assert way == ["A/c1", "A/br0", "A/em1", "sw1", "B/em1", "B/br0", "B/c3"]
    assert (answer.reachable, answer.reason, answer.warnings, answer.ttl) == (True, "", (), 64)
    assert reach("A/c1", "C/em1")[1] == ["A/c1", "A/br0", "A/em1", "sw1", "C/em1"]
    assert reach("B/c3", "B/c4")[1] == ["B/c3", "B/br0", "B/c4"]


def test_addresses_come_from_the_engines_ranges(primer):
    a, b = primer
    assert [a.members(a.find("bridge"))[0][0].address] == ["192.168.7.64"]
    assert [one.address for one, _ in b.members(b.find("bridge"))] == ["192.168.7.80", "192.168.7.81"]
    assert a.find("bridge").pool().gateway == "192.168.7.31"
    assert [route.via for route in a.namespace(a.shelf.find_sandbox("c1").container).routes()][:1] == [
        "192.168.7.31"
    ]


def test_the_hosts_interfaces(primer):
    a, _ = primer
    names = [one.name for one in a.namespace("").interfaces() if not one.peer]
    assert names == ["lo", "em1", "em2", "br0", "br1"]
    bridge = next(one for one in a.namespace("").interfaces() if one.name == "br0")
    ports = [one for one in a.namespace("").interfaces() if one.master == "br0"]
    assert (bridge.carrier, len(ports)) == (True, 2)
    assert bridge.mac == min(port.mac for port in ports)


def test_a_bridge_of_the_user_stays_when_its_network_goes(primer):
    a, _ = primer
    a.stop(a.shelf.find_sandbox("c2").container)
    a.remove("second")
    assert a.devices.find("br1").spec.addresses == ("192.168.100.31/24",)


def test_what_people_should_know(up, store):
    up()
    told = []
    a = Engine(store, "A")
    a.warn = told.append
    a.run("c1")
    (warning,) = told
    assert warning == (
        "c1 is on the physical network, by br0 and em1 (VLAN 101 of sw1): every machine there reaches all its"
        " ports, and its security is up to you"
    )
    a.create(NetworkOptions("hidden"))
    a.run("c2", "hidden")
    assert len(told) == 1


def hosts(first, second, *, ports=(101, 101), docker='DOCKER_OPTS="-b=br0"'):
    return {
        "switches": {"sw1": {"ports": {1: {"vlan": ports[0]}, 2: {"vlan": ports[1]}}}},
        "hosts": {
            "A": {"nics": {"em1": "sw1/1"}, "interfaces": first, "docker": docker},
            "B": {"nics": {"em1": "sw1/2"}, "interfaces": second, "docker": docker},
        },
    }


def test_the_same_address_twice(up, store, reach):
    up(hosts(BRIDGED.format(number=101, port="em1"), BRIDGED.format(number=102, port="em1")))
    told = []
    a, b = Engine(store, "A"), Engine(store, "B")
    b.warn = told.append
    a.run("c1")
    b.run("c3")
    assert "B/c3 and A/c1 have the same address 10.0.0.1 in one segment" in told[1]
    answer, _ = reach("A/c1", "B/c3")
    assert answer.reason == "A/c1 itself answers, not B/c3: both have the address 10.0.0.1"
    answer, _ = reach("A/br0", "B/c3")
    assert answer.reason == "A/c1 answers, not B/c3: both have the address 10.0.0.1"
    assert answer.warnings[0] == "A/c1 and B/c3 have the same address 10.0.0.1"


def test_another_vlan_is_named(up, store, reach):
    up(hosts(BRIDGED.format(number=1, port="em1"), BRIDGED.format(number=9, port="em1"), ports=(101, 102)))
    Engine(store, "A").run("c1")
    answer, way = reach("A/c1", "B/br0")
    assert answer.reason == "A/c1 is in VLAN 101 of sw1, but 10.0.0.9 (B/br0) is in VLAN 102 of sw1"
    assert (answer.sent, way) == (True, [])


def test_docker0_hides_containers(up, store, reach):
    up(hosts(PLAIN.format(number=1), PLAIN.format(number=2), docker=""))
    a, b = Engine(store, "A"), Engine(store, "B")
    assert a.find("bridge").pool().subnet == "172.17.0.0/16"
    a.run("c1")
    b.run("c3")
    b.run("c4")
    answer, way = reach("A/c1", "B/em1")
    assert (answer.reachable, answer.ttl) == (True, 63)
    assert way == ["A/c1", "A/docker0", "A/em1", "sw1", "B/em1"]
    assert not reach("A/c1", "B/c4")[0].reachable
    assert not reach("B/em1", "A/c1")[0].reachable


def test_hosts_without_an_engine_forward_nothing_and_run_nothing(up, store):
    up(hosts(PLAIN.format(number=1), PLAIN.format(number=2), docker=None))
    with pytest.raises(NetworkError, match="host A runs no engine"):
        Engine(store, "A").run("c1")
    with pytest.raises(NetworkError, match="host A runs no engine"):
        Engine(store, "A").create(NetworkOptions("front"))
    assert Engine(store, "A").list() == []


def test_switches_that_are_linked(up, reach):
    up({
        "switches": {
            "sw1": {"ports": {1: {"vlan": 7}, 9: {"trunk": [7, 8], "link": "sw2/9"}}},
            "sw2": {"ports": {1: {"vlan": 7}, 2: {"vlan": 8}, 9: {"trunk": [7, 8]}}},
        },
        "hosts": {
            name: {"nics": {"em1": port}, "interfaces": PLAIN.format(number=number)}
            for number, (name, port) in enumerate((("A", "sw1/1"), ("B", "sw2/1"), ("C", "sw2/2")), 1)
        },
    })  # fmt: skip
    answer, way = reach("A/em1", "B/em1")
    assert (answer.reachable, way) == (True, ["A/em1", "sw1", "sw2", "B/em1"])
    assert not reach("A/em1", "C/em1")[0].reachable


def test_ends_that_are_not_there(primer, reach):
    for ends, message in (
        (("A/nosuch", "B/c3"), "A/nosuch: host A has no container or interface nosuch"),
        (("Z/c1", "B/c3"), "Z/c1: there is no host Z"),
        (("c1", "B/c3"), "c1: the host has no container or interface c1"),
    ):
        with pytest.raises(UnknownEndError) as caught:
            reach(*ends)
        assert (caught.value.message, caught.value.exit_code) == (message, 2)


def test_ends_that_have_no_address(primer, reach):
    a, _ = primer
    a.stop(a.shelf.find_sandbox("c1").container)
    assert reach("A/c1", "B/c3")[0].reason == "A/c1 is not running"
    assert reach("eth0", "B/c3")[0].reason == "the store's own host is connected with none of the topology"


def test_a_topology_ends_with_all_that_is_in_it(primer, store):
    own = Engine(store)
    web = own.run("web")
    end_topology(store)
    for table in ("network_devices", "network_endpoints", "network_sandboxes", "networks"):
        assert store.execute(f"SELECT DISTINCT host FROM {table}").fetchall() == [("",)]
    with pytest.raises(NoSuchHostError, match="there is no host A"):
        Engine(store, "A")
    assert own.address(web) == "172.17.0.2"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 3), min_size=2, max_size=6))
def test_machines_reach_each_other_exactly_when_they_are_in_one_vlan(up, reach, vlans):
    up({
        "switches": {"sw1": {"ports": {number: {"vlan": vlan} for number, vlan in enumerate(vlans, 1)}}},
        "hosts": {
            f"H{number}": {"nics": {"em1": f"sw1/{number}"}, "interfaces": PLAIN.format(number=number)}
            for number, _ in enumerate(vlans, 1)
        },
    })  # fmt: skip
    for one, first in enumerate(vlans, 1):
        for other, second in enumerate(vlans, 1):
            assert reach(f"H{one}/em1", f"H{other}/em1")[0].reachable is (one == other or first == second)
