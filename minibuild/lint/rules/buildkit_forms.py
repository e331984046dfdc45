"""BuildKit's checks of instructions that have an older, a weaker or a useless form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.dockerfile.nodes import Cmd, Entrypoint, Env, Healthcheck, Maintainer, Shell
from minibuild.dockerfile.sourcemap import text_map
from minibuild.dockerfile.spaces import UNICODE
from minibuild.dockerfile.words import PLAIN_GAP, quoted_words
from minibuild.lint.finding import Edit, Fix, Level, Place, Remark
from minibuild.lint.places import replacing, spot, whole, without
from minibuild.lint.quoting import phrase_as_word, plain_text_as_word
from minibuild.lint.rule import Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.dockerfile.nodes import Instruction
    from minibuild.lint.subject import Subject

_PLAIN_COMMAND = re.compile(r"(?:exec )?[A-Za-z0-9_./:,+@%-]+(?: +[A-Za-z0-9_./:,+@%=-]+)*\Z")
_BUILTINS = frozenset({"cd", "export", "set", "source", ".", ":", "umask", "ulimit", "eval", "trap", "exit"})


@rule(
    "NoEmptyContinuation",
    Level.WARNING,
    "An empty line stands within a continued instruction.",
    why="The blank line is skipped today; a later BuildKit will take it for the instruction's end.",
    example=Example("RUN make && \\\n\n    make install", "RUN make && \\\n    make install"),
)
def no_empty_continuation(subject: Subject) -> Iterator[Remark]:
    """Blank lines between continuation lines, told at the instruction's last line as BuildKit does."""
    if not subject.dockerfile.warnings:
        return
    lines = subject.lines
    starts = text_map(subject.text, subject.dockerfile.escape)
    for instruction in subject.dockerfile.instructions:
        documents = sum(heredoc.data.count("\n") + 1 for heredoc in instruction.heredocs)
        last = instruction.end_line - documents
        blank = [
            number
            for number in range(instruction.start_line + 1, last + 1)
            if not lines[number - 1].strip(UNICODE)
        ]
        if blank:
            edits = [Edit(starts.line_start(number), starts.line_start(number + 1), "") for number in blank]
            yield Remark(
                Place(last),
                f"Line {blank[0]} within the instruction is empty: remove it, or make it a comment",
                Fix("Remove the empty lines", tuple(edits)),
            )


@rule(
    "JSONArgsRecommended",
    Level.WARNING,
    "CMD or ENTRYPOINT has a shell form.",
    why="A shell that starts the program keeps the signals for itself: `docker stop` then waits in vain and "
    "kills. A SHELL instruction in the stage tells that the shell is meant.",
    example=Example("CMD nginx -g daemon", 'CMD ["nginx", "-g", "daemon"]'),
)
def json_args_recommended(subject: Subject) -> Iterator[Remark]:
    """CMD and ENTRYPOINT without brackets where no SHELL was set."""
    shells: dict[str, bool] = {}
    for stage in subject.dockerfile.stages:
        has_shell = shells.get(stage.from_.image.lower(), False)
        for instruction in stage.instructions:
            has_shell = has_shell or isinstance(instruction, Shell)
            if isinstance(instruction, Cmd | Entrypoint) and instruction.form != "exec" and not has_shell:
                yield Remark(
                    whole(subject, instruction),
                    "The shell gets the signals, not the program: write "
                    f'{instruction.keyword} ["program", …]',
                    _exec_form(subject, instruction),
                )
        if stage.name:
            shells[stage.name] = has_shell


def _exec_form(subject: Subject, instruction: Instruction) -> Fix | None:
    """The fix for commands that need no shell."""
    command = instruction.text
    words = command.split()
    if not _PLAIN_COMMAND.match(command) or words[0] in _BUILTINS or "=" in words[0]:
        return None
    if words[0] == "exec":
        del words[0]
    if not words:
        return None
    start = instruction.original.rfind(command)
    array = "[" + ", ".join(f'"{word}"' for word in words) + "]"
    edit = replacing(subject, instruction, start, start + len(command), array) if start >= 0 else None
    return Fix("Write the words as a JSON array", (edit,), safe=False) if edit else None


@rule(
    "MaintainerDeprecated",
    Level.WARNING,
    "MAINTAINER is used.",
    why="It is deprecated since Docker 1.13. A label says the same, and programs can ask for it.",
    example=Example("MAINTAINER me@example.org", "LABEL org.opencontainers.image.authors=me@example.org"),
)
def maintainer_deprecated(subject: Subject) -> Iterator[Remark]:
    """Every MAINTAINER."""
    for instruction in subject.dockerfile.instructions:
        if isinstance(instruction, Maintainer):
            yield Remark(
                whole(subject, instruction),
                "MAINTAINER is deprecated: write LABEL org.opencontainers.image.authors=…",
                maintainer_label(subject, instruction),
            )


def maintainer_label(subject: Subject, instruction: Maintainer) -> Fix | None:
    """The fix that makes a label of MAINTAINER."""
    name, escape = instruction.name.strip(), subject.dockerfile.escape
    if len(name) > 1 and name[0] == name[-1] and name[0] in "'\"" and name[0] not in name[1:-1]:
        name = name[1:-1]
    keyword = "label" if instruction.written == instruction.written.lower() else "LABEL"
    text = f"{keyword} org.opencontainers.image.authors={plain_text_as_word(name, escape)}"
    start = len(instruction.original) - len(instruction.original.lstrip(UNICODE))
    end = len(instruction.original.rstrip(UNICODE))
    edit = replacing(subject, instruction, start, end, text)
    return Fix("Write a label", (edit,)) if edit else None


@rule(
    "LegacyKeyValueFormat",
    Level.WARNING,
    "ENV or LABEL has the old form with a blank between name and value.",
    why="The old form takes one pair and everything up to the line's end as its value: `ENV A=1 B 2` and "
    "`ENV A 1 B=2` are easily confused.",
    example=Example("ENV NAME some value", 'ENV NAME="some value"'),
)
def legacy_key_value_format(subject: Subject) -> Iterator[Remark]:
    """`ENV name value`, `LABEL name value`."""
    escape = subject.dockerfile.escape
    for instruction in subject.dockerfile.instructions:
        if not isinstance(instruction, Env) or not instruction.args:
            continue
        original = instruction.original
        gap = PLAIN_GAP.search(original.lstrip(UNICODE))
        if gap is None:
            continue
        start = len(original) - len(original.lstrip(UNICODE)) + gap.end()
        words = quoted_words(original[start:].strip(UNICODE), escape)
        if words and "=" not in words[0][0]:
            keyword = instruction.keyword
            yield Remark(
                whole(subject, instruction),
                f"{keyword} name value is the old form: write {keyword} name=value",
                _new_form(subject, instruction),
            )


def _new_form(subject: Subject, instruction: Env) -> Fix | None:
    """The fix that puts an equals sign between the two and quotes around the value."""
    (key, value), original = instruction.pairs[0], instruction.original
    word = phrase_as_word(value, subject.dockerfile.escape)
    end = len(original.rstrip(UNICODE))
    start = end - len(value)
    key_start = original.rfind(key, 0, start)
    if word is None or not re.fullmatch(r"[\w.-]+", key) or key_start < 0 or original[start:end] != value:
        return None
    equals = replacing(subject, instruction, key_start + len(key), start, "=")
    if equals is None:
        return None
    if word == f'"{value}"':
        opening = Edit(equals.start, equals.end, '="')
        closing = replacing(subject, instruction, end, end, '"')
        return Fix("Write name=value", (opening, closing)) if closing else None
    if word == value:
        return Fix("Write name=value", (equals,))
    rewritten = replacing(subject, instruction, start, end, word)
    return Fix("Write name=value", (equals, rewritten)) if rewritten else None


@rule(
    "MultipleInstructionsDisallowed",
    Level.WARNING,
    "A stage has several CMD, ENTRYPOINT or HEALTHCHECK.",
    why="Only the last one has an effect; the others mislead whoever reads them.",
    example=Example('CMD ["a"]\nCMD ["b"]', 'CMD ["b"]'),
)
def multiple_instructions_disallowed(subject: Subject) -> Iterator[Remark]:
    """Each that a later one in its stage overrules."""
    for stage in subject.dockerfile.stages:
        earlier: dict[str, Instruction] = {}
        for instruction in stage.instructions:
            if not isinstance(instruction, Cmd | Entrypoint | Healthcheck):
                continue
            before = earlier.get(instruction.keyword)
            if before is not None:
                yield Remark(
                    whole(subject, before),
                    f"The {instruction.keyword} in line {instruction.start_line} overrules this one",
                    Fix("Remove what has no effect", (without(subject, before),)),
                )
            earlier[instruction.keyword] = instruction


@rule(
    "InvalidDefinitionDescription",
    Level.WARNING,
    "The comment over a stage or ARG does not begin with its name.",
    why="BuildKit shows such comments as descriptions of targets and arguments (`docker build --call`), and "
    "takes those that begin with the name. Off unless `# check=experimental=` asks for it.",
    example=Example("# the compiler\nFROM gcc:14 AS build", "# build has the compiler\nFROM gcc:14 AS build"),
)
def invalid_definition_description(subject: Subject) -> Iterator[Remark]:
    """Comments right above `FROM … AS name` and `ARG name` that begin otherwise."""
    for instruction in subject.dockerfile.instructions:
        names = _defined(instruction)
        if names and instruction.comments and instruction.comments[-1].split(" ")[0] not in names:
            start = text_map(subject.text, subject.dockerfile.escape).line_start(instruction.start_line)
            yield Remark(
                spot(subject, instruction, 0, len(instruction.written)),
                f"Begin the comment above with the name: # {names[0]} …, or part the two by an empty comment",
                Fix("Part them by an empty comment", (Edit(start, start, "#\n"),)),
            )


def _defined(instruction: Instruction) -> list[str]:
    """The names that a comment may describe."""
    if instruction.keyword == "FROM":
        name = getattr(instruction, "name", "")
        return [name] if name else []
    if instruction.keyword == "ARG":
        return [word.partition("=")[0] for word in instruction.args]
    return []
