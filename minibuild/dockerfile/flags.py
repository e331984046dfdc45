"""Flags of instructions: which there are, and their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from minibuild.dockerfile.errors import FaultError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from minibuild.dockerfile.statement import Body

Kind = Literal["text", "bool", "list"]


class Flags:
    """The flags of one instruction. A flag that was not given is "", None or empty.

    `offsets` says where in the instruction's text the (last) flag of a name starts.
    """

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._bools: dict[str, bool] = {}
        self._lists: dict[str, list[str]] = {}
        self.offsets: dict[str, int] = {}

    def text(self, name: str, default: str = "") -> str:
        """The value of a flag that may be given once."""
        return self._texts.get(name, default)

    def bool(self, name: str) -> bool | None:
        """The value of a switch."""
        return self._bools.get(name)

    def list(self, name: str) -> tuple[str, ...]:
        """The values of a flag that may be repeated."""
        return tuple(self._lists.get(name, ()))


def read_flags(body: Body, known: Mapping[str, Kind]) -> Flags:
    """The flags of `body`.

    Raise `FaultError` for one that is unknown, repeated, without a value or with a wrong one.
    """
    flags = Flags()
    for flag, offset in zip(body.flags, body.flag_offsets, strict=True):
        shown, equal, value = flag.partition("=")
        name = shown[2:]
        kind = known.get(name)
        if kind is None:
            raise _unknown(shown, body.keyword, known, offset)
        if name in flags.offsets and kind != "list":
            raise FaultError(
                f"duplicate flag specified: {shown}", hint=f"{shown} may be given once", offset=offset
            )
        flags.offsets[name] = offset
        if kind == "bool":
            flags._bools[name] = _switch(shown, equal, value, offset)
        elif not equal:
            raise FaultError(f"missing a value on flag: {shown}", hint=f"write {shown}=VALUE", offset=offset)
        elif kind == "list":
            flags._lists.setdefault(name, []).append(value)
        else:
            flags._texts[name] = value
    return flags


def _switch(shown: str, equal: str, value: str, offset: int) -> bool:
    if equal and not value:
        raise FaultError(
            f"missing a value on flag: {shown}", hint=f"write {shown} or {shown}=true", offset=offset
        )
    lowered = value.lower()
    if lowered not in ("", "true", "false"):
        raise FaultError(
            f"expecting boolean value for flag {shown}, not: {value}",
            hint=f"write {shown}=true or =false",
            offset=offset,
        )
    return lowered != "false"


def _unknown(shown: str, keyword: str, known: Mapping[str, Kind], offset: int) -> FaultError:
    names = tuple("--" + name for name in known)
    hint = did_you_mean(shown, names)
    if not hint:
        hint = f"{keyword} has the flags {', '.join(sorted(names))}" if names else f"{keyword} has no flags"
    return FaultError(f"unknown flag: {shown}", hint=hint, offset=offset)
