"""pacman, of which no catalogue tells the packages: those of other distributions with the same name stand
in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.catalogue.packages import package_table
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import encode
from minibuild.programs.options import program_name
from minibuild.programs.packages.apt_wishes import assumed_package
from minibuild.programs.packages.placing import place, put_file
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_GROUPS = {
    "base-devel": "gcc make autoconf automake binutils bison flex libtool m4 patch pkgconf sudo",
    "base": "bash coreutils",
}


@program("pacman", fidelity=Fidelity.MODELLED, reason="pacman is played from the catalogue of packages")
def pacman(process: Process) -> int:
    """`pacman -S[yu] | -R[ns] | -Q | -U | -Sc … [PACKAGE]...`"""
    letters = "".join(
        word[1:] for word in process.argv[1:] if word.startswith("-") and not word.startswith("--")
    )
    words = [word for word in process.argv[1:] if not word.startswith("-")]
    if process.view.credentials.uid and letters[:1] in ("S", "R", "U"):
        process.stderr.write("error: you cannot perform this operation unless you are root.\n")
        return 1
    if letters[:1] == "R":
        process.stdout.write("".join(f"removing {word}...\n" for word in words))
        return 0
    if letters[:1] == "Q":
        for name in sorted(process.view.listdir("/var/lib/pacman/local")):
            base, version, release = name.rsplit("-", 2)
            process.stdout.write(f"{base} {version}-{release}\n")
        return 0
    if "y" in letters:
        process.stdout.write(":: Synchronizing package databases...\n")
        put_file(process.view, "/var/lib/pacman/sync/core.db", b"core\n")
    for word in [name for one in words for name in _GROUPS.get(one, one).split()]:
        table = package_table("rpm", "el9")
        package = (
            table.get(word)
            or package_table("debian", "trixie").get(word)
            or package_table("alpine", "3.22").get(word)
        )
        if package is None:
            if process.system.fidelity.limit is not Fidelity.ASSUMED:
                process.stderr.write(f"error: target not found: {word}\n")
                return 1
            process.system.fidelity.note(Fidelity.ASSUMED, f"the package {word} is not in the catalogue")
            package = assumed_package(word, "1.0-1")
        process.stdout.write(f"installing {package.name}...\n")
        place(process.view, package, "arch")
        put_file(
            process.view,
            f"/var/lib/pacman/local/{package.name}-{package.version}/desc",
            encode(f"%NAME%\n{package.name}\n"),
        )
        put_file(process.view, f"/var/cache/pacman/pkg/{package.name}-{package.version}.pkg.tar.zst", b"")
    return 0


@program(
    "pacman-key", "pacman-conf", "makepkg", fidelity=Fidelity.MODELLED, reason="pacman's tools are played"
)
def pacman_tool(process: Process) -> int:
    """`pacman-key --init|--populate` and the like."""
    process.stdout.write(f"==> {program_name(process)}\n")
    return 0
