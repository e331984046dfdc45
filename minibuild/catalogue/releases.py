"""Releases of distributions: code names, version numbers, and which column of which package table is
theirs.
"""

from functools import cache
from importlib import resources
from typing import NamedTuple


class Release(NamedTuple):
    """One release: `system` is the distribution, `number` its version (12), `point` its newest point release
    (12.11).
    """

    system: str
    name: str
    number: str
    point: str
    column: str


class Releases:
    """All known releases, to be found by code name or by number."""

    def __init__(self, document: dict[str, dict[str, str]]) -> None:
        self._systems: dict[str, dict[str, Release]] = {}
        self._defaults: dict[str, str] = {}
        for system, rows in document.items():
            self._defaults[system] = rows["default"]
            self._systems[system] = {
                name: Release(system, name, *text.split()) for name, text in rows.items() if name != "default"
            }

    def find(self, word: str) -> Release | None:
        """The release that a word of a tag names: `bookworm`, `alpine3.19`, `el9`; not what names a whole
        distribution.
        """
        for releases in self._systems.values():
            if word in releases and not word[0].isdigit():
                return releases[word]
        number = word.removeprefix("alpine")
        return self.of("alpine", number) if number and number != word else None

    def of(self, system: str, number: str) -> Release:
        """The release of a distribution by its number or name, or the one whose number comes closest; the
        default for ""."""
        releases = self._systems[system]
        if not number:
            return releases[self._defaults[system]]
        if number in releases:
            return releases[number]
        same = [one for one in releases.values() if f"{number}.".startswith(f"{one.number}.")]
        if same:
            return max(same, key=lambda one: len(one.number))
        wanted = _numbers(number)
        older = [
            one for one in releases.values() if one.number[:1].isdigit() and _numbers(one.number) <= wanted
        ]
        if not wanted:
            return releases[self._defaults[system]]
        if older:
            return max(older, key=lambda one: _numbers(one.number))
        return min(releases.values(), key=lambda one: _numbers(one.number) or (9999,))


@cache
def known_releases() -> Releases:
    """The releases of images/releases.toml."""
    import tomllib  # only when a base image is made

    source = resources.files(__package__).joinpath("images/releases.toml")
    return Releases(tomllib.loads(source.read_text("utf-8")))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
