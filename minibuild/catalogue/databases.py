"""The records that package managers keep of what is installed, as text: dpkg's status, apk's installed, a
list for rpm.
"""

from minibuild.catalogue.packages import Package

DPKG_STATUS = "/var/lib/dpkg/status"
DPKG_INFO = "/var/lib/dpkg/info"
APK_INSTALLED = "/lib/apk/db/installed"
APK_WORLD = "/etc/apk/world"
# The real one is a database of SQLite; ours has one line a package.
RPM_PACKAGES = "/var/lib/rpm/rpmdb.sqlite"


def dpkg_status(
    package: Package, architecture: str, maintainer: str, status: str = "install ok installed"
) -> str:
    """One paragraph of /var/lib/dpkg/status, with the empty line that ends it (deb822(5))."""
    lines = [
        f"Package: {package.name}",
        f"Status: {status}",
        f"Priority: {package.priority}",
        f"Section: {package.section}",
        f"Installed-Size: {package.size}",
        f"Maintainer: {maintainer}",
        f"Architecture: {architecture}",
        f"Version: {package.version}",
    ]
    if package.depends:
        lines.append("Depends: " + ", ".join(package.depends))
    lines.append(f"Description: {package.name}")
    return "\n".join(lines) + "\n\n"


def dpkg_list(package: Package) -> str:
    """The text of /var/lib/dpkg/info/NAME.list: every path, directories first."""
    paths = {"/."}
    for file in package.files:
        parts = file.path.split("/")[1:]
        paths.update("/" + "/".join(parts[: end + 1]) for end in range(len(parts)))
    document = f"/usr/share/doc/{package.name}"
    paths.update(("/usr", "/usr/share", "/usr/share/doc", document))
    return "\n".join(sorted(paths)) + "\n"


def apk_record(package: Package, architecture: str) -> str:
    """One paragraph of /lib/apk/db/installed, with the empty line that ends it (apk-package(5))."""
    lines = [
        f"P:{package.name}",
        f"V:{package.version}",
        f"A:{architecture}",
        f"S:{package.size * 512}",
        f"I:{package.size * 1024}",
        f"T:{package.name}",
        f"o:{package.name}",
    ]
    if package.depends:
        lines.append("D:" + " ".join(package.depends))
    directory = ""
    for file in sorted(package.files):
        above, _, name = file.path.rpartition("/")
        if file.kind == "directory":
            lines.append(f"F:{file.path[1:]}")
            directory = file.path
            continue
        if above != directory:
            lines.append(f"F:{above[1:]}")
            directory = above
        lines.append(f"R:{name}")
        if file.kind == "program":
            lines.append("a:0:0:755")
    return "\n".join(lines) + "\n\n"


def rpm_record(package: Package, architecture: str) -> str:
    """One line for a package: name, version-release, architecture, size in bytes, paths."""
    paths = " ".join(sorted(file.path for file in package.files))
    return f"{package.name}\t{package.version}\t{architecture}\t{package.size * 1024}\t{paths}\n"
