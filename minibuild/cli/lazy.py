"""Groups of commands that cost nothing until they are called."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """A group that imports a command's module when that command is called, or listed in the help.

    `places` says where each command is, as `module:attribute`.
    """

    def __init__(self, *words: Any, places: Mapping[str, str], **named: Any) -> None:
        super().__init__(*words, **named)
        self.places = places

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """All names, sorted."""
        return sorted(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name."""
        place = self.places.get(cmd_name)
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names; a usage error with a suggestion when there is none."""
        if args[0] not in self.places and not args[0].startswith("-"):
            from difflib import get_close_matches  # only for a word that is wrong

            close = get_close_matches(args[0], self.places, 1, 0.6)
            suggestion = f" Did you mean {close[0]!r}?" if close else ""
            raise click.UsageError(f"No such command {args[0]!r}.{suggestion}", ctx)
        return super().resolve_command(ctx, args)
