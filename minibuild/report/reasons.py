"""Why a step ran, in words: the lines below a step, and the same as a document."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minibuild.build.explanation_files import FileChange
    from minibuild.build.explanation_inputs import Reason

_WORDS = {"added": "added", "removed": "removed", "renamed": "renamed"}
_COLUMN = 8  # as wide as the longest word, "removed" and a blank
_MOST_FILES = 10
_WIDEST = 100
_AROUND = 24  # characters that are kept around the place where long texts differ


def reason_lines(reasons: "Iterable[Reason]") -> list[str]:
    """Each reason in a line, with the lines that belong to it indented below."""
    lines: list[str] = []
    for reason in reasons:
        if len(reason.files) == 1:
            lines.append(_only_file(reason))
            lines += [f"  {line}" for line in reason.files[0].diff]
            continue
        values = reason.old + reason.new
        if not reason.files and "\n" not in values and len(values) <= _AROUND:
            lines.append(reason_text(reason))
        else:
            lines.append(reason.text)
            lines += [f"  {line}" for line in _values(reason)]
        lines += [f"  {line}" for line in reason.diff]
        lines += [f"  {line}" for line in _file_lines(reason.files)]
        if reason.hint:
            lines.append(f"  hint: {reason.hint}")
    return [shown(line) for line in lines]


def because(reasons: "Sequence[Reason]") -> list[str]:
    """The reasons why a step runs as sentences; of a FROM, what is to be said about its base."""
    lines: list[str] = []
    for reason in reasons:
        first, *rest = reason_lines([reason])
        if reason.kind != "base":
            first = f"and because {first}" if lines else f"Runs because {first}"
        lines += [first, *rest]
    return lines


def reason_text(reason: "Reason") -> str:
    """A reason in one line, for tables."""
    text = reason.text
    if reason.files:
        return f"{text}: {_names(reason.files)}" if len(reason.files) > 1 else _only_file(reason)
    if reason.old and reason.new:
        before, after = _where_they_differ(reason.old, reason.new)
        return f"{text}: {before} -> {after}"
    if reason.new:
        return f"{text}: {reason.new}"
    return f"{text}, it was {reason.old}" if reason.old else text


def reason_document(reason: "Reason") -> dict[str, Any]:
    """A reason as JSON has it: `kind`, `text`, and what of `old`, `new`, `files`, `diff`, `hint` there is."""
    document: dict[str, Any] = {"kind": reason.kind, "text": reason.text}
    if reason.old or reason.new:
        document |= {"old": reason.old, "new": reason.new}
    if reason.files:
        document["files"] = [
            {"path": file.path, "change": file.change, "detail": file.detail, "diff": list(file.diff)}
            for file in reason.files
        ]
    if reason.diff:
        document["diff"] = list(reason.diff)
    if reason.hint:
        document["hint"] = reason.hint
    return document


def shown(text: str) -> str:
    """Text from a context, without what could move a terminal's cursor."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or "\udc80" <= c <= "\udcff" else "\ufffd" for c in text.expandtabs(4)
    )


def _only_file(reason: "Reason") -> str:
    """The sentence about the one file that changed."""
    file = reason.files[0]
    verb = {"added": "was added", "removed": "was removed", "renamed": f"was {file.detail} before"}
    what = verb.get(file.change, f"changed{f' ({_told(file)})' if file.detail else ''}")
    return reason.text.replace("one file changed", f"{file.path} {what}", 1)


def _told(file: "FileChange") -> str:
    """From what to what a file changed, in parentheses; "" when its name says it all."""
    if file.change == "renamed":
        return f"it was {file.detail}"
    return f"{file.change} {file.detail}" if file.change in ("mode", "owner") else file.detail


def _names(files: "Sequence[FileChange]") -> str:
    rest = len(files) - 3
    return ", ".join(file.path for file in files[:3]) + (f" and {rest} more" if rest > 0 else "")


def _file_lines(files: "Sequence[FileChange]") -> Iterable[str]:
    for file in files[:_MOST_FILES]:
        word = _WORDS.get(file.change, "changed")
        yield word.ljust(_COLUMN) + file.path + (f"  ({_told(file)})" if file.detail else "")
        for line in file.diff:
            yield f"  {line}"
    if len(files) > _MOST_FILES:
        yield f"… and {len(files) - _MOST_FILES} more"


def _values(reason: "Reason") -> list[str]:
    before, after = _where_they_differ(reason.old, reason.new)
    return [f"{sign} {value}" for sign, value in (("-", before), ("+", after)) if value]


def _where_they_differ(old: str, new: str) -> tuple[str, str]:
    """Both texts on one line each; of long ones what stands around their difference."""
    old, new = " ".join(old.split()), " ".join(new.split())
    if max(len(old), len(new)) <= _WIDEST:
        return old, new
    shorter = min(len(old), len(new))
    head = next((place for place in range(shorter) if old[place] != new[place]), shorter)
    tail = next(
        (place for place in range(shorter - head) if old[-1 - place] != new[-1 - place]), shorter - head
    )
    start, end = max(0, head - _AROUND), max(0, tail - _AROUND)
    return _cut(old, start, len(old) - end), _cut(new, start, len(new) - end)


def _cut(text: str, start: int, end: int) -> str:
    middle = text[start:end]
    if len(middle) > _WIDEST:
        middle = middle[: _WIDEST - 1] + "…"
    return ("…" if start else "") + middle + ("…" if end < len(text) else "")
