"""One build from its request to its result."""

import time
from typing import TYPE_CHECKING, Any

from minibuild.build import events
from minibuild.build.bases import remember_partial
from minibuild.build.engine import Engine, Step
from minibuild.build.errors import BuildError
from minibuild.build.images import StageImage, scratch
from minibuild.build.loop import replay
from minibuild.build.plan import Plan, Stage, make_plan, stages_named, with_labels
from minibuild.build.reading import read_dockerfile
from minibuild.build.request import BuildRequest, BuildResult, StepRecord
from minibuild.build.scope import Scope, environment_values
from minibuild.build.workshop import Workshop
from minibuild.dockerfile.nodes import Instruction
from minibuild.errors import MinibuildError
from minibuild.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEVELS = ("exact", "modelled", "assumed")


def build(request: BuildRequest, store: Store, listen: events.Listener) -> BuildResult:
    """Build the request's Dockerfile into the store; tell `listen` what happens.

    Raise `MinibuildError` (exit status 1) when the build fails: what was committed until then stays in the
    cache.
    """
    started = time.monotonic()
    dockerfile, text = read_dockerfile(request, store)
    plan = make_plan(
        dockerfile,
        text=text,
        build_args=request.build_args,
        contexts=request.build_contexts,
        target=request.target,
        platform=request.platform,
    )
    if request.labels:
        plan = with_labels(plan, request.labels)
    workshop = Workshop(request, plan, store, listen, text)
    records = _Stages(workshop).build()
    image = workshop.built[plan.target]
    if image.partial:
        remember_partial(image.id, store)
    names = _tag(request, store, image)
    fidelity = max((record.fidelity for record in records), key=_LEVELS.index, default="exact")
    descriptor: dict[str, Any] = {}
    if request.outputs:
        from minibuild.build.export import export  # archives are written only when they are asked for

        descriptor = export(request.outputs, workshop, image, fidelity)
    seconds = time.monotonic() - started
    listen(events.BuildFinished(image.id, names, fidelity, seconds))
    return BuildResult(image.id, names, tuple(records), fidelity, seconds, descriptor)


def _tag(request: BuildRequest, store: Store, image: StageImage) -> tuple[str, ...]:
    from minibuild.image.reference import parse_reference

    names = tuple(parse_reference(tag).familiar for tag in request.tags)
    for name in names:
        store.tag(image.id, name)
    return names


class _Stages:
    """Builds the needed stages in the order of the Dockerfile, each after those that it needs."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.plan: Plan = workshop.plan
        self.scopes: dict[int, Scope] = {}

    def build(self) -> list[StepRecord]:
        workshop, plan = self.workshop, self.plan
        bases: dict[int, StageImage | None] = {}
        bodies: dict[int, list[tuple[Instruction, Instruction]]] = {}
        todo = list(plan.needed)
        while todo:
            number = todo.pop()
            bases[number] = self._image_base(plan.stages[number])
            bodies[number] = self._body(plan.stages[number], bases[number])
            instructions = [instruction for instruction, _ in bodies[number]]
            named = stages_named(plan, number, instructions, workshop.request.build_contexts)
            todo += sorted(named - bodies.keys() - set(todo))  # triggers of images may need further stages
        total = sum(1 + len(body) for body in bodies.values())
        workshop.emit(events.BuildStarted(workshop.text.path, total))
        for warning in plan.dockerfile.warnings:
            workshop.emit(events.Warned(warning))
        records: list[StepRecord] = []
        first = 1
        for number in sorted(bodies):
            stage, body = plan.stages[number], bodies[number]
            records += self._stage(stage, bases[number], body, first, total)
            first += 1 + len(body)
        return records

    def _image_base(self, stage: Stage) -> StageImage | None:
        """The image on which the stage starts; None when that is another stage."""
        try:
            base = stage.base
            if base.stage is not None:
                return None
            if base.image:
                return self.workshop.sources.find_image(base.image, stage.platform)
            if base.context:
                return self.workshop.sources.context_image(base.context)
            return scratch(stage.platform)
        except MinibuildError as error:
            self.workshop.text.locate(error, stage.from_)
            raise

    def _body(self, stage: Stage, base: StageImage | None) -> list[tuple[Instruction, Instruction]]:
        """(instruction, the instruction whose line it is told at): the base's triggers, then the stage's
        own.
        """
        if base is not None:
            texts = base.runtime.on_build
        else:
            assert stage.base.stage is not None
            texts = tuple(
                instruction.text
                for instruction in self.plan.stages[stage.base.stage].instructions
                if instruction.keyword == "ONBUILD"
            )
        own = [(instruction, instruction) for instruction in stage.instructions]
        if not texts:
            return own
        from minibuild.build.triggers import triggered  # few bases have triggers

        return [(trigger, stage.from_) for trigger in triggered(texts, stage.from_, self.workshop)] + own

    def _stage(
        self,
        stage: Stage,
        base: StageImage | None,
        body: list[tuple[Instruction, Instruction]],
        first: int,
        total: int,
    ) -> list[StepRecord]:
        workshop = self.workshop
        if base is None:
            assert stage.base.stage is not None
            base = workshop.built[stage.base.stage]
            scope = self.scopes[stage.base.stage].child()
        else:
            values = environment_values(base.runtime.env)
            scope = Scope(values, workshop.request.build_args, self.plan.globals)
        self.scopes[stage.number] = scope
        engine = Engine(workshop, scope, total)
        image = engine.begin(stage, base, first)
        steps: Iterator[Step] = (
            Step(first + 1 + offset, instruction, place, stage)
            for offset, (instruction, place) in enumerate(body)
        )
        workshop.built[stage.number] = replay(steps, image, engine)
        return engine.records


__all__ = ["BuildError", "build"]
