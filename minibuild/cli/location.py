"""Where the store is."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from minibuild.store import Store


class StoreLocation:
    """The directory given by --root or MINIBUILD_ROOT, else the user's data directory."""

    __slots__ = ("_given", "host")

    def __init__(self, given: str | None, host: str = "") -> None:
        self._given = given
        self.host = host  # the simulated host whose engine is meant; "": the store's own

    @property
    def given(self) -> str | None:
        """The directory as it was given, None where nobody gave one."""
        return self._given

    @property
    def root(self) -> Path:
        """The store's directory; it need not exist."""
        from minibuild.store.location import default_root  # help and completion need none

        return default_root(self._given)

    def open(self) -> "Store":
        """Open the store, made when it is missing. Raise `StoreError`."""
        from minibuild.store import Store  # help and completion need none

        root = self.root
        try:
            return Store.open(root)
        except OSError as error:
            raise MinibuildError(
                f"can't open the store {root}: {error.strerror}", hint="--root puts the store elsewhere"
            ) from None


pass_location = click.make_pass_decorator(StoreLocation)
