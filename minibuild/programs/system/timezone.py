"""Local time in the container: TZ as POSIX writes it, zone files of its own /usr/share/zoneinfo,
/etc/localtime.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

DAY = 86400
RULE = re.compile(r"([A-Za-z]{3,}|<[^>]+>)(?:([+-]?\d+)(?::(\d+))?(?::(\d+))?)?")
CHANGE = re.compile(r",M(\d+)\.(\d)\.(\d)(?:/([+-]?\d+)(?::(\d+))?(?::(\d+))?)?|,(J?)(\d+)(?:/([+-]?\d+))?")


def days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 of a date of the proleptic Gregorian calendar; a month beyond 12 runs into the
    next year.
    """
    year += (month - 1) // 12
    month = (month - 1) % 12 + 1
    shifted = year - (month <= 2)
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def civil(number: int) -> tuple[int, int, int]:
    """The inverse of days: year, month, day."""
    number += 719468
    era = number // 146097
    of_era = number - era * 146097
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month += 3 if month < 10 else -9
    return year + era * 400 + (month <= 2), month, day


class Zone:
    """A time zone: offset east of UTC in seconds and name, for any moment."""

    def at(self, moment: int) -> tuple[int, str]:  # noqa: ARG002  the moment matters to other zones
        """Offset and name at a moment (seconds since 1970)."""
        return 0, "UTC"

    def to_utc(self, local: int) -> int:
        """The moment that a local time means."""
        first = local - self.at(local)[0]
        return local - self.at(first)[0]


class Change(NamedTuple):
    """When a rule switches: week `week` of `month`, weekday `weekday`, at `time` seconds; or day `day` of the
    year.
    """

    month: int
    week: int
    weekday: int
    day: int
    julian: bool
    time: int

    def moment(self, year: int) -> int:
        """Seconds since 1970 of the switch in local time."""
        start = days(year, 1, 1)
        if not self.month:
            leap = days(year + 1, 1, 1) - start == 366
            skip = self.julian and leap and self.day >= 60
            return (start + self.day - (1 if self.julian else 0) + skip) * DAY + self.time
        first = days(year, self.month, 1)
        at = first + (self.weekday - (first + 4)) % 7 + (self.week - 1) * 7
        if at >= days(year, self.month + 1, 1):
            at -= 7
        return at * DAY + self.time


class PosixZone(Zone):
    """`EST5EDT,M3.2.0,M11.1.0`: a standard time and perhaps a daylight saving time."""

    def __init__(
        self, standard: tuple[int, str], daylight: tuple[int, str] | None, changes: list[Change]
    ) -> None:
        self.standard, self.daylight, self.changes = standard, daylight, changes

    def at(self, moment: int) -> tuple[int, str]:
        """Offset and name at a moment."""
        if self.daylight is None:
            return self.standard
        year = civil((moment + self.standard[0]) // DAY)[0]
        begin = self.changes[0].moment(year) - self.standard[0]
        end = self.changes[1].moment(year) - self.daylight[0]
        summer = begin <= moment < end if begin < end else not end <= moment < begin
        return self.daylight if summer else self.standard


class FileZone(Zone):
    """A compiled zone file (RFC 8536) of the container."""

    def __init__(self, data: bytes) -> None:
        # Imported here: most runs never leave UTC.
        import io
        from zoneinfo import ZoneInfo

        self.zone = ZoneInfo.from_file(io.BytesIO(data))

    def at(self, moment: int) -> tuple[int, str]:
        """Offset and name at a moment."""
        from datetime import UTC, datetime, timedelta

        local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=moment)).astimezone(self.zone)
        offset = local.utcoffset() or timedelta()
        return int(offset.total_seconds()), local.tzname() or "UTC"


def posix_zone(text: str) -> Zone | None:
    """The zone of a POSIX TZ value, or None when it is no such value."""
    standard = RULE.match(text)
    if standard is None or standard[2] is None:
        return None
    rest = text[standard.end() :]
    base = (-_seconds(standard[2], standard[3], standard[4]), standard[1].strip("<>"))
    daylight = RULE.match(rest)
    if daylight is None:
        return PosixZone(base, None, []) if not rest else None
    offset = base[0] + 3600 if daylight[2] is None else -_seconds(daylight[2], daylight[3], daylight[4])
    rules = rest[daylight.end() :] or ",M3.2.0,M11.1.0"
    changes = [_change(match) for match in CHANGE.finditer(rules)]
    return PosixZone(base, (offset, daylight[1].strip("<>")), changes) if len(changes) == 2 else None


def _seconds(hours: str, minutes: str | None, seconds: str | None) -> int:
    sign = -1 if hours.startswith("-") else 1
    return int(hours) * 3600 + sign * (int(minutes or 0) * 60 + int(seconds or 0))


def _change(match: re.Match[str]) -> Change:
    if match[1]:
        time = _seconds(match[4], match[5], match[6]) if match[4] else 7200
        return Change(int(match[1]), int(match[2]), int(match[3]), 0, False, time)
    return Change(0, 0, 0, int(match[8]), bool(match[7]), int(match[9] or 2) * 3600)


def local_zone(process: Process) -> Zone:
    """The zone of the process: its TZ, else /etc/localtime, else UTC."""
    text = process.env.get("TZ")
    return _file_zone(process, "/etc/localtime") or Zone() if text is None else zone_named(process, text)


def zone_named(process: Process, text: str) -> Zone:
    """The zone of a value of TZ; an unknown one is UTC."""
    name = text.removeprefix(":")
    if not name or ".." in name:
        return Zone()
    path = name if name.startswith("/") else f"/usr/share/zoneinfo/{name}"
    return _file_zone(process, path) or posix_zone(text) or Zone()


def _file_zone(process: Process, path: str) -> Zone | None:
    try:
        return FileZone(process.view.read_bytes(path))
    except (OSError, ValueError, EOFError):
        return None
