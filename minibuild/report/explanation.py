"""`minibuild explain`: what a build found in the cache, and why it ran the rest."""

from datetime import UTC, datetime
from typing import Any

from minibuild.build.explanation import Explained, explain_build
from minibuild.build.record import BuildRecord, builds, find_build, repeated_since
from minibuild.errors import MinibuildError
from minibuild.report.inspection import render_documents
from minibuild.report.listing import render_list
from minibuild.report.reasons import reason_document, reason_lines, shown
from minibuild.report.table import truncate
from minibuild.report.units import ago
from minibuild.store import Store

_WORDS = {"base": "base", "cached": "cached", "ran": "ran", "failed": "FAILED", "unreached": "-"}
_WIDTH = 76
_COLUMNS = {
    "ID": "BUILD",
    "Dockerfile": "DOCKERFILE",
    "Started": "STARTED",
    "Image": "IMAGE",
    "Steps": "STEPS",
    "Ran": "RAN",
}


def explanation(store: Store, word: str, form: str, now: datetime) -> str:
    """The explanation of the build that `word` names (its ID, or an image; "" is the last build) as text, by
    `form` as JSON or a template. Raise `MinibuildError` for an unknown one.
    """
    record = find_build(store, word)
    if record is None:
        raise _unknown(word)
    steps = explain_build(record, store)
    if form:
        return render_documents([explanation_document(record, steps, store)], form)
    return "".join(line + "\n" for line in [*_heading(record, steps, store, now), "", *_step_lines(steps)])


def explanation_document(record: BuildRecord, steps: list[Explained], store: Store) -> dict[str, Any]:
    """The explanation as JSON has it; `repeated` tells that a later build was the same and fully cached."""
    return {
        "build": record.id,
        "dockerfile": record.dockerfile,
        "context": record.context,
        "target": record.target,
        "started": _time(record),
        "image": record.image,
        "names": list(record.names),
        "error": record.error,
        "previous": record.previous,
        "repeated": repeated_since(store, record.id),
        "steps": [
            {
                "step": one.number,
                "line": one.step.line,
                "stage": one.step.stage,
                "instruction": one.step.instruction,
                "verdict": one.verdict,
                "image": one.step.image,
                "layer": one.step.layer,
                "seconds": round(one.step.seconds, 6),
                "reasons": [reason_document(reason) for reason in one.reasons],
            }
            for one in steps
        ],
    }


def build_list(store: Store, form: str, now: datetime) -> str:
    """The builds that can be explained, the last one first."""
    rows = []
    for record in builds(store):
        steps = [step for step in record.steps if step.key]
        rows.append(
            {
                "Context": record.context,
                "Dockerfile": record.dockerfile,
                "Error": record.error,
                "ID": record.id,
                "Image": (", ".join(record.names) or record.image[7:19]) if not record.error else "failed",
                "Ran": str(sum(not step.cached for step in steps)),
                "Started": ago(_time(record), now),
                "Steps": str(len(record.steps) + len(record.unfinished)),
                "Target": record.target,
            }
        )
    return render_list(rows, form, _COLUMNS, {})


def _heading(record: BuildRecord, steps: list[Explained], store: Store, now: datetime) -> list[str]:
    verdicts = [one.verdict for one in steps]
    ran = verdicts.count("ran") + verdicts.count("failed")
    lines = []
    if repeated_since(store, record.id):
        lines.append("The last build found every step in the cache: nothing had changed since this one.")
    what = f"{record.dockerfile}{f' ({record.target})' if record.target else ''}"
    counts = f"{len(steps)} steps, {verdicts.count('cached')} cached, {ran} ran"
    lines.append(f"Build {record.id} of {what}, {ago(_time(record), now).lower()}: {counts}")
    if record.error:
        lines.append(f"It failed: {record.error}")
    elif record.image:
        names = f" {', '.join(record.names)}" if record.names else ""
        lines.append(f"It made {record.image[7:19]}{names}.")
    return [shown(line) for line in lines]


def _step_lines(steps: list[Explained]) -> list[str]:
    width = len(str(len(steps)))
    lines = []
    for one in steps:
        text = truncate(shown(one.step.instruction), _WIDTH)
        lines.append(f"{one.number:>{width}}  {_WORDS[one.verdict]:<6}  {text}")
        lines += [" " * (width + 10) + line for line in reason_lines(one.reasons)]
    return lines


def _time(record: BuildRecord) -> str:
    return datetime.fromtimestamp(record.started, UTC).isoformat().replace("+00:00", "Z")


def _unknown(word: str) -> MinibuildError:
    if not word:
        return MinibuildError("no build is remembered", hint="builds are remembered from the first one on")
    return MinibuildError(
        f"No such build: {word}", hint="`minibuild explain --list` shows those that are remembered"
    )
