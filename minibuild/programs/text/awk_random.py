"""random(3) of glibc and busybox's rand() from it: the same seed gives the same numbers as there."""

from __future__ import annotations

from collections import deque

_DEGREE, _SEPARATION = 31, 3
_DISCARDED = 310


class Random:
    """The additive feedback generator of glibc."""

    def __init__(self, seed: int) -> None:
        self.state: deque[int] = deque(maxlen=_DEGREE)
        self.seed(seed)

    def seed(self, seed: int) -> None:
        """Begin again."""
        word = (seed & 0xFFFFFFFF) or 1
        self.state.append(word)
        for _ in range(_DEGREE - 1):
            signed = word - (1 << 32) if word >> 31 else word
            high, low = divmod(abs(signed), 127773)
            word = 16807 * low - 2836 * high if signed >= 0 else -(16807 * low - 2836 * high)
            if word < 0:
                word += 2147483647
            self.state.append(word)
        self.state.rotate(-_SEPARATION)
        for _ in range(_DISCARDED):
            self.word()

    def word(self) -> int:
        """The next 31 random bits."""
        word = (self.state[0] + self.state[_DEGREE - _SEPARATION]) & 0xFFFFFFFF
        self.state.append(word)
        return word >> 1

    def fraction(self) -> float:
        """A number in [0, 1) as busybox's awk makes it."""
        low = ((self.word() << 16) & 0xFFFFFFFF) ^ self.word()
        return ((self.word() << 32) | low) / (1 << 63)
