"""What a build tells while it runs: small typed values, one callback.

A build emits events in order to whoever listens (`Listener`); progress renderers only listen. Steps are
numbered over all stages of the build, from 1 to `total`. With stages in parallel, events of different steps
may interleave: `step` tells which one an event belongs to.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from minibuild.build.explanation_inputs import Reason


class BuildStarted(NamedTuple):
    """The plan is made: `total` instructions will be replayed for the Dockerfile `path`."""

    path: str
    total: int


class StepStarted(NamedTuple):
    """Step `step` of `total` begins: `text` is the instruction on one line, `line` its place, `stage` its
    stage's name or number.
    """

    step: int
    total: int
    text: str
    line: int
    stage: str


class StepCached(NamedTuple):
    """The cache holds the result of this step; `StepCommitted` follows."""

    step: int


class StepExplained(NamedTuple):
    """Why the cache has no result for this step, or (FROM) that its base is another one than in the last
    build; only when the build was asked to explain.
    """

    step: int
    reasons: "tuple[Reason, ...]"


class ContainerStarted(NamedTuple):
    """The container `container` (64 hex digits) made from the image committed last runs the instruction."""

    step: int
    container: str


class StepOutput(NamedTuple):
    """Bytes that a process of the step wrote: `descriptor` 1 is standard output, 2 standard error."""

    step: int
    descriptor: int
    data: bytes


class ContainerRemoved(NamedTuple):
    """The step's container is gone; its changes are in the image committed next."""

    step: int
    container: str


class StepCommitted(NamedTuple):
    """The step's image.

    `image` is its ID (`sha256:…`), `layer` the diff ID of the layer it added or None, `size` that layer's
    bytes. `fidelity` is `exact`, `modelled` or `assumed`, `reasons` say why it is not exact; `seconds` is the
    time it took.
    """

    step: int
    image: str
    layer: str | None
    size: int
    fidelity: str
    reasons: tuple[str, ...]
    seconds: float
    cached: bool


class Warned(NamedTuple):
    """Something worth telling that does not stop the build; `line` is 0 when it has no place."""

    message: str
    line: int = 0


class Progressed(NamedTuple):
    """Long work outside the steps: `what` has done `done` of `total` bytes (0 when unknown)."""

    what: str
    done: int
    total: int


class BuildFinished(NamedTuple):
    """The image `image` is committed and has the names `names`; `fidelity` is the lowest of its steps'."""

    image: str
    names: tuple[str, ...]
    fidelity: str
    seconds: float


Event = (
    BuildStarted
    | StepStarted
    | StepCached
    | StepExplained
    | ContainerStarted
    | StepOutput
    | ContainerRemoved
    | StepCommitted
    | Warned
    | Progressed
    | BuildFinished
)
Listener = Callable[[Event], None]
