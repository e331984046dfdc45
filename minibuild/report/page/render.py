"""The page itself: the template with its style and script inside."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from typing import Any


def render_page(document: dict[str, Any]) -> str:
    """The page as HTML. Nothing in it is loaded from elsewhere, and no script but its own may run."""
    import jinja2
    import markupsafe

    room = files("minibuild.report.page")
    style = room.joinpath("report.css").read_text("utf-8")
    script = room.joinpath("report.js").read_text("utf-8")
    template = room.joinpath("report.html.j2").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(template).render(
        **{
            **document,
            "style": markupsafe.Markup(style),
            "script": markupsafe.Markup(script),
            "script_digest": f"sha256-{digest}",
            "graph": markupsafe.Markup(document["graph"]),
            "data": markupsafe.Markup(_embedded(document["data"])),
        }
    )


def _embedded(value: Any) -> str:
    """JSON that can stand in a page: no text in it can end the element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
