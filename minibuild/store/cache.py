"""Records of the build cache."""

from typing import Any


class CacheRecord:
    """What a step made: its `layer` (diff ID, or None when it changed no file), when, and `data` (JSON)
    about it."""

    __slots__ = ("created", "data", "layer")

    def __init__(self, layer: str | None, created: str, data: dict[str, Any]) -> None:
        self.layer = layer
        self.created = created
        self.data = data
