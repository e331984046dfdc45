"""The engine behind the loop: containers made from images, images committed from containers, and the cache
around both.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from minibuild.build import events
from minibuild.build.action import Action, Inputs, Situation
from minibuild.build.cache import step_key
from minibuild.build.container import StepContainer
from minibuild.build.errors import BuildError
from minibuild.build.images import StageImage, committed
from minibuild.build.plan import Stage
from minibuild.build.request import StepRecord
from minibuild.build.scope import Scope
from minibuild.build.steps import resolver
from minibuild.build.workshop import Workshop
from minibuild.dockerfile.nodes import Instruction
from minibuild.errors import MinibuildError
from minibuild.image.config import HistoryEntry
from minibuild.store import CacheRecord

if TYPE_CHECKING:
    from minibuild.build.explanation import StageExplainer
    from minibuild.build.explanation_files import Listed
    from minibuild.build.explanation_inputs import Reason


class Step:
    """One instruction on its way through the loop. `place` is where its errors point: for a trigger that is
    the FROM.
    """

    __slots__ = (
        "action",
        "container",
        "image",
        "inputs",
        "instruction",
        "key",
        "miss",
        "number",
        "place",
        "stage",
        "started",
    )

    def __init__(self, number: int, instruction: Instruction, place: Instruction, stage: Stage) -> None:
        self.number = number
        self.instruction = instruction
        self.place = place
        self.stage = stage
        self.started = 0.0
        self.action: Action | None = None
        self.image: StageImage | None = None  # the one committed before it
        self.container: StepContainer | None = None
        self.inputs: Inputs = ()
        self.key = ""
        self.miss = ""  # why the cache has nothing for it, as StepRecord has it


class _Outcome(NamedTuple):
    """What a step made, now or in an earlier build."""

    layer: str | None
    created: str
    fidelity: str
    reasons: tuple[str, ...]
    cached: bool


# Instructions that only move files run no process, so nobody is told of their container; docker has it so.
_COPIES = ("ADD", "COPY")


class Engine:
    """Creates, executes and commits for one stage; adds what was done to `records`."""

    def __init__(
        self, workshop: Workshop, stage: Stage, scope: Scope, total: int, records: list[StepRecord]
    ) -> None:
        self.stage = stage
        self.workshop = workshop
        self.scope = scope
        self.total = total
        self.records = records
        self.explainer: StageExplainer | None = None
        self._cmd_set = False
        self._first = 0

    def begin(self, base: StageImage, number: int) -> StageImage:
        """FROM: the stage's base, with its triggers taken off, is the first image to run a container from."""
        started = time.monotonic()
        stage = self.stage
        text = one_line(stage.from_)
        line = stage.from_.start_line
        self.workshop.emit(events.StepStarted(number, self.total, text, line, stage.label))
        runtime = base.runtime._replace(on_build=()) if base.runtime.on_build else base.runtime
        image = base._replace(config=base.config._replace(config=runtime))
        seconds = time.monotonic() - started
        fidelity, reasons = base.fidelity, base.reasons
        self._first = len(self.records)
        if self.explainer is not None and (why_other := self.explainer.base(base.id)):
            self.workshop.emit(events.StepExplained(number, why_other))
        self.workshop.emit(events.StepCommitted(number, base.id, None, 0, fidelity, reasons, seconds, False))
        why = "; ".join(reasons)
        record = StepRecord(line, text, base.id, None, fidelity, why, False, seconds, "", stage.label)
        self.records.append(record)
        return image

    @contextmanager
    def announced(self, step: Step) -> Iterator[None]:
        """Tell that a step begins, and where it was when something in it fails."""
        step.started = time.monotonic()
        text = one_line(step.instruction)
        line, label = step.place.start_line, step.stage.label
        self.workshop.emit(events.StepStarted(step.number, self.total, text, line, label))
        try:
            yield
        except MinibuildError as error:
            self._note_failure(step, error)
            raise
        except OSError as error:  # a file of the host that went away, changed or can't be read
            name = f"{error.filename}: " if error.filename else ""
            problem = BuildError(f"{name}{error.strerror or error}")
            self._note_failure(step, problem)
            raise problem from None

    def _note_failure(self, step: Step, error: MinibuildError) -> None:
        self.workshop.failed = step
        self.workshop.text.locate(error, step.place)
        if self.workshop.breakpoints is not None:
            self.workshop.breakpoints.failed(step, error, self.scope, self.workshop)

    def resolve(self, step: Step, image: StageImage) -> None:
        """Expand the instruction's words and say what it does."""
        step.image = image
        if self.workshop.breakpoints is not None:
            self.workshop.breakpoints.before(step, image, self.scope, self.workshop)
        instruction = step.instruction
        escape = self.workshop.plan.dockerfile.escape
        situation = Situation(image, self.scope, self.workshop, step.stage.number, escape, self._cmd_set)
        step.action = resolver(instruction.keyword)(instruction, situation)
        self._cmd_set = self._cmd_set or instruction.keyword == "CMD"
        inputs = step.action.inputs
        if inputs is None:  # metadata: any change of what was before makes another image
            inputs = (("text", step.action.created_by), ("image", image.id))
        step.inputs = (
            ("instruction", instruction.keyword),
            *self.workshop.common_inputs,
            *inputs,
            ("files before", image.files),
        )
        step.key = step_key(step.inputs)

    def recall(self, step: Step, image: StageImage) -> StageImage | None:
        """The image that this step made of the same inputs before, or None."""
        record = self.look_up(step)
        if record is None:
            if self.explainer is not None:
                self.workshop.emit(events.StepExplained(step.number, self.explain(step)))
            return None
        self.workshop.emit(events.StepCached(step.number))
        return self._finish(step, image, _recorded(record, cached=True))

    def look_up(self, step: Step) -> CacheRecord | None:
        """What the cache has for a step; None with the cause in `step.miss`."""
        workshop = self.workshop
        if workshop.forgets(step.stage):
            step.miss = "no-cache"
            return None
        record = workshop.store.cache_get(step.key)
        if record is None:
            step.miss = "absent"
        elif record.layer is not None and not workshop.store.has_blob(record.layer):
            step.miss = "layer"
        elif not workshop.allows(str(record.data.get("fidelity", "exact"))):
            step.miss = "fidelity"
        else:
            return record
        return None

    def explain(self, step: Step) -> "tuple[Reason, ...]":
        """Why the cache has nothing for a step that was looked up."""
        from minibuild.build.explanation import Asked  # only builds that are asked to explain

        assert self.explainer is not None

        def read(path: str, listed: "Listed") -> bytes | None:  # noqa: ARG001  as other readers have it
            return self.workshop.listed_content([value for _, value in step.inputs], path)

        before = self.records[self._first :]
        asked = Asked(len(before), one_line(step.instruction), step.key, step.miss, step.inputs, read)
        return self.explainer.step(asked, before)

    def create(self, step: Step, image: StageImage) -> StepContainer:
        """A new container from `image`."""
        if step.instruction.keyword == "RUN" and self.workshop.before_run is not None:
            self.workshop.before_run()
        step.container = StepContainer(self.workshop, image, step.number, seed=step.key)
        return step.container

    def execute(self, step: Step, container: StepContainer) -> None:
        """Let the instruction modify the container."""
        action = step.action
        assert action is not None
        if step.instruction.keyword not in _COPIES:
            self.workshop.emit(events.ContainerStarted(step.number, container.id))
        if action.modify is not None:
            try:
                action.modify(container)
            finally:
                container.keep_output(step.key)

    def commit(self, step: Step, container: StepContainer) -> StageImage:
        """A layer of what the container changed, if anything, and the image with it."""
        assert step.action is not None
        layer = container.commit() if container.touched else None
        if step.instruction.keyword not in _COPIES:
            self.workshop.emit(events.ContainerRemoved(step.number, container.id))
        fidelity, reasons = container.fidelity
        made = _Outcome(layer, self.workshop.clock.timestamp(), fidelity, reasons, False)
        # Another build may have done the same meanwhile. All go on with one result: else later builds would
        # not find
        # in the cache what stands on the other one.
        other = self.look_up(step)
        if other is not None:
            return self._finish(step, container.image, _recorded(other, cached=False))
        data = {"fidelity": fidelity, "reasons": list(reasons), "inputs": step.inputs}
        self.workshop.store.cache_put(step.key, CacheRecord(layer, made.created, data))
        return self._finish(step, container.image, made)

    def _finish(self, step: Step, parent: StageImage, made: _Outcome) -> StageImage:
        action, store = step.action, self.workshop.store
        assert action is not None
        entry = HistoryEntry(
            created=made.created, created_by=action.created_by, empty_layer=made.layer is None
        )
        config = committed(parent.config, action.config, entry, made.layer, action.author)
        image_id = self.workshop.put_image(config, parent.id)
        # A later step depends on the instructions before it and, after a run without cache, on what they
        # made.
        made_by = (("step", step.key), ("layer", made.layer or ""))
        files = parent.files if action.inputs is None else step_key(made_by)
        seconds = time.monotonic() - step.started
        size = store.blob_size(made.layer) if made.layer is not None else 0
        self.workshop.emit(
            events.StepCommitted(
                step.number, image_id, made.layer, size, made.fidelity, made.reasons, seconds, made.cached
            )
        )
        self.records.append(
            StepRecord(
                step.place.start_line,
                one_line(step.instruction),
                image_id,
                made.layer,
                made.fidelity,
                "; ".join(made.reasons),
                made.cached,
                seconds,
                step.key,
                step.stage.label,
                step.miss,
            )
        )
        # After something unknown ran, nobody can say what else the image has.
        partial = parent.partial or made.fidelity == "assumed"
        return StageImage(image_id, config, files, partial)


def _recorded(record: CacheRecord, *, cached: bool) -> _Outcome:
    fidelity = str(record.data.get("fidelity", "exact"))
    reasons = tuple(str(reason) for reason in record.data.get("reasons", ()))
    return _Outcome(record.layer, record.created, fidelity, reasons, cached)


def one_line(instruction: Instruction) -> str:
    """The instruction's text on one line, as progress shows it."""
    return " ".join(instruction.original.split())
