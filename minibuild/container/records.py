"""What is known of a container: what it was made from, and how it is."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from minibuild.image.config import ContainerConfig

MountType = Literal["bind", "volume", "tmpfs"]
RUNNING = ("running", "paused", "restarting")


@dataclass(frozen=True, slots=True)
class MountPoint:
    """Something mounted at `target`: a host path (`source`), a volume (`name`) or memory.

    `mode` is as it was written. `named` tells that the user named the volume, so that `rm -v` keeps it.
    `copy` lets an empty volume take the image's files. `long` tells that `--mount` gave it.
    """

    type: MountType
    target: str
    source: str = ""
    name: str = ""
    mode: str = ""
    read_only: bool = False
    named: bool = False
    copy: bool = True
    long: bool = False


@dataclass(frozen=True, slots=True)
class Spec:
    """What a container was created with; never changes, but for its name. Field names follow the engine's
    API.

    `image` is an ID, `image_name` what the user called it. `ports` maps `80/tcp` to (host address, host port)
    pairs; a host port "" is any free one.
    """

    image: str
    image_name: str
    config: ContainerConfig
    argv: tuple[str, ...]
    hostname: str = ""
    domainname: str = ""
    tty: bool = False
    open_stdin: bool = False
    attached: bool = False
    mounts: tuple[MountPoint, ...] = ()
    binds: tuple[str, ...] = ()
    volumes_from: tuple[str, ...] = ()
    tmpfs: dict[str, str] = field(default_factory=dict)
    network: str = "default"
    network_options: dict[str, Any] = field(default_factory=dict)
    ports: dict[str, list[list[str]]] = field(default_factory=dict)
    publish_all: bool = False
    extra_hosts: tuple[str, ...] = ()
    dns: tuple[str, ...] = ()
    read_only: bool = False
    auto_remove: bool = False
    restart: str = "no"
    restart_limit: int = 0
    stop_timeout: int | None = None
    partial: bool = False
    fidelity: str = "modelled"
    extra: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """The specification as the database keeps it."""
        document = {one.name: getattr(self, one.name) for one in fields(self)}
        document["config"] = self.config.to_document()
        document["mounts"] = [asdict(mount) for mount in self.mounts]
        return json.dumps(document, separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> Spec:
        """The inverse of `to_json`."""
        document = json.loads(text)
        document["config"] = ContainerConfig.from_document(document["config"])
        document["mounts"] = tuple(MountPoint(**mount) for mount in document["mounts"])
        for key in ("argv", "binds", "volumes_from", "extra_hosts", "dns"):
            document[key] = tuple(document[key])
        return Spec(**document)


@dataclass(frozen=True, slots=True)
class Listed:
    """A process of a container at rest, as `ps` shows it. `started` is in ns since 1970."""

    pid: int
    parent: int
    uid: int
    argv: tuple[str, ...]
    started: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """How a container is. Times are ns since 1970, 0 for never.

    `run` counts its starts. `layers` are the change sets since creation, `base` those of them that were there
    when the run began; `volatile` are those of its memory file systems, which end with the run. `outputs`
    counts what the run has written so far. `wake` is when it goes on by itself, None for never. `owner` is
    the process that follows it live, 0 for nobody.
    """

    status: str = "created"
    exit_code: int = 0
    error: str = ""
    started: int = 0
    finished: int = 0
    run: int = 0
    base: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()
    outputs: int = 0
    wake: int | None = None
    owner: int = 0
    paused: int = 0
    shift: int = 0
    restarts: int = 0
    stopped: bool = False
    service: str = ""
    fidelity: str = "exact"
    reasons: tuple[str, ...] = ()
    processes: tuple[Listed, ...] = ()
    health: dict[str, Any] | None = None

    @property
    def is_running(self) -> bool:
        """Whether its first process lives."""
        return self.status in ("running", "paused")

    def to_json(self) -> str:
        """The state as the database keeps it."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> State:
        """The inverse of `to_json`."""
        document = json.loads(text)
        for key in ("base", "layers", "volatile", "reasons"):
            document[key] = tuple(document[key])
        document["processes"] = tuple(
            Listed(**{**one, "argv": tuple(one["argv"])}) for one in document["processes"]
        )
        return State(**document)


@dataclass(frozen=True, slots=True)
class Record:
    """A container. `host` is the engine that it belongs to, "" for the store's own; `version` changes with
    every change of its state.
    """

    id: str
    host: str
    name: str
    created: int
    spec: Spec
    state: State
    version: int = 0

    @property
    def short(self) -> str:
        """The first 12 digits of its ID."""
        return self.id[:12]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that came to a running container from outside, at `time` (ns): `files` (a change set's
    digest), `volatile` (one of its memory file systems), `signal` ("PID NUMBER", from the host), `kill` (the
    same, from a process inside, which can't end the first one by force), `input` (text for standard input).
    """

    time: int
    kind: str
    data: str
