"""The container of a recorded step, before or after it, with what a RUN at that place has."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from minibuild.build.scope import environment_values
from minibuild.container.execution import Container
from minibuild.container.session import Seat
from minibuild.errors import MinibuildError
from minibuild.filesystem import FileSystem
from minibuild.report.image_names import find_image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.image.config import ImageConfig
    from minibuild.report.replaying import Played
    from minibuild.store import Store


_LATER = "The environment, user and directory are those of the finished image: earlier ones are not known."


class Place(NamedTuple):
    """A container as a step found or left it, who is where in it, and what has to be said about that."""

    container: Container
    seat: Seat
    remark: str = ""


def replayed_container(
    store: Store, steps: Sequence[Played], number: int, word: str, *, before: bool
) -> Place:
    """The container of step `number` (from 1) of what `word` means. Raise `MinibuildError` when nobody knows
    it.
    """
    step = steps[number - 1]
    name = f"step {number}"
    if step.verdict == "unreached" or (step.verdict == "base" and before):
        why = "was not reached" if step.verdict == "unreached" else "is a FROM, before which is nothing"
        raise MinibuildError(f"{name} {why}", hint="`minibuild replay` shows the steps")
    if step.verdict == "failed" and not before:
        raise MinibuildError(
            f"{name} failed: what it left was not kept",
            hint="--before opens the container that it ran in; `build --break on-error` stops at the failure",
        )
    image = step.before if before else step.after
    if not step.stage and not image:
        return _of_history(store, find_image(store, word), number - before)
    arguments = _arguments(store, steps, number - before, step.stage)
    if not image and (before or step.verdict == "base"):  # only scratch has no ID
        return Place(_container(store, (), ""), Seat(environment=arguments))
    if not image or not store.image_exists(image):
        raise MinibuildError(f"the image of {name} was not kept", hint="build with --keep-steps")
    config = store.image(image)
    return Place(_container(store, config.diff_ids, image), _seat(config, arguments))


def _of_history(store: Store, image: str, height: int) -> Place:
    """What is known of a foreign image: the layers, not the configuration on the way."""
    config = store.image(image)
    layers = sum(not entry.empty_layer for entry in config.history[:height])
    remark = "" if height == len(config.history) else _LATER
    return Place(_container(store, config.diff_ids[:layers], image), _seat(config, {}), remark)


def _container(store: Store, diff_ids: tuple[str, ...], image: str) -> Container:
    partial = bool(image) and store.memo_get(f"partial:{image}") is not None
    filesystem = FileSystem(store.layer_filesystem(diff_ids))
    return Container(filesystem, now=time.time_ns(), seed=image, partial=partial)


def _seat(config: ImageConfig, arguments: dict[str, str]) -> Seat:
    runtime = config.config
    environment = {**environment_values(runtime.env), **arguments}
    shell = (runtime.shell or ("/bin/sh",))[:1]
    return Seat(shell, environment, runtime.user, runtime.working_dir or "/")


def _arguments(store: Store, steps: Sequence[Played], height: int, stage: str) -> dict[str, str]:
    """The ARGs of the stage in force after `height` steps, as far as they are known: what a RUN of the stage
    had, else what the text says.
    """
    declared: dict[str, str] = {}
    for step in (one for one in steps[:height] if one.stage == stage):
        keyword, _, rest = step.text.partition(" ")
        words = [(word.partition("=")[0], word.partition("=")[2].strip("'\"")) for word in rest.split()]
        if keyword == "ARG":
            declared.update(words)
        elif keyword == "ENV":  # the later of both wins
            for name, _ in words:
                declared.pop(name, None)
    if not declared:
        return {}
    runs = [one for one in steps if one.stage == stage and one.key and one.text.startswith("RUN")]
    for step in sorted(runs, key=lambda one: abs(one.number - height)):
        found = _inputs(store, step.key)
        if declared.keys() & found.keys():
            return {name: found.get(name, value) for name, value in declared.items()}
    return {name: value for name, value in declared.items() if value and "$" not in value}


def _inputs(store: Store, key: str) -> dict[str, str]:
    """The variables that a RUN had."""
    record = store.cache_get(key)
    inputs = record.data.get("inputs", ()) if record is not None else ()
    return {str(name)[1:]: str(value) for name, value in inputs if str(name).startswith("$")}
