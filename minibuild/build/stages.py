"""The stages of one build, each after those that it needs."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from minibuild.build import events
from minibuild.build.engine import Engine, Step, one_line
from minibuild.build.entitlements import check_entitlements
from minibuild.build.images import StageImage, scratch
from minibuild.build.loop import replay
from minibuild.build.plan import Plan, Stage, stages_named
from minibuild.build.request import BuildRequest, StepRecord
from minibuild.build.scope import Scope, environment_values
from minibuild.build.workshop import Workshop
from minibuild.dockerfile.nodes import Instruction
from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from minibuild.build.ahead import Ahead, Made
    from minibuild.build.explanation import Explainer


class Turn(NamedTuple):
    """One stage on its way: its base (None: another stage), its instructions with the places where they are
    told, the number of its first step, and that of all steps.
    """

    stage: Stage
    base: StageImage | None
    body: list[tuple[Instruction, Instruction]]
    first: int
    total: int

    @property
    def works(self) -> bool:
        """Whether something in it may take time."""
        return any(instruction.keyword in ("RUN", "COPY", "ADD") for instruction, _ in self.body)


class Stages:
    """Builds the needed stages in the order of the Dockerfile, each after those that it needs."""

    def __init__(self, workshop: Workshop, records: list[StepRecord]) -> None:
        self.workshop = workshop
        self.records = records
        self.plan: Plan = workshop.plan
        self.scopes: dict[int, Scope] = {}
        # (stage, line, instruction) of everything that is to be done.
        self.planned: list[tuple[str, int, str]] = []
        self._explainer: Explainer | None = None
        self._ahead: Ahead | None = None

    def build(self) -> None:
        workshop, plan = self.workshop, self.plan
        bases: dict[int, StageImage | None] = {}
        bodies: dict[int, list[tuple[Instruction, Instruction]]] = {}
        ahead = list(plan.needed)
        while ahead:
            number = ahead.pop()
            bases[number] = self._image_base(plan.stages[number])
            bodies[number] = self._body(plan.stages[number], bases[number])
            check_entitlements(bodies[number], workshop.request.allow, workshop.text)
            instructions = [instruction for instruction, _ in bodies[number]]
            named = stages_named(plan, number, instructions, workshop.request.build_contexts)
            ahead += sorted(named - bodies.keys() - set(ahead))  # triggers of images may need further stages
        total = sum(1 + len(body) for body in bodies.values())
        workshop.emit(events.BuildStarted(workshop.text.path, total))
        for warning in (*plan.dockerfile.warnings, *_unknown_filters(plan, workshop.request)):
            workshop.emit(events.Warned(warning))
        for number in sorted(bodies):
            self._plan_steps(plan.stages[number], bodies[number])
        if workshop.request.explain:
            self._explainer = self._make_explainer()
        firsts, first = {}, 1
        for number in sorted(bodies):
            firsts[number] = first
            first += 1 + len(bodies[number])
        if workshop.breakpoints is not None:
            workshop.breakpoints.check(firsts, total)
        turns = {n: Turn(plan.stages[n], bases[n], bodies[n], firsts[n], total) for n in firsts}
        try:
            for number, turn in turns.items():
                workshop.before_run = partial(self._build_ahead, number, turns)
                made = self._ahead.take(number) if self._ahead is not None else None
                if made is None:
                    self._stage(*turn)
                else:
                    self._take_over(made)
        finally:
            if self._ahead is not None:
                self._ahead.close()

    def _build_ahead(self, here: int, turns: Mapping[int, Turn]) -> None:
        """Let other processes begin with stages that need nothing of those still to be built."""
        workshop = self.workshop
        request = workshop.request
        if self._ahead is not None or request.jobs == 1 or request.explain or workshop.store.read_only:
            return
        if workshop.breakpoints is not None:  # who stops wants one thing after the other
            return
        later = [(n, self.plan.stages[n].needs) for n, turn in turns.items() if n > here and turn.works]
        if not later:
            return
        from minibuild.build.ahead import Ahead, independent, processes  # only builds that run something

        free = independent(later, workshop.built)
        if free and processes():
            self._ahead = Ahead(free, lambda number: self._made_elsewhere(turns[number]))

    def _made_elsewhere(self, turn: Turn) -> "Made":
        """Build a stage in a process that was forked for it."""
        from minibuild.build.ahead import Made
        from minibuild.store import Store

        workshop, number = self.workshop, turn.stage.number
        told: list[events.Event] = []
        self.records = []
        workshop.emit, workshop.before_run = told.append, None
        if workshop.store.is_inherited:  # a connection to the database belongs to the process that opened it
            workshop.use(Store.open(workshop.store.root))
        self._stage(*turn)
        return Made(
            *(number, tuple(told), tuple(self.records), workshop.built[number], self.scopes[number]),
            workshop.sources.images,
        )

    def _take_over(self, made: "Made") -> None:
        """Tell and keep what another process made of a stage."""
        for event in made.told:
            self.workshop.emit(event)
        self.records.extend(made.steps)
        self.workshop.built[made.number] = made.image
        self.scopes[made.number] = made.scope
        self.workshop.sources.images.update(made.images)

    def _plan_steps(self, stage: Stage, body: list[tuple[Instruction, Instruction]]) -> None:
        for instruction, place in ((stage.from_, stage.from_), *body):
            self.planned.append((stage.label, place.start_line, one_line(instruction)))

    def _make_explainer(self) -> "Explainer":
        from minibuild.build.explanation import Explainer  # few builds explain themselves while they run
        from minibuild.build.record import last_build

        labels = list(dict.fromkeys(stage for stage, _, _ in self.planned))
        last, there_was_one = last_build(self.workshop)
        return Explainer(self.workshop.store, last, labels, gone=there_was_one and last is None)

    def _image_base(self, stage: Stage) -> StageImage | None:
        """The image on which the stage starts; None when that is another stage."""
        try:
            base = stage.base
            if base.stage is not None:
                return None
            if base.image:
                return self.workshop.sources.find_image(base.image, stage.platform)
            if base.context:
                return self._context_base(base.context, stage)
            return scratch(stage.platform)
        except MinibuildError as error:
            self.workshop.text.locate(error, stage.from_)
            raise

    def _context_base(self, name: str, stage: Stage) -> StageImage:
        sources = self.workshop.sources
        if sources.is_image(name):
            return sources.context_image(name)
        from minibuild.build.directories import directory_image  # few stages start from a directory

        return directory_image(name, stage.platform or self.workshop.request.platform, self.workshop)

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
    ) -> None:
        workshop = self.workshop
        if base is None:
            assert stage.base.stage is not None
            base = workshop.built[stage.base.stage]
            scope = self.scopes[stage.base.stage].child()
        else:
            values = environment_values(base.runtime.env)
            scope = Scope(values, workshop.request.build_args, self.plan.globals)
        self.scopes[stage.number] = scope
        engine = Engine(workshop, stage, scope, total, self.records)
        if self._explainer is not None:
            texts = [text for label, _, text in self.planned if label == stage.label]
            engine.explainer = self._explainer.stage(stage.label, texts, first)
        image = engine.begin(base, first)
        steps = (
            Step(first + 1 + offset, instruction, place, stage)
            for offset, (instruction, place) in enumerate(body)
        )
        self.replay(steps, image, engine)

    def replay(self, steps: Iterator[Step], image: StageImage, engine: Engine) -> None:
        """Replay the instructions of one stage; what comes out is that stage's image."""
        number = engine.stage.number
        self.workshop.built[number] = replay(steps, image, engine)


def _unknown_filters(plan: Plan, request: BuildRequest) -> list[str]:
    """What is to be said about names of `--no-cache-filter` that no stage has."""
    if not request.no_cache_filter:
        return []
    known = {name for stage in plan.stages for name in (stage.label.lower(), str(stage.number))}
    unknown = [name for name in request.no_cache_filter if name.lower() not in known]
    return [f"--no-cache-filter {name}: the Dockerfile has no such stage" for name in unknown]
