"""What can go wrong with a container."""

from __future__ import annotations

from minibuild.errors import MinibuildError


class ContainerError(MinibuildError):
    """A container can't be used as it was asked for."""


class NoSuchContainerError(ContainerError):
    """There is no container of that name or ID."""

    def __init__(self, name: str) -> None:
        super().__init__(f"No such container: {name}")
        self.name = name


class StartError(ContainerError):
    """The container was created but its process could not be started; `status` is what `run` exits with:
    125, 126 (not executable) or 127 (not found).
    """

    def __init__(self, message: str, status: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status
