"""Errors of the store."""

from minibuild.errors import MinibuildError


class StoreError(MinibuildError):
    """The store can't be used as asked: newer than this program, full, read-only, damaged, or a name that
    is ambiguous."""
