"""How an interface reads in the kernel's words: flags, state, queue, and the lines of `ip`."""

from __future__ import annotations

from ipaddress import IPv4Interface, ip_interface
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minibuild.network.view import Interface

BROADCAST = "ff:ff:ff:ff:ff:ff"
FOREVER = "valid_lft forever preferred_lft forever"
_QUEUED = ("physical", "vlan")
_LENGTH = 1000


def flags(interface: Interface, *, busybox: bool = False) -> str:
    """`BROADCAST,MULTICAST,UP,LOWER_UP`, as they stand between angle brackets."""
    if interface.kind == "loopback":
        return "LOOPBACK,UP,LOWER_UP"
    words = ["BROADCAST", "MULTICAST", "UP"]
    if interface.carrier:
        words.append("LOWER_UP")
    else:
        words.insert(0, "NO-CARRIER")
    # busybox looks for the other end's index in its own namespace and takes it for down.
    if busybox and interface.peer:
        words.append("M-DOWN")
    return ",".join(words)


def state(interface: Interface) -> str:
    """`UP`, `DOWN`, or `UNKNOWN` for lo."""
    if interface.kind == "loopback":
        return "UNKNOWN"
    return "UP" if interface.carrier else "DOWN"


def queue(interface: Interface) -> str:
    """The queueing discipline."""
    return "pfifo_fast" if interface.kind == "physical" else "noqueue"


def queue_length(interface: Interface) -> int:
    """The transmit queue's length; 0 for those that have none, or whose maker asked for none."""
    if interface.kind in ("veth", "eth") or (interface.kind == "bridge" and interface.managed):
        return 0
    return _LENGTH


def shown_name(interface: Interface) -> str:
    """`eth0@if51` for an end of a pair, `em1.101@em1` for a VLAN, else the name."""
    if interface.peer:
        return f"{interface.name}@if{interface.peer}"
    return f"{interface.name}@{interface.parent}" if interface.parent else interface.name


def link_line(interface: Interface, *, busybox: bool, mode: bool = False) -> str:
    """The first line of an interface, with the blank that ends it where there is no queue length."""
    words = f"{interface.index}: {shown_name(interface)}: <{flags(interface, busybox=busybox)}>"
    words += f" mtu {interface.mtu} qdisc {queue(interface)} "
    if interface.master:
        words += f"master {interface.master} "
    if not busybox:
        words += f"state {state(interface)} "
        if mode:
            words += "mode DEFAULT "
        words += "group default "
    length = queue_length(interface)
    return words + (f"qlen {length}" if length else "")


def hardware_line(interface: Interface, *, busybox: bool) -> str:
    """The line with the MAC address."""
    if interface.kind == "loopback":
        return f"    link/loopback {interface.mac} brd {interface.mac}"
    text = f"    link/ether {interface.mac} brd {BROADCAST}"
    return text if busybox or not interface.peer else f"{text} link-netnsid {interface.peer_netns}"


def address_words(interface: Interface, text: str) -> str:
    """`inet 172.17.0.2/16 brd 172.17.255.255 scope global eth0`"""
    own = ip_interface(text)
    if not isinstance(own, IPv4Interface):
        return f"inet6 {text} scope global nodad"
    if interface.kind == "loopback":
        return f"inet {text} scope host {interface.name}"
    wide = own.network.prefixlen < 31
    broadcast = f" brd {own.network.broadcast_address}" if wide else ""
    return f"inet {text}{broadcast} scope global {interface.name}"


def bridge_id(interface: Interface) -> str:
    """`8000.` and the MAC address, as `brctl` prints it."""
    return "8000." + interface.mac.replace(":", "")
