"""Pathname expansion (POSIX XCU 2.13.3), with the rights of the process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.octets import narrow
from minibuild.shell.pattern import compile_pattern, unquote

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.filesystem.view import View

    Match = Callable[[str], bool]

_LONGEST_PATH = 1 << 16


class Globbing:
    """How patterns are expanded: `dots` lets them match hidden names, `recursive` gives `**` its meaning."""

    __slots__ = ("caret", "dots", "ignore_case", "recursive")

    def __init__(
        self, *, caret: bool = True, dots: bool = False, recursive: bool = False, ignore_case: bool = False
    ) -> None:
        self.caret, self.dots, self.recursive, self.ignore_case = caret, dots, recursive, ignore_case

    def is_active(self, field: str) -> bool:
        """Whether there is anything to match in a field."""
        return any(component and self.compile(component) is not None for component in field.split("/"))

    def expand(self, view: View, pattern: str) -> list[str]:
        """The existing paths that match, sorted; empty when nothing matches, or is active in `pattern`."""
        if len(pattern) > _LONGEST_PATH:
            return []  # a path has 4,095 characters at most
        components = pattern.split("/")
        matchers = [self._matcher(component) for component in components]
        if not any(matchers):
            return []
        found = [""]
        for index, component in enumerate(components):
            match = matchers[index]
            last = index == len(components) - 1
            separator = "" if last else "/"
            if match is None:
                found = [path + unquote(component) + separator for path in found]
                if last and component:
                    found = [path for path in found if view.lexists(path)]
                elif last or component:
                    found = [path for path in found if path == "/" or view.is_dir(path)]
            elif self.recursive and component == "**":
                found = [below for path in found for below in self._tree(view, path, last)]
            else:
                found = [
                    path + name + separator
                    for path in found
                    for name in self._names(view, path)
                    if match(name) and (last or view.is_dir(path + name))
                ]
            if not found:
                break
        return sorted(found)

    def _matcher(self, component: str) -> Match | None:
        """A function that tells whether a name matches; None for a component that is only text."""
        compiled = self.compile(component)
        return None if compiled is None else lambda name: compiled(narrow(name))

    def compile(self, component: str) -> Match | None:
        """The match of one component, over narrow text."""
        pattern = compile_pattern(narrow(component), caret=self.caret, ignore_case=self.ignore_case)
        if pattern.literal is not None:
            return None
        if unquote(component).startswith((".", "\\.")):
            return pattern.matches
        dots = self.dots
        return lambda name: (dots or not name.startswith(".")) and pattern.matches(name)

    def _names(self, view: View, path: str) -> list[str]:
        try:
            names = view.listdir(path or ".")
        except OSError:
            return []
        return [".", "..", *names] if not self.dots else names

    def _tree(self, view: View, path: str, last: bool) -> list[str]:
        """`path` and what is below it, for `**`: directories only unless it is the last component."""
        found = [path]
        ahead = [path]
        while ahead:
            here = ahead.pop()
            try:
                entries = view.scandir(here or ".")
            except OSError:
                continue
            for name, status in entries:
                if name.startswith(".") and not self.dots:
                    continue
                if status.kind == "dir":
                    ahead.append(f"{here}{name}/")
                    found.append(f"{here}{name}/" if not last else here + name)
                elif last:
                    found.append(here + name)
        return [one for one in found if one or not last]
