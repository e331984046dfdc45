"""yum, dnf, microdnf and zypper, played from the catalogue of packages."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode, encode
from minibuild.programs.options import program_name
from minibuild.programs.packages.apt_wishes import assumed_package, local_package
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.distribution import Distribution, distribution
from minibuild.programs.packages.placing import displace, make_accounts, place, put_file
from minibuild.programs.packages.resolving import resolve
from minibuild.programs.packages.rpm_database import RpmDatabase, dist
from minibuild.programs.packages.triggers import update_trust
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.catalogue.packages import Package
    from minibuild.kernel.process import Process

_TOOLS = (
    "gcc gcc-c++ make autoconf automake binutils bison flex gettext libtool m4 patch pkgconf-pkg-config git"
)
_GROUPS = {
    "development tools": _TOOLS,
    "development": _TOOLS,
    "c-development": _TOOLS,
    "c development": _TOOLS,
}
_VALUES = frozenset({
    "-c", "--config", "-d", "--debuglevel", "-e", "-x", "--exclude", "--enablerepo", "--disablerepo",
    "--repo", "--repoid", "--setopt", "--installroot", "--releasever", "--advisory", "--nogpgcheck=",
    "-R", "--rpmverbosity", "--downloaddir", "--add-repo", "--root", "-r", "--from", "--forcearch",
    "--destdir",
})  # fmt: skip
_QUIET = """
module mark versionlock history check swap copr addrepo ar modifyrepo mr removerepo rr lr repos updateinfo
needs-restarting help alias
"""
_CACHES = ("/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5", "/var/cache/zypp")


@program(
    "yum", "dnf", "dnf-3", "dnf5", "microdnf", "zypper", "tdnf",
    fidelity=Fidelity.MODELLED, reason="yum is played from the catalogue of packages",
)  # fmt: skip
def yum(process: Process) -> int:
    """`yum [options] COMMAND [PACKAGE]...`"""
    flags, words = _split(process.argv[1:])
    if not words:
        if "--version" in flags:
            process.stdout.write("4.14.0\n")
            return 0
        process.stderr.write("You need to give some command\n")
        return 1
    command, rest = words[0], words[1:]
    act = _COMMANDS.get(command)
    if act is None:
        process.stderr.write(
            f"No such command: {command}. Please use /usr/bin/{program_name(process)} --help\n"
        )
        return 1
    if process.view.credentials.uid and act in (_install, _remove, _upgrade):
        process.stderr.write(
            "Error: This command has to be run with superuser privileges (under the root user on most"
            " systems).\n"
        )
        return 1
    return act(process, flags, rest)


@program(
    "yum-config-manager", "dnf-config-manager", "subscription-manager", "yumdownloader", "package-cleanup",
    fidelity=Fidelity.MODELLED, reason="yum-config-manager is played",
)  # fmt: skip
def config_manager(process: Process) -> int:
    """`yum-config-manager [--add-repo URL] [--enable|--disable NAME]…`"""
    return _config_manager(
        process, set(process.argv[1:]), [w for w in process.argv[1:] if not w.startswith("-")]
    )


def _split(words: list[str]) -> tuple[set[str], list[str]]:
    flags: set[str] = set()
    operands: list[str] = []
    ahead = list(words)
    while ahead:
        word = ahead.pop(0)
        if word.startswith("-") and word != "-":
            flags.add(word)
            if word in _VALUES and ahead and not (operands and operands[0] == "config-manager"):
                ahead.pop(0)
        else:
            operands.append(word)
    return flags, operands


def _install(process: Process, flags: set[str], words: list[str]) -> int:
    where = distribution(process, "rhel")
    database = RpmDatabase(process.view)
    out = process.stdout
    if not process.system.machine.network:
        process.stderr.write(
            "Error: Failed to download metadata for repo 'baseos': Cannot prepare internal mirrorlist:"
            " Curl error (6):"
            " Couldn't resolve host name\n"
        )
        return 1
    _cache(process)
    wanted, missing = _wishes(process, where, database, words)
    for word in missing:
        process.flush()
        process.stderr.write(f"No match for argument: {word}\n")
    if (
        missing
        and "--skip-broken" not in flags
        and "--setopt=skip_missing_names_on_install=False" not in flags
    ):
        process.stderr.write(f"Error: Unable to find a match: {' '.join(missing)}\n")
        if process.system.fidelity.limit is not Fidelity.ASSUMED:
            process.stderr.write(
                f"(the catalogue has no package {missing[0]}; `--fidelity assume` takes one for granted)\n"
            )
        return 1
    installed = database.names()
    for package in wanted:
        if package.name in installed:
            out.write(f"Package {database.full_name(package.name)} is already installed.\n")
    order = resolve(where.table, [one for one in wanted if one.name not in installed], installed)
    if not order:
        out.write("Dependencies resolved.\nNothing to do.\nComplete!\n")
        return 0
    out.write(
        "Dependencies resolved.\n"
        + "=" * 80
        + "\n Package      Architecture  Version       Repository      Size\n"
    )
    for package in order:
        out.write(f" {package.name}  x86_64  {package.version}{dist(where)}  baseos  {package.size // 3} k\n")
    out.write(f"\nTransaction Summary\n{'=' * 80}\nInstall  {len(order)} Packages\n\n")
    if not _agreed(process, flags):
        return 1
    put_packages(process, where, database, order)
    out.write(
        "\nInstalled:\n" + "".join(f"  {database.full_name(one.name)}\n" for one in order) + "\nComplete!\n"
    )
    return 0


def put_packages(process: Process, where: Distribution, database: RpmDatabase, order: list[Package]) -> None:
    """Install packages, in this order."""
    for number, package in enumerate(order, 1):
        process.stdout.write(
            f"  Installing       : {package.name}-{package.version}{dist(where)}.x86_64 "
            f" {number}/{len(order)}\n"
        )
        place(process.view, package, where.system)
        make_accounts(process, package, "rpm")
        database.add(package, where)
        process.tick(50)
    database.save()
    if any(package.name == "ca-certificates" for package in order):
        update_trust(process)


def _wishes(
    process: Process, where: Distribution, database: RpmDatabase, words: list[str]
) -> tuple[list[Package], list[str]]:
    wanted: list[Package] = []
    missing: list[str] = []
    for word in words:
        if word.endswith(".rpm"):
            if "://" not in word:
                wanted.append(local_package(process, word))
                continue
            process.system.fidelity.note(Fidelity.ASSUMED, f"what the package file {word} holds is not known")
            base = word.rpartition("/")[2].removesuffix(".rpm")
            wanted.append(assumed_package(re.split(r"-(?=\d)", base)[0], "1.0-1"))
        elif word.startswith("@"):
            names = _GROUPS.get(word[1:].lower().replace("-", " "), _GROUPS.get(word[1:].lower(), "")).split()
            wanted += [package for name in names if (package := where.table.get(name))]
        else:
            _named(process, where, word, wanted, missing, database)
    return wanted, missing


def _named(
    process: Process,
    where: Distribution,
    word: str,
    wanted: list[Package],
    missing: list[str],
    database: RpmDatabase,
) -> None:
    package = where.table.get(word) or where.table.get(word.removesuffix(".x86_64"))
    if package is None and word.startswith("/"):
        owners = (one for name in where.table.names() if (one := where.table.get(name)))
        package = next((one for one in owners if any(file.path == word for file in one.files)), None)
    match = re.match(r"(?P<name>.+?)-(?P<version>\d[\w.:+~*]*(?:-[\w.+~*]+)?)\Z", word)
    if package is None and match:
        base = where.table.get(match["name"])
        if base is not None and not fnmatchcase(base.version, match["version"] + "*"):
            process.system.fidelity.note(
                Fidelity.ASSUMED, f"whether {where.release.name} has {word} is not known"
            )
            base = base._replace(version=match["version"].replace("*", "0"))
        package = base
    if package is None and any(c in word for c in "*?"):
        names = [name for name in where.table.names() if fnmatchcase(name, word)]
        wanted += [one for name in names if (one := where.table.get(name))]
        if names:
            return
    if package is None and word in database.names():
        return
    if package is None and (process.system.fidelity.limit is Fidelity.ASSUMED or _foreign(process)):
        process.system.fidelity.note(
            Fidelity.ASSUMED, f"the package {word} is not in the catalogue for {where.release.name}"
        )
        package = assumed_package(word, "1.0-1")
    if package is None:
        missing.append(word)
    else:
        wanted.append(package)


def _foreign(process: Process) -> bool:
    """Are there repositories that are not the distribution's own?"""
    directory = "/etc/yum.repos.d"
    names = process.view.listdir(directory) if process.view.is_dir(directory) else []
    own = ("fedora", "centos", "rocky", "almalinux", "rhel", "ol", "ubi", "redhat", "amazonlinux", "epel")
    return any(not name.lower().startswith(own) for name in names)


def _agreed(process: Process, flags: set[str]) -> bool:
    combined = "".join(flag[1:] for flag in flags if flag.startswith("-") and not flag.startswith("--"))
    if (
        "y" in combined
        or flags & {"--assumeyes", "--non-interactive", "-n"}
        or program_name(process) == "microdnf"
    ):
        return True
    process.stdout.write("Is this ok [y/N]: ")
    process.flush()
    if process.stdin.readline().strip().lower() in (b"y", b"yes"):
        return True
    process.stdout.write("Operation aborted.\n")
    return False


def _cache(process: Process) -> None:
    directory = {
        "yum": "/var/cache/dnf",
        "zypper": "/var/cache/zypp",
        "microdnf": "/var/cache/yum/metadata",
    }.get(program_name(process), "/var/cache/dnf")
    put_file(process.view, f"{directory}/baseos.solv", encode("metadata\n"))
    put_file(process.view, f"{directory}/appstream.solv", encode("metadata\n"))


def _remove(process: Process, flags: set[str], words: list[str]) -> int:
    database, where = RpmDatabase(process.view), distribution(process, "rhel")
    going = [name for name in database.names() if any(fnmatchcase(name, word) for word in words)]
    for word in words:
        if not any(fnmatchcase(name, word) for name in going):
            process.stdout.write(f"No match for argument: {word}\n")
    if not going:
        process.stdout.write(
            "No packages marked for removal.\nDependencies resolved.\nNothing to do.\nComplete!\n"
        )
        return 0
    if not _agreed(process, flags):
        return 1
    process.stdout.write(
        "\nRemoved:\n" + "".join(f"  {database.full_name(name)}\n" for name in going) + "\nComplete!\n"
    )
    erase(process, where, database, going)
    return 0


def erase(process: Process, where: Distribution, database: RpmDatabase, names: list[str]) -> None:
    """Take packages away."""
    for name in names:
        package = where.table.get(name)
        if package is not None:
            displace(process.view, package.files, configuration=True)
        database.remove(name)
    database.save()


def _upgrade(process: Process, flags: set[str], words: list[str]) -> int:
    database = RpmDatabase(process.view)
    missing = [word for word in words if word not in database.names()]
    if missing and program_name(process) != "zypper":
        return _install(process, flags, missing)
    _cache(process)
    process.stdout.write("Dependencies resolved.\nNothing to do.\nComplete!\n")
    return 0


def _clean(process: Process, _flags: set[str], _words: list[str]) -> int:
    count = 0
    for directory in _CACHES:
        for name in process.view.listdir(directory) if process.view.is_dir(directory) else []:
            path = f"{directory}/{name}"
            count += 1
            if process.view.is_dir(path) and not process.view.is_link(path):
                process.view.remove_tree(path)
            else:
                process.view.unlink(path)
    process.stdout.write(f"{count} files removed\n")
    return 0


def _make_cache(process: Process, _flags: set[str], _words: list[str]) -> int:
    _cache(process)
    process.stdout.write("Metadata cache created.\n")
    return 0


def _group(process: Process, flags: set[str], words: list[str]) -> int:
    names = words[1:] if words[:1] in (["install"], ["groupinstall"]) else words
    return _install(process, flags, [f"@{name}" for name in names])


def _config_manager(process: Process, flags: set[str], words: list[str]) -> int:
    for word in words:
        if word == "config-manager" or "://" not in word:
            continue
        name = re.sub(r"[^\w.-]", "_", word.partition("://")[2]).removesuffix(".repo")
        put_file(
            process.view,
            f"/etc/yum.repos.d/{name}.repo",
            encode(f"[{name}]\nname={name}\nbaseurl={word}\nenabled=1\n"),
        )
        process.stdout.write(f"Adding repo from: {word}\n")
    del flags
    return 0


def _list(process: Process, _flags: set[str], words: list[str]) -> int:
    database = RpmDatabase(process.view)
    patterns = [word for word in words if word not in ("installed", "available", "all")]
    names = [
        name for name in database.names() if not patterns or any(fnmatchcase(name, one) for one in patterns)
    ]
    if patterns and not names:
        process.stderr.write("Error: No matching Packages to list\n")
        return 1
    process.stdout.write("Installed Packages\n")
    process.stdout.write("".join(f"{name}.x86_64  {database.version(name)}  @System\n" for name in names))
    return 0


def _nothing(_process: Process, _flags: set[str], _words: list[str]) -> int:
    return 0


def _repolist(process: Process, _flags: set[str], _words: list[str]) -> int:
    directory = "/etc/yum.repos.d"
    process.stdout.write("repo id                 repo name\n")
    for name in process.view.listdir(directory) if process.view.is_dir(directory) else []:
        for title in re.findall(
            r"^\[(.+)\]$", decode(process.view.read_bytes(f"{directory}/{name}")), re.MULTILINE
        ):
            process.stdout.write(f"{title:<23} {title}\n")
    return 0


def _assumed(process: Process, _flags: set[str], words: list[str]) -> int:
    return assume(process, f"what {program_name(process)} gives for {' '.join(words)} is not known")


_COMMANDS = {
    **dict.fromkeys(("install", "in", "localinstall", "reinstall"), _install),
    **dict.fromkeys(("remove", "erase", "rm", "autoremove"), _remove),
    **dict.fromkeys(("update", "upgrade", "up", "dup", "dist-upgrade", "distro-sync"), _upgrade),
    **dict.fromkeys(("update-minimal", "upgrade-minimal"), _upgrade),
    "clean": _clean,
    **dict.fromkeys(("makecache", "refresh", "ref", "check-update"), _make_cache),
    **dict.fromkeys(("group", "groupinstall"), _group),
    "config-manager": _config_manager,
    **dict.fromkeys(("list", "info", "search", "se", "provides", "whatprovides"), _list),
    "repolist": _repolist,
    **dict.fromkeys(_QUIET.split(), _nothing),
    **dict.fromkeys(("download", "builddep", "build-dep", "repoquery", "source-install"), _assumed),
}
