"""Files and directories of which only the name is known: what `--fidelity assume` puts in the place of what
is missing.
"""

import posixpath

from minibuild.filesystem.nodes import Node
from minibuild.filesystem.opaque import opaque_directory, opaque_file, origin_of

# Files that usually have no extension and no capital letter; any other such name is taken for a directory's.
_FILES = frozenset(
    (
        "gradlew",
        "mvnw",
        "entrypoint",
        "docker-entrypoint",
        "run",
        "start",
        "configure",
        "install",
        "setup",
        "crontab",
    )
)


def opaque_source(path: str, where: str) -> Node:
    """What stands for a source that is missing: a directory or a file, as far as its name tells."""
    name = posixpath.basename(path.rstrip("/"))
    origin = f"content of {path.strip('/')}, which is missing in {where}"
    is_file = "." in name.lstrip(".") or name.startswith(".") or name[:1].isupper() or name in _FILES
    if path.endswith("/") or not is_file:
        return opaque_directory(origin)
    return opaque_file(origin, mode=0o755 if name.endswith(".sh") or name in _FILES else 0o644)


def why_opaque(node: Node) -> str:
    """Why nothing more is known of a node, or ""."""
    origin = origin_of(node)
    return f"the {origin} is not known" if origin else ""
