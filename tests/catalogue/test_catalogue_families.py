"""All families of the catalogue: any tag is made, quickly, and hangs together."""

import time

import pytest

from minibuild.catalogue import find_image
from minibuild.catalogue.family import load_family
from minibuild.catalogue.image import CatalogueImage
from minibuild.catalogue.names import _official, _patterns
from minibuild.catalogue.packages import package_table
from minibuild.catalogue.releases import known_releases
from minibuild.catalogue.tags import read_tag
from minibuild.filesystem import FileSystem
from minibuild.image.reference import parse_reference

NAMES = sorted(_official())
OTHERS = sorted(pattern.replace("[0-9]", "9").replace("*", "x") for pattern in _patterns())


def image(name: str) -> CatalogueImage:
    found = find_image(parse_reference(name))
    assert found is not None, name
    return found


def files(name: str) -> FileSystem:
    filesystem = FileSystem()
    image(name).write_files(filesystem)
    return filesystem


@pytest.mark.parametrize("name", NAMES + OTHERS)
def test_every_family_is_made_whatever_the_tag(name: str) -> None:
    for tag in ("latest", "alpine", "slim", "bookworm", "3.1-no-such-variant"):
        made = image(f"{name}:{tag}")
        filesystem = FileSystem()
        made.write_files(filesystem)
        view = filesystem.view()
        assert view.exists("/etc/passwd") or not made.partial
        assert [one for one in made.config.env if "{" in one] == []
        broken = [
            entry.path
            for entry in filesystem.walk()
            if entry.kind == "link" and "bin/" in entry.path and not view.exists(entry.path)
        ]
        assert broken == []


def test_making_the_biggest_base_takes_little_time() -> None:
    times = []
    for _ in range(3):
        made = image("python:3.12")
        start = time.perf_counter()
        made.write_files(FileSystem())
        times.append(time.perf_counter() - start)
    assert min(times) < 0.05


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("ubi8/ubi-minimal", 'VERSION_ID="8.10"'),
        ("registry.access.redhat.com/ubi9/ubi:latest", 'VERSION_ID="9.6"'),
        ("centos:7", 'ID="centos"'),
        ("quay.io/centos/centos:stream9", 'VERSION_ID="9.6"'),
        ("fedora:40", "VERSION_ID=40"),
        ("amazonlinux:2", 'VERSION_ID="2"'),
        ("opensuse/leap:15.6", 'ID="opensuse-leap"'),
        ("archlinux", "ID=arch"),
        ("gcr.io/distroless/static-debian12:nonroot", 'PRETTY_NAME="Distroless"'),
        ("mcr.microsoft.com/dotnet/sdk:8.0", "ID=debian"),
        ("nvidia/cuda:12.4.1-devel-ubuntu22.04", "VERSION_CODENAME=jammy"),
        ("maven:3.9-eclipse-temurin-17", "ID=ubuntu"),
        ("openjdk:8-jdk-alpine", "ID=alpine"),
        ("golang:1.12", "VERSION_CODENAME=buster"),
    ],
)
def test_what_it_stands_on(name: str, line: str) -> None:
    assert f"{line}\n" in files(name).view().read_bytes("/etc/os-release").decode()


def test_well_known_configurations() -> None:
    assert image("php:8.3-fpm-alpine").config.cmd == ("php-fpm",)
    assert image("php:7.4-apache").config.working_dir == "/var/www/html"
    assert "JAVA_HOME=/usr/local/openjdk-11" in image("openjdk:11-jdk-slim").config.env
    assert "GEM_HOME=/usr/local/bundle" in image("ruby:3.3").config.env
    assert image("gcr.io/distroless/base:nonroot").config.user == "65532"
    assert image("gcr.io/distroless/java17-debian12").config.entrypoint[1:] == ("-jar",)  # type: ignore[index]
    assert image("quay.io/jupyter/base-notebook").config.user == "1000"
    assert image("eclipse-temurin:17-jre").config.cmd is None


def test_a_distroless_image_has_no_shell() -> None:
    view = files("gcr.io/distroless/static").view()
    assert not view.exists("/bin/sh")
    assert not image("gcr.io/distroless/static").partial
    assert files("gcr.io/distroless/static:debug").view().exists("/busybox/sh")


def test_tags_are_read_into_their_parts() -> None:
    parts = read_tag("3.12-slim-bookworm", {}, "")
    assert (parts.version, parts.words) == ("3.12", {"slim", "debian"})
    assert parts.release == known_releases().find("bookworm")
    assert read_tag("3.9.6-eclipse-temurin-17-alpine", {}, "").numbers == ("17",)
    assert read_tag("lts-alpine", {"lts": "22"}, "").version == "22"
    assert read_tag("jammy-20230425", {}, "ubuntu").version == "22.04.5"


def test_the_closest_release_stands_in_for_an_unknown_one() -> None:
    releases = known_releases()
    assert releases.of("alpine", "3.19.1").name == "3.19"
    assert releases.of("alpine", "9.99").name == "3.23"
    assert releases.of("debian", "").name == "bookworm"


@pytest.mark.parametrize("table", ["debian", "alpine", "rpm"])
def test_tables_of_packages_hang_together(table: str) -> None:
    column = {"debian": "bookworm", "alpine": "3.20", "rpm": "el9"}[table]
    packages = package_table(table, column)
    for name in packages.names():
        package = packages.get(name)
        if package is None:
            continue
        assert package.version != "-"
        assert all(file.path.startswith("/") and " " not in file.path for file in package.files)
        if table != "debian":
            assert [one for one in package.depends if one not in packages.names()] == []


def test_debian_releases_have_versions_of_their_own() -> None:
    old, new = (package_table("debian", name).get("gcc") for name in ("bullseye", "trixie"))
    assert old is not None
    assert new is not None
    assert old.version != new.version
    assert "gcc-10" in old.depends
    assert "gcc-14" in new.depends


def test_a_family_says_which_versions_it_has() -> None:
    assert load_family("node").aliases["lts"] == "22"
    assert load_family("python").versions["3.12"].startswith("3.12.")
