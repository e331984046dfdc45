"""`minibuild reach`: whether one end reaches another, and by what way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.report.template_values import to_json

if TYPE_CHECKING:
    from minibuild.network.ends import Reach
    from minibuild.network.world import Node, World

_WIDTH = 14


def reach_text(reach: Reach) -> str:
    """`reachable`, or `unreachable` and why; then what the packet passed, a line each."""
    answer = reach.answer
    first = "reachable" if answer.reachable else f"unreachable: {answer.reason}"
    lines = [f"  {reach.world.label(node):<{_WIDTH}} {_what(reach.world, node)}" for node in answer.nodes]
    lines += [f"  warning: {text}" for text in answer.warnings]
    return "\n".join([first, *lines]) + "\n"


def reach_json(reach: Reach) -> str:
    """The same as a JSON object."""
    answer = reach.answer
    document = {
        "from": reach.source.name,
        "to": reach.target.name,
        "reachable": answer.reachable,
        "path": [reach.world.label(node) for node in answer.nodes],
        "reason": answer.reason,
        "warnings": list(answer.warnings),
    }
    return to_json(document, indent=4) + "\n"


def _what(world: World, node: Node) -> str:
    """What a node is: an interface, a bridge, a VLAN of a switch."""
    if node.kind == "switch":
        return f"switch, VLAN {node.name}"
    addresses = [address for address, owners in world.owners.items() if any(one == node for _, one in owners)]
    text = {"container": f"container, {node.name}", "bridge": "bridge", "vlan": "VLAN interface"}.get(
        node.kind, "NIC"
    )
    around = world.neighbours.get(node, ())
    text += "".join(f", in VLAN {one.name} of {one.host}" for one in around if one.kind == "switch")
    if node.kind in ("physical", "vlan"):
        text += "".join(f", port of {one.name}" for one in around if one.kind == "bridge")
    return ", ".join([text, *addresses])
