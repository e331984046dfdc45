"""Files and directories of which only the name is known: what `--fidelity assume` puts in the place of what
is missing.
"""

import posixpath

from minibuild.filesystem import OPAQUE_ATTRIBUTE, Directory, File, Node, OpaqueContent

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


def opaque_file(origin: str, mode: int = 0o644) -> File:
    """A file whose bytes are not known; `origin` says whose they would be."""
    return File(mode=mode, content=OpaqueContent(origin))


def opaque_directory(origin: str) -> Directory:
    """A directory in which any name may exist."""
    return Directory(xattrs={OPAQUE_ATTRIBUTE: origin.encode("utf-8", "surrogateescape")})


def opaque_source(path: str, where: str) -> Node:
    """What stands for a source that is missing: a directory or a file, as far as its name tells."""
    name = posixpath.basename(path.rstrip("/"))
    origin = f"content of {path.strip('/')}, which is missing in {where}"
    is_file = "." in name.lstrip(".") or name.startswith(".") or name[:1].isupper() or name in _FILES
    if path.endswith("/") or not is_file:
        return opaque_directory(origin)
    return opaque_file(origin, 0o755 if name.endswith(".sh") or name in _FILES else 0o644)


def why_opaque(node: Node) -> str:
    """Why nothing more is known of a node, or ""."""
    if isinstance(node, File) and isinstance(node.content, OpaqueContent):
        return f"the {node.content.origin} is not known"
    value = (node.xattrs or {}).get(OPAQUE_ATTRIBUTE)
    return f"the {value.decode('utf-8', 'surrogateescape')} is not known" if value is not None else ""
