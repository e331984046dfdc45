"""How faithful each step of an image was, kept for `minibuild history` when a build tells it.

An image's configuration says nothing of it: it stays what another builder's would be.
"""

import json

from minibuild.build.events import Event, Listener, StepCommitted
from minibuild.store import Store

_MEMO = "fidelity:"


class FidelityKeeper:
    """Listens to a build, keeps what is not exact, and hands every event on to `listener`."""

    def __init__(self, store: Store, listener: Listener) -> None:
        self._store = store
        self._listener = listener

    def __call__(self, event: Event) -> None:
        """Keep the fidelity of a committed step."""
        if isinstance(event, StepCommitted) and event.fidelity != "exact" and event.image:
            record = json.dumps([event.fidelity, *event.reasons])
            if self._store.memo_get(_MEMO + event.image) != record:
                self._store.memo_put(_MEMO + event.image, record)
        self._listener(event)


def kept_fidelity(store: Store, image_id: str) -> tuple[str, str]:
    """(level, reasons on one line) of the step that made the image; exact when nothing else is known."""
    record = store.memo_get(_MEMO + image_id)
    if record is None:
        return "exact", ""
    level, *reasons = json.loads(record)
    return level, "; ".join(" ".join(reason.split()) for reason in reasons)
