"""What can be wrong with a Compose file."""

from minibuild.errors import MinibuildError


class ComposeError(MinibuildError):
    """A Compose file that can't be used, with the place of what is wrong."""
