"""Image names: `alpine`, `alpine:3.20`, `registry.example:5000/team/app@sha256:…`
(distribution/reference)."""

import re
from typing import NamedTuple

_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REPOSITORY = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*\Z")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")
_REGISTRY = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::[0-9]+)?\Z")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
_DEFAULT_REGISTRY = "docker.io"


class ReferenceError(ValueError):  # noqa: A001  the field's own word; the builtin is about weak references
    """A text that is no image name; the message says why."""


class Reference(NamedTuple):
    """A name in its parts. `repository` has no registry; `tag` is "" when only a digest is given."""

    registry: str
    repository: str
    tag: str
    digest: str

    @property
    def familiar(self) -> str:
        """The name as people write it: `alpine:3.20`, without docker.io and library."""
        name = self.repository
        if self.registry != _DEFAULT_REGISTRY:
            name = f"{self.registry}/{name}"
        else:
            name = name.removeprefix("library/")
        return name + self._suffix

    @property
    def canonical(self) -> str:
        """The name in full: `docker.io/library/alpine:3.20`."""
        return f"{self.registry}/{self.repository}{self._suffix}"

    @property
    def _suffix(self) -> str:
        return (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


def parse_reference(text: str) -> Reference:
    """Read an image name; the tag is `latest` when neither tag nor digest is given. Raise
    `ReferenceError`."""
    rest, at, digest = text.partition("@")
    if at and not _DIGEST.match(digest):
        raise ReferenceError(f"{digest!r} is no sha256 digest")
    head, colon, tag = rest.rpartition(":")
    if colon and "/" not in tag:
        rest = head
        if not _TAG.match(tag):
            raise ReferenceError(f"{tag!r} is no tag")
    else:
        tag = ""
    first, slash, remainder = rest.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost" or first != first.lower()):
        registry, repository = first, remainder
        if not _REGISTRY.match(registry):
            raise ReferenceError(f"{registry!r} is no registry")
    else:
        registry, repository = _DEFAULT_REGISTRY, rest
    if registry in ("docker.io", "index.docker.io"):
        registry = _DEFAULT_REGISTRY
        if "/" not in repository:
            repository = "library/" + repository
    if not _REPOSITORY.match(repository):
        if _REPOSITORY.match(repository.lower()):
            raise ReferenceError("a repository's name must be lower case")
        raise ReferenceError("a name has lower-case letters, digits and separators")
    if len(repository) > 255:
        raise ReferenceError("the name is longer than 255 characters")
    return Reference(registry, repository, tag or ("" if digest else "latest"), digest)
