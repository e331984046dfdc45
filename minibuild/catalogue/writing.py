"""From a recipe to files."""

from minibuild.catalogue.accounts import group_file, passwd_file, shadow_file
from minibuild.catalogue.databases import (
    APK_INSTALLED,
    APK_WORLD,
    DPKG_INFO,
    DPKG_STATUS,
    RPM_PACKAGES,
    apk_record,
    dpkg_list,
    dpkg_status,
    rpm_record,
)
from minibuild.catalogue.executable import executable
from minibuild.catalogue.packages import Package, package_table
from minibuild.catalogue.recipe import Recipe
from minibuild.catalogue.releases import Release
from minibuild.catalogue.tree import TreeBuilder
from minibuild.filesystem import FileSystem

BUSYBOX = "/bin/busybox"
# The table of packages that a distribution's releases share with another one.
TABLES = {
    "ubuntu": "debian",
    "debian": "debian",
    "alpine": "alpine",
    "fedora": "rpm",
    "el": "rpm",
    "amazon": "rpm",
    "opensuse": "rpm",
    "arch": "rpm",
}
MAINTAINERS = {
    "debian": "Debian Developers <debian-devel@lists.debian.org>",
    "ubuntu": "Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>",
}
_APK_ARCHITECTURES = {"amd64": "x86_64", "arm": "armv7", "arm64": "aarch64", "386": "x86"}
_DEB_ARCHITECTURES = {"arm": "armhf", "386": "i386", "ppc64le": "ppc64el"}


def write_recipe(
    recipe: Recipe, release: Release | None, architecture: str, filesystem: FileSystem, mtime: int
) -> None:
    """Write all files of a composed recipe; `mtime`, in nanoseconds, is the time of every one."""
    tree = TreeBuilder(filesystem, mtime)
    for line in recipe.texts["directories"]:
        path, mode, *owner = line.split()
        uid, gid = owner[0].split(":") if owner else ("0", "0")
        tree.directory(path, int(mode, 8), int(uid), int(gid))
    # Links between directories (usr-merge) come before anything that is put below them.
    for path, target in recipe.tables["links"].items():
        if target:
            tree.link(path, target)
    packages = _packages(recipe, release)
    for package in packages:
        _write_package(package, tree)
    _write_programs(recipe, tree)
    _write_database(recipe, release, architecture, packages, tree)
    _write_accounts(recipe, tree)
    for path, text in recipe.tables["files"].items():
        tree.file(path, text.encode())
    for path, text in recipe.tables["scripts"].items():
        tree.file(path, text.encode(), 0o755)


def _packages(recipe: Recipe, release: Release | None) -> list[Package]:
    """The recipe's packages and all that they depend on, sorted."""
    if release is None or release.system not in TABLES:
        return []
    table = package_table(TABLES[release.system], release.column)
    found: dict[str, Package] = {}
    ahead = recipe.packages
    while ahead:
        name = ahead.pop()
        package = None if name in found else table.get(name)
        if package is not None:
            found[name] = package
            ahead.extend(package.depends)
    return [found[name] for name in sorted(found)]


def _write_package(package: Package, tree: TreeBuilder) -> None:
    for path, kind, target in package.files:
        if kind == "program":
            tree.program(path, path.rpartition("/")[2], package.flavour)
        elif kind == "link":
            if not tree.has(path):
                tree.link(path, target)
        elif kind == "directory":
            tree.directory(path)
        else:
            tree.file(path, b"")


def _write_programs(recipe: Recipe, tree: TreeBuilder) -> None:
    for line in recipe.texts["programs"]:
        flavour, directory, *names = line.split()
        for name in names:
            name, _, played = name.partition("=")
            tree.program(f"{directory.rstrip('/')}/{name}", played or name, flavour)
    if recipe.texts["applets"]:
        tree.file(BUSYBOX, executable("busybox", "busybox"), 0o755)
    for line in recipe.texts["applets"]:
        directory, *names = line.split()
        for name in names:
            path = f"{directory.rstrip('/')}/{name}"
            if not tree.has(path):
                tree.link(path, BUSYBOX)
    binaries = " ".join(recipe.texts["binaries"]).split()
    for number, name in enumerate(binaries):
        if number:
            tree.hard_link(f"/bin/{name}", f"/bin/{binaries[0]}")
        else:
            tree.program(f"/bin/{name}", "busybox", "busybox")


def _write_database(
    recipe: Recipe, release: Release | None, architecture: str, packages: list[Package], tree: TreeBuilder
) -> None:
    """What the image's package manager knows to be installed."""
    manager = recipe.values.get("manager", "")
    system = release.system if release else ""
    if manager == "apt":
        arch = _DEB_ARCHITECTURES.get(architecture, architecture)
        maintainer = MAINTAINERS.get(system, MAINTAINERS["debian"])
        status = "".join(dpkg_status(package, arch, maintainer) for package in packages)
        tree.file(DPKG_STATUS, status.encode())
        for package in packages:
            tree.file(f"{DPKG_INFO}/{package.name}.list", dpkg_list(package).encode())
        tree.file("/var/lib/dpkg/arch", f"{arch}\n".encode())
    elif manager == "apk":
        arch = _APK_ARCHITECTURES.get(architecture, architecture)
        tree.file(APK_INSTALLED, "".join(apk_record(package, arch) for package in packages).encode())
        tree.file("/etc/apk/arch", f"{arch}\n".encode())
        world = recipe.values.get("world", "").split()
        tree.file(APK_WORLD, "".join(f"{name}\n" for name in world).encode())
    elif manager == "rpm":
        tree.file(RPM_PACKAGES, "".join(rpm_record(package, "x86_64") for package in packages).encode())


def _write_accounts(recipe: Recipe, tree: TreeBuilder) -> None:
    users, groups = recipe.texts["users"], recipe.texts["groups"]
    if not users:
        return
    shadow_group = next((int(line.split(":")[2]) for line in groups if line.startswith("shadow:")), 0)
    tree.file("/etc/passwd", passwd_file(users))
    tree.file("/etc/group", group_file(groups))
    tree.file("/etc/shadow", shadow_file(users), 0o640, 0, shadow_group)
