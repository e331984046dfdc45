"""One module per instruction: each says what its instruction does.

FROM has none: a stage's base is the plan's business.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.build.action import Action


def resolver(keyword: str) -> "Callable[[Any, Any], Action]":
    """The function from a parsed instruction and the situation it stands in to what it does.

    The first parameter's type goes with the keyword, which a type can't say. A module is imported when its
    instruction is met.
    """
    module = import_module(f"minibuild.build.steps.{keyword.lower()}")
    return cast("Callable[[Any, Any], Action]", module.resolve)
