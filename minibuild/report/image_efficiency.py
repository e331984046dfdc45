"""`minibuild efficiency`: dive's score, the wasted bytes, who is to blame, and rules for CI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from minibuild.errors import MinibuildError
from minibuild.report.json_text import json_text
from minibuild.report.layer_list import changes_document
from minibuild.report.layers.efficiency import advice, efficiency
from minibuild.report.layers.stack import read_stack
from minibuild.report.reasons import shown
from minibuild.report.table import render_table, truncate
from minibuild.report.units import human_size

if TYPE_CHECKING:
    from pathlib import Path

    from minibuild.report.layers.efficiency import Efficiency
    from minibuild.report.layers.stack import Stack
    from minibuild.report.layers.subject import Subject

_RULES = ("lowestEfficiency", "highestWastedBytes", "highestUserWastedPercent")
_DEFAULTS = {"lowestEfficiency": "0.9", "highestWastedBytes": "disabled", "highestUserWastedPercent": "0.1"}
_UNITS = {"": 1, "B": 1, "KB": 1000, "MB": 10**6, "GB": 10**9, "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30}
_WIDTH = 50


class RuleError(MinibuildError):
    """A value in a `.dive-ci` that can't be read."""


def efficiency_text(subject: Subject, form: str, count: int) -> str:
    """The efficiency as text, or as JSON with the changes of every layer."""
    stack = read_stack(subject.store, subject.image)
    found = efficiency(stack)
    if form == "json":
        return json_text(_document(stack, found))
    lines = [
        f"efficiency  {found.score:.2%}",
        f"wasted      {human_size(found.wasted)} in {len(found.paths)} paths",
        f"            {found.user_wasted:.2%} of what stands above the lowest layer",
    ]
    lines += [shown(f"layer {one.number}: {one.problem}") for one in stack.layers if one.problem]
    text = "".join(line + "\n" for line in lines)
    wasteful = [path for path in found.paths if path.size][:count]
    if not wasteful:
        return text
    rows = [["SIZE", "LAYERS", "PATH", "LAST WRITTEN BY", "WHAT TO DO"]]
    for one in wasteful:
        maker = stack.layers[one.layers[-1] - 1].created_by
        rows.append(
            [
                human_size(one.size),
                ",".join(map(str, one.layers)),
                "/" + one.path,
                truncate(maker.replace("\t", " "), _WIDTH),
                advice(one, stack.layers),
            ]
        )
    return text + "\n" + render_table(rows)


def _document(stack: Stack, found: Efficiency) -> dict[str, Any]:
    return {
        "version": 1,
        "image": stack.image,
        "size": stack.size,
        "efficiency": found.score,
        "wastedBytes": found.wasted,
        "userWastedPercent": found.user_wasted,
        "wastedPaths": [
            {
                "path": "/" + one.path,
                "size": one.size,
                "layers": list(one.layers),
                "deletedBy": one.deleted_by or None,
                "advice": advice(one, stack.layers),
            }
            for one in found.paths
        ],
        "layers": changes_document(stack),
    }


def read_rules(path: Path | None, given: dict[str, str]) -> dict[str, str]:
    """The rules of a `.dive-ci` (dive's defaults without one), then those that were `given`.

    Raise `RuleError` for a file that can't be read or a key that is none.
    """
    rules = dict(_DEFAULTS)
    if path is not None:
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RuleError(f"{path} can't be read: {getattr(error, 'strerror', None) or error}") from None
        for number, line in enumerate(text.splitlines(), 1):
            bare = line.split("#")[0].strip()
            key, colon, value = bare.partition(":")
            if not bare or (key == "rules" and not value.strip()):
                continue
            if not colon or key.strip() not in _RULES:
                raise RuleError(
                    f"{key.strip()!r} is no rule",
                    hint=f"rules are {', '.join(_RULES)}",
                    path=str(path),
                    line=number,
                    source=line,
                )
            rules[key.strip()] = value.strip().strip("\"'")
    rules.update({key: value for key, value in given.items() if value})
    return rules


class Verdict(NamedTuple):
    """What a rule says: `result` is PASS, FAIL or SKIP, `value` what was measured."""

    rule: str
    limit: str
    result: str
    value: float


def judged(subject: Subject, rules: dict[str, str], form: str = "") -> tuple[str, bool]:
    """(a line for each rule, or JSON with everything; whether all that count hold).

    Raise `MinibuildError` for an image with a damaged layer, of which nothing can be said.
    """
    stack = read_stack(subject.store, subject.image)
    damaged = next((layer for layer in stack.layers if layer.problem), None)
    if damaged is not None:
        raise MinibuildError(f"layer {damaged.number} can't be judged: {damaged.problem}")
    found = efficiency(stack)
    verdicts = _verdicts(found, rules)
    passed = all(one.result != "FAIL" for one in verdicts)
    if form == "json":
        more = {"passed": passed, "rules": [one._asdict() for one in verdicts]}
        return json_text(_document(stack, found) | more), passed
    lines = [_verdict_line(one) for one in verdicts]
    lines.append(f"Result: {'PASS' if passed else 'FAIL'}")
    return "".join(shown(line) + "\n" for line in lines), passed


def _verdicts(found: Efficiency, rules: dict[str, str]) -> list[Verdict]:
    verdicts = []
    for name, holds, value in (
        ("highestUserWastedPercent", _at_most(found.user_wasted), found.user_wasted),
        ("highestWastedBytes", _at_most(found.wasted), found.wasted),
        ("lowestEfficiency", lambda limit: found.score >= limit, found.score),
    ):
        limit, result = rules[name], "SKIP"
        if limit.lower() != "disabled":
            bound = _number(name, limit, is_size=name == "highestWastedBytes")
            result = "PASS" if holds(bound) else "FAIL"
        verdicts.append(Verdict(name, limit, result, value))
    return verdicts


def _verdict_line(one: Verdict) -> str:
    if one.result != "FAIL":
        return f"{one.result}: {one.rule}" + (": rule disabled" if one.result == "SKIP" else "")
    told = human_size(one.value) if one.rule == "highestWastedBytes" else f"{one.value:.4f}"
    words = "is below" if one.rule == "lowestEfficiency" else "is above"
    return f"FAIL: {one.rule}: {told} {words} {one.limit}"


def _at_most(value: float) -> Any:
    return lambda limit: value <= limit


def _number(name: str, text: str, *, is_size: bool) -> float:
    digits = text.strip()
    unit = ""
    if is_size:
        while digits and digits[-1].isalpha():
            digits, unit = digits[:-1].rstrip(), digits[-1] + unit
    try:
        value = float(digits) * _UNITS[unit.upper()]
    except (ValueError, KeyError):
        what = "a size such as 20MB" if is_size else "a number between 0 and 1"
        raise RuleError(f"{name}: {text!r} is not {what}", hint='"disabled" turns a rule off') from None
    if not value >= 0 or (not is_size and value > 1):
        raise RuleError(f"{name}: {text!r} is not a number between 0 and 1")
    return value
