"""What is visible where in a jq program: variables, functions, labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minibuild.programs.text.jq_nodes import Function

Json = Any
Path = tuple[Any, ...]
Place = tuple[Path, Any]


@dataclass(frozen=True, slots=True)
class Scope:
    """Variables, functions (by name and number of parameters) and labels that are visible."""

    variables: dict[str, Json]
    functions: dict[tuple[str, int], Closure]
    labels: dict[str, object]

    def bind(self, names: dict[str, Json]) -> Scope:
        """With variables besides."""
        return Scope({**self.variables, **names}, self.functions, self.labels)


@dataclass(slots=True)
class Closure:
    """A function with the scope of its definition; or a filter that was passed as an argument."""

    function: Function
    scope: Scope | None
