"""Where a build stops, and the shell in the container of the step where it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.build.container import StepContainer
from minibuild.build.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from minibuild.build.engine import Step
    from minibuild.build.images import StageImage
    from minibuild.build.scope import Scope
    from minibuild.build.workshop import Workshop
    from minibuild.container.session import Visitor
    from minibuild.errors import MinibuildError

_THROWN_AWAY = "What you change here is thrown away."


class Breakpoints:
    """Stops before the steps of some `numbers`, and at a failure if `on_error`."""

    def __init__(self, numbers: Collection[int], visitor: Visitor, *, on_error: bool = False) -> None:
        self.numbers = numbers
        self.visitor = visitor
        self.on_error = on_error

    def check(self, firsts: Mapping[int, int], total: int) -> None:
        """`firsts` has the number of each stage's FROM. Raise `BuildError` for a number that is none."""
        for number in self.numbers:
            if not 0 < number <= total:
                raise BuildError(f"--break {number}: the build has {total} steps")
            if number in firsts.values():
                hint = f"--break {number + 1} stops right after it" if number < total else ""
                what = f"--break {number}: step {number} is a FROM, before which is nothing"
                raise BuildError(what, hint=hint)

    def before(self, step: Step, image: StageImage, scope: Scope, workshop: Workshop) -> None:
        """The step is about to begin."""
        if step.number not in self.numbers:
            return
        self.visitor.tell(f"Stopped before step {step.number}. {_THROWN_AWAY} `exit` goes on.")
        self._open(StepContainer(workshop, image, step.number, seed="break"), scope)

    def failed(self, step: Step, error: MinibuildError, scope: Scope, workshop: Workshop) -> None:
        """The step failed: its container is as it was left."""
        if not self.on_error or step.image is None:
            return
        container = step.container or StepContainer(workshop, step.image, step.number, seed="break")
        self.visitor.tell(f"Step {step.number} failed: {error.message}")
        self.visitor.tell(f"This is its container. {_THROWN_AWAY} `exit` ends the build.")
        self._open(container, scope)

    def _open(self, container: StepContainer, scope: Scope) -> None:
        from minibuild.container import Container
        from minibuild.container.session import Seat, visit
        from minibuild.errors import MinibuildError

        workshop, runtime = container.workshop, container.image.runtime
        request = workshop.request
        simulated = Container(
            container.filesystem,
            now=workshop.clock.now(),
            seed=container.id,
            fidelity_limit=request.fidelity,
            partial=container.image.partial,
            network=request.network != "none",
            fixtures=request.fixtures,
            hosts=request.hosts,
        )
        shell = (runtime.shell or ("/bin/sh",))[:1]
        directory = runtime.working_dir or "/"
        seat = Seat(shell, scope.run_environment(), runtime.user, directory)
        try:
            visit(simulated, seat, self.visitor)
        except MinibuildError as error:  # a stop must not fail the build
            self.visitor.tell(error.message)
