"""`minibuild build --plan`: what a build would do, as tables or as JSON."""

from typing import Any

from minibuild.build.forecast import Forecast, ForecastStep
from minibuild.report.inspection import render_documents
from minibuild.report.reasons import reason_document, reason_text, shown
from minibuild.report.table import render_table, truncate

_WORDS = {"base": "base", "make": "base", "cached": "cached", "run": "would run"}
_WIDTH = 45


def forecast_text(found: Forecast, form: str) -> str:
    """The plan as text; by `form` as JSON or a template."""
    if form and form != "table":
        return render_documents([forecast_document(found)], form)
    parts = []
    if len(found.stages) > 1:
        parts.append(render_table([["STAGE", "BASE", "BUILT", "READS FROM"], *_stage_rows(found)]))
    parts.append(
        render_table([["STEP", "LINE", "INSTRUCTION", "CACHE", "WHY"], *map(_step_row, found.steps)])
    )
    parts.append(_summary(found))
    return "\n".join(parts)


def forecast_document(found: Forecast) -> dict[str, Any]:
    """The plan as JSON has it."""
    return {
        "dockerfile": found.dockerfile,
        "target": found.target,
        "runs": found.runs,
        "stages": [
            {
                "number": stage.number,
                "name": stage.name,
                "base": stage.base,
                "needs": list(stage.needs),
                "needed": stage.needed,
            }
            for stage in found.stages
        ],
        "steps": [
            {
                "step": step.number,
                "line": step.line,
                "stage": step.stage,
                "instruction": step.text,
                "state": step.state,
                "reasons": [reason_document(reason) for reason in step.reasons],
            }
            for step in found.steps
        ],
    }


def _stage_rows(found: Forecast) -> list[list[str]]:
    rows = []
    for stage in found.stages:
        built = "yes" if stage.needed else f"no: {found.target} does not need it"
        rows.append([stage.name or str(stage.number), stage.base, built, ", ".join(stage.needs) or "-"])
    return rows


def _step_row(step: ForecastStep) -> list[str]:
    why = "; ".join(shown(reason_text(reason)) for reason in step.reasons)
    if step.state == "make":
        why = "it would be made first"
    return [str(step.number), str(step.line), truncate(step.text, _WIDTH), _WORDS[step.state], why]


def _summary(found: Forecast) -> str:
    steps = [step for step in found.steps if step.state in ("cached", "run")]
    if not found.runs:
        return "Nothing would run: the cache has every step.\n"
    return f"{found.runs} of {len(steps)} steps would run.\n"
