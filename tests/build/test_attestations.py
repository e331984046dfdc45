"""Attestations: what an archive says about the image in it."""

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from builds import Bench
from syrupy.assertion import SnapshotAssertion

from minibuild.build.attestation import image_url, parse_attestation
from minibuild.build.attestation_packages import inventory
from minibuild.build.outputs import parse_output
from minibuild.build.request import Attestation, Secret
from minibuild.errors import UsageError
from minibuild.filesystem import FileSystem
from minibuild.image.archive import open_archive
from minibuild.image.digest import digest_of
from minibuild.store.loading import load_archive

BOTH = (Attestation("sbom"), Attestation("provenance", "max"))
STATUS = """\
Package: libstdc++6
Status: install ok installed
Maintainer: The Team <team@example.org>
Architecture: amd64
Source: gcc-12
Version: 1:12.2.0-14
Description: a library
 Package: not a field

Package: gone
Status: deinstall ok config-files
Version: 1
"""
INSTALLED = """\
P:musl
V:1.2.5-r0
A:x86_64
L:MIT
o:musl
m:Somebody <s@example.org>
F:lib
R:libc.so

P:odd
V:1
L:MIT custom
"""


class Written:
    """An archive of type oci with one image, attested."""

    def __init__(self, path: Path) -> None:
        with tarfile.open(path) as archive:
            self.members = {m.name: archive.extractfile(m).read() for m in archive if m.isfile()}  # type: ignore[union-attr]
        (self.tagged,) = self.document("index.json")["manifests"]
        self.image, self.attestation = self.blob(self.tagged)["manifests"]

    def document(self, name: str) -> Any:
        return json.loads(self.members[name])

    def blob(self, descriptor: dict[str, Any]) -> Any:
        """What a descriptor describes, which must be so."""
        name = "blobs/sha256/" + descriptor["digest"][7:]
        assert len(self.members[name]) == descriptor["size"]
        assert digest_of(self.members[name]) == descriptor["digest"]
        return self.document(name)

    def statements(self) -> dict[str, Any]:
        """Statements by the types of their predicates."""
        found = {}
        for layer in self.blob(self.attestation)["layers"]:
            statement = self.blob(layer)
            assert layer["mediaType"] == "application/vnd.in-toto+json"
            assert layer["annotations"] == {"in-toto.io/predicate-type": statement["predicateType"]}
            found[statement["predicateType"]] = statement
        return found


def write(
    bench: Bench, path: Path, text: str = "FROM alpine\nRUN apk add --no-cache curl\n", **options: Any
) -> Written:
    """Build into an archive with both attestations."""
    output = parse_output(f"type=oci,dest={path}" + options.pop("more", ""))
    bench.build(text, **{"outputs": (output,), "attestations": BOTH, **options})
    return Written(path)


def test_where_they_are(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    written = write(
        bench, path, tags=("app:1",), more=",annotation-index.k=v,annotation-manifest-descriptor.d=e"
    )
    assert written.tagged["mediaType"] == "application/vnd.oci.image.index.v1+json"
    assert written.tagged["annotations"]["org.opencontainers.image.ref.name"] == "1"
    assert written.blob(written.tagged)["annotations"] == {"k": "v"}
    assert written.image["platform"] == {"architecture": "amd64", "os": "linux"}
    assert written.image["annotations"] == {"d": "e"}
    assert written.attestation["platform"] == {"architecture": "unknown", "os": "unknown"}
    assert written.attestation["annotations"] == {
        "vnd.docker.reference.digest": written.image["digest"],
        "vnd.docker.reference.type": "attestation-manifest",
    }
    manifest = written.blob(written.attestation)
    assert manifest["artifactType"] == "application/vnd.docker.attestation.manifest.v1+json"
    assert manifest["subject"]["digest"] == written.image["digest"]
    assert written.blob(manifest["config"]) == {}
    for statement in written.statements().values():
        assert statement["_type"] == "https://in-toto.io/Statement/v0.1"
        (subject,) = statement["subject"]
        assert subject["name"] == "pkg:docker/app@1?platform=linux%2Famd64"
        assert subject["digest"] == {"sha256": written.image["digest"][7:]}
    with open_archive(path) as archive:
        (image,) = archive.images
    assert image.names == ("docker.io/library/app:1",)
    load_archive(bench.store, path)
    assert bench.store.verify() == []


def test_the_result_describes_the_index(bench: Bench, tmp_path: Path) -> None:
    output = parse_output(f"type=oci,dest={tmp_path}/a.tar")
    result = bench.build("FROM scratch\nLABEL a=b\n", outputs=(output,), attestations=BOTH)
    written = Written(tmp_path / "a.tar")
    assert result.descriptor == written.tagged
    assert [one["subject"][0]["name"] for one in written.statements().values()] == ["_", "_"]


def test_the_packages_of_an_image(bench: Bench, tmp_path: Path) -> None:
    document = write(bench, tmp_path / "a.tar", tags=("app",)).statements()["https://spdx.dev/Document"][
        "predicate"
    ]
    assert (document["spdxVersion"], document["name"]) == ("SPDX-2.3", "app")
    packages = {package["name"]: package for package in document["packages"]}
    assert {"app", "alpine", "busybox", "musl", "curl"} <= packages.keys()
    (purl,) = packages["curl"]["externalRefs"]
    assert purl["referenceLocator"].startswith("pkg:apk/alpine/curl@")
    identifiers = [package["SPDXID"] for package in document["packages"]]
    assert len(identifiers) == len(set(identifiers))
    first, *others = document["relationships"]
    assert (first["relationshipType"], first["relatedSpdxElement"]) == ("DESCRIBES", "SPDXRef-Image")
    assert [one["relatedSpdxElement"] for one in others] == identifiers[1:]
    assert "modelled" in document["comment"]


def test_databases_of_packages(snapshot: SnapshotAssertion) -> None:
    files = FileSystem()
    for path, text in {
        "/usr/lib/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n',
        "/var/lib/dpkg/status": STATUS,
        "/var/lib/dpkg/status.d/tzdata": "Package: tzdata\nVersion: 2024a\n",
        "/lib/apk/db/installed": INSTALLED,
        "/var/lib/rpm/rpmdb.sqlite": "bash\t5.2-1.el9\tx86_64\t1024\t/bin/bash\nbroken\n",
        "/usr/lib/sysimage/rpm/rpmdb.sqlite": "SQLite format 3\0...",
        "/opt/site-packages/A_b.C-1.0.dist-info/METADATA": "Name: A_b.C\nVersion: 1.0\n\nName: x\n",
        "/opt/dist-packages/old.egg-info/PKG-INFO": "Name: old\nVersion: 2\n",
        "/app/node_modules/@s/p/package.json": '{"name": "@s/p", "version": "1.0.0", "license": "MIT"}',
        "/app/node_modules/q/package.json": '{"name": "q", "version": "2.0.0", "license": {"type": "MIT"}}',
        "/app/node_modules/q/part/package.json": '{"name": "part", "version": "1"}',
        "/app/node_modules/bad/package.json": "{" * 100_000,
        "/app/package.json": '{"name": "app", "version": "1"}',
    }.items():
        files.write_file(path, text.encode())
    files.mkdir("/etc")
    files.symlink("/etc/os-release", "../usr/lib/os-release")
    files.symlink("/loop", "loop")
    found = inventory(files.snapshot())
    assert [package.url for package in found.packages] == snapshot
    assert found.unread == ("/usr/lib/sysimage/rpm/rpmdb.sqlite",)


def test_licences_and_suppliers(bench: Bench, tmp_path: Path) -> None:
    bench.put("installed", INSTALLED)
    bench.put("status", STATUS)
    text = "FROM scratch\nCOPY installed /lib/apk/db/installed\nCOPY status /var/lib/dpkg/status\n"
    document = write(bench, tmp_path / "a.tar", text).statements()["https://spdx.dev/Document"]["predicate"]
    packages = {package["name"]: package for package in document["packages"]}
    assert packages["musl"]["licenseDeclared"] == "MIT"
    assert packages["musl"]["supplier"] == "Organization: Somebody (s@example.org)"
    assert packages["odd"]["licenseDeclared"] == "NOASSERTION"
    assert packages["odd"]["licenseComments"] == "The package says: MIT custom"
    assert packages["libstdc++6"]["sourceInfo"] == "listed in /var/lib/dpkg/status, source gcc-12"


def test_where_an_image_comes_from(bench: Bench, tmp_path: Path) -> None:
    secret = bench.put("secret", "t0p-s3cret")
    fixture = bench.put("fixture", "content")
    text = (
        "FROM alpine AS one\nARG A=1\nADD https://example.org/f /f\n"
        "RUN --mount=type=secret,id=s cat /run/secrets/s > /dev/null\n"
        "FROM one\nCOPY --from=busybox /bin/sh /sh\n"
    )
    options: dict[str, Any] = {
        "build_args": {"A": "private"},
        "secrets": {"s": Secret(source=str(secret))},
        "fixtures": {"https://example.org/f": str(fixture)},
    }
    written = write(bench, tmp_path / "max.tar", text, **options)
    predicate = written.statements()["https://slsa.dev/provenance/v1"]["predicate"]
    definition, details = predicate["buildDefinition"], predicate["runDetails"]
    assert definition["externalParameters"]["request"]["args"] == {"build-arg:A": "private"}
    assert definition["externalParameters"]["request"]["secrets"] == [{"id": "s"}]
    uris = [dependency["uri"] for dependency in definition["resolvedDependencies"]]
    assert uris == [
        "pkg:docker/alpine@latest?platform=linux%2Famd64",
        "pkg:docker/busybox@latest?platform=linux%2Famd64",
        "https://example.org/f",
    ]
    assert all(len(one["digest"]["sha256"]) == 64 for one in definition["resolvedDependencies"])
    steps = definition["internalParameters"]["buildConfig"]["steps"]
    assert [step["line"] for step in steps] == [1, 2, 3, 4, 5, 6]
    assert details["metadata"]["startedOn"] <= details["metadata"]["finishedOn"]
    assert not any(b"t0p-s3cret" in data for data in written.members.values())
    least = (Attestation("provenance", "min", "https://example.org/builder"),)
    written = write(bench, tmp_path / "min.tar", text, **options, attestations=least)
    (statement,) = written.statements().values()
    assert "private" not in json.dumps(statement)
    assert "buildConfig" not in json.dumps(statement)
    assert statement["predicate"]["runDetails"]["builder"]["id"] == "https://example.org/builder"


def test_the_same_input_gives_the_same_bytes(bench: Bench, tmp_path: Path) -> None:
    write(bench, tmp_path / "one.tar", source_date_epoch=1_700_000_000)
    write(bench, tmp_path / "two.tar", source_date_epoch=1_700_000_000, no_cache=True)
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()


@pytest.mark.parametrize(
    ("outputs", "problem"),
    [
        ((), "would get lost"),
        (("type=tar,dest={}",), "would get lost"),
        (("type=docker,dest={}",), "type docker"),
    ],
)
def test_outputs_that_can_t_hold_them(
    outputs: tuple[str, ...], problem: str, bench: Bench, tmp_path: Path
) -> None:
    parsed = tuple(parse_output(one.format(tmp_path / "x")) for one in outputs)
    with pytest.raises(UsageError, match=problem):
        bench.build("FROM scratch\nLABEL a=b\n", outputs=parsed, attestations=BOTH)
    assert bench.told == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("type=sbom", "", Attestation("sbom")),
        ("type=sbom,generator=docker/x", "", Attestation("sbom")),
        ("type=provenance", "", Attestation("provenance", "min")),
        ("type=provenance,mode=max,version=v1", "", Attestation("provenance", "max")),
        ("type=provenance,disabled=true", "", None),
        ("true", "sbom", Attestation("sbom")),
        ("false", "provenance", None),
        ("mode=max,builder-id=b", "provenance", Attestation("provenance", "max", "b")),
    ],
)
def test_options(text: str, kind: str, value: Attestation | None) -> None:
    assert parse_attestation(text, kind)[1] == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sbom",
        "type=nothing",
        "type=sbom,mode=max",
        "type=provenance,mode=mid",
        "type=provenance,version=v0.2",
    ],
)
def test_wrong_options(text: str) -> None:
    with pytest.raises(UsageError):
        parse_attestation(text)


def test_urls_of_images() -> None:
    assert image_url("alpine", "linux/arm/v7") == "pkg:docker/alpine@latest?platform=linux%2Farm%2Fv7"
    digest = "sha256:" + "0" * 64
    assert image_url(f"r.example:5000/a/b@{digest}", "linux/amd64") == (
        f"pkg:docker/r.example%3A5000/a/b?digest={digest}&platform=linux%2Famd64"
    )
