"""What an instruction does once every word of it is expanded, and where it stands."""

from typing import TYPE_CHECKING, NamedTuple

from minibuild.image.config import ContainerConfig

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.build.container import StepContainer
    from minibuild.build.images import StageImage
    from minibuild.build.scope import Scope
    from minibuild.build.workshop import Workshop


class Situation(NamedTuple):
    """Where an instruction stands: the image committed last, the variables in force, the build's means.

    `escape` is the Dockerfile's escape character. `cmd_set` tells whether a CMD has already stood in this
    stage.
    """

    image: "StageImage"
    scope: "Scope"
    workshop: "Workshop"
    stage: int
    escape: str
    cmd_set: bool = False

    @property
    def config(self) -> ContainerConfig:
        """The configuration that the instruction finds."""
        return self.image.runtime

    @property
    def shell(self) -> tuple[str, ...]:
        """The words before the text of a shell form."""
        return self.image.runtime.shell or ("/bin/sh", "-c")


# What a step depends on: (what it is, its value or digest).
Inputs = tuple[tuple[str, str], ...]


class Action(NamedTuple):
    """One instruction, ready to be replayed.

    `created_by` is its history text as docker's classic builder writes it, `config` the configuration after
    it. `modify` changes the container's files; what that depends on, besides the file system it starts from,
    are the `inputs` of its cache key. Both are None for an instruction that only sets metadata.
    """

    created_by: str
    config: ContainerConfig
    inputs: Inputs | None = None
    modify: "Callable[[StepContainer], None] | None" = None
    author: str = ""


def nop(shell: tuple[str, ...], text: str) -> str:
    """A history text for an instruction that runs nothing: `/bin/sh -c #(nop)  ENV A=b`."""
    return " ".join(shell) + " #(nop) " + text


def go_list(words: tuple[str, ...] | list[str]) -> str:
    """Words as Go prints a slice: `[a b]`."""
    return "[" + " ".join(words) + "]"


def go_quoted_list(words: tuple[str, ...]) -> str:
    """Words as Go prints a slice of quoted strings: `["a" "b"]`."""
    return "[" + " ".join(go_quote(word) for word in words) + "]"


def go_quote(text: str) -> str:
    """A double-quoted Go string literal."""
    named = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return (
        '"' + "".join(named.get(c, c if c >= " " and c != "\x7f" else f"\\x{ord(c):02x}") for c in text) + '"'
    )
