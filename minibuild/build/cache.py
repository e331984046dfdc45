"""Build cache keys: from content, never from times.

A step that may change files has a key made of the identity of the file system it starts from and of
everything its result depends on. The same key therefore means the same layer, whatever the configuration
around it says: a changed LABEL does not run a later RUN again, and a stage whose bytes are equal keeps what
is copied from it.
"""

import hashlib
from collections.abc import Iterable

# Raised when a key's inputs or a step's effect change their meaning: old entries are then simply not found.
_GENERATION = "2"


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


def step_key(inputs: Iterable[tuple[str, str]]) -> str:
    """The cache key of a step with these inputs, the identity of the files that it starts from among them."""
    return digest_parts((_GENERATION, *(part for pair in inputs for part in pair)))
