"""What pip is asked to install: requirement specifiers (PEP 508) and requirements files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from minibuild.programs.inputs import decode

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_SPECIFIER = re.compile(
    r"\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?(?P<rest>[^;@)]*)\)?\s*(?:@\s*(?P<url>[^;]+))?(?:;(?P<marker>.*))?\Z"
)
_CLAUSE = re.compile(r"\s*(===|==|~=|!=|<=|>=|<|>)\s*([^,\s]+)")
_MARKER = re.compile(r"python_version\s*(<=|>=|==|!=|<|>)\s*['\"]([\d.]+)['\"]")
_DEPTH = 20


class Requirement(NamedTuple):
    """One thing to install. `kind` is name, path or url; `clauses` are (operator, version) pairs; `text` as
    it was written.
    """

    kind: str
    name: str
    clauses: tuple[tuple[str, str], ...] = ()
    location: str = ""
    text: str = ""
    origin: str = ""


class RequirementError(Exception):
    """A requirement or a requirements file that pip refuses; the message is pip's."""


def read_requirement(text: str, series: str, origin: str = "") -> Requirement | None:
    """One requirement of the command line or of a file; None when its marker is not for this Python."""
    word = text.strip()
    if re.match(r"(git|hg|svn|bzr)\+", word) or re.match(r"(https?|ftp|file)://", word):
        egg = re.search(r"#(?:.*&)?egg=([A-Za-z0-9._-]+)", word)
        name = egg[1] if egg else _name_of(word)
        return Requirement("url", name, (), word, word, origin)
    if (
        word.startswith((".", "/", "~"))
        or "/" in word.partition("[")[0].partition(" ")[0]
        or word.endswith((".whl", ".tar.gz", ".zip"))
    ):
        return Requirement("path", "", (), re.sub(r"\[[^\]]*\]\Z", "", word), word, origin)
    match = _SPECIFIER.match(word)
    if match is None:
        raise RequirementError(f"Invalid requirement: {word!r}")
    if match["marker"] and not _holds(match["marker"], series):
        return None
    if match["url"]:
        return Requirement("url", match["name"], (), match["url"].strip(), word, origin)
    rest = match["rest"].strip()
    clauses = tuple((op, version) for op, version in _CLAUSE.findall(rest))
    if rest and not clauses:
        raise RequirementError(f"Invalid requirement: {word!r}")
    return Requirement("name", match["name"], clauses, "", word, origin)


def read_file(process: Process, path: str, series: str, depth: int = 0) -> list[Requirement]:
    """The requirements of a file and of the files that it includes. Raise RequirementError as pip words
    it.
    """
    try:
        text = decode(process.view.read_bytes(path))
    except OSError as error:
        number = error.errno or 2
        raise RequirementError(
            f"Could not open requirements file: [Errno {number}] {_words(error)}: {path!r}"
        ) from None
    found: list[Requirement] = []
    number = 0
    for line in text.replace("\\\n", "  ").splitlines():
        number += 1
        words = re.sub(r"(^|\s+)#.*$", "", line).strip()
        if not words:
            continue
        if words.startswith("-"):
            found += _option(process, path, words, series, depth)
            continue
        words = re.split(r"\s+--", words)[0]
        requirement = read_requirement(words, series, f"-r {path} (line {number})")
        if requirement is not None:
            found.append(requirement)
    return found


def _option(process: Process, path: str, words: str, series: str, depth: int) -> list[Requirement]:
    """An option line of a requirements file: other files and editable projects count, indexes do not."""
    name, _, value = words.replace("=", " ", 1).partition(" ")
    value = value.strip()
    if name in ("-r", "--requirement") and depth < _DEPTH:
        directory = path.rpartition("/")[0]
        return read_file(
            process,
            value if value.startswith("/") or not directory else f"{directory}/{value}",
            series,
            depth + 1,
        )
    if name in ("-e", "--editable"):
        requirement = read_requirement(value, series)
        return [] if requirement is None else [requirement]
    return []


def satisfies(version: str, clauses: tuple[tuple[str, str], ...]) -> bool:
    """Does a version fulfil all clauses (PEP 440, as far as releases go)?"""
    return all(_clause_holds(version, operator, wanted) for operator, wanted in clauses)


def choose(newest: str, clauses: tuple[tuple[str, str], ...]) -> str:
    """The version to install: the newest one if it fulfils the clauses, else the one that they point at."""
    if satisfies(newest, clauses):
        return newest
    for operators in (("==", "==="), ("~=", "<="), (">=",), ("<",)):
        for operator, version in clauses:
            if operator in operators:
                exact = version.replace(".*", ".0")
                if "." not in exact:
                    exact += ".0"
                return _before(exact) if operator == "<" else exact
    return newest


def _clause_holds(version: str, operator: str, wanted: str) -> bool:
    if operator in ("==", "!=") and wanted.endswith(".*"):
        same = f"{version}.".startswith(wanted[:-1])
        return same if operator == "==" else not same
    mine, other = _key(version), _key(wanted)
    if operator == "~=":
        return (
            mine >= other
            and mine[: len(_key(wanted, pad=False)) - 1] == other[: len(_key(wanted, pad=False)) - 1]
        )
    return {
        "==": mine == other,
        "===": version == wanted,
        "!=": mine != other,
        "<": mine < other,
        "<=": mine <= other,
        ">": mine > other,
        ">=": mine >= other,
    }[operator]


def _key(version: str, *, pad: bool = True) -> tuple[int, ...]:
    numbers = tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:6])
    return numbers + (0,) * (6 - len(numbers)) if pad else numbers


def _before(version: str) -> str:
    """A release just below a version: 2 → 1.9, 4.0 → 3.9, 2.3 → 2.2."""
    numbers = list(_key(version, pad=False)) or [1]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    numbers[-1] -= 1
    if len(numbers) == 1:
        numbers.append(9)
    return ".".join(str(max(0, number)) for number in numbers)


def _holds(marker: str, series: str) -> bool:
    """Whether an environment marker holds here. Parts that are not about the version or the platform count
    as true.
    """
    if re.search(r"(sys_platform|platform_system)\s*==\s*['\"](win32|Windows|darwin|Darwin)['\"]", marker):
        return False
    return all(_clause_holds(series, operator, version) for operator, version in _MARKER.findall(marker))


def _name_of(url: str) -> str:
    last = url.partition("#")[0].rstrip("/").rpartition("/")[2].partition("@")[0]
    base = re.sub(r"\.(git|tar\.gz|tar\.bz2|zip|whl|tgz)\Z", "", last)
    return re.sub(r"-\d.*\Z", "", base) or "unknown"


def _words(error: OSError) -> str:
    from minibuild.filesystem.errors import strerror

    return strerror(error)
