"""Dates as texts: strftime in the C locale, and the date strings that busybox (and GNU) programs read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.programs.inputs import is_unknown
from minibuild.programs.options import is_busybox
from minibuild.programs.system.timezone import DAY, Zone, civil, days, local_zone, zone_named

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process

SECOND = 10**9
WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
MONTHS = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]  # fmt: skip
COMPOSED = {
    "c": "%a %b %e %H:%M:%S %Y",
    "D": "%m/%d/%y",
    "F": "%Y-%m-%d",
    "h": "%b",
    "R": "%H:%M",
    "r": "%I:%M:%S %p",
    "T": "%H:%M:%S",
    "X": "%H:%M:%S",
    "x": "%m/%d/%y",
    "n": "\n",
    "t": "\t",
}
DIRECTIVE = re.compile(r"%([-_0^#]*)(\d*)([EO]?)(:*.)", re.DOTALL)


class Moment:
    """A moment broken into the fields of its zone."""

    def __init__(self, nanoseconds: int, zone: Zone) -> None:
        self.seconds, self.nanoseconds = nanoseconds // SECOND, nanoseconds % SECOND
        self.offset, self.zone_name = zone.at(self.seconds)
        local = self.seconds + self.offset
        self.day_number = local // DAY
        self.year, self.month, self.day = civil(self.day_number)
        self.hour, self.minute, self.second = local % DAY // 3600, local % 3600 // 60, local % 60
        self.weekday = (self.day_number + 4) % 7
        self.of_year = self.day_number - days(self.year, 1, 1)

    def iso_week(self) -> tuple[int, int]:
        """Year and week of ISO 8601."""
        thursday = self.day_number + 3 - (self.weekday - 1) % 7
        year = civil(thursday)[0]
        return year, (thursday - days(year, 1, 1)) // 7 + 1

    def zone_text(self, colons: int = 0) -> str:
        """+hhmm, with one colon +hh:mm, with two +hh:mm:ss."""
        total = abs(self.offset)
        hours, minutes, seconds = total // 3600, total % 3600 // 60, total % 60
        gap = ":" if colons else ""
        text = f"{'-' if self.offset < 0 else '+'}{hours:02d}{gap}{minutes:02d}"
        return f"{text}:{seconds:02d}" if colons == 2 else text


# Number directives: value, width, padding.
NUMBERS: dict[str, tuple[Callable[[Moment], int], int, str]] = {
    "Y": (lambda m: m.year, 1, "0"),
    "C": (lambda m: m.year // 100, 2, "0"),
    "y": (lambda m: m.year % 100, 2, "0"),
    "G": (lambda m: m.iso_week()[0], 1, "0"),
    "g": (lambda m: m.iso_week()[0] % 100, 2, "0"),
    "V": (lambda m: m.iso_week()[1], 2, "0"),
    "U": (lambda m: (m.of_year + 7 - m.weekday) // 7, 2, "0"),
    "W": (lambda m: (m.of_year + 7 - (m.weekday - 1) % 7) // 7, 2, "0"),
    "m": (lambda m: m.month, 2, "0"),
    "d": (lambda m: m.day, 2, "0"),
    "e": (lambda m: m.day, 2, " "),
    "j": (lambda m: m.of_year + 1, 3, "0"),
    "H": (lambda m: m.hour, 2, "0"),
    "k": (lambda m: m.hour, 2, " "),
    "I": (lambda m: (m.hour - 1) % 12 + 1, 2, "0"),
    "l": (lambda m: (m.hour - 1) % 12 + 1, 2, " "),
    "M": (lambda m: m.minute, 2, "0"),
    "S": (lambda m: m.second, 2, "0"),
    "s": (lambda m: m.seconds, 1, "0"),
    "u": (lambda m: (m.weekday - 1) % 7 + 1, 1, "0"),
    "w": (lambda m: m.weekday, 1, "0"),
}
TEXTS: dict[str, Callable[[Moment], str]] = {
    "a": lambda m: WEEKDAYS[m.weekday][:3],
    "A": lambda m: WEEKDAYS[m.weekday],
    "b": lambda m: MONTHS[m.month - 1][:3],
    "B": lambda m: MONTHS[m.month - 1],
    "p": lambda m: "PM" if m.hour >= 12 else "AM",
    "P": lambda m: "pm" if m.hour >= 12 else "am",
    "Z": lambda m: m.zone_name,
    "z": lambda m: m.zone_text(),
    "%": lambda m: "%",  # noqa: ARG005
}


def strftime(form: str, moment: Moment, *, gnu: bool = False) -> str:
    """Format as strftime(3) in the C locale, with glibc's flags; `gnu` adds %N and %:z."""

    def one(match: re.Match[str]) -> str:
        flags, width, _, letter = match.groups()
        if letter in COMPOSED:
            text = strftime(COMPOSED[letter], moment, gnu=gnu)
        elif letter in NUMBERS:
            value, size, padding = NUMBERS[letter]
            padding = "" if "-" in flags else " " if "_" in flags else "0" if "0" in flags else padding
            text = str(value(moment))
            return text.rjust(int(width or size), padding) if padding else text
        elif letter in TEXTS:
            text = TEXTS[letter](moment)
        elif gnu and letter == "N":
            return f"{moment.nanoseconds:09d}"[: int(width or 9)]
        elif gnu and letter in (":z", "::z"):
            return moment.zone_text(len(letter) - 1)
        else:
            return match[0]
        text = text.upper() if "^" in flags else text.swapcase() if "#" in flags else text
        return text.rjust(int(width or 0))

    return DIRECTIVE.sub(one, form)


def format_time(
    process: Process, form: str, nanoseconds: int, *, utc: bool = False, gnu: bool = False
) -> str:
    """Format a moment in the zone of the process (or UTC); `gnu` allows GNU's directives to busybox too."""
    zone = Zone() if utc else local_zone(process)
    return strftime(form, Moment(nanoseconds, zone), gnu=gnu or not is_busybox(process))


# The forms of busybox's parse_datestr, with the fields that each gives: year, month, day, hour, minute,
# second, offset.
FORMS = [
    (r"(\d+):(\d+)(?::(\d+))?", "HMS"),
    (r"(\d+)\.(\d+)-(\d+):(\d+)(?::(\d+))?", "mdHMS"),
    (r"(\d+)\.(\d+)\.(\d+)-(\d+):(\d+)(?::(\d+))?", "YmdHMS"),
    (r"(\d+)-(\d+)-(\d+)\s+(\d+):(\d+)(?::(\d+))?(?:\s*([+-]\d\d:?\d\d))?", "YmdHMSz"),
    (r"(\d+)-(\d+)-(\d+)\s+(\d+)", "YmdH"),
    (r"(\d+)-(\d+)-(\d+)", "Ymd"),
    (r"(\d\d)(?:\.(\d+))?", "MS"),
    (r"(\d\d)(\d\d)(?:\.(\d+))?", "HMS"),
    (r"(\d\d)(\d\d)(\d\d)(?:\.(\d+))?", "dHMS"),
    (r"(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d+))?", "mdHMS"),
    (r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d+))?", "ymdHMS"),
    (r"(\d\d\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d+))?", "YmdHMS"),
]
COMPILED: list[tuple[re.Pattern[str], str]] = []


def parse_date(text: str, process: Process, *, utc: bool = False, stamp: bool = False) -> int | None:
    """Nanoseconds since 1970 of a date string, in the zone of the process; None when it is no date.

    busybox and GNU's programs read different strings, but for the `stamp` of `touch -t`.
    """
    zone = Zone() if utc else local_zone(process)
    now = process.system.clock.now()
    if is_unknown(process, text):
        return now
    if re.fullmatch(r"@-?\d+", text):
        return int(text[1:]) * SECOND
    if not stamp and not is_busybox(process):
        # Imported here: only GNU's programs read such words.
        from minibuild.programs.system.gnu_dates import parse_gnu_date

        return parse_gnu_date(text, now, zone, lambda name: zone_named(process, name))
    if not COMPILED:
        COMPILED.extend((re.compile(rf"\s*{form}\s*"), fields) for form, fields in FORMS)
    for form, fields in COMPILED:
        match = form.fullmatch(text)
        if match is not None:
            return _assemble(dict(zip(fields, match.groups(), strict=True)), Moment(now, zone), zone)
    return None


def _assemble(given: dict[str, str | None], now: Moment, zone: Zone) -> int:
    """The moment of some fields; larger fields that are missing are today's, smaller ones zero."""
    field = {key: int(value) for key, value in given.items() if value and key != "z"}
    year = field.get("Y", now.year)
    if "y" in field:
        # Two digits mean the year nearest to now.
        year = now.year // 100 * 100 + field["y"]
        year += 100 if year < now.year - 50 else -100 if year > now.year + 50 else 0
    number = days(year, field.get("m", now.month), 1) + field.get("d", now.day) - 1
    local = number * DAY + field.get("H", 0) * 3600 + field.get("M", 0) * 60 + field.get("S", 0)
    offset = given.get("z")
    if offset:
        digits = offset[1:].replace(":", "")
        seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
        return (local - (seconds if offset[0] == "+" else -seconds)) * SECOND
    return zone.to_utc(local) * SECOND
