"""ONBUILD triggers: a base's stored texts read as instructions when a stage starts on it."""

from minibuild.build.errors import BuildError
from minibuild.build.workshop import Workshop
from minibuild.dockerfile import parse
from minibuild.dockerfile.nodes import From, Instruction
from minibuild.errors import MinibuildError


def triggered(texts: tuple[str, ...], from_: From, workshop: Workshop) -> list[Instruction]:
    """The instructions that the base leaves to this build; an error in one points at the FROM that triggers
    it.
    """
    escape = workshop.plan.dockerfile.escape
    directive = f"# escape={escape}\n" if escape != "\\" else ""
    instructions: list[Instruction] = []
    for text in texts:
        try:
            parsed = parse(
                f"{directive}FROM scratch\n{text}\n", dialect="docker", filename=workshop.text.path
            )
        except MinibuildError as error:
            problem = BuildError(f"ONBUILD trigger {text!r}: {error.message}", hint=error.hint)
            workshop.text.locate(problem, from_)
            raise problem from None
        instructions += parsed.instructions[1:]
    return instructions
