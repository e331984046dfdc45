"""apt-get: what it prints, how it fails, what it leaves behind."""

import pytest
from catalogue_box import Box

from minibuild.catalogue.executable import identify
from minibuild.kernel.fidelity import FidelityError


@pytest.fixture
def debian() -> Box:
    return Box("debian:bookworm-slim")


@pytest.fixture
def updated(debian: Box) -> Box:
    assert debian.status("apt-get update") == 0
    return debian


def test_without_lists_no_package_is_found(debian: Box) -> None:
    done = debian.run("apt-get install -y curl")
    assert (done.exit_code, debian.err) == (100, "E: Unable to locate package curl\n")
    assert done.fidelity == "modelled"
    assert debian.changed() == []


def test_update_leaves_lists_that_show_in_the_layer(updated: Box) -> None:
    assert (
        "a var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages"
        in updated.changed()
    )
    assert updated.out.startswith("Get:1 http://deb.debian.org/debian bookworm InRelease")
    assert updated.out.endswith("Reading package lists...\n")


def test_removed_lists_are_gone_for_the_next_install(updated: Box) -> None:
    updated.view.remove_tree("/var/lib/apt/lists")
    assert updated.status("apt-get install -y curl") == 100


def test_install_brings_commands_dependencies_and_records(updated: Box) -> None:
    assert updated.status("apt-get install -y --no-install-recommends curl ca-certificates") == 0
    view = updated.view
    assert identify(view.read_bytes("/usr/bin/curl")) == ("curl", "curl")
    assert "Package: libcurl4\nStatus: install ok installed\n" in updated.read("/var/lib/dpkg/status")
    assert "/usr/bin/curl\n" in updated.read("/var/lib/dpkg/info/curl.list")
    assert "libcurl4" in updated.read("/var/lib/apt/extended_states")
    assert "Package: curl\n" not in updated.read("/var/lib/apt/extended_states")
    assert view.is_file("/etc/ssl/certs/ca-certificates.crt")
    assert "Setting up curl (7.88.1-" in updated.out
    assert updated.err == "debconf: delaying package configuration, since apt-utils is not installed\n"
    assert [name for name in view.listdir("/var/cache/apt/archives") if name.endswith(".deb")] == []


def test_recommended_packages_come_unless_they_are_refused(updated: Box) -> None:
    assert updated.status("apt-get install -s -y git") == 0
    assert " openssh-client" in updated.out
    assert updated.status("apt-get install -s -y --no-install-recommends git") == 0
    assert " openssh-client" not in updated.out
    updated.filesystem.write_file("/etc/apt/apt.conf.d/99x", b'APT::Install-Recommends "false";\n')
    assert updated.status("apt-get install -s -y git") == 0
    assert " openssh-client" not in updated.out


def test_archives_are_kept_where_nobody_cleans_them(updated: Box) -> None:
    updated.view.unlink("/etc/apt/apt.conf.d/docker-clean")
    updated.run("apt-get install -y jq")
    assert any(name.startswith("jq_") for name in updated.view.listdir("/var/cache/apt/archives"))
    assert updated.status("apt-get clean") == 0
    assert not any(name.startswith("jq_") for name in updated.view.listdir("/var/cache/apt/archives"))


def test_a_question_without_an_answer_aborts(updated: Box) -> None:
    assert updated.status("apt-get install curl") == 1
    assert updated.out.endswith("Do you want to continue? [Y/n] Abort.\n")
    assert updated.status("apt-get install curl", stdin=b"y\n") == 0


def test_an_unknown_package_fails_as_the_real_one_and_says_what_to_do(updated: Box) -> None:
    assert updated.status("apt-get install -y no-such-thing") == 100
    assert updated.err == (
        "E: Unable to locate package no-such-thing\n"
        "N: the catalogue has no package no-such-thing; `--fidelity assume` takes one for granted\n"
    )


def test_an_unknown_package_may_be_assumed() -> None:
    box = Box("debian:bookworm", "assume")
    box.run("apt-get update")
    done = box.run("apt-get install -y nosuchtool")
    assert (done.exit_code, done.fidelity) == (0, "assumed")
    assert "the package nosuchtool is not in the catalogue for bookworm" in done.reasons
    assert box.view.is_file("/usr/bin/nosuchtool")


def test_another_version_than_the_catalogues_is_not_known(updated: Box) -> None:
    version = "7.88.1-10+deb12u15"
    assert updated.status(f"apt-get install -s -y curl={version}") == 0
    assert updated.status("apt-get install -s -y curl=7.88.*") == 0
    with pytest.raises(FidelityError, match=r"whether bookworm has curl=7\.64\.0 is not known"):
        updated.run("apt-get install -y curl=7.64.0")


def test_a_foreign_source_is_not_known(debian: Box) -> None:
    debian.filesystem.write_file(
        "/etc/apt/sources.list.d/x.list", b"deb [arch=amd64] https://apt.example.org/x stable main\n"
    )
    with pytest.raises(
        FidelityError, match=r"which packages https://apt\.example\.org/x stable has is not known"
    ):
        debian.run("apt-get update")


def test_purge_with_auto_remove_takes_what_was_only_needed(updated: Box) -> None:
    updated.run("apt-get install -y --no-install-recommends build-essential")
    assert updated.view.exists("/usr/bin/gcc")
    assert updated.status("apt-get purge -y --auto-remove build-essential") == 0
    assert not updated.view.exists("/usr/bin/gcc")
    assert not updated.view.lexists("/usr/bin/cc")
    assert "Package: gcc-12\n" not in updated.read("/var/lib/dpkg/status")


def test_removing_what_is_not_there_is_no_error_if_the_name_is_known(updated: Box) -> None:
    assert updated.status("apt-get remove -y curl") == 0
    assert "Package 'curl' is not installed, so not removed\n" in updated.out
    assert updated.status("apt-get remove -y nonsense") == 100


def test_installed_packages_are_left_alone(updated: Box) -> None:
    assert updated.status("apt-get install -y bash") == 0
    assert "bash is already the newest version (5.2.15-2+b13).\n" in updated.out


def test_a_service_brings_its_user_and_its_configuration(updated: Box) -> None:
    updated.run("apt-get install -y --no-install-recommends redis-server")
    assert "redis:x:" in updated.read("/etc/passwd")
    assert updated.view.stat("/var/lib/redis").uid == int(
        updated.read("/etc/passwd").split("redis:x:")[1].split(":")[0]
    )
    assert "bind 127.0.0.1" in updated.read("/etc/redis/redis.conf")


def test_only_root_may(debian: Box) -> None:
    assert debian.status("apt-get install -y curl", user="nobody") == 100
    assert "are you root?" in debian.err


def test_without_a_network_update_warns_and_install_finds_nothing() -> None:
    box = Box("debian:bookworm", network=False)
    assert box.status("apt-get update") == 0
    assert "W: Failed to fetch http://deb.debian.org/debian/dists/bookworm/InRelease" in box.err
    assert box.status("apt-get install -y curl") == 100


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        ("apt-get -Z install x", 100, "E: Command line option 'Z' [from -Z] is not understood"),
        ("apt-get --nonsense install x", 100, "E: Command line option --nonsense is not understood"),
        ("apt-get frobnicate", 100, "E: Invalid operation frobnicate\n"),
        ("apt-get update now", 100, "E: The update command takes no arguments\n"),
        ("apt-get install -y ./x.deb", 100, "E: Unsupported file ./x.deb given on commandline\n"),
    ],
)
def test_wrong_command_lines(debian: Box, command: str, status: int, message: str) -> None:
    assert debian.status(command) == status
    assert debian.err.startswith(message)


def test_ubuntu_takes_its_packages_from_its_own_archive() -> None:
    box = Box("ubuntu:22.04")
    assert box.status("apt-get update") == 0
    assert "http://archive.ubuntu.com/ubuntu/ jammy/universe amd64 Packages" in box.out
    assert box.status("apt-get install -qq -y --no-install-recommends nginx") == 0
    assert box.view.exists("/usr/sbin/nginx")
