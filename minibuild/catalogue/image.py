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
    return _on_base(made.recipe, made.release)


def _on_base(recipe: Recipe, release: Release | None) -> tuple[Recipe, Release | None]:
    """A recipe on top of its base, which is an image or, as `@FILE`, a family that is no image of its own."""
    base = recipe.values.pop("base", "")
    if not base:
        return recipe, release
    if base.startswith("@"):
        made = make(load_family(base[1:]), "latest", base)
        below, under = _on_base(made.recipe, made.release)
    else:
        image = parse_reference(base)
        below, under = _composed(image, image.tag)
    return recipe.under(below), release or under
