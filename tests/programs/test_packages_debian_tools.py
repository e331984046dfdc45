"""dpkg, alternatives, locales, debconf, apt's smaller tools."""

import pytest
from catalogue_box import Box

from minibuild.kernel.fidelity import FidelityError


@pytest.fixture
def debian() -> Box:
    return Box("buildpack-deps:bookworm")


def install(box: Box, name: str) -> None:
    assert box.status("apt-get update") == 0
    assert box.status(f"apt-get install -y --no-install-recommends {name}") == 0


@pytest.mark.parametrize(
    ("command", "status", "out"),
    [
        ("dpkg --print-architecture", 0, "amd64\n"),
        ("dpkg-architecture -q DEB_BUILD_GNU_TYPE", 0, "x86_64-linux-gnu\n"),
        ("dpkg-architecture --query DEB_HOST_MULTIARCH", 0, "x86_64-linux-gnu\n"),
        ("dpkg-architecture -qDEB_HOST_ARCH", 0, "amd64\n"),
        ("dpkg-query -W -f=${Version}\\n bash", 0, "5.2.15-2+b13\n"),
        ("dpkg-query --show -f ${binary:Package}=${db:Status-Status} dash", 0, "dash=installed"),
        ("dpkg-query -S /bin/dash", 0, "dash: /bin/dash\n"),
        ("dpkg --compare-versions 1.10 gt 1.9", 0, ""),
        ("dpkg --compare-versions 1.0~rc1 ge 1.0", 1, ""),
        ("dpkg --compare-versions 2:0.9 lt 1:1.0", 1, ""),
        ("dpkg-buildflags --get LDFLAGS", 0, "-Wl,-z,relro\n"),
        ("apt-mark showauto", 0, ""),
    ],
)
def test_questions(debian: Box, command: str, status: int, out: str) -> None:
    assert (debian.status(command), debian.out) == (status, out)


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        ("dpkg -L nope", 1, "dpkg-query: package 'nope' is not installed\n"),
        ("dpkg -s nope", 1, "dpkg-query: package 'nope' is not installed and no information is available\n"),
        ("dpkg -S /nope", 1, "dpkg-query: no path found matching pattern /nope\n"),
        ("dpkg -l nope", 1, "dpkg-query: no packages found matching nope\n"),
        ("dpkg -i nope.deb", 2, "dpkg: error: cannot access archive 'nope.deb': No such file or directory\n"),
        ("dpkg", 2, "dpkg: error: need an action option\n"),
        ("dpkg --nonsense", 2, "dpkg: error: unknown option --nonsense\n"),
        ("dpkg-architecture -qNOPE", 25, "dpkg-architecture: error: NOPE is not a supported variable name\n"),
        ("apt-mark auto nope", 100, "E: Unable to locate package nope\nE: No packages found\n"),
        ("apt-mark frob", 100, "E: Invalid operation frob\n"),
        (
            "update-alternatives --set nope /bin/true",
            2,
            "update-alternatives: error: no alternatives for nope\n",
        ),
        ("update-alternatives --install x y", 2, "update-alternatives: error: --install needs <link> <name>"),
        ("localedef", 4, "Try `localedef --help'"),
        ("dpkg-reconfigure -f noninteractive nope", 1, "dpkg-reconfigure: nope is not installed\n"),
    ],
)
def test_failures(debian: Box, command: str, status: int, message: str) -> None:
    assert debian.status(command) == status
    assert debian.err.startswith(message)


def test_lists_of_packages_and_files(debian: Box) -> None:
    debian.run("dpkg -l")
    assert "\nii  bash           5.2.15-2+b13" in debian.out
    debian.run("dpkg -L dash")
    assert "/bin/dash\n" in debian.out
    debian.run("dpkg --get-selections")
    assert "bash\t\t\t\t\t\tinstall\n" in debian.out


def test_a_package_file_is_not_known(debian: Box) -> None:
    debian.filesystem.write_file("/x/tool_1.2_amd64.deb", b"!<arch>\n")
    with pytest.raises(
        FidelityError, match=r"what the package file /x/tool_1\.2_amd64\.deb holds is not known"
    ):
        debian.run("dpkg -i /x/tool_1.2_amd64.deb")
    box = Box("debian:bookworm", "assume")
    box.filesystem.write_file("/x/tool_1.2_amd64.deb", b"!<arch>\n")
    assert box.run("dpkg -i /x/tool_1.2_amd64.deb").fidelity == "assumed"
    assert "Package: tool\n" in box.read("/var/lib/dpkg/status")
    assert box.view.exists("/usr/bin/tool")


def test_marks_decide_what_goes_with_the_rest(debian: Box) -> None:
    box = Box("debian:bookworm-slim")
    box.run("apt-get update")
    saved = "apt-mark showmanual"
    box.run(saved)
    before = box.out.split()
    box.run("apt-get install -y --no-install-recommends gcc wget")
    assert box.status(["apt-mark", "auto", ".*"]) == 0
    assert box.status(["apt-mark", "manual", *before, "wget"]) == 0
    assert box.status("apt-get purge -y --auto-remove -o APT::AutoRemove::RecommendsImportant=false") == 0
    assert not box.view.exists("/usr/bin/gcc")
    assert box.view.exists("/usr/bin/wget")
    assert box.view.exists("/bin/bash")


def test_architectures_can_be_added(debian: Box) -> None:
    assert debian.status("dpkg --add-architecture i386") == 0
    assert debian.read("/var/lib/dpkg/arch") == "amd64\ni386\n"


def test_alternatives_are_links(debian: Box) -> None:
    for name in ("one", "two"):
        debian.filesystem.write_file(f"/opt/{name}", b"#!/bin/sh\n", mode=0o755)
    debian.run("update-alternatives --install /usr/bin/tool tool /opt/one 10")
    debian.run("update-alternatives --install /usr/bin/tool tool /opt/two 20")
    assert debian.view.readlink("/usr/bin/tool") == "/etc/alternatives/tool"
    assert debian.view.realpath("/usr/bin/tool") == "/opt/two"
    assert debian.status("update-alternatives --set tool /opt/one") == 0
    assert debian.view.realpath("/usr/bin/tool") == "/opt/one"
    assert (debian.status("update-alternatives --list tool"), debian.out) == (0, "/opt/one\n/opt/two\n")
    debian.run("update-alternatives --remove tool /opt/two")
    assert debian.view.realpath("/usr/bin/tool") == "/opt/one"


def test_the_release_of_the_distribution(debian: Box) -> None:
    install(debian, "lsb-release")
    assert (debian.status("lsb_release -cs"), debian.out) == (0, "bookworm\n")
    assert (debian.status("lsb_release -i"), debian.out) == (0, "Distributor ID:\tDebian\n")


def test_locales(debian: Box) -> None:
    install(debian, "locales")
    debian.filesystem.write_file("/etc/locale.gen", b"# de_DE.UTF-8 UTF-8\nen_US.UTF-8 UTF-8\n")
    assert debian.status("locale-gen") == 0
    assert "  en_US.UTF-8... done\nGeneration complete.\n" in debian.out
    assert "de_DE" not in debian.out
    assert debian.status("locale-gen de_DE.UTF-8") == 0
    assert "de_DE.UTF-8 UTF-8\n" in debian.read("/etc/locale.gen")
    debian.run("locale -a")
    assert "en_US.utf8\n" in debian.out
    assert debian.status("update-locale LANG=en_US.UTF-8 LC_ALL") == 0
    assert debian.read("/etc/default/locale") == "LANG=en_US.UTF-8\n"
    assert debian.status("localedef -i fr_FR -c -f UTF-8 -A /usr/share/locale/locale.alias fr_FR.UTF-8") == 0


def test_diversions_move_files(debian: Box) -> None:
    assert debian.status("dpkg-divert --rename --add /usr/bin/curl") == 0
    assert debian.view.exists("/usr/bin/curl.distrib")
    assert not debian.view.exists("/usr/bin/curl")


def test_answers_to_questions_are_read(debian: Box) -> None:
    assert debian.status("debconf-set-selections", stdin=b"tzdata tzdata/Areas select Europe\n") == 0
    assert "Name: tzdata/Areas\n" in debian.read("/var/cache/debconf/config.dat")
    assert debian.status("debconf-set-selections", stdin=b"nonsense\n") == 1


def test_keys_and_repositories(debian: Box) -> None:
    assert debian.status("apt-key add -", stdin=b"a key\n") == 0
    assert debian.out == "OK\n"
    assert debian.read("/etc/apt/trusted.gpg") == "a key\n"
    assert debian.status("apt-key add -", stdin=b"") == 2
    box = Box("ubuntu:22.04", "assume")
    install(box, "software-properties-common")
    assert box.run("add-apt-repository -y ppa:deadsnakes/ppa").fidelity == "assumed"
    assert box.view.exists("/etc/apt/sources.list.d/deadsnakes-ubuntu-ppa-jammy.list")


def test_what_the_cache_says(debian: Box) -> None:
    assert debian.status("apt-cache show jq") == 100
    debian.run("apt-get update")
    assert debian.status("apt-cache policy jq") == 0
    assert debian.out.startswith("jq:\n  Installed: (none)\n  Candidate: 1.6-2.1")
    debian.run("apt-cache search ripgrep")
    assert debian.out == "ripgrep - ripgrep\n"


def test_certificates(debian: Box) -> None:
    debian.filesystem.write_file("/usr/local/share/ca-certificates/own.crt", b"-----BEGIN CERTIFICATE-----\n")
    assert debian.status("update-ca-certificates") == 0
    assert debian.out.startswith("Updating certificates in /etc/ssl/certs...\n1 added, 0 removed; done.\n")
    assert debian.read("/etc/ssl/certs/ca-certificates.crt").endswith("-----BEGIN CERTIFICATE-----\n")
