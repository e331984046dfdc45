"""What a COPY saw of the context, kept so that an unchanged context costs one look at each file and nothing
else.

A sighting holds the digest that a selection had, and the state of every entry of every directory that was
looked into to find it. As long as all states are the same, so is the digest; names, modes, sizes, times and
inodes tell, as in git's index.
"""

import marshal
import os
import time

from minibuild.build.cache import digest_parts
from minibuild.build.context import Context, State, state
from minibuild.store import Store
from minibuild.store.stat_cache import is_settled

_KIND = "sighting"
_FORMAT = "1"


def sighting_key(context: Context, words: tuple[str, ...]) -> str:
    """The key of what `words` select in `context`, under its ignore file."""
    ignored = context.ignore.patterns if context.ignore is not None else ()
    return digest_parts((_FORMAT, context.base, *ignored, "", *words))


def recall_sighting(store: Store, key: str, context: Context) -> str | None:
    """The digest of the last sighting, if everything that was seen is still the same."""
    raw = store.document_get(_KIND, key)
    if raw is None:
        return None
    digest, directories = marshal.loads(raw)
    for relative, states in directories.items():
        if not _same(context.host_path(relative), states):
            return None
    return str(digest)


def keep_sighting(
    store: Store, key: str, digest: str, seen: dict[str, dict[str, State]], started: int
) -> None:
    """Keep what was seen since `started` (ns), unless a file changed so shortly before that it may change
    unnoticed.
    """
    for states in seen.values():
        for one in states.values():
            if not isinstance(one, bool) and len(one) > 1 and not is_settled(one[2], one[3], started):
                return
    store.document_put(_KIND, key, marshal.dumps((digest, seen)))


def _same(path: str, states: dict[str, State]) -> bool:
    count = 0
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                known = states.get(entry.name)
                if known is None:
                    return False
                count += 1
                if known is True or known is False:
                    if entry.is_dir(follow_symlinks=False) is not known:
                        return False
                elif state(entry.stat(follow_symlinks=False)) != known:
                    return False
    except OSError:
        return False
    return count == len(states)


def now() -> int:
    """The time (ns) before a look at the context."""
    return time.time_ns()
