"""An SBOM: the packages of an image as an SPDX 2.3 document (https://spdx.github.io/spdx-spec/v2.3)."""

import hashlib
import re
from typing import Any

from minibuild.build.attestation_packages import Inventory, Package, inventory
from minibuild.build.clock import rfc3339
from minibuild.build.export import Finished
from minibuild.version import __version__

_NONE = "NOASSERTION"
_DOCUMENT = "SPDXRef-DOCUMENT"
_IMAGE = "SPDXRef-Image"
_SYSTEM = "SPDXRef-OperatingSystem"
_SUPPLIER = re.compile(r"(.*?)\s*<([^<>\s]+)>\s*\Z")
_ODD = re.compile(r"[^A-Za-z0-9.-]+")
_WORDS = re.compile(r"[()]|[^\s()]+")
# Identifiers of the SPDX licence list that packages mostly have. An expression with others is told as a
# comment: an unknown identifier would make the document invalid.
_LICENCES = frozenset(
    _WORDS.findall(
        """
        0BSD AGPL-3.0-only AGPL-3.0-or-later Apache-1.1 Apache-2.0 Artistic-1.0-Perl Artistic-2.0 BSD-1-Clause
        BSD-2-Clause BSD-2-Clause-Patent BSD-3-Clause BSD-4-Clause BSL-1.0 BlueOak-1.0.0 bzip2-1.0.6 CC-BY-3.0
        CC-BY-4.0 CC0-1.0 curl EPL-1.0 EPL-2.0 FSFAP FTL GFDL-1.3-or-later GPL-1.0-or-later GPL-2.0-only
        GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later HPND ICU IJG ISC JSON LGPL-2.0-only LGPL-2.0-or-later
        LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later Libpng libtiff MIT MIT-0 MIT-CMU
        MPL-1.1 MPL-2.0 NCSA OFL-1.1 OLDAP-2.8 OpenSSL PHP-3.01 PostgreSQL PSF-2.0 Python-2.0 Ruby SGI-B-2.0
        SSH-OpenSSH Sleepycat TCL Unicode-DFS-2016 Unlicense UPL-1.0 Vim W3C WTFPL X11 Zlib ZPL-2.1
        zlib-acknowledgement
        """
    )
)


def spdx_document(about: Finished) -> dict[str, Any]:
    """The document about an image, as JSON has it; the same for the same image at the same time."""
    found = inventory(about.workshop.snapshot(about.image))
    name = next(iter(about.workshop.request.tags), about.image.id or "scratch")
    packages = [_image(about, name), *_system(found), *map(_package, found.packages)]
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": _DOCUMENT,
        "name": name,
        "documentNamespace": f"urn:minibuild:spdx:{_fingerprint(about, found)}",
        "comment": _comment(about, found),
        "creationInfo": {
            "created": re.sub(r"\.\d+", "", rfc3339(about.ended)),
            "creators": ["Organization: minibuild", f"Tool: minibuild-{__version__}"],
        },
        "packages": packages,
        "relationships": [
            _relationship(_DOCUMENT, "DESCRIBES", _IMAGE),
            *(_relationship(_IMAGE, "CONTAINS", package["SPDXID"]) for package in packages[1:]),
        ],
    }


def _image(about: Finished, name: str) -> dict[str, Any]:
    image = about.image.id.removeprefix("sha256:")
    described = {
        **_bare(_IMAGE, name, about.image.id),
        "primaryPackagePurpose": "CONTAINER",
    }
    if image:
        described["checksums"] = [{"algorithm": "SHA256", "checksumValue": image}]
    return described


def _system(found: Inventory) -> list[dict[str, Any]]:
    system = found.distribution
    if not system.id:
        return []
    described = {
        **_bare(_SYSTEM, system.id, system.version),
        "primaryPackagePurpose": "OPERATING-SYSTEM",
    }
    if system.name:
        described["summary"] = system.name
    return [described]


def _package(package: Package) -> dict[str, Any]:
    readable = _ODD.sub("-", f"{package.kind}-{package.name}").strip("-")
    unique = hashlib.sha256(f"{package.url}\0{package.place}".encode("utf-8", "surrogateescape")).hexdigest()[
        :12
    ]
    described = _bare(f"SPDXRef-Package-{readable}-{unique}", package.name, package.version)
    described["sourceInfo"] = f"listed in {package.place}" + (
        f", source {package.source}" if package.source else ""
    )
    described["externalRefs"] = [
        {
            "referenceCategory": "PACKAGE-MANAGER",
            "referenceType": "purl",
            "referenceLocator": package.url,
        }
    ]
    supplier = _SUPPLIER.match(package.supplier)
    if supplier and supplier[1]:
        described["supplier"] = f"Organization: {supplier[1]} ({supplier[2]})"
    if package.license and _is_expression(package.license):
        described["licenseDeclared"] = package.license
    elif package.license:
        described["licenseComments"] = f"The package says: {package.license}"
    return described


def _bare(identifier: str, name: str, version: str) -> dict[str, Any]:
    described = {
        "SPDXID": identifier,
        "name": name,
        "versionInfo": version,
        "downloadLocation": _NONE,
        "filesAnalyzed": False,
        "licenseConcluded": _NONE,
        "licenseDeclared": _NONE,
        "copyrightText": _NONE,
    }
    if not version:
        del described["versionInfo"]
    return described


def _is_expression(text: str) -> bool:
    """Whether a text is an SPDX licence expression of known identifiers."""
    depth, wants_licence = 0, True
    for word in _WORDS.findall(text):
        if word == "(" and wants_licence:
            depth += 1
        elif word == ")" and not wants_licence and depth:
            depth -= 1
        elif word in ("AND", "OR") and not wants_licence:
            wants_licence = True
        elif word in _LICENCES and wants_licence:
            wants_licence = False
        else:
            return False
    return not wants_licence and depth == 0


def _comment(about: Finished, found: Inventory) -> str:
    """How far the list can be trusted."""
    parts = [f"The image was built in simulation; its fidelity is {about.fidelity}."]
    if about.fidelity != "exact":
        parts.append("Packages of the catalogue are the ones that the real image was known to have.")
    parts += [f"{path} is a database of rpm, which was not read." for path in found.unread]
    return " ".join(parts)


def _relationship(one: str, kind: str, other: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


def _fingerprint(about: Finished, found: Inventory) -> str:
    state = hashlib.sha256(f"{about.image.id}\0{about.ended}".encode())
    for package in found.packages:
        state.update(f"{package.url}\0{package.place}\n".encode("utf-8", "surrogateescape"))
    return state.hexdigest()
