"""What a tag says: `3.12-slim-bookworm` is version 3.12, variant slim, release bookworm."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from minibuild.catalogue.releases import Release, known_releases

_VERSION = re.compile(r"v?\d[\w.]*\Z")
_DATE = re.compile(r"20\d{6}\Z")


class Tag(NamedTuple):
    """A tag in its parts. `numbers` are the versions it names after the first one, such as the Java version
    of a Maven image.
    """

    version: str
    numbers: tuple[str, ...]
    release: Release | None
    words: frozenset[str]


def read_tag(tag: str, aliases: Mapping[str, str], system: str) -> Tag:
    """Read a tag; `aliases` say what some of its words stand for (`lts` = `22`).

    `system` is the distribution whose releases the family's versions are, or "".
    """
    words = [word for part in tag.split("-") for word in aliases.get(part, part).split()]
    release, versions, variants = None, [], set()
    for word in words:
        found = known_releases().find(word)
        if found is not None:
            release = found
            # `alpine3.19` is two things: a release, and the variant whose name is the distribution's.
            variants.add(found.system)
        elif _VERSION.match(word) and not _DATE.match(word):
            versions.append(word.removeprefix("v"))
        else:
            variants.add(word)
    if system:
        number = versions[0] if versions and release is None else release.name if release else ""
        release = known_releases().of(system, number)
        variants.discard(system)
        versions = versions[:1] or [release.point]
    return Tag(versions[0] if versions else "", tuple(versions[1:]), release, frozenset(variants))


def complete(version: str, known: Mapping[str, str]) -> str:
    """The full version that a partial one means (`3.12` → `3.12.11`); itself when nothing is known of it."""
    return known.get(version, version)
