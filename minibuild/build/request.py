"""What a build is asked to do, and what it gives back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple


class Output(NamedTuple):
    """One `--output`: `type` is oci, docker, tar or local; `destination` a path, or "-" for standard
    output.
    """

    type: str
    destination: str
    options: Mapping[str, str] = {}


class Secret(NamedTuple):
    """One `--secret`: its value comes from the host file `source` or the environment variable `variable`."""

    source: str = ""
    variable: str = ""


class Attestation(NamedTuple):
    """One `--attest`: `kind` is sbom or provenance; `mode` (min or max) says how much provenance tells,
    `builder` what it names as the builder.
    """

    kind: str
    mode: str = "min"
    builder: str = ""


class BuildRequest(NamedTuple):
    """All that decides a build.

    `context` is a directory, or None for an empty context. `dockerfile` is the Dockerfile's path (default:
    `Dockerfile` in the context); `text` is its content when it does not come from a file (standard input).
    `source_date_epoch` (seconds) fixes every time that the build writes. `explain` asks for an event that
    says why a step is not found in the cache. Unless `keep_steps` only the last image is kept, not those that
    the steps before it made. `attestations` go into outputs of type oci. `jobs` is 1 for a build that is not
    to share independent stages among processes. `allow` are the entitlements that RUN may ask for; `network`
    is `none` when a RUN that says nothing is to have no network.
    """

    context: Path | None
    dockerfile: Path | None = None
    text: str | None = None
    dialect: str = "strict"
    fidelity: str = "modelled"
    build_args: Mapping[str, str] = {}
    target: str = ""
    no_cache: bool = False
    no_cache_filter: tuple[str, ...] = ()
    build_contexts: Mapping[str, str] = {}
    secrets: Mapping[str, Secret] = {}
    tags: tuple[str, ...] = ()
    outputs: tuple[Output, ...] = ()
    platform: str = "linux/amd64"
    source_date_epoch: int | None = None
    fixtures: Mapping[str, str] = {}
    hosts: Mapping[str, str] = {}
    labels: Mapping[str, str] = {}
    explain: bool = False
    keep_steps: bool = True
    attestations: tuple[Attestation, ...] = ()
    jobs: int = 0
    allow: tuple[str, ...] = ()
    network: str = "default"


class StepRecord(NamedTuple):
    """One instruction as it was built; a row of `minibuild.steps` in the metadata file.

    `key` is its cache key, "" for FROM; `stage` its stage's name or number. `miss` says why the cache had
    nothing for it: `absent`, `layer` (its layer is gone), `fidelity` (it is less faithful than asked for),
    `no-cache`; "" when it had.
    """

    line: int
    instruction: str
    image: str
    layer: str | None
    fidelity: str
    why: str
    cached: bool
    seconds: float
    key: str = ""
    stage: str = ""
    miss: str = ""


class BuildResult(NamedTuple):
    """A finished build: the image ID, the names given to it and its steps in the order of the Dockerfile.

    `build` is the ID under which the store remembers it. `descriptor` is the OCI descriptor of the
    image's manifest as the first archive among the outputs holds it; empty when there was none.
    """

    image: str
    names: tuple[str, ...]
    steps: tuple[StepRecord, ...]
    fidelity: str
    seconds: float
    descriptor: Mapping[str, Any] = {}
    build: str = ""

    @property
    def manifest(self) -> str:
        """The digest of that manifest, or ""."""
        return str(self.descriptor.get("digest", ""))

    @property
    def manifest_size(self) -> int:
        """The bytes of that manifest, or 0."""
        return int(self.descriptor.get("size", 0))
