"""`minibuild replay`: a recorded build, step by step, drawn as the loop that it is.

A step is the container that ran, what it ran and wrote, what changed, and the image committed. Steps of an
image that nobody remembers building come from its history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from minibuild.build.output import step_log
from minibuild.build.record import find_build
from minibuild.errors import MinibuildError
from minibuild.filesystem import changes
from minibuild.report.image_names import find_image
from minibuild.report.json_text import json_text
from minibuild.report.reasons import shown
from minibuild.report.table import truncate

if TYPE_CHECKING:
    from minibuild.build.output import StepLog
    from minibuild.build.record import BuildRecord
    from minibuild.build.request import StepRecord
    from minibuild.store import Store

_SIGNS = {"add": "+", "modify": "~", "delete": "-"}
_MOST_CHANGES = 12
_MOST_LINES = 12
_WIDTH = 96


class Changed(NamedTuple):
    """A path that a step changed: `+` added, `~` changed, `-` deleted."""

    sign: str
    path: str


class Played(NamedTuple):
    """One step of a build. `before` and `after` are image IDs, "" where nobody knows one (or for scratch);
    `verdict` is
    `base`, `cached`, `ran`, `failed` or `unreached`.
    """

    number: int
    total: int
    stage: str
    line: int
    text: str
    verdict: str
    before: str
    after: str
    log: StepLog | None
    fidelity: str
    why: str
    seconds: float
    key: str = ""  # its cache key, where one is known


def played_build(store: Store, word: str) -> list[Played]:
    """The steps of the build, or of the image, that `word` means; "" is the last build. Raise
    `MinibuildError`.
    """
    record = find_build(store, word)
    if record is not None:
        return list(_of_record(store, record))
    if not word:
        raise MinibuildError("no build is remembered", hint="builds are remembered from the first one on")
    return _of_image(store, find_image(store, word))


def _of_record(store: Store, record: BuildRecord) -> list[Played]:
    every = [*record.steps, *record.unfinished]
    found = []
    before = ""
    stage = None
    for number, step in enumerate(every, 1):
        if step.stage != stage:
            stage, before = step.stage, ""
        done = number <= len(record.steps)
        verdict = _verdict(step, done=done, failed=number == len(record.steps) + 1)
        log = step_log(store, step.key)
        after = step.image if done else ""
        found.append(
            Played(
                *(number, len(every), step.stage, step.line, step.instruction, verdict, before, after, log),
                *(step.fidelity, step.why, step.seconds, step.key),
            )
        )
        before = after or before
    return found


def _verdict(step: StepRecord, *, done: bool, failed: bool) -> str:
    if not done:
        return "failed" if failed else "unreached"
    if not step.key:
        return "base"
    return "cached" if step.cached else "ran"


def _of_image(store: Store, image: str) -> list[Played]:
    """What the history of an image tells; the images between are known only where the store has them."""
    config = store.image(image)
    ids = [""] * len(config.history)
    current: str | None = image
    while current is not None and store.image_exists(current):
        height = len(store.image(current).history)
        if 0 < height <= len(ids):
            ids[height - 1] = current
        current = store.parent(current)
    total = len(config.history)
    return [
        Played(
            number,
            total,
            "",
            0,
            entry.created_by,
            "ran",
            ids[number - 2] if number > 1 else "",
            ids[number - 1],
            None,
            "",
            "",
            0.0,
        )
        for number, entry in enumerate(config.history, 1)
    ]


def changed_files(store: Store, step: Played) -> list[Changed]:
    """What the step changed, sorted by path; nothing where its images are not known."""
    if not step.after or step.verdict == "base":
        return []
    old = store.image(step.before).diff_ids if step.before else ()
    new = store.image(step.after).diff_ids
    if old == new or new[: len(old)] != old:
        return []
    found = changes(store.layer_filesystem(old), store.layer_filesystem(new))
    return [Changed(_SIGNS[one.kind], "/" + one.path) for one in found]


def drawn(store: Store, step: Played) -> str:
    """The step as the five parts of the loop."""
    where = f"line {step.line}" if step.line else ""
    stage = f"stage {step.stage}" if step.stage else ""
    title = ", ".join(part for part in (f"Step {step.number}/{step.total}", stage, where) if part)
    lines = [title, "─" * len(title), shown(f"  {truncate(step.text, _WIDTH)}"), ""]
    if step.verdict == "base":
        lines.append(f"  the first image is {_short(step.after)}")
    elif step.verdict == "unreached":
        lines.append("  was not reached")
    else:
        lines += _loop_lines(store, step)
    return "".join(line + "\n" for line in lines)


def _loop_lines(store: Store, step: Played) -> list[str]:
    container = f" {step.log.container[:12]}" if step.log is not None else ""
    cached = ": its result was found in the cache" if step.verdict == "cached" else ""
    lines = [f"  1  a container{container} was made from {_short(step.before)}{cached}"]
    lines.append(f"  2  the instruction ran in it{_output_title(step.log)}")
    if step.log is not None:
        lines += [f"     │ {line}" for line in _output_lines(step.log)]
    if step.verdict == "failed":
        lines.append("  ✗  it failed: nothing was committed")
        return lines
    files = changed_files(store, step)
    lines.append(f"  3  committed: {_counted(files)}")
    lines += [shown(f"     {one.sign} {one.path}") for one in files[:_MOST_CHANGES]]
    if len(files) > _MOST_CHANGES:
        lines.append(f"     … and {len(files) - _MOST_CHANGES} more")
    lines.append(f"  4  the next container is made from {_short(step.after)}")
    if step.fidelity and step.fidelity != "exact":
        lines.append(shown(f"  !  {step.fidelity}: {step.why}"))
    return lines


def _output_title(log: StepLog | None) -> str:
    if log is None or not log.chunks:
        return ""
    return " and wrote" + (
        f" (the first part of it; {log.dropped:,} bytes more were not kept)" if log.dropped else ""
    )


def _output_lines(log: StepLog) -> list[str]:
    lines = "".join(text for _, text in log.chunks).splitlines()
    kept = [shown(truncate(line, _WIDTH)) for line in lines[:_MOST_LINES]]
    return kept + ([f"… {len(lines) - _MOST_LINES} more lines"] if len(lines) > _MOST_LINES else [])


def _counted(files: list[Changed]) -> str:
    if not files:
        return "no file changed"
    words = {"+": "added", "~": "changed", "-": "deleted"}
    counts = {sign: sum(one.sign == sign for one in files) for sign in words}
    return ", ".join(f"{count} {words[sign]}" for sign, count in counts.items() if count)


def _short(image: str) -> str:
    return image.removeprefix("sha256:")[:12] if image else "an empty image"


def played_document(store: Store, steps: list[Played]) -> str:
    """The steps as JSON, with all their changes and output."""
    documents: list[dict[str, Any]] = [
        {
            "step": one.number,
            "stage": one.stage,
            "line": one.line,
            "instruction": one.text,
            "verdict": one.verdict,
            "before": one.before,
            "after": one.after,
            "container": one.log.container if one.log is not None else "",
            "output": [{"descriptor": fd, "text": text} for fd, text in one.log.chunks] if one.log else [],
            "outputDropped": one.log.dropped if one.log is not None else 0,
            "changes": [[change.sign, change.path] for change in changed_files(store, one)],
            "fidelity": one.fidelity,
            "why": one.why,
            "seconds": round(one.seconds, 6),
        }
        for one in steps
    ]
    return json_text({"version": 1, "steps": documents})
