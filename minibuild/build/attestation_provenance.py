"""Provenance: a SLSA v1 predicate that says what was built from what (https://slsa.dev/spec/v1.0/provenance).

As BuildKit has it, mode `min` leaves out what might be private: the values of build arguments, the names of
secrets, the Dockerfile and the steps; `max` has them. Values of secrets are never told.
"""

import base64
import hashlib
import json
from typing import Any

from minibuild.build.attestation import image_url
from minibuild.build.clock import rfc3339
from minibuild.build.export import Finished
from minibuild.build.request import Attestation
from minibuild.image.digest import is_digest
from minibuild.image.reference import ReferenceError  # noqa: A004  the field's own word
from minibuild.store.layout import manifest_digest
from minibuild.version import __version__

_BUILD_TYPE = "urn:minibuild:dockerfile:v1"
_BUILDER = "urn:minibuild:builder"


def provenance(about: Finished, wanted: Attestation) -> dict[str, Any]:
    """The predicate, as JSON has it."""
    everything = wanted.mode == "max"
    definition = {
        "buildType": _BUILD_TYPE,
        "externalParameters": _external(about, everything=everything),
        "internalParameters": _internal(about, everything=everything),
        "resolvedDependencies": _dependencies(about),
    }
    metadata: dict[str, Any] = {
        "invocationId": _invocation(about, definition),
        "startedOn": rfc3339(about.began),
        "finishedOn": rfc3339(about.ended),
        "minibuild_fidelity": {"level": about.fidelity, "reasons": _reasons(about)},
        "minibuild_hermetic": True,  # a build has no network
        "minibuild_reproducible": about.workshop.clock.epoch is not None,
    }
    if everything:
        text = about.workshop.text
        raw = text.text.encode("utf-8", "surrogateescape")
        metadata["minibuild_source"] = {
            "filename": text.path,
            "language": "Dockerfile",
            "digest": {"sha256": hashlib.sha256(raw).hexdigest()},
            "data": base64.b64encode(raw).decode(),
        }
    return {
        "buildDefinition": definition,
        "runDetails": {
            "builder": {"id": wanted.builder or _BUILDER, "version": {"minibuild": __version__}},
            "metadata": metadata,
        },
    }


def _external(about: Finished, *, everything: bool) -> dict[str, Any]:
    request, workshop = about.workshop.request, about.workshop
    arguments = {"target": request.target} if request.target else {}
    locals_ = [*(["context"] if request.context is not None else []), "dockerfile"]
    asked: dict[str, Any] = {"frontend": "dockerfile.v0", "locals": [{"name": name} for name in locals_]}
    if everything:
        arguments |= {f"build-arg:{name}": value for name, value in sorted(request.build_args.items())}
        arguments |= {f"label:{name}": value for name, value in sorted(request.labels.items())}
        if request.secrets:
            asked["secrets"] = [{"id": name} for name in sorted(request.secrets)]
    if arguments:
        asked["args"] = arguments
    return {"configSource": {"path": workshop.text.path.rpartition("/")[2]}, "request": asked}


def _internal(about: Finished, *, everything: bool) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "builderPlatform": about.workshop.request.platform,
        "fidelity": about.workshop.request.fidelity,
    }
    if everything:
        parameters["buildConfig"] = {
            "steps": [
                {
                    "line": step.line,
                    "stage": step.stage,
                    "instruction": step.instruction,
                    "image": step.image,
                    "layer": step.layer,
                    "fidelity": step.fidelity,
                }
                for step in about.steps
            ]
        }
    return parameters


def _dependencies(about: Finished) -> list[dict[str, Any]]:
    """Base images by their manifests, and what stood for downloads."""
    workshop = about.workshop
    found = []
    for name, image in workshop.sources.used_images():
        manifest = manifest_digest(workshop.store, image.id) or image.id
        dependency: dict[str, Any] = {
            "uri": _uri(name, image.id, f"{image.config.os}/{image.config.architecture}"),
            "digest": {"sha256": manifest.removeprefix("sha256:")},
        }
        if any(entry.created_by.startswith("catalogue ") for entry in image.config.history):
            dependency["annotations"] = {"minibuild.origin": "catalogue"}  # the real one has another digest
        found.append(dependency)
    for label, digest in workshop.fixture_digests:
        found.append({"uri": label.partition(" ")[2], "digest": {"sha256": digest}})
    return found


def _uri(name: str, image_id: str, platform: str) -> str:
    """An image's package URL; what has no name of its own is named after its ID."""
    try:
        return image_url(name, platform) if not is_digest(name) else f"urn:minibuild:image:{image_id}"
    except ReferenceError:
        return f"urn:minibuild:image:{image_id}"


def _reasons(about: Finished) -> list[str]:
    return [f"line {step.line}: {step.why}" for step in about.steps if step.fidelity != "exact"]


def _invocation(about: Finished, definition: dict[str, Any]) -> str:
    """A name of this very build, which is the same for the same build at the same fixed time."""
    parts = (json.dumps(definition, sort_keys=True), about.image.id, str(about.began), str(about.ended))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:25]
