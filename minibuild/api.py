"""Building from Python: `minibuild.build_image`."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from minibuild.build.building import build
from minibuild.build.outputs import parse_output
from minibuild.build.request import Attestation, BuildRequest, BuildResult, Output, Secret
from minibuild.errors import UsageError
from minibuild.store import Store
from minibuild.store.location import default_root

if TYPE_CHECKING:
    from minibuild.build.events import Event, Listener

_CHOICES = {"fidelity": ("exact", "modelled", "assume"), "dialect": ("strict", "docker")}
AnyPath = str | os.PathLike[str]


class BuildOptions(TypedDict, total=False):
    """What is seldom given: see `minibuild build --help`, whose options have the same names.

    `text` is a Dockerfile's text, in place of a file. `platform` is OS/ARCH. `secrets` maps names to `Secret`
    values, `fixtures` URLs to files, `hosts` names to addresses, `build_contexts` names to directories or
    `docker-image://NAME`. `source_date_epoch` is in seconds. `explain` asks for `StepExplained` events.
    `attestations` are `Attestation` values.
    """

    text: str
    dialect: str
    platform: str
    no_cache: bool
    no_cache_filter: tuple[str, ...]
    build_contexts: Mapping[str, str]
    secrets: Mapping[str, Secret]
    fixtures: Mapping[str, str]
    hosts: Mapping[str, str]
    labels: Mapping[str, str]
    source_date_epoch: int
    explain: bool
    keep_steps: bool
    attestations: tuple[Attestation, ...]


def build_image(
    context: AnyPath | None,
    *,
    dockerfile: AnyPath | None = None,
    tags: Iterable[str] = (),
    build_args: Mapping[str, str] | None = None,
    target: str = "",
    fidelity: str = "modelled",
    root: AnyPath | None = None,
    listen: "Listener | None" = None,
    outputs: Iterable[str | Output] = (),
    **options: Unpack[BuildOptions],
) -> BuildResult:
    """Build an image from a Dockerfile and the files of the directory `context` (None: there are none).

    `root` is the store's directory (by default the command line's). `listen` is called with each event of
    `minibuild.build.events` as it happens. `outputs` are written as `--output` says. Raise `MinibuildError`,
    with place and hint, when the build fails; `UsageError`, one of these, for arguments that make no sense.
    """
    request = BuildRequest(
        context=_directory(context),
        dockerfile=Path(dockerfile) if dockerfile is not None else None,
        tags=_tags(tags),
        build_args=dict(build_args or {}),
        target=target,
        fidelity=fidelity,
        outputs=tuple(parse_output(one) if isinstance(one, str) else one for one in outputs),
    )
    unknown = options.keys() - BuildOptions.__annotations__.keys()
    if unknown:
        raise UsageError(f"build_image() has no option {min(unknown)!r}")
    request = request._replace(**options)
    for name, known in _CHOICES.items():
        if getattr(request, name) not in known:
            raise UsageError(f"{name} {getattr(request, name)!r} is not one of {', '.join(known)}")
    from minibuild.report.kept_fidelity import FidelityKeeper  # so that `history --fidelity` knows it, too

    with Store.open(default_root(os.fspath(root) if root is not None else None)) as store:
        return build(request, store, FidelityKeeper(store, listen or _ignore))


def _ignore(event: "Event") -> None:
    """Listen to nothing."""


def _directory(context: AnyPath | None) -> Path | None:
    if context is None:
        return None
    path = Path(context)
    if not path.is_dir():
        raise UsageError(f"{path}: there is no such directory", hint="the context is a directory, or None")
    return path


def _tags(tags: Iterable[str]) -> tuple[str, ...]:
    if isinstance(tags, str):
        raise UsageError(f"tags={tags!r}: a list of names was expected", hint=f"write tags=[{tags!r}]")
    from minibuild.image.reference import ReferenceError, parse_reference  # noqa: A004  a field's word

    names = tuple(tags)
    for name in names:
        try:
            parse_reference(name)
        except ReferenceError as error:
            raise UsageError(f"tag {name!r}: {error}", hint="a name looks like team/app:1.0") from None
    return names
