"""Repairing what was found: edits of findings put into the text, again and again until nothing is left to do.

Fixes of one round never touch each other; what one of them hides comes in the next round. A text that can't
be parsed is left as it is, and one that can be can be so afterwards: a fix after which it can't is left
out, and so are fixes that go on and on without less being found. Lines keep their kind of end.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from minibuild.dockerfile.errors import DockerfileError
from minibuild.dockerfile.parser import parse
from minibuild.lint.runner import lint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from minibuild.lint.configuration import Configuration
    from minibuild.lint.finding import Edit, Finding, Fix
    from minibuild.lint.linting import Simulate
    from minibuild.lint.source import Source

    _State = tuple[str, Sequence[Finding], Counter[str]]

_MOST_ROUNDS = 60
# Rounds in which fixes of a rule may leave as much as there was: a finding may stand for several places.
_PATIENCE = 15


@dataclass(slots=True)
class Fixed:
    """A source, its repaired `text`, how many findings of each code were `repaired`, and what is left.

    Fixes of `useless` codes change nothing for the better; `stuck` are codes that may be such, with the
    number of rounds and what there was before.
    """

    source: Source
    text: str
    repaired: Counter[str] = field(default_factory=Counter)
    findings: Sequence[Finding] = ()
    useless: set[str] = field(default_factory=set)
    stuck: dict[str, tuple[int, _State]] = field(default_factory=dict)

    @property
    def state(self) -> _State:
        """What can be gone back to."""
        return self.text, self.findings, self.repaired.copy()


def fix_sources(
    sources: Sequence[tuple[Source, Sequence[Finding]]],
    configuration: Configuration,
    *,
    unsafe: bool = False,
    simulate: Simulate | None = None,
) -> list[Fixed]:
    """Repair the sources, each given with its findings, as far as their fixes go.

    `unsafe` also applies fixes that may change what the image does.
    """
    results = [Fixed(source, source.text, findings=findings) for source, findings in sources]
    pending = [one for one in results if one.findings and _parses(one.text)]
    for _ in range(_MOST_ROUNDS):
        tried = [(one, *attempt) for one in pending if (attempt := _attempt(one, unsafe)) is not None]
        changed = [replace(one.source, text=text) for one, text, _ in tried]
        if not changed:
            break
        for (one, text, codes), (findings, _) in zip(
            tried, lint(changed, configuration, simulate), strict=True
        ):
            _judge(one, text, codes, findings)
        pending = [one for one, _, _ in tried]
    return results


def _attempt(one: Fixed, unsafe: bool) -> tuple[str, Counter[str]] | None:
    """(the text with all fixes that go together, how many findings of each code they are for); None when
    there is nothing to do.
    """
    offered = [
        (finding.code, finding.fix)
        for finding in one.findings
        if finding.fix and (finding.fix.safe or unsafe) and finding.code not in one.useless
    ]
    chosen = _apart([fix for _, fix in offered])
    text = _edited(one.text, chosen)
    if not _parses(text):
        chosen, text = _one_by_one(one.text, chosen)
    if text == one.text:
        return None
    edits = {fix.edits for fix in chosen}
    return text, Counter(code for code, fix in offered if fix.edits in edits)


def _judge(one: Fixed, text: str, codes: Counter[str], findings: Sequence[Finding]) -> None:
    """Take over the text, of which `findings` are left; or go back, if fixes of a code are of no use."""
    before = Counter(finding.code for finding in one.findings)
    after = Counter(finding.code for finding in findings)
    for code in codes:
        if after[code] < before[code]:
            one.stuck.pop(code, None)
        else:
            rounds, state = one.stuck.get(code, (0, one.state))
            one.stuck[code] = rounds + 1, state
    hopeless = [(code, state) for code, (rounds, state) in one.stuck.items() if rounds > _PATIENCE]
    if hopeless:
        one.useless |= {code for code, _ in hopeless}
        one.text, one.findings, one.repaired = hopeless[0][1]
        one.stuck.clear()
        return
    one.text, one.findings = text, findings
    one.repaired.update(codes)


def _apart(fixes: Iterable[Fix]) -> list[Fix]:
    """Fixes that don't touch each other nor what lies between the edits of one, in the order of the text; of
    two that do, the first.
    """
    chosen: list[Fix] = []
    reached = -1
    for fix in sorted((fix for fix in fixes if fix.edits), key=lambda fix: fix.edits[0].start):
        if fix.edits[0].start > reached:
            chosen.append(fix)
            reached = max(edit.end for edit in fix.edits)
    return chosen


def _edited(text: str, fixes: Iterable[Fix]) -> str:
    """The text with all edits, whose replacements get the text's line ends."""
    crlf = text.count("\r\n") * 2 > text.count("\n")
    edits: list[Edit] = sorted(
        (edit for fix in fixes for edit in fix.edits), key=lambda edit: edit.start, reverse=True
    )
    for edit in edits:
        new = edit.replacement
        if crlf:
            new = new.replace("\r\n", "\n").replace("\n", "\r\n")
        text = text[: edit.start] + new + text[edit.end :]
    return text


def _one_by_one(text: str, fixes: Sequence[Fix]) -> tuple[list[Fix], str]:
    """(the fixes after which the text can still be parsed, the text with them)."""
    kept: list[Fix] = []
    result = text
    for fix in fixes:
        tried = _edited(text, [*kept, fix])
        if _parses(tried):
            kept.append(fix)
            result = tried
    return kept, result


def _parses(text: str) -> bool:
    try:
        parse(text, dialect="docker")
    except DockerfileError:
        return False
    return True
