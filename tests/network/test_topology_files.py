"""Topology files, /etc/network/interfaces and /etc/default/docker: read, checked, refused (SPEC M1-M3)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minibuild.network.daemon_options import read_daemon_options
from minibuild.network.errors import TopologyError
from minibuild.network.plan import make_plan
from minibuild.network.stanzas import read_interfaces
from minibuild.network.topology_file import Topology, read_topology

SAMPLE = Path(__file__).parents[2] / "samples" / "topology" / "primer.yaml"
BRIDGE = """\
auto br0
iface br0 inet static
    address 10.0.0.1
    netmask 255.255.255.0
    bridge_ports em1
"""
PAIR = "{em1: sw1/1, em2: sw1/2}"
TWO = "1: {vlan: 1}, 2: {vlan: 1}"
RANGES = (
    "the engines of A and B give containers addresses of the same range (10.0.0.0/24 and 10.0.0.0/24) in one"
    " segment: give each a --fixed-cidr of its own"
)
MACHINE = """\
  {name}:
    nics: {{em1: sw1/{port}}}
    interfaces: |
{stanza}    docker: |
      DOCKER_OPTS="-b=br0 -D"
"""


@pytest.fixture
def plan_of(tmp_path):
    def plan(text):
        path = tmp_path / "t.yaml"
        path.write_text(text)
        return make_plan(read_topology(str(path)))

    return plan


def host(nics="{em1: sw1/1}", interfaces="", docker=None, ports="1: {vlan: 101}"):
    text = f"switches: {{sw1: {{ports: {{{ports}}}}}}}\nhosts:\n  A:\n    nics: {nics}\n"
    for key, value in (("interfaces", interfaces), ("docker", docker)):
        if value is not None:
            text += f"    {key}: |\n" + "".join(f"      {line}\n" for line in value.splitlines())
    return text


def test_the_sample(plan_of):
    plan = plan_of(SAMPLE.read_text())
    assert plan.warnings == []
    first = plan.hosts[0]
    assert [(one.name, one.kind, one.master, one.addresses) for one in first.devices.values()] == [
        ("em1", "physical", "br0", ()),
        ("em2", "physical", "br1", ()),
        ("br0", "bridge", "", ("192.168.7.31/20",)),
        ("br1", "bridge", "", ("192.168.100.31/24",)),
    ]
    assert (first.gateway, first.gateway_device) == ("192.168.7.254", "br0")
    assert first.nameservers == ("8.8.8.8", "192.168.6.1")
    assert (first.engine.bridge, first.engine.fixed_cidr) == ("br0", "192.168.7.64/28")
    assert plan.hosts[2].engine is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hosts: {}", "hosts: dictionary should have at least 1 item"),
        ("[]", "a topology has `switches` and `hosts`"),
        ("hosts: [1", "expected ',' or ']'"),
        ("hosts: {A: {}, A: {}}", "A stands twice"),
        ("hosts: {A: {nick: {}}}", "hosts.A.nick: this key is not known"),
        ("hosts: {A: {nics: {em1: [1]}}}", "hosts.A.nics.em1: input should be a valid string"),
        ("hosts: {'a b': {}}", "host 'a b'"),
        (host("{em1: sw9/1}"), "host A: em1: sw9/1: there is no switch sw9"),
        (host("{em1: sw1/7}"), "host A: em1: sw1/7: switch sw1 has no such port"),
        (host("{em1: sw1/1, em2: sw1/1}"), "port sw1/1 has a cable already: that of A/em1"),
        (host("{docker0: sw1/1}"), "docker0 is no name for a NIC"),
        (host(ports="1: {vlan: 5000}"), "port sw1/1: VLAN 5000 is not between 1 and 4094"),
        (host(ports="0: {vlan: 1}"), "port sw1/0: ports are numbered from 1"),
        (host(ports="1: {vlan: 1, trunk: [2]}"), "port sw1/1: a port has either a vlan or a trunk"),
        (host(ports="1: {}"), "port sw1/1: a port has either a vlan or a trunk"),
        (host(ports="1: {vlan: 1}, 2: {vlan: 1, link: sw2/1}"), "there is no port sw2/1"),
        (host(ports="1: {vlan: 1, link: sw1/2}, 2: {vlan: 1}"), "sw1/2 is a port of the same switch: a loop"),
        (host(interfaces=BRIDGE.replace("em1", "em7")), "host A: br0: bridge_ports: there is no em7"),
        (host(interfaces=BRIDGE.replace("em1", "em1.5")), "port sw1/1 does not carry VLAN 5 with a tag"),
        (host(interfaces=BRIDGE + BRIDGE.replace("br0", "br1")), "em1 is a port of br0"),
        (host(interfaces="auto em5\niface em5 inet manual"), "host A: em5: there is no such interface"),
        (host(interfaces=BRIDGE, docker='DOCKER_OPTS="-b=br9"'), "docker: -b=br9: there is no such bridge"),
        (host(docker='DOCKER_OPTS="-b=em1"'), "-b=em1: there is no such bridge"),
        (host(docker='DOCKER_OPTS="-b=br0'), "host A: docker, line 1: No closing quotation"),
        (host(PAIR, BRIDGE.replace("em1", "em1 em2"), ports=TWO), "a loop"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(plan_of, text, message):
    with pytest.raises(TopologyError) as caught:
        plan_of(text)
    assert message in caught.value.render()


def test_a_spanning_tree_breaks_a_loop(plan_of):
    text = BRIDGE.replace("em1", "em1 em2") + "    bridge_stp on\n"
    plan = plan_of(host(PAIR, text, ports=TWO))
    assert plan.hosts[0].devices["br0"].stp


def test_two_switches(plan_of):
    text = """
switches:
  sw1: {ports: {1: {vlan: 7}, 9: {trunk: [7, 8], link: sw2/9}}}
  sw2: {ports: {1: {vlan: 7}, 9: {trunk: [7, 8]}}}
hosts: {A: {nics: {em1: sw1/1}}, B: {nics: {em1: sw2/1}}}
"""
    assert plan_of(text).ports["sw2/9"].link == "sw1/9"
    first = "9: {vlan: 7, link: sw2/9}, 8: {vlan: 7, link: sw2/8}"
    loop = text.replace("9: {trunk: [7, 8], link: sw2/9}", first)
    with pytest.raises(TopologyError, match="a loop: VLAN 7 of sw1 and VLAN 7 of sw2 are connected twice"):
        plan_of(loop.replace("9: {trunk: [7, 8]}", "9: {vlan: 7}, 8: {vlan: 7}"))


def test_a_vlan_of_a_trunk(plan_of):
    text = BRIDGE.replace("em1", "em1.102")
    text += "auto em1.101\niface em1.101 inet static\n  address 10.1.0.1/24\n"
    (planned,) = plan_of(host(interfaces=text, ports="1: {trunk: [101, 102]}")).hosts
    shown = [(one.name, one.kind, one.master, one.parent, one.vlan) for one in planned.devices.values()]
    assert shown == [
        ("em1", "physical", "", "", 0),
        ("em1.102", "vlan", "br0", "em1", 102),
        ("br0", "bridge", "", "", 0),
        ("em1.101", "vlan", "", "em1", 101),
    ]


def test_what_is_not_wise_is_told(plan_of):
    stanza = "".join(f"      {line}\n" for line in BRIDGE.splitlines())
    text = f"switches: {{sw1: {{ports: {{{TWO}}}}}}}\nhosts:\n"
    for name, port in (("A", 1), ("B", 2)):
        text += MACHINE.format(name=name, port=port, stanza=stanza)
    assert plan_of(text).warnings == [
        "host A: docker: the option --debug is not simulated",
        "host B: docker: the option --debug is not simulated",
        "A/br0 and B/br0 have the same address 10.0.0.1 in one segment",
        RANGES,
    ]


def test_interfaces_as_ifupdown_reads_them():
    text = """\
# comment
auto lo br0
iface lo inet loopback
allow-hotplug em3
iface br0 inet static
  address 10.0.0.1
  netmask 255.255.255.0
  bridge_ports em1 \\
     em2
  bridge_stp on
  up ip route add 10.5.0.0/16 via 10.0.0.9
iface em3 inet dhcp
iface em4 inet static
  address 10.4.0.1/30
iface br0 inet6 static
  address fd00::1/64
"""
    stanzas = {one.name: one for one in read_interfaces(text, "x")}
    assert stanzas["br0"].bridge_ports == ("em1", "em2")
    assert stanzas["br0"].addresses == ("10.0.0.1/24", "fd00::1/64")
    assert (stanzas["em3"].auto, stanzas["em3"].method, stanzas["em4"].auto) == (True, "dhcp", False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("address 10.0.0.1", "x, line 1: address: there is no iface line above it"),
        ("\niface br0 inet", "x, line 2: an iface line has a name, a family and a method"),
        ("iface br0 ipx static", "iface br0: ipx static is not known"),
        ("iface br0 inet static", "iface br0: a static interface needs an address"),
        ("iface br0 inet static\naddress 1.2.3.4", "iface br0: netmask is missing"),
        ("iface br0 inet static\naddress 1.2.3\nnetmask 255.0.0.0", "address 1.2.3, netmask 255.0.0.0 is no"),
        ("iface br0 inet static\naddress 1.2.3.4/8\ngateway x", "iface br0: gateway x is no address"),
        ("iface br0 inet manual\nmtu", "x, line 2: mtu has no value"),
    ],
)
def test_interfaces_that_are_wrong(text, message):
    with pytest.raises(TopologyError) as caught:
        read_interfaces(text, "x")
    assert message in caught.value.message


def test_the_engines_options():
    text = """
# DOCKER_OPTS="-b=no"
DOCKER_OPTS="-b=br0 --fixed-cidr=10.0.0.16/28"  # comment
DOCKER_OPTS="$DOCKER_OPTS --dns 8.8.8.8 --dns=8.8.4.4 --icc=false --mtu 1400 --log-level=debug"
"""
    options = read_daemon_options(text, "x")
    assert (options.bridge, options.fixed_cidr) == ("br0", "10.0.0.16/28")
    assert (options.dns, options.others) == (("8.8.8.8", "8.8.4.4"), ("log-level",))
    assert (options.icc, options.masquerade, options.mtu) == (False, True, 1400)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("-b=br0 --bip=10.0.0.1/24", "--bip and -b exclude each other"),
        ("--fixed-cidr=10.0.0.1/24", "--fixed-cidr=10.0.0.1/24 can't be used"),
        ("--mtu=big", "--mtu=big can't be used"),
        ("br0", "br0 belongs to no option"),
    ],
)
def test_options_that_are_wrong(options, message):
    with pytest.raises(TopologyError) as caught:
        read_daemon_options(f'DOCKER_OPTS="{options}"', "x")
    assert message in caught.value.message


def test_files_that_can_not_be_read(tmp_path):
    with pytest.raises(TopologyError, match="can't read"):
        read_topology(str(tmp_path / "nosuch"))
    (tmp_path / "big").write_bytes(b"#" * (2 << 20))
    with pytest.raises(TopologyError, match="larger than a topology file can be"):
        read_topology(str(tmp_path / "big"))
    bad = (b"\xff\xfe\x00", b"a: !!python/object:os.system {}", b"[" * 5000, b"? !!set {a}\n: b")
    for number, text in enumerate(bad):
        (tmp_path / str(number)).write_bytes(text)
        with pytest.raises(TopologyError):
            read_topology(str(tmp_path / str(number)))


TEXT = (
    "auto iface br0 em1 inet inet6 static address 10.0.0.1/24 netmask gateway bridge_ports vlan-raw-device"
    ' em1.5 mtu ١٢ \\ # DOCKER_OPTS= " -b=br0 --mtu x'
)
WORDS = st.sampled_from(TEXT.split())
LINES = st.lists(st.lists(WORDS, max_size=5).map(" ".join), max_size=8).map("\n".join)


@settings(max_examples=200, deadline=None)
@given(interfaces=LINES, docker=LINES)
def test_any_text_is_read_or_refused_in_words(interfaces, docker):
    hosts = {"A": {"nics": {"em1": ""}, "interfaces": interfaces, "docker": docker}}
    try:
        plan = make_plan(Topology.model_validate({"hosts": hosts}))
    except TopologyError as error:
        assert "A" in error.message
    else:
        assert plan.hosts[0].engine is not None


def test_the_guides_example(plan_of):
    text = (Path(__file__).parents[2] / "docs" / "guides" / "topology.md").read_text(encoding="utf-8")
    plan = plan_of(text.partition("```yaml\n")[2].partition("```")[0])
    assert plan.ports["sw1/2"].untagged == 1
    assert plan.ports["sw2/1"].link == "sw1/3"
    assert plan.hosts[0].engine.bridge == "br0"
