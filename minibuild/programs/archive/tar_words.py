"""Names that archives may not have as they are, and what tar says when it changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.gnu_names import escaped
from minibuild.programs.inputs import die

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.archive.tar_transform import Substitution
    from minibuild.programs.options import Opts


def safe_suffix(name: str) -> tuple[str, str]:
    """(what has to go from the front of a name, the rest): slashes, and everything up to the last `..`."""
    at = 0
    parts = name.split("/")
    position = 0
    for part in parts:
        if part == "..":
            at = min(len(name), position + 3)
        position += len(part) + 1
    while name[at : at + 1] == "/":
        at += 1
    return name[:at], name[at:]


def busybox_suffix(name: str) -> tuple[str, str]:
    """The same as busybox has it: a `..` at the end stays."""
    at = 0
    while True:
        if name.startswith("/", at):
            at += 1
        elif name.startswith("../", at):
            at += 3
        else:
            end = name.find("/../", at)
            if end < 0:
                return name[:at], name[at:]
            at = end + 4


class Prefixes:
    """Takes off what names may not begin with, and says so: busybox once, GNU once for each beginning."""

    def __init__(self, process: Process, *, busybox: bool, absolute: bool = False) -> None:
        self.process, self.busybox, self.absolute = process, busybox, absolute
        self._told: set[tuple[str, bool]] = set()

    def member(self, name: str, *, extracting: bool = False) -> str | None:
        """The name as it may be; None for one with `..` that GNU's tar does not unpack."""
        if self.absolute:
            return name
        prefix, rest = busybox_suffix(name) if self.busybox else safe_suffix(name)
        if prefix:
            self._tell(prefix, links=False)
        if extracting and not self.busybox and ".." in name.split("/"):
            self.process.error(f"{escaped(self.process, name)}: Member name contains '..'")
            return None
        return rest if rest or self.busybox else "."

    def target(self, name: str) -> str:
        """The target of a hard link as it may be."""
        if self.absolute or self.busybox:
            return name
        prefix, rest = safe_suffix(name)
        if prefix:
            self._tell(prefix, links=True)
        return rest or "."

    def _tell(self, prefix: str, *, links: bool) -> None:
        if self.busybox:
            if not self._told:
                self.process.error(f"removing leading '{prefix}' from member names")
        elif (prefix, links) not in self._told:
            what = "hard link targets" if links else "member names"
            self.process.error(f"Removing leading `{prefix}' from {what}")
        self._told.add((prefix, links))


def transforms(process: Process, opts: Opts) -> list[Substitution]:
    """The substitutions of --transform. The few who ask for them pay for regular expressions."""
    texts = opts.all("transform")
    if not texts:
        return []
    from minibuild.programs.archive.tar_transform import TransformError, parse_transform

    try:
        return [one for text in texts for one in parse_transform(text)]
    except TransformError as error:
        process.error(str(error))
        die(process, "Error is not recoverable: exiting now", 2)


def transformed(substitutions: list[Substitution], name: str, kind: str) -> str:
    """The name after all substitutions; `kind` is r for a member's name, s and h for a link's target."""
    for substitution in substitutions:
        if kind in substitution.scope:
            name = substitution.apply(name)
    return name
