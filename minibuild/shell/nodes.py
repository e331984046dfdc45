"""The syntax tree of a shell script: one frozen, slotted value per production of the grammar (POSIX XCU
2.10).

Lines are 1-based.
"""

from __future__ import annotations

from dataclasses import dataclass

# ---- words


@dataclass(frozen=True, slots=True)
class Text:
    """Characters; `quoted` when none of them is special to field splitting and patterns."""

    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Parameter:
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


@dataclass(frozen=True, slots=True)
class CommandSubstitution:
    """`$(…)` or a pair of backquotes; `file` for bash's `$(<file)`."""

    body: Script
    quoted: bool


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`$((…))`."""

    expression: Word
    quoted: bool


@dataclass(frozen=True, slots=True)
class ProcessSubstitution:
    """`<(…)` or `>(…)`."""

    body: Script
    reads: bool


@dataclass(frozen=True, slots=True)
class Brace:
    """bash's `{a,b}` (alternatives) or `{1..3}` (a sequence, expanded already)."""

    alternatives: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class ExtendedPattern:
    """bash's `?(…)` `*(…)` `+(…)` `@(…)` `!(…)`."""

    kind: str
    alternatives: tuple[Word, ...]


Part = Text | Parameter | CommandSubstitution | Arithmetic | ProcessSubstitution | Brace | ExtendedPattern


@dataclass(frozen=True, slots=True)
class Word:
    """A word: its parts in order."""

    parts: tuple[Part, ...]

    @property
    def literal(self) -> str | None:
        """The text of a word without quotes and expansions, else None."""
        if len(self.parts) != 1:
            return None if self.parts else ""
        part = self.parts[0]
        return part.text if type(part) is Text and not part.quoted else None


@dataclass(frozen=True, slots=True)
class Assignment:
    """`name=value`, `name+=value`, `name[subscript]=value`, `name=(…)`."""

    name: str
    value: Word | ArrayLiteral
    append: bool = False
    subscript: Word | None = None


@dataclass(frozen=True, slots=True)
class ArrayLiteral:
    """bash's `(a [3]=b …)`: (subscript or None, word) each."""

    elements: tuple[tuple[Word | None, Word], ...]


# ---- redirections


class HereDocument:
    """A here-document. The only node that is completed later: its body begins after the line that asks for
    it.
    """

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


@dataclass(frozen=True, slots=True)
class Redirection:
    """`number operator target`; operators `<` `>` `>>` `>|` `<>` `<&` `>&` `<<` `<<<` `&>` `&>>`.

    `number` is None for the operator's own (0 or 1); `variable` is bash's `{name}>`.
    """

    number: int | None
    operator: str
    target: Word | HereDocument
    variable: str = ""


# ---- commands


@dataclass(frozen=True, slots=True)
class SimpleCommand:
    """Assignments, words, redirections."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word | Assignment, ...]
    redirections: tuple[Redirection, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Pipeline:
    """`a | b | c`, two elements at least."""

    elements: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """`! pipeline`."""

    command: Command


@dataclass(frozen=True, slots=True)
class Timed:
    """bash's `time pipeline`."""

    command: Command


@dataclass(frozen=True, slots=True)
class AndOr:
    """`first && rest` (operator "&&") or `first || rest` ("||"); associates to the left."""

    first: Command
    operator: str
    rest: Command


@dataclass(frozen=True, slots=True)
class Sequence:
    """Commands one after the other."""

    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Background:
    """`command &`."""

    command: Command
    text: str = ""


@dataclass(frozen=True, slots=True)
class Redirected:
    """A compound command with redirections."""

    command: Command
    redirections: tuple[Redirection, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Subshell:
    """`( … )`."""

    body: Command


@dataclass(frozen=True, slots=True)
class Group:
    """`{ …; }`."""

    body: Command


@dataclass(frozen=True, slots=True)
class If:
    """`if`: (condition, body) for `if` and each `elif`; `otherwise` is the `else` part."""

    branches: tuple[tuple[Command, Command], ...]
    otherwise: Command | None


@dataclass(frozen=True, slots=True)
class While:
    """`while` or, with `until`, its opposite."""

    condition: Command
    body: Command
    until: bool


@dataclass(frozen=True, slots=True)
class For:
    """`for name in words`; `words` is None without `in`: the positional parameters."""

    name: str
    words: tuple[Word, ...] | None
    body: Command
    line: int
    select: bool = False


@dataclass(frozen=True, slots=True)
class CaseItem:
    """Patterns and what they choose; `ending` is `;;`, `;&` or `;;&`."""

    patterns: tuple[Word, ...]
    body: Command | None
    ending: str = ";;"


@dataclass(frozen=True, slots=True)
class Case:
    """`case word in …`."""

    word: Word
    items: tuple[CaseItem, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Function:
    """`name() body`; `source` is its text."""

    name: str
    body: Command
    source: str
    line: int


@dataclass(frozen=True, slots=True)
class ArithmeticCommand:
    """bash's `(( … ))`."""

    expression: Word
    line: int


@dataclass(frozen=True, slots=True)
class ArithmeticFor:
    """bash's `for ((first; condition; step))`."""

    first: Word
    condition: Word
    step: Word
    body: Command
    line: int


@dataclass(frozen=True, slots=True)
class Condition:
    """bash's `[[ … ]]`."""

    expression: ConditionExpression
    line: int


@dataclass(frozen=True, slots=True)
class ConditionTest:
    """`operator` with one operand (`-f x`; "-n" for a lone word) or two (`a == b`)."""

    operator: str
    operands: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class ConditionNot:
    """`! expression`."""

    expression: ConditionExpression


@dataclass(frozen=True, slots=True)
class ConditionJunction:
    """`first && second` or `first || second`."""

    first: ConditionExpression
    operator: str
    second: ConditionExpression


ConditionExpression = ConditionTest | ConditionNot | ConditionJunction

Command = (
    SimpleCommand
    | Pipeline
    | Not
    | Timed
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


@dataclass(frozen=True, slots=True)
class Script:
    """Complete commands in order. `error` is why there are none: bash only says so when it would run them."""

    commands: tuple[Command, ...]
    error: str = ""
