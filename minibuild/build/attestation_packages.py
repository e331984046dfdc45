"""The packages in an image, from what package managers leave there: dpkg, apk, rpm, Python, npm.

Everything read here is hostile: files that are too large or make no sense are passed over.
"""

import json
import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from minibuild.filesystem import Directory, File, Node, Snapshot, Symlink

if TYPE_CHECKING:
    from minibuild.build.attestation_rpm import RpmPackage

_DPKG = ("/var/lib/dpkg/status", "/var/lib/dpkg/status.d")
_APK = ("/lib/apk/db/installed", "/usr/lib/apk/db/installed")
_RPM_PLACES = ("/var/lib/rpm/", "/usr/lib/sysimage/rpm/")
_RPM, _RPM_LOG = "rpmdb.sqlite", "rpmdb.sqlite-wal"
_RPM_OTHERS = ("Packages", "Packages.db")  # rpm's databases of other forms: Berkeley DB, NDB
_RELEASE = ("/etc/os-release", "/usr/lib/os-release")
_LARGEST = 64 << 20
_LARGEST_DOCUMENT = 1 << 20
_LINKS = 20
_HARMLESS = "-._~"


class Distribution(NamedTuple):
    """What os-release says: `id` such as debian, `version` such as 12, the name for people."""

    id: str = ""
    version: str = ""
    name: str = ""


class Package(NamedTuple):
    """One package: `kind` is deb, apk, rpm, pypi or npm; `url` its package URL; `place` the file that tells
    of it; `license` as its own words have it, `source` the source package, `supplier` who maintains it.
    """

    kind: str
    name: str
    version: str
    url: str
    place: str
    license: str = ""
    source: str = ""
    supplier: str = ""


class Inventory(NamedTuple):
    """What was found in an image; `unread` are databases that can't be read."""

    distribution: Distribution
    packages: tuple[Package, ...]
    unread: tuple[str, ...]


def inventory(snapshot: Snapshot) -> Inventory:
    """Every package in the file system, sorted."""
    root = snapshot.root
    distribution = _distribution(root)
    rpm, unread = _rpm(root, distribution)
    found = [*_dpkg(root, distribution), *_apk(root, distribution), *rpm, *_below(root)]
    return Inventory(distribution, tuple(sorted(set(found))), tuple(unread))


def _distribution(root: Directory) -> Distribution:
    text = next((text for path in _RELEASE if (text := _text(_find(root, path)))), "")
    fields = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    values = {name: value.strip().strip("\"'") for name, value in fields.items()}
    return Distribution(values.get("ID", ""), values.get("VERSION_ID", ""), values.get("PRETTY_NAME", ""))


def _dpkg(root: Directory, system: Distribution) -> Iterator[Package]:
    status, directory = _DPKG
    places = [status]
    parts = _find(root, directory)  # images without a package manager keep one file a package
    if isinstance(parts, Directory):
        places += [f"{directory}/{name}" for name in parts.entries if not name.endswith(".md5sums")]
    for place in places:
        for fields in _paragraphs(_text(_find(root, place)), ": "):
            name, version = fields.get("Package", ""), fields.get("Version", "")
            installed = fields.get("Status", "install ok installed").endswith(" installed")
            if not name or not version or not installed:
                continue
            arch = fields.get("Architecture", "")
            url = _url(f"deb/{system.id or 'debian'}", name, version, arch=arch, distro=_distro(system))
            source = fields.get("Source", "")
            yield Package("deb", name, version, url, place, "", source, fields.get("Maintainer", ""))


def _apk(root: Directory, system: Distribution) -> Iterator[Package]:
    for place in _APK:
        for fields in _paragraphs(_text(_find(root, place)), ":"):
            name, version = fields.get("P", ""), fields.get("V", "")
            if name and version:
                arch, origin = fields.get("A", ""), fields.get("o", "")
                url = _url(f"apk/{system.id or 'alpine'}", name, version, arch=arch, distro=_distro(system))
                yield Package(
                    *("apk", name, version, url, place, fields.get("L", "")), origin, fields.get("m", "")
                )


def _rpm(root: Directory, system: Distribution) -> tuple[list[Package], list[str]]:
    """What is in rpm's databases, and in the list that the catalogue writes; the databases that can't be
    read.
    """
    packages: list[Package] = []
    unread: list[str] = []
    seen: list[Node] = []  # one of the places may be a link to the other
    for place in _RPM_PLACES:
        node = _find(root, place + _RPM)
        others = [place + name for name in _RPM_OTHERS if isinstance(_find(root, place + name), File)]
        if isinstance(node, File) and not any(node is one for one in seen):
            seen.append(node)
            found = _rpm_headers(node)
            log = _find(root, place + _RPM_LOG)
            if found is None or (isinstance(log, File) and log.content.size):  # what is in a log is not read
                unread.append(place + _RPM)
            packages += [_rpm_package(one, place + _RPM, system) for one in found or ()]
        elif node is None:
            unread += others
    return packages, unread


def _rpm_headers(node: File) -> "list[RpmPackage] | None":
    from minibuild.build.attestation_rpm import SQLITE, RpmPackage, read_database  # few images have rpm

    data = _bytes(node)
    if data is None:
        return None
    if data.startswith(SQLITE):
        return read_database(data)
    # The list that the catalogue writes.
    lines = (line.split("\t") for line in data.decode("utf-8", "replace").splitlines())
    return [RpmPackage(words[0], words[1], "", 0, words[2]) for words in lines if len(words) > 2 and words[0]]


def _rpm_package(one: "RpmPackage", place: str, system: Distribution) -> Package:
    version = f"{one.version}-{one.release}" if one.release else one.version
    epoch = str(one.epoch) if one.epoch else ""
    told = {"arch": one.architecture, "distro": _distro(system), "epoch": epoch}
    url = _url(f"rpm/{system.id or 'redhat'}", one.name, version, **told)
    whole = f"{epoch}:{version}" if epoch else version
    return Package("rpm", one.name, whole, url, place, one.license, one.source, one.vendor)


def _below(root: Directory) -> Iterator[Package]:
    """Packages of languages, wherever they are."""
    ahead: list[tuple[str, Directory]] = [("", root)]
    while ahead:
        path, directory = ahead.pop()
        for name, node in directory.entries.items():
            place = f"{path}/{name}"
            if isinstance(node, Directory):
                ahead.append((place, node))
                if name.endswith((".dist-info", ".egg-info")):
                    yield from _python(place, node)
            elif name == "package.json" and "/node_modules/" in place:
                yield from _npm(place, node)


def _python(path: str, directory: Directory) -> Iterator[Package]:
    document = "METADATA" if path.endswith(".dist-info") else "PKG-INFO"
    for fields in list(_paragraphs(_text(directory.entries.get(document)), ": "))[:1]:
        name, version = fields.get("Name", ""), fields.get("Version", "")
        if name and version:
            url = _url("pypi", re.sub(r"[-_.]+", "-", name).lower(), version)
            terms = fields.get("License-Expression", "") or fields.get("License", "")
            yield Package(
                "pypi", name, version, url, f"{path}/{document}", terms, "", fields.get("Author", "")
            )


def _npm(place: str, node: Node) -> Iterator[Package]:
    text = _text(node, _LARGEST_DOCUMENT)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    # Below the directory of a package that is named after it; others are parts of packages.
    directory = posixpath.dirname(place).rpartition("/node_modules/")[2]
    if not isinstance(document, dict) or document.get("name") != directory:
        return
    version, terms = document.get("version"), document.get("license", "")
    if isinstance(version, str) and version:
        scope, slash, name = directory.rpartition("/")
        url = _url(f"npm/{quote(scope, safe='')}" if slash else "npm", name, version)
        yield Package("npm", directory, version, url, place, terms if isinstance(terms, str) else "")


def _paragraphs(text: str, separator: str) -> Iterator[dict[str, str]]:
    """Fields of blocks between empty lines; of a field that is continued, its first line."""
    for block in re.split(r"\n[ \t]*\n", text):
        fields: dict[str, str] = {}
        for line in block.splitlines():
            name, found, value = line.partition(separator)
            if found and not line[0].isspace():
                fields.setdefault(name, value.strip())
        if fields:
            yield fields


def _url(place: str, name: str, version: str, **qualifiers: str) -> str:
    known = "&".join(f"{key}={quote(value, safe=_HARMLESS)}" for key, value in qualifiers.items() if value)
    written = f"pkg:{place}/{quote(name, safe=_HARMLESS)}@{quote(version, safe=_HARMLESS + ':')}"
    return f"{written}?{known}" if known else written


def _distro(system: Distribution) -> str:
    return f"{system.id}-{system.version}" if system.id and system.version else system.id


def _find(root: Directory, path: str, links: int = 0) -> Node | None:
    """A node of the image, links followed inside it."""
    node: Node = root
    walked: list[str] = []
    parts = [part for part in path.split("/") if part]
    for place, part in enumerate(parts):
        entry = node.entries.get(part) if isinstance(node, Directory) else None
        if entry is None:
            return None
        if isinstance(entry, Symlink):
            target = posixpath.normpath(posixpath.join("/", *walked, entry.target))
            return (
                _find(root, posixpath.join(target, *parts[place + 1 :]), links + 1)
                if links < _LINKS
                else None
            )
        walked.append(part)
        node = entry
    return node


def _bytes(node: Node | None, largest: int = _LARGEST) -> bytes | None:
    return node.content.read() if isinstance(node, File) and node.content.size <= largest else None


def _text(node: Node | None, largest: int = _LARGEST) -> str:
    return (_bytes(node, largest) or b"").decode("utf-8", "replace")
