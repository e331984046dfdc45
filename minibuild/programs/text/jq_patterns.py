"""What `as` binds: names, arrays and objects taken apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minibuild.programs.text.jq_values import JqError, index, kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.programs.text.jq_nodes import Bind, Node, Pattern
    from minibuild.programs.text.jq_scope import Scope

Json = Any


class PatternRules:
    """Patterns; filters in them are the business of the class below."""

    def run(self, node: Node, value: Json, scope: Scope) -> Iterator[Json]:
        """All values of a filter."""
        raise NotImplementedError

    def scopes(self, node: Bind, one: Json, value: Json, scope: Scope) -> Iterator[Scope]:
        """The scopes that patterns make of a value; the next pattern when one fails (?//)."""
        every = (
            {name: None for pattern in node.patterns for name in pattern.names()}
            if len(node.patterns) > 1
            else {}
        )
        for place, pattern in enumerate(node.patterns):
            try:
                found = [scope.bind({**every, **names}) for names in self.match(pattern, one, value, scope)]
            except JqError:
                if place == len(node.patterns) - 1:
                    raise
                continue
            yield from found
            return

    def match(self, pattern: Pattern, one: Json, value: Json, scope: Scope) -> Iterator[dict[str, Json]]:
        """The variables that a pattern binds for a value. JqError when it does not fit."""
        if pattern.elements is not None:
            if not isinstance(one, list) and one is not None:
                raise JqError(f"Cannot index {kind(one)} with number")
            yield from self._match_all(
                [(part, index(one, float(place))) for place, part in enumerate(pattern.elements)],
                value,
                scope,
            )
        elif pattern.entries is not None:
            yield from self._match_entries(pattern, 0, one, value, scope)
        else:
            yield {pattern.name: one}

    def _match_all(
        self, parts: list[tuple[Pattern, Json]], value: Json, scope: Scope
    ) -> Iterator[dict[str, Json]]:
        if not parts:
            yield {}
            return
        for names in self.match(*parts[0], value, scope):
            for more in self._match_all(parts[1:], value, scope.bind(names)):
                yield {**names, **more}

    def _match_entries(
        self, pattern: Pattern, place: int, one: Json, value: Json, scope: Scope
    ) -> Iterator[dict[str, Json]]:
        entries = pattern.entries or ()
        if place == len(entries):
            yield {}
            return
        key_node, inner = entries[place]
        keys = iter([key_node]) if isinstance(key_node, str) else self.run(key_node, value, scope)
        for key in keys:
            if not isinstance(key, str):
                raise JqError(f"Cannot index {kind(one)} with {kind(key)}")
            found = index(one, key)
            own = {key: found} if isinstance(key_node, str) else {}
            for names in self.match(inner, found, value, scope) if inner is not None else iter([{}]):
                bound = {**own, **names}
                for more in self._match_entries(pattern, place + 1, one, value, scope.bind(bound)):
                    yield {**bound, **more}
