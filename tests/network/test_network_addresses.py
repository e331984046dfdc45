"""Pools, addresses, MACs, interface numbers (SPEC N4, N5)."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minibuild.network.addresses import Addresses
from minibuild.network.creation import NetworkOptions
from minibuild.network.errors import NetworkError
from minibuild.network.pools import next_pool, predefined_pools
from minibuild.network.records import Pool

PARTS = ["", "10.0.0.8/29"]


def pool_of(engine, name):
    pool = engine.find(name).pool()
    return pool.subnet, pool.gateway


def test_pools_come_in_order_and_do_not_go_back(engine):
    for name in ("a", "b", "c"):
        engine.create(NetworkOptions(name))
    assert [pool_of(engine, name)[0] for name in "abc"] == ["172.18.0.0/16", "172.19.0.0/16", "172.20.0.0/16"]
    engine.remove("a")
    engine.create(NetworkOptions("d"))
    assert pool_of(engine, "d") == ("172.21.0.0/16", "172.21.0.1")


def test_pools_go_round_and_skip_what_overlaps():
    assert str(predefined_pools()[14]) == "172.31.0.0/16"
    assert next_pool(14, ["172.31.165.194/32"])[0] == "192.168.0.0/20"
    assert next_pool(1, ["172.18.5.0/24"])[0] == "172.19.0.0/16"
    assert next_pool(30, [])[1] == 0
    assert next_pool(30, ["192.168.240.0/24"])[0] == "172.17.0.0/16"
    with pytest.raises(NetworkError, match="non-overlapping IPv4 address pool"):
        next_pool(3, ["172.16.0.0/12", "192.168.0.0/16"])


def test_the_pool_of_the_hosts_own_network_is_skipped(engine):
    subnets = []
    for number in range(14):
        engine.create(NetworkOptions(f"n{number}"))
        subnets.append(pool_of(engine, f"n{number}")[0])
    assert subnets[12:] == ["172.30.0.0/16", "192.168.0.0/20"]  # eth0 is in 172.31.160.0/20


def test_lowest_free_address_first(engine):
    ids = [engine.run(f"c{number}") for number in range(3)]
    assert [engine.address(one) for one in ids] == ["172.17.0.2", "172.17.0.3", "172.17.0.4"]
    engine.forget(ids[0])
    assert engine.address(engine.run("c4")) == "172.17.0.2"


def test_a_stopped_container_has_no_address_and_takes_the_lowest_at_its_start(engine):
    one, two = engine.run("c1"), engine.run("c2")
    for container in (one, two):
        engine.stop(container)
        assert engine.address(container) == ""
    engine.start(two)
    engine.start(one)
    assert (engine.address(two), engine.address(one)) == ("172.17.0.2", "172.17.0.3")


def test_mac_follows_the_address(engine):
    ((_, endpoint),) = engine.endpoints(engine.run("c1")).networks
    assert endpoint.mac == "02:42:ac:11:00:02"


def test_veth_pairs_and_their_numbers(engine):
    first = engine.endpoints(engine.run("c1")).networks[0][1]
    engine.forget(first.container)
    second = engine.endpoints(engine.run("c2")).networks[0][1]
    assert re.fullmatch("veth[0-9a-f]{7}", second.veth)
    assert second.number == first.number + 2
    assert second.veth != first.veth


@pytest.mark.parametrize(
    ("options", "gateway", "first"),
    [
        ({"subnets": ("10.9.0.0/24",)}, "10.9.0.1", "10.9.0.2"),
        ({"subnets": ("10.9.1.0/24",), "ranges": ("10.9.1.128/25",), "gateways": ("10.9.1.254",)},
         "10.9.1.254", "10.9.1.128"),
        ({"subnets": ("10.20.0.0/16",), "ranges": ("10.20.1.0/24",), "gateways": ("10.20.0.1",)},
         "10.20.0.1", "10.20.1.0"),
        ({"subnets": ("10.9.0.0/29",), "gateways": ("10.9.0.6",)}, "10.9.0.6", "10.9.0.1"),
        ({"subnets": ("10.9.0.0/24",), "auxiliary": {"router": "10.9.0.2"}}, "10.9.0.1", "10.9.0.3"),
    ],
)  # fmt: skip
def test_first_addresses(engine, options, gateway, first):
    engine.create(NetworkOptions("n", **options))
    assert pool_of(engine, "n")[1] == gateway
    assert engine.address(engine.run("c", "n")) == first


def test_a_full_network(engine):
    id_ = engine.create(NetworkOptions("tiny", subnets=("10.9.0.0/30",)))
    one, two = engine.run("c1", "tiny"), engine.create_container("c2", "tiny")
    with pytest.raises(NetworkError) as caught:
        engine.start(two)
    full = "no available IPv4 addresses on this network's address pools"
    assert caught.value.message == f"{full}: tiny ({id_})"
    engine.stop(one)
    engine.start(two)
    assert engine.address(two) == "10.9.0.2"


@pytest.mark.parametrize("subnet", ["10.9.0.0/31", "10.9.0.0/32"])
def test_too_small_for_a_gateway(engine, subnet):
    with pytest.raises(NetworkError, match=r"failed to allocate gateway \(\): No available addresses"):
        engine.create(NetworkOptions("n", subnets=(subnet,)))
    assert [network.name for network in engine.list()] == ["bridge", "host", "none"]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 31)), max_size=60), part=st.sampled_from(PARTS))
def test_free_addresses_behave_as_a_set(store, steps, part):
    store.execute("DELETE FROM network_free")
    pool = Pool("10.0.0.0/27", ip_range=part)
    addresses = Addresses(store, "n", pool)
    addresses.prepare()
    free = set(range(1, 31))
    inside = range(8, 16) if part else range(32)
    for give, number in steps:
        if give and 0 < number < 31:
            addresses.give_back(f"10.0.0.{number}")
            free.add(number)
        elif not give:
            wanted = min((one for one in free if one in inside), default=None)
            if wanted is None:
                with pytest.raises(NetworkError):
                    addresses.take()
            else:
                assert addresses.take() == f"10.0.0.{wanted}"
                free.discard(wanted)
        assert addresses.free() == len(free)
