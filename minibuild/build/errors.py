"""Errors of a build, each with the instruction's place."""

from typing import TYPE_CHECKING

from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from minibuild.dockerfile.nodes import Instruction


class BuildError(MinibuildError):
    """The build can't go on; exit status 1. `subject` is the word of the instruction that it is about, ""
    for all of it.
    """

    def __init__(self, message: str, *, hint: str = "", subject: str = "") -> None:
        super().__init__(message, hint=hint)
        self.subject = subject


class RunError(BuildError):
    """A RUN ended with a status other than 0; `status` is that status."""

    def __init__(self, message: str, *, status: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status


class DockerfileText:
    """A Dockerfile's text under the path by which people know it: where errors get their lines from."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    def locate(self, error: MinibuildError, instruction: "Instruction") -> None:
        """Give `error` the place of `instruction`, when it has none yet: its first line, as BuildKit
        tells it.
        """
        if error.line or error.path:
            return
        error.path = self.path
        error.line = instruction.start_line
        lines = self.text.split("\n", error.line)
        error.source = lines[error.line - 1].rstrip("\r") if error.line <= len(lines) else ""
        subject = error.subject if isinstance(error, BuildError) else ""
        at = error.source.find(subject, instruction.column - 1) if subject else -1
        error.column = (at + 1 if at >= 0 else instruction.column) if error.source else 0
