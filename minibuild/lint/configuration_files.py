"""Configuration files: which ones are read, and what they say.

hadolint's files are looked for where hadolint looks, and the first that exists is read: `.hadolint.yaml`,
then `.yml`, in the working directory, then in the user's configuration and home directories.
`[tool.minibuild.lint]` of pyproject.toml and `[lint]` of minibuild.toml in the working directory say more and
rank higher. A file given by `--config` is the only one that is read.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from minibuild.lint.configuration import Options, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from minibuild.lint.configuration_values import ConfigurationError, Value

    Complain = Callable[[ConfigurationError, bool], None]

_HIDDEN = (".hadolint.yaml", ".hadolint.yml")
_VISIBLE = ("hadolint.yaml", "hadolint.yml")
_OTHERS = ("config.yaml", "config.yml")
_LARGEST = 1 << 20


def read_files(explicit: str | None, complain: Complain) -> Options:
    """What the configuration files say.

    `complain` is told every mistake, and whether its file counts for nothing because of it: keys that nobody
    knows are left out, files that are broken are, too. Raise `ConfigurationError` when the `explicit` file
    can't be read at all.
    """
    if explicit is not None:
        return _read(Path(explicit), complain, required=True)
    hadolint = next((path for path in _candidates() if path.is_file()), None)
    own = [Path(name) for name in ("pyproject.toml", "minibuild.toml") if Path(name).is_file()]
    found = ([hadolint] if hadolint else []) + own
    return joined([_read(path, complain) for path in found])


def _candidates() -> Iterator[Path]:
    """hadolint's files in the order of its search."""
    home = os.path.expanduser("~")  # noqa: PTH111  unlike Path.home, it never fails
    configuration = os.environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    yield from (Path(name) for name in _HIDDEN)
    yield from (Path(configuration, name) for name in _VISIBLE)
    yield from (Path(home, ".hadolint", name) for name in (*_VISIBLE, *_OTHERS))
    yield from (Path(home, name) for name in _HIDDEN)


def _read(path: Path, complain: Complain, *, required: bool = False) -> Options:
    from minibuild.lint.configuration_keys import options_of  # only where there is such a file
    from minibuild.lint.configuration_values import ConfigurationError

    text = ""
    try:
        text = _text(path)
        value = _value(path, text)
        if value is None:
            return Options()
        options, unknown = options_of(value)
    except OSError as problem:
        error = ConfigurationError(f"can't be read: {problem.strerror}", path=str(path))
        if required:
            raise error from None
        complain(error, True)
        return Options()
    except ConfigurationError as error:
        complain(_placed(error, path, text), True)
        return Options()
    for one in unknown:
        complain(_placed(one, path, text), False)
    return options


def _text(path: Path) -> str:
    with path.open("rb") as stream:
        data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        from minibuild.lint.configuration_values import ConfigurationError

        raise ConfigurationError("it is larger than 1 MiB")
    return data.decode("utf-8", "replace")


def _value(path: Path, text: str) -> Value | None:
    """The part of the file that is about linting; None where there is none."""
    from minibuild.lint.configuration_values import read_toml, read_yaml

    if path.name == "pyproject.toml":
        return read_toml(text, "tool", "minibuild", "lint") if "minibuild" in text else None
    if path.suffix == ".toml":
        return read_toml(text, "lint")
    return read_yaml(text)


def _placed(error: ConfigurationError, path: Path, text: str) -> ConfigurationError:
    """The error with the file and the line's text."""
    error.path = str(path)
    lines = text.split("\n")
    if 0 < error.line <= len(lines):
        error.source = lines[error.line - 1].rstrip("\r")
    return error
