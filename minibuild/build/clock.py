"""The clock from which every time in an image comes."""

import time
from datetime import UTC, datetime


class BuildClock:
    """Wall-clock time, or the fixed time of SOURCE_DATE_EPOCH (seconds), which makes a build reproducible to
    the byte.
    """

    def __init__(self, source_date_epoch: int | None = None) -> None:
        self.epoch = source_date_epoch
        self.fixed = None if source_date_epoch is None else source_date_epoch * 1_000_000_000

    def now(self) -> int:
        """Nanoseconds since 1970."""
        return time.time_ns() if self.fixed is None else self.fixed

    def timestamp(self) -> str:
        """Now, as RFC 3339 with nanoseconds where there are any."""
        return rfc3339(self.now())


def rfc3339(nanoseconds: int) -> str:
    """A time as OCI documents write it: `2026-11-24T12:00:00.123456789Z`."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{rest:09d}".rstrip("0") if rest else ""
    return f"{text}{fraction}Z"
