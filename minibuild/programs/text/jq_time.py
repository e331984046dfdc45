"""Dates of jq: seconds, broken down times, and texts; all in UTC unless it says local."""

from __future__ import annotations

import math
import re
from typing import Any

from minibuild.programs.system.dates import MONTHS, Moment, strftime
from minibuild.programs.system.timezone import Zone, days
from minibuild.programs.text.jq_values import JqError

Json = Any
_FIELDS: dict[str, tuple[str, str]] = {
    "Y": (r"([+-]?\d{1,4})", "year"),
    "m": (r"(\d{1,2})", "month"),
    "d": (r"\s*(\d{1,2})", "day"),
    "e": (r"\s*(\d{1,2})", "day"),
    "H": (r"(\d{1,2})", "hour"),
    "M": (r"(\d{1,2})", "minute"),
    "S": (r"(\d{1,2})", "second"),
    "j": (r"(\d{1,3})", "of_year"),
    "y": (r"(\d{2})", "short_year"),
    "s": (r"(\d+)", "moment"),
    "b": (r"([A-Za-z]+)", "name"),
    "B": (r"([A-Za-z]+)", "name"),
    "h": (r"([A-Za-z]+)", "name"),
    "a": (r"([A-Za-z]+)", "weekday"),
    "A": (r"([A-Za-z]+)", "weekday"),
    "Z": (r"([A-Za-z]+)", "zone"),
    "z": (r"([+-]\d{2}:?\d{2}|Z)", "offset"),
}
_COMPOSED = {"T": "%H:%M:%S", "F": "%Y-%m-%d", "D": "%m/%d/%y", "R": "%H:%M", "c": "%a %b %e %H:%M:%S %Y"}


def broken_down(value: Json, zone: Zone) -> Json:
    """gmtime and localtime: [year, month from 0, day, hour, minute, second, weekday, day of the year from 0].
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise JqError("gmtime() requires a number")
    seconds = math.floor(value)
    moment = Moment(seconds * 10**9, zone)
    fields = [moment.year, moment.month - 1, moment.day, moment.hour, moment.minute]
    second = moment.second + (value - seconds)
    return [*map(float, fields), float(second), float(moment.weekday), float(moment.of_year)]


def seconds_of(value: Json, name: str = "mktime") -> float:
    """mktime: the seconds of a broken down time."""
    if not isinstance(value, list):
        raise JqError(
            f"{name} requires array of 6 numbers"
            if name == "mktime"
            else f"{name}/1 requires parsed datetime inputs"
        )
    if len(value) < 6 or not all(
        isinstance(one, (int, float)) and not isinstance(one, bool) for one in value[:6]
    ):
        raise JqError(f"{name} requires parsed datetime inputs")
    year, month, day, hour, minute, second = (math.floor(one) for one in value[:6])
    return float((days(year, month + 1, 1) + day - 1) * 86400 + hour * 3600 + minute * 60 + second)


def formatted(value: Json, form: Json, zone: Zone) -> str:
    """strftime of seconds or a broken down time."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = float(math.floor(value))
    else:
        seconds = (
            seconds_of(value, "strftime")
            if isinstance(value, list)
            else _refuse("strftime/1 requires parsed datetime inputs")
        )
    if not isinstance(form, str):
        raise JqError("strftime/1 requires a string format")
    return strftime(form, Moment(int(seconds) * 10**9, zone))


def _refuse(message: str) -> float:
    raise JqError(message)


def parsed(text: Json, form: Json) -> Json:
    """strptime: the broken down time that a text means."""
    if not isinstance(text, str):
        raise JqError("strptime/1 requires string inputs and arguments")
    pattern, fields = _pattern(form)
    match = re.fullmatch(pattern, text)
    if match is None:
        raise JqError(f'date "{text}" does not match format "{form}"')
    values = dict(zip(fields, match.groups(), strict=True))
    if "moment" in values:
        return broken_down(float(values["moment"]), Zone())
    year = int(values.get("year", 1900))
    if "short_year" in values:
        short = int(values["short_year"])
        year = 2000 + short if short < 69 else 1900 + short
    month = int(values.get("month", 1))
    if "name" in values:
        month = _position(values["name"], MONTHS) + 1
    day = int(values.get("day", 1 if "month" in values or "name" in values else 0))
    clock = [float(values.get(name, 0)) for name in ("hour", "minute", "second")]
    number = days(year, month, day)
    return [
        float(year),
        float(month - 1),
        float(day),
        *clock,
        float((number + 4) % 7),
        float(number - days(year, 1, 1)),
    ]


def _position(word: str, names: list[str]) -> int:
    found = next((place for place, name in enumerate(names) if name[:3].lower() == word[:3].lower()), None)
    if found is None:
        raise JqError(f'date "{word}" does not match a name')
    return found


def _pattern(form: str) -> tuple[str, list[str]]:
    for letter, longer in _COMPOSED.items():
        form = form.replace(f"%{letter}", longer)
    out: list[str] = []
    fields: list[str] = []
    for piece in re.findall(r"%.|\s+|.", form, re.DOTALL):
        if piece.startswith("%") and piece[1:] in _FIELDS:
            pattern, name = _FIELDS[piece[1:]]
            if name in fields:
                pattern = pattern.replace("(", "(?:", 1)
            else:
                fields.append(name)
            out.append(pattern)
        elif piece.isspace():
            out.append(r"\s*")
        else:
            out.append(re.escape("%" if piece == "%%" else piece))
    return "".join(out), fields
