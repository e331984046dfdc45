"""Options of docker build and buildx that minibuild takes without effect, or refuses with the reason.

Scripts that were written for docker keep working where an option only says how docker should go about it: how
much memory it may use, whether it pulls, removes or caches. What would change the result is refused.
"""

from collections.abc import Callable
from typing import Any

import click

from minibuild.errors import UsageError

_SWITCHES = ("--rm", "--force-rm", "--compress", "--pull", "--load", "--disable-content-trust")
_VALUES = (
    "--builder",
    "--cache-from",
    "--cache-to",
    "--cgroup-parent",
    "--cpu-period",
    "--cpu-quota",
    "-c/--cpu-shares",
    "--cpuset-cpus",
    "--cpuset-mems",
    "--isolation",
    "-m/--memory",
    "--memory-swap",
    "--security-opt",
    "--shm-size",
    "--ulimit",
)
_REFUSED = {
    "--push": "there is no network; write an archive with --output type=oci,dest=FILE and copy that",
    "--squash": "every instruction keeps its layer",
}
_REFUSED_VALUES = {
    "--ssh": "there is no network over which an SSH key could be used",
}
_NOTHING = ("false", "0", "disabled=true")  # values that ask for what minibuild does anyway

_Decorator = Callable[[Any], Any]


def foreign_options() -> list[_Decorator]:
    """Hidden options, whose values reach no command."""
    hidden: dict[str, Any] = {"expose_value": False, "hidden": True}
    options = [click.option(name, is_flag=True, **hidden) for name in _SWITCHES]
    options += [click.option(*names.split("/"), multiple=True, **hidden) for names in _VALUES]
    options += [click.option(name, is_flag=True, callback=_refuse, **hidden) for name in _REFUSED]
    for name in _REFUSED_VALUES:
        options.append(click.option(name, multiple=True, callback=_refuse_value, **hidden))
    return options


def _refuse(_: click.Context, option: click.Parameter, value: bool) -> None:
    name = option.opts[0]
    if value:
        raise UsageError(f"{name}: {_REFUSED[name]}")


def _refuse_value(_: click.Context, option: click.Parameter, value: tuple[str, ...]) -> None:
    name = option.opts[0]
    if any(word not in _NOTHING for word in value):
        raise UsageError(f"{name}: {_REFUSED_VALUES[name]}")
