"""What can go wrong with a network."""

from __future__ import annotations

from minibuild.errors import MinibuildError


class NetworkError(MinibuildError):
    """A network, an address or a port can't be had as it was asked for."""


class NoSuchNetworkError(NetworkError):
    """There is no network of that name or ID."""

    def __init__(self, name: str) -> None:
        super().__init__(f"network {name} not found")
        self.name = name


class NoSuchHostError(NetworkError):
    """There is no simulated host of that name."""


class TopologyError(NetworkError):
    """A topology file, or a text in it, is wrong: the message names what is."""
