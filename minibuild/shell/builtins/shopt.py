"""bash's shopt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.builtins.setting import named_option
from minibuild.shell.options import LISTED, SHOPTS

if TYPE_CHECKING:
    from minibuild.shell.interpreter import Shell


def shopt(shell: Shell, argv: list[str]) -> int:
    """`shopt [-supqo] [name...]`."""
    words = argv[1:]
    flags = ""
    while words and words[0].startswith("-"):
        flags += words.pop(0)[1:]
    known = LISTED["bash"] if "o" in flags else SHOPTS
    status = 0
    changing = "s" in flags or "u" in flags
    chosen = words
    if not words:
        chosen = [name for name in known if not changing or _is_on(shell, name, flags) == ("s" in flags)]
        changing = False
    for name in chosen:
        if name not in known:
            shell.complain(f"{name}: invalid shell option name")
            status = 1
        elif changing:
            _switch(shell, name, "s" in flags, flags)
        else:
            on = _is_on(shell, name, flags)
            status = status if on or not words else 1
            if "q" not in flags:
                _show(shell, name, on, flags)
    return status


def _is_on(shell: Shell, name: str, flags: str) -> bool:
    return shell.options.get(name) if "o" in flags else name in shell.options.shopt


def _switch(shell: Shell, name: str, on: bool, flags: str) -> None:
    if "o" in flags:
        named_option(shell, name, on)
    elif on:
        shell.options.shopt.add(name)
    else:
        shell.options.shopt.discard(name)


def _show(shell: Shell, name: str, on: bool, flags: str) -> None:
    if "p" in flags:
        prefix = f"set {'-' if on else '+'}o" if "o" in flags else f"shopt -{'s' if on else 'u'}"
        shell.write(f"{prefix} {name}\n")
    else:
        shell.write(f"{name:<15}\t{'on' if on else 'off'}\n")
