"""What a build would do: which steps the cache has, which would run and why. Nothing is run or made."""

from collections.abc import Iterator
from typing import NamedTuple

from minibuild.build.building import open_workshop
from minibuild.build.engine import Engine, Step, one_line
from minibuild.build.explanation_inputs import Reason
from minibuild.build.images import StageImage
from minibuild.build.plan import Stage, find_origin, source_names
from minibuild.build.request import BuildRequest, StepRecord
from minibuild.build.stages import Stages
from minibuild.build.workshop import Workshop
from minibuild.store import Store


class ForecastStep(NamedTuple):
    """One step: its number, line, text and stage.

    `state` is `base` (a FROM whose image is there), `make` (a FROM whose image would have to be made first),
    `cached` or `run`; `reasons` say why a step would run.
    """

    number: int
    line: int
    text: str
    stage: str
    state: str
    reasons: tuple[Reason, ...] = ()


class ForecastStage(NamedTuple):
    """One stage: what it stands on, the stages that it needs, and whether it is needed itself."""

    number: int
    name: str
    base: str
    needs: tuple[str, ...]
    needed: bool


class Forecast(NamedTuple):
    """A build that was not run."""

    dockerfile: str
    target: str
    stages: tuple[ForecastStage, ...]
    steps: tuple[ForecastStep, ...]

    @property
    def runs(self) -> int:
        """How many steps would run."""
        return sum(step.state == "run" for step in self.steps)


def forecast(request: BuildRequest, store: Store) -> Forecast:
    """What a build would do. Raise `MinibuildError` for what would fail before anything runs."""
    request = request._replace(explain=True, keep_steps=False)
    workshop = open_workshop(request, store, lambda _: None)
    workshop.sources.makes = False
    stages = _ForecastStages(workshop)
    stages.build()
    plan = workshop.plan
    built = stages.scopes.keys()
    return Forecast(
        workshop.text.path,
        plan.stages[plan.target].label,
        tuple(
            ForecastStage(
                *(stage.number, stage.name, stage.from_.image),
                tuple(plan.stages[need].label for need in stage.needs),
                stage.number in built,
            )
            for stage in plan.stages
        ),
        tuple(stages.found),
    )


class _ForecastStages(Stages):
    """Goes through the stages as a build does, but stops in each at the first step that would run."""

    def __init__(self, workshop: Workshop) -> None:
        self.begun: list[StepRecord] = []
        super().__init__(workshop, self.begun)
        self.found: list[ForecastStep] = []
        self._changed: set[int] = set()  # stages of which some step would run

    def replay(self, steps: Iterator[Step], image: StageImage, engine: Engine) -> None:
        stage = engine.stage
        why = self._base(engine, image)
        for step in steps:
            reasons: tuple[Reason, ...] = ()
            if why is None:
                found, reasons = self._recalled(step, image, engine)
                if found is None:
                    why = Reason("parent", f"step {step.number} before it would run")
                else:
                    image = found
            else:
                reasons = (self._forgotten(stage) or why,)
            self._add(step.number, step.place.start_line, one_line(step.instruction), stage, reasons)
        if why is not None:
            self._changed.add(stage.number)
        # Later stages that stand on it get what is known of it; none of their steps is looked up.
        self.workshop.built[stage.number] = image

    def _base(self, engine: Engine, image: StageImage) -> Reason | None:
        """Tell the stage's FROM; why nothing can be known of what stands on it, or None."""
        stage, begun = engine.stage, self.begun[-1]
        base = stage.base.stage
        changes = base is not None and base in self._changed
        state = "base" if image.is_there and not changes else "make"
        number = len(self.found) + 1
        reasons = engine.explainer.base(image.id) if engine.explainer is not None and state == "base" else ()
        self.found.append(ForecastStep(number, begun.line, begun.instruction, stage.label, state, reasons))
        if changes:
            assert base is not None
            return Reason("parent", f"steps of stage {self.plan.stages[base].label} would run")
        return None if image.is_there else Reason("base", f"{stage.from_.image} is not in the store yet")

    def _add(self, number: int, line: int, text: str, stage: Stage, reasons: tuple[Reason, ...]) -> None:
        state = "run" if reasons else "cached"
        self.found.append(ForecastStep(number, line, text, stage.label, state, reasons))

    def _forgotten(self, stage: Stage) -> Reason | None:
        if not self.workshop.forgets(stage):
            return None
        from minibuild.build.explanation import NO_CACHE

        return NO_CACHE

    def _recalled(
        self, step: Step, image: StageImage, engine: Engine
    ) -> tuple[StageImage | None, tuple[Reason, ...]]:
        """What the cache has for a step; None, and why, when it would run."""
        forgotten = self._forgotten(step.stage)
        with engine.announced(step):
            missing = forgotten or self._missing_source(step)
            if missing is not None:
                return None, (missing,)
            engine.resolve(step, image)
            if engine.look_up(step) is None:
                return None, engine.explain(step)
            return engine.recall(step, image), ()

    def _missing_source(self, step: Step) -> Reason | None:
        """Why it can't be known what the step reads: from a stage that would change, an image that is to be
        made.
        """
        plan, sources = self.plan, self.workshop.sources
        for name in source_names(step.instruction):
            origin = find_origin(plan, step.stage.number, name, self.workshop.request.build_contexts)
            if origin.stage in self._changed:
                return Reason("source", f"it reads from stage {name}, of which steps would run")
            if origin.image and not sources.find_image(origin.image).is_there:
                return Reason("source", f"it reads from {name}, which is not in the store yet")
            if origin.context and sources.is_missing(origin.context):
                return Reason("source", f"it reads from the context {name}, which is not in the store yet")
        return None
