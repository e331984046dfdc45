"""What a build would do: which steps the cache has and which would run. Nothing is run."""

from collections.abc import Iterator
from typing import NamedTuple

from minibuild.build.building import open_workshop
from minibuild.build.engine import Engine, Step, one_line
from minibuild.build.images import StageImage
from minibuild.build.plan import stages_named
from minibuild.build.request import BuildRequest, StepRecord
from minibuild.build.stages import Stages
from minibuild.build.workshop import Workshop
from minibuild.store import Store


class Forecast(NamedTuple):
    """One step: `number` of `total`, its line, text and stage; `cached` is None for FROM."""

    number: int
    total: int
    line: int
    text: str
    stage: str
    cached: bool | None


def forecast(request: BuildRequest, store: Store) -> list[Forecast]:
    """The steps that a build would take, in order. Raise `MinibuildError` for what would fail before
    anything runs.
    """
    workshop = open_workshop(request, store, lambda _: None)
    stages = _ForecastStages(workshop)
    stages.build()
    return stages.found


class _ForecastStages(Stages):
    """Goes through the stages as a build does, but stops in each at the first step that would run."""

    def __init__(self, workshop: Workshop) -> None:
        self.begun: list[StepRecord] = []
        super().__init__(workshop, self.begun)
        self.found: list[Forecast] = []
        self._unknown: set[int] = set()

    def replay(self, steps: Iterator[Step], image: StageImage, engine: Engine) -> None:
        stage, total = engine.stage, engine.total
        begun = self.begun[-1]
        first = len(self.found) + 1
        self.found.append(Forecast(first, total, begun.line, begun.instruction, stage.label, None))
        known = stage.base.stage not in self._unknown
        for step in steps:
            if known:
                found = self._recalled(step, image, engine)
                known = found is not None
                image = found or image
            text = one_line(step.instruction)
            line = step.place.start_line
            self.found.append(Forecast(step.number, total, line, text, stage.label, known))
        if not known:
            self._unknown.add(stage.number)
        # Later stages that stand on it get what is known of it; none of their steps is looked up.
        self.workshop.built[stage.number] = image

    def _recalled(self, step: Step, image: StageImage, engine: Engine) -> StageImage | None:
        """What the cache has for a step; None when it would run, or copies from a stage that would."""
        plan, contexts = self.workshop.plan, self.workshop.request.build_contexts
        if stages_named(plan, step.stage.number, [step.instruction], contexts) & self._unknown:
            return None
        with engine.announced(step):
            engine.resolve(step, image)
            return engine.recall(step, image)
