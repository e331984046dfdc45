"""Which family an image name belongs to."""

from functools import cache
from importlib import resources
from typing import NamedTuple

from minibuild.image.reference import Reference

# Copies of docker.io/library in other places; the second word is the architecture they are for.
_MIRRORS = {
    "public.ecr.aws/docker/library/": "amd64",
    "mirror.gcr.io/library/": "amd64",
    "registry.hub.docker.com/library/": "amd64",
    "registry-1.docker.io/library/": "amd64",
    "mcr.microsoft.com/mirror/docker/library/": "amd64",
    "amd64/": "amd64",
    "x86_64/": "amd64",
    "i386/": "386",
    "arm32v5/": "arm",
    "arm32v6/": "arm",
    "arm32v7/": "arm",
    "armhf/": "arm",
    "arm64v8/": "arm64",
    "aarch64/": "arm64",
    "ppc64le/": "ppc64le",
    "s390x/": "s390x",
    "riscv64/": "riscv64",
}
_FARAWAY = 3


class Found(NamedTuple):
    """A family's file name, and the architecture of the images under the name that was asked for."""

    family: str
    architecture: str


def find_family(reference: Reference) -> Found | None:
    """The family of an image name, whatever its tag; None when the catalogue has none."""
    name = _untagged(reference)
    for prefix, architecture in _MIRRORS.items():
        if name.startswith(prefix):
            family = _by_name(name.removeprefix(prefix))
            return None if family is None else Found(family, architecture)
    family = _by_name(name)
    return None if family is None else Found(family, "amd64")


def close_names(reference: Reference) -> list[str]:
    """Names of the catalogue that are close to one that it does not have; at most three."""
    from difflib import get_close_matches  # only on the way to an error

    name = _untagged(reference)
    known = [one for one in (*_official(), *_patterns()) if "*" not in one]
    close = get_close_matches(name, known, n=_FARAWAY, cutoff=0.6)
    last = name.rpartition("/")[2]
    return close or ([last] if last in known else get_close_matches(last, known, n=_FARAWAY, cutoff=0.75))


def _untagged(reference: Reference) -> str:
    """The familiar name without tag and digest; what is no word of docker.io/library keeps its registry or
    owner.
    """
    return reference._replace(tag="", digest="").familiar


def _by_name(name: str) -> str | None:
    if name in _official():
        return name
    patterns = _patterns()
    if name in patterns:
        return patterns[name]
    from fnmatch import fnmatchcase  # only for names that are no plain ones

    return next((family for pattern, family in patterns.items() if fnmatchcase(name, pattern)), None)


@cache
def _official() -> frozenset[str]:
    """The families whose file is called as their image is."""
    folder = resources.files(__package__).joinpath("images")
    files = (entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return frozenset(name.removesuffix(".toml") for name in files) - {"names", "releases"}


@cache
def _patterns() -> dict[str, str]:
    """Other names, with shell wildcards, and their families."""
    import tomllib  # only when a base image is made

    source = resources.files(__package__).joinpath("images/names.toml")
    return dict(tomllib.loads(source.read_text("utf-8")))
