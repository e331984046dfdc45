"""Why steps ran: a build beside the last one of the same Dockerfile.

The steps of a stage are aligned with those of the last build by their texts; what a step depends on is then
compared input by input, and what it copies file by file.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from minibuild.build.action import Inputs
from minibuild.build.explanation_files import FileChange, Listed, Reader, compared_files, layer_content
from minibuild.build.explanation_inputs import FOUNDATION, Reason, grouped, input_reasons
from minibuild.build.record import BuildRecord, build_of
from minibuild.build.request import StepRecord
from minibuild.store import Store
from minibuild.store.collect import EMPTIED

# Instructions that work on files; all others only depend on the image before them.
_ON_FILES = ("RUN", "COPY", "ADD", "WORKDIR")
_LONGEST = 60
NO_CACHE = Reason("no-cache", "the build was told not to use the cache")
_MISSES = {
    "no-cache": NO_CACHE,
    "layer": Reason("layer", "the cache knows its result, but the layer is gone from the store"),
    "fidelity": Reason("fidelity", "the cache's result is less faithful than --fidelity allows"),
}


class Asked(NamedTuple):
    """A step that is to be explained.

    `place` is its place in its stage, FROM being 0; `miss` says why the cache had nothing for it (see
    `StepRecord`); `read` gives the content that a file of its sources has now.
    """

    place: int
    text: str
    key: str
    miss: str
    inputs: Inputs
    read: Reader


class StageExplainer:
    """Explains the steps of one stage; `texts` are its instructions, FROM first, `first` is FROM's number."""

    def __init__(
        self,
        store: Store,
        last: BuildRecord | None,
        old: Sequence[StepRecord],
        texts: Sequence[str],
        first: int,
    ) -> None:
        self._store = store
        self._last = last
        self._old = old
        self._texts = texts
        self._first = first
        self._pairs = aligned(texts, [step.instruction for step in old])
        self.gone = False  # whether there was a last build that is no longer remembered

    def base(self, image: str) -> tuple[Reason, ...]:
        """What is to be said of a FROM that gave the image of that ID."""
        old = self._pair(0)
        if old is None or old.image == image:
            return ()
        other = Reason("base", "the base is another image", _short(old.image), _short(image))
        if old.instruction == self._texts[0]:
            return (other,)
        return (Reason("instruction", "the instruction changed", old.instruction, self._texts[0]), other)

    def step(self, asked: Asked, before: Sequence[StepRecord]) -> tuple[Reason, ...]:
        """Why a step is not in the cache; `before` are the steps of its stage up to it, FROM first."""
        known = _MISSES.get(asked.miss)
        if known is not None:
            return (known,)
        if self._last is None:
            return (self._unheard_of(),)
        old = self._pair(asked.place)
        if old is None:
            return (Reason("new", "the last build had no such instruction"),)
        if old.key == asked.key or old in self._last.unfinished[1:]:
            return (self._repeated(old),)
        was = self._inputs(old)
        if was is None:
            return (_forgotten(asked, old),)
        reasons = input_reasons(
            (old.instruction, asked.text), (was, asked.inputs), self._texts[: asked.place]
        )
        reasons = [self._with_files(reason, asked, old) for reason in reasons]
        if not reasons or _foundation(was) != _foundation(asked.inputs):
            # Whatever else could be done, the step would run.
            reasons = [*(reason._replace(hint="") for reason in reasons), self._parent(asked, before)]
        return tuple(reasons)

    def _pair(self, place: int) -> StepRecord | None:
        found = self._pairs[place]
        return None if found is None else self._old[found]

    def _unheard_of(self) -> Reason:
        if self.gone:
            return Reason("first", "the build before it is no longer remembered")
        if self._store.memo_get(EMPTIED) is not None:
            return Reason("first", "no build of this Dockerfile is known since `system prune --all`")
        return Reason("first", "it is the first build of this Dockerfile with this context")

    def _repeated(self, old: StepRecord) -> Reason:
        """Why the cache has nothing for a step that the last build had, or did not come to."""
        assert self._last is not None
        unfinished = self._last.unfinished
        if old in unfinished:
            if old is unfinished[0]:
                return Reason("failed", "it failed in the last build")
            return Reason(
                "failed", f"the last build failed before it: {_shortened(unfinished[0].instruction)}"
            )
        return Reason("pruned", "its result was removed from the cache since the last build (`system prune`)")

    def _inputs(self, old: StepRecord) -> Inputs | None:
        assert self._last is not None
        if old in self._last.unfinished:
            return self._last.failed_inputs or None
        record = self._store.cache_get(old.key) if old.key else None
        if record is None or "inputs" not in record.data:
            return None
        return tuple((label, value) for label, value in record.data["inputs"])

    def _with_files(self, reason: Reason, asked: Asked, old: StepRecord) -> Reason:
        if reason.kind != "files":
            return reason

        def read_old(path: str, listed: Listed) -> bytes | None:
            return layer_content(self._store, old.layer, path, listed) if old.layer is not None else None

        files = compared_files(self._store, (reason.old, reason.new), (read_old, asked.read))
        place = f" in the {reason.text}" if reason.text else ""
        if files is None:
            return Reason("files", f"its files{place} changed; which ones is no longer known")
        return Reason("files", _counted(files) + place, files=files)

    def _parent(self, asked: Asked, before: Sequence[StepRecord]) -> Reason:
        """Which of the steps before made what it starts from another one."""
        on_files = _works_on_files(asked.text)
        for place in range(len(before) - 1, 0, -1):
            step, old = before[place], self._pair(place)
            if on_files and not _works_on_files(step.instruction):
                continue
            if old is not None and (old.key, old.layer, on_files or old.image) == (
                *(step.key, step.layer),
                on_files or step.image,
            ):
                continue
            how = "is new" if old is None else "is not what it was" if step.cached else "ran again"
            return Reason("parent", f"step {self._first + place} {how}: {_shortened(step.instruction)}")
        changed = self.base(before[0].image) if before else ()
        gone = [step for place, step in enumerate(self._old) if place not in self._pairs]
        if changed or not gone:
            return changed[-1] if changed else Reason("parent", "the base is not what it was")
        return Reason("parent", f"an instruction before it is gone: {_shortened(gone[0].instruction)}")


def aligned(texts: Sequence[str], old: Sequence[str]) -> list[int | None]:
    """For each text the place of the old one that it corresponds to: the same, or one of the same kind in
    its stead.
    """
    found: list[int | None] = [None] * len(texts)
    if texts and old:
        found[0] = 0  # FROM
    matcher = SequenceMatcher(None, texts, old, autojunk=False)
    for kind, start, end, old_start, old_end in matcher.get_opcodes():
        rest = list(range(max(old_start, 1), old_end))
        for place in range(max(start, 1), end):
            word = texts[place].partition(" ")[0].upper()
            same = rest[0] if kind == "equal" else None
            if kind != "equal":
                same = next((one for one in rest if old[one].partition(" ")[0].upper() == word), None)
            if same is not None:
                found[place] = same
                del rest[: rest.index(same) + 1]
    return found


class Explainer:
    """Explains a build whose stages have those labels, beside the last build of the same Dockerfile; `gone`
    tells that there was one which is no longer remembered.
    """

    def __init__(
        self, store: Store, last: BuildRecord | None, labels: Sequence[str], *, gone: bool = False
    ) -> None:
        self._store = store
        self._last = last
        self._gone = gone
        known = [*last.steps, *last.unfinished] if last is not None else []
        self._old: dict[str, list[StepRecord]] = {}
        for step in known:
            self._old.setdefault(step.stage, []).append(step)
        # A stage that has another name now takes the place of one whose name is gone.
        missing = [label for label in self._old if label not in labels]
        new = [label for label in labels if label not in self._old]
        self._names = dict(zip(new, missing, strict=False))

    def stage(self, label: str, texts: Sequence[str], first: int) -> StageExplainer:
        """What explains the steps of one stage."""
        old = self._old.get(self._names.get(label, label), [])
        explainer = StageExplainer(self._store, self._last, old, texts, first)
        explainer.gone = self._gone
        return explainer


class Explained(NamedTuple):
    """A step of a build that is over: `verdict` is base, cached, ran, failed or unreached."""

    number: int
    step: StepRecord
    verdict: str
    reasons: tuple[Reason, ...] = ()


def explain_build(record: BuildRecord, store: Store) -> list[Explained]:
    """Every step of a build that is over, in its order."""
    last = build_of(store, record.previous) if record.previous else None
    steps = [*record.steps, *record.unfinished]
    labels = list(dict.fromkeys(step.stage for step in steps))
    explainer = Explainer(store, last, labels, gone=bool(record.previous) and last is None)
    found: list[Explained] = []
    for label in labels:
        own = [step for step in steps if step.stage == label]
        first = steps.index(own[0]) + 1
        stage = explainer.stage(label, [step.instruction for step in own], first)
        found += [
            _explained(record, stage, own[: place + 1], first + place, store) for place in range(len(own))
        ]
    return found


def _explained(
    record: BuildRecord, stage: StageExplainer, steps: Sequence[StepRecord], number: int, store: Store
) -> Explained:
    """The last of a stage's `steps`."""
    step = steps[-1]
    failed = step in record.unfinished[:1]
    if step in record.unfinished and not failed:
        return Explained(number, step, "unreached")
    if len(steps) == 1:
        return Explained(
            number, step, "failed" if failed else "base", () if failed else stage.base(step.image)
        )
    if step.cached:
        return Explained(number, step, "cached")

    def read(path: str, listed: Listed) -> bytes | None:
        return layer_content(store, step.layer, path, listed) if step.layer is not None else None

    inputs = record.failed_inputs if failed else kept_inputs(store, step.key)
    asked = Asked(len(steps) - 1, step.instruction, step.key, step.miss, inputs, read)
    reasons = stage.step(asked, steps[:-1]) if step.key else ()
    return Explained(number, step, "failed" if failed else "ran", reasons)


def kept_inputs(store: Store, key: str) -> Inputs:
    """What the step with that cache key was made from; empty when the cache does not have it any more."""
    record = store.cache_get(key)
    return tuple((label, value) for label, value in record.data.get("inputs", ())) if record else ()


def _forgotten(asked: Asked, old: StepRecord) -> Reason:
    """What can be said when the inputs of the last build are gone."""
    if asked.text != old.instruction:
        return Reason("instruction", "the instruction changed", old.instruction, asked.text)
    return Reason("pruned", "what the last build made it from is no longer known (`system prune`)")


def _foundation(inputs: Inputs) -> list[list[str]]:
    values = grouped(inputs)
    return [values.get(label, []) for label in FOUNDATION]


def _works_on_files(text: str) -> bool:
    return text.partition(" ")[0].upper() in _ON_FILES


def _counted(files: Sequence[FileChange]) -> str:
    if len(files) == 1:
        return "one file changed"
    return f"{len(files)} files changed" if files else "its files changed"


def _short(image: str) -> str:
    return image.removeprefix("sha256:")[:12] or "scratch"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
