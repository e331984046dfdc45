"""`-v`, `--mount` and `--tmpfs` as they are written (docker's grammar)."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from minibuild.volume.volumes import VolumeError, check_name

_MODES = ({"ro", "rw"}, {"z", "Z"}, {"nocopy"}, {"consistent", "cached", "delegated"})
_PROPAGATION = {"private", "rprivate", "shared", "rshared", "slave", "rslave"}
_TRUE, _FALSE = {"1", "true", "t"}, {"0", "false", "f"}


@dataclass(frozen=True, slots=True)
class Binding:
    """What is to be mounted at `target`: a host path or a volume's name is its `source`, "" an anonymous
    volume. `text` is what the user wrote; `create` makes a missing host path; `long` is `--mount`.
    """

    type: Literal["bind", "volume", "tmpfs"]
    source: str
    target: str
    mode: str = ""
    read_only: bool = False
    copy: bool = True
    create: bool = False
    long: bool = False
    text: str = ""


def parse_volume(text: str) -> Binding:
    """`-v [SOURCE:]TARGET[:MODE]`. Raise `VolumeError`."""
    fields = text.split(":")
    invalid = VolumeError(f"invalid volume specification: '{text}'")
    if len(fields) > 3 or not all(fields):
        raise invalid
    if len(fields) == 1:
        return Binding("volume", "", _target(fields[0], text), text=text)
    source, target = fields[0], fields[1]
    mode = fields[2] if len(fields) == 3 else ""
    if len(fields) == 2 and _is_mode(target):
        raise invalid
    if mode and not _is_mode(mode):
        raise VolumeError(f"invalid mode: {mode}")
    words = set(mode.split(","))
    bind = source.startswith("/")
    if not bind:
        check_name_of_source(source)
    return Binding(
        "bind" if bind else "volume",
        posixpath.normpath(source) if bind else source,
        _target(target, text),
        mode,
        "ro" in words,
        copy="nocopy" not in words,
        create=bind,
        text=text,
    )


def check_name_of_source(source: str) -> None:
    """Raise `VolumeError` for what is neither an absolute path nor a volume's name."""
    try:
        check_name(source)
    except VolumeError as error:
        dot = "." if error.message.endswith("path") else ""
        raise VolumeError(error.message + dot) from None


def parse_mount(text: str) -> Binding:
    """`--mount type=…,source=…,target=…[,readonly]…`. Raise `VolumeError`; one whose `flag` is true is about
    the words themselves.
    """
    values: dict[str, str] = {"type": "volume"}
    for field in text.split(","):
        key, equals, value = field.partition("=")
        key = _KEYS.get(key.strip().lower(), "")
        if not key or (not equals and key not in _SWITCHES):
            known = "invalid field" if not equals else "unexpected key"
            name = field.partition("=")[0]
            shown = (
                f"{known} '{field}' must be a key=value pair"
                if not equals
                else f"{known} '{name}' in '{field}'"
            )
            raise _flag(text, shown)
        if key in _SWITCHES and value.lower() not in _TRUE | _FALSE | {""}:
            raise _flag(text, f"invalid value for {field.partition('=')[0]}: {value}")
        values[key] = value
    if not values.get("target"):
        raise _flag(text, "target is required")
    kind, source, target = values["type"], values.get("source", ""), values["target"]
    prefix = f'invalid mount config for type "{kind}": '
    if kind not in ("bind", "volume", "tmpfs"):
        raise VolumeError(f"{prefix}mount type unknown")
    if kind == "bind" and not source:
        raise VolumeError(f"{prefix}field Source must not be empty")
    if kind == "tmpfs" and source:
        raise VolumeError(f"{prefix}field Source must not be specified")
    if kind == "bind" and not source.startswith("/"):
        raise VolumeError(f"{prefix}invalid mount path: '{source}' mount path must be absolute")
    if kind == "volume" and source:
        check_name_of_source(source)
    if not target.startswith("/"):
        raise VolumeError(f"{prefix}invalid mount path: '{target}' mount path must be absolute")
    read_only = _on(values, "readonly")
    options = f"mode={values['tmpfs-mode']}" if "tmpfs-mode" in values else ""
    return Binding(
        kind,  # type: ignore[arg-type]  # checked above
        posixpath.normpath(source) if kind == "bind" else source,
        _target(target, text),
        options if kind == "tmpfs" else "",
        read_only,
        copy=not _on(values, "nocopy"),
        long=True,
        text=text,
    )


_KEYS = {
    "type": "type",
    "source": "source",
    "src": "source",
    "target": "target",
    "dst": "target",
    "destination": "target",
    "readonly": "readonly",
    "ro": "readonly",
    "volume-nocopy": "nocopy",
    "consistency": "consistency",
    "bind-propagation": "propagation",
    "bind-nonrecursive": "nonrecursive",
    "volume-label": "label",
    "volume-driver": "driver",
    "volume-opt": "opt",
    "tmpfs-size": "tmpfs-size",
    "tmpfs-mode": "tmpfs-mode",
}
_SWITCHES = {"readonly", "nocopy", "nonrecursive"}


def parse_tmpfs(text: str) -> Binding:
    """`--tmpfs TARGET[:OPTIONS]`."""
    path, _, options = text.partition(":")
    return Binding("tmpfs", "", _target(path, text), options, "ro" in options.split(","), text=text)


def prepare_source(binding: Binding) -> None:
    """Make the missing host directory of `-v`; `--mount` wants one that is there. Raise `VolumeError`."""
    if binding.type != "bind":
        return
    path = Path(binding.source)
    try:
        if path.exists():
            return
        if not binding.create:
            raise VolumeError(
                f'invalid mount config for type "bind": bind source path does not exist: {binding.source}'
            )
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise VolumeError(
            f"error while creating mount source path '{binding.source}': mkdir {binding.source}:"
            f" {(error.strerror or str(error)).lower()}"
        ) from None


class MountFlagError(VolumeError):
    """The words of `--mount` are wrong."""


def _flag(text: str, why: str) -> MountFlagError:
    return MountFlagError(f'invalid argument "{text}" for "--mount" flag: {why}')


def _on(values: dict[str, str], key: str) -> bool:
    return key in values and values[key].lower() not in _FALSE


def _target(path: str, text: str) -> str:
    if not path.startswith("/"):
        raise VolumeError(
            f"invalid volume specification: '{text}': invalid mount config: invalid mount path: '{path}'"
            " mount path must be absolute"
        )
    target = posixpath.normpath(path)
    if target in ("/", "//"):
        raise VolumeError(
            f"invalid volume specification: '{text}': invalid specification: destination can't be '/'"
        )
    return "/" + target.lstrip("/")


def _is_mode(text: str) -> bool:
    """Whether the words are modes, at most one of each kind."""
    words = text.split(",")
    groups = [
        next((i for i, group in enumerate((*_MODES, _PROPAGATION)) if word in group), -1) for word in words
    ]
    return -1 not in groups and len(set(groups)) == len(groups)
