"""How well the layers of an image use their bytes, by dive's definition.

Every leaf path over all layers counts: its cumulative size is the sum of its sizes in each layer that holds
it; a deletion of a directory adds the sizes of the files that it hides, one of a file adds nothing. The
score is the sum of the smallest sizes over the sum of the cumulative ones; wasted are the cumulative sizes
of the paths that are seen at least twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from minibuild.report.layers.stack import Layer, Stack


class WastedPath(NamedTuple):
    """A path that several layers hold: the sum of its sizes, and the numbers of those layers."""

    path: str
    size: int
    layers: tuple[int, ...]
    deleted_by: int = 0


class Efficiency(NamedTuple):
    """`score` from 0 to 1, `wasted` bytes, those of the layers above the lowest one, and the wasteful paths,
    the largest first.
    """

    score: float
    wasted: int
    user_bytes: int
    paths: tuple[WastedPath, ...]

    @property
    def user_wasted(self) -> float:
        """What part of the bytes above the lowest layer is wasted, from 0 on."""
        return self.wasted / self.user_bytes if self.user_bytes else 0.0


def efficiency(stack: Stack) -> Efficiency:
    """The efficiency of an image."""
    sizes: dict[str, list[int]] = {}
    layers: dict[str, list[int]] = {}
    deleted: dict[str, int] = {}
    for layer in stack.layers:
        for one in layer.changes:
            if not one.is_leaf:
                continue
            sizes.setdefault(one.path, []).append(one.size)
            layers.setdefault(one.path, []).append(layer.number)
            if one.change == "D":
                deleted[one.path] = layer.number
            else:
                deleted.pop(one.path, None)
    cumulative = sum(sum(found) for found in sizes.values())
    smallest = sum(min(found) for found in sizes.values())
    several = [
        WastedPath(path, sum(found), tuple(layers[path]), deleted.get(path, 0))
        for path, found in sizes.items()
        if len(found) > 1
    ]
    several.sort(key=lambda one: (-one.size, one.path))
    return Efficiency(
        score=smallest / cumulative if cumulative else 1.0,
        wasted=sum(one.size for one in several),
        user_bytes=sum(layer.size for layer in stack.layers[1:]),
        paths=tuple(several),
    )


def advice(path: WastedPath, layers: tuple[Layer, ...]) -> str:
    """What to do about a wasteful path."""
    first, last = path.layers[0], path.layers[-1]
    if path.deleted_by:
        return f"delete it in the instruction that makes it (layer {first}), or leave it in another stage"
    maker = layers[last - 1].created_by
    if "chmod" in maker or "chown" in maker:
        return f"set modes and owners where it is made (layer {first}): COPY --chmod, --chown"
    return f"write it once: layer {first} makes it, layer {last} writes it again"
