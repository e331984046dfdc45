"""Families of images: everything that is published under one name, described by one TOML file below images/.

default    what the tag `latest` stands for
system     the distribution whose releases the versions are; only a distribution's own images have it
aliases    words of tags that stand for others
versions   partial version = full version
on         lines `MINIMUM RELEASE`, newest first: on what a version of the family stands by default
recipe     the table that all its images share (see recipe.py)
systems, series, releases, variants
           tables laid over it: for the distribution below, for versions that begin so, for the release,
           for a word of the tag (`a+!b`: for one word and without the other)
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from minibuild.catalogue.recipe import Recipe, Table
from minibuild.catalogue.releases import Release, known_releases
from minibuild.catalogue.tags import Tag, complete, read_tag


@dataclass(frozen=True, slots=True)
class Family:
    """One family file."""

    name: str
    default: str = "latest"
    system: str = ""
    created: str = "2025-10-01T00:00:00Z"
    aliases: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    on: str = ""
    recipe: Table = field(default_factory=dict)
    systems: Mapping[str, Table] = field(default_factory=dict)
    series: Mapping[str, Table] = field(default_factory=dict)
    releases: Mapping[str, Table] = field(default_factory=dict)
    variants: Mapping[str, Table] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """An image's own part, before its base is put below: the recipe with its variables filled in, and what
    it stands on.
    """

    recipe: Recipe
    release: Release | None


@cache
def load_family(name: str) -> Family:
    """The family of that file name."""
    import tomllib  # only when a base image is made

    source = resources.files(__package__).joinpath(f"images/{name}.toml")
    document: dict[str, Any] = tomllib.loads(source.read_text("utf-8"))
    return Family(name=name, **document)


def make(family: Family, tag: str, repository: str) -> Made:
    """Read the tag and lay the tables that it calls for over one another."""
    # The image's name may say what others say in the tag: ubi8/ubi-minimal.
    told = "-".join(word for word in re.split("[/-]", repository) if word in family.aliases)
    words = "-".join(filter(None, (told, "" if tag in ("", "latest") else tag))) or family.default
    parts = read_tag(words, family.aliases, family.system)
    if not family.system:
        fallback = read_tag(family.default, family.aliases, "")
        numbers = parts.numbers or fallback.numbers
        parts = parts._replace(version=parts.version or fallback.version, numbers=numbers)
    version = complete(parts.version, family.versions)
    release = _release(family, parts, version)
    recipe = Recipe()
    for table in _tables(family, parts, version, release):
        recipe.lay(table)
    return Made(recipe.filled(_variables(parts, version, release, repository)), release)


def _release(family: Family, parts: Tag, version: str) -> Release | None:
    """What the image stands on: as the tag says, else as the family does for that version."""
    if parts.release is not None:
        return parts.release
    mine = _numbers(version) or (9999,)
    system = next((word for word in parts.words if word in ("alpine", "debian", "ubuntu")), "")
    for line in family.on.split("\n"):
        minimum, _, names = line.strip().partition(" ")
        if not minimum or mine < _numbers(minimum):
            continue
        for name in names.split():
            found = known_releases().find(name)
            if found is not None and system in ("", found.system):
                return found
    return known_releases().of(system, "") if system else None


def _tables(family: Family, parts: Tag, version: str, release: Release | None) -> Iterator[Table]:
    yield family.recipe
    if release is not None:
        yield family.systems.get(release.system, {})
    for start, table in family.series.items():
        if f"{version}.".startswith(f"{start}."):
            yield table
    if release is not None:
        yield family.releases.get(release.name, {})
    for words, table in family.variants.items():
        if all((word.removeprefix("!") in parts.words) != word.startswith("!") for word in words.split("+")):
            yield table


def _variables(parts: Tag, version: str, release: Release | None, repository: str) -> dict[str, str]:
    pieces = version.split(".")
    known = {
        "version": version,
        "major": pieces[0],
        "minor": ".".join(pieces[:2]),
        "series": "".join(pieces[:2]),
        "extra": parts.numbers[0] if parts.numbers else "",
        "name": repository.rpartition("/")[2],
    }
    if release is not None:
        known |= {
            "system": release.system,
            "release": release.name,
            "number": release.number,
            "point": release.point,
        }
    return known


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
