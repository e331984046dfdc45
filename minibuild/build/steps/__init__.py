"""One module per instruction: each says what its instruction does.

`RESOLVERS` is the one table: keyword → function from the parsed instruction and the situation it stands in to
an `Action`. FROM is not in it: a stage's base is the plan's business.
"""

from collections.abc import Callable, Mapping
from typing import Any

from minibuild.build.action import Action
from minibuild.build.steps import (
    add,
    arg,
    cmd,
    copy,
    entrypoint,
    env,
    expose,
    healthcheck,
    label,
    maintainer,
    onbuild,
    run,
    shell,
    stopsignal,
    user,
    volume,
    workdir,
)

# The first parameter's type goes with the keyword, which a mapping's type can't say.
RESOLVERS: Mapping[str, Callable[[Any, Any], Action]] = {
    "ADD": add.resolve,
    "ARG": arg.resolve,
    "CMD": cmd.resolve,
    "COPY": copy.resolve,
    "ENTRYPOINT": entrypoint.resolve,
    "ENV": env.resolve,
    "EXPOSE": expose.resolve,
    "HEALTHCHECK": healthcheck.resolve,
    "LABEL": label.resolve,
    "MAINTAINER": maintainer.resolve,
    "ONBUILD": onbuild.resolve,
    "RUN": run.resolve,
    "SHELL": shell.resolve,
    "STOPSIGNAL": stopsignal.resolve,
    "USER": user.resolve,
    "VOLUME": volume.resolve,
    "WORKDIR": workdir.resolve,
}
