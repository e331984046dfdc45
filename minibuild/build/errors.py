"""Errors of a build, each with the instruction's place."""

from typing import TYPE_CHECKING

from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from minibuild.dockerfile.nodes import Instruction


class BuildError(MinibuildError):
    """The build can't go on; exit status 1."""


class RunError(BuildError):
    """A RUN ended with a status other than 0; `status` is that status."""

    def __init__(self, message: str, *, status: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status


def locate(error: MinibuildError, instruction: "Instruction", path: str) -> None:
    """Give `error` the place of `instruction` in the Dockerfile `path`, when it has none yet."""
    if not error.line:
        error.path = path
        error.line = instruction.start_line
        error.source = instruction.original.split("\n", 1)[0]
        error.column = instruction.column if error.source else 0
