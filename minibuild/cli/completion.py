"""`minibuild completion`: the script that teaches a shell minibuild's words."""

import click

from minibuild.cli import COMPLETE_VARIABLE


@click.command(
    "completion",
    short_help="Print a completion script for a shell.",
    epilog='Example: eval "$(minibuild completion bash)"',
)
@click.argument("shell", metavar="bash|zsh|fish", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print a script that makes the shell complete commands, options and images.

    Load it from ~/.bashrc or ~/.zshrc, or save it as ~/.config/fish/completions/minibuild.fish.
    """
    from click.shell_completion import get_completion_class  # only here

    from minibuild.cli.group import minibuild

    kind = get_completion_class(shell)
    assert kind is not None
    completion = kind(minibuild, {}, "minibuild", COMPLETE_VARIABLE)
    # Its own source() would start the shell to ask for its version.
    click.echo(completion.source_template % completion.source_vars())
