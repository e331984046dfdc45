"""Which ignore file belongs to a Dockerfile."""

from __future__ import annotations

from pathlib import Path


def ignore_file(path: str, context: Path | None) -> Path | None:
    """`NAME.dockerignore` beside the Dockerfile, else the context's .dockerignore; None without either."""
    if context is None:
        return None
    own = Path(path + ".dockerignore")
    if own.is_file():
        return own
    shared = context / ".dockerignore"
    return shared if shared.is_file() else None
