"""What `compose` shows: the containers of a project, its configuration, what happened to its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minibuild.compose.project import SERVICE
from minibuild.report.container_list import command_text, status_text
from minibuild.report.table import render_table
from minibuild.report.units import human_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from minibuild.compose.project import Project
    from minibuild.container.records import Record

_HEADER = ("NAME", "IMAGE", "COMMAND", "SERVICE", "CREATED", "STATUS", "PORTS")
_SECOND = 1_000_000_000


def compose_list(records: Iterable[Record], now: int, ports: Callable[[Record], str]) -> str:
    """The table of `compose ps`, by name. `now` is in ns since 1970."""
    rows = [
        (
            record.name,
            record.spec.image_name,
            command_text(record.spec.argv),
            dict(record.spec.config.labels).get(SERVICE, ""),
            human_duration((now - record.created) / _SECOND) + " ago",
            status_text(record, now),
            ports(record),
        )
        for record in sorted(records, key=lambda one: one.name)
    ]
    return render_table([_HEADER, *rows])


def config_text(project: Project, services: Iterable[str]) -> str:
    """The project as YAML, in full: every form is the long one, every variable replaced."""
    import yaml  # only `config` writes it

    names = list(services)
    document: dict[str, Any] = {"name": project.name, "services": {}}
    for name in names:
        one = project.services[name].model_dump(mode="json", exclude_defaults=True)
        if project.services[name].build is not None:
            one["build"]["context"] = str(project.path(project.services[name].build.context))  # type: ignore[union-attr]
        one.setdefault("networks", {key: {} for key in project.networks_of(name)})
        for mount in one.get("volumes", ()):
            if mount["type"] == "bind":
                mount["source"] = str(project.path(mount["source"]))
        document["services"][name] = {key: value for key, value in one.items() if value not in ({}, [])}
    networks = {
        key: {
            **project.networks[key].model_dump(mode="json", exclude_defaults=True),
            "name": project.network_name(key),
        }
        for key in project.used_networks(names)
    }
    volumes = {
        key: {
            **project.volumes[key].model_dump(mode="json", exclude_defaults=True),
            "name": project.volume_name(key),
        }
        for key in project.used_volumes(names)
    }
    document.update({key: value for key, value in (("networks", networks), ("volumes", volumes)) if value})
    text: str = yaml.safe_dump(document, sort_keys=True, default_flow_style=False, allow_unicode=True)
    return text.replace("$", "$$")  # so that it reads as itself
