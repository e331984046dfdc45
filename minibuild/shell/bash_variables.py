"""The variables that bash computes, `${!name}`, `${name@Q}`, and quoting that can be read again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.shell.ansi import escape
from minibuild.shell.dialect import BASH
from minibuild.shell.errors import DiscardedError
from minibuild.shell.parameters import elements, getter
from minibuild.shell.substitutions import NAME
from minibuild.shell.variables import Associative, Indexed

if TYPE_CHECKING:
    from minibuild.shell.interpreter import Shell

_ELEMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\[(.*)\]\Z", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\udc80-\udcff]")
_SPECIAL = re.compile(r"[^A-Za-z0-9_@%+=:,./-]")
_BACKSLASHED = {"\a": "\\a", "\b": "\\b", "\x1b": "\\E", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t",
"\v": "\\v",
                "'": "\\'", "\\": "\\\\"}  # fmt: skip
_SECOND = 1_000_000_000


def bind(shell: Shell) -> None:
    """Give a shell the variables that bash computes."""
    variables, clock = shell.variables, shell.process.system.clock
    dynamic = variables.dynamic
    started = shell.started
    dynamic["SECONDS"] = lambda: str((clock.now() - started[0]) // _SECOND)
    dynamic["EPOCHSECONDS"] = lambda: str(clock.now() // _SECOND)
    dynamic["EPOCHREALTIME"] = lambda: f"{clock.now() // _SECOND}.{clock.now() % _SECOND // 1000:06d}"
    dynamic["BASHPID"] = lambda: str(shell.process.pid)
    dynamic["BASH_SUBSHELL"] = lambda: str(shell.in_subshell)
    dynamic["SRANDOM"] = lambda: str(shell.process.system.random.getrandbits(32))
    dynamic["BASHOPTS"] = lambda: ":".join(sorted(shell.options.shopt))
    variables.watched["SECONDS"] = _restart_seconds(shell)
    variables.careful.update(("SECONDS", "BASHPID", "RANDOM", "LINENO"))
    for ignored in ("RANDOM", "LINENO", "BASHPID"):
        variables.watched[ignored] = lambda _: None
    arrays = variables.arrays
    arrays["PIPESTATUS"] = lambda: _indexed(shell.pipe_statuses or [shell.status])
    arrays["FUNCNAME"] = lambda: _indexed([*reversed(shell.calls), "main"] if shell.calls else [])
    arrays["BASH_SOURCE"] = lambda: _indexed([shell.name] * (len(shell.calls) + 1))
    arrays["BASH_LINENO"] = lambda: _indexed([shell.line] * len(shell.calls) + [0])
    arrays["BASH_VERSINFO"] = lambda: _indexed(["5", "2", "15", "1", "release", "x86_64-pc-linux-gnu"])
    arrays["DIRSTACK"] = lambda: _indexed([shell.directory, *shell.directories])
    credentials = shell.process.view.credentials
    arrays["GROUPS"] = lambda: _indexed([credentials.gid, *credentials.groups])


def _indexed(values: list[str] | list[int] | list[str | int]) -> Indexed:
    return Indexed((index, str(value)) for index, value in enumerate(values))


def _restart_seconds(shell: Shell):  # type: ignore[no-untyped-def]
    def restart(value: str | None) -> None:
        offset = int(value) if value and value.isdigit() else 0
        shell.started[0] = shell.process.system.clock.now() - offset * _SECOND

    return restart


def parameter_named(shell: Shell, name: str) -> str | None:
    """The value of the parameter whose name is computed: `${!name}`."""
    if name in ("@", "*"):
        return " ".join(shell.args)
    if NAME.fullmatch(name) or name.isdigit() or (len(name) == 1 and name in "#?$!-"):
        return getter(name)(shell)
    match = _ELEMENT.match(name)
    if match is None:
        raise DiscardedError(f"{name}: invalid variable name", 1)
    base, subscript = match.groups()
    if subscript in ("@", "*"):
        return " ".join(elements(shell, base))
    return shell.variables.element(base, subscript)


def is_set(shell: Shell, name: str, *, reference: bool = False) -> bool:
    """`test -v name`, and with `reference` `test -R name`."""
    variables = shell.variables
    if reference:
        return "n" in variables.attributes.get(name, "")
    match = _ELEMENT.match(name)
    if match is not None:
        base, subscript = match.groups()
        if subscript in ("@", "*"):
            return bool(elements(shell, base))
        return variables.element(base, subscript) is not None
    if name.isdigit():
        return getter(name)(shell) is not None
    return variables.get(name) is not None


# ---- quoting


def ansi_quoted(text: str) -> str:
    """The text as `$'…'`."""
    out = []
    for char in text:
        if char in _BACKSLASHED:
            out.append(_BACKSLASHED[char])
        elif "\udc80" <= char <= "\udcff":
            out.append(f"\\{ord(char) - 0xDC00:03o}")
        elif char < " " or char == "\x7f":
            out.append(f"\\{ord(char):03o}")
        else:
            out.append(char)
    return f"$'{''.join(out)}'"


def quote_always(text: str) -> str:
    """As `${name@Q}` has it."""
    if _CONTROL.search(text):
        return ansi_quoted(text)
    return "'" + text.replace("'", "'\\''") + "'"


def quote_if_needed(text: str) -> str:
    """As `set` and `declare` list values without double quotes."""
    return text if not _SPECIAL.search(text) else quote_always(text)


def quote_word(text: str) -> str:
    """As `printf %q` has it: backslashes before what is special."""
    if not text:
        return "''"
    if _CONTROL.search(text):
        return ansi_quoted(text)
    quoted = re.sub(r"[^A-Za-z0-9_@%+=:./\-\x80-\U0010ffff]", r"\\\g<0>", text)
    return "\\" + quoted if quoted[0] in "~#" else quoted


def double_quoted(text: str) -> str:
    """As `declare -p` lists values."""
    if _CONTROL.search(text):
        return ansi_quoted(text)
    return '"' + re.sub(r'["$`\\]', r"\\\g<0>", text) + '"'


# ---- ${name@X}


def transform(shell: Shell, name: str, value: str | None, kind: str) -> str:
    """What `${name@kind}` makes of a value."""
    if kind == "a":
        return attribute_letters(shell, name)
    if value is None:
        return ""
    if kind == "Q":
        return quote_always(value)
    if kind == "U":
        return value.upper()
    if kind == "L":
        return value.lower()
    if kind == "u":
        return value[:1].upper() + value[1:]
    if kind == "E":
        return _unescaped(value)
    if kind == "A":
        letters = attribute_letters(shell, name)
        return (
            f"declare -{letters} {name}={quote_always(value)}" if letters else f"{name}={quote_always(value)}"
        )
    return quote_always(value) if kind in "Kk" else value


def transform_all(shell: Shell, name: str, values: list[str], kind: str) -> list[str]:
    """`${name[@]@kind}`."""
    if kind in "AKk":
        value = shell.variables.lookup(name)
        if isinstance(value, Indexed | Associative):
            from minibuild.shell.arrays import array_text, pairs

            if kind == "A":
                return [f"declare -{attribute_letters(shell, name)} {name}={array_text(value)}"]
            return [f"{key} {double_quoted(text)}" for key, text in pairs(value)]
    return [transform(shell, name, value, kind) for value in values]


def _unescaped(value: str) -> str:
    out: list[str] = []
    at = 0
    while at < len(value):
        if value[at] == "\\" and at + 1 < len(value):
            text, at = (value[at + 1], at + 2) if value[at + 1] in "'\"" else escape(value, at + 1, BASH)
            out.append(text)
        else:
            out.append(value[at])
            at += 1
    return "".join(out)


def attribute_letters(shell: Shell, name: str) -> str:
    """The attributes of a variable in the order of `declare -p`."""
    variables = shell.variables
    value = variables.values.get(name)
    own = variables.attributes.get(name, "")
    letters = "a" if isinstance(value, Indexed) else "A" if isinstance(value, Associative) else ""
    for letter in "iln":
        letters += letter if letter in own else ""
    letters += "r" if name in variables.readonly else ""
    letters += "u" if "u" in own else ""
    return letters + ("x" if name in variables.exported else "")
