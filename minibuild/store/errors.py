"""Errors of the store."""

from minibuild.errors import MinibuildError

REPAIR = "`minibuild system verify --repair` forgets what is damaged, so that it is built or loaded anew"


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


class DamagedError(StoreError):
    """The database can't be used as it is."""

    def __init__(self, message: str) -> None:
        super().__init__(message, hint="`minibuild system verify --repair` saves what can still be read")
