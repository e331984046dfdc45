"""What the page shows: everything computed, nothing drawn."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minibuild.build.record import find_build
from minibuild.errors import MinibuildError
from minibuild.report.layers.efficiency import efficiency
from minibuild.report.layers.stack import read_stack
from minibuild.report.reasons import shown
from minibuild.report.replaying import played_build
from minibuild.report.units import human_size
from minibuild.version import __version__

if TYPE_CHECKING:
    from minibuild.build.record import BuildRecord
    from minibuild.report.layers.efficiency import Efficiency
    from minibuild.report.layers.stack import FileChange, Layer, Stack
    from minibuild.report.layers.subject import Subject
    from minibuild.report.replaying import Played

_MOST_WASTE = 50
_MOST_OUTPUT = 4000
_ORDER = ("exact", "modelled", "assumed")


def page_document(subject: Subject, *, lint: bool = True) -> dict[str, Any]:
    """The values of the page's template."""
    stack = read_stack(subject.store, subject.image)
    record = find_build(subject.store, subject.image)
    steps = played_build(subject.store, subject.image) if record is not None else []
    found = efficiency(stack)
    source = _source(record, lint=lint) if record is not None else None
    rows = _steps(steps, stack)
    sections = [
        *([("steps", "Steps")] if rows else []),
        *([("stages", "Stages")] if source is not None else []),
        ("layers", "Layers"),
        ("efficiency", "Efficiency"),
        *([("dockerfile", "Dockerfile")] if source is not None else []),
        ("configuration", "Configuration"),
    ]
    return {
        "title": shown(stack.names[0] if stack.names else subject.word),
        "image": {"id": stack.image},
        "facts": _facts(stack, record, steps, found),
        "sections": [{"id": one, "name": name} for one, name in sections],
        "steps": rows,
        "graph": _graph(record) if source is not None else "",
        "layers": [_layer(one, stack) for one in stack.layers],
        "efficiency": _efficiency(found, stack),
        "source": source,
        "configuration": _configuration(subject),
        "generated": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "version": __version__,
        "data": {
            "numbers": [layer.number for layer in stack.layers],
            "trees": [tree_of(layer.changes) for layer in stack.layers],
        },
    }


def _facts(
    stack: Stack, record: BuildRecord | None, steps: list[Played], found: Efficiency
) -> list[dict[str, str]]:
    facts = [
        ("Size", human_size(stack.size), ""),
        ("Layers", str(len(stack.layers)), ""),
        ("Efficiency", f"{found.score:.1%}", ""),
        ("Wasted", human_size(found.wasted), ""),
        ("Platform", f"{stack.config.os}/{stack.config.architecture}", ""),
        ("Created", stack.config.created[:10] or "unknown", ""),
    ]
    if record is not None:
        level = max((one.fidelity or "exact" for one in steps), key=_ORDER.index, default="exact")
        cached = sum(one.verdict == "cached" for one in steps)
        facts.append(("Built in", f"{sum(one.seconds for one in steps):.2f} s", ""))
        facts.append(("Cached", f"{cached} of {sum(one.verdict != 'base' for one in steps)} steps", ""))
        facts.append(("Fidelity", level, level))
    return [{"name": name, "value": shown(value), "kind": kind} for name, value, kind in facts]


def _steps(steps: list[Played], stack: Stack) -> list[dict[str, Any]]:
    longest = max((one.seconds for one in steps), default=0.0) or 1.0
    rows = []
    for one in steps:
        output = shown_output("".join(text for _, text in one.log.chunks)) if one.log is not None else ""
        rows.append(
            {
                "number": one.number,
                "text": shown(one.text),
                "line": one.line,
                "cached": one.verdict == "cached",
                "took": "cached" if one.verdict == "cached" else f"{one.seconds * 1000:.0f} ms",
                "width": max(round(70 * one.seconds / longest), 1),
                "size": _layer_size(one, stack),
                "fidelity": one.fidelity,
                "why": shown(one.why),
                "image": one.after[7:19],
                "output": output,
            }
        )
    return rows


def _layer_size(step: Played, stack: Stack) -> str:
    layer = next((one for one in stack.layers if step.line and one.line == step.line), None)
    return human_size(layer.size) if layer is not None and step.verdict != "base" else ""


def shown_output(text: str) -> str:
    """What a step wrote, safe and not too long."""
    cut = text if len(text) <= _MOST_OUTPUT else text[:_MOST_OUTPUT] + "\n…"
    return "\n".join(shown(line) for line in cut.splitlines())


def _layer(layer: Layer, stack: Stack) -> dict[str, Any]:
    return {
        "number": layer.number,
        "diff_id": layer.diff_id,
        "size": human_size(layer.size),
        "weight": max(round(1000 * layer.size / (stack.size or 1)), 1),
        "text": shown(layer.created_by or "(unknown)"),
        "added": layer.count("A"),
        "changed": layer.count("C"),
        "deleted": layer.count("D"),
        "problem": shown(layer.problem),
    }


def tree_of(changes: tuple[FileChange, ...]) -> list[list[Any]]:
    """The changes as nested nodes: [name, change, size, note, nodes below or 0]."""
    root: list[list[Any]] = []
    known: dict[str, list[list[Any]]] = {"": root}

    def below(path: str) -> list[list[Any]]:
        found = known.get(path)
        if found is None:
            parent, _, name = path.rpartition("/")
            found = known[path] = []
            below(parent).append([shown(name), "", 0, "", found])
        return found

    for one in changes:
        parent, _, name = one.path.rpartition("/")
        place = below(parent)
        note = f"→ {one.target}" if one.kind in ("link", "hardlink") else ""
        node = [shown(name), one.change, one.size, shown(note), 0]
        if one.kind == "dir" and one.change != "D":
            node[4] = known.setdefault(one.path, [])
        place.append(node)
    return root


def _efficiency(found: Efficiency, stack: Stack) -> dict[str, Any]:
    wasteful = [one for one in found.paths if one.size]
    return {
        "score": f"{found.score:.2%}",
        "wasted": human_size(found.wasted),
        "files": [
            {
                "path": shown("/" + one.path),
                "size": human_size(one.size),
                "count": len(one.layers),
                "by": shown(stack.layers[one.layers[-1] - 1].created_by),
            }
            for one in wasteful[:_MOST_WASTE]
        ],
        "more": max(len(wasteful) - _MOST_WASTE, 0),
    }


def _source(record: BuildRecord, *, lint: bool) -> dict[str, Any] | None:
    """The Dockerfile, if it is still there and still what was built, with what linting says of it."""
    path = dockerfile_path(record)
    try:
        text = path.read_text("utf-8", "surrogateescape") if path is not None else ""
    except OSError:
        return None
    if path is None or not text or not _is_the_same(text, record):
        return None
    findings: dict[int, list[dict[str, str]]] = {}
    told = "not linted"
    if lint:
        from minibuild.lint.configuration import Configuration
        from minibuild.lint.runner import lint as run_lint
        from minibuild.lint.source import Source

        ((found, problem),) = run_lint([Source(str(path), text, path.parent)], Configuration())
        for one in found:
            row = {"code": one.code, "level": one.level.word, "message": shown(one.message)}
            findings.setdefault(one.place.line, []).append(row)
        told = f"{len(found)} finding{'' if len(found) == 1 else 's'}"
        told += f" (ShellCheck's left out: {problem})" if problem else ""
    lines = [
        {"number": number, "text": shown(line), "findings": findings.get(number, [])}
        for number, line in enumerate(text.rstrip("\n").split("\n"), 1)
    ]
    return {"path": shown(str(path)), "lines": lines, "told": told}


def dockerfile_path(record: BuildRecord) -> Path | None:
    """The Dockerfile of a build, where it is still there."""
    given = Path(record.dockerfile)
    for path in (given, Path(record.context or ".", given.name)):
        if path.is_file():
            return path
    return None


def _is_the_same(text: str, record: BuildRecord) -> bool:
    """Whether the instructions that were built stand where they stood."""
    lines = text.split("\n")
    return all(
        0 < step.line <= len(lines) and lines[step.line - 1].split()[:1] for step in record.steps if step.line
    )


def _graph(record: BuildRecord | None) -> str:
    from minibuild.build.errors import DockerfileText
    from minibuild.build.plan import make_plan
    from minibuild.dockerfile.parser import parse
    from minibuild.report.graphs.model import stage_graph
    from minibuild.report.graphs.svg import svg

    path = dockerfile_path(record) if record is not None else None
    if record is None or path is None:
        return ""
    try:
        text = path.read_text("utf-8", "surrogateescape")
        plan = make_plan(
            parse(text, dialect="docker"),
            text=DockerfileText(str(path), text),
            build_args={},
            contexts={},
            target=record.target,
            platform="linux/amd64",
        )
    except MinibuildError:
        return ""
    return svg(stage_graph(plan))


def _configuration(subject: Subject) -> list[dict[str, Any]]:
    document = json.loads(subject.store.raw_config(subject.image)).get("config") or {}
    rows = []
    for name, value in sorted(document.items()):
        if value in (None, "", [], {}, False):
            continue
        if isinstance(value, dict):
            values = [
                key if item in ({}, None) else f"{key}={_plain(item)}" for key, item in sorted(value.items())
            ]
        elif isinstance(value, list):
            values = [_plain(item) for item in value]
        else:
            values = [_plain(value)]
        rows.append({"name": shown(name), "the_values": [shown(item) for item in values]})
    return rows


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
