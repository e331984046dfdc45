"""A container's life: its processes, users and mounts.

`run_script` runs a shell script in a simulated container, and is of use by itself:

    from minibuild import container

    result = container.run_script("echo hello > /greeting; cat /greeting")
    assert result.exit_code == 0 and result.stdout == b"hello\n"
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minibuild.container.archive import filesystem_from_archive
    from minibuild.container.execution import Container, Execution
    from minibuild.container.script import Result, run_script

__all__ = ["Container", "Execution", "Result", "filesystem_from_archive", "run_script"]

_PLACES = {
    "Container": "execution",
    "Execution": "execution",
    "Result": "script",
    "filesystem_from_archive": "archive",
    "run_script": "script",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: a build that runs nothing needs no shell."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = value
    return value
