"""What the firewall of an engine's host lets from one of its interfaces to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.network.records import ICC, MASQUERADE

if TYPE_CHECKING:
    from minibuild.network.records import Network


def forward_refusal(bridges: dict[str, Network], incoming: str, outgoing: str) -> str:
    """Why a new packet may not pass from one interface to another; "" if it may.

    The rules are those that the engine makes: bridges are kept apart, each reaches the outside, nothing from
    outside comes in but to published ports, and what concerns no bridge is dropped.
    """
    source, target = bridges.get(incoming), bridges.get(outgoing)
    if source is not None and target is not None and incoming != outgoing:
        return (
            f"the firewall keeps the networks {source.name} ({incoming}) and {target.name} ({outgoing}) apart"
            " (DOCKER-ISOLATION)"
        )
    if incoming == outgoing:
        return "" if source is None or may_talk(source) else no_talk(source)
    for network in (source, target):
        if network is not None and network.spec.internal:
            return f"the network {network.name} is internal: nothing passes between it and others"
    if source is not None:
        return ""
    if target is not None:
        return f"the firewall lets nothing from outside into {outgoing} but to published ports"
    return "the firewall's policy is to forward nothing that concerns no network of the engine"


def may_talk(network: Network) -> bool:
    """Whether containers of a network may talk to each other."""
    return network.spec.options.get(ICC, "true").lower() != "false"


def no_talk(network: Network) -> str:
    """Why containers of a network don't reach each other."""
    return f"the network {network.name} keeps its containers apart (enable_icc=false)"


def masquerades(network: Network | None) -> bool:
    """Whether packets that leave a network get the host's address."""
    return (
        network is not None
        and not network.spec.internal
        and network.spec.options.get(MASQUERADE, "true").lower() != "false"
    )
