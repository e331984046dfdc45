"""The command `s` of sed: by one call of Python's `re` where that gives the reference's answer, step by step
elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.text.memory import MOST_BYTES, check_size, joined
from minibuild.programs.text.sed_machine import used_regex

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.programs.text.regex import Match, Regex
    from minibuild.programs.text.sed_machine import Machine
    from minibuild.programs.text.sed_nodes import Substitution

    Action = Callable[[Machine], "int | None"]
    Test = Callable[[Machine], bool]


def compile_substitution(made: Substitution) -> Action:
    """The function of `s`: specialised for the common case, general for the rest."""
    replace = _fast_replace(made) or _general_replace(made)
    output, printing, execute = made.output, made.printing, made.execute
    if not (output or printing or execute):

        def run_plain(machine: Machine) -> None:
            if replace(machine):
                machine.substituted = True

        return run_plain

    def run(machine: Machine) -> None:
        if replace(machine):
            machine.substituted = True
            if execute:
                machine.space = machine.shell(machine.space).removesuffix(b"\n")
            if printing:
                machine.out.put(machine.space, machine.end)
            if output is not None:
                output.put(machine.space, machine.end)

    return run


def _fast_replace(made: Substitution) -> Test | None:
    """Replacing by Python's `re` alone; None where its results are not the reference's."""
    regex = made.regex
    template = None if regex is None else _template(made.parts, regex.groups)
    if (
        regex is None
        or template is None
        or not regex.simple
        or not regex.minimum
        or regex.fresh_words
        or made.which != 1
    ):
        return None
    subn, count = regex.pattern.subn, 0 if made.every else 1
    longest = MOST_BYTES // (len(template) + 1)  # a line that can't become too long by one step
    careful = _general_replace(made)

    def replace(machine: Machine) -> bool:
        machine.regex = regex
        if len(machine.space) > longest:
            return careful(machine)
        space, done = subn(template, machine.space, count)
        if done:
            machine.space = space
        return done > 0

    return replace


def _general_replace(made: Substitution) -> Test:
    own = None if made.regex is None else _expander(made.parts, made.regex.groups)

    def replace(machine: Machine) -> bool:
        substitute = _substitute_gnu if machine.gnu else _substitute_busybox
        regex = used_regex(machine, made.regex)
        return substitute(machine, regex, own or _expander(made.parts, regex.groups), made)

    return replace


def _template(parts: list[bytes | int | str], groups: int) -> bytes | None:
    """The replacement as Python's `re` writes it; None when letters change case. A group that there is not is
    empty.
    """
    out = []
    for part in parts:
        if isinstance(part, str):
            return None
        if isinstance(part, bytes):
            out.append(part.replace(b"\\", b"\\\\"))
        elif part <= groups:
            out.append(b"\\g<%d>" % part)
    return b"".join(out)


def _expander(parts: list[bytes | int | str], groups: int) -> Callable[[Match], bytes]:
    """The replacement of one match."""
    if all(isinstance(part, bytes) for part in parts):
        text = b"".join(part for part in parts if isinstance(part, bytes))
        return lambda _match: text

    def expand(match: Match) -> bytes:
        out, mode, once = [], "E", ""
        for part in parts:
            if isinstance(part, str):
                mode, once = (mode, part) if part in "ul" else (part, "")
                continue
            text = part if isinstance(part, bytes) else (match[part] or b"") if part <= groups else b""
            text = text.upper() if mode == "U" else text.lower() if mode == "L" else text
            if once and text:
                text = (text[:1].upper() if once == "u" else text[:1].lower()) + text[1:]
                once = ""
            out.append(text)
        return b"".join(out)

    return expand


def _substitute_gnu(
    machine: Machine, regex: Regex, expand: Callable[[Match], bytes], made: Substitution
) -> bool:
    """Replace the match number `which`, or all from there on; no empty match right after another one."""
    space, which, every = machine.space, made.which, made.every
    out: list[bytes] = []
    size, place, at, last, count, altered = 0, 0, 0, -1, 0, False
    while at <= len(space) and (match := regex.search(space, at)) is not None:
        start, end = match.span()
        if start == end == last:
            at = end + 1
            continue
        count += 1
        if count >= which:
            out += (space[place:start], expand(match))
            size += len(out[-1])
            check_size(size)
            place, altered = end, True
            if not every:
                break
        last = end
        at = end + (start == end)
    out.append(space[place:])
    if altered:
        machine.space = joined(b"", out)
    return altered


def _substitute_busybox(
    machine: Machine, regex: Regex, expand: Callable[[Match], bytes], made: Substitution
) -> bool:
    """The same as busybox walks over the line: each search sees only the rest of it, where a word may begin
    anew.
    """
    space, which, every = machine.space, made.which, made.every
    match, base = regex.search(space), 0
    out: list[bytes] = []
    size, place, count, previous_empty, altered = 0, 0, 0, True, False
    while match is not None:
        start, end = match.start() + base, match.end() + base
        count += 1
        out.append(space[place:start])
        if count < which:
            out.append(space[start:end])
        elif previous_empty or start != place or start != end:
            out.append(expand(match))
            size += len(out[-1])
            check_size(size)
            altered = True
        previous_empty = start == end
        place = end
        if count >= which and not every:
            break
        if previous_empty:
            out.append(space[end : end + 1])
            place = end + 1
        if place > len(space) or (place == len(space) and not previous_empty and regex.minimum):
            break
        base = place if regex.fresh_words else 0
        match = regex.search(space[base:], place - base)
    out.append(space[place:])
    if altered:
        machine.space = joined(b"", out)
    return altered
