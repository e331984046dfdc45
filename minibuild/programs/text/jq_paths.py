"""The places that a jq filter names: what path(f), assignments and del work on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minibuild.programs.text.jq_library import library
from minibuild.programs.text.jq_nodes import (
    Alternative,
    Bind,
    Break,
    Call,
    Comma,
    Define,
    Foreach,
    Function,
    Identity,
    If,
    Index,
    Iterate,
    Label,
    Node,
    Pattern,
    Pipe,
    RecurseDefault,
    Reduce,
    Slice,
    Try,
)
from minibuild.programs.text.jq_scope import Closure, Place, Scope
from minibuild.programs.text.jq_values import JqBreak, JqError, elements, index, shown, slice_of, truthy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = Any


class PathRules:
    """For each kind of filter the places it names; values are the business of the class below."""

    natives: dict[tuple[str, int], Callable[..., Iterator[Json]]]
    path_natives: dict[tuple[str, int], Callable[..., Iterator[Place]]]
    tick: Callable[[], None]
    base: Scope

    def run(self, node: Node, value: Json, scope: Scope) -> Iterator[Json]:
        """All values of a filter."""
        raise NotImplementedError

    def match(self, pattern: Pattern, one: Json, value: Json, scope: Scope) -> Iterator[dict[str, Json]]:
        """The variables that a pattern binds."""
        raise NotImplementedError

    def scopes(self, node: Bind, one: Json, value: Json, scope: Scope) -> Iterator[Scope]:
        """The scopes that patterns make."""
        raise NotImplementedError

    def defined(self, function: Function, scope: Scope) -> Scope:
        """A scope with a function besides."""
        raise NotImplementedError

    def arguments(self, closure: Closure, node: Call, value: Json, scope: Scope) -> Iterator[Scope]:
        """The scopes in which a function's body is run."""
        raise NotImplementedError

    def slice_bounds(self, node: Slice, value: Json, scope: Scope) -> Iterator[tuple[Json, Json]]:
        """Beginnings and ends of a slice."""
        raise NotImplementedError

    def paths(self, node: Node, place: Place, scope: Scope) -> Iterator[Place]:
        """All places that a filter names, from a place on. JqError for filters that name none."""
        handler = _PATHS.get(type(node))
        if handler is None:
            for result in self.run(node, place[1], scope):
                raise JqError(f"Invalid path expression with result {shown(result)}")
            return iter(())
        return handler(self, node, place, scope)

    def _identity_paths(self, _node: Identity, place: Place, _scope: Scope) -> Iterator[Place]:
        yield place

    def _recurse_paths(self, _node: RecurseDefault, place: Place, _scope: Scope) -> Iterator[Place]:
        stack = [place]
        while stack:
            path, value = stack.pop()
            yield path, value
            if isinstance(value, (list, dict)):
                stack.extend(((*path, key), one) for key, one in reversed(elements(value)))

    def _index_paths(self, node: Index, place: Place, scope: Scope) -> Iterator[Place]:
        for path, target in self.paths(node.target, place, scope):
            for key in self.run(node.key, place[1], scope):
                yield (*path, key), index(target, key)

    def _slice_paths(self, node: Slice, place: Place, scope: Scope) -> Iterator[Place]:
        for path, target in self.paths(node.target, place, scope):
            for start, stop in self.slice_bounds(node, place[1], scope):
                yield (*path, {"start": start, "end": stop}), slice_of(target, start, stop)

    def _iterate_paths(self, node: Iterate, place: Place, scope: Scope) -> Iterator[Place]:
        for path, target in self.paths(node.target, place, scope):
            for key, one in elements(target):
                yield (*path, key), one

    def _pipe_paths(self, node: Pipe, place: Place, scope: Scope) -> Iterator[Place]:
        for one in self.paths(node.left, place, scope):
            yield from self.paths(node.right, one, scope)

    def _comma_paths(self, node: Comma, place: Place, scope: Scope) -> Iterator[Place]:
        yield from self.paths(node.left, place, scope)
        yield from self.paths(node.right, place, scope)

    def _alternative_paths(self, node: Alternative, place: Place, scope: Scope) -> Iterator[Place]:
        found = False
        try:
            for one in self.paths(node.left, place, scope):
                if truthy(one[1]):
                    found = True
                    yield one
        except JqError:
            pass
        if not found:
            yield from self.paths(node.right, place, scope)

    def _if_paths(self, node: If, place: Place, scope: Scope) -> Iterator[Place]:
        for test in self.run(node.test, place[1], scope):
            yield from self.paths(node.yes if truthy(test) else node.no, place, scope)

    def _try_paths(self, node: Try, place: Place, scope: Scope) -> Iterator[Place]:
        try:
            yield from self.paths(node.body, place, scope)
        except JqError as error:
            problem = error.value
        else:
            return
        if node.handler is not None:
            yield from self.paths(node.handler, ((), problem), scope)

    def _reduce_paths(self, node: Reduce, place: Place, scope: Scope) -> Iterator[Place]:
        for start in self.paths(node.start, place, scope):
            state = start
            for one in self.run(node.source, place[1], scope):
                for names in self.match(node.pattern, one, place[1], scope):
                    for found in self.paths(node.update, state, scope.bind(names)):
                        state = found
            yield state

    def _foreach_paths(self, node: Foreach, place: Place, scope: Scope) -> Iterator[Place]:
        for start in self.paths(node.start, place, scope):
            state = start
            for one in self.run(node.source, place[1], scope):
                for names in self.match(node.pattern, one, place[1], scope):
                    inner = scope.bind(names)
                    for found in self.paths(node.update, state, inner):
                        state = found
                        if node.extract is None:
                            yield state
                        else:
                            yield from self.paths(node.extract, state, inner)

    def _bind_paths(self, node: Bind, place: Place, scope: Scope) -> Iterator[Place]:
        for one in self.run(node.source, place[1], scope):
            for inner in self.scopes(node, one, place[1], scope):
                yield from self.paths(node.body, place, inner)

    def _label_paths(self, node: Label, place: Place, scope: Scope) -> Iterator[Place]:
        mark = object()
        inner = Scope(scope.variables, scope.functions, {**scope.labels, node.name: mark})
        try:
            yield from self.paths(node.body, place, inner)
        except JqBreak as leaving:
            if leaving.label is not mark:
                raise

    def _break_paths(self, node: Break, _place: Place, scope: Scope) -> Iterator[Place]:
        raise JqBreak(scope.labels[node.name])

    def _define_paths(self, node: Define, place: Place, scope: Scope) -> Iterator[Place]:
        return self.paths(node.rest, place, self.defined(node.function, scope))

    def _call_paths(self, node: Call, place: Place, scope: Scope) -> Iterator[Place]:
        self.tick()
        key = (node.name, len(node.arguments))
        closure = scope.functions.get(key)
        if closure is None:
            native = self.path_natives.get(key)
            if native is not None:
                yield from native(self, node.arguments, place, scope)
                return
            if key in self.natives:
                for result in self.natives[key](self, node.arguments, place[1], scope):
                    raise JqError(f"Invalid path expression with result {shown(result)}")
                return
            closure = Closure(library()[key], self.base)
        for inner in self.arguments(closure, node, place[1], scope):
            yield from self.paths(closure.function.body, place, inner)


_PATHS: dict[type[Node], Callable[..., Iterator[Place]]] = {
    Identity: PathRules._identity_paths,
    RecurseDefault: PathRules._recurse_paths,
    Index: PathRules._index_paths,
    Slice: PathRules._slice_paths,
    Iterate: PathRules._iterate_paths,
    Pipe: PathRules._pipe_paths,
    Comma: PathRules._comma_paths,
    Alternative: PathRules._alternative_paths,
    Call: PathRules._call_paths,
    If: PathRules._if_paths,
    Try: PathRules._try_paths,
    Reduce: PathRules._reduce_paths,
    Foreach: PathRules._foreach_paths,
    Bind: PathRules._bind_paths,
    Label: PathRules._label_paths,
    Break: PathRules._break_paths,
    Define: PathRules._define_paths,
}
