"""For people: each finding with its line and a caret below it, and a sum at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.lint.finding import Level
from minibuild.lint.formats.links import link
from minibuild.lint.formats.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.lint.finding import Finding
    from minibuild.lint.formats import Report

_COLOURS = {Level.ERROR: "31", Level.WARNING: "33", Level.INFO: "32", Level.STYLE: "36"}
_WIDEST = 160


def render(report: Report) -> str:
    """All findings with their source lines; nothing at all when there are none."""
    if not report.findings:
        return ""
    blocks = ["\n".join(_block(finding, report.colour)) for finding in report.findings]
    return "\n".join([*blocks, "", _sum(report)]) + "\n"


def _block(finding: Finding, colour: bool) -> Iterator[str]:
    place = finding.place
    where = _on_one_line(f"{finding.path}:{place.line}:{place.column}")
    code, level = finding.code, finding.level.word
    shade = _COLOURS.get(finding.level, "0")
    if colour:
        where = f"\x1b[1m{where}\x1b[0m"
        address = link(code)
        code = f"\x1b]8;;{address}\x1b\\{code}\x1b]8;;\x1b\\" if address else code
        level = f"\x1b[{shade}m{level}\x1b[0m"
    yield f"{where} {code} {level}: {_on_one_line(finding.message)}"
    if finding.source.strip():
        source, column, width = _window(finding)
        yield f"{place.line:>5} | {source}"
        # Tabs are kept, so that the caret stands under its character however wide a tab is.
        before = "".join("\t" if char == "\t" else " " for char in source[: column - 1])
        marks = "^" * width
        yield "      | " + before + (f"\x1b[{shade}m{marks}\x1b[0m" if colour else marks)


def _on_one_line(text: str) -> str:
    return visible(" ".join(text.split("\n")))


def _window(finding: Finding) -> tuple[str, int, int]:
    """(the source line or what of a very long one stands around the place, the column in it, how many
    characters are marked).
    """
    place, source = finding.place, visible(finding.source)
    column = min(place.column, len(source) + 1)
    end = place.end_column if place.end_line in (0, place.line) else len(source) + 1
    width = max(min(end, len(source) + 1) - column, 1)
    if len(source) <= _WIDEST:
        return source, column, width
    start = max(column - 1 - _WIDEST // 2, 0)
    stop = start + _WIDEST
    head, tail = "…" if start else "", "…" if stop < len(source) else ""
    shown = head + source[start:stop] + tail
    column += len(head) - start
    return shown, column, min(width, len(shown) - column + 1)


def _sum(report: Report) -> str:
    counts = dict.fromkeys(reversed(Level), 0)
    for finding in report.findings:
        counts[finding.level] += 1
    parts = [_counted(count, level.word) for level, count in counts.items() if count]
    files = len({finding.path for finding in report.findings})
    text = f"{_counted(len(report.findings), 'finding')} in {_counted(files, 'file')}: {', '.join(parts)}"
    safe = sum(finding.fix is not None and finding.fix.safe for finding in report.findings)
    unsafe = sum(finding.fix is not None and not finding.fix.safe for finding in report.findings)
    if safe:
        text += f"; --fix repairs {safe}"
    if unsafe:
        text += f"; --unsafe-fixes {'repairs ' if not safe else ''}{unsafe}" + (" more" if safe else "")
    return text


def _counted(count: int, noun: str) -> str:
    plain = noun in ("info", "style")
    return f"{count} {noun}" + ("s" if count != 1 and not plain else "")
