"""What a Compose file may say, in one form for each thing: short forms are turned into the long ones."""

from __future__ import annotations

import shlex
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


class _Part(BaseModel):
    """Unknown keys are kept, to be named in a warning."""

    model_config = ConfigDict(extra="allow", frozen=True)


def _text(value: Any) -> Any:
    """A number for a text; anything else as it is."""
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _texts(value: Any) -> Any:
    """One text, or a list of texts and numbers."""
    if value is None:
        return ()
    return [_text(one) for one in value] if isinstance(value, list) else [_text(value)]


def _words(value: Any) -> Any:
    """A command as a list, or as a line that is split as a shell splits it."""
    if not isinstance(value, str):
        return [_text(one) for one in value] if isinstance(value, list) else value
    return shlex.split(value)


def _pairs(value: Any) -> Any:
    """A mapping, or a list of `NAME=VALUE`; a name alone has None."""
    if value is None:
        return {}
    if isinstance(value, list):
        if not all(isinstance(one, str) for one in value):
            raise ValueError("a list of NAME=VALUE was expected")
        split = [one.partition("=") for one in value]
        return {name: text if equals else None for name, equals, text in split}
    if isinstance(value, dict):
        return {name: _text(one) for name, one in value.items()}
    return value


def _named(value: Any) -> Any:
    """A mapping by names, or a list of names."""
    if value is None:
        return {}
    if isinstance(value, list):
        return {one if isinstance(one, str) else str(one): {} for one in value}
    if isinstance(value, dict):
        return {name: {} if one is None else one for name, one in value.items()}
    return value


Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Words = Annotated[tuple[str, ...] | None, BeforeValidator(_words)]
Pairs = Annotated[dict[str, str | None], BeforeValidator(_pairs)]


class Build(_Part):
    """How an image is built: `context` is relative to the project, `dockerfile` to the context."""

    context: Text = "."
    dockerfile: Text = ""
    args: Pairs = Field(default_factory=dict)
    target: Text = ""
    labels: Pairs = Field(default_factory=dict)
    no_cache: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"context": value} if isinstance(value, str) else value


class Healthcheck(_Part):
    """`test` as the image's configuration has it: its first word is CMD, CMD-SHELL or NONE."""

    test: tuple[str, ...] = ()
    interval: Text = ""
    timeout: Text = ""
    start_period: Text = ""
    retries: int = 0
    disable: bool = False

    @model_validator(mode="before")
    @classmethod
    def _shell(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("test"), str):
            return {**value, "test": ("CMD-SHELL", value["test"])}
        return value


class Mount(_Part):
    """Something mounted; the short form `[SOURCE:]TARGET[:MODE]` is split."""

    type: str
    source: Text = ""
    target: Text
    read_only: bool = False
    mode: Text = ""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        fields = value.split(":")
        if len(fields) > 3 or not all(fields):
            raise ValueError(f"invalid volume specification: {value}")
        if len(fields) == 1:
            return {"type": "volume", "target": value}
        bind = fields[0].startswith(("/", ".", "~"))
        mode = fields[2] if len(fields) == 3 else ""
        return {"type": "bind" if bind else "volume", "source": fields[0], "target": fields[1], "mode": mode}


class Port(_Part):
    """A published port; the short form `[[ADDRESS:]HOSTPORT:]PORT[/PROTOCOL]` is split. `mode` has no meaning
    on one host.
    """

    target: Text
    published: Text = ""
    host_ip: Text = ""
    protocol: str = "tcp"
    mode: Text = ""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        text = _text(value)
        if not isinstance(text, str):
            return value
        host, _, inside = text.rpartition(":")
        address, _, published = host.rpartition(":")
        target, _, protocol = inside.partition("/")
        return {"target": target, "published": published, "host_ip": address, "protocol": protocol or "tcp"}

    def text(self) -> str:
        """As `-p` takes it."""
        host = f"{self.host_ip}:" * bool(self.host_ip)
        host += f"{self.published}:" * bool(host or self.published)
        return f"{host}{self.target}/{self.protocol}"


class NetworkUse(_Part):
    """How a service is on a network."""

    aliases: Texts = ()
    ipv4_address: Text = ""
    ipv6_address: Text = ""


class Dependency(_Part):
    """What a service waits for."""

    condition: str = "service_started"


class SecretUse(_Part):
    """A secret of the project that a service gets as a file."""

    source: str
    target: str = ""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"source": value} if isinstance(value, str) else value


class Service(_Part):
    """A service of a project."""

    image: Text = ""
    build: Build | None = None
    command: Words = None
    entrypoint: Words = None
    environment: Pairs = Field(default_factory=dict)
    env_file: Texts = ()
    volumes: tuple[Mount, ...] = ()
    tmpfs: Texts = ()
    networks: Annotated[dict[str, NetworkUse], BeforeValidator(_named)] = Field(default_factory=dict)
    network_mode: Text = ""
    depends_on: Annotated[dict[str, Dependency], BeforeValidator(_named)] = Field(default_factory=dict)
    healthcheck: Healthcheck | None = None
    ports: tuple[Port, ...] = ()
    expose: Texts = ()
    profiles: Texts = ()
    restart: Text = "no"
    working_dir: Text = ""
    user: Text = ""
    labels: Pairs = Field(default_factory=dict)
    container_name: Text = ""
    hostname: Text = ""
    domainname: Text = ""
    extra_hosts: Pairs | Texts = ()
    dns: Texts = ()
    cap_add: Texts = ()
    cap_drop: Texts = ()
    secrets: tuple[SecretUse, ...] = ()
    init: bool = False
    privileged: bool = False
    read_only: bool = False
    stdin_open: bool = False
    tty: bool = False
    stop_signal: Text = ""
    platform: Text = ""

    @model_validator(mode="before")
    @classmethod
    def _shared_network(cls, value: Any) -> Any:
        """A service that shares the network of another one starts behind it."""
        mode = value.get("network_mode") if isinstance(value, dict) else None
        if not isinstance(mode, str) or not mode.startswith("service:"):
            return value
        others = _named(value.get("depends_on"))
        if not isinstance(others, dict):
            return value
        return {**value, "depends_on": {mode.partition(":")[2]: {}, **others}}


class _Resource(_Part):
    name: Text = ""
    external: bool = False
    labels: Pairs = Field(default_factory=dict)


class Pool(_Part):
    """Addresses of a network."""

    subnet: Text = ""
    gateway: Text = ""
    ip_range: Text = ""


class Ipam(_Part):
    """A network's addresses."""

    config: tuple[Pool, ...] = ()


class Network(_Resource):
    """A network of a project."""

    driver: Text = "bridge"
    internal: bool = False
    attachable: bool = False
    enable_ipv6: bool = False
    driver_opts: Pairs = Field(default_factory=dict)
    ipam: Ipam = Ipam()


class Volume(_Resource):
    """A volume of a project."""

    driver: Text = "local"
    driver_opts: Pairs = Field(default_factory=dict)


class Secret(_Resource):
    """A secret of a project: a file."""

    file: Text = ""


class File(_Part):
    """A Compose file."""

    name: Text = ""
    version: Text = ""
    services: dict[str, Service] = Field(min_length=1)
    networks: Annotated[dict[str, Network], BeforeValidator(_named)] = Field(default_factory=dict)
    volumes: Annotated[dict[str, Volume], BeforeValidator(_named)] = Field(default_factory=dict)
    secrets: Annotated[dict[str, Secret], BeforeValidator(_named)] = Field(default_factory=dict)
