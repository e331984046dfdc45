"""Topology files: switches, hosts and what is plugged in where, in YAML."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from minibuild.network.errors import TopologyError

_LARGEST = 1 << 20
_MOST_VLAN = 4094


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Port(_Strict):
    """A port of a switch: an access port (`vlan`) or a trunk, with the VLAN of frames without a tag
    (`native`). `link` is the port of another switch at the other end of its cable.
    """

    vlan: int = 0
    trunk: tuple[int, ...] = ()
    native: int = 0
    link: str = ""


class Switch(_Strict):
    """A switch by its ports' numbers."""

    ports: dict[int, Port] = Field(default_factory=dict)


class Host(_Strict):
    """A host: its NICs (name → `switch/port`), /etc/network/interfaces, /etc/default/docker. Without `docker`
    it runs no engine.
    """

    nics: dict[str, str] = Field(default_factory=dict)
    interfaces: str = ""
    docker: str | None = None

    @field_validator("nics", mode="before")
    @classmethod
    def _unplugged(cls, value: Any) -> Any:
        """A NIC without a value hangs on no switch."""
        if isinstance(value, dict):
            return {name: "" if port is None else port for name, port in value.items()}
        return value


class Topology(_Strict):
    """A topology file."""

    switches: dict[str, Switch] = Field(default_factory=dict)
    hosts: dict[str, Host] = Field(min_length=1)


class _Loader(yaml.SafeLoader):
    """YAML without repeated keys, which otherwise replace each other in silence."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    loader.flatten_mapping(node)
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable):
            raise yaml.constructor.ConstructorError(None, None, "a key must be plain", key_node.start_mark)
        if key in found:
            raise yaml.constructor.ConstructorError(None, None, f"{key} stands twice", key_node.start_mark)
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_topology(path: str) -> Topology:
    """The topology in a file. Raise `TopologyError` with the place of what is wrong."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise TopologyError(f"can't read {path}: {error.strerror}") from None
    if len(data) > _LARGEST:
        raise TopologyError(f"{path} is larger than a topology file can be ({_LARGEST >> 20} MiB)")
    try:
        document = yaml.load(data, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
        raise TopologyError(error.problem or "this is no YAML", path=path, line=line, column=column) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise TopologyError(f"this is no YAML: {str(error).splitlines()[0]}", path=path) from None
    if not isinstance(document, dict):
        raise TopologyError("a topology has `switches` and `hosts`", path=path)
    try:
        return Topology.model_validate(document)
    except ValidationError as error:
        raise TopologyError("; ".join(_words(one) for one in error.errors()[:5]), path=path) from None


def _words(error: Any) -> str:
    place = ".".join(str(word) for word in error["loc"] if word != "[key]")
    if error["type"] == "extra_forbidden":
        return f"{place}: this key is not known"
    return f"{place}: {error['msg'][:1].lower()}{error['msg'][1:]}"


def check_vlan(number: int, where: str) -> None:
    """Raise `TopologyError` for what is no VLAN."""
    if not 1 <= number <= _MOST_VLAN:
        raise TopologyError(f"{where}: VLAN {number} is not between 1 and {_MOST_VLAN}")
