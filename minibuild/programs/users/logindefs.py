"""What shadow-utils read before they create an account: /etc/login.defs and /etc/default/useradd."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import decode

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

NUMBERS = {
    "UID_MIN": 1000,
    "UID_MAX": 60000,
    "SYS_UID_MIN": 101,
    "SYS_UID_MAX": 999,
    "GID_MIN": 1000,
    "GID_MAX": 60000,
    "SYS_GID_MIN": 101,
    "SYS_GID_MAX": 999,
    "SUB_UID_MIN": 100000,
    "SUB_UID_COUNT": 65536,
    "SUB_GID_MIN": 100000,
    "SUB_GID_COUNT": 65536,
    "PASS_MAX_DAYS": 99999,
    "PASS_MIN_DAYS": 0,
    "PASS_WARN_AGE": 7,
}


class Settings:
    """The values of both files over shadow's own defaults."""

    def __init__(self, process: Process, overrides: list[str]) -> None:
        self.defaults = {"HOME": "/home", "SHELL": "", "SKEL": "/etc/skel", "GROUP": "100"}
        self.defaults.update(_pairs(process, "/etc/default/useradd", "="))
        self.values = _pairs(process, "/etc/login.defs", None)
        for pair in overrides:
            name, equals, value = pair.partition("=")
            if equals:
                self.values[name] = value

    def number(self, name: str) -> int:
        """A number of login.defs, decimal or octal as C writes it."""
        text = self.values.get(name, "")
        try:
            return int(text, 8 if text.startswith("0") and len(text) > 1 else 10)
        except ValueError:
            return NUMBERS[name]

    def flag(self, name: str, default: bool) -> bool:
        """A yes or no of login.defs."""
        return self.values.get(name, "yes" if default else "no").lower() == "yes"

    def home_mode(self) -> int:
        """The mode of a new home directory: HOME_MODE, or what UMASK leaves."""
        mode, umask = self.values.get("HOME_MODE"), self.values.get("UMASK", "022")
        try:
            return int(mode, 8) if mode else 0o777 & ~int(umask, 8)
        except ValueError:
            return 0o755


def _pairs(process: Process, path: str, separator: str | None) -> dict[str, str]:
    """NAME VALUE or NAME=VALUE lines of a file; {} when there is none."""
    try:
        text = decode(process.view.read_bytes(path))
    except OSError:
        return {}
    found: dict[str, str] = {}
    for line in text.split("\n"):
        words = line.split("#")[0].strip().split(separator, 1)
        if len(words) == 2:
            found[words[0].strip()] = words[1].strip().strip('"')
    return found
