"""Variables in Compose files, and the `.env` file that they come from besides the environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.compose.errors import ComposeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*(?:[=:]\s*(.*))?\Z")
_OPERATORS = (":-", ":?", ":+", "-", "?", "+")
_DEEPEST = 50


def interpolate(
    text: str, variables: Mapping[str, str], missing: Callable[[str], object], depth: int = 0
) -> str:
    """The text with `$X`, `${X}`, `${X:-word}`, `${X:?word}`, `${X:+word}` (and those without the colon)
    replaced; `$$` is a dollar. `missing` is told the names that have no value. Raise `ComposeError`.
    """
    found: list[str] = []
    position = 0
    while (dollar := text.find("$", position)) >= 0:
        found.append(text[position:dollar])
        rest = text[dollar + 1 :]
        name = _VARIABLE.match(rest)
        if rest.startswith("$"):
            found.append("$")
            position = dollar + 2
        elif rest.startswith("{"):
            end = _closing(text, dollar + 2)
            found.append(_braced(text[dollar + 2 : end], variables, missing, depth))
            position = end + 1
        elif name is not None:
            found.append(_value(name[0], variables, missing))
            position = dollar + 1 + name.end()
        else:
            raise _invalid(text[dollar:])
    return "".join([*found, text[position:]])


def _closing(text: str, start: int) -> int:
    level = 1
    for index in range(start, len(text)):
        if text.startswith("${", index):
            level += 1
        elif text[index] == "}":
            level -= 1
            if not level:
                return index
    raise _invalid(text[start - 2 :])


def _braced(inner: str, variables: Mapping[str, str], missing: Callable[[str], object], depth: int) -> str:
    name = _VARIABLE.match(inner)
    if name is None or depth > _DEEPEST:
        raise _invalid("${" + inner + "}")
    rest = inner[name.end() :]
    if not rest:
        return _value(name[0], variables, missing)
    operator = next((one for one in _OPERATORS if rest.startswith(one)), None)
    if operator is None:
        raise _invalid("${" + inner + "}")
    word = rest[len(operator) :]
    value = variables.get(name[0])
    given = bool(value) if operator.startswith(":") else value is not None
    if operator.endswith("+"):
        return interpolate(word, variables, missing, depth + 1) if given else ""
    if given:
        return value or ""
    word = interpolate(word, variables, missing, depth + 1)
    if operator.endswith("?"):
        raise ComposeError(f"required variable {name[0]} is missing a value: {word}")
    return word


def _value(name: str, variables: Mapping[str, str], missing: Callable[[str], object]) -> str:
    if name not in variables:
        missing(name)
    return variables.get(name, "")


def _invalid(text: str) -> ComposeError:
    return ComposeError(f"invalid interpolation format: {text}", hint="write $$ for a dollar that is meant")


def read_variables(path: Path, *, required: bool = True) -> dict[str, str | None]:
    """The NAME=VALUE lines of a file; a name alone has None. Raise `ComposeError`."""
    try:
        lines = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError as error:
        if not required:
            return {}
        raise ComposeError(f"env file {path} can't be read: {error.strerror}") from None
    found: dict[str, str | None] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.match(line)
        if match is None:
            raise ComposeError("NAME=VALUE was expected", path=str(path), line=number, source=line)
        found[match[1]] = None if match[2] is None else _unquoted(match[2])
    return found


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        inner = text[1:-1]
        return inner.replace("\\n", "\n").replace('\\"', '"') if text[0] == '"' else inner
    return re.split(r"\s#", text, maxsplit=1)[0].rstrip()
