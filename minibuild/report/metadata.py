"""What `--metadata-file` holds: buildx's keys, and every step with its fidelity."""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minibuild.build.request import BuildResult


def metadata(result: "BuildResult") -> dict[str, Any]:
    """The document: digests and names under buildx's keys, the rest under `minibuild.`.

    `minibuild.build` is what `minibuild explain` calls the build. `minibuild.steps` has a row for each
    instruction: `line`, `instruction`, `image`, `layer` (a diff ID or null), `fidelity` (exact, modelled or
    assumed), `why` it is not exact, `cached`, `seconds`.
    """
    document: dict[str, Any] = {"containerimage.config.digest": result.image}
    if result.descriptor:
        document["containerimage.digest"] = result.descriptor["digest"]
        document["containerimage.descriptor"] = dict(result.descriptor)
    if result.names:
        document["image.name"] = ",".join(result.names)
    if result.build:
        document["minibuild.build"] = result.build
    document["minibuild.fidelity"] = result.fidelity
    document["minibuild.seconds"] = round(result.seconds, 6)
    document["minibuild.steps"] = [
        {
            "line": step.line,
            "instruction": step.instruction,
            "image": step.image,
            "layer": step.layer,
            "fidelity": step.fidelity,
            "why": step.why,
            "cached": step.cached,
            "seconds": round(step.seconds, 6),
        }
        for step in result.steps
    ]
    return document


def metadata_text(result: "BuildResult") -> str:
    """The document as JSON, for people and programs."""
    return json.dumps(metadata(result), indent=2, ensure_ascii=False) + "\n"
