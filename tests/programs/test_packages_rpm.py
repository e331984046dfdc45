"""yum, dnf, microdnf, zypper, rpm, pacman."""

import pytest
from catalogue_box import Box

from minibuild.kernel.fidelity import FidelityError


@pytest.fixture
def rocky() -> Box:
    return Box("rockylinux:9")


def test_install_brings_commands_records_and_a_cache(rocky: Box) -> None:
    done = rocky.run("dnf install -y git wget")
    assert (done.exit_code, done.fidelity) == (0, "modelled")
    assert rocky.view.exists("/usr/bin/git")
    assert (rocky.status("rpm -q wget"), rocky.out) == (0, "wget-1.21.1-7.el9.x86_64\n")
    assert rocky.view.listdir("/var/cache/dnf") == ["appstream.solv", "baseos.solv"]
    assert rocky.status("yum clean all") == 0
    assert rocky.view.listdir("/var/cache/dnf") == []


def test_what_is_there_is_left_alone(rocky: Box) -> None:
    assert rocky.status("yum -y install bash") == 0
    assert rocky.out == (
        "Package bash-5.1.8-9.x86_64 is already installed.\nDependencies resolved.\nNothing to"
        " do.\nComplete!\n"
    )


def test_a_question_without_an_answer_aborts(rocky: Box) -> None:
    assert rocky.status("yum install git") == 1
    assert rocky.out.endswith("Is this ok [y/N]: Operation aborted.\n")


def test_unknown_packages_fail_as_the_real_ones(rocky: Box) -> None:
    assert rocky.status("dnf install -y no-such-thing") == 1
    assert rocky.err.startswith(
        "No match for argument: no-such-thing\nError: Unable to find a match: no-such-thing\n"
    )
    box = Box("rockylinux:9", "assume")
    assert box.run("dnf install -y no-such-thing").fidelity == "assumed"


def test_groups_files_and_versions(rocky: Box) -> None:
    assert rocky.status(["dnf", "groupinstall", "-y", "Development Tools"]) == 0
    assert rocky.view.exists("/usr/bin/gcc")
    assert rocky.status("dnf install -y /usr/bin/jq") == 0
    assert rocky.view.exists("/usr/bin/jq")
    with pytest.raises(FidelityError, match=r"whether el9 has nginx-1\.10 is not known"):
        rocky.run("dnf install -y nginx-1.10")
    with pytest.raises(
        FidelityError, match=r"what the package file https://example\.org/epel\.rpm holds is not"
    ):
        rocky.run("dnf install -y https://example.org/epel.rpm")


def test_removal(rocky: Box) -> None:
    rocky.run("dnf install -y wget")
    assert rocky.status("dnf remove -y wget") == 0
    assert not rocky.view.exists("/usr/bin/wget")
    assert (rocky.status("rpm -q wget"), rocky.out) == (1, "package wget is not installed\n")


def test_services_bring_their_users(rocky: Box) -> None:
    rocky.run("dnf install -y nginx")
    assert "nginx:x:" in rocky.read("/etc/passwd")


def test_questions_to_rpm(rocky: Box) -> None:
    assert rocky.status("rpm -qf /usr/bin/bash") == 0
    assert rocky.out.startswith("bash-")
    assert rocky.status(["rpm", "-q", "--qf", "%{NAME} %{ARCH}\\n", "bash"]) == 0
    assert rocky.out == "bash x86_64\n"
    assert rocky.status("rpm -E %{rhel}") == 0
    assert rocky.out == "9\n"
    assert rocky.status("rpm -V bash") == 0
    assert rocky.status("rpm -e nope") == 1
    assert rocky.status("rpm -ivh nope.rpm") == 1
    assert rocky.err == "error: open of nope.rpm failed: No such file or directory\n"


def test_only_root_may(rocky: Box) -> None:
    assert rocky.status("yum install -y git", user="nobody") == 1
    assert rocky.err.startswith("Error: This command has to be run with superuser privileges")


def test_wrong_commands(rocky: Box) -> None:
    assert rocky.status("dnf frobnicate") == 1
    assert rocky.err == "No such command: frobnicate. Please use /usr/bin/dnf --help\n"


def test_repositories_can_be_added(rocky: Box) -> None:
    assert rocky.status("dnf config-manager --add-repo https://example.org/x.repo") == 0
    assert "baseurl=https://example.org/x.repo\n" in rocky.read("/etc/yum.repos.d/example.org_x.repo")


@pytest.mark.parametrize(
    ("image", "command"),
    [
        ("registry.access.redhat.com/ubi9/ubi-minimal", "microdnf install -y tar gzip --nodocs"),
        ("fedora", "dnf install -y --setopt=install_weak_deps=False jq"),
        ("amazonlinux:2", "yum install -y unzip"),
        ("centos:7", "yum -y install epel-release"),
        ("opensuse/leap", "zypper --non-interactive install git"),
        ("archlinux", "pacman -Syu --noconfirm git"),
    ],
)
def test_every_distribution_has_its_tool(image: str, command: str) -> None:
    assert Box(image).status(command) == 0


def test_certificates_of_rpm_distributions(rocky: Box) -> None:
    rocky.filesystem.write_file("/etc/pki/ca-trust/source/anchors/own.pem", b"OWN\n")
    assert rocky.status("update-ca-trust extract") == 0
    assert rocky.read("/etc/pki/tls/certs/ca-bundle.crt").endswith("OWN\n")
