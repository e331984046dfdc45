"""Where apt gets packages from: sources.list(5), and the lists that `apt-get update` fetches."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode, encode
from minibuild.programs.packages.placing import put_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.filesystem.view import View
    from minibuild.kernel.process import Process
    from minibuild.programs.packages.distribution import Distribution

LISTS = "/var/lib/apt/lists"
# Hosts of the distributions' own archives, whose packages the catalogue has; their mirrors end so too.
_KNOWN = (
    "debian.org", "ubuntu.com", "/debian", "/debian/", "/debian-security", "/debian-security/", "/ubuntu",
    "/ubuntu/",
    "/ubuntu-ports", "/ubuntu-ports/", "raspbian.org/raspbian", "raspbian.org/raspbian/",
)  # fmt: skip


class Source(NamedTuple):
    """One suite of an archive."""

    uri: str
    suite: str
    components: tuple[str, ...]

    @property
    def known(self) -> bool:
        """Is it the distribution's own archive, or a mirror of it?"""
        host = self.uri.partition("://")[2].partition("/")[0]
        return host.endswith(_KNOWN[:2]) or self.uri.endswith(_KNOWN[2:])

    @property
    def file_name(self) -> str:
        """How its lists are called below /var/lib/apt/lists, up to the suite."""
        place = self.uri.partition("://")[2].rstrip("/").replace("_", "%5f").replace("/", "_")
        return f"{place}_dists_{self.suite.replace('/', '_')}"


def sources(view: View, kind: str = "deb") -> list[Source]:
    """The sources of that kind (deb or deb-src) that the container's files name, in order."""
    found: list[Source] = []
    for path in _files(view):
        text = decode(view.read_bytes(path))
        found.extend(_paragraphs(text, kind) if path.endswith(".sources") else _lines(text, kind))
    return found


def update(process: Process, where: Distribution) -> int:
    """Fetch the lists; the exit status. Says what apt-get says."""
    out, view = process.stdout, process.view
    here = sources(view)
    if not process.system.machine.network:
        return _unreachable(process, here)
    total, number = 0, 0
    for source in here:
        if not source.known:
            process.system.fidelity.note(
                Fidelity.ASSUMED, f"which packages {source.uri} {source.suite} has is not known"
            )
        number += 1
        size = 151 if source.suite == where.release.name else 48
        out.write(f"Get:{number} {source.uri} {source.suite} InRelease [{size} kB]\n")
        put_file(view, f"{LISTS}/{source.file_name}_InRelease", encode(f"Suite: {source.suite}\n"))
        total += size
        for component in source.components:
            number += 1
            text = _package_list(where) if source.suite == where.release.name else ""
            size = max(1, len(text) // 20)
            out.write(
                f"Get:{number} {source.uri} {source.suite}/{component} {where.architecture} Packages"
                f" [{size} kB]\n"
            )
            name = f"{source.file_name}_{component}_binary-{where.architecture}_Packages"
            put_file(view, f"{LISTS}/{name}", encode(text))
            total += size
    put_file(view, f"{LISTS}/lock", b"", 0o640)
    view.makedirs(f"{LISTS}/partial", 0o700)
    if number:
        out.write(f"Fetched {total} kB in 1s ({total} kB/s)\n")
    return 0


def lists_present(view: View) -> bool:
    """Was there an update whose lists are still there?"""
    return view.is_dir(LISTS) and any("_Packages" in name for name in view.listdir(LISTS))


def foreign(view: View) -> list[Source]:
    """The sources whose packages the catalogue does not have."""
    return [source for source in sources(view) if not source.known]


def _unreachable(process: Process, here: list[Source]) -> int:
    for number, source in enumerate(here, 1):
        host = source.uri.partition("://")[2].partition("/")[0]
        process.stdout.write(
            f"Err:{number} {source.uri} {source.suite} InRelease\n  Temporary failure resolving '{host}'\n"
        )
    process.flush()
    for source in here:
        host = source.uri.partition("://")[2].partition("/")[0]
        process.stderr.write(
            f"W: Failed to fetch {source.uri}/dists/{source.suite}/InRelease  Temporary failure resolving"
            f" '{host}'\n"
        )
    process.stderr.write(
        "W: Some index files failed to download. They have been ignored, or old ones used instead.\n"
    )
    return 0


def _package_list(where: Distribution) -> str:
    return "".join(f"Package: {name}\n\n" for name in where.table.names())


def _files(view: View) -> Iterator[str]:
    if view.exists("/etc/apt/sources.list"):
        yield "/etc/apt/sources.list"
    directory = "/etc/apt/sources.list.d"
    for name in sorted(view.listdir(directory)) if view.is_dir(directory) else []:
        if name.endswith((".list", ".sources")):
            yield f"{directory}/{name}"


def _lines(text: str, kind: str) -> Iterator[Source]:
    """The one-line format: `deb [options] uri suite component…`."""
    for line in text.splitlines():
        words = line.partition("#")[0].strip()
        if not words or words.split(None, 1)[0] != kind:
            continue
        rest = words[len(kind) :].strip()
        if rest.startswith("["):
            rest = rest.partition("]")[2].strip()
        parts = shlex.split(rest)
        if len(parts) >= 2:
            yield Source(parts[0], parts[1], tuple(parts[2:]))


def _paragraphs(text: str, kind: str) -> Iterator[Source]:
    """The deb822 format."""
    for paragraph in text.split("\n\n"):
        lines = [line for line in paragraph.splitlines() if not line.startswith("#")]
        fields = dict(line.split(":", 1) for line in lines if ":" in line and not line[:1].isspace())
        if kind not in fields.get("Types", "").split() or fields.get("Enabled", "yes").strip() == "no":
            continue
        for uri in fields.get("URIs", "").split():
            for suite in fields.get("Suites", "").split():
                yield Source(uri, suite, tuple(fields.get("Components", "").split()))
