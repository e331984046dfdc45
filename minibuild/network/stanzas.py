"""/etc/network/interfaces as ifupdown reads it: which interfaces come up, and with what."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, ip_interface

from minibuild.network.errors import TopologyError

_PASSING = ("source", "source-directory", "source-dir", "mapping", "rename", "no-auto-down", "no-scripts")
_METHODS = ("static", "manual", "dhcp", "loopback")
_HOOKS = ("pre-up", "up", "post-up", "down", "pre-down", "post-down")


@dataclass(frozen=True, slots=True)
class Stanza:
    """What one interface is to have. `options` are those of its `iface` stanza, without the addresses.

    `addresses` have prefix lengths; `auto`: it comes up when the host starts; `line` is its place in the
    text.
    """

    name: str
    line: int
    method: str = "manual"
    addresses: tuple[str, ...] = ()
    gateway: str = ""
    options: dict[str, str] = field(default_factory=dict)
    auto: bool = False

    @property
    def bridge_ports(self) -> tuple[str, ...] | None:
        """The ports of a bridge; None for an interface that is none."""
        words = self.options.get("bridge_ports")
        return None if words is None else tuple(one for one in words.split() if one != "none")

    @property
    def nameservers(self) -> tuple[str, ...]:
        """Name servers that it brings."""
        return tuple(self.options.get("dns-nameservers", "").split())


@dataclass
class _Draft:
    name: str
    line: int
    method: str
    family: str
    options: dict[str, str] = field(default_factory=dict)


def read_interfaces(text: str, source: str) -> list[Stanza]:
    """The interfaces that a text describes, in its order. `source` says whose text it is, for errors. Raise
    `TopologyError`.
    """
    drafts: list[_Draft] = []
    automatic: set[str] = set()
    passing = False
    for number, line in _lines(text):
        words = line.split()
        key = words[0]
        if key == "auto" or key.startswith("allow-"):
            automatic.update(words[1:])
            passing = True
        elif key == "iface":
            if len(words) != 4:
                raise _wrong(source, number, f"an iface line has a name, a family and a method: {line}")
            _, name, family, method = words
            if family not in ("inet", "inet6") or method not in (*_METHODS, "auto"):
                raise _wrong(source, number, f"iface {name}: {family} {method} is not known")
            drafts.append(_Draft(name, number, method, family))
            passing = False
        elif key in _PASSING:
            passing = True
        elif passing or not drafts:
            raise _wrong(source, number, f"{key}: there is no iface line above it")
        elif key not in _HOOKS:
            if len(words) < 2:
                raise _wrong(source, number, f"{key} has no value")
            drafts[-1].options[key.replace("bridge-", "bridge_")] = " ".join(words[1:])
    return _stanzas(drafts, automatic, source)


def _lines(text: str) -> list[tuple[int, str]]:
    """(number, text) of the lines that say something; a backslash at the end joins the next one."""
    found: list[tuple[int, str]] = []
    open_line = False
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if open_line:
            first, before = found.pop()
            number, line = first, f"{before} {line}"
        elif not line or line.startswith("#"):
            continue
        open_line = line.endswith("\\")
        found.append((number, line.removesuffix("\\").strip()))
    return [(number, line) for number, line in found if line]


def _stanzas(drafts: list[_Draft], automatic: set[str], source: str) -> list[Stanza]:
    """Several stanzas of one interface are one."""
    found: dict[str, Stanza] = {}
    for draft in drafts:
        options = dict(draft.options)
        address = options.pop("address", "")
        netmask = options.pop("netmask", "")
        gateway = options.pop("gateway", "")
        addresses: tuple[str, ...] = ()
        if draft.method == "static":
            addresses = (_address(address, netmask, draft, source),)
        if gateway:
            _check_address(gateway, f"iface {draft.name}: gateway {gateway}", draft.line, source)
        for server in options.get("dns-nameservers", "").split():
            _check_address(server, f"iface {draft.name}: dns-nameservers {server}", draft.line, source)
        before = found.get(draft.name)
        if before is not None:
            options = before.options | options
            addresses = before.addresses + addresses
            gateway = before.gateway or gateway
        method = before.method if before is not None else draft.method
        found[draft.name] = Stanza(
            draft.name, draft.line, method, addresses, gateway, options, draft.name in automatic
        )
    return list(found.values())


def _address(address: str, netmask: str, draft: _Draft, source: str) -> str:
    if not address:
        raise _wrong(source, draft.line, f"iface {draft.name}: a static interface needs an address")
    text = address
    if "/" not in text:
        if not netmask:
            raise _wrong(source, draft.line, f"iface {draft.name}: netmask is missing")
        text = f"{address}/{netmask}"
    try:
        return str(ip_interface(text))
    except ValueError:
        what = f"iface {draft.name}: address {address}, netmask {netmask} is no address"
        raise _wrong(source, draft.line, what if netmask else what.replace(", netmask ", "")) from None


def _check_address(text: str, what: str, line: int, source: str) -> None:
    try:
        IPv4Address(text)
    except ValueError:
        if ":" not in text:
            raise _wrong(source, line, f"{what} is no address") from None


def _wrong(source: str, line: int, what: str) -> TopologyError:
    return TopologyError(f"{source}, line {line}: {what}")
