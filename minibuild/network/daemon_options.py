"""/etc/default/docker: what options the engine of a host starts with."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface, ip_network

from minibuild.network.errors import TopologyError

_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?(DOCKER_OPTS)=(.*)")
_LONG = {"b": "bridge", "H": "host", "D": "debug", "s": "storage-driver", "l": "log-level", "g": "graph"}
_SWITCHES = ("icc", "ip-masq", "debug", "iptables", "ip-forward", "ipv6", "tls", "tlsverify")
_TRUE = ("true", "1", "t")


@dataclass(frozen=True, slots=True)
class DaemonOptions:
    """The options that concern networks, and the names of those that don't."""

    bridge: str = ""
    fixed_cidr: str = ""
    bip: str = ""
    dns: tuple[str, ...] = ()
    mtu: int = 1500
    icc: bool = True
    masquerade: bool = True
    others: tuple[str, ...] = ()


def read_daemon_options(text: str, source: str) -> DaemonOptions:
    """The options in the last DOCKER_OPTS that is no comment. `source` says whose text it is, for errors.
    Raise `TopologyError`.
    """
    words: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        match = _ASSIGNMENT.match(line)
        if match is None:
            continue
        try:
            values = shlex.split(match.group(2), comments=True)
        except ValueError as error:
            raise TopologyError(f"{source}, line {number}: {error}") from None
        before = words
        words = []
        for word in " ".join(values).split():
            words += before if word in ("$DOCKER_OPTS", "${DOCKER_OPTS}") else [word]
    return _options(words, source)


def _options(words: list[str], source: str) -> DaemonOptions:
    given: dict[str, list[str]] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            raise TopologyError(f"{source}: DOCKER_OPTS: {word} belongs to no option")
        name, equals, value = word.lstrip("-").partition("=")
        name = _LONG.get(name, name)
        if not equals:
            alone = name in _SWITCHES or not rest or rest[0].startswith("-")
            value = "true" if alone else rest.pop(0)
        given.setdefault(name, []).append(value)
    last = {name: values[-1] for name, values in given.items()}
    known = ("bridge", "fixed-cidr", "bip", "dns", "mtu", "icc", "ip-masq")
    if last.get("bridge") and last.get("bip"):
        raise TopologyError(f"{source}: DOCKER_OPTS: --bip and -b exclude each other")
    for name in ("fixed-cidr", "bip", "dns", "mtu"):
        for value in given.get(name, ()):
            _check(name, value, source)
    return DaemonOptions(
        last.get("bridge", ""),
        last.get("fixed-cidr", ""),
        last.get("bip", ""),
        tuple(given.get("dns", ())),
        int(last.get("mtu", 1500)),
        last.get("icc", "true") in _TRUE,
        last.get("ip-masq", "true") in _TRUE,
        tuple(name for name in given if name not in known),
    )


def _check(name: str, value: str, source: str) -> None:
    try:
        if name == "fixed-cidr":
            ip_network(value)
        elif name == "bip":
            ip_interface(value)
        elif name == "dns":
            ip_address(value)
        elif not 68 <= int(value) <= 65535:
            raise ValueError
    except ValueError:
        raise TopologyError(f"{source}: DOCKER_OPTS: --{name}={value} can't be used") from None
