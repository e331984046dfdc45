"""The engine that a command works with: that of the store's own host, or of the host that --host names."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.cli.location import StoreLocation
    from minibuild.container.attending import Console
    from minibuild.container.creation import Image
    from minibuild.container.engine import Engine
    from minibuild.container.records import Record
    from minibuild.errors import MinibuildError
    from minibuild.kernel.scheduler import Scheduler
    from minibuild.store import Store

_PLATFORM = "linux/amd64"


@contextmanager
def opened(location: StoreLocation, *, current: bool = True) -> Iterator[Engine]:
    """The engine, with all its containers brought forward to now if `current`."""
    with location.open() as store:
        engine = make_engine(store, getattr(location, "host", "") or "")
        if current and not store.read_only:
            from minibuild.container.lifecycle import bring_all_forward  # only when one is due

            if engine.shelf.due(engine.now()):
                bring_all_forward(engine)
        yield engine


def make_engine(store: Store, host: str) -> Engine:
    """The engine of a host, with its networks."""
    from minibuild.container.engine import Engine
    from minibuild.container.network import ContainerNetwork
    from minibuild.network.engine import Networks

    networks = Networks(store, host)
    networks.warn = _warn
    return Engine(store, host, ContainerNetwork(networks))


def _warn(text: str) -> None:
    sys.stderr.write(f"warning: {text}\n")


def published(engine: Engine, record: Record) -> dict[str, list[tuple[str, str]]]:
    """The published ports of a container that runs: `80/tcp` → (host address, host port) pairs."""
    asked = record.spec.ports or record.spec.publish_all
    return engine.network.ports(record) if asked and record.state.is_running else {}


def find_image(store: Store, name: str, fidelity: str) -> Image:
    """The image that a new container is made from: from the store, else from the catalogue. Raise
    `MinibuildError`.
    """
    from minibuild.container.creation import Image

    image_id = store.resolve(name)
    if image_id is not None and store.memo_get(f"partial:{image_id}") is None:
        return Image(image_id, name, store.image(image_id).config)
    from minibuild.build.bases import find_base  # only images of the catalogue need it

    found = find_base(name, store, "modelled" if fidelity == "exact" else fidelity, _PLATFORM)
    return Image(found.id, name, found.config.config, found.partial)


def make_console(*, interactive: bool, tty: bool) -> Console:
    """The command line's own streams, for a command that somebody attends."""
    from minibuild.container.attending import Console
    from minibuild.container.streams import HostInput

    if tty and interactive and sys.stdin.isatty():
        from minibuild.container.terminal import Terminal  # only for people

        terminal = Terminal()
        return Console(terminal.write, terminal.open_input, _advise)

    def write(number: int, data: bytes) -> None:
        stream = sys.stdout if number == 1 else sys.stderr
        if number == 2:
            sys.stdout.flush()
        stream.buffer.write(data)
        stream.buffer.flush()

    def open_input(scheduler: Scheduler) -> HostInput:
        return HostInput(scheduler)

    return Console(write, open_input if interactive else None, _advise)


def _advise(path: str) -> None:
    """What to do about a mount point that can't be replaced (SPEC V4)."""
    sys.stdout.flush()
    sys.stderr.write(
        f"  hint: {path} is mounted by itself: it can be written, but not replaced, renamed or removed, as"
        " `sed -i` and editors do; mount its parent directory instead\n"
    )


def daemon(error: MinibuildError) -> MinibuildError:
    """The error as docker's client tells what its engine said."""
    error.message = f"Error response from daemon: {error.message}"
    return error
