"""The command lines of npm, yarn and pnpm: any long option is taken, so only those with a value are
declared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NPM_SHORT = {
    "g": "global", "D": "save-dev", "E": "save-exact", "P": "production", "S": "save", "O": "save-optional",
    "B": "save-bundle", "f": "force", "C": "prefix", "w": "workspace", "v": "version", "y": "yes",
    "h": "help", "s": "silent", "q": "quiet", "d": "verbose", "l": "long", "c": "call", "p": "package",
}  # fmt: skip
NPM_VALUES = frozenset({
    "omit", "include", "prefix", "registry", "loglevel", "cache", "userconfig", "tag", "workspace",
    "install-strategy", "save-prefix", "fetch-retries", "fetch-timeout", "fetch-retry-mintimeout",
    "fetch-retry-maxtimeout", "maxsockets", "cafile", "https-proxy", "proxy", "jobs", "otp", "access",
    "before", "depth", "package", "call", "script-shell", "location", "globalconfig", "arch", "os",
    "cpu", "libc", "only", "also",
})  # fmt: skip
YARN_SHORT = {"v": "version", "D": "dev", "P": "prod", "g": "global", "C": "dir", "E": "exact", "W": "root"}
YARN_VALUES = frozenset({
    "cwd", "registry", "network-timeout", "cache-folder", "modules-folder", "mutex", "prefix", "dir",
    "network-concurrency", "filter", "store-dir", "reporter", "loglevel",
})  # fmt: skip


class Given:
    """What a command line says: options by their long names, and operands."""

    def __init__(self, values: dict[str, list[str]], operands: list[str]) -> None:
        self._values, self.operands = values, operands

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def any(self, *names: str) -> bool:
        """Was one of these given?"""
        return any(name in self._values for name in names)

    def get(self, name: str) -> str:
        """The last value of an option, or ""."""
        return self._values.get(name, [""])[-1]

    def all(self, name: str) -> list[str]:
        """Every value of an option."""
        return self._values.get(name, [])


def split(
    words: Iterable[str], short: Mapping[str, str], with_value: frozenset[str], *, passing: frozenset[str]
) -> Given:
    """Read a command line. After one of the commands `passing` and its name, all words belong to what is
    run.
    """
    values: dict[str, list[str]] = {}
    operands: list[str] = []
    ahead = list(words)
    while ahead:
        word = ahead.pop(0)
        if word == "--":
            operands += ahead
            break
        if not word.startswith("-") or len(word) < 2 or (len(operands) > 1 and operands[0] in passing):
            operands.append(word)
            continue
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            if not equals and name in with_value and ahead:
                value = ahead.pop(0)
            values.setdefault(name, []).append(value)
            continue
        for letter in word[1:]:
            name = short.get(letter, letter)
            values.setdefault(name, []).append(ahead.pop(0) if name in with_value and ahead else "")
    return Given(values, operands)
