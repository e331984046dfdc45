"""Go templates run over a document: `--format '{{.Id}}'`."""

from collections.abc import Iterator
from typing import Any

from minibuild.report.template_functions import FUNCTIONS, TemplateError
from minibuild.report.template_syntax import (
    Access,
    Block,
    Call,
    Literal,
    Node,
    Operand,
    Pipeline,
    Show,
    TemplateSyntaxError,
    Text,
    parse_template,
)
from minibuild.report.template_values import Map, Nil, is_true, to_text

__all__ = ["Template", "TemplateError", "TemplateSyntaxError"]

_MISSING = object()  # no value comes through the pipeline


class Template:
    """A template, parsed once."""

    def __init__(self, text: str) -> None:
        self._nodes = parse_template(text)

    def render(self, document: Any) -> str:
        """The text that the template makes of the document. Raise `TemplateError` for what it has not."""
        run = _Run(document)
        run.block(self._nodes, document)
        return "".join(run.out)


class _Run:
    def __init__(self, document: Any) -> None:
        self.out: list[str] = []
        self.variables: list[tuple[str, Any]] = [("$", document)]

    def block(self, nodes: tuple[Node, ...], dot: Any) -> None:
        """Run nodes; variables that they declare end with them."""
        height = len(self.variables)
        for node in nodes:
            if isinstance(node, Text):
                self.out.append(node.text)
            elif isinstance(node, Show):
                value = self.pipeline(node.pipeline, dot)
                if not node.pipeline.variables:
                    self.out.append(to_text(value))
            else:
                self.control(node, dot)
        del self.variables[height:]

    def control(self, node: Block, dot: Any) -> None:
        height = len(self.variables)
        if node.kind == "range":
            self.range(node, dot)
        else:
            value = self.pipeline(node.pipeline, dot)
            if is_true(value):
                self.block(node.body, value if node.kind == "with" else dot)
            else:
                self.block(node.otherwise, dot)
        del self.variables[height:]

    def range(self, node: Block, dot: Any) -> None:
        names = node.pipeline.variables
        value = self.pipeline(node.pipeline._replace(variables=()), dot)
        items = list(_items(value))
        for key, item in items:
            height = len(self.variables)
            if names:
                pairs = zip(names, (key, item) if len(names) > 1 else (item,), strict=False)
                self.variables += pairs
            self.block(node.body, item)
            del self.variables[height:]
        if not items:
            self.block(node.otherwise, dot)

    def pipeline(self, pipeline: Pipeline, dot: Any) -> Any:
        value: Any = _MISSING
        for command in pipeline.commands:
            value = self.command(command, dot, value)
        for name in pipeline.variables:
            if pipeline.declares:
                self.variables.append((name, value))
            else:
                self.assign(name, value)
        return value

    def assign(self, name: str, value: Any) -> None:
        for i in range(len(self.variables) - 1, -1, -1):
            if self.variables[i][0] == name:
                self.variables[i] = (name, value)
                return
        raise TemplateError(f"undefined variable {name}")

    def command(self, operands: tuple[Operand, ...], dot: Any, piped: Any) -> Any:
        """Call the first operand with the others; what was piped is the last argument."""
        head = operands[0]
        arguments = [self.value(operand, dot) for operand in operands[1:]]
        if piped is not _MISSING:
            arguments.append(piped)
        if isinstance(head, Call):
            return _called(head.name, arguments)
        target = self.value(head, dot, call=False)
        if callable(target):
            return _call(str(head), target, arguments)
        if arguments:
            raise TemplateError("can't give argument to something that is no function")
        return target

    def value(self, operand: Operand, dot: Any, *, call: bool = True) -> Any:
        if isinstance(operand, Literal):
            return operand.value
        if isinstance(operand, Call):
            return _called(operand.name, [])
        value = self.base(operand, dot)
        for name in operand.fields:
            value = _field(value() if callable(value) else value, name)
        return value() if call and callable(value) else value

    def base(self, operand: Access, dot: Any) -> Any:
        if operand.base is None:
            return dot
        if isinstance(operand.base, Pipeline):
            return self.pipeline(operand.base, dot)
        for name, value in reversed(self.variables):
            if name == operand.base:
                return value
        raise TemplateError(f"undefined variable {operand.base}")


def _items(value: Any) -> Iterator[tuple[Any, Any]]:
    """(key or position, item) of what `range` goes through; a map in the order of its keys."""
    if isinstance(value, Map):
        for key in sorted(value):
            yield key, value[key]
    elif isinstance(value, (list, tuple)):
        yield from enumerate(value)
    elif value is not None and not isinstance(value, Nil):
        raise TemplateError(f"range can't iterate over {to_text(value)}")


def _field(value: Any, name: str) -> Any:
    if isinstance(value, Map):
        return value.get(name)
    if isinstance(value, dict):
        if name in value:
            return value[name]
        raise TemplateError(f"there is no field {name}", hint=_known(value))
    if value is None or isinstance(value, Nil):
        if isinstance(value, Nil) and value.kind == "map":
            return None
        raise TemplateError(f"nil pointer evaluating .{name}")
    raise TemplateError(f"can't evaluate field {name} in {to_text(value)}")


def _known(value: dict[str, Any]) -> str:
    return "known are " + ", ".join(value)


def _called(name: str, arguments: list[Any]) -> Any:
    function = FUNCTIONS.get(name)
    if function is None:
        raise TemplateSyntaxError(
            f"function {name!r} not defined", "known are " + ", ".join(sorted(FUNCTIONS))
        )
    return _call(name, function, arguments)


def _call(name: str, function: Any, arguments: list[Any]) -> Any:
    try:
        return function(*arguments)
    except (TypeError, ValueError, IndexError) as error:
        raise TemplateError(f"wrong arguments for {name}: {error}") from None
