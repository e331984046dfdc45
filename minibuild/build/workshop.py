"""The means of one build: its request, plan, store, context and clock, and the images of the stages built so
far.
"""

import os
from collections.abc import Callable
from pathlib import Path

from minibuild.build import events
from minibuild.build.bases import find_base
from minibuild.build.cache import digest_parts
from minibuild.build.clock import BuildClock
from minibuild.build.context import Context, read_ignore_file
from minibuild.build.errors import BuildError
from minibuild.build.fingerprint import content_digest, fingerprint, host_contents
from minibuild.build.images import StageImage
from minibuild.build.plan import Origin, Plan
from minibuild.build.request import BuildRequest
from minibuild.build.selection import Exclusion, Selected
from minibuild.filesystem import Content, FileSystem, HostContent, Snapshot, View
from minibuild.store import Store

_LEVELS = ("exact", "modelled", "assumed")
_ALLOWED = {"exact": 0, "modelled": 1, "assume": 2}


class Source:
    """A file system that is copied from: a stage, an image or a context.

    `identity` names its exact files when it can't change during or after the build; it is "" for a host
    directory, whose files are looked at each time.
    """

    def __init__(
        self, label: str, identity: str, snapshot: Callable[[], Snapshot], partial: bool = False
    ) -> None:
        self.label = label
        self.identity = identity
        self.partial = partial
        self._snapshot = snapshot
        self._filesystem: FileSystem | None = None

    @property
    def filesystem(self) -> FileSystem:
        """The files, to be read only."""
        if self._filesystem is None:
            self._filesystem = FileSystem(self._snapshot())
        return self._filesystem

    @property
    def view(self) -> View:
        """Root's view of the files."""
        return self.filesystem.view()


class Workshop:
    """Everything that the stages of one build share."""

    def __init__(
        self, request: BuildRequest, plan: Plan, store: Store, listen: events.Listener, dockerfile_path: str
    ) -> None:
        self.request = request
        self.plan = plan
        self.store = store
        self.emit = listen
        self.dockerfile_path = dockerfile_path
        self.clock = BuildClock(request.source_date_epoch)
        # Containers of two builds have different names, unless the build is to be reproducible.
        self.nonce = (
            str(request.source_date_epoch) if request.source_date_epoch is not None else os.urandom(8).hex()
        )
        self.built: dict[int, StageImage] = {}
        self._images: dict[str, StageImage] = {}
        self._sources: dict[Origin, Source] = {}
        self._main: Source | None = None
        self._digests: dict[str, str] = {}

    def allows(self, fidelity: str) -> bool:
        """Whether the request accepts a step of that fidelity."""
        return _LEVELS.index(fidelity) <= _ALLOWED[self.request.fidelity]

    def find_image(self, name: str) -> StageImage:
        """The image called `name`, from the store or the catalogue."""
        found = self._images.get(name)
        if found is None:
            found = self._images[name] = find_base(name, self.store)
        return found

    def context_image(self, name: str) -> StageImage:
        """The named context `name` as a base image: docker-image://NAME, or an OCI layout that is loaded."""
        value = self.request.build_contexts[name]
        if value.startswith("docker-image://"):
            return self.find_image(value.removeprefix("docker-image://"))
        raise BuildError(
            f"build context {name}={value} is no image, so no stage can start FROM it",
            hint="copy from it with COPY --from, or give an image: --build-context NAME=docker-image://IMAGE",
        )

    def snapshot(self, image: StageImage) -> Snapshot:
        """The file system of an image."""
        return self.store.layer_filesystem(image.config.diff_ids)

    def secret(self, name: str) -> bytes | None:
        """The value of the secret `name`, read anew from the host; None when it was not given. It is never
        kept.
        """
        given = self.request.secrets.get(name)
        if given is None:
            return None
        if given.variable:
            value = os.environ.get(given.variable)
            return None if value is None else value.encode("utf-8", "surrogateescape")
        try:
            return Path(given.source).read_bytes()
        except OSError as error:
            raise BuildError(f"secret {name}: can't read {given.source}: {error.strerror}") from None

    @property
    def context(self) -> Source:
        """The main build context."""
        if self._main is None:
            directory = self.request.context
            ignore = read_ignore_file(directory, self.request.dockerfile) if directory is not None else None
            root = Context(directory, ignore).root
            self._main = Source("the build context", "", lambda: Snapshot(root))
        return self._main

    def source(self, origin: Origin) -> Source:
        """The files that `origin` stands for."""
        found = self._sources.get(origin)
        if found is None:
            found = self._sources[origin] = self._open(origin)
        return found

    def _open(self, origin: Origin) -> Source:
        if origin.context:
            return self._named_context(origin.context)
        if origin.stage is None and not origin.image:
            return Source("scratch", "scratch", lambda: FileSystem().snapshot())
        if origin.stage is not None:
            built = self.built[origin.stage]
            label = f"stage {self.plan.stages[origin.stage].label}"
        else:
            built = self.find_image(origin.image)
            label = f"image {origin.image}"
        return Source(label, built.files, lambda: self.snapshot(built), built.partial)

    def _named_context(self, name: str) -> Source:
        value = self.request.build_contexts[name]
        if value.startswith("docker-image://"):
            return self._open(Origin(image=value.removeprefix("docker-image://")))
        if "://" in value and not value.startswith("file://"):
            raise BuildError(
                f"build context {name}={value} is not supported",
                hint="a named context is a directory or docker-image://NAME; there is no network",
            )
        directory = Path(value.removeprefix("file://"))
        if not directory.is_dir():
            raise BuildError(f"build context {name}: {value} is not a directory")
        root = Context(directory, read_ignore_file(directory, None)).root
        return Source(f"the build context {name}", "", lambda: Snapshot(root))

    def fingerprint(
        self,
        source: Source,
        words: tuple[str, ...],
        choose: Callable[[], list[Selected]],
        exclusion: Exclusion,
    ) -> str:
        """The digest of what `choose` selects from `source`.

        `words` say what is chosen: for a source that can't change they find the digest again without reading
        a file.
        """
        memo = ""
        if source.identity:
            memo = "tree:" + digest_parts((source.identity, *words, *exclusion.patterns))
            known = self.store.memo_get(memo)
            if known is not None:
                return known
        selected = choose()
        self._stat_cache(selected, exclusion)
        digest = fingerprint(selected, exclusion, self._content_digest)
        if memo:
            self.store.memo_put(memo, digest)
        return digest

    def _stat_cache(self, selected: list[Selected], exclusion: Exclusion) -> None:
        """Find the digests of unchanged context files in the store, and keep those of changed ones."""
        paths = [
            content.path
            for content in host_contents(selected, exclusion)
            if content.path not in self._digests
        ]
        if paths:
            self._digests.update(self.store.file_digests(paths))

    def _content_digest(self, content: Content) -> str:
        if isinstance(content, HostContent):
            known = self._digests.get(content.path)
            if known is None:
                known = self._digests[content.path] = content_digest(content)
            return known
        return content_digest(content)
