"""What a COPY saw of the context, kept so that an unchanged context costs one look at each file and nothing
else.

A sighting holds the digest that a selection had, and the state of every entry of every directory that was
looked into to find it. As long as all states are the same, so is the digest; names, modes, sizes, times and
inodes tell, as in git's index.
"""

import marshal
import os
import stat
import time

from minibuild.build.cache import digest_parts
from minibuild.build.context import Context, Sight, State, state
from minibuild.store import Store
from minibuild.store.stat_cache import is_settled

_KIND = "sighting"
_FORMAT = "2"


def sighting_key(context: Context, words: tuple[str, ...]) -> str:
    """The key of what `words` select in `context`, under its ignore file."""
    ignored = context.ignore.patterns if context.ignore is not None else ()
    return digest_parts((_FORMAT, context.base, *ignored, "", *words))


def recall_sighting(store: Store, key: str, context: Context) -> str | None:
    """The digest of the last sighting, if everything that was seen is still the same."""
    raw = store.document_get(_KIND, key)
    if raw is None:
        return None
    digest, sights = marshal.loads(raw)
    for relative, (whole, states) in sights.items():
        path = context.host_path(relative)
        if not (_all_same(path, states) if whole else _these_same(path, states)):
            return None
    return str(digest)


def keep_sighting(store: Store, key: str, digest: str, seen: dict[str, Sight], started: int) -> None:
    """Keep what was seen since `started` (ns), unless a file changed so shortly before that it may change
    unnoticed.
    """
    for sight in seen.values():
        for one in sight.states.values():
            if isinstance(one, tuple) and len(one) > 1 and not is_settled(one[2], one[3], started):
                return
    sights = {path: tuple(sight) for path, sight in seen.items()}
    store.document_put(_KIND, key, marshal.dumps((digest, sights)))


def _all_same(path: str, states: dict[str, State]) -> bool:
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


def _these_same(path: str, states: dict[str, State]) -> bool:
    for name, known in states.items():
        try:
            status = os.lstat(f"{path}{os.sep}{name}")
        except FileNotFoundError:
            if known is not None:
                return False
        except OSError:
            return False
        else:
            if known is None:
                return False
            if isinstance(known, bool):
                if stat.S_ISDIR(status.st_mode) is not known:
                    return False
            elif state(status) != known:
                return False
    return True


def now() -> int:
    """The time (ns) before a look at the context."""
    return time.time_ns()
