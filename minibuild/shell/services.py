"""What expansions and commands ask of the shell: messages, home directories, globbing, special variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from minibuild.filesystem.errors import strerror
from minibuild.kernel.signals import PIPE, ProcessKilled
from minibuild.kernel.streams import Source
from minibuild.shell.errors import DiscardedError, ExpansionError, ShellError
from minibuild.shell.globbing import Globbing
from minibuild.shell.octets import encode, narrow
from minibuild.shell.pattern import Pattern, compile_pattern, may_match, unquote
from minibuild.shell.startup import dynamic_random
from minibuild.shell.variables import Associative, Indexed

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.shell.commands import FunctionValue
    from minibuild.shell.dialect import Dialect
    from minibuild.shell.messages import Messages
    from minibuild.shell.options import Options
    from minibuild.shell.variables import Value, Variables

# (pattern, text, ignore case) → the match and its groups, or None; ShellError for a bad pattern
Regex = Callable[[bytes, bytes, bool], list[str | None] | None]
_GLOB = 5  # units of work of a pathname expansion
_UTF8 = ("UTF-8", "utf-8", "UTF8", "utf8")


class Services:
    """The part of a shell that its words use."""

    process: Process
    dialect: Dialect
    options: Options
    variables: Variables
    values: dict[str, Value]
    words: Messages
    name: str
    arg0: str
    args: list[str]
    line: int
    command_name: str
    status: int
    calls: list[str]

    # ---- messages and output

    def complain(self, message: str) -> None:
        """Say something on standard error."""
        line = self.line - (self.dialect.name == "ash" and self.lines_from_zero)
        self.process.stderr.write(f"{self.words.prefix(self.arg0, self.command_name, line)}{message}\n")

    lines_from_zero = False

    def report(self, error: ShellError) -> None:
        """Say what an error is, once."""
        if error.message:
            self.complain(error.message)
            error.message = ""

    def write(self, text: str) -> int:
        """Write to standard output at once: 0, or 1 after a message when that fails."""
        return self.write_bytes(encode(text))

    def write_bytes(self, data: bytes) -> int:
        """Write bytes to standard output at once."""
        process = self.process
        stream = process.descriptors.get(1)
        try:
            if stream is None or not stream.writable:
                raise OSError(9, "Bad file descriptor")
            stream.write(data)
        except BrokenPipeError as error:
            if PIPE not in process.ignored:
                raise ProcessKilled(PIPE) from None
            return self._write_failed(error)
        except OSError as error:
            return self._write_failed(error)
        return 0

    def _write_failed(self, error: OSError) -> int:
        if self.dialect.name == "ash":
            self.process.stderr.write(f"sh: write error: {strerror(error)}\n")
        else:
            self.complain("I/O error" if self.dialect.posix_only else f"write error: {strerror(error)}")
        return 1

    def unset_message(self, name: str) -> str:
        """What `set -u` says."""
        return self.words.unset(name)

    def missing_message(self, name: str, text: str, *, null: bool) -> str:
        """What `${name?text}` says."""
        return f"{name}: {text}" if text else self.words.null_or_unset(name, null=null)

    def bad_substitution(self, name: str) -> NoReturn:
        """Raise the error about a `${…}` that does not exist."""
        if self.dialect.bash:
            raise DiscardedError(self.words.bad_substitution(name), 1)
        raise ExpansionError(self.words.bad_substitution(name))

    # ---- variables

    def bind_variables(self) -> None:
        """Give the variables their computed values and their watchers."""
        variables = self.variables
        variables.measure = self._size_kept
        dynamic = variables.dynamic
        if not self.dialect.posix_only:
            dynamic["LINENO"] = self._line_number
        variables.watched["OPTIND"] = self._restart_options
        variables.careful.add("OPTIND")
        if not self.dialect.posix_only:
            dynamic["RANDOM"] = lambda: dynamic_random(self)  # type: ignore[arg-type]
        if self.dialect.bash:
            from minibuild.shell.bash_variables import bind  # only bash has them

            bind(self)  # type: ignore[arg-type]

    option_place: tuple[int, int]

    def _restart_options(self, value: str | None) -> None:
        """getopts goes on where OPTIND says."""
        index = int(value) if value and value.isdigit() else 1
        self.option_place = (max(index, 1), 0)

    functions: dict[str, FunctionValue]
    aliases: dict[str, str]

    def _size_kept(self) -> int:
        """How many characters the shell keeps."""
        streams = self.process.descriptors.values()
        return (
            self.variables.size()
            + sum(map(len, self.args))
            + sum(len(one.node.source) for one in self.functions.values())
            + sum(map(len, self.aliases.values()))
            + sum(len(stream.data) for stream in streams if isinstance(stream, Source))
        )

    def _line_number(self) -> str:
        return str(self.line - (self.dialect.name == "ash" and self.lines_from_zero))

    def star_separator(self) -> str:
        """What joins the positional parameters in `"$*"`."""
        return self.variables.ifs[:1]

    def multibyte(self) -> bool:
        """Whether characters are those of UTF-8; dash knows only bytes."""
        if self.dialect.posix_only:
            return False
        for name in ("LC_ALL", "LC_CTYPE", "LANG"):
            value = self.values.get(name)
            if isinstance(value, str) and value:
                return value.endswith(_UTF8)
        return False

    def home(self, user: str) -> str:
        """What `~user` is: a home directory, else the text itself."""
        if not user:
            home = self.variables.get("HOME")
            return "~" if home is None else home
        if self.dialect.bash and user in "+-":
            found = self.variables.get("PWD" if user == "+" else "OLDPWD")
            return "~" + user if found is None else found
        try:
            entries = self.process.view.read_bytes("/etc/passwd").decode("utf-8", "surrogateescape")
        except OSError:
            return "~" + user
        for entry in entries.splitlines():
            fields = entry.split(":")
            if fields[0] == user and len(fields) > 5:
                return fields[5]
        return "~" + user

    def assign_default(self, name: str, subscript: str | None, text: str) -> None:
        """`${name=text}`."""
        if not (name[0].isalpha() or name[0] == "_"):
            raise ExpansionError(self.words.bad_substitution(name))
        if subscript is None:
            self.variables.set(name, text)
        else:
            self.variables.set_element(name, subscript, text)

    def indirect(self, name: str, value: str | None) -> str | None:
        """`${!name}`: the value of the parameter whose name is the `value` of `name`."""
        from minibuild.shell.bash_variables import parameter_named

        if value is None:
            raise DiscardedError(f"{name}: invalid indirect expansion", 1)
        return parameter_named(self, value)  # type: ignore[arg-type]

    def transformed(self, name: str, value: str | None, kind: str) -> str:
        """bash's `${name@Q}` and the like."""
        from minibuild.shell.bash_variables import transform

        return transform(self, name, value, kind)  # type: ignore[arg-type]

    def transformed_all(self, name: str, values: list[str], kind: str) -> list[str]:
        """`${name[@]@Q}` and the like."""
        from minibuild.shell.bash_variables import transform_all

        return transform_all(self, name, values, kind)  # type: ignore[arg-type]

    # ---- patterns

    regex: Regex

    def search(self, pattern: str, text: str, *, ignore_case: bool = False) -> list[str | None] | None:
        """The first match of an extended regular expression in a text: the whole, then its groups; None
        without one.

        ShellError with status 2 when the expression is none.
        """
        return self.regex(encode(pattern), encode(text), ignore_case)

    def pattern(self, text: str) -> Pattern:
        """A compiled pattern, as this shell understands them."""
        if self.dialect.bash:
            from minibuild.shell.extended import compile_bash_pattern

            return compile_bash_pattern(text, self.options.shopt)
        return compile_pattern(text, caret=self.dialect.caret_negates)

    def matches_condition(self, pattern: str, value: str) -> bool:
        """Whether a value matches the pattern in `[[ value == pattern ]]`, where extended ones are always
        known.
        """
        from minibuild.shell.extended import compile_bash_pattern

        if not (value.isascii() and pattern.isascii()) and not self.multibyte():
            value, pattern = narrow(value), narrow(pattern)
        return compile_bash_pattern(pattern, self.options.shopt, extended=True).matches(value)

    def globbed(self, fields: list[str]) -> list[str]:
        """Fields after pathname expansion, quotes removed."""
        if self.options.noglob:
            return [unquote(field) for field in fields]
        found: list[str] = []
        for field in fields:
            if may_match(field) or (self.dialect.bash and "(" in field):
                self.process.tick(_GLOB)
                paths = self._globbing().expand(self.process.view, field)
                if paths:
                    found.extend(paths)
                    continue
                if self.dialect.bash and self._no_match(field):
                    continue
            found.append(unquote(field))
        return found

    def _globbing(self) -> Globbing:
        if not self.dialect.bash:
            return Globbing(caret=self.dialect.caret_negates)
        from minibuild.shell.extended import BashGlobbing

        return BashGlobbing(self.options.shopt)

    def _no_match(self, field: str) -> bool:
        """bash: a pattern without matches vanishes with nullglob, and is an error with failglob."""
        shopt = self.options.shopt
        if not ("nullglob" in shopt or "failglob" in shopt):
            return False
        if not self._globbing().is_active(field):
            return False
        if "failglob" in shopt:
            raise DiscardedError(f"no match: {unquote(field)}", 1)
        return True

    def array(self, name: str) -> Indexed | Associative | None:
        """The array of that name, None for anything else."""
        value = self.values.get(self.variables.target(name))
        return value if isinstance(value, Indexed | Associative) else None

    def complain_as(self, command: str, message: str) -> None:
        """What the commands say that busybox has as programs too: it names the shell's program there, not the
        command.
        """
        if self.dialect.name == "ash":
            self.process.stderr.write(f"{self.program_name()}: {message}\n")
            return
        before, self.command_name = self.command_name, command
        try:
            self.complain(message)
        finally:
            self.command_name = before

    def program_name(self) -> str:
        """The last part of the name that the shell was called by."""
        return self.arg0.rpartition("/")[2].removeprefix("-") or "sh"

    def trace_prompt(self) -> str:
        """PS4, expanded."""
        prompt = self.variables.get("PS4")
        return "" if prompt is None else prompt

    def trap_status(self) -> int:
        """`$?` for `exit` and `return` without an operand: in a trap, what it was before the trap."""
        return self.status

    def shown_line(self) -> int:
        """The line as messages show it."""
        return self.line - (self.dialect.name == "ash" and self.lines_from_zero)
