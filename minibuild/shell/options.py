"""The options of a shell: `set -e`, `set -o pipefail`, bash's `shopt`."""

from __future__ import annotations

from typing import Self

# letter → name of `set -o`; "" for options that only have a name
LETTERS = {
    "e": "errexit", "f": "noglob", "I": "ignoreeof", "i": "interactive", "m": "monitor", "n": "noexec",
    "s": "stdin", "c": "command", "x": "xtrace", "v": "verbose", "C": "noclobber", "a": "allexport",
    "b": "notify", "u": "nounset", "E": "errtrace", "V": "vi",
}  # fmt: skip
BASH_LETTERS = {
    "h": "hashall", "B": "braceexpand", "E": "errtrace", "T": "functrace", "P": "physical", "H": "histexpand",
    "k": "keyword", "p": "privileged", "t": "onecmd",
}  # fmt: skip
# What `set -o` lists, per dialect.
LISTED = {
    "ash": (
        "errexit", "noglob", "ignoreeof", "monitor", "noexec", "xtrace", "verbose", "noclobber", "allexport",
        "notify", "nounset", "errtrace", "vi", "pipefail",
    ),
    "dash": (
        "errexit", "noglob", "ignoreeof", "interactive", "monitor", "noexec", "stdin", "xtrace", "verbose",
        "vi", "emacs", "noclobber", "allexport", "notify", "nounset", "privileged", "nolog", "debug",
    ),
    "bash": (
        "allexport", "braceexpand", "emacs", "errexit", "errtrace", "functrace", "hashall", "histexpand",
        "history", "ignoreeof", "interactive-comments", "keyword", "monitor", "noclobber", "noexec", "noglob",
        "nolog", "notify", "nounset", "onecmd", "physical", "pipefail", "posix", "privileged", "verbose",
        "vi", "xtrace",
    ),
}  # fmt: skip
SHOPTS = (
    "assoc_expand_once", "autocd", "cdable_vars", "cdspell", "checkhash", "checkjobs", "checkwinsize",
    "cmdhist", "compat31", "compat32", "compat40", "compat41", "compat42", "compat43", "compat44",
    "complete_fullquote", "direxpand", "dirspell", "dotglob", "execfail", "expand_aliases", "extdebug",
    "extglob", "extquote", "failglob", "force_fignore", "globasciiranges", "globskipdots", "globstar",
    "gnu_errfmt", "histappend", "histreedit", "histverify", "hostcomplete", "huponexit", "inherit_errexit",
    "interactive_comments", "lastpipe", "lithist", "localvar_inherit", "localvar_unset", "login_shell",
    "mailwarn", "no_empty_cmd_completion", "nocaseglob", "nocasematch", "noexpand_translation", "nullglob",
    "patsub_replacement", "progcomp", "progcomp_alias", "promptvars", "restricted_shell", "shift_verbose",
    "sourcepath", "varredir_close", "xpg_echo",
)  # fmt: skip
_SHOPT_ON = frozenset((
    "checkwinsize", "cmdhist", "complete_fullquote", "extquote", "force_fignore", "globasciiranges",
    "globskipdots", "hostcomplete", "interactive_comments", "patsub_replacement", "progcomp", "promptvars",
    "sourcepath",
))  # fmt: skip


class Options:
    """Which options are on. Those that are asked for often are attributes; `set` and `get` go by name."""

    __slots__ = (
        "_on",
        "errexit",
        "noclobber",
        "noexec",
        "noglob",
        "nounset",
        "pipefail",
        "shopt",
        "verbose",
        "xtrace",
    )

    def __init__(self) -> None:
        self.errexit = self.noglob = self.nounset = self.xtrace = self.noexec = False
        self.noclobber = self.pipefail = self.verbose = False
        self._on: set[str] = set()
        self.shopt: set[str] = set(_SHOPT_ON)

    def copy(self) -> Self:
        """The same options for a subshell."""
        new = type(self).__new__(type(self))
        for name in self.__slots__:
            setattr(new, name, getattr(self, name))
        new._on = self._on.copy()
        new.shopt = self.shopt.copy()
        return new

    def set(self, name: str, value: bool) -> None:
        """Switch the option of that long name."""
        if name in self.__slots__ and name != "shopt":
            setattr(self, name, value)
        (self._on.add if value else self._on.discard)(name)

    def get(self, name: str) -> bool:
        """Whether the option of that long name is on."""
        return bool(getattr(self, name)) if name in self.__slots__ else name in self._on

    @property
    def inherit_errexit(self) -> bool:
        """bash's `shopt -s inherit_errexit`."""
        return "inherit_errexit" in self.shopt

    def letters(self, dialect: str) -> str:
        """The value of `$-`."""
        found = [letter for letter, name in LETTERS.items() if self.get(name)]
        if dialect != "bash":
            return "".join(reversed(found))
        return "".join(
            sorted(
                (*found, *(letter for letter, name in BASH_LETTERS.items() if name in self._on)), key=_in_bash
            )
        )


def _in_bash(letter: str) -> int:
    return "abefhkmnptuvxBCEHPTcs".find(letter)
