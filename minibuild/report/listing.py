"""Lists as docker's commands show them: a table, or what a template makes of each row."""

from collections.abc import Sequence
from typing import Any

from minibuild.report.json_text import harmless
from minibuild.report.table import render_table
from minibuild.report.template import Template
from minibuild.report.template_values import to_json

_ESCAPES = (("\\t", "\t"), ("\\n", "\n"))


def render_list(
    rows: Sequence[dict[str, Any]], form: str, columns: dict[str, str], headers: dict[str, str]
) -> str:
    """The rows by `--format`: "" for a table of `columns`, `json`, `table TEMPLATE` or a template for
    each row.

    `columns` maps the fields of the default table to their headers, in order; `headers` has those of the
    other fields.
    """
    if form in ("", "table"):
        return render_table(
            [list(columns.values()), *([str(row[field]) for field in columns] for row in rows)]
        )
    if form == "json":
        return "".join(harmless(to_json(row)) + "\n" for row in rows)
    for escape, character in _ESCAPES:
        form = form.replace(escape, character)
    if form.startswith("table "):
        template = Template(form.removeprefix("table ").strip())
        titles = {field: field.upper() for row in rows[:1] for field in row} | headers | columns
        lines = [template.render(titles), *(template.render(row) for row in rows)]
        return _columns([line.split("\t") for line in lines])
    template = Template(form)
    return "".join(template.render(row) + "\n" for row in rows)


def _columns(rows: list[list[str]]) -> str:
    width = max(map(len, rows))
    return render_table([row + [""] * (width - len(row)) for row in rows])
