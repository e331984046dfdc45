"""Why a step of a build was found in the cache, or what exactly made it run again.

A build is compared with the one of the same Dockerfile before it: steps are aligned by their texts, then
what each step depended on is compared, then the files that it copied.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher, unified_diff
from typing import NamedTuple

from minibuild.build.record import BuildRecord, build_of
from minibuild.build.request import StepRecord
from minibuild.filesystem import LayerEntry
from minibuild.store import CacheRecord, Store

_SHOWN_FILES = 10
_SHOWN_LINES = 12
_LONGEST_TEXT = 1 << 20
_NOP = "#(nop) "


class Explanation(NamedTuple):
    """One step: `verdict` is base, cached, made or new; `reasons` are sentences, `details` lines of
    differences.
    """

    step: StepRecord
    verdict: str
    reasons: tuple[str, ...] = ()
    details: tuple[str, ...] = ()


def explain(record: BuildRecord, store: Store) -> list[Explanation]:
    """Every step of a build, in its order."""
    before = build_of(store, record.previous) if record.previous else None
    earlier = _aligned(record.steps, before.steps if before else ())
    found: list[Explanation] = []
    for number, step in enumerate(record.steps):
        old = earlier[number]
        if not step.key:
            found.append(_base(step, old))
        elif step.cached:
            found.append(Explanation(step, "cached"))
        elif step.stage in record.forgotten:
            found.append(Explanation(step, "made", ("the build was asked not to use the cache for it",)))
        elif before is None:
            found.append(Explanation(step, "new", ("no earlier build of this Dockerfile is remembered",)))
        elif old is None:
            found.append(Explanation(step, "new", ("the build before had no such instruction",)))
        else:
            found.append(_Comparison(step, old, found, store).explanation())
    return found


def _aligned(steps: Sequence[StepRecord], earlier: Sequence[StepRecord]) -> list[StepRecord | None]:
    """For each step the one of the earlier build that it corresponds to."""
    found: list[StepRecord | None] = [None] * len(steps)
    texts, old_texts = ([f"{s.stage}\0{s.instruction}" for s in some] for some in (steps, earlier))
    for kind, start, end, old_start, old_end in SequenceMatcher(None, texts, old_texts, False).get_opcodes():
        if kind == "equal":
            found[start:end] = earlier[old_start:old_end]
            continue
        rest = list(earlier[old_start:old_end])
        for number in range(start, end):  # a changed instruction corresponds to one of its kind
            kind_of = steps[number].instruction.split(" ", 1)[0].upper()
            same = next((old for old in rest if old.instruction.upper().startswith(kind_of)), None)
            if same is not None:
                found[number] = same
                del rest[: rest.index(same) + 1]
    return found


def _base(step: StepRecord, old: StepRecord | None) -> Explanation:
    if old is None or old.image == step.image:
        return Explanation(step, "base")
    return Explanation(step, "base", (f"the base is now {_short(step.image)}, it was {_short(old.image)}",))


class _Comparison:
    """One step that was made, beside the step that it corresponds to in the build before."""

    def __init__(self, step: StepRecord, old: StepRecord, above: list[Explanation], store: Store) -> None:
        self.step = step
        self.old = old
        self.above = [one for one in above if one.step.stage == step.stage]
        self.store = store

    def explanation(self) -> Explanation:
        if self.old.key == self.step.key:
            why = "its result was not in the cache any more, or was less exact than asked for"
            return Explanation(self.step, "made", (why,))
        new, old = self._inputs(self.step), self._inputs(self.old)
        if new is None or old is None:
            return Explanation(self.step, "made", ("what it depended on before is not remembered",))
        reasons, details = [], []
        for label in dict.fromkeys((*new, *old)):
            was, now = old.get(label, []), new.get(label, [])
            if was == now or label in ("files before", "image"):
                continue
            if label == "files":
                changes = list(self._changed_files())
                reasons.append(_summary(changes))
                details += [line for change in changes[:_SHOWN_FILES] for line in change]
            else:
                reasons.append(_difference(label, was, now))
        if not reasons:
            reasons.append(self._parent())
        return Explanation(self.step, "made", tuple(reasons), tuple(details))

    def _inputs(self, step: StepRecord) -> dict[str, list[str]] | None:
        cached: CacheRecord | None = self.store.cache_get(step.key)
        if cached is None or "inputs" not in cached.data:
            return None
        found: dict[str, list[str]] = {}
        for label, value in cached.data["inputs"]:
            found.setdefault(label, []).append(value)
        return found

    def _parent(self) -> str:
        for one in reversed(self.above):
            if one.verdict in ("made", "new"):
                return f"line {one.step.line} above it, {_keyword(one.step)}, was made anew"
            if one.verdict == "base" and one.reasons:
                return one.reasons[0]
        return "the image that it starts from is another one"

    def _changed_files(self) -> Iterator[list[str]]:
        """For each file that differs: what happened to it, then a difference of its text."""
        new, old = self._members(self.step), self._members(self.old)
        for path in sorted(new.keys() | old.keys()):
            now, was = new.get(path), old.get(path)
            if was is None:
                yield [f"added {path}"]
            elif now is None:
                yield [f"removed {path}"]
            elif _attributes(now) != _attributes(was):
                yield [f"changed {path}: {_attribute_difference(was, now)}"]
            elif now.kind == "file" and (now.size != was.size or now.content.read() != was.content.read()):
                yield [f"changed {path}", *_text_difference(was, now)]

    def _members(self, step: StepRecord) -> dict[str, LayerEntry]:
        if step.layer is None or not self.store.has_blob(step.layer):
            return {}
        from minibuild.store.layers import layer_entries  # only for steps that copied files

        return {entry.path: entry for entry in layer_entries(self.store, step.layer) if entry.kind != "dir"}


def _attributes(entry: LayerEntry) -> tuple[object, ...]:
    return entry.kind, entry.mode, entry.uid, entry.gid, entry.target


def _attribute_difference(was: LayerEntry, now: LayerEntry) -> str:
    if was.kind != now.kind:
        return f"it was a {was.kind}, it is a {now.kind}"
    if was.target != now.target:
        return f"it pointed to {was.target}, it points to {now.target}"
    if was.mode != now.mode:
        return f"mode {was.mode:04o} became {now.mode:04o}"
    return f"owner {was.uid}:{was.gid} became {now.uid}:{now.gid}"


def _text_difference(was: LayerEntry, now: LayerEntry) -> list[str]:
    if max(was.size, now.size) > _LONGEST_TEXT:
        return [f"  {was.size} bytes became {now.size}"]
    old, new = was.content.read(), now.content.read()
    if b"\0" in old or b"\0" in new:
        return [f"  {was.size} bytes became {now.size}"]
    before, after = (text.decode("utf-8", "replace").splitlines() for text in (old, new))
    difference = list(unified_diff(before, after, n=1, lineterm=""))[2:]
    shown = [f"  {line}" for line in difference[:_SHOWN_LINES]]
    rest = len(difference) - len(shown)
    return [*shown, f"  … {rest} more lines"] if rest else shown


def _summary(changes: list[list[str]]) -> str:
    if not changes:
        return "its files changed"
    first = changes[0][0].partition(":")[0]
    kind, _, path = first.partition(" ")
    more = f" and {len(changes) - 1} more files changed" if len(changes) > 1 else ""
    return f"{path} {'was ' if kind != 'changed' else ''}{kind}{more}"


def _difference(label: str, was: list[str], now: list[str]) -> str:
    names = {"command": "its command", "text": "its text", "script": "its script"}
    subject = names.get(label, label)
    if label in ("command", "text", "script"):
        return f"{subject} changed: {_shortened(' '.join(was))} became {_shortened(' '.join(now))}"
    if not was:
        return f"{subject} is new: {_shortened(' '.join(now))}"
    if not now:
        return f"{subject} is gone, it was {_shortened(' '.join(was))}"
    if len(was[0]) == 64 == len(now[0]):
        return f"what is in {subject} changed"
    return f"{subject} changed from {_shortened(' '.join(was))!r} to {_shortened(' '.join(now))!r}"


def _shortened(text: str) -> str:
    line = " ".join(text.split()).partition(_NOP)[2] or " ".join(text.split())
    return line if len(line) <= 100 else line[:99] + "…"


def _keyword(step: StepRecord) -> str:
    return step.instruction.split(" ", 1)[0]


def _short(image: str) -> str:
    return image.removeprefix("sha256:")[:12] or "scratch"
