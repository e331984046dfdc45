"""The build loop: run, modify, commit, run again (SPEC D5)."""

from collections.abc import Iterator

from minibuild.build.engine import Engine, Step
from minibuild.build.images import StageImage


def replay(steps: Iterator[Step], image: StageImage, engine: Engine) -> StageImage:
    """Replay one stage's instructions on `image`, from top to bottom; the image committed last."""
    for step in steps:
        with engine.announced(step):
            engine.resolve(step, image)
            cached = engine.recall(step, image)
            if cached is not None:
                image = cached
                continue
            container = engine.create(step, image)  # 1, 4  a container from the image committed last
            engine.execute(step, container)  # 2     the instruction modifies it
            image = engine.commit(step, container)  # 3     a content-addressed layer, a new image
    return image
