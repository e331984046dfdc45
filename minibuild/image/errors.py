"""Errors about images and archives."""

from minibuild.errors import MinibuildError


class ImageError(MinibuildError):
    """An image or an archive that can't be read or is not what it says."""
