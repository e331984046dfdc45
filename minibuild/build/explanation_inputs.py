"""What a step depended on, input by input: how two lists of inputs differ, in words."""

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from minibuild.build.action import Inputs
from minibuild.build.explanation_files import FileChange, text_diff

# Inputs that say which image a step stands on: the steps before explain them.
FOUNDATION = ("files before", "image")
# Inputs that only repeat words of the instruction: when these changed, so did its text.
_LITERAL = (
    *("command", "script", "text", "instruction", "destination", "--chown", "--chmod"),
    *("--parents", "--link", "--exclude", "--unpack"),
)
_SUBJECTS = {
    "command": "the command",
    "script": "the script",
    "destination": "the destination",
    "directory": "the working directory",
    "user": "the user",
    "network": "whether there is a network",
}
_NOP = re.compile(r".*#\(nop\) +")
_FINGERPRINT = re.compile(r"(?:file|dir|multi):[0-9a-f]{64}\Z")
_MOST_VARIABLES = 5
_ARG_HINT = "this instruction does not name it: with the ARG below it, it would stay in the cache"
# Variables whose values are not shown: explanations end up in logs.
_PRIVATE = re.compile(
    r"(?<![A-Z])(?:API_?KEY|AUTH|CREDENTIAL|KEY|PASSWORD|PASSWD|PASSPHRASE|PWORD|SECRET|TOKEN)S?(?![A-Z])",
    re.IGNORECASE,
)


class Reason(NamedTuple):
    """One reason why a step ran.

    `kind` is one of no-cache, first, new, instruction, value, variable, files, parent, base, pruned, layer,
    fidelity, failed, input; `text` says it in words. `old` and `new` are values, `files` the files that
    changed, `diff` the lines of a small unified diff, `hint` what would keep the step in the cache.
    """

    kind: str
    text: str
    old: str = ""
    new: str = ""
    files: tuple[FileChange, ...] = ()
    diff: tuple[str, ...] = ()
    hint: str = ""


def input_reasons(
    texts: tuple[str, str], inputs: tuple[Inputs, Inputs], before: Sequence[str]
) -> list[Reason]:
    """What differs, apart from what the step stands on. `texts` and `inputs` are the instruction's in the
    last build and now; `before` are the instructions of its stage up to it.

    A reason of the kind `files` has the fingerprints of the files as its values.
    """
    old_text, text = texts
    was, now = grouped(inputs[0]), grouped(inputs[1])
    rewritten = text != old_text
    reasons = [Reason("instruction", "the instruction changed", old_text, text)] if rewritten else []
    variables = []
    for label in dict.fromkeys((*now, *was)):
        old, new = was.get(label, []), now.get(label, [])
        if old == new or label in FOUNDATION:
            continue
        if label.startswith("$"):
            found = _variable(label[1:], old, new, before)
            unused = found.text.startswith("ARG ") and not re.search(rf"\b{re.escape(label[1:])}\b", text)
            variables.append(found._replace(hint=_ARG_HINT) if unused else found)
        elif not rewritten or not _follows(label, text):
            reasons.append(_input(label, old, new))
    if len(variables) > _MOST_VARIABLES:
        rest = len(variables) - _MOST_VARIABLES
        variables[_MOST_VARIABLES:] = [Reason("variable", f"{rest} more variables changed")]
    return reasons + variables


def grouped(inputs: Inputs) -> dict[str, list[str]]:
    """The values of each label, in their order."""
    found: dict[str, list[str]] = {}
    for label, value in inputs:
        found.setdefault(label, []).append(value)
    return found


def _follows(label: str, text: str) -> bool:
    """Whether an input is nothing but words of the instruction, or follows from which words there are."""
    return (
        label in _LITERAL or label == "files" or (label == "directory" and text.upper().startswith("WORKDIR"))
    )


def _variable(name: str, old: list[str], new: list[str], before: Sequence[str]) -> Reason:
    setter = re.compile(rf"(?i:ARG|ENV)\s(?:.*[\s,])?{re.escape(name)}(?:[=\s]|\Z)", re.DOTALL)
    words = [text.partition(" ")[0].upper() for text in before if setter.match(text)]
    what = f"{words[-1]} {name}" if words else f"the variable {name}"
    if _PRIVATE.search(name):
        return Reason("variable", f"{what} changed (its values are not shown)")
    if not old:
        return Reason("variable", f"{what} is set now", new=new[-1])
    if not new:
        return Reason("variable", f"{what} is not set any more", old=old[-1])
    return Reason("variable", f"{what} changed", old[-1], new[-1])


def _input(label: str, old: list[str], new: list[str]) -> Reason:
    before, after = old[-1] if old else "", new[-1] if new else ""
    if label == "text":
        if _PRIVATE.search(before) or _PRIVATE.search(after):
            return Reason("value", "its words stand for something else (which is not shown)")
        return Reason(
            "value", "its words stand for something else", _NOP.sub("", before), _NOP.sub("", after)
        )
    if label == "files":
        return Reason("files", "", before, after)
    if _FINGERPRINT.match(before or after):
        return Reason("files", label, before, after)
    subject = _SUBJECTS.get(label, label)
    if label in ("command", "script"):
        if "\n" in before + after:
            return Reason("instruction", f"{subject} changed", diff=text_diff(before, after))
        if len(old) > 1 or len(new) > 1:
            before, after = json.dumps(old, ensure_ascii=False), json.dumps(new, ensure_ascii=False)
    if not old or not new:
        return Reason("input", f"{subject} is {'new' if new else 'gone'}", before, after)
    return Reason("input", f"{subject} changed", before, after)
