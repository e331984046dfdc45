"""RUN: a command in the simulated container."""

from minibuild.build.action import Action, Situation
from minibuild.build.container import StepContainer
from minibuild.build.errors import RunError
from minibuild.build.mounts import mount_all, resolve_mounts
from minibuild.dockerfile.nodes import Run


def resolve(instruction: Run, at: Situation) -> Action:
    """The command's text is never expanded here: that is the shell's work."""
    script, words = _command(instruction, at.shell)
    mounts = resolve_mounts(instruction, at)
    environment = at.scope.run_environment()
    config = at.config
    text = at.scope.history_arguments(config.env) + " ".join(words)
    keyed = {name: value for name, value in environment.items() if name in at.scope.values}

    def modify(container: StepContainer) -> None:
        with mount_all(mounts, container) as variables:
            _run(
                container,
                words,
                script,
                {**environment, **variables},
                config.user,
                config.working_dir or "/",
                instruction.network,
            )

    inputs = (
        *words,
        script,
        *(f"{name}={value}" for name, value in sorted(keyed.items())),
        f"user {config.user}",
        f"directory {config.working_dir}",
        f"network {instruction.network}",
        *(part for mount in mounts for part in mount.key),
    )
    return Action(text, config, inputs, modify)


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


def _run(
    container: StepContainer,
    words: tuple[str, ...],
    script: str,
    environment: dict[str, str],
    user: str,
    directory: str,
    network: str,
) -> None:
    from minibuild.container import Container  # the shell is loaded only when something runs

    workshop = container.workshop
    simulated = Container(
        container.filesystem,
        now=workshop.clock.now(),
        seed=container.id,
        fidelity_limit=workshop.request.fidelity,
        partial=container.image.partial,
        network=network != "none",
        on_output=container.output,
    )
    execution = simulated.execute(
        words, env=environment, user=user, cwd=directory, files={words[0]: script.encode()} if script else {}
    )
    container.note(execution.fidelity, execution.reasons)
    if execution.exit_code:
        shown = " ".join(words)
        raise RunError(
            f'process "{shown}" did not complete successfully: exit code: {execution.exit_code}',
            status=execution.exit_code,
            hint=execution.hint,
        )
