"""Errors of the store."""

from minibuild.errors import MinibuildError


class StoreError(MinibuildError):
    """The store can't be used as asked: newer than this program, full, read-only, damaged, or a name that
    is ambiguous."""


class NoSpaceError(StoreError):
    """The disk that holds the store is full."""

    def __init__(self, place: object) -> None:
        super().__init__(
            f"no space left on the device that holds the store {place}",
            hint="`minibuild system prune` frees what nothing uses; --root puts the store elsewhere",
        )
