"""An image of the catalogue: found by name, composed with its base, written into a file system."""

from dataclasses import dataclass
from datetime import datetime

from minibuild.catalogue.family import load_family, make
from minibuild.catalogue.names import find_family
from minibuild.catalogue.recipe import Recipe
from minibuild.catalogue.releases import Release
from minibuild.catalogue.writing import write_recipe
from minibuild.filesystem import FileSystem
from minibuild.image.config import ContainerConfig
from minibuild.image.reference import Reference, parse_reference

_NANOSECONDS = 1_000_000_000
_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class CatalogueImage:
    """One image: `created` is RFC 3339; `partial` tells that the real image has more files than are known."""

    name: str
    tag: str
    created: str
    architecture: str
    config: ContainerConfig
    partial: bool
    recipe: Recipe
    release: Release | None

    def write_files(self, filesystem: FileSystem) -> None:
        """Put its files into an empty file system; the same ones to the byte every time."""
        moment = datetime.fromisoformat(self.created)
        write_recipe(
            self.recipe, self.release, self.architecture, filesystem, int(moment.timestamp()) * _NANOSECONDS
        )


def compose_image(reference: Reference) -> CatalogueImage | None:
    """The image of that name and tag, or None when nothing is known of the name. Any tag of a known name is
    made.
    """
    found = find_family(reference)
    if found is None:
        return None
    family = load_family(found.family)
    tag = reference.tag or "latest"
    recipe, release = _composed(reference, tag)
    config = recipe.config
    if not config.env:
        config = _with_path(recipe)
    return CatalogueImage(
        name=reference._replace(tag="", digest="").familiar,
        tag=tag,
        created=family.created,
        architecture=found.architecture,
        config=config,
        partial=not recipe.values.get("complete", False),
        recipe=recipe,
        release=release,
    )


def _with_path(recipe: Recipe) -> ContainerConfig:
    recipe.texts["env"].append(_PATH)
    return recipe.config


def _composed(reference: Reference, tag: str) -> tuple[Recipe, Release | None]:
    """The recipe of an image on top of all those below it, and the release that they stand on."""
    found = find_family(reference)
    assert found is not None, reference
    made = make(load_family(found.family), tag, reference.repository)
    base = made.recipe.values.pop("base", "")
    if not base:
        return made.recipe, made.release
    below = parse_reference(base)
    recipe, release = _composed(below, below.tag)
    return made.recipe.under(recipe), made.release or release
