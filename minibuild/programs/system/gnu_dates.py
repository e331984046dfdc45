"""Date strings as GNU's programs read them: ISO 8601, RFC 2822, `now`, `2 days ago`, `next friday`,
`@SECONDS`.

Source: "Date input formats" of the GNU coreutils manual.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.programs.system.timezone import DAY, Zone, civil, days

if TYPE_CHECKING:
    from collections.abc import Callable

SECOND = 10**9
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
UNITS = {
    "sec": 1, "second": 1, "min": 60, "minute": 60, "hour": 3600,
    "day": DAY, "week": 7 * DAY, "fortnight": 14 * DAY,
}  # fmt: skip
WORDS = {"now": 0, "today": 0, "yesterday": -DAY, "tomorrow": DAY}
ORDINALS = {
    "last": -1, "this": 0, "next": 1, "first": 1, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6,
    "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
}  # fmt: skip
# Hours east of Greenwich.
ZONES: dict[str, float] = {
    "utc": 0, "gmt": 0, "ut": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "met": 1, "cest": 2,
    "mest": 2, "eet": 2, "eest": 3, "msk": 3, "ist": 5.5, "jst": 9, "kst": 9, "nzst": 12, "nzdt": 13,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
MERIDIEM = r"(?:\s*([ap])\.?m\.?(?![a-z]))"
UNIT = r"(sec(?:ond)?|min(?:ute)?|hour|day|week|fortnight|month|year)s?(?![a-z])"
PIECES: list[tuple[str, str]] = [
    ("absolute", r"@(-?\d+)(?:[.,](\d+))?"),
    ("iso", r"(\d+)-(\d{1,2})-(\d{1,2})(?!\d)(?:t(?=\d))?"),
    ("compact", r"(\d{4})(\d\d)(\d\d)(?!\d)(?:t(?=\d))?"),
    ("slashed", r"(\d+)/(\d+)(?:/(\d+))?"),
    ("time", rf"(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?{MERIDIEM}?(?:\s*([+-])(\d\d?)(?::?(\d\d))?(?!\d))?"),
    ("half", rf"(\d\d?){MERIDIEM}"),
    ("named", r"(\d\d?)(?:\s+|-)([a-z]{3})[a-z]*\.?(?:(?:,?\s+|-)(\d{4,})(?!:))?"),
    ("american", r"([a-z]{3})[a-z]*\.?(?:\s+|-)(\d\d?)(?![\d:])(?:,?\s+(\d{4,})(?!:))?"),
    ("relative", rf"([+-]\s*\d+|\d+)?\s*{UNIT}(\s+ago(?![a-z]))?"),
    ("ordinal", rf"({'|'.join(ORDINALS)})\s+(?:{UNIT}|([a-z]{{3,}}))(\s+ago(?![a-z]))?"),
    ("word", r"(now|today|yesterday|tomorrow)(?![a-z])"),
    ("weekday", r"(sun|mon|tue|wed|thu|fri|sat)[a-z]*\.?"),
    ("zone", r"([a-z]+)(?:\s*([+-]\d+)(?!\d|\s*[a-z]))?"),
    ("number", r"(\d+)(?![\d:/-])"),
]


def parse_gnu_date(text: str, now: int, zone: Zone, named: Callable[[str], Zone]) -> int | None:
    """Nanoseconds since 1970, or None. `named` gives the zone of a `TZ="…"` in the text."""
    given = re.match(r'\s*TZ="([^"]*)"\s*', text)
    if given:
        zone, text = named(given[1]), text[given.end() :]
    return Reader(now, zone).read(text.strip().lower())


class Reader:
    """Collects the pieces of one date string."""

    def __init__(self, now: int, zone: Zone) -> None:
        self.zone = zone
        seconds = now // SECOND
        self.local = seconds + zone.at(seconds)[0]
        self.year: int | None = None
        self.date: tuple[int, int] | None = None
        self.clock: int | None = None
        self.weekday: tuple[int, int] | None = None
        self.offset: int | None = None
        self.nanoseconds = now % SECOND
        self.months = self.seconds = 0
        self.absolute: int | None = None
        self.takers: dict[str, Callable[[re.Match[str]], bool]] = {
            name: getattr(self, f"take_{name}") for name, _ in PIECES
        }

    def read(self, text: str) -> int | None:
        """Read piece by piece; None as soon as one is unknown. An empty text is today at midnight."""
        if not text:
            self.set_clock(0)
        while text:
            for name, pattern in PIECES:
                match = re.match(pattern, text)
                if match and match[0] and self.takers[name](match):
                    text = text[match.end() :].lstrip(" \t\n,")
                    break
            else:
                return None
        return self.result()

    def result(self) -> int | None:
        """The moment that the pieces name; None when the date or time does not exist."""
        if self.absolute is not None:
            return self.absolute + self.seconds * SECOND
        year, month, day = civil(self.local // DAY)
        if self.date:
            year, (month, day) = self.year if self.year is not None else year, self.date
            if not 1 <= month <= 12 or civil(days(year, month, day)) != (year, month, day):
                return None
        time = self.local % DAY if self.clock is None else self.clock
        if self.clock is None and (self.date or self.weekday):
            time, self.nanoseconds = 0, 0
        number = days(year, month + self.months, 1) + day - 1
        if self.weekday and not self.date:
            wanted, ordinal = self.weekday
            today = (number + 4) % 7
            number += (wanted - today) % 7 + 7 * (ordinal - (ordinal > 0 and today != wanted))
        local = number * DAY + time
        moment = self.zone.to_utc(local) if self.offset is None else local - self.offset
        return (moment + self.seconds) * SECOND + self.nanoseconds

    def set_clock(self, seconds: int, fraction: str | None = None) -> bool:
        """A time of day; there can be only one."""
        if self.clock is not None or not 0 <= seconds < DAY:
            return False
        self.clock = seconds
        self.nanoseconds = int((fraction or "0").ljust(9, "0")[:9])
        return True

    def set_date(self, year: str | None, month: int, day: int) -> bool:
        """A date; two digits of a year are of this century or the last."""
        if self.date is not None:
            return False
        self.date = (month, day)
        if year is not None:
            self.year = int(year)
            if len(year) <= 2:
                self.year += 2000 if self.year < 69 else 1900
        return True

    def take_absolute(self, match: re.Match[str]) -> bool:
        """@SECONDS[.FRACTION]"""
        self.absolute = int(match[1]) * SECOND + int((match[2] or "0").ljust(9, "0")[:9])
        return True

    def take_iso(self, match: re.Match[str]) -> bool:
        """YYYY-MM-DD"""
        return self.set_date(match[1], int(match[2]), int(match[3]))

    take_compact = take_iso

    def take_slashed(self, match: re.Match[str]) -> bool:
        """MM/DD[/YYYY] or YYYY/MM/DD"""
        if len(match[1]) >= 4 and match[3]:
            return self.set_date(match[1], int(match[2]), int(match[3]))
        return self.set_date(match[3], int(match[1]), int(match[2]))

    def take_time(self, match: re.Match[str]) -> bool:
        """hh:mm[:ss[.fraction]] [am|pm] [+hh[:mm]]"""
        hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
        if match[5]:
            hour = half_day(hour, match[5])
        if not 0 <= hour < 24 or minute > 59 or second > 60:
            return False
        if match[6]:
            self.offset = int(match[6] + "1") * (int(match[7]) * 3600 + int(match[8] or 0) * 60)
        return self.set_clock(hour * 3600 + minute * 60 + second, match[4])

    def take_half(self, match: re.Match[str]) -> bool:
        """10am, 5 PM"""
        return self.set_clock(half_day(int(match[1]), match[2]) * 3600)

    def take_named(self, match: re.Match[str]) -> bool:
        """2 Jan [2020]"""
        return match[2] in MONTHS and self.set_date(match[3], MONTHS.index(match[2]) + 1, int(match[1]))

    def take_american(self, match: re.Match[str]) -> bool:
        """Jan 2[, 2020]"""
        return match[1] in MONTHS and self.set_date(match[3], MONTHS.index(match[1]) + 1, int(match[2]))

    def move(self, amount: int, unit: str, ago: str | None) -> bool:
        """Go some units ahead or back."""
        amount = -amount if ago else amount
        if unit in ("month", "year"):
            self.months += amount * (12 if unit == "year" else 1)
        else:
            self.seconds += amount * UNITS[unit]
        return True

    def take_relative(self, match: re.Match[str]) -> bool:
        """[[+-]N] UNIT [ago]"""
        return self.move(int((match[1] or "1").replace(" ", "")), match[2], match[3])

    def take_ordinal(self, match: re.Match[str]) -> bool:
        """next week, third day, last friday"""
        if match[2]:
            return self.move(ORDINALS[match[1]], match[2], match[4])
        if match[3][:3] not in WEEKDAYS:
            return False
        self.weekday = (WEEKDAYS.index(match[3][:3]), ORDINALS[match[1]])
        return True

    def take_word(self, match: re.Match[str]) -> bool:
        """now, today, yesterday, tomorrow"""
        self.seconds += WORDS[match[1]]
        return True

    def take_weekday(self, match: re.Match[str]) -> bool:
        """The next such day; beside a date it is decoration."""
        self.weekday = (WEEKDAYS.index(match[1]), 0)
        return True

    def take_zone(self, match: re.Match[str]) -> bool:
        """UTC, EST, Z, UTC+2; a single letter is a zone of the military."""
        name = match[1]
        if len(name) == 1 and name not in "jz":
            letters = "abcdefghiklm" if name <= "m" else "nopqrstuvwxy"
            hours: float = letters.index(name) + 1
            hours = hours if name <= "m" else -hours
        elif name in ZONES:
            hours = ZONES[name]
        else:
            return False
        self.offset = int(hours * 3600)
        if match[2]:
            sign, digits = int(match[2][0] + "1"), match[2][1:]
            whole, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
            self.offset += sign * (int(whole) * 3600 + int(minutes) * 60)
        return True

    def take_number(self, match: re.Match[str]) -> bool:
        """A bare number: the year of a date without one, else an hour, with three or four digits hour and
        minute.
        """
        text = match[1]
        if self.date and self.year is None and (self.clock is not None or len(text) > 2):
            self.year = int(text)
            return True
        if len(text) > 4:
            return False
        hour, minute = (int(text), 0) if len(text) <= 2 else (int(text[:-2]), int(text[-2:]))
        return minute < 60 and self.set_clock(hour * 3600 + minute * 60)


def half_day(hour: int, letter: str) -> int:
    """The hour of the day of an hour before or after noon; -1 when there is no such."""
    if not 1 <= hour <= 12:
        return -1
    return hour % 12 + (12 if letter == "p" else 0)
