"""apk's database: /lib/apk/db/installed and the names that were asked for, /etc/apk/world."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.catalogue.databases import APK_INSTALLED, APK_WORLD, apk_record
from minibuild.programs.inputs import decode, encode
from minibuild.programs.packages.placing import put_file

if TYPE_CHECKING:
    from minibuild.catalogue.packages import Package
    from minibuild.filesystem.view import View

_NAME = re.compile(r"[^=<>~@]+")


class ApkDatabase:
    """The installed packages of a container: name → its paragraph; `world` are the wishes that are kept."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._records: dict[str, str] = {}
        for record in _text(view, APK_INSTALLED).split("\n\n"):
            match = re.search(r"^P:(.*)$", record, re.MULTILINE)
            if match:
                self._records[match[1]] = record.strip("\n")
        self.world = _text(view, APK_WORLD).split()

    def names(self) -> list[str]:
        """The installed packages, sorted."""
        return sorted(self._records)

    def field(self, name: str, key: str) -> str:
        """One field of an installed package (V, D, I, …), or ""."""
        match = re.search(rf"^{key}:(.*)$", self._records.get(name, ""), re.MULTILINE)
        return match[1] if match else ""

    def files(self, name: str) -> list[str]:
        """The paths that an installed package owns, without the leading slash."""
        paths, directory = [], ""
        for line in self._records.get(name, "").split("\n"):
            if line.startswith("F:"):
                directory = line[2:]
            elif line.startswith("R:"):
                paths.append(f"{directory}/{line[2:]}")
        return paths

    def size(self) -> int:
        """The installed size of all packages, in MiB."""
        return sum(int(self.field(name, "I") or 0) for name in self._records) // (1 << 20)

    def add(self, package: Package) -> None:
        """Record a package as installed."""
        self._records[package.name] = apk_record(package, "x86_64").strip("\n")

    def remove(self, name: str) -> None:
        """Forget a package."""
        self._records.pop(name, None)

    def wish(self, word: str) -> None:
        """Add a name, perhaps with a version, to the world; a former wish for the same name goes."""
        name = wish_name(word)
        self.world = [one for one in self.world if wish_name(one) != name] + [word]

    def unwish(self, name: str) -> None:
        """Take a name out of the world."""
        self.world = [one for one in self.world if wish_name(one) != name]

    def unneeded(self) -> list[str]:
        """The installed packages that nothing in the world needs; sorted."""
        needed: set[str] = set()
        ahead = [wish_name(word) for word in self.world]
        while ahead:
            name = ahead.pop()
            if name in needed or name not in self._records:
                continue
            needed.add(name)
            ahead.extend(wish_name(word) for word in self.field(name, "D").split())
        return sorted(set(self._records) - needed)

    def save(self) -> None:
        """Write both files."""
        text = "".join(f"{self._records[name]}\n\n" for name in sorted(self._records))
        put_file(self._view, APK_INSTALLED, encode(text))
        put_file(self._view, APK_WORLD, encode("".join(f"{word}\n" for word in sorted(self.world))))


def wish_name(word: str) -> str:
    """The name in a wish such as `curl=8.5.0-r0`, `nodejs>14` or `tini@edge`."""
    match = _NAME.match(word)
    return match[0] if match else word


def _text(view: View, path: str) -> str:
    return decode(view.read_bytes(path)) if view.exists(path) else ""
