"""The tests of find: each maker takes the search and its argument and gives a function over a visit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.filesystem.nodes import Directory
from minibuild.kernel.process import ProcessExit
from minibuild.programs.archive.patterns import compile_pattern
from minibuild.programs.coreutils.modes import parse_mode
from minibuild.programs.findutils.regex_dialects import DIALECTS, translate
from minibuild.programs.gnu_names import marked
from minibuild.programs.inputs import encode
from minibuild.programs.system.dates import parse_date
from minibuild.programs.text.regex import RegexError, compile_regex
from minibuild.programs.users.names import Names, group_row, user_row

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from minibuild.filesystem.status import Stat
    from minibuild.programs.findutils.visit import Search, Test, Visit

SECOND = 10**9
DAY, MINUTE = 86400, 60
_KINDS = {
    "f": "file",
    "d": "dir",
    "l": "link",
    "p": "fifo",
    "s": "socket",
    "b": "block",
    "c": "char",
    "D": "door",
}
_UNITS = {"c": 1, "w": 2, "b": 512, "": 512, "k": 1024, "M": 1 << 20, "G": 1 << 30}


def stop(search: Search, message: str) -> NoReturn:
    """A wrong expression: say why and end."""
    search.process.error(message)
    raise ProcessExit(1)


# ---- names


def by_name(*, whole: bool = False, fold: bool = False) -> Callable[[Search, str], Test]:
    """-name, -iname; with `whole` -path, -ipath."""

    def make(_search: Search, pattern: str) -> Test:
        matches = compile_pattern(pattern, fold=fold).fullmatch
        if whole:
            return lambda visit: matches(visit.path) is not None
        return lambda visit: matches(visit.name) is not None

    return make


def by_target(*, fold: bool = False) -> Callable[[Search, str], Test]:
    """-lname, -ilname: what a symbolic link points to."""

    def make(_search: Search, pattern: str) -> Test:
        matches = compile_pattern(pattern, fold=fold).fullmatch
        return lambda visit: visit.stat.target is not None and matches(visit.stat.target) is not None

    return make


def by_regex(*, fold: bool = False) -> Callable[[Search, str], Test]:
    """-regex, -iregex: the whole path matches."""

    def make(search: Search, pattern: str) -> Test:
        source = encode(pattern)
        extended = False
        if not search.busybox:
            source, extended = translate(source, search.dialect)
        try:
            regex = compile_regex(source, extended=extended, ignore_case=fold)
        except RegexError as error:
            if search.busybox:
                stop(search, f"bad regex '{pattern}': {error}")
            stop(search, f"failed to compile regular expression '{pattern}': {error}")
        return lambda visit: regex.matches_whole(encode(visit.path))

    return make


def regex_type(search: Search, name: str) -> None:
    """-regextype: which language later expressions are in."""
    if name not in DIALECTS:
        names = ", ".join(f"'{one}'" for one in DIALECTS)
        shown = marked(search.process, name)
        stop(search, f"Unknown regular expression type {shown}; valid types are {names}.")
    search.dialect = name


# ---- kinds and rights


def by_type(*, target: bool = False) -> Callable[[Search, str], Test]:
    """-type; with `target` -xtype, which looks at the other end of a link."""

    def make(search: Search, letters: str) -> Test:
        words = letters.split(",")
        if search.busybox and (len(letters) != 1 or letters not in _KINDS):
            stop(search, f"invalid argument '{letters}' to '-type'")
        option = "-xtype" if target else "-type"
        if not letters:
            stop(search, f"Arguments to {option} should contain at least one letter")
        if "" in words:
            stop(
                search,
                f"Last file type in list argument to {option} is missing, i.e., list is ending on: ','",
            )
        for word in words:
            if word[0] not in _KINDS:
                stop(search, f"Unknown argument to {option}: {word[0]}")
            if len(word) > 1:
                stop(search, f"Must separate multiple arguments to {option} using: ','")
        kinds = frozenset(_KINDS[word] for word in words)
        if target:
            return lambda visit: _other_end(search, visit) in kinds
        return lambda visit: visit.stat.kind in kinds

    return make


def _other_end(search: Search, visit: Visit) -> str:
    if search.follow == "L":
        return visit.link.kind
    try:
        return search.view.stat(visit.path).kind
    except OSError:
        return visit.link.kind


def by_mode(search: Search, text: str) -> Test:
    """-perm MODE, -MODE (all of these bits), /MODE (any of them); busybox's +MODE is the latter."""
    sign = text[:1] if text[:1] in ("-", "/") or (search.busybox and text[:1] == "+") else ""
    wanted = parse_mode(text[len(sign) :], 0, 0)
    if wanted is None:
        stop(search, f"invalid mode {_quoted(search, text[len(sign) :] if search.busybox else text)}")
    if sign == "-":
        return lambda visit: visit.stat.mode & wanted == wanted
    if sign:
        return lambda visit: not wanted or visit.stat.mode & wanted != 0
    return lambda visit: visit.stat.mode == wanted


def by_access(bit: int) -> Callable[[Search], Test]:
    """-readable (4), -writable (2), -executable (1)."""
    return lambda search: lambda visit: search.view.access(visit.path, bit)


def _quoted(search: Search, text: str) -> str:
    return f"'{text}'" if search.busybox else marked(search.process, text)


# ---- owners


def by_user(search: Search, name: str) -> Test:
    """-user NAME or number."""
    row = user_row(search.process, name)
    uid = int(row[2]) if row else int(name) if name.isascii() and name.isdigit() else None
    if uid is None:
        if search.busybox:
            stop(search, f"unknown user {name}")
        if not name:
            stop(search, "The argument to -user should not be empty")
        stop(search, f"{marked(search.process, name)} is not the name of a known user")
    return lambda visit: visit.stat.uid == uid


def by_group(search: Search, name: str) -> Test:
    """-group NAME or number."""
    row = group_row(search.process, name)
    gid = int(row[2]) if row else int(name) if name.isascii() and name.isdigit() else None
    if gid is None:
        if search.busybox:
            stop(search, f"unknown group {name}")
        shown = marked(search.process, name)
        stop(search, f"{shown} is not the name of an existing group")
    return lambda visit: visit.stat.gid == gid


def without_user(search: Search) -> Test:
    """-nouser: nobody has the owner's number."""
    names = Names(search.process)
    return lambda visit: names.user(visit.stat.uid) is None


def without_group(search: Search) -> Test:
    """-nogroup."""
    names = Names(search.process)
    return lambda visit: names.group(visit.stat.gid) is None


# ---- numbers


def comparison(search: Search, option: str, text: str) -> tuple[str, int]:
    """(sign, number) of N, +N or -N."""
    sign = text[0] if text[:1] in ("+", "-") else ""
    digits = text[len(sign) :]
    if not (digits.isascii() and digits.isdigit()):
        if search.busybox:
            stop(search, f"invalid number '{digits}'")
        stop(search, f"invalid argument `{text}' to `{option}'")
    return sign, int(digits)


def compared(sign: str, number: int, limit: int) -> bool:
    """Whether a number is above (+), below (-) or equal to the limit."""
    return number > limit if sign == "+" else number < limit if sign == "-" else number == limit


def by_number(option: str, value: Callable[[Stat], int]) -> Callable[[Search, str], Test]:
    """-links, -inum, -uid, -gid."""

    def make(search: Search, text: str) -> Test:
        sign, limit = comparison(search, option, text)
        return lambda visit: compared(sign, value(visit.stat), limit)

    return make


def by_size(search: Search, text: str) -> Test:
    """-size N[cwbkMG]: busybox compares bytes, GNU the number of units that the file needs."""
    unit = text[-1:] if text[-1:].isalpha() else ""
    if unit not in _UNITS or (search.busybox and unit in "MG" and unit):
        if search.busybox:
            stop(search, f"invalid number '{text.lstrip('+-')}'")
        stop(search, f"invalid -size type `{unit}'")
    sign, limit = comparison(search, "-size", text.removesuffix(unit))
    size = _UNITS[unit]
    if search.busybox:
        return lambda visit: compared(sign, visit.stat.size, limit * size)
    return lambda visit: compared(sign, -(-visit.stat.size // size), limit)


def by_age(option: str, unit: int) -> Callable[[Search, str], Test]:
    """-mtime, -mmin and their kin: whole units since the last change. The simulated file system keeps no
    other time.
    """

    def make(search: Search, text: str) -> Test:
        sign = text[0] if text[:1] in ("+", "-") else ""
        digits = text[len(sign) :]
        whole = digits.isascii() and digits.replace(".", "", 1).isdigit()
        if search.busybox or not whole:
            sign, limit = comparison(search, option, text)
            amount: float = limit
        else:
            amount = float(digits)
        now = search.now
        if search.day_start:
            now = (now // (DAY * SECOND) + 1) * DAY * SECOND
        length = unit * SECOND

        def test(visit: Visit) -> bool:
            age = now - visit.stat.mtime
            if search.busybox:
                age = age // SECOND * SECOND
            if sign == "+":
                return (
                    age >= (amount + 1) * length if unit == DAY or search.busybox else age > amount * length
                )
            if sign == "-":
                return age < amount * length
            if unit == MINUTE and not search.busybox:
                return (amount - 1) * length < age <= amount * length
            return amount * length <= age < (amount + 1) * length

        return test

    return make


# ---- other files


def newer(search: Search, path: str) -> Test:
    """-newer FILE."""
    stat = _other(search, path)
    if search.busybox:
        return lambda visit: visit.stat.mtime // SECOND > stat.mtime // SECOND
    return lambda visit: visit.stat.mtime > stat.mtime


def newer_date(search: Search, text: str) -> Test:
    """-newerXt DATE."""
    moment = parse_date(text, search.process)
    if moment is None:
        shown = marked(search.process, text)
        stop(search, f"I cannot figure out how to interpret {shown} as a date or time")
    return lambda visit: visit.stat.mtime > moment


def same_file(search: Search, path: str) -> Test:
    """-samefile FILE."""
    node = _other(search, path).node
    return lambda visit: visit.stat.node is node


def _other(search: Search, path: str) -> Stat:
    view = search.view
    try:
        return view.stat(path) if search.busybox or search.follow in "HL" else view.lstat(path)
    except OSError as error:
        if search.busybox:
            stop(search, f"can't stat '{path}': {strerror(error)}")
        stop(search, f"{marked(search.process, path)}: {strerror(error)}")


def is_empty(search: Search) -> Test:
    """-empty: a file without bytes or a directory without names."""

    def test(visit: Visit) -> bool:
        node = visit.stat.node
        if isinstance(node, Directory):
            try:
                return not search.view.listdir(visit.path)
            except OSError as error:
                search.error(visit.path, error)
                return False
        return visit.stat.kind == "file" and visit.stat.size == 0

    return test


def by_filesystem(search: Search, name: str) -> Test:
    """-fstype: the kernel's own file systems by their places, everything else is the container's."""
    kinds = {"proc": "proc", "sys": "sysfs", "dev": "tmpfs"}

    def test(visit: Visit) -> bool:
        first = search.view.realpath(visit.path).split("/")[1]
        return kinds.get(first, "overlay") == name

    return test
