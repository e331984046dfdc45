"""The plan of a build: its stages, what each stands on, and which of them the target needs.

Nothing is run here and no image is read. A plan is made from the parsed Dockerfile and the build's arguments
alone.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from minibuild.build.errors import BuildError, DockerfileText
from minibuild.build.scope import platform_arguments
from minibuild.dockerfile.expand import ExpandError, expand_word
from minibuild.dockerfile.nodes import Add, Copy, Dockerfile, From, Instruction, Label, Onbuild, Run

# Characters; variables that are made of each other grow quickly.
_MOST_ARGUMENTS = 16 << 20


class Origin(NamedTuple):
    """What a FROM, `--from` or mount names: exactly one of a stage, a named context, an image; or scratch
    (none of them).
    """

    stage: int | None = None
    context: str = ""
    image: str = ""


class Stage(NamedTuple):
    """One FROM with what follows it. `needs` are the numbers of the stages that it stands on or copies
    from.
    """

    number: int
    name: str
    from_: From
    base: Origin
    platform: str
    instructions: tuple[Instruction, ...]
    needs: tuple[int, ...]

    @property
    def label(self) -> str:
        """The stage's name, or its number when it has none."""
        return self.name or str(self.number)


class Plan(NamedTuple):
    """All stages, the target's number and the numbers of the stages to build, in the order of the
    Dockerfile.
    """

    dockerfile: Dockerfile
    stages: tuple[Stage, ...]
    target: int
    needed: tuple[int, ...]
    globals: Mapping[str, str] = {}


def make_plan(
    dockerfile: Dockerfile,
    *,
    text: DockerfileText,
    build_args: Mapping[str, str],
    contexts: Mapping[str, str],
    target: str,
    platform: str,
) -> Plan:
    """Raise `BuildError` for an unknown target, a base name that is blank, a stage that needs itself or a
    later one.
    """
    if not dockerfile.stages:
        raise BuildError("dockerfile contains no stages to build", hint="add `FROM image`")
    arguments = _global_arguments(dockerfile, build_args, platform, target, text)
    stages: list[Stage] = []
    blocks = [(stage.from_, tuple(stage.instructions)) for stage in dockerfile.stages]
    names = [(from_.name or "").lower() for from_, _ in blocks]
    for number, (from_, instructions) in enumerate(blocks):
        try:
            base, stage_platform = _base(from_, number, names, arguments, contexts, dockerfile.escape)
        except BuildError as error:
            text.locate(error, from_)
            raise
        finder = _Finder(number, names, contexts, text)
        needs = {base.stage} if base.stage is not None else set()
        inherited = stages[base.stage].instructions if base.stage is not None else ()
        triggers = [i.inner for i in inherited if isinstance(i, Onbuild) and i.inner is not None]
        for instruction in (*triggers, *instructions):
            for name in source_names(instruction):
                origin = finder.find(name, instruction)
                if origin.stage is not None:
                    needs.add(origin.stage)
        stages.append(
            Stage(
                number,
                from_.name or "",
                from_,
                base,
                stage_platform or platform,
                instructions,
                tuple(sorted(needs)),
            )
        )
    wanted = _target(stages, target)
    return Plan(dockerfile, tuple(stages), wanted, _reachable(stages, wanted), arguments)


def with_labels(plan: Plan, labels: Mapping[str, str]) -> Plan:
    """The plan with one more LABEL at the end of the target stage, as docker's classic builder has it."""
    target = plan.stages[plan.target]
    last = target.instructions[-1] if target.instructions else target.from_
    words = tuple(_literal(word) for pair in labels.items() for word in pair)
    text = "LABEL " + " ".join(f"{key}={value}" for key, value in zip(words[::2], words[1::2], strict=True))
    line = last.end_line
    label = Label(args=words, start_line=line, end_line=line, written="LABEL", original=text)
    labelled = target._replace(instructions=(*target.instructions, label))
    return plan._replace(stages=(*plan.stages[: plan.target], labelled, *plan.stages[plan.target + 1 :]))


def _literal(text: str) -> str:
    """A word in which nothing is expanded."""
    return "'" + text.replace("'", "'\"'\"'") + "'"


def stages_named(
    plan: Plan, stage: int, instructions: Iterable[Instruction], contexts: Mapping[str, str]
) -> set[int]:
    """The numbers of the stages that instructions of the stage numbered `stage` read from, and of those that
    they need.
    """
    names = [one.name.lower() for one in plan.stages]
    named = [name for instruction in instructions for name in source_names(instruction)]
    open_ = [_resolve(name, stage, names, contexts).stage for name in named]
    found: set[int] = set()
    while open_:
        number = open_.pop()
        if number is not None and number not in found:
            found.add(number)
            open_.extend(plan.stages[number].needs)
    return found


def find_origin(plan: Plan, stage: int, name: str, contexts: Mapping[str, str]) -> Origin:
    """What `name` means in a `--from` of the stage numbered `stage`: a named context, an earlier stage or an
    image.
    """
    names = [s.name.lower() for s in plan.stages]
    return _resolve(name, stage, names, contexts)


def named_context(name: str, contexts: Mapping[str, str]) -> str:
    """The named context that stands for `name`, or "": it takes the place of a stage or image of that
    name.
    """
    if not contexts:
        return ""
    if name in contexts:
        return name
    from minibuild.image.reference import parse_reference  # only with named contexts

    lowered = name.lower()
    for context in contexts:
        try:
            same = parse_reference(context).canonical == parse_reference(lowered).canonical
        except ValueError:
            same = context.lower() == lowered
        if same:
            return context
    return ""


def _resolve(name: str, stage: int, names: list[str], contexts: Mapping[str, str]) -> Origin:
    lowered = name.lower()
    context = named_context(name, contexts)
    if context:
        return Origin(context=context)
    for number in range(stage - 1, -1, -1):
        if names[number] == lowered:
            return Origin(stage=number)
    if _is_number(name) and int(name) < stage:
        return Origin(stage=int(name))
    if lowered == "scratch":
        return Origin()
    return Origin(image=name)


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 10


class _Finder(NamedTuple):
    """Resolves what the instructions of one stage name, with errors that point at the instruction."""

    stage: int
    names: list[str]
    contexts: Mapping[str, str]
    text: DockerfileText

    def find(self, name: str, instruction: Instruction) -> Origin:
        origin = _resolve(name, self.stage, self.names, self.contexts)
        error = self._misplaced(name) if origin.image else None
        if error is not None:
            self.text.locate(error, instruction)
            raise error
        return origin

    def _misplaced(self, name: str) -> BuildError | None:
        if "$" in name:
            return BuildError(
                f"--from={name}: variables are not expanded in --from",
                hint=f"define a stage for it, `FROM {name} AS NAME`, with an ARG before the first FROM",
                subject=name,
            )
        lowered = name.lower()
        here = self.names[self.stage]
        if lowered == here or name == str(self.stage):
            return BuildError(
                f"circular dependency detected on stage: {name}",
                hint="a stage can copy only from stages before it",
                subject=name,
            )
        if lowered in self.names or _is_number(name):
            if name.isdigit() and int(name) >= len(self.names):
                return BuildError(
                    f"invalid stage index {name}: there are {len(self.names)} stages, numbered from 0",
                    subject=name,
                )
            return BuildError(
                f'cannot copy from stage "{name}", it needs to be defined before current stage'
                f' "{here or self.stage}"',
                hint="move the stage that is copied from before this one",
                subject=name,
            )
        return None


def source_names(instruction: Instruction) -> list[str]:
    """The names of stages, contexts or images that an instruction reads from, as far as no variable is in
    them.
    """
    if isinstance(instruction, Copy) and not isinstance(instruction, Add):
        return [instruction.from_] if instruction.from_ else []
    if isinstance(instruction, Run):
        return [mount.from_ for mount in instruction.mounts if mount.from_]
    return []


def _global_arguments(
    dockerfile: Dockerfile, build_args: Mapping[str, str], platform: str, target: str, text: DockerfileText
) -> dict[str, str]:
    """The values of the ARGs before the first FROM, with the automatic platform ARGs."""
    values = platform_arguments(platform, target or "default")
    size = 0
    for arg in dockerfile.meta_args:
        for name, default in arg.items:
            if name in build_args:
                values[name] = build_args[name]
            elif default is not None:
                try:
                    values[name] = expand_word(default, values, dockerfile.escape)
                except ExpandError as problem:
                    error = BuildError(f'failed to process "{default}": {problem}')
                    text.locate(error, arg)
                    raise error from None
            size += len(values.get(name, ""))
            if size > _MOST_ARGUMENTS:
                raise BuildError(f"ARGs before the first FROM have more than {_MOST_ARGUMENTS:,} characters")
    return values


def _base(
    from_: From,
    number: int,
    names: list[str],
    arguments: Mapping[str, str],
    contexts: Mapping[str, str],
    escape: str,
) -> tuple[Origin, str]:
    try:
        image = expand_word(from_.image, arguments, escape)
        platform = expand_word(from_.platform, arguments, escape) if from_.platform else ""
    except ExpandError as problem:
        raise BuildError(f'failed to process "{from_.image}": {problem}') from None
    if not image.strip():
        raise BuildError(
            f"base name ({from_.image}) should not be blank",
            hint="give the ARG a default value before the first FROM, or a value with --build-arg",
        )
    context = named_context(image, contexts)
    if context:
        return Origin(context=context), platform
    for earlier in range(number - 1, -1, -1):
        if names[earlier] == image.lower():
            return Origin(stage=earlier), platform
    if image == "scratch":
        return Origin(), platform
    return Origin(image=image), platform


def _target(stages: list[Stage], target: str) -> int:
    if not target:
        return len(stages) - 1
    for stage in reversed(stages):
        if stage.name and stage.name.lower() == target.lower():
            return stage.number
    known = [stage.name for stage in stages if stage.name]
    from difflib import get_close_matches  # only on the way to an error

    close = get_close_matches(target, known, 1, 0.5)
    suggestion = f" (did you mean {close[0]}?)" if close else ""
    raise BuildError(
        f'target stage "{target}" could not be found{suggestion}',
        hint=f"the Dockerfile's named stages are: {', '.join(known)}"
        if known
        else "no stage of the Dockerfile has a name",
    )


def _reachable(stages: list[Stage], target: int) -> tuple[int, ...]:
    needed: set[int] = set()
    open_ = [target]
    while open_:
        number = open_.pop()
        if number not in needed:
            needed.add(number)
            open_.extend(stages[number].needs)
    return tuple(sorted(needed))
