"""What the store keeps of each build, so that it can be explained afterwards.

A build of which every step was found in the cache, and that is the same as the last one of its Dockerfile,
is not kept a second time: it costs one look at a memo.
"""

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from minibuild.build.cache import digest_parts
from minibuild.build.request import StepRecord
from minibuild.store import Store, StoreError

if TYPE_CHECKING:
    from minibuild.build.action import Inputs
    from minibuild.build.workshop import Workshop

_KIND = "build"
# Memos: the last build of a Dockerfile (its ID and what it was made of), and that of the store (its ID, and
# `again` when a later one was the same).
_LAST_OF = "last-build:"
_LAST = "last-build"
_KEPT = 100
_LEAST_DIGITS = 4


class BuildRecord(NamedTuple):
    """A build: its ID, what was built, how it ended, its steps, and the ID of the build of the same
    Dockerfile before it.

    `context` is a directory or ""; `started` is in seconds since 1970; `error` is "" for a build that
    succeeded, `image` "" for one that did not. Of that one, `unfinished` has the step that failed and those
    that were not reached, `failed_inputs` what the failed one depended on.
    """

    id: str
    dockerfile: str
    context: str
    target: str
    started: float
    image: str
    names: tuple[str, ...]
    error: str
    previous: str
    steps: tuple[StepRecord, ...]
    unfinished: tuple[StepRecord, ...] = ()
    failed_inputs: "Inputs" = ()


def keep_record(workshop: "Workshop", steps: Sequence[StepRecord], image: str, names: tuple[str, ...]) -> str:
    """Keep what was built, unless the last build was the same; the build's ID."""
    made_of = digest_parts((image, *(step.key for step in steps)))
    build_id, _, known = (workshop.store.memo_get(_place(workshop)) or "").partition(" ")
    if known == made_of and all(step.cached or not step.key for step in steps):
        _note_last(workshop.store, f"{build_id} again")
        return build_id
    return _keep(workshop, made_of, {"image": image, "names": list(names), "steps": steps})


def keep_failure(
    workshop: "Workshop", steps: Sequence[StepRecord], planned: Sequence[tuple[str, int, str]], error: str
) -> None:
    """Keep a build that failed after `steps`; `planned` has (stage, line, instruction) of all steps."""
    rest = [StepRecord(line, text, "", None, "", "", False, 0.0, "", stage) for stage, line, text in planned]
    unfinished = rest[len(steps) :]
    if not unfinished:
        return
    failed = workshop.failed
    inputs: Inputs = ()
    if failed is not None:
        unfinished[0] = unfinished[0]._replace(key=failed.key, miss=failed.miss)
        inputs = failed.inputs
    document = {"error": error, "steps": steps, "unfinished": unfinished, "failed_inputs": inputs}
    _keep(workshop, "", document)


def _keep(workshop: "Workshop", made_of: str, document: dict[str, Any]) -> str:
    """Write the record; old ones make room. A store that can't be written has none, which is no error."""
    store, request = workshop.store, workshop.request
    if store.read_only:
        return ""
    place = _place(workshop)
    build_id = f"{time.time_ns():x}"
    whole = {
        "dockerfile": workshop.text.path,
        "context": os.path.abspath(request.context) if request.context is not None else "",  # noqa: PTH100
        "target": request.target,
        "started": time.time(),
        "image": "",
        "names": [],
        "error": "",
        "previous": (store.memo_get(place) or "").partition(" ")[0],
        **document,
    }
    data = json.dumps(whole, separators=(",", ":")).encode()
    with suppress(StoreError), store.transaction():
        store.document_put(_KIND, build_id, data)
        store.memo_put(place, f"{build_id} {made_of}")
        store.memo_put(_LAST, build_id)
        store.execute(
            "DELETE FROM documents WHERE kind = ? AND key NOT IN"
            " (SELECT key FROM documents WHERE kind = ? ORDER BY key DESC LIMIT ?)",
            *(_KIND, _KIND, _KEPT),
        )
    return build_id


def _note_last(store: Store, last: str) -> None:
    if store.memo_get(_LAST) != last:
        with suppress(StoreError):  # a full disk must not fail a build that is over
            store.memo_put(_LAST, last)


def _place(workshop: "Workshop") -> str:
    """The memo of the last build of the same Dockerfile, context and target."""
    request = workshop.request
    context, file = request.context, request.dockerfile
    if file is None and context is not None and request.text is None:
        file = context / "Dockerfile"
    parts = (os.path.abspath(path) if path is not None else "" for path in (context, file))  # noqa: PTH100
    return _LAST_OF + digest_parts((*parts, request.target.lower()))


def last_build(workshop: "Workshop") -> tuple[BuildRecord | None, bool]:
    """The last build of what the workshop builds, if it is still remembered; and whether there was one."""
    known = workshop.store.memo_get(_place(workshop))
    return (None, False) if known is None else (build_of(workshop.store, known.partition(" ")[0]), True)


def builds(store: Store) -> list[BuildRecord]:
    """The builds that are remembered, the last one first."""
    return [_record(key, data) for key, data in reversed(store.documents(_KIND))]


def find_build(store: Store, word: str = "") -> BuildRecord | None:
    """The build whose ID begins with `word`, else the last one that made, or went through, the image of that
    name or ID; "" is the last build. Raise `StoreError` when several are meant.
    """
    if not word:
        known = store.memo_get(_LAST)
        return None if known is None else build_of(store, known.partition(" ")[0])
    known_builds = builds(store)
    named = [one for one in known_builds if one.id.startswith(word)] if len(word) >= _LEAST_DIGITS else []
    if len(named) > 1:
        raise StoreError(f"several builds have IDs that begin with {word}", hint="give more digits")
    if named:
        return named[0]
    image = store.resolve(word)
    if image is None:
        return None
    for record in known_builds:
        if record.image == image:
            return record
    return next((one for one in known_builds if any(step.image == image for step in one.steps)), None)


def repeated_since(store: Store, build_id: str) -> bool:
    """Whether the store's last build was the same as that one, with every step found in the cache."""
    return store.memo_get(_LAST) == f"{build_id} again"


def build_of(store: Store, build_id: str) -> BuildRecord | None:
    """The build of exactly that ID."""
    raw = store.document_get(_KIND, build_id)
    return None if raw is None else _record(build_id, raw)


def _record(build_id: str, data: bytes) -> BuildRecord:
    document: dict[str, Any] = json.loads(data)
    return BuildRecord(
        id=build_id,
        dockerfile=document["dockerfile"],
        context=document.get("context", ""),
        target=document["target"],
        started=document["started"],
        image=document["image"],
        names=tuple(document["names"]),
        error=document["error"],
        previous=document["previous"],
        steps=tuple(StepRecord(*row) for row in document["steps"]),
        unfinished=tuple(StepRecord(*row) for row in document.get("unfinished", ())),
        failed_inputs=tuple((label, value) for label, value in document.get("failed_inputs", ())),
    )
