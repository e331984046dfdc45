"""Where COPY, ADD and mounts take files from: the context, stages, images, named contexts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from minibuild.build.bases import find_base
from minibuild.build.context import Context, read_ignore_file
from minibuild.build.errors import BuildError
from minibuild.build.images import not_there
from minibuild.filesystem import Directory
from minibuild.filesystem.opaque import opaque_directory
from minibuild.image.config import ContainerConfig

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.build.images import StageImage
    from minibuild.build.plan import Origin, Plan
    from minibuild.build.request import BuildRequest
    from minibuild.filesystem import FileSystem, View
    from minibuild.store import Store

_IMAGE = "docker-image://"
_LAYOUT = "oci-layout://"


class Source:
    """A file system that is copied from: a stage, an image or a context.

    `identity` names its exact files when it can't change during or after the build; it is "" for a host
    directory, whose `context` is then given. `modelled` is the layer of those of its files that the catalogue
    made, "" for none.
    """

    def __init__(
        self,
        label: str,
        root: Callable[[], Directory],
        *,
        identity: str = "",
        context: Context | None = None,
        modelled: str = "",
    ) -> None:
        self.label = label
        self.identity = identity
        self.context = context
        self.modelled = modelled
        self._root = root
        self._filesystem: FileSystem | None = None

    @property
    def filesystem(self) -> FileSystem:
        """The files, to be read only."""
        if self._filesystem is None:
            from minibuild.filesystem import FileSystem, Snapshot  # not for what is found in the cache

            self._filesystem = FileSystem(Snapshot(self._root()))
        return self._filesystem

    @property
    def view(self) -> View:
        """Root's view of the files."""
        return self.filesystem.view()


class Sources:
    """Finds images and opens sources, each once a build."""

    def __init__(self, request: BuildRequest, plan: Plan, store: Store) -> None:
        self.request = request
        self.plan = plan
        self.store = store
        self.built: dict[int, StageImage] = {}
        self.makes = True  # whether images that are missing may be put into the store
        self.images: dict[tuple[str, str], StageImage] = {}
        self._sources: dict[Origin, Source] = {}
        self._main: Source | None = None

    @property
    def context(self) -> Source:
        """The main build context."""
        if self._main is None:
            directory = self.request.context
            ignore = read_ignore_file(directory, self.request.dockerfile) if directory is not None else None
            self._main = _host("the build context", Context(directory, ignore))
            if self.request.fidelity == "assume" and _is_empty(directory):
                # Nobody builds from nothing: somebody wants to know how far the Dockerfile alone gets.
                tree = opaque_directory("content of the build context, which is empty,")
                self._main = Source("the build context", lambda: tree, identity="opaque context")
        return self._main

    def find_image(self, name: str, platform: str = "") -> StageImage:
        """The image called `name`, from the store or the catalogue."""
        platform = platform or self.request.platform
        found = self.images.get((name, platform))
        if found is None:
            found = find_base(name, self.store, self.request.fidelity, platform, make=self.makes)
            self.images[name, platform] = found
        return found

    def used_images(self) -> list[tuple[str, StageImage]]:
        """The images that the build reads, by the names that are written, sorted."""
        return sorted((name, image) for (name, _), image in self.images.items())

    def context_image(self, name: str) -> StageImage:
        """The named context `name` as a base image: docker-image://NAME or oci-layout://PATH."""
        value = self.request.build_contexts[name]
        if value.startswith(_IMAGE):
            return self.find_image(value.removeprefix(_IMAGE))
        if value.startswith(_LAYOUT):
            from minibuild.build.layouts import known_image, layout_image  # few builds take one from a layout

            place, platform = value.removeprefix(_LAYOUT), self.request.platform
            if not self.makes and known_image(name, place, self.store, platform) is None:
                return not_there(ContainerConfig())
            return self.find_image(layout_image(name, place, self.store, platform))
        raise BuildError(f"build context {name}={value} is no image")

    def is_image(self, name: str) -> bool:
        """Whether the named context is an image rather than a directory."""
        return self.request.build_contexts[name].startswith((_IMAGE, _LAYOUT))

    def is_missing(self, name: str) -> bool:
        """Whether the named context is an image that has to be made or loaded first."""
        return self.is_image(name) and not self.context_image(name).is_there

    def open(self, origin: Origin) -> Source:
        """The files that `origin` stands for."""
        found = self._sources.get(origin)
        if found is None:
            try:
                found = self._sources[origin] = self._open(origin)
            except BuildError as error:
                self._suggest_stage(origin, error)
                raise
        return found

    def _suggest_stage(self, origin: Origin, error: BuildError) -> None:
        from difflib import get_close_matches  # only on the way to an error

        names = [stage.name for stage in self.plan.stages if stage.name]
        close = get_close_matches(origin.image.lower(), names, 1, 0.6) if origin.image else []
        if close:
            error.hint = f"did you mean the stage {close[0]}? Else {error.hint}"

    def _open(self, origin: Origin) -> Source:
        if origin.context:
            return self._named_context(origin.context)
        if origin.stage is not None:
            return self._image_source(
                self.built[origin.stage], f"stage {self.plan.stages[origin.stage].label}"
            )
        if origin.image:
            return self._image_source(self.find_image(origin.image), f"image {origin.image}")
        return Source("scratch", Directory, identity="scratch")

    def _image_source(self, image: StageImage, label: str) -> Source:
        if image.fidelity == "assumed":  # the files that a base is given to run on are no files to copy
            tree = opaque_directory(f"content of {label}")
            return Source(label, lambda: tree, identity=f"opaque {label}")
        return Source(
            label,
            lambda: self.store.layer_filesystem(image.config.diff_ids).root,
            identity=image.files,
            modelled=image.config.diff_ids[0] if image.partial and image.config.diff_ids else "",
        )

    def _named_context(self, name: str) -> Source:
        value = self.request.build_contexts[name]
        label = f"the build context {name}"
        if self.is_image(name):
            return self._image_source(self.context_image(name), label)
        if is_remote(value):
            if self.request.fidelity != "assume":
                raise BuildError(
                    f"build context {name}={value} can't be fetched: there is no network",
                    hint="give a directory, docker-image://NAME or oci-layout://PATH,"
                    " or build with --fidelity assume",
                )
            origin = f"content of {value}"
            tree = opaque_directory(origin)
            return Source(label, lambda: tree, identity=f"opaque {value}")
        directory = Path(value.removeprefix("file://"))
        if not directory.is_dir():
            raise BuildError(f"build context {name}: {value} is not a directory")
        return _host(label, Context(directory, read_ignore_file(directory, None)))


def is_remote(name: str) -> bool:
    """Whether a name is a URL or a git repository instead of something on this host."""
    return name.startswith(("http://", "https://", "git@", "git://", "ssh://"))


def _is_empty(directory: Path | None) -> bool:
    return directory is not None and next(directory.iterdir(), None) is None


def _host(label: str, context: Context) -> Source:
    return Source(label, lambda: context.root, context=context)
