"""`minibuild inspect`: an image as docker's engine describes it."""

from typing import Any

from minibuild.image.config import ContainerConfig, Healthcheck
from minibuild.report.layer_sizes import image_size
from minibuild.report.template_values import Map, Nil
from minibuild.store import Store

_NEVER = "0001-01-01T00:00:00Z"


def image_document(store: Store, image_id: str) -> dict[str, Any]:
    """The image's document, with docker's keys in docker's order; `GraphDriver` tells that no driver
    holds its files.
    """
    config = store.image(image_id)
    size = image_size(store, config.diff_ids)
    return {
        "Id": image_id,
        "RepoTags": list(store.names(image_id)),
        "RepoDigests": [],  # nothing was pulled or pushed
        "Parent": store.parent(image_id) or "",
        "Comment": config.history[-1].comment if config.history else "",
        "Created": config.created or _NEVER,
        "Container": "",
        "ContainerConfig": config_document(ContainerConfig()),
        "DockerVersion": "",
        "Author": config.author,
        "Config": config_document(config.config),
        "Architecture": config.architecture,
        "Variant": config.variant or Nil("pointer", omitted=True),
        "Os": config.os,
        "Size": size,
        "VirtualSize": size,
        "GraphDriver": {"Data": Nil("map"), "Name": "minibuild"},
        "RootFS": {"Type": "layers", "Layers": list(config.diff_ids) or Nil("list", omitted=True)},
        "Metadata": {"LastTagTime": _NEVER},
    }


def config_document(config: ContainerConfig) -> dict[str, Any]:
    """A container's configuration with docker's keys; what docker leaves out when it is empty is left
    out.
    """
    return {
        "Hostname": "",
        "Domainname": "",
        "User": config.user,
        "AttachStdin": False,
        "AttachStdout": False,
        "AttachStderr": False,
        "ExposedPorts": _empty_structs(config.exposed_ports) or Nil("map", omitted=True),
        "Tty": False,
        "OpenStdin": False,
        "StdinOnce": False,
        "Env": _listed(config.env or None),
        "Cmd": _listed(config.cmd),
        "Healthcheck": _healthcheck(config.healthcheck),
        "Image": "",
        "Volumes": _empty_structs(config.volumes) or Nil("map"),
        "WorkingDir": config.working_dir,
        "Entrypoint": _listed(config.entrypoint),
        "OnBuild": _listed(config.on_build or None),
        "Labels": Map(config.labels) or Nil("map"),
        "StopSignal": config.stop_signal or Nil("pointer", omitted=True),
        "Shell": _listed(config.shell, omitted=True),
    }


def _empty_structs(keys: tuple[str, ...]) -> Map:
    return Map((key, {}) for key in keys)


def _listed(words: tuple[str, ...] | None, *, omitted: bool = False) -> Any:
    return Nil("list", omitted=omitted) if words is None else list(words)


def _healthcheck(check: Healthcheck | None) -> Any:
    if check is None:
        return Nil("pointer", omitted=True)
    numbers = {
        "Interval": check.interval,
        "Timeout": check.timeout,
        "StartPeriod": check.start_period,
        "StartInterval": check.start_interval,
        "Retries": check.retries,
    }
    return {"Test": list(check.test), **{key: value for key, value in numbers.items() if value}}
