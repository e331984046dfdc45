"""ip: addresses, links, routes and neighbours of a network namespace, as iproute2 and busybox print them."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, NoReturn

from minibuild.kernel.process import ProcessExit
from minibuild.programs.network.links import (
    FOREVER,
    address_words,
    hardware_line,
    link_line,
    shown_name,
    state,
)
from minibuild.programs.network.space import is_address, network_of
from minibuild.programs.options import Options, Opts, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minibuild.kernel.process import Process
    from minibuild.network.view import Interface, Route

IP = Options(
    "+460oshrndf:b",
    long={"family=": "f", "brief": "b", "json": "j", "color": "c", "oneline": "o", "details": "d"},
    usage="[OPTIONS] address|route|link|neigh|rule [ARGS]",
    help="Show the network of the container",
)
_SHOWING = ("show", "list", "lst", "ls")
_REFUSED = "RTNETLINK answers: Operation not permitted"
_BRIEF = 16
_WORDS = {
    **dict.fromkeys(("-br", "-brief"), "-b"),
    **dict.fromkeys(("-c", "-color"), "--color"),
    **dict.fromkeys(("-stats", "-statistics"), "-s"),
    "-details": "-d",
    "-family": "-f",
    "-human": "-h",
    "-numeric": "-n",
    "-oneline": "-o",
    "-resolve": "-r",
}
_CHANGING = ("add", "del", "delete", "set", "change", "replace", "flush", "append")
_UNREACHABLE = "RTNETLINK answers: Network is unreachable"
_RULES = ((0, "local"), (32766, "main"), (32767, "default"))


@program("ip", options=IP)
def ip(process: Process) -> int:
    """`ip address|link|route|neigh|rule [show] [dev DEVICE]`; nothing may be changed."""
    opts, words = IP.parse(process, _long_words(process.argv[1:]))
    if not words:
        IP.fail(process)
    what, *rest = words
    action = _action(what)
    if action is None:
        unknown = f'Object "{what}" is unknown, try "ip help".'
        _refuse(process, f"invalid argument '{what}' to 'ip'", 1, unknown)
    lines = action(process, opts, rest)
    process.stdout.write("".join(line + "\n" for line in lines))
    return 0


def _refuse(process: Process, message: str, status: int, iproute2: str = "") -> NoReturn:
    """End the program: busybox says its name first, iproute2 doesn't."""
    text = f"ip: {message}" if is_busybox(process) else iproute2 or message
    process.stderr.write(f"{text}\n")
    raise ProcessExit(status)


def _long_words(words: Sequence[str]) -> list[str]:
    """iproute2 takes whole words after one dash: `-br`, `-brief`, `-details`, `-family inet`."""
    found, options = [], True
    for word in words:
        options = options and word.startswith("-")
        found.append(_WORDS.get(word, word) if options else word)
    return found


def _action(word: str) -> Callable[[Process, Opts, list[str]], list[str]] | None:
    for names, action in (
        (("address", "addrlabel"), _addresses),
        (("route",), _routes),
        (("link",), _links),
        (("neighbor", "neighbour"), _neighbours),
        (("rule",), _rules),
    ):
        if word and any(name.startswith(word) for name in names):
            return action
    return None


def _arguments(process: Process, words: list[str]) -> dict[str, str]:
    """`show dev eth0 type bridge up` as a mapping; a word alone is a device. Ends the program at anything
    that would change the network.
    """
    found: dict[str, str] = {}
    rest = list(words)
    if rest and any(name.startswith(rest[0]) for name in _SHOWING):
        rest.pop(0)
    elif rest and rest[0] in _CHANGING:
        _refuse(process, _REFUSED, 2)
    while rest:
        word = rest.pop(0)
        if word in ("dev", "type", "master", "scope", "to", "table", "proto", "label") and rest:
            found[word] = rest.pop(0)
        elif word == "up":
            found["up"] = "yes"
        else:
            found["dev"] = word
    return found


def _family(opts: Opts) -> int:
    given = opts.last("4", "6", "0", "f")
    if given == "f":
        return {"inet": 4, "inet6": 6, "link": 0}.get(opts.text("f"), -1)
    return -1 if given is None else int(given)


_TYPES = {"bridge": ("bridge",), "veth": ("veth", "eth"), "vlan": ("vlan",)}


def _chosen(process: Process, wanted: dict[str, str]) -> list[Interface]:
    found = list(network_of(process).interfaces())
    name = wanted.get("dev", "")
    if name:
        found = [one for one in found if one.name == name.partition("@")[0]]
        if not found:
            _refuse(process, f"can't find device '{name}'", 1, f'Device "{name}" does not exist.')
    if "type" in wanted:
        found = [one for one in found if one.kind in _TYPES.get(wanted["type"], ())]
    if "master" in wanted:
        found = [one for one in found if one.master == wanted["master"]]
    return [one for one in found if "up" not in wanted or one.carrier]


def _addresses(process: Process, opts: Opts, words: list[str]) -> list[str]:
    wanted = _arguments(process, words)
    family, busybox = _family(opts), is_busybox(process)
    lines = []
    for interface in _chosen(process, wanted):
        shown = [one for one in interface.addresses if family < 0 or family == (6 if ":" in one else 4)]
        if family in (4, 6) and not shown:
            continue
        if "b" in opts:
            lines.append(_brief(interface, " ".join(shown)))
            continue
        if "o" in opts:
            start = f"{interface.index}: {interface.name}    "
            lines += [f"{start}{address_words(interface, one)}\\       {FOREVER}" for one in shown]
            continue
        lines.append(link_line(interface, busybox=busybox))
        if family <= 0:
            lines.append(hardware_line(interface, busybox=busybox))
        for one in shown:
            lines += ["    " + address_words(interface, one), "       " + FOREVER]
    return lines


def _links(process: Process, opts: Opts, words: list[str]) -> list[str]:
    wanted, busybox = _arguments(process, words), is_busybox(process)
    lines = []
    for interface in _chosen(process, wanted):
        if "b" in opts:
            lines.append(_brief(interface, f"{interface.mac} <{_flags_of(interface)}>"))
            continue
        pair = (link_line(interface, busybox=busybox, mode=True), hardware_line(interface, busybox=busybox))
        more = _details(interface) if "d" in opts and not busybox else []
        lines += ["\\".join((*pair, *more))] if "o" in opts else [*pair, *more]
    return lines


def _details(interface: Interface) -> list[str]:
    if interface.kind == "vlan":
        return [f"    vlan protocol 802.1Q id {interface.vlan} <REORDER_HDR> "]
    kind = {"bridge": "bridge", "veth": "veth", "eth": "veth"}.get(interface.kind)
    return [f"    {kind} "] if kind else []


def _flags_of(interface: Interface) -> str:
    from minibuild.programs.network.links import flags

    return flags(interface)


def _brief(interface: Interface, what: str) -> str:
    return f"{shown_name(interface):<{_BRIEF}} {state(interface):<14} {what} "


def _routes(process: Process, opts: Opts, words: list[str]) -> list[str]:
    if words[:1] == ["get"]:
        return _route_to(process, words[1:])
    wanted = _arguments(process, words)
    if _family(opts) == 6:
        return []
    device = wanted.get("dev", "")
    if device == "default":
        wanted["to"], device = device, ""
    found = []
    for route in network_of(process).routes():
        if device and route.device != device:
            continue
        if wanted.get("to") == "default" and route.destination:
            continue
        found.append(_route_line(route, busybox=is_busybox(process), device=not device))
    return found


def _route_line(route: Route, *, busybox: bool, device: bool) -> str:
    out = f" dev {route.device}" if device else ""
    if not route.destination:
        return f"default via {route.via}{out} "
    if busybox:
        return f"{route.destination}{out} scope link  src {route.source} "
    down = "" if route.carrier else " linkdown"
    return f"{route.destination}{out} proto kernel scope link src {route.source}{down} "


def _route_to(process: Process, words: list[str]) -> list[str]:
    if not words or not is_address(words[0]):
        given = words[0] if words else ""
        what = f'an inet address is expected rather than "{given}"'
        _refuse(process, what, 1, f"Error: {what}.")
    target, busybox = ip_address(words[0]), is_busybox(process)
    network = network_of(process)
    own = {part.name: one.partition("/")[0] for part in network.interfaces() for one in part.addresses}
    user = "" if busybox else "uid 0 "
    blank = " " if busybox else ""
    if str(target) in own.values() or target.is_loopback:
        line = f"local {target} dev lo {blank}src {target} {user}"
        return [line] if busybox else [line, "    cache <local> "]
    fitting = [one for one in network.routes() if target in ip_network(one.destination or "0.0.0.0/0")]
    if not fitting:
        _refuse(process, _UNREACHABLE, 2)
    best = fitting[-1]  # the default route comes first
    via = f" via {best.via}" if best.via else ""
    line = f"{target}{via} dev {best.device} {blank}src {best.source or own.get(best.device, '')} {user}"
    return [line] if busybox else [line, "    cache "]


def _neighbours(process: Process, _opts: Opts, words: list[str]) -> list[str]:
    device = _arguments(process, words).get("dev", "")
    used = "ref 1 used 0/0/0 probes 1 " if is_busybox(process) else ""
    return [
        f"{address} dev {interface} lladdr {mac} {used}REACHABLE"
        for address, interface, mac in network_of(process).neighbours()
        if device in ("", interface)
    ]


def _rules(process: Process, _opts: Opts, words: list[str]) -> list[str]:
    _arguments(process, words)
    return [f"{number}:\tfrom all lookup {table}" for number, table in _RULES]
