"""How the store files an image's names: always in full."""

from minibuild.image.reference import Reference, ReferenceError, parse_reference  # noqa: A004  the field's own word
from minibuild.store.errors import StoreError


def canonical(name: str) -> str:
    """`alpine` as `docker.io/library/alpine:latest`; StoreError for what is no name."""
    return reference(name).canonical


def familiar(name: str) -> str:
    """A stored name as people write it."""
    return parse_reference(name).familiar


def reference(name: str) -> Reference:
    """The parts of a name; StoreError for what is none."""
    try:
        return parse_reference(name)
    except ReferenceError as error:
        raise StoreError(
            f"invalid image name {name!r}: {error}", hint="a name looks like team/app:1.0"
        ) from None


def parsed(name: str) -> Reference | None:
    """The parts of a name; None for what is none."""
    try:
        return parse_reference(name)
    except ReferenceError:
        return None
