"""`minibuild compose up`: what a project needs is made, and started in order."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from minibuild.compose.errors import ComposeError
from minibuild.compose.project import CONFIG_HASH, PROJECT, VOLUME
from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from minibuild.cli.location import StoreLocation
    from minibuild.compose.project import Project
    from minibuild.container.engine import Engine
    from minibuild.container.records import Record

_POLL = 0.1


def tell(kind: str, name: str, what: str) -> None:
    """A line of progress, on standard error."""
    click.echo(f" {kind} {name}  {what}", err=True)


def build_images(location: StoreLocation, project: Project, services: Sequence[str], *, again: bool) -> None:
    """Build what is to be built: images that are missing, or all with `again`."""
    from minibuild.cli.build import build_command, progress_for, run_build
    from minibuild.cli.build_request import make_request

    for name in services:
        if project.services[name].build is None:
            continue
        with location.open() as store:
            there = store.resolve(project.image_name(name)) is not None
        if there and not again:
            continue
        from minibuild.compose.creation import build_words

        asked = build_command.make_context("build", build_words(project, name)).params
        request = make_request(asked, asked.pop("context"))
        run_build(location, request, progress_for(request, "plain", quiet=False))


@contextmanager
def _about(service: str) -> Iterator[None]:
    """Name the service in what goes wrong with it."""
    try:
        yield
    except ComposeError:
        raise
    except MinibuildError as error:
        raise ComposeError(f'service "{service}": {error.message}', hint=error.hint) from None


@dataclass(slots=True)
class Starting:
    """`up`, with the engine that it works on."""

    engine: Engine
    project: Project

    def make_networks(self, services: Sequence[str]) -> None:
        """Make the networks that are missing."""
        from minibuild.compose.creation import network_options
        from minibuild.network.errors import NoSuchNetworkError

        for key in self.project.used_networks(services):
            name = self.project.network_name(key)
            networks = self._networks()
            try:
                networks.find(name)
            except NoSuchNetworkError:
                if self.project.networks[key].external:
                    raise ComposeError(
                        f"network {name} declared as external, but could not be found"
                    ) from None
                tell("Network", name, "Creating")
                networks.create(network_options(self.project, key))
                tell("Network", name, "Created")

    def _networks(self) -> Any:
        from minibuild.network.engine import Networks

        return Networks(self.engine.store, self.engine.shelf.host)

    def make_volumes(self, services: Sequence[str]) -> None:
        """Make the volumes that are missing."""
        volumes = self.engine.volumes
        for key in self.project.used_volumes(services):
            name, asked = self.project.volume_name(key), self.project.volumes[key]
            if volumes.look_up(name) is not None:
                continue
            if asked.external:
                raise ComposeError(f'external volume "{name}" not found')
            tell("Volume", f'"{name}"', "Creating")
            own = {label: value or "" for label, value in asked.labels.items()}
            volumes.create(name, labels={**own, PROJECT: self.project.name, VOLUME: key})
            tell("Volume", f'"{name}"', "Created")

    def make_container(self, service: str) -> Record:
        """The container of a service: the one that is there if nothing changed, else a new one."""
        with _about(service):
            return self._make_container(service)

    def _make_container(self, service: str) -> Record:
        from minibuild.cli.engine import find_image
        from minibuild.container.lifecycle import remove

        name = self.project.container_name(service)
        image = find_image(self.engine.store, self.project.image_name(service), "modelled")
        digest = self.project.config_hash(service, image.id)
        holder = self.engine.shelf.holder(name)
        record = None if holder is None else self.engine.shelf.find(holder)
        labels = dict(record.spec.config.labels) if record is not None else {}
        if record is not None and labels.get(PROJECT) == self.project.name:
            if labels.get(CONFIG_HASH) == digest:
                if record.state.is_running:
                    tell("Container", name, "Running")
                return record
            tell("Container", name, "Recreate")
            remove(self.engine, record, force=True)
            record = self._create(service, image, digest)
            tell("Container", name, "Recreated")
            return record
        tell("Container", name, "Creating")
        record = self._create(service, image, digest)
        tell("Container", name, "Created")
        return record

    def _create(self, service: str, image: Any, digest: str) -> Record:
        from minibuild.cli.container_options import wishes
        from minibuild.cli.container_run import create_command
        from minibuild.compose.creation import create_words, network_wish, refine
        from minibuild.container.creation import create

        words = create_words(self.project, service, {CONFIG_HASH: digest})
        given = create_command.make_context("create", words).params
        command = given.pop("command")
        asked = refine(wishes(given, command, attached=False), self.project.services[service])
        with self.engine.store.transaction():
            record = create(self.engine, image, asked)
            for key in self.project.networks_of(service)[1:]:
                wish = network_wish(self.project, service, key)
                self._networks().connect(self.project.network_name(key), record.id, wish)
        return record

    def start(self, service: str) -> None:
        """Start a service's container when what it depends on is as it wants it."""
        from minibuild.container.lifecycle import start

        record = self._record(service)
        if record.state.is_running:
            return
        for other, dependency in self.project.services[service].depends_on.items():
            self._wait(other, dependency.condition)
        tell("Container", record.name, "Starting")
        with _about(service):
            start(self.engine, record)
        tell("Container", record.name, "Started")

    def _record(self, service: str) -> Record:
        return self.engine.shelf.find(self.project.container_name(service))

    def _wait(self, service: str, condition: str) -> None:
        from minibuild.container.lifecycle import bring_forward

        if condition == "service_started":
            return
        name = self.project.container_name(service)
        tell("Container", name, "Waiting")
        while True:
            record = bring_forward(self.engine, self._record(service))
            if record is None:
                raise ComposeError(f"dependency failed to start: container {name} is gone")
            if self._is_ready(service, record, condition):
                return
            time.sleep(_POLL)

    def _is_ready(self, service: str, record: Record, condition: str) -> bool:
        """Raise `ComposeError` for what will never be."""
        name, state = record.name, record.state
        if condition == "service_completed_successfully":
            if state.status == "exited" and state.exit_code:
                raise ComposeError(
                    f'service "{service}" didn\'t complete successfully: exit {state.exit_code}'
                )
            if state.status == "exited":
                tell("Container", name, "Exited")
            return state.status == "exited"
        if not state.is_running:
            raise ComposeError(f"dependency failed to start: container {name} exited ({state.exit_code})")
        if state.health is None:
            raise ComposeError(f"dependency failed to start: container {name} has no healthcheck configured")
        if state.health["Status"] == "unhealthy":
            raise ComposeError(f"dependency failed to start: container {name} is unhealthy")
        if state.health["Status"] == "healthy":
            tell("Container", name, "Healthy")
            return True
        return False


def show_logs(
    engine: Engine, project: Project, services: Sequence[str], *, follow: bool, prefix: bool = True
) -> None:
    """What the containers wrote, each line with its container before it; with `follow` until all have
    ended.
    """
    from minibuild.container.lifecycle import bring_all_forward
    from minibuild.report.container_logs import lines

    short = {name: project.container_name(name).removeprefix(project.name + "-") for name in services}
    width = max(map(len, short.values()), default=0)
    after = dict.fromkeys(services, 0)
    while True:
        bring_all_forward(engine)
        found = {name: engine.shelf.look_up(project.container_name(name)) for name in services}
        running = any(one is not None and one.state.is_running for one in found.values())
        written = False
        for name, record in found.items():
            rows = engine.shelf.logs(record, after[name]) if record is not None else []
            for line in lines(row[1:] for row in rows):
                label = f"{short[name].ljust(width)}  | ".encode() if prefix else b""
                stream = sys.stdout if line.stream == 1 else sys.stderr
                stream.buffer.write(label + line.data.removesuffix(b"\n") + b"\n")
                stream.buffer.flush()
            after[name] = rows[-1][0] if rows else after[name]
            written = written or bool(rows)
        if not follow or not (running or written):
            return
        time.sleep(_POLL)
