"""The list of installed packages of distributions with rpm: one line a package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.catalogue.databases import RPM_PACKAGES, rpm_record
from minibuild.programs.inputs import decode, encode
from minibuild.programs.packages.placing import put_file

if TYPE_CHECKING:
    from minibuild.catalogue.packages import Package
    from minibuild.filesystem.view import View
    from minibuild.programs.packages.distribution import Distribution


class RpmDatabase:
    """The installed packages of a container: name → (version-release, architecture, bytes, paths)."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._rows: dict[str, tuple[str, str, str, str]] = {}
        for line in decode(view.read_bytes(RPM_PACKAGES)).splitlines() if view.exists(RPM_PACKAGES) else []:
            fields = line.split("\t")
            if len(fields) == 5:
                self._rows[fields[0]] = (fields[1], fields[2], fields[3], fields[4])

    def names(self) -> list[str]:
        """The installed packages, sorted."""
        return sorted(self._rows)

    def version(self, name: str) -> str:
        """The version and release of an installed package, or ""."""
        return self._rows.get(name, ("", "", "", ""))[0]

    def full_name(self, name: str) -> str:
        """`bash-5.1.8-9.el9.x86_64`."""
        version, architecture, _, _ = self._rows[name]
        return f"{name}-{version}.{architecture}"

    def files(self, name: str) -> list[str]:
        """The paths of an installed package."""
        return self._rows.get(name, ("", "", "", ""))[3].split()

    def add(self, package: Package, where: Distribution) -> None:
        """Record a package as installed."""
        released = package._replace(version=package.version + dist(where))
        _, *rest = rpm_record(released, "x86_64").rstrip("\n").split("\t")
        self._rows[package.name] = (rest[0], rest[1], rest[2], rest[3])

    def remove(self, name: str) -> None:
        """Forget a package."""
        self._rows.pop(name, None)

    def save(self) -> None:
        """Write the list."""
        lines = ("\t".join((name, *self._rows[name])) + "\n" for name in sorted(self._rows))
        put_file(self._view, RPM_PACKAGES, encode("".join(lines)))


def dist(where: Distribution) -> str:
    """What the distribution's release adds to a package's release: `.el9`, `.fc42`, `.amzn2023`."""
    marks = {"fedora": ".fc", "el": ".el", "amazon": ".amzn"}
    mark = marks.get(where.release.system, "")
    return f"{mark}{where.release.number}" if mark else ""
