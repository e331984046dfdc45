"""What can go wrong with a network."""

from __future__ import annotations

import json
from typing import Any

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


def kept_document(text: str | bytes, what: str) -> dict[str, Any]:
    """A JSON object of the database; raise `NetworkError` when the row is damaged."""
    try:
        document = json.loads(text)
    except (ValueError, TypeError):  # ValueError: also bytes that are no text
        document = None
    if not isinstance(document, dict):
        hint = "put a sound copy of minibuild.db into the store, or use another store"
        raise NetworkError(f"what is known of {what} is damaged", hint=hint)
    return document
