"""One build from its request to its result."""

import time
from typing import TYPE_CHECKING, Any

from minibuild.build import events
from minibuild.build.bases import remember_partial
from minibuild.build.errors import BuildError
from minibuild.build.images import StageImage
from minibuild.build.plan import make_plan, with_labels
from minibuild.build.reading import read_dockerfile
from minibuild.build.record import keep_failure, keep_record
from minibuild.build.request import BuildRequest, BuildResult, StepRecord
from minibuild.build.stages import Stages
from minibuild.build.workshop import Workshop
from minibuild.errors import MinibuildError
from minibuild.store import Store

if TYPE_CHECKING:
    from minibuild.build.breakpoints import Breakpoints

_LEVELS = ("exact", "modelled", "assumed")


def build(
    request: BuildRequest,
    store: Store,
    listen: events.Listener,
    breakpoints: "Breakpoints | None" = None,
) -> BuildResult:
    """Build the request's Dockerfile into the store; tell `listen` what happens; stop at `breakpoints`.

    Raise `MinibuildError` (exit status 1) when the build fails: what was committed until then stays in the
    cache.
    """
    started = time.monotonic()
    if request.attestations:
        from minibuild.build.attestation import check_attestations  # few builds make any

        check_attestations(request)
    workshop = open_workshop(request, store, listen)
    workshop.breakpoints = breakpoints
    began = workshop.clock.now()
    records: list[StepRecord] = []
    stages = Stages(workshop, records)
    try:
        stages.build()
    except MinibuildError as error:
        keep_failure(workshop, records, stages.planned, error.message)
        raise
    image = workshop.built[workshop.plan.target]
    if not request.keep_steps and image.id:
        store.put_image(image.config)
    if image.partial:
        remember_partial(image.id, store)
    names = _tag(request, store, image)
    fidelity = max((record.fidelity for record in records), key=_LEVELS.index, default="exact")
    descriptor: dict[str, Any] = {}
    if request.outputs:
        from minibuild.build.export import Finished, export  # archives are written only on demand

        times = began, workshop.clock.now()
        descriptor = export(request.outputs, Finished(workshop, image, records, fidelity, *times))
    build_id = keep_record(workshop, records, image.id, names)
    seconds = time.monotonic() - started
    listen(events.BuildFinished(image.id, names, fidelity, seconds))
    return BuildResult(image.id, names, tuple(records), fidelity, seconds, descriptor, build_id)


def open_workshop(request: BuildRequest, store: Store, listen: events.Listener) -> Workshop:
    """Read the Dockerfile and make the plan: the means of the build. Raise `MinibuildError`."""
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
    return Workshop(request, plan, store, listen, text)


def _tag(request: BuildRequest, store: Store, image: StageImage) -> tuple[str, ...]:
    from minibuild.image.reference import parse_reference

    names = tuple(parse_reference(tag).familiar for tag in request.tags)
    for name in names:
        store.tag(image.id, name)
    return names


__all__ = ["BuildError", "build"]
