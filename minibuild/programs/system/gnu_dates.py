"""Date strings that only GNU's programs read: ISO 8601 with T and Z, RFC 2822, `now`, `2 days ago`, `next
week`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.programs.system.timezone import DAY, civil, days

if TYPE_CHECKING:
    from minibuild.programs.system.timezone import Zone

SECOND = 10**9
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
UNITS = {
    "sec": 1,
    "second": 1,
    "min": 60,
    "minute": 60,
    "hour": 3600,
    "day": DAY,
    "week": 7 * DAY,
    "fortnight": 14 * DAY,
}
PIECES: list[tuple[str, str]] = [
    ("fraction", r"@(-?\d+)(?:\.(\d+))?"),
    ("date", r"(\d{4})-(\d\d?)-(\d\d?)"),
    ("date", r"(\d{4})(\d\d)(\d\d)(?!\d)"),
    ("slashed", r"(\d\d?)/(\d\d?)/(\d{4})"),
    ("time", r"t?(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:\s*([ap])m)?"),
    ("zone", r"(?:z|utc|gmt)(?![a-z])|([+-])(\d\d):?(\d\d)"),
    ("named", r"(\d\d?)[ -]([a-z]{3})[a-z]*\.?,?[ -](\d{4})"),
    ("american", r"([a-z]{3})[a-z]*\.? (\d\d?),?(?: (\d{4}))?(?!:)"),
    (
        "relative",
        r"([+-]?\s*\d+|next|last|an?)?\s*(sec|second|min|minute|hour|day|week|fortnight|month|year)s?(\s+ago)?",
    ),
    ("word", r"now|today|yesterday|tomorrow|midnight|noon"),
    ("weekday", r"(?:sun|mon|tue|wed|thu|fri|sat)[a-z]*,?"),
]


def parse_gnu_date(text: str, now: int, zone: Zone) -> int | None:
    """Nanoseconds since 1970, or None. Source: the date input formats of GNU coreutils."""
    return Reader(now, zone).read(text.strip().lower())


class Reader:
    """Collects the pieces of one date string."""

    def __init__(self, now: int, zone: Zone) -> None:
        self.zone = zone
        seconds = now // SECOND
        self.local = seconds + zone.at(seconds)[0]
        self.date: tuple[int, int, int] | None = None
        self.clock: int | None = None
        self.offset: int | None = None
        self.nanoseconds = now % SECOND
        self.months = self.seconds = 0
        self.absolute: int | None = None

    def read(self, text: str) -> int | None:
        """Read piece by piece; None as soon as one is unknown. An empty text is today at midnight."""
        self.clock = 0 if not text else None
        while text:
            for name, pattern in PIECES:
                match = re.match(pattern, text)
                if match and match[0] and getattr(self, f"take_{name}")(match) is not False:
                    text = text[match.end() :].lstrip(" ,")
                    break
            else:
                return None
        return self.result()

    def result(self) -> int:
        """The moment that the pieces name."""
        if self.absolute is not None:
            return self.absolute
        year, month, day = self.date or civil(self.local // DAY)
        time = self.clock
        if time is None:
            time = 0 if self.date else self.local % DAY
        if self.clock is not None or self.date:
            self.nanoseconds = self.nanoseconds if self.clock is not None and self.clock_fraction else 0
        local = (days(year, month + self.months, 1) + day - 1) * DAY + time
        moment = self.zone.to_utc(local) if self.offset is None else local - self.offset
        return (moment + self.seconds) * SECOND + self.nanoseconds

    clock_fraction = False

    def take_fraction(self, match: re.Match[str]) -> None:
        """@SECONDS[.FRACTION]"""
        self.absolute = int(match[1]) * SECOND + int((match[2] or "0").ljust(9, "0")[:9])

    def take_date(self, match: re.Match[str]) -> None:
        """YYYY-MM-DD or YYYYMMDD"""
        self.date = (int(match[1]), int(match[2]), int(match[3]))

    def take_slashed(self, match: re.Match[str]) -> None:
        """MM/DD/YYYY"""
        self.date = (int(match[3]), int(match[1]), int(match[2]))

    def take_time(self, match: re.Match[str]) -> None:
        """hh:mm[:ss[.fraction]] [am|pm]"""
        hour = int(match[1])
        if match[5]:
            hour = hour % 12 + (12 if match[5] == "p" else 0)
        self.clock = hour * 3600 + int(match[2]) * 60 + int(match[3] or 0)
        self.clock_fraction = bool(match[4])
        self.nanoseconds = int((match[4] or "0").ljust(9, "0")[:9])

    def take_zone(self, match: re.Match[str]) -> None:
        """Z, UTC, GMT, +hh:mm"""
        self.offset = 0
        if match[1]:
            self.offset = int(match[1] + "1") * (int(match[2]) * 3600 + int(match[3]) * 60)

    def take_named(self, match: re.Match[str]) -> bool:
        """2 Jan 2020"""
        if match[2] not in MONTHS:
            return False
        self.date = (int(match[3]), MONTHS.index(match[2]) + 1, int(match[1]))
        return True

    def take_american(self, match: re.Match[str]) -> bool:
        """Jan 2[, 2020]"""
        if match[1] not in MONTHS:
            return False
        year = int(match[3]) if match[3] else civil(self.local // DAY)[0]
        self.date = (year, MONTHS.index(match[1]) + 1, int(match[2]))
        return True

    def take_relative(self, match: re.Match[str]) -> None:
        """[+-N|next|last] UNIT [ago]"""
        word = (match[1] or "1").replace(" ", "")
        amount = {"next": 1, "last": -1, "a": 1, "an": 1}.get(word)
        amount = int(word) if amount is None else amount
        amount = -amount if match[3] else amount
        if match[2] in ("month", "year"):
            self.months += amount * (12 if match[2] == "year" else 1)
        else:
            self.seconds += amount * UNITS[match[2]]

    def take_word(self, match: re.Match[str]) -> None:
        """now, today, yesterday, tomorrow, midnight, noon"""
        self.seconds += {"yesterday": -DAY, "tomorrow": DAY}.get(match[0], 0)
        if match[0] in ("midnight", "noon"):
            self.clock = 0 if match[0] == "midnight" else DAY // 2

    def take_weekday(self, match: re.Match[str]) -> None:
        """A weekday beside a date is decoration."""
