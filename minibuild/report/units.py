"""Sizes and times as docker's tables show them."""

from datetime import UTC, datetime

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_HOUR = 3600
# From each number of hours on: the hours in one unit, and what it is called.
_SPANS = (
    (2 * 365 * 24, 365 * 24, "years"),
    (60 * 24, 30 * 24, "months"),
    (14 * 24, 7 * 24, "weeks"),
    (48, 24, "days"),
)


def human_size(size: float, digits: int = 3) -> str:
    """Bytes with a decimal unit and at most that many significant digits: `1.98MB`, `123kB`, `6B`."""
    unit = 0
    # What would be rounded up to 1000 belongs to the next unit.
    while float(f"{size:.{digits}g}") >= 1000 and unit < len(_UNITS) - 1:
        size /= 1000
        unit += 1
    return f"{size:.{digits}g}{_UNITS[unit]}"


def human_duration(seconds: float) -> str:
    """A span of time in one unit: `Less than a second`, `5 seconds`, `About a minute`, `3 weeks`."""
    whole = int(seconds)
    if whole < 1:
        return "Less than a second"
    if whole < 60:
        return "1 second" if whole == 1 else f"{whole} seconds"
    minutes = whole // 60
    if minutes < 60:
        return "About a minute" if minutes == 1 else f"{minutes} minutes"
    hours = int(seconds / _HOUR + 0.5)
    for least, length, name in _SPANS:
        if hours >= least:
            return f"{hours // length} {name}"
    return "About an hour" if hours == 1 else f"{hours} hours"


def parse_time(text: str) -> datetime | None:
    """An RFC 3339 time; None for an empty or wrong one. Digits beyond microseconds are dropped."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)


def ago(text: str, now: datetime) -> str:
    """How long ago an RFC 3339 time was: `5 seconds ago`; `N/A` for none."""
    time = parse_time(text)
    if time is None or time.year <= 1:
        return "N/A"
    return human_duration((now - time).total_seconds()) + " ago"
