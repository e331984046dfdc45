"""What can go wrong before a container's process runs."""

from __future__ import annotations

from minibuild.errors import MinibuildError


class ContainerError(MinibuildError):
    """A container can't be started as it was asked for."""
