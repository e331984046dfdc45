"""`RUN --mount` and `RUN --device`: comma-separated fields.

A mount is read twice, as BuildKit does: when the file is parsed only its commas, quotes and `from` are
checked, because everything else may hold variables; when the RUN is about to run, `expand_mount` expands and
checks all of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from minibuild.dockerfile.errors import DockerfileError, FaultError, did_you_mean
from minibuild.dockerfile.nodes import Device, Mount

if TYPE_CHECKING:
    from collections.abc import Callable

_TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")
_SHARING = ("shared", "private", "locked")
_WORDS = {
    "from": "from_",
    "source": "source",
    "src": "source",
    "target": "target",
    "dst": "target",
    "destination": "target",
    "id": "id",
    "env": "env",
}
# key → (the field of `Mount`, the field's value when the switch is on)
_SWITCHES = {
    "readonly": ("read_only", True),
    "ro": ("read_only", True),
    "readwrite": ("read_only", False),
    "rw": ("read_only", False),
    "required": ("required", True),
}
_ONLY_FOR = {"required": ("secret", "ssh"), "size": ("tmpfs",)}
_TRUE = frozenset(("1", "t", "T", "true", "TRUE", "True"))
_FALSE = frozenset(("0", "f", "F", "false", "FALSE", "False"))
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kKmMgGtTpP])?[iI]?[bB]?\Z", re.ASCII)
_FIELD = re.compile(r'"((?:[^"]|"")*)"(?=,|\Z)|([^,"]*)(?=,|\Z)')


def parse_mount(text: str) -> Mount:
    """The mount as it is written. Raise `FaultError` for broken quotes and for a variable in `from`."""
    values: dict[str, Any] = {"text": text}
    for field in csv_fields(text, "mounts"):
        key, equal, value = _key_value(field)
        if equal and key == "from" and re.search(r"\$.", value):
            raise FaultError(
                f"'{key}' doesn't support variable expansion, define alias stage instead",
                hint="give the image a stage of its own: FROM $IMAGE AS name, and write from=name",
            )
        try:
            _set(values, field, key, equal, value)
        except FaultError:
            continue  # told when the mount is expanded
    values.setdefault("read_only", values.get("type", "bind") not in ("cache", "tmpfs"))
    return Mount(**values)


def expand_mount(mount: Mount, expand: Callable[[str], str]) -> Mount:
    """The mount with every value expanded by `expand`. Raise `DockerfileError` for what can't be a mount."""
    values: dict[str, Any] = {"text": mount.text}
    try:
        for field in csv_fields(mount.text, "mounts"):
            key, equal, value = _key_value(field)
            _set(values, field, key, equal, expand(value) if equal else value)
        kind = values.get("type", "bind")
        values.setdefault("read_only", kind not in ("cache", "tmpfs"))
        _validate(values, kind)
    except FaultError as fault:
        raise DockerfileError(fault.message, hint=fault.hint) from None
    return Mount(**values)


def parse_device(text: str) -> Device:
    """`--device=name[,required]`. Raise `FaultError` for fields that a device has not."""
    name, required = "", False
    for field in csv_fields(text, "devices"):
        key, equal, value = _key_value(field)
        if key == "required":
            required = _bool(key, value) if equal else True
        elif key == "name" and equal:
            if name:
                raise FaultError(
                    f"device name already set to {name}", hint="a --device flag names one device"
                )
            name = value
        elif not name:
            name = field
        elif equal:
            raise FaultError(
                f"unexpected key '{key}' in '{field}'", hint=did_you_mean(key, ("name", "required"))
            )
        else:
            raise FaultError(
                f"invalid field '{field}' must be a key=value pair", hint="a --device flag names one device"
            )
    return Device(name, required)


def csv_fields(text: str, what: str) -> list[str]:
    """The fields of one line of comma-separated values; `""` in a quoted field is a quote.

    Raise `FaultError`.
    """
    if not text:
        raise FaultError(f"failed to parse csv {what}: EOF", hint="the flag needs a value")
    fields = []
    position = 0
    while True:
        match = _FIELD.match(text, position)
        if match is None:
            raise FaultError(
                f"failed to parse csv {what}: a quote is out of place in {text}", hint='write "key=a,b"'
            )
        quoted, plain = match.groups()
        fields.append(plain if quoted is None else quoted.replace('""', '"'))
        position = match.end() + 1
        if position > len(text):
            return fields


def _key_value(field: str) -> tuple[str, str, str]:
    key, equal, value = field.partition("=")
    return key.lower(), equal, value


def _set(values: dict[str, Any], field: str, key: str, equal: str, value: str) -> None:
    """Put one field into `values`, under the names of `Mount`."""
    kind = values.get("type", "bind")
    only_for = _ONLY_FOR.get(key)
    if only_for and kind not in only_for:
        raise FaultError(
            f"unexpected key '{key}' for mount type '{kind}'",
            hint=f"{key} goes with {' and '.join(only_for)}",
        )
    if key in _SWITCHES:
        name, meaning = _SWITCHES[key]
        values[name] = (_bool(key, value) if equal else True) == meaning
        return
    if not equal:
        raise FaultError(f"invalid field '{field}' must be a key=value pair", hint=did_you_mean(key, _KEYS))
    if key in _WORDS:
        values[_WORDS[key]] = value
        return
    read = _READERS.get(key)
    if read is None:
        raise FaultError(f"unexpected key '{key}' in '{field}'", hint=did_you_mean(key, _KEYS))
    values[key] = read(value)


def _choice(what: str, value: str, allowed: tuple[str, ...]) -> str:
    lowered = value.lower()
    if lowered not in allowed:
        hint = did_you_mean(lowered, allowed) or f"it is one of {', '.join(allowed)}"
        raise FaultError(f'unsupported {what} "{value}"', hint=hint)
    return lowered


def _bool(key: str, value: str) -> bool:
    if value in _TRUE or value in _FALSE:
        return value in _TRUE
    raise FaultError(f"invalid value for {key}: {value}", hint=f"write {key}=true or {key}=false")


def _number(key: str, value: str) -> int:
    digits = "01234567" if key == "mode" else "0123456789"
    if value and all(char in digits for char in value) and len(value) <= 12:
        number = int(value, len(digits))
        if number < 2**32:
            return number
    raise FaultError(
        f"invalid value {value} for {key}", hint="mode is octal, such as 0755" if key == "mode" else ""
    )


def _size(value: str) -> int:
    match = _SIZE.match(value)
    if match is None:
        raise FaultError(
            f"invalid value for size: {value}", hint="a size is a number with a unit, such as 64m or 1g"
        )
    return int(float(match[1]) * 1024 ** (" kmgtp".index((match[2] or " ").lower())))


def _validate(values: dict[str, Any], kind: str) -> None:
    if kind in ("bind", "tmpfs"):
        for key in ("mode", "uid", "gid"):
            if values.get(key) is not None:
                raise FaultError(f'{key} not allowed for "{kind}" type mounts', hint=f"leave {key} out")
    if kind == "secret":
        if values.get("from_"):
            raise FaultError(
                "secret mount should not have a from", hint="a secret comes from --secret, not from a stage"
            )
        if values.get("sharing"):
            raise FaultError("secret mount should not define sharing", hint="sharing goes with cache mounts")
        if not any(values.get(key) for key in ("source", "target", "id")):
            raise FaultError("invalid secret mount. one of source, target required", hint="write id=NAME")
        if values.get("source") and values.get("id"):
            raise FaultError(
                "both source and id can't be set", hint="source is an older name of id: leave one out"
            )
        values["id"] = values.get("id") or values.get("source", "")
    if values.get("sharing") and kind != "cache":
        raise FaultError(f"invalid cache sharing set for {kind} mount", hint="sharing goes with cache mounts")


_READERS: dict[str, Callable[[str], int | str]] = {
    "type": lambda value: _choice("mount type", value, _TYPES),
    "sharing": lambda value: _choice("sharing value", value, _SHARING),
    "size": _size,
    "mode": lambda value: _number("mode", value),
    "uid": lambda value: _number("uid", value),
    "gid": lambda value: _number("gid", value),
}
_KEYS = (*_WORDS, *_SWITCHES, *_READERS)
