"""Which names of an awk program are arrays: found from how they are used, also through calls of functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.text.awk_nodes import (
    Call,
    Delete,
    Element,
    ForIn,
    Function,
    Membership,
    Name,
    Node,
    walk,
)

if TYPE_CHECKING:
    from minibuild.programs.text.awk_nodes import Program

# Builtin functions → which of their arguments are arrays.
ARRAY_ARGUMENTS = {"split": (1, 3), "match": (2,), "asort": (0, 1), "asorti": (0, 1)}


class Names:
    """`arrays`: global arrays; `parameters`: function → the places of its parameters that are arrays."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.arrays: set[str] = {"ARGV", "ENVIRON"}
        self.parameters: dict[str, set[int]] = {name: set() for name in program.functions}
        bodies: list[tuple[Function | None, list[Node]]] = [(None, [])]
        for rule in program.rules:
            bodies[0][1].extend(
                node
                for part in (rule.start, rule.stop, rule.body)
                if isinstance(part, Node)
                for node in walk(part)
            )
        bodies += [(function, list(walk(function.body))) for function in program.functions.values()]
        changed = True
        while changed:
            changed = False
            for function, nodes in bodies:
                for node in nodes:
                    changed = self._use(function, node) or changed

    def is_array(self, name: str, function: Function | None) -> bool:
        """Is the name an array where the function (None: a rule) uses it?"""
        if function is not None and name in function.parameters:
            return function.parameters.index(name) in self.parameters[function.name]
        return name in self.arrays

    def _mark(self, name: str, function: Function | None) -> bool:
        if self.is_array(name, function):
            return False
        if function is not None and name in function.parameters:
            self.parameters[function.name].add(function.parameters.index(name))
        else:
            self.arrays.add(name)
        return True

    def _use(self, function: Function | None, node: Node) -> bool:
        """Learn from one node; whether something is new."""
        if isinstance(node, (Element, Membership, ForIn, Delete)):
            return self._mark(node.array, function)
        changed = False
        if isinstance(node, Call):
            known = (
                self.parameters.get(node.name)
                if not node.builtin
                else set(ARRAY_ARGUMENTS.get(node.name, ()))
            )
            for place, argument in enumerate(node.arguments):
                if known is None or not isinstance(argument, Name):
                    continue
                if place in known:
                    changed = self._mark(argument.name, function) or changed
                elif not node.builtin and self.is_array(argument.name, function):
                    known.add(place)
                    changed = True
        return changed
