"""Package managers and other programs that are played from the catalogue.

They take the real options, fail as the real ones do, and leave the traces that the real ones leave.
"""

_PYTHONS = ("", "2", "3", "2.7", *(f"3.{minor}" for minor in range(4, 16)))

# Module of this room → the names of the programs in it; a section of the registry's table.
PACKAGES: dict[str, str] = {
    "packages.apt_get": "apt-get apt aptitude",
    "packages.apk": "apk",
    "packages.go": "go gofmt",
    "packages.node": "node nodejs corepack",
    "packages.npm": "npm npx",
    "packages.yarn": "yarn yarnpkg pnpm pnpx",
    "packages.pip": " ".join(f"pip{version}" for version in _PYTHONS),
    "packages.python": " ".join(f"python{version}" for version in _PYTHONS),
}
