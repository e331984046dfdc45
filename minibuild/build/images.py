"""Images on the way: what the loop hands from one instruction to the next."""

from collections.abc import Mapping
from typing import NamedTuple

from minibuild.image.config import ContainerConfig, HistoryEntry, ImageConfig

DEFAULT_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class StageImage(NamedTuple):
    """An image committed by a step, or the base on which a stage starts.

    `id` is the image ID ("" for scratch). `files` identifies how the file system came to be, for cache keys:
    it changes with every instruction that may change a file, and with nothing else. `partial` tells that not
    all files of the base are known. `fidelity` and `reasons` say how a base came to be.
    """

    id: str
    config: ImageConfig
    files: str
    partial: bool = False
    fidelity: str = "exact"
    reasons: tuple[str, ...] = ()

    @property
    def is_there(self) -> bool:
        """Whether the image has been made; one that would have to be is known by its configuration alone."""
        return bool(self.files)

    @property
    def runtime(self) -> ContainerConfig:
        """The part of the configuration that containers get."""
        return self.config.config


def scratch(platform: str) -> StageImage:
    """The empty image of `FROM scratch`, configured as BuildKit does: PATH and the working directory `/`."""
    os_, _, rest = platform.partition("/")
    architecture, _, variant = rest.partition("/")
    config = ImageConfig(
        created="",
        architecture=architecture,
        os=os_,
        variant=variant,
        config=ContainerConfig(env=(DEFAULT_PATH,), working_dir="/"),
    )
    return StageImage("", config, "scratch")


def not_there(config: ContainerConfig) -> StageImage:
    """An image that a build would make first, of which only the configuration is known."""
    return StageImage("", ImageConfig(created="", architecture="", os="linux", config=config), "")


def committed(
    parent: ImageConfig, runtime: ContainerConfig, entry: HistoryEntry, layer: str | None, author: str
) -> ImageConfig:
    """`parent` with one more history entry and, unless the entry is empty, one more layer."""
    return parent._replace(
        created=entry.created,
        author=author or parent.author,
        config=runtime,
        diff_ids=parent.diff_ids if layer is None else (*parent.diff_ids, layer),
        history=(*parent.history, entry),
    )


def with_environment(config: ContainerConfig, values: Mapping[str, str]) -> ContainerConfig:
    """`config` with variables set: a known name keeps its place, a new one goes to the end."""
    env = list(config.env)
    places = {entry.partition("=")[0]: i for i, entry in enumerate(env)}
    for name, value in values.items():
        if name in places:
            env[places[name]] = f"{name}={value}"
        else:
            places[name] = len(env)
            env.append(f"{name}={value}")
    return config._replace(env=tuple(env))
