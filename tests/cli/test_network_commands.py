"""The network, host, topology and reach commands, as somebody types them (SPEC N1-N8, M1-M5)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

SAMPLE = Path(__file__).parents[2] / "samples" / "topology" / "primer.yaml"
SLEEP = ("busybox", "sleep", "600")


def plain(text: str) -> str:
    """A text with everything random in it replaced."""
    text = re.sub(r"\b[0-9a-f]{64}\b", "ID", text)
    text = re.sub(r"\bveth[0-9a-f]{7}\b", "veth1234567", text)
    text = re.sub(r"\b[0-9a-f]{12}(?= )", "SHORT-ID    ", text)
    return re.sub(r'"Created": "[^"]*"', '"Created": "WHEN"', text)


@pytest.fixture
def primer(minibuild):
    """The sample topology with the primer's four containers."""
    second = ("--subnet", "192.168.100.0/24", "--gateway", "192.168.100.31")
    for words in (
        ("topology", "up", SAMPLE),
        ("--host", "A", "run", "-d", "--name", "c1", *SLEEP),
        ("--host", "A", "network", "create", *second, "-o", "com.docker.network.bridge.name=br1", "second"),
        ("--host", "A", "run", "-d", "--name", "c2", "--network", "second", *SLEEP),
        ("--host", "B", "run", "-d", "--name", "c3", *SLEEP),
        ("--host", "B", "run", "-d", "--name", "c4", *SLEEP),
    ):
        shown = minibuild(*words)
        assert shown.status == 0, shown.err
    return minibuild


def test_a_network_from_its_creation_to_its_end(minibuild, snapshot: SnapshotAssertion) -> None:
    made = minibuild(
        "network", "create", "--subnet", "10.9.1.0/24", "--ip-range", "10.9.1.128/25", "--label", "team=db",
        "-o", "com.docker.network.driver.mtu=1400", "back",
    )  # fmt: skip
    assert re.fullmatch(r"[0-9a-f]{64}\n", made.out)
    placed = ("--network", "back", "--ip", "10.9.1.200")
    assert minibuild("run", "-d", "--name", "web", *placed, *SLEEP).status == 0
    text = ""
    for words in (
        ("network", "ls"),
        ("network", "ls", "--filter", "label=team=db", "--format", "{{.Name}} {{.Driver}} {{.Internal}}"),
        ("network", "ls", "-q", "--filter", "type=custom", "--no-trunc"),
        ("network", "inspect", "back"),
        ("network", "rm", "back"),
        ("network", "disconnect", "back", "web"),
        ("network", "connect", "--alias", "www", "back", "web"),
        ("exec", "web", "ip", "-o", "-4", "a"),
        ("rm", "-f", "web"),
        ("network", "rm", "back", "nosuch"),
        ("network", "inspect", "nosuch"),
        ("network", "ls", "--filter", "colour=red"),
    ):
        shown = minibuild(*words)
        text += f"$ {' '.join(words)}\n{plain(shown.out)}{plain(shown.err)}[{shown.status}]\n"
    assert re.sub(r"(?m)^\d+: eth", "N: eth", text) == snapshot


def test_prune_asks(minibuild) -> None:
    minibuild("network", "create", "idle")
    shown = minibuild("network", "prune", stdin=b"n\n", terminal=True)
    assert "This will remove all custom networks not used by at least one container." in shown.out + shown.err
    assert minibuild("network", "prune").status == 2
    assert "idle" in minibuild("network", "ls").out
    assert minibuild("network", "prune", "-f").out == "Deleted Networks:\nidle\n\n"
    assert minibuild("network", "prune", "-f").out == ""


def test_containers_by_name(minibuild) -> None:
    minibuild("network", "create", "front")
    minibuild("run", "-d", "--name", "db", "--network", "front", "--network-alias", "sql", *SLEEP)
    for name in ("db", "sql"):
        shown = minibuild("run", "--rm", "--network", "front", "busybox", "ping", "-c", "1", name)
        assert f"PING {name} (172.18.0.2): 56 data bytes\n64 bytes from 172.18.0.2: seq=0 ttl=64" in shown.out
    shown = minibuild("run", "--rm", "busybox", "ping", "-c", "1", "db")
    assert (shown.status, shown.err) == (1, "ping: bad address 'db'\n")


def test_the_hosts_view(minibuild) -> None:
    assert "docker0: <NO-CARRIER," in minibuild("host", "exec", "--", "ip", "a").out
    minibuild("run", "-d", "--name", "web", "-p", "8080:80", *SLEEP)
    bridges = minibuild("host", "exec", "brctl", "show").out
    (veth,) = re.findall(r"veth[0-9a-f]{7}", bridges)
    statistics = minibuild("host", "exec", "--", "ethtool", "-S", veth).out
    number = re.findall(r"peer_ifindex: (\d+)", statistics)[0]
    inside = minibuild("exec", "web", "ip", "a").out
    assert f"\n{number}: eth0@if{int(number) + 1}: <" in inside
    assert "--to-destination 172.17.0.2:80" in minibuild("host", "exec", "iptables", "-t", "nat", "-S").out
    assert minibuild("host", "exec", "ping", "-c", "1", "172.17.0.2").status == 0
    assert minibuild("host", "exec", "nosuch").status == 127


def test_a_network_of_containers_that_ended(minibuild) -> None:
    minibuild("run", "--name", "web", "busybox", "true")
    assert minibuild("network", "inspect", "-f", "{{len .Containers}}", "bridge").out == "0\n"


def test_the_primers_picture(primer, snapshot: SnapshotAssertion) -> None:
    text = plain(primer("topology", "show").out)
    for ends in (("A/c1", "B/c4"), ("A/c2", "B/c3"), ("C/em1", "A/c1"), ("B/c3", "A/c2")):
        shown = primer("reach", *ends)
        text += f"$ reach {' '.join(ends)}\n{shown.out}{shown.err}[{shown.status}]\n"
    text += primer("reach", "--format", "json", "A/c1", "B/c3").out
    assert text == snapshot


def test_the_drawing(primer, tmp_path: Path) -> None:
    assert primer("topology", "show", "--format", "svg", "-o", tmp_path / "t.svg") == (0, "", "")
    drawing = ElementTree.parse(tmp_path / "t.svg").getroot()
    words = {text for one in drawing.iter() if (text := (one.text or "").strip())}
    assert {"sw1", "em1", "br0", "c1", "c4", "1: VLAN 101", "192.168.7.64"} <= words
    assert primer("topology", "show", "-o", tmp_path / "no" / "t.svg").status == 1


def test_hosts_are_apart(primer) -> None:
    assert primer("--host", "A", "ps", "--format", "{{.Names}}").out == "c2\nc1\n"
    assert primer("ps", "-q").out == ""
    (bridge,) = json.loads(primer("--host", "A", "network", "inspect", "bridge").out)
    assert bridge["IPAM"]["Config"] == [
        {"Subnet": "192.168.0.0/20", "IPRange": "192.168.7.64/28", "Gateway": "192.168.7.31"}
    ]
    assert "192.168.7.254" in primer("--host", "B", "host", "exec", "ip", "route").out


def test_down_ends_everything(primer) -> None:
    assert primer("topology", "down") == (0, "", "")
    shown = primer("--host", "A", "ps")
    assert (shown.status, "there is no host A" in shown.err) == (1, True)
    assert primer("topology", "show").status == 1
    assert primer("system", "verify").status == 0


def test_up_replaces_what_was_up(primer) -> None:
    assert primer("topology", "up", SAMPLE).status == 0
    assert primer("--host", "A", "ps", "-aq").out == ""


def test_a_file_that_can_not_be_used_changes_nothing(primer, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("hosts:\n  A:\n    docker: |\n      DOCKER_OPTS='-b=br9'\n")
    shown = primer("topology", "up", path)
    assert (shown.status, shown.err) == (
        1, f"{path}: host A: docker: -b=br9: there is no such bridge\n  hint: the host has none\n",
    )  # fmt: skip
    assert primer("topology", "check", path).status == 1
    assert primer("--host", "A", "ps", "--format", "{{.Names}}").out == "c2\nc1\n"


def test_check_only_reads(minibuild) -> None:
    shown = minibuild("topology", "check", SAMPLE)
    assert shown == (0, f"{SAMPLE}: 3 hosts, 1 switch\n", "")
    assert minibuild("topology", "down") == (0, "", "")


def test_unknown_ends(primer) -> None:
    shown = primer("reach", "A/nosuch", "B/c3")
    assert (shown.status, shown.out) == (2, "")
    assert "host A has no container or interface nosuch" in shown.err
