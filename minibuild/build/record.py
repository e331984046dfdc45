"""What the store keeps of each build, so that it can be explained afterwards."""

import json
import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from minibuild.build.cache import digest_parts
from minibuild.build.request import StepRecord
from minibuild.store import Store

if TYPE_CHECKING:
    from minibuild.build.workshop import Workshop

_KIND = "build"
_LAST = "last-build:"
_KEPT = 100


class BuildRecord(NamedTuple):
    """A build: its ID, what was built, how it ended, its steps, and the ID of the build of the same
    Dockerfile before it.

    `started` is in seconds since 1970; `error` is "" for a build that succeeded, `image` "" for one that
    did not. `forgotten` are the stages whose steps were to be made anew.
    """

    id: str
    dockerfile: str
    target: str
    started: float
    image: str
    names: tuple[str, ...]
    error: str
    forgotten: tuple[str, ...]
    previous: str
    steps: tuple[StepRecord, ...]


def keep_record(
    workshop: "Workshop", steps: Sequence[StepRecord], image: str, names: tuple[str, ...], error: str = ""
) -> str:
    """Keep what was built; the build's ID. Old records make room."""
    store, request = workshop.store, workshop.request
    if store.read_only:
        return ""
    text = workshop.text
    place = str(request.context or "") + "\0" + (str(request.dockerfile or "") or text.path)
    last = _LAST + digest_parts((os.path.abspath(place), request.target.lower()))  # noqa: PTH100  no file's name
    build_id = f"{time.time_ns():x}"
    document = {
        "dockerfile": text.path,
        "target": request.target,
        "started": time.time(),
        "image": image,
        "names": list(names),
        "error": error,
        "forgotten": [stage.label for stage in workshop.plan.stages if workshop.forgets(stage)],
        "previous": store.memo_get(last) or "",
        "steps": [list(step) for step in steps],
    }
    data = json.dumps(document, separators=(",", ":")).encode()
    with store.transaction():
        store.document_put(_KIND, build_id, data)
        store.memo_put(last, build_id)
        store.execute(
            "DELETE FROM documents WHERE kind = ? AND key NOT IN"
            " (SELECT key FROM documents WHERE kind = ? ORDER BY key DESC LIMIT ?)",
            *(_KIND, _KIND, _KEPT),
        )
    return build_id


def builds(store: Store) -> list[BuildRecord]:
    """The builds that are remembered, the last one first."""
    rows = store.execute("SELECT key, data FROM documents WHERE kind = ? ORDER BY key DESC", _KIND).fetchall()
    return [_record(key, bytes(data)) for key, data in rows]


def find_build(store: Store, word: str = "") -> BuildRecord | None:
    """The build whose ID begins with `word` or whose image has that name or ID; "" is the last build."""
    if word:
        image = store.resolve(word)
        for record in builds(store):
            if record.id.startswith(word) or (image is not None and record.image == image):
                return record
        return None
    row = store.execute(
        "SELECT key, data FROM documents WHERE kind = ? ORDER BY key DESC LIMIT 1", _KIND
    ).fetchone()
    return None if row is None else _record(row[0], bytes(row[1]))


def build_of(store: Store, build_id: str) -> BuildRecord | None:
    """The build of exactly that ID."""
    raw = store.document_get(_KIND, build_id)
    return None if raw is None else _record(build_id, raw)


def _record(build_id: str, data: bytes) -> BuildRecord:
    document: dict[str, Any] = json.loads(data)
    return BuildRecord(
        id=build_id,
        dockerfile=document["dockerfile"],
        target=document["target"],
        started=document["started"],
        image=document["image"],
        names=tuple(document["names"]),
        error=document["error"],
        forgotten=tuple(document["forgotten"]),
        previous=document["previous"],
        steps=tuple(StepRecord(*row) for row in document["steps"]),
    )
