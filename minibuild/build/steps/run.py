"""RUN: a command in the simulated container."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from minibuild.build.action import Action, Inputs, Situation
from minibuild.build.entitlements import check_devices
from minibuild.build.errors import RunError
from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from minibuild.build.container import StepContainer
    from minibuild.build.mounts import Mounted
    from minibuild.container import Execution
    from minibuild.dockerfile.nodes import Run


class _Command(NamedTuple):
    """What runs: the words, and the content of the script file that the first word names, or ""."""

    words: tuple[str, ...]
    script: str
    environment: Mapping[str, str]
    user: str
    directory: str
    network: bool


def resolve(instruction: Run, at: Situation) -> Action:
    """The command's text is never expanded here: that is the shell's work."""
    script, words = _command(instruction, at.shell)
    mounts = _mounts(instruction, at)
    config = at.config
    command = _Command(
        words,
        script,
        at.scope.run_environment(),
        config.user,
        config.working_dir or "/",
        (at.workshop.request.network if instruction.network == "default" else instruction.network) != "none",
    )

    def modify(container: StepContainer) -> None:
        from minibuild.build.mounts import mount_all  # only when something runs

        if instruction.devices:
            check_devices(instruction, container)
        try:
            with mount_all(mounts, container) as variables:
                _report(_execute(command, variables, container), words, container)
        except MinibuildError as error:
            if container.secrets is not None:
                container.secrets.hide_in_error(error)
            raise

    text = at.scope.history_arguments(config.env) + " ".join(words)
    devices = (("device", f"{one.name} {one.required}") for one in instruction.devices)
    return Action(text, config, (*_inputs(command, mounts, at), *devices), modify)


def _mounts(instruction: Run, at: Situation) -> list[Mounted]:
    if not instruction.mounts:
        return []
    from minibuild.build.mounts import resolve_mounts  # few RUNs have mounts

    return resolve_mounts(instruction, at)


def _inputs(command: _Command, mounts: list[Mounted], at: Situation) -> Inputs:
    """What the result depends on. Predefined proxy ARGs are no part of it unless an ARG declares them."""
    return (
        *(("command", word) for word in command.words),
        ("script", command.script),
        *((f"${name}", v) for name, v in sorted(command.environment.items()) if name in at.scope.values),
        ("user", command.user),
        ("directory", command.directory),
        ("network", str(command.network)),
        *((f"host {name}", address) for name, address in sorted(at.workshop.request.hosts.items())),
        *at.workshop.fixture_digests,
        *(mount.key for mount in mounts),
    )


def _command(instruction: Run, shell: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """(script file's content or "", argument words).

    A RUN that is one here-document and nothing else is its content: a script file when it begins with `#!`,
    else a text for the shell. Other here-documents are left to the shell.
    """
    if instruction.form == "exec":
        return "", instruction.args
    text = instruction.command
    if instruction.heredocs:
        first = instruction.heredocs[0]
        if instruction.is_heredoc_only:
            content = first.content
            if content.startswith("#!"):
                return content, (f"/dev/pipes/{first.name}",)
            return "", (*shell, content)
        for document in instruction.heredocs:
            text += "\n" + document.data + document.name
    return "", (*shell, text)


def _execute(command: _Command, variables: Mapping[str, str], container: StepContainer) -> Execution:
    from minibuild.container import Container  # the shell is loaded only when something runs

    workshop = container.workshop
    request = workshop.request
    simulated = Container(
        container.filesystem,
        now=workshop.clock.now(),
        seed=container.id,
        fidelity_limit=request.fidelity,
        partial=container.image.partial,
        network=command.network,
        on_output=container.output,
        fixtures=request.fixtures,
        hosts=request.hosts,
    )
    return simulated.execute(
        command.words,
        env={**command.environment, **variables},
        user=command.user,
        cwd=command.directory,
        files={command.words[0]: command.script.encode("utf-8", "surrogateescape")} if command.script else {},
    )


def _report(execution: Execution, words: tuple[str, ...], container: StepContainer) -> None:
    """Take over the run's fidelity; a run that failed is a `RunError`."""
    container.note(execution.fidelity, execution.reasons)
    if not execution.exit_code:
        return
    status = execution.exit_code
    if execution.problem:  # nothing ran: the engine itself failed, not a program in the container
        container.output(2, f"{execution.problem}\n".encode("utf-8", "surrogateescape"))
        status = 1
    raise RunError(
        f"The command '{' '.join(words)}' returned a non-zero code: {status}", status=status
    )
