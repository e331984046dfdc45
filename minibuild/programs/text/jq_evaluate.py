"""Runs a jq program: each filter gives any number of values, or of paths, for one input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minibuild.programs.text.jq_formats import format_text
from minibuild.programs.text.jq_library import library
from minibuild.programs.text.jq_nodes import (
    Alternative,
    ArrayOf,
    Bind,
    Break,
    Call,
    Comma,
    Define,
    Foreach,
    Format,
    Function,
    Identity,
    If,
    Index,
    Iterate,
    Label,
    Literal,
    Logic,
    Negation,
    Node,
    ObjectOf,
    Operation,
    Pipe,
    RecurseDefault,
    Reduce,
    Slice,
    Text,
    Try,
    Update,
    Variable,
)
from minibuild.programs.text.jq_paths import PathRules
from minibuild.programs.text.jq_patterns import PatternRules
from minibuild.programs.text.jq_scope import Closure, Path, Place, Scope
from minibuild.programs.text.jq_values import (
    JqBreak,
    JqError,
    arithmetic,
    compare,
    delete_paths,
    described,
    elements,
    get_path,
    index,
    kind,
    set_path,
    slice_of,
    truthy,
)
from minibuild.programs.text.memory import joined_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Native = Callable[["Interpreter", tuple[Node, ...], Any, "Scope"], Iterator[Any]]

Json = Any


class Interpreter(PatternRules, PathRules):
    """Evaluates nodes. `tick` is called for every function call; natives are functions in Python."""

    def __init__(
        self,
        natives: dict[tuple[str, int], Native],
        path_natives: dict[
            tuple[str, int], Callable[[Interpreter, tuple[Node, ...], Place, Scope], Iterator[Place]]
        ],
        tick: Callable[[], None],
    ) -> None:
        self.natives, self.path_natives, self.tick = natives, path_natives, tick
        self.inputs: Iterator[Json] = iter(())
        self.base = Scope({}, {}, {})

    # ---- values

    def run(self, node: Node, value: Json, scope: Scope) -> Iterator[Json]:
        """All values of a filter. JqError, JqBreak."""
        return _EVALUATE[type(node)](self, node, value, scope)

    def first(self, node: Node, value: Json, scope: Scope) -> Json:
        """The first value of a filter; JqError when there is none."""
        for found in self.run(node, value, scope):
            return found
        raise JqError("No value")

    def _identity(self, _node: Identity, value: Json, _scope: Scope) -> Iterator[Json]:
        yield value

    def _recurse(self, _node: RecurseDefault, value: Json, _scope: Scope) -> Iterator[Json]:
        stack = [value]
        while stack:
            one = stack.pop()
            yield one
            if isinstance(one, list):
                stack.extend(reversed(one))
            elif isinstance(one, dict):
                stack.extend(reversed(list(one.values())))

    def _literal(self, node: Literal, _value: Json, _scope: Scope) -> Iterator[Json]:
        yield node.value

    def _format(self, node: Format, value: Json, _scope: Scope) -> Iterator[Json]:
        yield format_text(node.name, value)

    def _text(self, node: Text, value: Json, scope: Scope) -> Iterator[Json]:
        def build(place: int) -> Iterator[str]:
            if place < 0:
                yield ""
                return
            part = node.parts[place]
            if isinstance(part, str):
                for before in build(place - 1):
                    yield joined_text("", (before, part))
                return
            for one in self.run(part, value, scope):
                text = format_text(node.format or "text", one)
                for before in build(place - 1):
                    yield joined_text("", (before, text))

        return build(len(node.parts) - 1)

    def _index(self, node: Index, value: Json, scope: Scope) -> Iterator[Json]:
        if isinstance(node.key, Literal):
            for target in self.run(node.target, value, scope):
                yield index(target, node.key.value)
            return
        for target in self.run(node.target, value, scope):
            for key in self.run(node.key, value, scope):
                yield index(target, key)

    def _slice(self, node: Slice, value: Json, scope: Scope) -> Iterator[Json]:
        for target in self.run(node.target, value, scope):
            for start, stop in self.slice_bounds(node, value, scope):
                yield slice_of(target, start, stop)

    def slice_bounds(self, node: Slice, value: Json, scope: Scope) -> Iterator[tuple[Json, Json]]:
        """Beginnings and ends of a slice."""
        stops = [None] if node.stop is None else self.run(node.stop, value, scope)
        for stop in stops:
            for start in [None] if node.start is None else self.run(node.start, value, scope):
                yield start, stop

    def _iterate(self, node: Iterate, value: Json, scope: Scope) -> Iterator[Json]:
        for target in self.run(node.target, value, scope):
            if isinstance(target, list):
                yield from target
            else:
                for _, one in elements(target):
                    yield one

    def _pipe(self, node: Pipe, value: Json, scope: Scope) -> Iterator[Json]:
        for one in self.run(node.left, value, scope):
            yield from self.run(node.right, one, scope)

    def _comma(self, node: Comma, value: Json, scope: Scope) -> Iterator[Json]:
        yield from self.run(node.left, value, scope)
        yield from self.run(node.right, value, scope)

    def _operation(self, node: Operation, value: Json, scope: Scope) -> Iterator[Json]:
        operator = node.operator
        comparing = operator in ("==", "!=", "<", "<=", ">", ">=")
        for right in self.run(node.right, value, scope):
            for left in self.run(node.left, value, scope):
                yield compare(operator, left, right) if comparing else arithmetic(operator, left, right)

    def _logic(self, node: Logic, value: Json, scope: Scope) -> Iterator[Json]:
        decided = node.operator == "or"
        for left in self.run(node.left, value, scope):
            if truthy(left) == decided:
                yield decided
            else:
                for right in self.run(node.right, value, scope):
                    yield truthy(right)

    def _alternative(self, node: Alternative, value: Json, scope: Scope) -> Iterator[Json]:
        found = False
        try:
            for one in self.run(node.left, value, scope):
                if truthy(one):
                    found = True
                    yield one
        except JqError:
            pass
        if not found:
            yield from self.run(node.right, value, scope)

    def _negation(self, node: Negation, value: Json, scope: Scope) -> Iterator[Json]:
        for one in self.run(node.operand, value, scope):
            if kind(one) != "number":
                raise JqError(f"{described(one)} cannot be negated")
            yield -one

    def _array(self, node: ArrayOf, value: Json, scope: Scope) -> Iterator[Json]:
        yield [] if node.items is None else list(self.run(node.items, value, scope))

    def _object(self, node: ObjectOf, value: Json, scope: Scope) -> Iterator[Json]:
        def build(place: int) -> Iterator[dict[str, Json]]:
            if place == len(node.entries):
                yield {}
                return
            key_node, value_node = node.entries[place]
            for key in self.run(key_node, value, scope):
                if not isinstance(key, str):
                    raise JqError(f"Object keys must be strings, not {described(key)}")
                for one in self.run(value_node, value, scope):
                    for rest in build(place + 1):
                        yield {key: one, **rest}

        return build(0)

    def _variable(self, node: Variable, _value: Json, scope: Scope) -> Iterator[Json]:
        yield scope.variables[node.name]

    def _if(self, node: If, value: Json, scope: Scope) -> Iterator[Json]:
        for test in self.run(node.test, value, scope):
            yield from self.run(node.yes if truthy(test) else node.no, value, scope)

    def _try(self, node: Try, value: Json, scope: Scope) -> Iterator[Json]:
        try:
            yield from self.run(node.body, value, scope)
        except JqError as error:
            problem = error.value
            if isinstance(problem, dict) and problem.get("__jq") is not None:
                raise
        else:
            return
        if node.handler is not None:
            yield from self.run(node.handler, problem, scope)

    def _reduce(self, node: Reduce, value: Json, scope: Scope) -> Iterator[Json]:
        for start in self.run(node.start, value, scope):
            state = start
            for one in self.run(node.source, value, scope):
                for names in self.match(node.pattern, one, value, scope):
                    result = None
                    for found in self.run(node.update, state, scope.bind(names)):
                        result = found
                    state = result
            yield state

    def _foreach(self, node: Foreach, value: Json, scope: Scope) -> Iterator[Json]:
        for start in self.run(node.start, value, scope):
            state = start
            for one in self.run(node.source, value, scope):
                for names in self.match(node.pattern, one, value, scope):
                    inner = scope.bind(names)
                    for found in self.run(node.update, state, inner):
                        state = found
                        if node.extract is None:
                            yield state
                        else:
                            yield from self.run(node.extract, state, inner)

    def _bind(self, node: Bind, value: Json, scope: Scope) -> Iterator[Json]:
        for one in self.run(node.source, value, scope):
            for inner in self.scopes(node, one, value, scope):
                yield from self.run(node.body, value, inner)

    def _label(self, node: Label, value: Json, scope: Scope) -> Iterator[Json]:
        mark = object()
        inner = Scope(scope.variables, scope.functions, {**scope.labels, node.name: mark})
        try:
            yield from self.run(node.body, value, inner)
        except JqBreak as leaving:
            if leaving.label is not mark:
                raise

    def _break(self, node: Break, _value: Json, scope: Scope) -> Iterator[Json]:
        raise JqBreak(scope.labels[node.name])

    def _define(self, node: Define, value: Json, scope: Scope) -> Iterator[Json]:
        return self.run(node.rest, value, self.defined(node.function, scope))

    def defined(self, function: Function, scope: Scope) -> Scope:
        """A scope in which the function is known, to itself as well."""
        closure = Closure(function, None)
        key = (function.name, len(function.parameters))
        inner = Scope(scope.variables, {**scope.functions, key: closure}, scope.labels)
        closure.scope = inner
        return inner

    def _call(self, node: Call, value: Json, scope: Scope) -> Iterator[Json]:
        self.tick()
        key = (node.name, len(node.arguments))
        closure = scope.functions.get(key)
        if closure is None:
            native = self.natives.get(key)
            if native is not None:
                yield from native(self, node.arguments, value, scope)
                return
            closure = Closure(library()[key], self.base)
        for inner in self.arguments(closure, node, value, scope):
            yield from self.run(closure.function.body, value, inner)

    def arguments(self, closure: Closure, node: Call, value: Json, scope: Scope) -> Iterator[Scope]:
        """The scopes in which a function's body is run: one for each combination of its value parameters."""
        function, outer = closure.function, closure.scope
        assert outer is not None
        if not function.parameters:
            yield outer
            return
        functions = dict(outer.functions)
        values: list[tuple[str, Node]] = []
        for name, argument in zip(function.parameters, node.arguments, strict=True):
            if name.startswith("$"):
                values.append((name[1:], argument))
            else:
                functions[(name, 0)] = Closure(Function(name, (), argument), scope)
        yield from self._combinations(values, value, scope, Scope(outer.variables, functions, outer.labels))

    def _combinations(
        self, values: list[tuple[str, Node]], value: Json, scope: Scope, inner: Scope
    ) -> Iterator[Scope]:
        if not values:
            yield inner
            return
        name, argument = values[0]
        for one in self.run(argument, value, scope):
            functions = {**inner.functions, (name, 0): Closure(Function(name, (), Literal(one)), inner)}
            bound = Scope({**inner.variables, name: one}, functions, inner.labels)
            yield from self._combinations(values[1:], value, scope, bound)

    # ---- assignments

    def _update(self, node: Update, value: Json, scope: Scope) -> Iterator[Json]:
        operator = node.operator
        if operator == "|=":
            yield self._modified(node, value, scope)
            return
        for right in self.run(node.right, value, scope):
            changed = value
            for path in [place[0] for place in self.paths(node.left, ((), value), scope)]:
                old = get_path(changed, path)
                if operator == "=":
                    new = right
                elif operator == "//=":
                    new = old if truthy(old) else right
                else:
                    new = arithmetic(operator[0], old, right)
                changed = set_path(changed, path, new)
            yield changed

    def _modified(self, node: Update, value: Json, scope: Scope) -> Json:
        """left |= right: each place gets the first value of the filter, or goes when there is none."""
        gone: list[Path] = []
        for path in [place[0] for place in self.paths(node.left, ((), value), scope)]:
            for new in self.run(node.right, get_path(value, path), scope):
                value = set_path(value, path, new)
                break
            else:
                gone.append(path)
        return delete_paths(value, gone)


_EVALUATE: dict[type[Node], Callable[..., Iterator[Json]]] = {
    Identity: Interpreter._identity,
    RecurseDefault: Interpreter._recurse,
    Literal: Interpreter._literal,
    Format: Interpreter._format,
    Text: Interpreter._text,
    Index: Interpreter._index,
    Slice: Interpreter._slice,
    Iterate: Interpreter._iterate,
    Pipe: Interpreter._pipe,
    Comma: Interpreter._comma,
    Operation: Interpreter._operation,
    Logic: Interpreter._logic,
    Alternative: Interpreter._alternative,
    Update: Interpreter._update,
    Negation: Interpreter._negation,
    ArrayOf: Interpreter._array,
    ObjectOf: Interpreter._object,
    Variable: Interpreter._variable,
    Call: Interpreter._call,
    If: Interpreter._if,
    Try: Interpreter._try,
    Reduce: Interpreter._reduce,
    Foreach: Interpreter._foreach,
    Bind: Interpreter._bind,
    Label: Interpreter._label,
    Break: Interpreter._break,
    Define: Interpreter._define,
}
