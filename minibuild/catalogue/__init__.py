"""What well-known base images and packages are: data, and its readers.

The readers are imported by need: whoever only asks what a program file is (`executable`) waits for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minibuild.catalogue.image import CatalogueImage
    from minibuild.image.reference import Reference


def find_image(reference: Reference) -> CatalogueImage | None:
    """The image of that name and tag, or None when nothing is known of the name.

    Any tag of a known name is made.
    """
    from minibuild.catalogue.image import compose_image

    return compose_image(reference)


def suggestions(reference: Reference) -> list[str]:
    """Names of the catalogue that are close to one that it does not have; at most three."""
    from minibuild.catalogue.names import close_names

    return close_names(reference)
