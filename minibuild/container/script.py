"""Running a shell script in a simulated container: the way in for people who test their scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from minibuild.container.execution import Container
from minibuild.filesystem import FileSystem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Dialect = Literal["ash", "dash", "bash"]
_ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
_START = 1_700_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Result:
    """What a script wrote and how it ended (128 + n when signal n ended its shell).

    `filesystem` is the container's, with the script's changes; `fidelity` is `exact`, `modelled` or
    `assumed`.
    """

    stdout: bytes
    stderr: bytes
    exit_code: int
    filesystem: FileSystem
    fidelity: str
    reasons: tuple[str, ...] = ()


def run_script(
    script: str,
    *,
    filesystem: FileSystem | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    shell_args: Sequence[str] = (),
    user: str | None = None,
    cwd: str = "/",
    dialect: Dialect | None = None,
    fidelity: Literal["exact", "modelled", "assume"] = "modelled",
) -> Result:
    """Run `/bin/sh -c script` in a container around `filesystem` (by default a small one with busybox),
    which it changes.

    `env` is the complete environment; `shell_args` are the words after the script (`$0`, `$1`, …); `user` is
    as in USER. The dialect is that of the container's /bin/sh unless `dialect` says otherwise. The clock
    starts at a fixed time, so the same call gives the same result. Raise `MinibuildError`: `FidelityError`
    for an unknown program,
    `LimitError` for a script that does not end.
    """
    if filesystem is None:
        filesystem = busybox()
    written: dict[int, list[bytes]] = {1: [], 2: []}
    box = Container(
        filesystem,
        now=_START,
        seed=script,
        fidelity_limit=fidelity,
        on_output=lambda descriptor, data: written[descriptor].append(data),
        dialect=dialect or "",
    )
    done = box.execute(
        ["/bin/sh", "-c", script, *shell_args],
        env=_ENVIRONMENT if env is None else env,
        user=user or "",
        cwd=cwd,
        stdin=stdin,
    )
    return Result(
        b"".join(written[1]), b"".join(written[2]), done.exit_code, filesystem, done.fidelity, done.reasons
    )


def busybox() -> FileSystem:
    """A new writable file system of the catalogue's busybox image."""
    from minibuild.catalogue import find_image
    from minibuild.image.reference import parse_reference

    filesystem = FileSystem()
    image = find_image(parse_reference("busybox"))
    if image is not None:
        image.write_files(filesystem)
    return filesystem
