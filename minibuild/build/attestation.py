"""What a build can say about its image: a list of packages (SBOM) and where it comes from (provenance).

They go into archives of type oci, as BuildKit's do: in-toto statements beside the image.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

from minibuild.build.request import Attestation
from minibuild.errors import UsageError
from minibuild.image.attestation import Statement, make_statement
from minibuild.image.reference import parse_reference

if TYPE_CHECKING:
    from minibuild.build.export import Finished
    from minibuild.build.request import BuildRequest

SPDX = "https://spdx.dev/Document"
SLSA = "https://slsa.dev/provenance/v1"
_KINDS = ("sbom", "provenance")
_TRUE, _FALSE = ("", "1", "t", "true"), ("0", "f", "false")
# What buildx's options may say besides type, mode and disabled. A generator makes SBOMs there; here one is
# built in.
_KNOWN = {"sbom": ("generator",), "provenance": ("version", "builder-id", "inline-only", "reproducible")}
_NAMELESS = "_"  # as BuildKit calls the subject that has no name


class Attestations:
    """The statements that a request asks for, about one image."""

    def __init__(self, about: "Finished") -> None:
        self._about = about
        self._predicates: list[tuple[str, object]] = []
        for wanted in about.workshop.request.attestations:
            if wanted.kind == "sbom":
                from minibuild.build.attestation_sbom import spdx_document  # not every build wants one

                self._predicates.append((SPDX, spdx_document(about)))
            else:
                from minibuild.build.attestation_provenance import provenance

                self._predicates.append((SLSA, provenance(about, wanted)))

    def statements(self, names: Iterable[str], manifest: str) -> list[Statement]:
        """In-toto statements about the image with that manifest (`sha256:…`), under its names in full."""
        platform = self._about.workshop.request.platform
        subjects = [image_url(name, platform) for name in names] or [_NAMELESS]
        return [make_statement(kind, predicate, subjects, manifest) for kind, predicate in self._predicates]


def parse_attestation(text: str, kind: str = "") -> tuple[str, Attestation | None]:
    """`type=sbom|provenance[,mode=min|max][,disabled=true]` as (type, value), None when it is not wanted.

    With a `kind` the text may be true, false or leave `type` out, as `--sbom` and `--provenance` have it.
    Raise `UsageError`.
    """
    option = f"--{kind}" if kind else "--attest"
    lowered = text.lower()
    if kind and lowered in (*_TRUE, *_FALSE):
        return kind, Attestation(kind) if lowered in _TRUE else None
    fields = {}
    for word in text.split(","):
        key, equals, value = word.partition("=")
        if not equals:
            raise UsageError(
                f"{option} {text}: {word!r} is not KEY=VALUE", hint="write type=sbom or type=provenance"
            )
        fields[key.strip().lower()] = value
    kind = fields.pop("type", kind)
    if kind not in _KINDS:
        raise UsageError(f"{option} {text}: unknown type {kind!r}", hint="types are sbom and provenance")
    mode = fields.pop("mode", "") if kind == "provenance" else ""
    disabled = fields.pop("disabled", "false").lower()
    unknown = sorted(fields.keys() - {*_KNOWN[kind]})
    if unknown or mode not in ("", "min", "max") or disabled not in (*_TRUE, *_FALSE):
        problem = f"there is no {unknown[0]}" if unknown else "mode is min or max, disabled true or false"
        raise UsageError(f"{option} {text}: {problem}")
    if fields.get("version", "v1") != "v1":
        raise UsageError(f"{option} {text}: provenance is written as SLSA v1 only")
    wanted = Attestation(kind, mode or "min", fields.get("builder-id", ""))
    return kind, None if disabled in _TRUE else wanted


def check_attestations(request: "BuildRequest") -> None:
    """Raise `UsageError` when an output can't hold the attestations, or there is none that could."""
    types = [output.type for output in request.outputs]
    what = " and ".join(
        {"sbom": "an SBOM", "provenance": "provenance"}[one.kind] for one in request.attestations
    )
    if "docker" in types:
        raise UsageError(
            f"an archive of type docker can't hold {what}",
            hint="write an archive of type oci: --output type=oci",
        )
    if "oci" not in types:
        raise UsageError(
            f"{what} would get lost: there is no archive to hold it", hint="add --output type=oci,dest=FILE"
        )


def image_url(name: str, platform: str, digest: str = "") -> str:
    """The package URL of an image: `pkg:docker/app@1?platform=linux%2Famd64`."""
    reference = parse_reference(name)
    path = reference._replace(tag="", digest="").familiar
    version = f"@{quote(reference.tag, safe='')}" if reference.tag else ""
    digest = digest or reference.digest
    pinned = f"digest={quote(digest, safe=':')}&" if digest else ""
    return f"pkg:docker/{quote(path)}{version}?{pinned}platform={quote(platform, safe='')}"
