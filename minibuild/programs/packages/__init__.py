"""Package managers and other programs that are played from the catalogue.

They take the real options, fail as the real ones do, and leave the traces that the real ones leave.
"""

# Module of this room → the names of the programs in it; a section of the registry's table.
PACKAGES: dict[str, str] = {
    "packages.apt_get": "apt-get apt aptitude",
    "packages.apk": "apk",
}
