"""The syntax tree of a shell script: one frozen, slotted value per production of the grammar (POSIX XCU 2.10).

Named tuples rather than dataclasses: a tree is made for every RUN, and defining forty dataclasses costs 15 ms.
Lines are 1-based.
"""

from __future__ import annotations

from typing import NamedTuple

# ---- words


class Text(NamedTuple):
    """Characters; `quoted` when none of them is special to field splitting and patterns."""

    text: str
    quoted: bool


class Parameter(NamedTuple):
    """`$name` and `${name…}`.

    `operator`: "" plain, "#length", "-" ":-" "=" ":=" "?" ":?" "+" ":+", "#" "##" "%" "%%",
    ":" (substring: `argument`, `second`), "/" "//" "/#" "/%" (replacement: pattern, `second`),
    "^" "^^" "," ",," "@X" (bash), "!" (indirect), "!*" "!@" (names with that prefix), "!keys", "bad".
    `subscript` is what bash has in `[…]`; `indirect` marks `${!name…}` with a further operator.
    """

    name: str
    quoted: bool
    operator: str = ""
    argument: Word | None = None
    second: Word | None = None
    subscript: Word | None = None
    indirect: bool = False


class CommandSubstitution(NamedTuple):
    """`$(…)` or a pair of backquotes; `file` for bash's `$(<file)`."""

    body: Script
    quoted: bool


class Arithmetic(NamedTuple):
    """`$((…))`."""

    expression: Word
    quoted: bool


class ProcessSubstitution(NamedTuple):
    """`<(…)` or `>(…)`."""

    body: Script
    reads: bool


class Brace(NamedTuple):
    """bash's `{a,b}` (alternatives) or `{1..3}` (a sequence, expanded already)."""

    alternatives: tuple[Word, ...]


class ExtendedPattern(NamedTuple):
    """bash's `?(…)` `*(…)` `+(…)` `@(…)` `!(…)`."""

    kind: str
    alternatives: tuple[Word, ...]


Part = Text | Parameter | CommandSubstitution | Arithmetic | ProcessSubstitution | Brace | ExtendedPattern


class Word(NamedTuple):
    """A word: its parts in order."""

    parts: tuple[Part, ...]

    @property
    def literal(self) -> str | None:
        """The text of a word without quotes and expansions, else None."""
        if len(self.parts) != 1:
            return None if self.parts else ""
        part = self.parts[0]
        return part.text if type(part) is Text and not part.quoted else None


class Assignment(NamedTuple):
    """`name=value`, `name+=value`, `name[subscript]=value`, `name=(…)`."""

    name: str
    value: Word | ArrayLiteral
    append: bool = False
    subscript: Word | None = None


class ArrayLiteral(NamedTuple):
    """bash's `(a [3]=b …)`: (subscript or None, word) each."""

    elements: tuple[tuple[Word | None, Word], ...]


# ---- redirections


class HereDocument:
    """A here-document. The only node that is completed later: its body begins after the line that asks for it."""

    __slots__ = ("body", "delimiter", "quoted", "strip_tabs")

    def __init__(self, delimiter: str, quoted: bool, strip_tabs: bool) -> None:
        self.delimiter, self.quoted, self.strip_tabs = delimiter, quoted, strip_tabs
        self.body = Word(())

    def __repr__(self) -> str:
        return f"HereDocument({self.delimiter!r}, body={self.body!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HereDocument) and (self.body, self.quoted) == (other.body, other.quoted)

    def __hash__(self) -> int:
        return hash((self.delimiter, self.quoted))


class Redirection(NamedTuple):
    """`number operator target`; operators `<` `>` `>>` `>|` `<>` `<&` `>&` `<<` `<<<` `&>` `&>>`.

    `number` is None for the operator's own (0 or 1); `variable` is bash's `{name}>`.
    """

    number: int | None
    operator: str
    target: Word | HereDocument
    variable: str = ""


# ---- commands


class SimpleCommand(NamedTuple):
    """Assignments, words, redirections."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word | Assignment, ...]
    redirections: tuple[Redirection, ...]
    line: int


class Pipeline(NamedTuple):
    """`a | b | c`, two elements at least."""

    elements: tuple[Command, ...]


class Not(NamedTuple):
    """`! pipeline`."""

    command: Command


class AndOr(NamedTuple):
    """`first && rest` (operator "&&") or `first || rest` ("||"); associates to the left."""

    first: Command
    operator: str
    rest: Command


class Sequence(NamedTuple):
    """Commands one after the other."""

    commands: tuple[Command, ...]


class Background(NamedTuple):
    """`command &`."""

    command: Command
    text: str = ""


class Redirected(NamedTuple):
    """A compound command with redirections."""

    command: Command
    redirections: tuple[Redirection, ...]
    line: int


class Subshell(NamedTuple):
    """`( … )`."""

    body: Command


class Group(NamedTuple):
    """`{ …; }`."""

    body: Command


class If(NamedTuple):
    """`if`: (condition, body) for `if` and each `elif`; `otherwise` is the `else` part."""

    branches: tuple[tuple[Command, Command], ...]
    otherwise: Command | None


class While(NamedTuple):
    """`while` or, with `until`, its opposite."""

    condition: Command
    body: Command
    until: bool


class For(NamedTuple):
    """`for name in words`; `words` is None without `in`: the positional parameters."""

    name: str
    words: tuple[Word, ...] | None
    body: Command
    line: int
    select: bool = False


class CaseItem(NamedTuple):
    """Patterns and what they choose; `ending` is `;;`, `;&` or `;;&`."""

    patterns: tuple[Word, ...]
    body: Command | None
    ending: str = ";;"


class Case(NamedTuple):
    """`case word in …`."""

    word: Word
    items: tuple[CaseItem, ...]
    line: int


class Function(NamedTuple):
    """`name() body`; `source` is its text."""

    name: str
    body: Command
    source: str
    line: int


class ArithmeticCommand(NamedTuple):
    """bash's `(( … ))`."""

    expression: Word
    line: int


class ArithmeticFor(NamedTuple):
    """bash's `for ((first; condition; step))`."""

    first: Word
    condition: Word
    step: Word
    body: Command
    line: int


class Condition(NamedTuple):
    """bash's `[[ … ]]`."""

    expression: ConditionExpression
    line: int


class ConditionTest(NamedTuple):
    """`operator` with one operand (`-f x`; "-n" for a lone word) or two (`a == b`)."""

    operator: str
    operands: tuple[Word, ...]


class ConditionNot(NamedTuple):
    """`! expression`."""

    expression: ConditionExpression


class ConditionJunction(NamedTuple):
    """`first && second` or `first || second`."""

    first: ConditionExpression
    operator: str
    second: ConditionExpression


ConditionExpression = ConditionTest | ConditionNot | ConditionJunction

Command = (
    SimpleCommand
    | Pipeline
    | Not
    | AndOr
    | Sequence
    | Background
    | Redirected
    | Subshell
    | Group
    | If
    | While
    | For
    | Case
    | Function
    | ArithmeticCommand
    | ArithmeticFor
    | Condition
)


class Script(NamedTuple):
    """Complete commands in order."""

    commands: tuple[Command, ...]
