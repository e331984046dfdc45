"""From a Compose file to a project."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from minibuild.compose.document import Document, Where, read_document
from minibuild.compose.errors import ComposeError
from minibuild.compose.interpolation import read_variables
from minibuild.compose.model import File, Network
from minibuild.compose.order import start_order
from minibuild.compose.project import CONDITIONS, Project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")


def read_project(
    file: str | None,
    name: str = "",
    profiles: Iterable[str] = (),
    environment: Mapping[str, str] = os.environ,
) -> Project:
    """The project of a Compose file (None: the usual one in the working directory). Raise `ComposeError`."""
    path = Path(file or _usual(Path()))
    directory = path.absolute().parent
    known = {key: value or "" for key, value in read_variables(directory / ".env", required=False).items()}
    variables = {**known, **environment}
    document = read_document(str(path), variables)
    content = _validated(document)
    _warn_of_unknown(document, content, ())
    chosen = name or variables.get("COMPOSE_PROJECT_NAME", "") or content.name or _plain(directory.name)
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", chosen):
        raise ComposeError(
            f"invalid project name {chosen!r}",
            hint="lower-case letters, digits, - and _, a letter or digit first; -p gives another name",
        )
    wanted = {*profiles, *variables.get("COMPOSE_PROFILES", "").split(",")} - {""}
    project = Project(
        chosen,
        directory,
        content.services,
        {**content.networks, "default": content.networks.get("default", Network())},
        content.volumes,
        content.secrets,
        frozenset(wanted),
        tuple(document.warnings),
        variables,
    )
    _check(document, project)
    return project


def _usual(directory: Path) -> str:
    for name in NAMES:
        if (directory / name).is_file():
            return name
    raise ComposeError("no configuration file provided: not found", hint=f"-f names one; usual: {NAMES[0]}")


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9_-]", "", text.lower()).lstrip("_-")


def _validated(document: Document) -> File:
    try:
        return File.model_validate(document.content)
    except ValidationError as error:
        first = error.errors()[0]
        where: Where = tuple(first["loc"])
        known = [word for word in where if not isinstance(word, str) or not word.startswith("function-")]
        message = first["msg"].removeprefix("Value error, ")
        text = f"{message[:1].lower()}{message[1:]}"
        raise document.error(f"{'.'.join(map(str, known))}: {text}", where) from None


def _warn_of_unknown(document: Document, part: BaseModel, where: Where) -> None:
    for key in part.model_extra or {}:
        if not key.startswith("x-"):
            name = ".".join(map(str, (*where, key)))
            document.warn(f"{name}: this key is not known, and has no effect", (*where, key))
    for field in type(part).model_fields:
        for inner, value in _parts(getattr(part, field), (*where, field)):
            _warn_of_unknown(document, value, inner)


def _parts(value: Any, where: Where) -> Iterator[tuple[Where, BaseModel]]:
    if isinstance(value, BaseModel):
        yield where, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _parts(one, (*where, key))
    elif isinstance(value, tuple):
        for index, one in enumerate(value):
            yield from _parts(one, (*where, index))


def _check(document: Document, project: Project) -> None:
    """What is named must be there. Raise `ComposeError`."""
    for name, service in project.services.items():
        where: Where = ("services", name)

        def fail(what: str, *inner: str | int, _where: Where = where, _name: str = name) -> ComposeError:
            return document.error(f'service "{_name}" {what}: invalid compose project', (*_where, *inner))

        if not service.image and service.build is None:
            raise fail("has neither an image nor a build context specified")
        for network in service.networks:
            if network not in project.networks:
                raise fail(f"refers to undefined network {network}", "networks", network)
        for index, mount in enumerate(service.volumes):
            if mount.type == "volume" and mount.source and mount.source not in project.volumes:
                raise fail(f"refers to undefined volume {mount.source}", "volumes", index)
        for index, secret in enumerate(service.secrets):
            if secret.source not in project.secrets:
                raise fail(f"refers to undefined secret {secret.source}", "secrets", index)
        for other, dependency in service.depends_on.items():
            if other not in project.services:
                raise fail(f'depends on undefined service "{other}"', "depends_on", other)
            if dependency.condition not in CONDITIONS:
                raise fail(f"waits for {dependency.condition}, which is no condition", "depends_on", other)
    try:
        start_order(project.services)
    except ComposeError as error:
        raise document.error(error.message, ("services",)) from None
