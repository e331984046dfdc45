"""The syntax tree of a Dockerfile: one frozen class per instruction.

Words that a build expands (image names, paths, values) stay as they are written, quotes and variables
included; `flags` are the one exception: their quotes and escapes are undone, as BuildKit does. Lines and
columns count from 1.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Literal

from minibuild.dockerfile.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

Form = Literal["shell", "exec"]
Dialect = Literal["strict", "docker"]

_LEADING_TABS = re.compile(r"^\t+", re.MULTILINE)


class Heredoc(Record):
    """A here-document: `<<NAME` and the lines up to `NAME`.

    `data` is the text as it stands in the file; `chomp` tells that it was opened by `<<-`; `expand` that no
    part of its name was quoted; `fd` is the number before `<<`, 0 without one.
    """

    name: str
    data: str
    expand: bool = True
    chomp: bool = False
    fd: int = 0

    @property
    def content(self) -> str:
        """The text that the document stands for: with `<<-` leading tabs of each line are removed."""
        return _LEADING_TABS.sub("", self.data) if self.chomp else self.data


class Mount(Record):
    """One `RUN --mount`. Its words are unexpanded and unchecked: `mounts.expand_mount` gives the checked,
    expanded one.

    `text` is the flag's value as written. `mode`, `uid`, `gid` and `size` (bytes) are None unless given as
    numbers.
    """

    text: str
    type: str = "bind"
    target: str = ""
    source: str = ""
    from_: str = ""
    id: str = ""
    read_only: bool = True
    required: bool = False
    env: str = ""
    sharing: str = ""
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    size: int | None = None


class Device(Record):
    """One `RUN --device`: a CDI device name and whether the build fails without it."""

    name: str
    required: bool = False


class Instruction(Record):
    """What every instruction has.

    `args` are its words after the flags, in the shape that BuildKit gives them (ENV: key, value, key, value
    …; shell form: one text). `form` is "exec" for a JSON array, "shell" for a command's text, None where
    there are no forms. `column` is where the keyword starts, `written` the keyword as it is spelt. `original`
    is the instruction's text with its continuation lines joined. `comments` are the comment lines right
    above, without `#`.
    """

    flags: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    form: Form | None = None
    start_line: int = 0
    end_line: int = 0
    column: int = 1
    written: str = ""
    original: str = ""
    heredocs: tuple[Heredoc, ...] = ()
    comments: tuple[str, ...] = ()

    keyword: ClassVar[str] = ""

    @property
    def text(self) -> str:
        """The only argument of instructions that take the rest of the line, "" when it is missing."""
        return self.args[0] if self.args else ""


class From(Instruction):
    """`FROM [--platform=P] image [AS name]`: a stage starts. `name` is in lower case, "" without `AS`."""

    image: str = ""
    platform: str = ""
    name: str = ""

    keyword: ClassVar[str] = "FROM"


class Run(Instruction):
    """`RUN command` or `RUN ["program", "argument"]`.

    `is_heredoc_only` tells that the command is one here-document and nothing else: its content is then the
    script.
    """

    mounts: tuple[Mount, ...] = ()
    network: str = "default"
    security: str = "sandbox"
    devices: tuple[Device, ...] = ()
    is_heredoc_only: bool = False

    keyword: ClassVar[str] = "RUN"

    @property
    def command(self) -> str:
        """The text for the shell; "" in exec form."""
        return self.text if self.form == "shell" else ""


class Copy(Instruction):
    """`COPY [flags] source … destination`.

    `sources` are paths; here-documents among the sources are in `documents`.
    """

    sources: tuple[str, ...] = ()
    destination: str = ""
    documents: tuple[Heredoc, ...] = ()
    from_: str = ""
    chown: str = ""
    chmod: str = ""
    link: bool = False
    parents: bool = False
    exclude: tuple[str, ...] = ()

    keyword: ClassVar[str] = "COPY"


class Add(Copy):
    """`ADD [flags] source … destination`.

    `unpack` is None when the flag is absent: the default depends on the source.
    """

    checksum: str = ""
    keep_git_dir: bool | None = None
    unpack: bool | None = None

    keyword: ClassVar[str] = "ADD"


class Env(Instruction):
    """`ENV KEY=value …` or the old `ENV KEY value`."""

    keyword: ClassVar[str] = "ENV"

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(key, value) in the order of the text."""
        return tuple(zip(self.args[::2], self.args[1::2], strict=True))


class Label(Env):
    """`LABEL key=value …`."""

    keyword: ClassVar[str] = "LABEL"


class Arg(Instruction):
    """`ARG NAME[=default] …`."""

    keyword: ClassVar[str] = "ARG"

    @property
    def items(self) -> tuple[tuple[str, str | None], ...]:
        """(name, default); the default is None when there is no `=`."""
        split = (word.partition("=") for word in self.args)
        return tuple((name, value if equals else None) for name, equals, value in split)


class Cmd(Instruction):
    """`CMD command` or `CMD ["program", "argument"]`."""

    keyword: ClassVar[str] = "CMD"


class Entrypoint(Instruction):
    """`ENTRYPOINT command` or `ENTRYPOINT ["program", "argument"]`."""

    keyword: ClassVar[str] = "ENTRYPOINT"


class Shell(Instruction):
    """`SHELL ["program", "argument"]`."""

    keyword: ClassVar[str] = "SHELL"


class Expose(Instruction):
    """`EXPOSE port[/protocol] …`."""

    keyword: ClassVar[str] = "EXPOSE"

    @property
    def ports(self) -> tuple[str, ...]:
        """The words, sorted as BuildKit does."""
        return tuple(sorted(self.args))


class Volume(Instruction):
    """`VOLUME path …` or `VOLUME ["path"]`."""

    keyword: ClassVar[str] = "VOLUME"

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths without blanks around them."""
        return tuple(path.strip() for path in self.args)


class User(Instruction):
    """`USER name[:group]`."""

    keyword: ClassVar[str] = "USER"

    @property
    def user(self) -> str:
        """The rest of the line."""
        return self.text


class Workdir(Instruction):
    """`WORKDIR path`."""

    keyword: ClassVar[str] = "WORKDIR"

    @property
    def path(self) -> str:
        """The rest of the line."""
        return self.text


class Stopsignal(Instruction):
    """`STOPSIGNAL signal`."""

    keyword: ClassVar[str] = "STOPSIGNAL"

    @property
    def signal(self) -> str:
        """The rest of the line."""
        return self.text


class Healthcheck(Instruction):
    """`HEALTHCHECK [flags] CMD command` or `HEALTHCHECK NONE`.

    Times are nanoseconds; 0 means the engine's default.
    """

    kind: str = "NONE"
    interval: int = 0
    timeout: int = 0
    start_period: int = 0
    start_interval: int = 0
    retries: int = 0

    keyword: ClassVar[str] = "HEALTHCHECK"

    @property
    def command(self) -> tuple[str, ...]:
        """The words of an exec form, or the shell form's text as the only word; empty for NONE."""
        return self.args[1:]


class Onbuild(Instruction):
    """`ONBUILD instruction`: kept for builds that start FROM this image.

    `trigger` is the inner instruction's text with its here-documents. `inner` is that instruction, or None
    when it would not be accepted: it is checked only when it is triggered.
    """

    trigger: str = ""
    inner: Instruction | None = None

    keyword: ClassVar[str] = "ONBUILD"

    @property
    def text(self) -> str:
        """The trigger's text."""
        return self.trigger


class Maintainer(Instruction):
    """`MAINTAINER name`, deprecated."""

    keyword: ClassVar[str] = "MAINTAINER"

    @property
    def name(self) -> str:
        """The rest of the line."""
        return self.text


class Stage(Record):
    """One FROM and the instructions up to the next one. `number` counts from 0."""

    number: int
    from_: From
    instructions: tuple[Instruction, ...]

    @property
    def name(self) -> str:
        """The stage's name in lower case, "" when it has none."""
        return self.from_.name


class Dockerfile(Record):
    """A parsed Dockerfile.

    `directives` are the parser directives that take effect (`syntax`, `check`, `escape`), `escape` is the
    escape character, `warnings` are complete sentences.
    """

    instructions: tuple[Instruction, ...]
    directives: Mapping[str, str] = {}
    escape: str = "\\"
    warnings: tuple[str, ...] = ()

    @property
    def meta_args(self) -> tuple[Arg, ...]:
        """The ARGs before the first FROM."""
        found = []
        for instruction in self.instructions:
            if not isinstance(instruction, Arg):
                break
            found.append(instruction)
        return tuple(found)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages in the order of the text."""
        starts = [i for i, instruction in enumerate(self.instructions) if isinstance(instruction, From)]
        stages = []
        ends = [*starts, len(self.instructions)][1:]
        for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
            from_ = self.instructions[start]
            assert isinstance(from_, From)
            stages.append(Stage(number, from_, self.instructions[start + 1 : end]))
        return tuple(stages)


INSTRUCTIONS: Mapping[str, type[Instruction]] = {
    cls.keyword: cls
    for cls in (
        Add,
        Arg,
        Cmd,
        Copy,
        Entrypoint,
        Env,
        Expose,
        From,
        Healthcheck,
        Label,
        Maintainer,
        Onbuild,
        Run,
        Shell,
        Stopsignal,
        User,
        Volume,
        Workdir,
    )
}
