"""The topology as a drawing in SVG: switches above, hosts below, containers in their hosts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from minibuild.report.topology_view import engine_text, port_text

if TYPE_CHECKING:
    from minibuild.network.devices import Device
    from minibuild.report.topology_view import ShownHost, ShownTopology

_MARGIN, _GAP = 24, 32
_BOX, _ROW = 132, 46
_SWITCH_TOP, _HOST_TOP = 40, 190
_SWITCH_HEIGHT = 56
_PORT, _TITLE, _LETTER = 104, 48, 6.2
_COLOURS = ("#2563eb", "#dc2626", "#059669", "#d97706", "#7c3aed", "#0891b2", "#be185d", "#4d7c0f")
_STYLE = """text{font:13px system-ui,sans-serif;fill:#1f2937}.s{font-size:11px;fill:#4b5563}
.t{font-weight:600}rect{stroke:#6b7280;fill:#fff}.h{fill:#f3f4f6}.b{fill:#fef3c7}.c{fill:#dbeafe}
line{stroke:#6b7280;stroke-width:1.5}"""


class _Drawing:
    """Shapes, and where the ends of cables are."""

    def __init__(self, topology: ShownTopology) -> None:
        self.topology = topology
        self.boxes: list[str] = []
        self.lines: list[str] = []
        self.ends: dict[str, tuple[int, int]] = {}
        vlans = sorted({vlan for port in topology.ports for vlan in port.vlans})
        self.colours = {vlan: _COLOURS[at % len(_COLOURS)] for at, vlan in enumerate(vlans)}
        self.width = self.height = 0

    def box(self, at: tuple[int, int], size: tuple[int, int], kind: str, *texts: str) -> None:
        (x, y), (width, height) = at, size
        self.width, self.height = max(self.width, x + width), max(self.height, y + height)
        self.boxes.append(f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="5"/>')
        for number, text in enumerate(texts):
            style = "t" if not number else "s"
            self.boxes.append(
                f'<text class="{style}" x="{x + 8}" y="{y + 18 + 15 * number}">{escape(text)}</text>'
            )

    def line(self, start: tuple[int, int], end: tuple[int, int], colour: str = "") -> None:
        style = f' style="stroke:{colour}"' if colour else ""
        place = f'x1="{start[0]}" y1="{start[1]}" x2="{end[0]}" y2="{end[1]}"'
        self.lines.append(f"<line {place}{style}/>")

    def switches(self) -> None:
        x = _MARGIN
        for switch in dict.fromkeys(port.switch for port in self.topology.ports):
            ports = [port for port in self.topology.ports if port.switch == switch]
            width = max(len(ports) * _PORT, _BOX)
            self.box((x, _SWITCH_TOP), (width, _SWITCH_HEIGHT), "w", switch)
            for number, port in enumerate(ports):
                left = x + number * _PORT
                text = escape(f"{port.number}: {port_text(port)}")
                colour = self.colours.get(port.untagged, "#4b5563")
                place = f'x="{left + 8}" y="{_SWITCH_TOP + _SWITCH_HEIGHT - 10}"'
                self.boxes.append(f'<text class="s" {place} style="fill:{colour}">{text}</text>')
                self.ends[port.name] = (left + _PORT // 2, _SWITCH_TOP + _SWITCH_HEIGHT)
            x += width + _GAP
        for port in self.topology.ports:
            if port.link in self.ends and port.name < port.link:
                self.line(self.ends[port.name], self.ends[port.link])

    def hosts(self) -> None:
        x = _MARGIN
        for host in self.topology.hosts:
            x += self.host(host, x) + _GAP

    def host(self, host: ShownHost, left: int) -> int:
        """Draw a host; its width."""
        roots = [one for one in host.devices if not one.spec.master and not _is_trunk(host, one)]
        nics = [one for one in host.devices if one.kind == "physical"]
        columns = max(len(roots), len(nics), 1)
        rows = max((len(host.containers.get(one.name, ())) for one in roots), default=0)
        title = (host.name, engine_text(host.spec))
        width = max(columns * (_BOX + 12) + 12, int(len(title[1]) * _LETTER) + 16)
        height = _TITLE + 12 + (2 + rows) * (_ROW + 14)
        self.box((left, _HOST_TOP), (width, height), "h", *title)
        place: dict[str, tuple[int, int]] = {}
        top = _HOST_TOP + _TITLE
        for number, nic in enumerate(nics):
            x = left + 12 + number * (_BOX + 12)
            place[nic.name] = (x, top)
            self.box((x, top), (_BOX, _ROW), "n", nic.name, *nic.spec.addresses[:1])
            port = self.ends.get(nic.spec.port)
            if port is not None:
                untagged = next(one.untagged for one in self.topology.ports if one.name == nic.spec.port)
                self.line((x + _BOX // 2, top), port, self.colours.get(untagged, ""))
        self.bridges(host, [one for one in roots if one.kind != "physical"], left, place)
        return width

    def bridges(
        self, host: ShownHost, roots: list[Device], left: int, place: dict[str, tuple[int, int]]
    ) -> None:
        top = _HOST_TOP + _TITLE + _ROW + 14
        for number, bridge in enumerate(roots):
            x = left + 12 + number * (_BOX + 12)
            self.box((x, top), (_BOX, _ROW), "b", bridge.name, *bridge.spec.addresses[:1])
            for port in (one for one in host.devices if one.spec.master == bridge.name):
                nic = place.get(port.spec.parent or port.name)
                if nic is not None:
                    colour = self.colours.get(port.spec.vlan, "")
                    self.line((nic[0] + _BOX // 2, nic[1] + _ROW), (x + _BOX // 2, top), colour)
            before = (x + _BOX // 2, top + _ROW)
            for row, one in enumerate(host.containers.get(bridge.name, ())):
                below = top + (row + 1) * (_ROW + 14)
                self.box((x, below), (_BOX, _ROW), "c", one.name, one.address)
                self.line(before, (x + _BOX // 2, below))
                before = (x + _BOX // 2, below + _ROW)

    def text(self) -> str:
        size = f'width="{self.width + _MARGIN}" height="{self.height + _MARGIN}"'
        parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', f"<style>{_STYLE}</style>"]
        return "\n".join([*parts, *self.boxes, *self.lines, "</svg>", ""])


def _is_trunk(host: ShownHost, device: Device) -> bool:
    return any(one.spec.parent == device.name for one in host.devices)


def topology_svg(topology: ShownTopology) -> str:
    """The drawing as an SVG document."""
    drawing = _Drawing(topology)
    drawing.switches()
    drawing.hosts()
    return drawing.text()
