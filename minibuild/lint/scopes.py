"""The variables in force before each instruction, as far as a Dockerfile tells them.

Values are those of a build without `--build-arg`. What a base image sets is known for images of the
catalogue, wherever they are mirrored; of other images nothing is known but that they have a PATH.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from minibuild.dockerfile.expand import ExpandError, expand_traced, expand_word
from minibuild.dockerfile.nodes import Arg, Env, Label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from minibuild.dockerfile.nodes import Dockerfile, Instruction, Stage

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# What a build is assumed to be for; nothing that is found depends on which platform it is.
PLATFORM = {
    prefix + part: value
    for prefix in ("BUILD", "TARGET")
    for part, value in (("PLATFORM", "linux/amd64"), ("OS", "linux"), ("ARCH", "amd64"), ("VARIANT", ""))
} | {"TARGETSTAGE": "default"}


@dataclass(slots=True)
class Scope:
    """`values` of ENV and ARG, and the names `declared` by an ARG that has none. `complete` tells that all
    variables of the base image are known.
    """

    values: dict[str, str] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)
    complete: bool = True

    def child(self) -> Scope:
        """The scope of a stage that is built from this one."""
        return Scope(dict(self.values), set(self.declared), self.complete)

    def expanded(self, word: str, escape: str) -> str:
        """The word with its variables; as it stands when it can't be expanded."""
        if not any(char in word for char in "$\"'" + escape):
            return word
        try:
            return expand_word(word, self.values, escape)
        except ExpandError:
            return word

    def undefined(self, word: str, escape: str, *, quotes: bool = True) -> set[str]:
        """The names of the variables in the word that nothing defines."""
        if "$" not in word:
            return set()
        try:
            found = expand_traced(word, self.values, escape, quotes=quotes).undefined
        except ExpandError:
            return set()
        return set(found) - self.declared

    def apply(self, instruction: Instruction, global_values: Mapping[str, str], escape: str) -> None:
        """What the instruction changes."""
        if isinstance(instruction, Arg):
            for name, default in instruction.items:
                value = global_values.get(name) if default is None else self.expanded(default, escape)
                if value is None:
                    self.declared.add(name)
                else:
                    self.values[name] = value
        elif isinstance(instruction, Env) and not isinstance(instruction, Label):
            pairs = [
                (self.expanded(name, escape), self.expanded(value, escape))
                for name, value in instruction.pairs
            ]
            self.values.update(pairs)


@dataclass(frozen=True, slots=True)
class Globals:
    """The ARGs before the first FROM: `values` with the automatic ones, and all `names`."""

    values: Mapping[str, str]
    names: frozenset[str]


def global_arguments(dockerfile: Dockerfile) -> Globals:
    """What FROM can use."""
    scope = Scope(dict(PLATFORM))
    for arg in dockerfile.meta_args:
        scope.apply(arg, {}, dockerfile.escape)
    return Globals(scope.values, frozenset(scope.values) | scope.declared)


def walk(dockerfile: Dockerfile) -> Iterator[tuple[Stage, Instruction, Scope]]:
    """(stage, instruction, the scope before it) for every instruction behind a FROM.

    The scope changes as the walk goes on.
    """
    arguments = global_arguments(dockerfile)
    ends: dict[str, Scope] = {}
    for stage in dockerfile.stages:
        image = Scope(dict(arguments.values)).expanded(stage.from_.image, dockerfile.escape)
        earlier = ends.get(image.lower())
        scope = earlier.child() if earlier else _base_scope(image)
        for instruction in stage.instructions:
            yield stage, instruction, scope
            scope.apply(instruction, arguments.values, dockerfile.escape)
        if stage.name:
            ends[stage.name] = scope


def _base_scope(image: str) -> Scope:
    variables = None if image == "scratch" else _image_variables(image)
    known = image == "scratch" or variables is not None
    return Scope({"PATH": _PATH, **(variables or {})}, complete=known)


@lru_cache(maxsize=256)
def _image_variables(image: str) -> dict[str, str] | None:
    """The variables that the catalogue's image of that name sets; None for a name that it does not have."""
    from minibuild.catalogue import find_image  # only files that use variables need it
    from minibuild.image.reference import ReferenceError, parse_reference  # noqa: A004  the field's own word

    try:
        reference = parse_reference(image)
    except ReferenceError:
        return None
    official = reference._replace(registry="docker.io", repository="library/" + reference.repository)
    found = find_image(reference) or (find_image(official) if "/" not in reference.repository else None)
    if found is None:
        return None
    entries = (entry.partition("=") for entry in found.config.env or ())
    return {name: value for name, _, value in entries}
