"""Build cache keys: from content, never from times.

A step that may change files has a key made of the identity of the file system it starts from and of
everything its result depends on. The same key therefore means the same layer, whatever the configuration
around it says: a changed LABEL does not run a later RUN again, and a stage whose bytes are equal keeps what
is copied from it.
"""

import hashlib
from collections.abc import Iterable

# Raised when a key's inputs or a step's effect change their meaning: old entries are then simply not found.
_GENERATION = "1"


def digest_parts(parts: Iterable[str]) -> str:
    """64 hex digits over a sequence of texts; lengths are part of it, so that no two sequences are taken for
    the same.
    """
    state = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogateescape")
        state.update(b"%d:" % len(data))
        state.update(data)
    return state.hexdigest()


def step_key(files: str, inputs: Iterable[str]) -> str:
    """The cache key of a step with `inputs` on a file system with the identity `files`."""
    return digest_parts((_GENERATION, files, *inputs))
