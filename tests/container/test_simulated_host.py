"""Programs that look at the network, on the simulated host (SPEC N3, N4, N6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from minibuild.container.host import run_on_host
from minibuild.network.creation import NetworkOptions
from minibuild.network.engine import Networks
from minibuild.network.errors import NoSuchHostError
from minibuild.network.records import BRIDGE_NAME, ContainerEndpoints
from minibuild.store import Store

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

COMMANDS = """\
ip a
ip -4 a show dev docker0
ip -o a
ip -br a
ip -br link show type bridge
ip link show master br9
ip link show up
ip -d link show eth0
ip addr show nosuch
ip link set eth0 down
ip route
ip route show dev docker0
ip route show default
ip route get 172.17.0.2
ip route get 9.9.9.9
ip route get 172.17.0.1
ip neigh
ip rule
ip xyzzy
brctl show
brctl show br9 nosuch
brctl showmacs docker0
brctl addbr br8
brctl xyzzy
bridge link
bridge fdb
bridge xyzzy
ethtool -S VETH
ethtool -S docker0
ethtool -S nosuch
ethtool -i VETH
ethtool docker0
ethtool nosuch
iptables -S
iptables -t nat -S
iptables -t nat -L -n
iptables -L DOCKER -v --line-numbers
iptables -t raw -S
iptables -L NOSUCH
iptables -A INPUT -j DROP
iptables
ss -ltn
ss -lH
ss -tnlp
netstat -ltnp
netstat -rn
ifconfig docker0
ifconfig nosuch
ifconfig eth0 down
route -n
route add default gw 1.2.3.4
hostname -I
cat /sys/class/net/docker0/operstate /sys/class/net/VETH/iflink
getent hosts localhost
nslookup db
xyzzy
"""


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "store") as store:
        yield store


@pytest.fixture
def on_host(store):
    """Run a command; its output, its errors with a `!`, and its status if it is not 0."""

    def run(*words):
        pieces = []
        status = run_on_host(store, "", words, lambda number, data: pieces.append((number, data.decode())))
        out = "".join(text for number, text in pieces if number == 1)
        errors = "".join(text for number, text in pieces if number == 2)
        shown = out + "".join(f"! {line}\n" for line in errors.splitlines())
        return shown + (f"[{status}]\n" if status else "")

    return run


@pytest.fixture
def web(store):
    """A container on docker0 with a port, and a network without containers."""
    networks = Networks(store)
    networks.create(NetworkOptions("front", options={BRIDGE_NAME: "br9"}))
    networks.attach(ContainerEndpoints("c" * 64, "web", ports={"80/tcp": [["", "8080"]]}))
    networks.start("c" * 64)
    return networks.endpoints("c" * 64).networks[0][1]


def test_programs(store, web, on_host, snapshot: SnapshotAssertion):
    text = ""
    for line in COMMANDS.splitlines():
        text += f"$ {line}\n" + on_host(*line.replace("VETH", web.veth).split())
    text = text.replace(web.veth, "veth1234567").replace(web.veth_mac, "VETH-MAC")
    for device in Networks(store).devices.all():
        if device.kind == "bridge":
            text = text.replace(device.mac, f"{device.name}-MAC")
            text = text.replace(device.mac.replace(":", ""), f"{device.name}-ID")
    assert text == snapshot


def test_a_shell_with_the_usual_programs(on_host):
    assert on_host("sh", "-c", "ip a | grep -c inet; hostname; cat /etc/hostname") == (
        "3\ndocker-host\ndocker-host\n"
    )


def test_ping(web, on_host):
    shown = re.sub(r"[0-9./]+ ms", "T ms", on_host("ping", "-c", "2", "-i", "0.1", "172.17.0.2"))
    assert shown == (
        "PING 172.17.0.2 (172.17.0.2): 56 data bytes\n"
        "64 bytes from 172.17.0.2: seq=0 ttl=64 time=T ms\n"
        "64 bytes from 172.17.0.2: seq=1 ttl=64 time=T ms\n"
        "\n--- 172.17.0.2 ping statistics ---\n"
        "2 packets transmitted, 2 packets received, 0% packet loss\n"
        "round-trip min/avg/max = T ms\n"
    )


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["-c", "1", "nosuch"], "! ping: bad address 'nosuch'\n[1]\n"),
        (["-c", "x", "localhost"], "! ping: invalid number 'x'\n[1]\n"),
        (["-I", "eth9", "1.2.3.4"], "! ping: can't bind to interface eth9: No such device\n[1]\n"),
    ],
)
def test_pings_that_can_not_be_sent(on_host, words, shown):
    assert on_host("ping", *words) == shown


def test_nobody_answers(on_host):
    shown = on_host("ping", "-q", "-c", "2", "-W", "1", "172.17.0.9")
    assert shown.endswith("2 packets transmitted, 0 packets received, 100% packet loss\n[1]\n")


def test_another_host_is_not_there(store):
    with pytest.raises(NoSuchHostError):
        run_on_host(store, "Z", ["ip", "a"], lambda number, data: None)
