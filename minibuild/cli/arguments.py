"""Kinds of arguments that several commands have, and how docker writes them."""

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    _Words = click.ParamType[str]
else:
    _Words = click.ParamType  # not generic in every version

_TRUE = frozenset({"1", "t", "true"})
_FALSE = frozenset({"0", "f", "false"})
_FIELDS = re.compile(r"[a-z][a-z-]*=[^/]*\Z")  # KEY=VALUE,…; no path


class BareOption(click.Option):
    """An option that may stand alone: `--sbom` is `--sbom=true`. The next word is its value if it looks like
    one.
    """


class DockerCommand(click.Command):
    """A command whose switches may be given a value, as in `--rm=true` and `--human=false`, and whose
    `BareOption`s none.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take `--switch=true` for `--switch`, and `--switch=false` for its opposite or for nothing at
        all.
        """
        switches = {
            name: parameter.secondary_opts
            for parameter in self.params
            if isinstance(parameter, click.Option) and parameter.is_flag
            for name in parameter.opts
        }
        bare = {name for one in self.params if isinstance(one, BareOption) for name in one.opts}
        if bare:
            args = list(_with_values(args, bare))
        return super().parse_args(ctx, list(_plain_switches(args, switches)))


def _with_values(args: list[str], bare: set[str]) -> Iterable[str]:
    for place, arg in enumerate(args):
        if arg == "--":
            yield from args[place:]
            return
        following = args[place + 1] if place + 1 < len(args) else ""
        has_value = following.lower() in _TRUE | _FALSE or _FIELDS.match(following)
        yield arg + "=true" if arg in bare and not has_value else arg


def _plain_switches(args: Iterable[str], switches: dict[str, list[str]]) -> Iterable[str]:
    rest = iter(args)
    for arg in rest:
        if arg == "--":
            yield arg
            yield from rest
            return
        name, _, value = arg.partition("=")
        if name not in switches or value.lower() not in _TRUE | _FALSE:
            yield arg
        elif value.lower() in _TRUE:
            yield name
        else:
            yield from switches[name][:1]


class ImageName(_Words):
    """A name or ID of an image; a shell completes the names that the store has."""

    name = "image"

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002  click's signature
        incomplete: str,
    ) -> list[CompletionItem]:
        """The store's names that begin with `incomplete`."""
        from minibuild.cli.location import StoreLocation  # not needed unless a shell asks

        root = ctx.find_root().params.get("root")
        location = StoreLocation(root)
        if not location.root.is_dir():
            return []
        try:
            with location.open() as store:
                names = [name for record in store.images() for name in record.names]
        except MinibuildError:
            return []
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def each(words: Iterable[str], do: Callable[[str], Any]) -> list[MinibuildError]:
    """Do something with every word; what went wrong with some, after the others are done."""
    errors = []
    for word in words:
        try:
            do(word)
        except MinibuildError as error:
            errors.append(error)
    return errors


def fail_with(errors: list[MinibuildError]) -> None:
    """Tell all errors but the last, and raise that one; nothing for none."""
    for error in errors[:-1]:
        click.echo(error.render(), err=True)
    if errors:
        raise errors[-1]
