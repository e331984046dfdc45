"""The means of one build: its request, plan, store, sources and clock, and the images of the stages built so
far.
"""

import os
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from minibuild.build import events
from minibuild.build.cache import digest_parts
from minibuild.build.clock import BuildClock
from minibuild.build.errors import BuildError, DockerfileText
from minibuild.build.fingerprint import (
    content_digest,
    fingerprint,
    host_contents,
    listed_path,
    nodes_below,
)
from minibuild.build.images import StageImage
from minibuild.build.plan import Plan, Stage
from minibuild.build.request import BuildRequest
from minibuild.build.selection import Exclusion, Selected
from minibuild.build.sightings import keep_sighting, now, recall_sighting, sighting_key
from minibuild.build.sources import Source, Sources
from minibuild.filesystem import Content, File, HostContent, Snapshot
from minibuild.image.config import ImageConfig
from minibuild.image.digest import digest_of
from minibuild.store import Store

if TYPE_CHECKING:
    from minibuild.build.breakpoints import Breakpoints
    from minibuild.build.engine import Step

LARGEST_SECRET = 500 << 10  # as in BuildKit
_LEVELS = ("exact", "modelled", "assumed")
_ALLOWED = {"exact": 0, "modelled": 1, "assume": 2}


class Workshop:
    """Everything that the stages of one build share."""

    def __init__(
        self, request: BuildRequest, plan: Plan, store: Store, listen: events.Listener, text: DockerfileText
    ) -> None:
        self.request = request
        self.plan = plan
        self.store = store
        self.emit = listen
        self.text = text
        epoch = _source_date_epoch(request)
        self.clock = BuildClock(epoch)
        # Containers of two builds have different names, unless the build is to be reproducible.
        self.nonce = str(epoch) if epoch is not None else os.urandom(8).hex()
        # What every step depends on: a fixed time is in what it makes.
        self.common_inputs = () if epoch is None else (("SOURCE_DATE_EPOCH", str(epoch)),)
        self.sources = Sources(request, plan, store)
        self.failed: Step | None = None  # the step that ended the build
        self.breakpoints: Breakpoints | None = None
        self.before_run: Callable[[], None] | None = None  # called when a RUN is not found in the cache
        self._digests: dict[str, str] = {}
        # What fingerprints were made from, for those that are explained.
        self._origins: dict[str, tuple[Callable[[], list[Selected]], Exclusion]] = {}

    def use(self, store: Store) -> None:
        """Go on with another connection to the store."""
        self.store = self.sources.store = store

    @property
    def built(self) -> dict[int, StageImage]:
        """The images of the stages that are built, by their numbers."""
        return self.sources.built

    def allows(self, fidelity: str) -> bool:
        """Whether the request accepts a step of that fidelity."""
        return _LEVELS.index(fidelity) <= _ALLOWED[self.request.fidelity]

    def forgets(self, stage: Stage) -> bool:
        """Whether the request asks for the stage's steps to be made anew."""
        names = (stage.label.lower(), str(stage.number))
        request = self.request
        return request.no_cache or any(wanted.lower() in names for wanted in request.no_cache_filter)

    def snapshot(self, image: StageImage) -> Snapshot:
        """The file system of an image."""
        return self.store.layer_filesystem(image.config.diff_ids)

    def put_image(self, config: ImageConfig, parent: str) -> str:
        """The ID of an image that a step made of `parent`; it is kept unless only the last one is wanted."""
        if self.request.keep_steps:
            return self.store.put_image(config, parent=parent or None)
        return digest_of(config.to_json())

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
            with open(given.source, "rb") as stream:
                content = stream.read(LARGEST_SECRET + 1)
        except OSError as error:
            raise BuildError(f"secret {name}: can't read {given.source}: {error.strerror}") from None
        if len(content) > LARGEST_SECRET:
            raise BuildError(f"secret {name}: {given.source} has more than {LARGEST_SECRET:,} bytes")
        return content

    @cached_property
    def fixture_digests(self) -> tuple[tuple[str, str], ...]:
        """What stands for downloads, by content; part of the key of everything that may use one."""
        fixtures = self.request.fixtures
        files = [path for path in fixtures.values() if not os.path.isdir(path)]  # noqa: PTH112  paths are text here
        digests = self.store.file_digests(files) if files else {}
        return tuple((f"fixture {url}", digests.get(path, path)) for url, path in sorted(fixtures.items()))

    def fingerprint(
        self,
        source: Source,
        words: tuple[str, ...],
        choose: Callable[[], list[Selected]],
        exclusion: Exclusion,
    ) -> str:
        """The digest of what `choose` selects from `source`.

        `words` say what is chosen: with them the digest is found again without reading a file, for a source
        that can't change and for a context of which everything that was looked at is the same.
        """
        found = self._fingerprint(source, (*words, "", *exclusion.patterns), choose, exclusion)
        if self.request.explain:
            self._origins[found] = (choose, exclusion)
        return found

    def listed_content(self, fingerprints: Iterable[str], path: str) -> bytes | None:
        """The content of one of the files behind some fingerprints; None when there is none."""
        for choose, exclusion in (self._origins[one] for one in fingerprints if one in self._origins):
            for one in choose():
                for below, node in nodes_below(one.node, exclusion):
                    if listed_path(one, below) == path and isinstance(node, File):
                        return node.content.read()
        return None

    def _fingerprint(
        self,
        source: Source,
        words: tuple[str, ...],
        choose: Callable[[], list[Selected]],
        exclusion: Exclusion,
    ) -> str:
        if source.context is not None and source.context.directory is not None:
            key = sighting_key(source.context, words)
            known = recall_sighting(self.store, key, source.context)
            if known is None:
                started = now()
                with source.context.watching() as seen:
                    known = self._digest(choose(), exclusion)
                keep_sighting(self.store, key, known, seen, started)
            return known
        memo = "tree:" + digest_parts((source.identity, *words))
        known = self.store.memo_get(memo) if source.identity else None
        if known is None:
            known = self._digest(choose(), exclusion)
            if source.identity:
                self.store.memo_put(memo, known)
        return known

    def _digest(self, selected: list[Selected], exclusion: Exclusion) -> str:
        # Digests of unchanged context files are found in the store; those of changed ones are kept there.
        contents = host_contents(selected, exclusion)
        paths = [content.path for content in contents if content.path not in self._digests]
        if paths:
            self._digests.update(self.store.file_digests(paths))
        from minibuild.build.explanation_files import Collector  # only when files are read

        collector = Collector()
        found = fingerprint(selected, exclusion, self._content_digest, collector)
        collector.keep(self.store, found)
        return found

    def _content_digest(self, content: Content) -> str:
        if isinstance(content, HostContent):
            known = self._digests.get(content.path)
            if known is None:
                known = self._digests[content.path] = content_digest(content)
            return known
        return content_digest(content)


def _source_date_epoch(request: BuildRequest) -> int | None:
    """The request's fixed time, or that of the build argument of this name, as BuildKit takes it."""
    if request.source_date_epoch is not None:
        return request.source_date_epoch
    text = request.build_args.get("SOURCE_DATE_EPOCH", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 11:
        raise BuildError(f"SOURCE_DATE_EPOCH={text} is no time in seconds since 1970")
    return int(text)
