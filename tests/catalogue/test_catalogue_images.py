"""Base images of the catalogue: what they contain and configure."""

import pytest

from minibuild.catalogue import find_image, suggestions
from minibuild.catalogue.executable import identify
from minibuild.catalogue.image import CatalogueImage
from minibuild.filesystem import Directory, FileSystem, Snapshot, changes, write_layer
from minibuild.image.config import ContainerConfig
from minibuild.image.reference import parse_reference

CORE = [
    "busybox", "alpine", "alpine:3.19", "alpine:edge", "debian", "debian:bookworm-slim",
    "debian:bullseye", "ubuntu", "ubuntu:22.04", "ubuntu:14.04", "buildpack-deps",
    "buildpack-deps:jammy-curl", "python", "python:3.12-slim", "python:3.9-alpine", "python:2.7", "node",
    "node:lts-alpine", "node:20-bookworm-slim", "golang", "golang:1.22-alpine", "nginx",
    "nginx:stable-alpine", "postgres:16", "postgres:9.6-alpine", "redis", "redis:7-alpine",
    "training/webapp", "training/postgres",
]  # fmt: skip


def image(name: str) -> CatalogueImage:
    found = find_image(parse_reference(name))
    assert found is not None
    return found


def files(name: str) -> FileSystem:
    filesystem = FileSystem()
    image(name).write_files(filesystem)
    return filesystem


def layer(name: str) -> bytes:
    filesystem = FileSystem()
    empty = filesystem.snapshot()
    image(name).write_files(filesystem)
    sink = bytearray()

    class Sink:
        def write(self, data: bytes) -> int:
            sink.extend(data)
            return len(data)

    write_layer(changes(empty, filesystem.snapshot()), Sink())
    return bytes(sink)


@pytest.mark.parametrize("name", CORE)
def test_every_core_image_has_a_shell_a_tmp_and_accounts(name: str) -> None:
    view = files(name).view()
    assert view.stat("/bin/sh").node.mode & 0o111
    assert view.stat("/tmp").mode & 0o7777 == 0o1777
    assert view.stat("/root").mode & 0o7777 == 0o700
    assert view.read_bytes("/etc/passwd").startswith(b"root:x:0:0:")
    assert b"\nnobody:" in view.read_bytes("/etc/passwd")
    assert any(one.startswith("PATH=") for one in image(name).config.env)


@pytest.mark.parametrize("name", ["busybox", "alpine", "python", "postgres:16", "training/webapp"])
def test_an_image_is_the_same_bytes_every_time(name: str) -> None:
    assert layer(name) == layer(name)


@pytest.mark.parametrize("name", CORE)
def test_no_link_in_a_directory_for_programs_leads_nowhere(name: str) -> None:
    filesystem = files(name)
    view = filesystem.view()
    broken = [
        entry.path
        for entry in filesystem.walk()
        if entry.kind == "link" and "bin/" in entry.path and not view.exists(entry.path)
    ]
    assert broken == []


def test_alpine_is_one_busybox_with_links() -> None:
    view = files("alpine:3.19").view()
    assert view.readlink("/bin/sh") == "/bin/busybox"
    assert identify(view.read_bytes("/usr/bin/awk")) == ("busybox", "busybox")
    assert view.read_bytes("/etc/alpine-release") == b"3.19.9\n"
    assert b"VERSION_ID=3.19.9\n" in view.read_bytes("/etc/os-release")
    assert b"P:musl\nV:" in view.read_bytes("/lib/apk/db/installed")
    assert not view.exists("/bin/bash")


def test_busybox_names_are_hard_links_and_all_its_files_are_known() -> None:
    view = files("busybox").view()
    assert view.stat("/bin/sh").ino == view.stat("/bin/[").ino
    assert view.stat("/bin/ls").nlink > 300
    assert not image("busybox").partial
    assert image("alpine").partial


def test_debian_has_dash_mawk_and_merged_directories_from_bookworm_on() -> None:
    view = files("debian:bookworm").view()
    assert view.readlink("/bin") == "usr/bin"
    assert identify(view.read_bytes("/bin/sh")) == ("dash", "dash")
    assert identify(view.read_bytes("/bin/bash")) == ("bash", "bash")
    assert identify(view.read_bytes("/usr/bin/awk")) == ("mawk", "mawk")
    assert view.readlink("/usr/bin/awk") == "/etc/alternatives/awk"
    assert identify(view.read_bytes("/bin/ls")) == ("ls", "gnu")
    assert b"Package: coreutils\nStatus: install ok installed\n" in view.read_bytes("/var/lib/dpkg/status")
    assert b"/bin/ls\n" in view.read_bytes("/var/lib/dpkg/info/coreutils.list")
    assert isinstance(files("debian:bullseye").node("/bin", follow=False), Directory)


def test_a_debian_release_is_found_by_number_and_by_role() -> None:
    for name, codename in (
        ("debian:11.6-slim", "bullseye"),
        ("debian:stable", "trixie"),
        ("debian:jessie", "jessie"),
    ):
        assert f"VERSION_CODENAME={codename}\n".encode() in files(name).view().read_bytes("/etc/os-release")


def test_ubuntu_has_its_own_sources_and_none_of_debians() -> None:
    view = files("ubuntu:22.04").view()
    assert b"jammy-updates" in view.read_bytes("/etc/apt/sources.list")
    assert not view.exists("/etc/apt/sources.list.d/debian.sources")
    assert b"ubuntu:x:1000:" in files("ubuntu:24.04").view().read_bytes("/etc/passwd")


def test_configurations_are_the_real_ones() -> None:
    node = image("node:20-alpine").config
    assert (node.entrypoint, node.cmd) == (("docker-entrypoint.sh",), ("node",))
    assert "NODE_VERSION=20.19.5" in node.env
    golang = image("golang:1.22.3").config
    assert "GOLANG_VERSION=1.22.3" in golang.env
    assert golang.env[0].startswith("PATH=/go/bin:/usr/local/go/bin:")
    assert golang.working_dir == "/go"
    postgres = image("postgres:9.6").config
    assert "PG_MAJOR=9.6" in postgres.env
    assert postgres.volumes == ("/var/lib/postgresql/data",)
    nginx = image("nginx").config
    assert (nginx.exposed_ports, nginx.stop_signal) == (("80/tcp",), "SIGQUIT")
    webapp = image("training/webapp").config
    assert webapp == ContainerConfig(
        env=webapp.env,
        cmd=("python", "app.py"),
        working_dir="/opt/webapp",
        exposed_ports=("5000/tcp",),
        labels=webapp.labels,
    )


def test_a_tag_names_version_variant_and_distribution() -> None:
    assert image("python:3.12-slim-bullseye").release == image("debian:bullseye").release
    assert image("python:3.12-alpine3.18").release == image("alpine:3.18").release
    assert files("python:3.12").view().readlink("/usr/local/bin/python3") == "python3.12"
    assert files("python:3.12").view().exists("/usr/bin/gcc")
    assert not files("python:3.12-slim").view().exists("/usr/bin/gcc")


def test_an_unknown_tag_of_a_known_name_is_made_and_an_unknown_name_is_not() -> None:
    assert image("node:no-such-tag").config == image("node").config
    assert find_image(parse_reference("no-such-image")) is None
    assert find_image(parse_reference("example.org/python")) is None


def test_copies_of_the_library_elsewhere_are_known() -> None:
    assert image("public.ecr.aws/docker/library/alpine:3.20").config == image("alpine:3.20").config
    arm = image("arm64v8/debian:bookworm")
    assert arm.architecture == "arm64"
    filesystem = FileSystem()
    arm.write_files(filesystem)
    assert b"Architecture: arm64\n" in filesystem.view().read_bytes("/var/lib/dpkg/status")


def test_close_names_are_suggested() -> None:
    assert "python" in suggestions(parse_reference("pyhton:3.12"))
    assert suggestions(parse_reference("example.org/team/nginx")) == ["nginx"]
    assert suggestions(parse_reference("zzzzqqq")) == []


def test_writing_needs_an_own_tree_only() -> None:
    filesystem = files("alpine")
    before: Snapshot = filesystem.snapshot()
    filesystem.write_file("/etc/motd", b"hello\n")
    assert [change.path for change in changes(before, filesystem.snapshot())] == ["etc", "etc/motd"]
