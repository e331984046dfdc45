"""Packages of language registries: PyPI (`pypi`), npm (`npm`), RubyGems (`gem`).

Tables of one line a package: name, newest version, what it needs, its commands, its module where that is not
called as it is; those of npm and gem have name, version and commands only.
"""

import re
from functools import cache
from importlib import resources
from typing import NamedTuple


class RegistryPackage(NamedTuple):
    """A package of a language registry, in its newest version."""

    name: str
    version: str
    requires: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    module: str = ""


def registry_package(registry: str, name: str) -> RegistryPackage | None:
    """The package of that name, or None when the catalogue has none; PyPI's names are compared as PEP 503
    says.
    """
    key = normalised(name) if registry == "pypi" else name
    line = _table(registry).get(key)
    if line is None:
        return None
    fields = line.split("\t")
    if registry == "pypi":
        fields += [""] * (5 - len(fields))
        return RegistryPackage(
            fields[0], fields[1], tuple(fields[2].split()), tuple(fields[3].split()), fields[4]
        )
    return RegistryPackage(fields[0], fields[1], (), tuple(fields[2].split()) if len(fields) > 2 else ())


def normalised(name: str) -> str:
    """A project's name as PyPI compares it: lower case, one dash for runs of `-`, `_` and `.`."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def _table(registry: str) -> dict[str, str]:
    source = resources.files(__package__).joinpath(f"{registry}.tsv")
    lines = source.read_text("utf-8").splitlines()[1:]
    names = ((line.partition("\t")[0], line) for line in lines)
    return {normalised(name) if registry == "pypi" else name: line for name, line in names}
