"""minibuild: a Dockerfile build engine in simulation.

See and test exactly what a Dockerfile does, on any machine that has Python: no Docker, no daemon, no root,
no network; what comes out is a real OCI image.
"""

from typing import TYPE_CHECKING, Any

from minibuild.version import __version__

__all__ = ["BuildResult", "MinibuildError", "__version__", "build_image"]

if TYPE_CHECKING:
    from minibuild.api import build_image
    from minibuild.build.request import BuildResult
    from minibuild.errors import MinibuildError

_PLACES = {
    "BuildResult": "minibuild.build.request",
    "MinibuildError": "minibuild.errors",
    "build_image": "minibuild.api",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: the command line has its own ways."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_PLACES[name]), name)
    globals()[name] = value
    return value
