"""What distribution a container is of, and which packages that makes known."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from minibuild.catalogue.packages import package_table
from minibuild.catalogue.releases import known_releases
from minibuild.programs.inputs import decode

if TYPE_CHECKING:
    from minibuild.catalogue.packages import PackageTable
    from minibuild.catalogue.releases import Release
    from minibuild.kernel.process import Process

# ID of os-release → the distribution whose releases it has, and the table of its packages.
_SYSTEMS = {
    "debian": ("debian", "debian"),
    "ubuntu": ("ubuntu", "debian"),
    "raspbian": ("debian", "debian"),
    "kali": ("debian", "debian"),
    "alpine": ("alpine", "alpine"),
    "fedora": ("fedora", "rpm"),
    "centos": ("el", "rpm"),
    "rhel": ("el", "rpm"),
    "rocky": ("el", "rpm"),
    "almalinux": ("el", "rpm"),
    "ol": ("el", "rpm"),
    "amzn": ("amazon", "rpm"),
    "opensuse-leap": ("opensuse", "rpm"),
    "opensuse-tumbleweed": ("opensuse", "rpm"),
    "sles": ("opensuse", "rpm"),
}


class Distribution(NamedTuple):
    """`system` is os-release's ID, `architecture` the distribution's own word for x86-64."""

    system: str
    release: Release
    table: PackageTable
    architecture: str


def os_release(process: Process) -> dict[str, str]:
    """The fields of /etc/os-release; none when there is no such file."""
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        try:
            text = decode(process.view.read_bytes(path))
        except OSError:
            continue
        return dict(_field(line) for line in text.splitlines() if "=" in line)
    return {}


def distribution(process: Process, fallback: str) -> Distribution:
    """The container's distribution as its os-release tells it; `fallback` (an ID) when that is not known."""
    fields = os_release(process)
    system = fields.get("ID", "")
    if system not in _SYSTEMS:
        likes = [*fields.get("ID_LIKE", "").split(), fallback]
        system = next(like for like in likes if like in _SYSTEMS)
    family, table = _SYSTEMS[system]
    releases = known_releases()
    name = fields.get("VERSION_CODENAME", "")
    release = (name and releases.find(name)) or releases.of(family, fields.get("VERSION_ID", ""))
    architecture = {"debian": "amd64"}.get(table, "x86_64")
    return Distribution(system, release, package_table(table, release.column), architecture)


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition("=")
    try:
        return name, "".join(shlex.split(value))
    except ValueError:
        return name, value
