"""Where apk gets packages from, and whether it knows what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import decode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.filesystem.view import View

_FILE = "/etc/apk/repositories"
_CACHE = "/var/cache/apk"


def repositories(view: View, further: Sequence[str] = ()) -> list[str]:
    """The repositories that the options and /etc/apk/repositories name, without their tags."""
    found = list(further)
    lines = decode(view.read_bytes(_FILE)).splitlines() if view.exists(_FILE) else []
    for line in lines:
        words = line.partition("#")[0].split()
        if words:
            found.append(words[1] if words[0].startswith("@") and len(words) > 1 else words[0])
    return [uri.rstrip("/") for uri in dict.fromkeys(found)]


def index_present(view: View) -> bool:
    """Was there an update whose index is still there?"""
    return view.is_dir(_CACHE) and any(name.startswith("APKINDEX") for name in view.listdir(_CACHE))
