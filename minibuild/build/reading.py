"""Reading the Dockerfile; its parsed form is kept in the store by the digest of its text."""

import hashlib
from pathlib import Path
from typing import Literal, cast

from minibuild.build.errors import BuildError, DockerfileText
from minibuild.build.request import BuildRequest
from minibuild.dockerfile.nodes import Dockerfile
from minibuild.dockerfile.serialise import FORMAT, dump, load
from minibuild.dockerfile.text import read_source
from minibuild.store import Store


def read_dockerfile(request: BuildRequest, store: Store) -> tuple[Dockerfile, DockerfileText]:
    """The parsed Dockerfile, and its text for errors."""
    text, path = _text(request)
    if not text.strip():
        raise BuildError(f"the Dockerfile ({path}) cannot be empty", hint="begin with `FROM image`")
    key = hashlib.sha256(
        f"{FORMAT}\0{request.dialect}\0{path}\0{text}".encode("utf-8", "surrogateescape")
    ).hexdigest()
    known = store.document_get("dockerfile", key)
    if known is not None:
        return load(known), DockerfileText(path, text)
    from minibuild.dockerfile import parse  # the grammar is loaded only for a text that was not seen before

    dockerfile = parse(text, dialect=cast("Literal['strict', 'docker']", request.dialect), filename=path)
    store.document_put("dockerfile", key, dump(dockerfile))
    return dockerfile, DockerfileText(path, text)


def _text(request: BuildRequest) -> tuple[str, str]:
    if request.text is not None:
        return request.text, "Dockerfile"
    file = request.dockerfile
    if file is None:
        if request.context is None:
            raise BuildError("there is no Dockerfile: neither a file nor a context was given")
        file = request.context / "Dockerfile"
    path = _shown(file)
    try:
        # What the user names may be a pipe; what comes with a context must not make the build wait.
        return read_source(file, path, regular=request.dockerfile is None), path
    except FileNotFoundError:
        raise BuildError(
            f"{path}: there is no such Dockerfile",
            hint="name another file with -f, or give a directory that holds a Dockerfile",
        ) from None
    except IsADirectoryError:
        raise BuildError(f"{path} is a directory, not a Dockerfile") from None
    except OSError as error:
        raise BuildError(f"can't read {path}: {error.strerror}") from None


def _shown(file: Path) -> str:
    """The path as people know it: relative to the working directory when the file is below it."""
    try:
        return file.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError, RuntimeError):  # a loop of links is a RuntimeError before Python 3.13
        return file.as_posix()
