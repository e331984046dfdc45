"""A directory of build contexts, such as `samples/`: which there are, and in which order to build them."""

import re
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

from minibuild.build.errors import BuildError
from minibuild.build.plan import make_plan
from minibuild.build.reading import read_dockerfile
from minibuild.build.request import BuildRequest
from minibuild.dockerfile.nodes import Copy
from minibuild.errors import MinibuildError
from minibuild.image.reference import ReferenceError, parse_reference  # noqa: A004  the field's own word
from minibuild.store import Store


class Member(NamedTuple):
    """One context of a collection.

    `name` is its directory's name, `tag` the image name that it gets ("" when its own Dockerfile builds on an
    image of that name), `needs` the names of the members whose images it uses.
    """

    name: str
    directory: Path
    tag: str
    needs: tuple[str, ...]


def member_directories(directory: Path, file: str = "Dockerfile") -> list[Path]:
    """The sub-directories that have a Dockerfile, sorted by name; hidden ones are left out."""
    try:
        found = sorted(entry for entry in directory.iterdir() if not entry.name.startswith("."))
        return [entry for entry in found if (entry / file).is_file()]
    except OSError as error:
        raise BuildError(f"can't read {directory}: {error.strerror}") from None


def read_collection(directories: Iterable[Path], request: BuildRequest, store: Store) -> list[Member]:
    """The members in an order in which they can be built. Raise `BuildError` when some need each other.

    `request` has the arguments with which the base names are expanded. A Dockerfile that can't be read needs
    nothing here: its own build will tell what is wrong.
    """
    found = {directory.name: directory for directory in directories}
    tags = {image_name(name): name for name in found}
    members = {}
    for name, directory in found.items():
        used = [tags[image] for image in _images(directory, request, store) if image in tags]
        tag = "" if name in used else image_name(name)
        members[name] = Member(
            name, directory, tag, tuple(sorted({other for other in used if other != name}))
        )
    order = TopologicalSorter({name: member.needs for name, member in members.items()})
    try:
        return [members[name] for name in order.static_order()]
    except CycleError as error:
        raise BuildError("these need each other's images: " + " -> ".join(error.args[1][::-1])) from None


def image_name(directory: str) -> str:
    """A directory's name as an image name: `My App` is `my-app:latest`; "" when nothing of it can be kept."""
    return _familiar(re.sub(r"[^a-z0-9]+", _separator, directory.lower()).strip("-._"))


def _separator(found: re.Match[str]) -> str:
    return found[0] if re.fullmatch(r"[._]|__|-+", found[0]) else "-"


def _familiar(name: str) -> str:
    try:
        return parse_reference(name).familiar
    except ReferenceError:
        return ""


def _images(directory: Path, request: BuildRequest, store: Store) -> set[str]:
    """The images, by their familiar names, that a context's Dockerfile builds on or copies from."""
    try:
        own = BuildRequest(context=directory, dialect=request.dialect)
        dockerfile, text = read_dockerfile(own, store)
        plan = make_plan(
            dockerfile,
            text=text,
            build_args=request.build_args,
            contexts=request.build_contexts,
            target="",
            platform=request.platform,
        )
    except MinibuildError:
        return set()
    bases = {stage.base.image for stage in plan.stages}
    sources = {i.from_ for stage in plan.stages for i in stage.instructions if isinstance(i, Copy)}
    stages = {stage.name for stage in plan.stages}
    return {_familiar(name) for name in bases | (sources - stages) if name} - {""}
