"""dpkg's database: /var/lib/dpkg/status and the lists of files below /var/lib/dpkg/info."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.catalogue.databases import DPKG_INFO, DPKG_STATUS, dpkg_list, dpkg_status
from minibuild.catalogue.writing import MAINTAINERS
from minibuild.programs.inputs import decode, encode
from minibuild.programs.packages.placing import put_file

if TYPE_CHECKING:
    from minibuild.catalogue.packages import Package
    from minibuild.filesystem.view import View
    from minibuild.programs.packages.distribution import Distribution

_EXTENDED = "/var/lib/apt/extended_states"


class DpkgDatabase:
    """The installed packages of a container: name → the fields of its paragraph in the status file."""

    def __init__(self, view: View) -> None:
        self._view = view
        text = decode(view.read_bytes(DPKG_STATUS)) if view.exists(DPKG_STATUS) else ""
        self._paragraphs: dict[str, str] = {}
        for paragraph in text.split("\n\n"):
            if paragraph.startswith("Package: "):
                self._paragraphs[paragraph[9:].partition("\n")[0]] = paragraph
        self._before = text

    def fields(self, name: str) -> dict[str, str]:
        """A package's fields; none when it is not known. Continuation lines are left out."""
        lines = self._paragraphs.get(name, "").split("\n")
        return dict(line.split(": ", 1) for line in lines if ": " in line and line[:1] != " ")

    def names(self) -> list[str]:
        """All packages that have a paragraph, sorted."""
        return sorted(self._paragraphs)

    def installed(self) -> set[str]:
        """The names of the installed packages."""
        return {name for name, text in self._paragraphs.items() if "\nStatus: install ok installed\n" in text}

    def add(self, package: Package, where: Distribution) -> None:
        """Record a package as installed."""
        maintainer = MAINTAINERS.get(where.system, MAINTAINERS["debian"])
        self._paragraphs[package.name] = dpkg_status(package, where.architecture, maintainer).rstrip("\n")
        put_file(self._view, f"{DPKG_INFO}/{package.name}.list", encode(dpkg_list(package)))

    def remove(self, name: str, *, purge: bool) -> None:
        """Forget a package, or remember its configuration files only."""
        path = f"{DPKG_INFO}/{name}.list"
        if purge:
            self._paragraphs.pop(name, None)
            if self._view.exists(path):
                self._view.unlink(path)
        else:
            text = self._paragraphs[name]
            self._paragraphs[name] = text.replace("install ok installed", "deinstall ok config-files")

    def files(self, name: str) -> list[str]:
        """The paths of a package, as its list has them."""
        path = f"{DPKG_INFO}/{name}.list"
        return decode(self._view.read_bytes(path)).splitlines() if self._view.exists(path) else []

    def save(self) -> None:
        """Write the status file; the old one stays as status-old."""
        put_file(self._view, DPKG_STATUS + "-old", encode(self._before))
        text = "".join(f"{self._paragraphs[name]}\n\n" for name in sorted(self._paragraphs))
        put_file(self._view, DPKG_STATUS, encode(text))
        self._before = text


def automatic(view: View) -> set[str]:
    """The packages that were installed only because others need them."""
    text = decode(view.read_bytes(_EXTENDED)) if view.exists(_EXTENDED) else ""
    return {
        paragraph.partition("\n")[0].removeprefix("Package: ")
        for paragraph in text.split("\n\n")
        if "\nAuto-Installed: 1" in paragraph
    }


def set_automatic(view: View, names: set[str], architecture: str) -> None:
    """Record which packages were installed only because others need them."""
    entries = (
        f"Package: {name}\nArchitecture: {architecture}\nAuto-Installed: 1\n\n" for name in sorted(names)
    )
    put_file(view, _EXTENDED, encode("".join(entries)))
