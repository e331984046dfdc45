"""Tables of distribution packages.

One line a package, fields separated by tabs:

    name  size  section  priority  versions  depends  recommends  files

`size` is the installed size in KiB; `versions` has one word for each column that the first line of the table
names (`-`: not in that release); `depends` and `recommends` are names; `files` are the commands and other
paths that matter:

    gzip                    a program /usr/bin/gzip
    /sbin/ip                a program, in a directory for programs
    /etc/nginx/nginx.conf   a text file
    /var/lib/redis/         a directory
    sh->dash                a link
    cc->/etc/alternatives/cc->/usr/bin/gcc  a link to a link

A word that ends in @ and digits counts in the columns of these numbers only (`gcc-12@1`).
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple

_PRIORITIES = {"r": "required", "i": "important", "s": "standard", "o": "optional", "x": "extra"}
_PROGRAM = re.compile(r"/s?bin/[^/]+\Z")
# Packages whose programs are GNU's, which one implementation plays; the flavour of all others is the
# package's name.
_GNU = frozenset({
    "coreutils", "coreutils-single", "coreutils-common", "findutils", "grep", "sed", "tar", "gzip",
    "diffutils", "gawk", "cpio", "hostname", "debianutils", "which", "patch", "bc", "ed", "gnu-tar",
})  # fmt: skip


class PackageFile(NamedTuple):
    """One path of a package: `kind` is program, file, directory or link; `target` that of a link.

    A directory of which nobody knows what is in it has the kind `opaque`, and `target` says whose content it
    would be.
    """

    path: str
    kind: str
    target: str = ""


class Package(NamedTuple):
    """A package of one release. `size` is the installed size in KiB."""

    name: str
    version: str
    size: int
    section: str
    priority: str
    depends: tuple[str, ...]
    recommends: tuple[str, ...]
    files: tuple[PackageFile, ...]

    @property
    def flavour(self) -> str:
        """What its program files say; see `minibuild.catalogue.executable`."""
        return "gnu" if self.name in _GNU else self.name


class PackageTable:
    """The packages of one release of a distribution."""

    def __init__(self, lines: dict[str, str], column: int) -> None:
        self._lines = lines
        self._column = column
        self._read: dict[str, Package | None] = {}

    def get(self, name: str) -> Package | None:
        """The package of this name, or None when the release has none that is known."""
        if name not in self._read:
            line = self._lines.get(name)
            self._read[name] = None if line is None else _package(line, self._column)
        return self._read[name]

    def names(self) -> list[str]:
        """The names of all packages of the table, of other releases too; sorted."""
        return sorted(self._lines)


@cache
def package_table(table: str, column: str) -> PackageTable:
    """The table of that name (`debian`, `alpine`, …) for the release that `column` names; the last column
    when there is none.
    """
    columns, lines = _lines(table)
    return PackageTable(lines, columns.index(column) if column in columns else len(columns) - 1)


@cache
def _lines(table: str) -> tuple[list[str], dict[str, str]]:
    source = resources.files(__package__).joinpath(f"{table}.tsv")
    first, *rest = source.read_text("utf-8").splitlines()
    return first.split()[1:], {line.partition("\t")[0]: line for line in rest}


def _package(line: str, column: int) -> Package | None:
    name, size, section, priority, versions, depends, recommends, files = line.split("\t")
    known = versions.split(" ")
    version = known[min(column, len(known) - 1)]
    if version == "-":
        return None
    return Package(
        name,
        version,
        int(size),
        section,
        _PRIORITIES.get(priority, priority),
        tuple(_words(depends, column)),
        tuple(_words(recommends, column)),
        tuple(file for word in _words(files, column) for file in _files(word)),
    )


def _words(text: str, column: int) -> list[str]:
    words = []
    for word in text.split():
        name, at, columns = word.rpartition("@")
        if not at or not columns.isdigit():
            words.append(word)
        elif str(column) in columns:
            words.append(name)
    return words


def _files(word: str) -> Iterator[PackageFile]:
    path, *targets = word.split("->")
    if not path.startswith("/"):
        path = "/usr/bin/" + path
    for target in targets:
        yield PackageFile(path, "link", target)
        path = target
    if targets:
        return
    if path.endswith("/"):
        yield PackageFile(path.rstrip("/"), "directory")
    else:
        yield PackageFile(path, "program" if _PROGRAM.search(path) else "file")
