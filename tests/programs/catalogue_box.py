"""A container around an image of the catalogue, for tests of modelled programs."""

from minibuild.catalogue import find_image
from minibuild.container.execution import Container, Execution
from minibuild.filesystem import FileSystem, changes
from minibuild.filesystem.view import View
from minibuild.image.reference import parse_reference

NOW = 1_700_000_000_000_000_000


class Box:
    """Runs commands one after the other in one file system; `out` and `err` are what the last one wrote."""

    def __init__(
        self,
        image: str,
        fidelity: str = "modelled",
        *,
        network: bool = True,
        fixtures: dict[str, str] | None = None,
    ):
        found = find_image(parse_reference(image))
        assert found is not None, image
        self.filesystem = FileSystem()
        found.write_files(self.filesystem)
        self.environment = dict(one.split("=", 1) for one in found.config.env)
        self.partial, self.fidelity, self.network = found.partial, fidelity, network
        self.fixtures = fixtures or {}
        self.before = self.filesystem.snapshot()
        self.out = self.err = ""
        self.cwd = "/"

    def run(self, command: str | list[str], *, user: str = "", stdin: bytes = b"") -> Execution:
        """Run a command, given as words separated by blanks; how it ended."""
        written: dict[int, list[bytes]] = {1: [], 2: []}
        self.before = self.filesystem.snapshot()
        container = Container(
            self.filesystem,
            now=NOW,
            fidelity_limit=self.fidelity,
            partial=self.partial,
            network=self.network,
            fixtures=self.fixtures,
            on_output=lambda descriptor, data: written[descriptor].append(data),
        )
        argv = command.split() if isinstance(command, str) else command
        done = container.execute(argv, env=self.environment, user=user, cwd=self.cwd, stdin=stdin)
        self.out, self.err = (b"".join(written[n]).decode() for n in (1, 2))
        return done

    def status(self, command: str | list[str], *, user: str = "", stdin: bytes = b"") -> int:
        """Run a command; its exit status."""
        return self.run(command, user=user, stdin=stdin).exit_code

    @property
    def view(self) -> View:
        """The file system, with root's eyes."""
        return self.filesystem.view()

    def read(self, path: str) -> str:
        """A file's text."""
        return self.view.read_bytes(path).decode()

    def changed(self) -> list[str]:
        """What the last command changed: `a usr/bin/curl`, `m etc`, `d tmp/x`."""
        found = changes(self.before, self.filesystem.snapshot())
        return [f"{change.kind[0]} {change.path}" for change in found]
