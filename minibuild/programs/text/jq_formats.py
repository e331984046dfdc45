"""The formats of jq's @name."""

from __future__ import annotations

import base64
from typing import Any

from minibuild.programs.text.jq_json import number_text, to_text
from minibuild.programs.text.jq_values import JqError, described
from minibuild.programs.text.memory import joined_text

Json = Any
UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
HTML = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "'": "&apos;", '"': "&quot;"}
TSV = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def plain_text(value: Json) -> str:
    """tostring: strings as they are, everything else as JSON."""
    return value if isinstance(value, str) else to_text(value)


def _bytes(value: Json) -> bytes:
    return plain_text(value).encode("utf-8", "replace")


def format_text(name: str, value: Json) -> str:
    """The value in a format. JqError when the format does not take it, or is none."""
    if name == "text":
        return plain_text(value)
    if name == "json":
        return to_text(value)
    if name in ("csv", "tsv"):
        return _row(name, value)
    if name == "html":
        return "".join(HTML.get(char, char) for char in plain_text(value))
    if name == "uri":
        return "".join(chr(byte) if byte in UNRESERVED else f"%{byte:02X}" for byte in _bytes(value))
    if name == "sh":
        return joined_text(" ", (_shell_word(one) for one in (value if isinstance(value, list) else [value])))
    if name == "base64":
        return base64.b64encode(_bytes(value)).decode()
    if name == "base32":
        return base64.b32encode(_bytes(value)).decode()
    if name in ("base64d", "base32d"):
        return _decoded(name, value)
    raise JqError(f"{name} is not a valid format")


def _row(name: str, value: Json) -> str:
    """A line of a table: commas or tabs between the cells."""
    if not isinstance(value, list):
        raise JqError(f"{described(value)} cannot be {name}-formatted, only array")
    cells: list[str] = []
    for one in value:
        if isinstance(one, str):
            quoted = '"' + one.replace('"', '""') + '"'
            cells.append(quoted if name == "csv" else "".join(TSV.get(char, char) for char in one))
        elif isinstance(one, bool):
            cells.append("true" if one else "false")
        elif isinstance(one, (int, float)):
            cells.append(number_text(float(one)) if one == one else "")
        elif one is None:
            cells.append("")
        else:
            raise JqError(f"{described(one)} is not valid in a csv row")
    return joined_text("," if name == "csv" else "\t", cells)


def _shell_word(value: Json) -> str:
    if isinstance(value, (list, dict)):
        raise JqError(f"{described(value)} can not be escaped for shell")
    return "'" + value.replace("'", "'\\''") + "'" if isinstance(value, str) else to_text(value)


def _decoded(name: str, value: Json) -> str:
    raw = _bytes(value).rstrip(b"=")
    if name == "base32d":
        try:
            return base64.b32decode(raw + b"=" * (-len(raw) % 8)).decode("utf-8", "replace")
        except ValueError:
            raise JqError(f"{described(value)} is not valid base32 data") from None
    known = bytes(byte for byte in raw if chr(byte).isalnum() or byte in b"+/")
    cut = len(known) - (len(known) % 4 == 1)
    data = base64.b64decode(known[:cut] + b"=" * (-cut % 4))
    if not data and raw:
        raise JqError(f"{described(value)} is not valid base64 data")
    return data.decode("utf-8", "replace")
