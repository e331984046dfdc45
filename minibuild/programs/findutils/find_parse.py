"""The expression of find: words become one function over a visit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.kernel.process import ProcessExit
from minibuild.programs.findutils import find_actions as actions
from minibuild.programs.findutils import find_tests as tests
from minibuild.programs.findutils.find_tests import DAY, MINUTE, stop
from minibuild.programs.gnu_names import marked

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from minibuild.programs.findutils.visit import Search, Test, Visit

# Tests with an argument, and without one. `_BUSYBOX` lists what busybox has of all that is here.
_WITH_ARGUMENT: dict[str, Callable[[Search, str], Test]] = {
    "-name": tests.by_name(), "-iname": tests.by_name(fold=True),
    "-path": tests.by_name(whole=True), "-ipath": tests.by_name(whole=True, fold=True),
    "-wholename": tests.by_name(whole=True), "-iwholename": tests.by_name(whole=True, fold=True),
    "-lname": tests.by_target(), "-ilname": tests.by_target(fold=True),
    "-regex": tests.by_regex(), "-iregex": tests.by_regex(fold=True),
    "-type": tests.by_type(), "-xtype": tests.by_type(target=True), "-perm": tests.by_mode,
    "-user": tests.by_user, "-group": tests.by_group,
    "-uid": tests.by_number("-uid", lambda stat: stat.uid), "-gid": tests.by_number("-gid",
    lambda stat: stat.gid),
    "-links": tests.by_number("-links", lambda stat: stat.nlink),
    "-inum": tests.by_number("-inum", lambda stat: stat.ino),
    "-size": tests.by_size, "-newer": tests.newer, "-anewer": tests.newer, "-cnewer": tests.newer,
    "-samefile": tests.same_file, "-fstype": tests.by_filesystem,
    **{f"-{letter}time": tests.by_age(f"-{letter}time", DAY) for letter in "amc"},
    **{f"-{letter}min": tests.by_age(f"-{letter}min", MINUTE) for letter in "amc"},
}  # fmt: skip
_ALONE: dict[str, Callable[[Search], Test]] = {
    "-empty": tests.is_empty, "-nouser": tests.without_user, "-nogroup": tests.without_group,
    "-readable": tests.by_access(4), "-writable": tests.by_access(2), "-executable": tests.by_access(1),
    "-true": lambda _search: lambda _visit: True, "-false": lambda _search: lambda _visit: False,
    "-print": actions.printer, "-ls": actions.lister, "-delete": actions.deleter, "-quit": actions.quitter,
    "-print0": lambda search: actions.printer(search, b"\0"),
}  # fmt: skip
_IGNORED = frozenset({"-noleaf", "-warn", "-nowarn", "-ignore_readdir_race", "-noignore_readdir_race"})
_NEWER = re.compile(r"-newer([aBcm])([aBcmt])")
_BUSYBOX = frozenset({
    "-name", "-iname", "-path", "-ipath", "-wholename", "-iwholename", "-regex", "-type", "-executable",
    "-perm", "-mtime", "-atime",
    "-ctime",
    "-mmin", "-amin", "-cmin", "-newer", "-inum", "-samefile", "-user", "-group", "-size", "-links", "-empty",
    "-prune", "-print", "-print0", "-exec", "-delete", "-quit", "-follow", "-xdev", "-maxdepth", "-mindepth",
    "-depth",
    "-a", "-o", "-not", "-noleaf",
})  # fmt: skip


class Parser:
    """Recursive descent over the words: list (`,`), or, and, not, primary."""

    def __init__(self, search: Search, words: list[str], show_usage: Callable[[], NoReturn]) -> None:
        self.search, self.words, self.at = search, words, 0
        self.show_usage = show_usage

    def parse(self) -> Test | None:
        """The whole expression; None for an empty one."""
        if not self.words:
            return None
        test = self._list()
        if self.at < len(self.words):
            if self.search.busybox:
                self._unrecognized(self.words[self.at])
            stop(self.search, "you have too many ')'")
        return test

    def _peek(self) -> str | None:
        return self.words[self.at] if self.at < len(self.words) else None

    def _list(self) -> Test:
        test = self._or()
        while self._peek() == "," and not self.search.busybox:
            self.at += 1
            test = _both(test, self._after(","))
        return test

    def _after(self, operator: str) -> Test:
        if self._peek() in (None, ")", ","):
            stop(self.search, f"expected an expression after '{operator}'")
        return self._or()

    def _or(self) -> Test:
        busybox = self.search.busybox
        if busybox and self._peek() in ("-o", "-or"):
            test: Test = _always
        else:
            test = self._and()
        while (word := self._peek()) in ("-o", "-or"):
            self.at += 1
            if self._peek() in (None, ")", ","):
                if not busybox:
                    stop(self.search, f"expected an expression after '{word}'")
                break
            test = _either(test, self._and())
        return test

    def _and(self) -> Test:
        test = self._not()
        while (word := self._peek()) not in (None, ")", ",", "-o", "-or"):
            if word in ("-a", "-and"):
                self.at += 1
                if self._peek() in (None, ")", ","):
                    if self.search.busybox:
                        break
                    stop(self.search, f"expected an expression after '{word}'")
                if not self.search.busybox and self._peek() in ("-o", "-or", "-a", "-and"):
                    self._primary()  # says that there is nothing before it
                continue
            test = _and(test, self._not())
        return test

    def _not(self) -> Test:
        word = self._peek()
        if word in ("!", "-not"):
            self.at += 1
            if self._peek() in (None, ")", ","):
                if self.search.busybox:
                    return _always
                stop(self.search, f"expected an expression after '{word}'")
            inner = self._not()
            return lambda visit: not inner(visit)
        return self._primary()

    def _primary(self) -> Test:
        search, word = self.search, self.words[self.at]
        self.at += 1
        if word == "(":
            return self._group()
        if search.busybox and word in ("-a", "-and"):
            return _always
        if word in ("-o", "-or", "-a", "-and", ","):
            stop(
                search,
                f"invalid expression; you have used a binary operator '{word}' with nothing before it.",
            )
        if not word.startswith("-") and not search.busybox:
            self._misplaced(word)
        if search.busybox and word not in _BUSYBOX:
            self._unrecognized(word)
        return self._test(word)

    def _group(self) -> Test:
        search = self.search
        if self._peek() == ")":
            if not search.busybox:
                stop(search, "invalid expression; empty parentheses are not allowed.")
            self.at += 1
            return _always
        if self._peek() is None:
            if search.busybox:
                stop(search, "unpaired '('")
            stop(search, "invalid expression; expected to find a ')' but didn't see one. "
                 "Perhaps you need an extra predicate after '('")  # fmt: skip
        test = self._list()
        if self._peek() != ")":
            if search.busybox:
                stop(search, "unpaired '('")
            stop(search, "invalid expression; I was expecting to find a ')' somewhere but did not see one.")
        self.at += 1
        return test

    def _test(self, word: str) -> Test:
        """One test, action or option by its name."""
        search = self.search
        if word in _WITH_ARGUMENT:
            return _WITH_ARGUMENT[word](search, self._argument(word))
        if word in _ALONE:
            return _ALONE[word](search)
        if word == "-prune":
            return _prune
        if word in ("-exec", "-execdir", "-ok", "-okdir"):
            return self._command(word)
        if word in ("-printf", "-fprint", "-fprint0", "-fprintf", "-fls"):
            return self._output(word)
        newer = _NEWER.fullmatch(word)
        if newer:
            argument = self._argument(word)
            return tests.newer_date(search, argument) if newer[2] == "t" else tests.newer(search, argument)
        if self._option(word):
            return _always
        raise unknown(search, word)

    def _option(self, word: str) -> bool:
        """Options that hold for the whole search, wherever they stand."""
        search = self.search
        if word in ("-maxdepth", "-mindepth"):
            text = self._argument(word)
            if not (text.isascii() and text.isdigit()):
                if search.busybox:
                    stop(search, f"invalid number '{text}'")
                shown = marked(search.process, text)
                stop(search, f"Expected a positive decimal integer argument to {word}, but got {shown}")
            setattr(search, "most" if word == "-maxdepth" else "least", int(text))
        elif word in ("-depth", "-d"):
            search.depth_first = True
        elif word in ("-xdev", "-mount", "-x"):
            search.one_device = True
        elif word == "-follow":
            search.follow = "L"
        elif word == "-daystart":
            search.day_start = True
        elif word == "-regextype":
            tests.regex_type(search, self._argument(word))
        elif word not in _IGNORED:
            return False
        return True

    def _output(self, word: str) -> Test:
        """The actions that write: to standard output or to a file."""
        search = self.search
        if word == "-printf":
            return actions.formatter(search, self._argument(word))
        path = self._argument(word)
        if word == "-fprintf":
            return actions.formatter(search, self._argument(word), path)
        if word == "-fls":
            return actions.lister(search, path)
        return actions.printer(search, b"\0" if word == "-fprint0" else b"\n", path)

    def _command(self, word: str) -> Test:
        """The command of -exec and its kin, up to `;` or `{} +`."""
        search, start = self.search, self.at
        while True:
            end = self._peek()
            if end is None:
                if search.busybox:
                    stop(search, f"{word} requires an argument")
                stop(search, f"missing argument to `{word}'")
            if end == ";":
                break
            # GNU wants the {} right before; to busybox it may stand anywhere.
            placed = self.at > start and (search.busybox or self.words[self.at - 1] == "{}")
            if end == "+" and "exec" in word and placed:
                break
            self.at += 1
        words = self.words[start : self.at]
        many = self.words[self.at] == "+"
        self.at += 1
        if not words:
            if search.busybox:
                stop(search, f"{word} requires an argument")
            stop(search, f"invalid argument `;' to `{word}'")
        if many and not search.busybox and sum("{}" in one for one in words) > 1:
            stop(search, f"Only one instance of {{}} is supported with {word} ... +")
        return actions.Command(
            search, words, many=many, here=word.endswith("dir"), ask=word.startswith("-ok")
        )

    def _argument(self, word: str) -> str:
        argument = self._peek()
        if argument is None:
            if self.search.busybox:
                stop(self.search, f"{word} requires an argument")
            stop(self.search, f"missing argument to `{word}'")
        self.at += 1
        return argument

    def _misplaced(self, word: str) -> NoReturn:
        """A path after the expression, often a pattern that the shell has expanded."""
        search = self.search
        search.process.error(f"paths must precede expression: `{word}'")
        if search.view.lexists(word):
            before = next((one for one in reversed(self.words[: self.at - 1]) if one.startswith("-")), "")
            search.process.error(f"possible unquoted pattern after predicate `{before}'?")
        raise ProcessExit(1)

    def _unrecognized(self, word: str) -> NoReturn:
        self.search.process.error(f"unrecognized: {word}")
        self.show_usage()


def unknown(search: Search, word: str) -> ProcessExit:
    """Say that there is no such test; what ends find."""
    search.process.error(f"{'invalid' if word.startswith('-newer') else 'unknown'} predicate `{word}'")
    return ProcessExit(1)


def _always(_visit: object) -> bool:
    return True


def _prune(visit: Visit) -> bool:
    visit.prune = True
    return True


def _and(one: Test, other: Test) -> Test:
    return lambda visit: one(visit) and other(visit)


def _either(one: Test, other: Test) -> Test:
    return lambda visit: one(visit) or other(visit)


def _both(one: Test, other: Test) -> Test:
    def test(visit: Visit) -> bool:
        one(visit)
        return other(visit)

    return test
