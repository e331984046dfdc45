"""Statements to typed instructions, each with the checks that BuildKit makes before a build starts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from minibuild.dockerfile import nodes
from minibuild.dockerfile.durations import parse_duration
from minibuild.dockerfile.errors import FaultError, did_you_mean, go_quote
from minibuild.dockerfile.flags import Flags, Kind, read_flags
from minibuild.dockerfile.heredocs import heredoc_argument
from minibuild.dockerfile.mounts import parse_device, parse_mount
from minibuild.dockerfile.spaces import UNICODE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from minibuild.dockerfile.statement import Body, Statement

Value = TypeVar("Value")

_STAGE_NAME = re.compile(r"[a-z][a-z0-9-_.]*\Z")
_ONBUILD = re.compile(r"[\t\n\f\r ]*ONBUILD[\t\n\f\r ]*", re.IGNORECASE)
_SMALLEST_INTERVAL = 1_000_000  # nanoseconds; the engine refuses less
_SOURCE_FLAGS: Mapping[str, Kind] = {"chown": "text", "chmod": "text", "link": "bool", "exclude": "list"}
_FLAGS: Mapping[str, Mapping[str, Kind]] = {
    "FROM": {"platform": "text"},
    "RUN": {"mount": "list", "network": "text", "security": "text", "device": "list"},
    "COPY": {**_SOURCE_FLAGS, "from": "text", "parents": "bool"},
    "ADD": {**_SOURCE_FLAGS, "checksum": "text", "keep-git-dir": "bool", "unpack": "bool"},
    "HEALTHCHECK": dict.fromkeys(
        ("interval", "timeout", "start-period", "start-interval", "retries"), "text"
    ),
}
# BuildKit does not look at the flags of these: they are dropped.
_FLAGS_IGNORED = ("ARG", "STOPSIGNAL")


def make_instruction(statement: Statement) -> nodes.Instruction:
    """The typed instruction. Raise `FaultError` where it breaks a rule."""
    body, line = statement.body, statement.line
    if not body.known:
        raise unknown_instruction(body)
    fields: dict[str, Any] = {
        "flags": body.flags,
        "args": body.args,
        "form": body.form,
        "start_line": line.start,
        "end_line": line.end,
        "column": line.column,
        "written": body.written,
        "original": line.text,
        "heredocs": statement.heredocs,
        "comments": line.comments,
    }
    cls = nodes.INSTRUCTIONS[body.keyword]
    check = _CHECKS.get(body.keyword, _no_flags)
    return cls(**fields, **check(body, statement))


def unknown_instruction(body: Body) -> FaultError:
    """The error for a keyword that does not exist, with the one that was probably meant."""
    hint = did_you_mean(body.written, tuple(nodes.INSTRUCTIONS))
    if not hint:
        hint = "an instruction begins with one of " + ", ".join(sorted(nodes.INSTRUCTIONS))
    return FaultError(f"unknown instruction: {body.written}", hint=hint, offset=body.offset)


def _flags(body: Body) -> Flags:
    return read_flags(body, _FLAGS.get(body.keyword, {}))


def _values(flags: Flags, name: str, read: Callable[[str], Value]) -> tuple[Value, ...]:
    """What `read` makes of the values of a flag that may be repeated; errors get the flag's place."""
    try:
        return tuple([read(text) for text in flags.list(name)])
    except FaultError as fault:
        fault.offset = flags.offsets[name]
        raise


def _at_least_one(body: Body, example: str) -> None:
    if not body.args:
        raise FaultError(
            f"{body.keyword} requires at least one argument", hint=f"write {body.keyword} {example}"
        )


def _no_flags(body: Body, _: Statement) -> dict[str, Any]:
    _flags(body)
    return {}


def _from(body: Body, _: Statement) -> dict[str, Any]:
    args, name = body.args, ""
    if len(args) == 3 and args[1].casefold() == "as":
        name = args[2].lower()
        if not _STAGE_NAME.match(name):
            raise FaultError(
                f"invalid name for build stage: {go_quote(args[2])}, "
                "name can't start with a number or contain symbols",
                hint="a stage's name begins with a letter; letters, digits, - _ . follow",
                offset=body.offsets[2],
            )
    elif len(args) != 1:
        raise FaultError(
            "FROM requires either one or three arguments",
            hint="write FROM image or FROM image AS name; a comment needs a line of its own",
            offset=body.offsets[1] if len(args) > 1 else None,
        )
    return {"image": args[0], "platform": _flags(body).text("platform"), "name": name}


def _run(body: Body, statement: Statement) -> dict[str, Any]:
    flags = _flags(body)
    devices = _values(flags, "device", parse_device)
    mounts = _values(flags, "mount", parse_mount)
    network = flags.text("network", "default")
    if network not in ("default", "none", "host"):
        raise FaultError(
            f"invalid network mode {go_quote(network)}",
            hint="it is one of default, none, host",
            offset=flags.offsets["network"],
        )
    security = flags.text("security", "sandbox")
    if security not in ("sandbox", "insecure"):
        raise FaultError(
            f"security {go_quote(security)} is not valid",
            hint="it is one of sandbox, insecure",
            offset=flags.offsets["security"],
        )
    alone = (
        bool(statement.heredocs) and body.form == "shell" and heredoc_argument("".join(body.args)) is not None
    )
    return {
        "mounts": mounts,
        "network": network,
        "security": security,
        "devices": devices,
        "is_heredoc_only": alone,
    }


def _paths(body: Body, statement: Statement) -> dict[str, Any]:
    keyword = body.keyword
    if len(body.args) < 2:
        raise FaultError(
            f"{keyword} requires at least two arguments, but only one was provided. "
            "Destination could not be determined",
            hint=f"write {keyword} source … destination",
        )
    flags = _flags(body)
    *sources, destination = body.args
    if heredoc_argument(destination) is not None:
        raise FaultError(
            f"{keyword} cannot accept a heredoc as a destination",
            hint="write the destination after the here-document's name",
            offset=body.offsets[-1],
        )
    by_name = {heredoc.name: heredoc for heredoc in statement.heredocs}
    paths, documents = [], []
    for source in sources:
        sign = heredoc_argument(source)
        if sign is None:
            paths.append(source)
        else:
            data = by_name[sign.name].data if sign.name in by_name else ""
            documents.append(nodes.Heredoc(sign.name, data, sign.expand, sign.chomp, sign.fd))
    fields: dict[str, Any] = {
        "sources": tuple(paths),
        "destination": destination,
        "documents": tuple(documents),
        "chown": flags.text("chown"),
        "chmod": flags.text("chmod"),
        "link": bool(flags.bool("link")),
        "exclude": flags.list("exclude"),
    }
    if keyword == "COPY":
        return fields | {"from_": flags.text("from"), "parents": bool(flags.bool("parents"))}
    return fields | {
        "checksum": flags.text("checksum"),
        "keep_git_dir": flags.bool("keep-git-dir"),
        "unpack": flags.bool("unpack"),
    }


def _pairs(body: Body, _: Statement) -> dict[str, Any]:
    _flags(body)
    _at_least_one(body, "NAME=value")
    for key, offset in zip(body.args[::2], body.offsets[::2], strict=True):
        if not key:
            raise FaultError(
                f"{body.keyword} names can not be blank", hint="write a name before the =", offset=offset
            )
    return {}


def _arg(body: Body, _: Statement) -> dict[str, Any]:
    _at_least_one(body, "NAME or ARG NAME=default")
    for word, offset in zip(body.args, body.offsets, strict=True):
        if word.startswith("="):
            raise FaultError(
                "ARG names can not be blank", hint="no blanks belong around the =", offset=offset
            )
    return {}


def _shell(body: Body, _: Statement) -> dict[str, Any]:
    _flags(body)
    _at_least_one(body, '["/bin/sh", "-c"]')
    if body.form != "exec":
        raise FaultError(
            "SHELL requires the arguments to be in JSON form",
            hint='write SHELL ["program", "argument"] with double quotes',
            offset=body.offsets[0],
        )
    return {}


def _expose(body: Body, _: Statement) -> dict[str, Any]:
    _at_least_one(body, "8080")
    _flags(body)
    return {}


def _volume(body: Body, _: Statement) -> dict[str, Any]:
    _at_least_one(body, "/data")
    _flags(body)
    if not all(path.strip(UNICODE) for path in body.args):
        raise FaultError(
            "VOLUME specified can not be an empty string", hint="name a directory of the container"
        )
    return {}


def _one_text(body: Body, _: Statement) -> dict[str, Any]:
    if not body.args:
        raise FaultError(f"{body.keyword} requires exactly one argument", hint=f"write {body.keyword} VALUE")
    if body.keyword not in _FLAGS_IGNORED:
        _flags(body)
    return {}


def _healthcheck(body: Body, _: Statement) -> dict[str, Any]:
    _at_least_one(body, "CMD command or HEALTHCHECK NONE")
    kind = body.args[0].upper()
    if kind == "NONE":
        if len(body.args) > 1:
            raise FaultError(
                "HEALTHCHECK NONE takes no arguments",
                hint="leave out what follows NONE",
                offset=body.offsets[1],
            )
        return {"kind": kind}
    flags = _flags(body)
    if kind != "CMD":
        raise FaultError(
            f"Unknown type {go_quote(kind)} in HEALTHCHECK (try CMD)",
            hint="write HEALTHCHECK CMD command or HEALTHCHECK NONE",
            offset=body.offsets[0],
        )
    if len(body.args) < 2:
        raise FaultError("Missing command after HEALTHCHECK CMD", hint="write HEALTHCHECK CMD command")
    found: dict[str, Any] = {"kind": kind}
    for name in _FLAGS["HEALTHCHECK"]:
        try:
            read = _retries if name == "retries" else _interval
            found[name.replace("-", "_")] = read(name, flags.text(name))
        except FaultError as fault:
            fault.offset = flags.offsets[name]
            raise
    return found


def _interval(name: str, text: str) -> int:
    nanoseconds = parse_duration(text) if text else 0
    if nanoseconds and nanoseconds < _SMALLEST_INTERVAL:
        raise FaultError(f'Interval "{name}" cannot be less than 1ms', hint=f"write --{name}=1ms or more")
    return nanoseconds


def _retries(_: str, text: str) -> int:
    if not text:
        return 0
    match = re.fullmatch(r"([+-]?)0*([0-9]{1,10})", text, re.ASCII)
    number = int(match[1] + match[2]) if match else None
    if number is None:
        state = "value out of range" if re.fullmatch(r"[+-]?[0-9]+", text, re.ASCII) else "invalid syntax"
        raise FaultError(f'parsing --retries "{text}": {state}', hint="--retries is a whole number")
    if number < 0:
        raise FaultError(
            f"--retries cannot be negative ({number})", hint="--retries is 1 or more; 0 means the default, 3"
        )
    if number >= 2**31:
        raise FaultError(
            f'parsing --retries "{text}": value out of range', hint="--retries is below 2147483648"
        )
    return number


def _onbuild(body: Body, statement: Statement) -> dict[str, Any]:
    inner = body.inner
    if inner is None:
        raise FaultError("ONBUILD requires at least one argument", hint="write ONBUILD and an instruction")
    _flags(body)
    if inner.keyword == "ONBUILD":
        raise FaultError(
            "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
            hint="write ONBUILD once",
            offset=inner.offset,
        )
    if inner.keyword in ("MAINTAINER", "FROM"):
        raise FaultError(
            f"{inner.keyword} isn't allowed as an ONBUILD trigger",
            hint="ONBUILD takes instructions that change an image",
            offset=inner.offset,
        )
    text = _ONBUILD.sub("", statement.line.text, count=1)
    text += "".join(f"\n{heredoc.data}{heredoc.name}" for heredoc in statement.heredocs)
    try:
        typed = make_instruction(type(statement)(inner, statement.heredocs, statement.line))
    except FaultError:
        typed = None  # it is checked by the build that it is triggered in
    return {"trigger": text, "inner": typed}


_CHECKS: Mapping[str, Callable[[Body, Statement], dict[str, Any]]] = {
    "ADD": _paths,
    "ARG": _arg,
    "COPY": _paths,
    "ENV": _pairs,
    "EXPOSE": _expose,
    "FROM": _from,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _pairs,
    "MAINTAINER": _one_text,
    "ONBUILD": _onbuild,
    "RUN": _run,
    "SHELL": _shell,
    "STOPSIGNAL": _one_text,
    "USER": _one_text,
    "VOLUME": _volume,
    "WORKDIR": _one_text,
}
