"""The command line as somebody who talks to a shell in a container of a build."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from minibuild.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minibuild.build.breakpoints import Breakpoints
    from minibuild.container.session import Visitor
    from minibuild.kernel.scheduler import Scheduler
    from minibuild.kernel.streams import Stream

ON_ERROR = "on-error"


def make_visitor() -> Visitor:
    """On a terminal lines are edited; elsewhere the commands are what standard input has, for one shell
    after the other.
    """
    from minibuild.container.session import Visitor

    if sys.stdin.isatty():
        from minibuild.container.terminal import Terminal

        terminal = Terminal()

        def tell_after(text: str) -> None:
            terminal.flush()
            _tell(text)

        return Visitor(terminal.write, terminal.open_input, tell_after)
    source: list[Stream] = []

    def open_input(_scheduler: Scheduler) -> Stream:
        from minibuild.kernel.streams import Source

        if not source:
            source.append(Source(sys.stdin.buffer.read()))
            source[0].references += 1  # no shell that ends closes it
        return source[0]

    return Visitor(_write, open_input, _tell)


def make_breakpoints(words: Iterable[str]) -> Breakpoints:
    """The stops that `--break` asks for. Raise `UsageError`."""
    from minibuild.build.breakpoints import Breakpoints

    numbers = set()
    on_error = False
    for word in words:
        if word == ON_ERROR:
            on_error = True
        elif word.isascii() and word.isdecimal() and len(word) < 9:
            numbers.add(int(word))
        else:
            raise UsageError(f"--break {word}: the number of a step was expected, or {ON_ERROR}")
    return Breakpoints(numbers, make_visitor(), on_error=on_error)


def _write(number: int, data: bytes) -> None:
    stream = sys.stdout if number == 1 else sys.stderr
    sys.stdout.flush()
    stream.buffer.write(data)
    stream.buffer.flush()


def _tell(text: str) -> None:
    from minibuild.report.reasons import shown

    sys.stdout.flush()
    sys.stderr.write("".join(f"minibuild: {shown(line)}\n" for line in text.splitlines()))
    sys.stderr.flush()
