"""Progress for programs: one JSON object a line.

Every object has `event`, the event's name, and its fields as `minibuild.build.events` describes them:

    {"event": "build_started", "path": "Dockerfile", "total": 3}
    {"event": "step_started", "step": 2, "total": 3, "text": "RUN make", "line": 2, "stage": "0"}
    {"event": "step_cached", "step": 2}
    {"event": "step_explained", "step": 2, "reasons": [{"kind": "files", "text": "one file changed", "files":
     [{"path": "a", "change": "content", "detail": "", "diff": ["@@ -1 +1 @@", "-1", "+2"]}]}]}
    {"event": "container_started", "step": 2, "container": "1cbc9aeb…"}
    {"event": "step_output", "step": 2, "descriptor": 1, "text": "hello\\n"}
    {"event": "container_removed", "step": 2, "container": "1cbc9aeb…"}
    {"event": "step_committed", "step": 2, "image": "sha256:…", "layer": "sha256:…", "size": 1024,
     "fidelity": "exact", "reasons": [], "seconds": 0.1, "cached": false}
    {"event": "warned", "message": "…", "line": 4}
    {"event": "progressed", "what": "export", "done": 1024, "total": 4096}
    {"event": "build_finished", "image": "sha256:…", "names": ["app:latest"], "fidelity": "exact",
     "seconds": 0.4}
    {"event": "build_failed", "message": "…", "path": "Dockerfile", "line": 2, "column": 1, "hint": "…"}

The last one is `build_finished` or `build_failed`. When a directory of contexts is built, each object has
`project` too: the name of its directory. Output that is not UTF-8 has `base64` in place of `text`. Sizes are
bytes.
"""

import base64
import json
import re
from typing import TYPE_CHECKING, Any, BinaryIO

from minibuild.build import events

if TYPE_CHECKING:
    from collections.abc import Mapping

    from minibuild.errors import MinibuildError

_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


class JsonProgress:
    """Writes each event to `stream` as a line of JSON, with what is `common` to all of them."""

    def __init__(self, stream: BinaryIO, common: "Mapping[str, str] | None" = None) -> None:
        self._stream = stream
        self._common = common or {}

    def __call__(self, event: events.Event) -> None:
        """Write the event."""
        name = _WORD.sub("_", type(event).__name__).lower()
        document: dict[str, Any] = {"event": name, **event._asdict()}
        if isinstance(event, events.StepOutput):
            document.update(_text_or_base64(document.pop("data")))
        elif isinstance(event, events.StepExplained):
            from minibuild.report.reasons import reason_document  # only when a build explains itself

            document["reasons"] = [reason_document(reason) for reason in event.reasons]
        self._put(document)

    def close(self, error: "MinibuildError | None" = None) -> None:
        """Write how the build failed, if it did."""
        if error is not None:
            place = {"path": error.path, "line": error.line, "column": error.column}
            self._put({"event": "build_failed", "message": error.message, **place, "hint": error.hint})

    def _put(self, document: dict[str, Any]) -> None:
        text = json.dumps({**document, **self._common}, ensure_ascii=False)
        self._stream.write(text.encode("utf-8", "backslashreplace") + b"\n")
        self._stream.flush()


def _text_or_base64(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}
