"""Where a store is when nobody says so."""

import os
from pathlib import Path

VARIABLE = "MINIBUILD_ROOT"


def default_root(given: str | None = None) -> Path:
    """The directory `given`, else that of the variable MINIBUILD_ROOT, else minibuild's in the user's data
    directory. It need not exist.
    """
    named = given or os.environ.get(VARIABLE)
    if named:
        return Path(os.path.expanduser(named))  # noqa: PTH111  unlike Path's, it never fails
    import platformdirs  # a store that was named needs no search

    return Path(platformdirs.user_data_dir("minibuild", appauthor=False))
