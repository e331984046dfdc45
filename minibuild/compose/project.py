"""A project: what a Compose file asks for, and what its parts are called."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minibuild.compose.errors import ComposeError
from minibuild.compose.order import start_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from minibuild.compose.model import Network, Secret, Service, Volume

CONDITIONS = ("service_started", "service_healthy", "service_completed_successfully")
_LABEL = "com.docker.compose."
PROJECT, SERVICE = _LABEL + "project", _LABEL + "service"
NETWORK, VOLUME = _LABEL + "network", _LABEL + "volume"
CONFIG_HASH, NUMBER = _LABEL + "config-hash", _LABEL + "container-number"


@dataclass(frozen=True, slots=True)
class Project:
    """A project. Relative paths start at `directory`; `profiles` are the active ones; `warnings` are for
    people; `variables` are the environment with what `.env` adds.
    """

    name: str
    directory: Path
    services: Mapping[str, Service]
    networks: Mapping[str, Network]
    volumes: Mapping[str, Volume]
    secrets: Mapping[str, Secret]
    profiles: frozenset[str]
    warnings: tuple[str, ...]
    variables: Mapping[str, str]

    def active(self, names: Iterable[str] = ()) -> list[str]:
        """The services to start, in order: those named (or all whose profile is active) and what they depend
        on. Raise `ComposeError` for a name that is none.
        """
        wanted = list(names) or [
            name for name, one in self.services.items() if not one.profiles or self.profiles & {*one.profiles}
        ]
        found: set[str] = set()
        while wanted:
            name = wanted.pop()
            if name not in self.services:
                known = ", ".join(sorted(self.services))
                raise ComposeError(f"no such service: {name}", hint=f"known are {known}")
            if name not in found:
                found.add(name)
                wanted += self.services[name].depends_on
        return start_order({name: self.services[name] for name in found})

    def container_name(self, service: str) -> str:
        """The name of a service's container."""
        return self.services[service].container_name or f"{self.name}-{service}-1"

    def image_name(self, service: str) -> str:
        """The image that a service runs, or that its build makes."""
        return self.services[service].image or f"{self.name}-{service}"

    def network_name(self, key: str) -> str:
        """A network as the engine knows it."""
        network = self.networks[key]
        return network.name or (key if network.external else f"{self.name}_{key}")

    def volume_name(self, key: str) -> str:
        """A volume as the engine knows it."""
        volume = self.volumes[key]
        return volume.name or (key if volume.external else f"{self.name}_{key}")

    def used_networks(self, services: Iterable[str]) -> list[str]:
        """The keys of the networks that services are on, sorted."""
        return sorted({key for name in services for key in self.networks_of(name)})

    def networks_of(self, service: str) -> list[str]:
        """The keys of a service's networks, sorted: `default` unless it says otherwise."""
        one = self.services[service]
        if one.network_mode:
            return []
        return sorted(one.networks) or ["default"]

    def used_volumes(self, services: Iterable[str]) -> list[str]:
        """The keys of the volumes that services mount, sorted."""
        mounts = (mount for name in services for mount in self.services[name].volumes)
        return sorted({mount.source for mount in mounts if mount.type == "volume" and mount.source})

    def path(self, text: str) -> Path:
        """A host path of the file. Raise `ComposeError` for what can't be one."""
        from pathlib import Path

        try:
            return Path(self.directory, Path(text).expanduser()).resolve()
        except (ValueError, RuntimeError, OSError) as error:
            raise ComposeError(f"{text!r} is no path: {error}") from None

    def config_hash(self, service: str, image: str) -> str:
        """A digest of all that a service's container is made from; `image` is an image's ID."""
        text = self.services[service].model_dump_json(exclude={"build", "depends_on"}) + image
        return hashlib.sha256(text.encode()).hexdigest()
