"""`minibuild inspect`: documents as JSON, or what a template makes of each."""

from collections.abc import Iterable
from typing import Any

from minibuild.report.template import Template
from minibuild.report.template_values import to_json


def render_documents(documents: Iterable[Any], form: str) -> str:
    """The documents as one JSON array, indented by four; or by `form`: `json` or a template, one after
    the other.
    """
    found = list(documents)
    if not form:
        return (to_json(found, indent=4) if found else "[]") + "\n"
    if form == "json":
        return "".join(to_json(document) + "\n" for document in found)
    template = Template(form)
    return "".join(template.render(document) + "\n" for document in found)
