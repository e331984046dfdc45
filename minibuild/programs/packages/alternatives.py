"""update-alternatives: links of names to one of several programs, as dpkg and as chkconfig have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode, encode
from minibuild.programs.options import program_name
from minibuild.programs.packages.placing import put_file, put_link
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_LINKS = "/etc/alternatives"
_ADMIN = "/var/lib/dpkg/alternatives"


@program(
    "update-alternatives", "alternatives", fidelity=Fidelity.MODELLED, reason="update-alternatives is played"
)
def update_alternatives(process: Process) -> int:
    """`update-alternatives [--install LINK NAME PATH PRIORITY [--slave LINK NAME PATH]...] [--set NAME PATH]
    …`
    """
    words = [
        word for word in process.argv[1:] if word not in ("--quiet", "--force", "--verbose", "--skip-auto")
    ]
    if not words:
        return _fail(
            process,
            "need --display, --query, --list, --get-selections, --config, --set, --set-selections,"
            " --install, --remove,"
            " --all, --remove-all or --auto",
        )
    command, rest = words[0], words[1:]
    if command == "--install":
        return _install(process, rest)
    if command == "--set" and len(rest) == 2:
        return _set(process, rest[0], rest[1])
    if command in ("--remove", "--remove-all") and rest:
        return _remove(process, rest)
    if command in ("--list", "--display", "--query") and rest:
        return _show(process, command, rest[0])
    if command in ("--auto", "--config", "--all", "--get-selections", "--set-selections"):
        return 0
    if command in ("--version", "--help"):
        process.stdout.write("Debian update-alternatives version 1.21.22.\n")
        return 0
    return _fail(
        process,
        f"unknown argument '{command}'" if not command.startswith("--") else f"unknown option '{command}'",
    )


def choices(process: Process, name: str) -> list[tuple[int, str]]:
    """The (priority, path) pairs that are registered for a name, best first."""
    path = f"{_ADMIN}/{name}"
    if not process.view.exists(path):
        return []
    lines = decode(process.view.read_bytes(path)).splitlines()
    pairs = [line.split(" ", 1) for line in lines if " " in line]
    return sorted(
        ((int(number), target) for number, target in pairs if number.lstrip("-").isdigit()), reverse=True
    )


def _install(process: Process, words: list[str]) -> int:
    groups: list[list[str]] = [[]]
    for word in words:
        if word in ("--slave", "--follower"):
            groups.append([])
        else:
            groups[-1].append(word)
    if len(groups[0]) != 4:
        return _fail(process, "--install needs <link> <name> <path> <priority>")
    link, name, path, priority = groups[0]
    if not link.startswith("/"):
        return _fail(process, f"alternative link is not absolute as it should be: {link}")
    if not priority.lstrip("-").isdigit():
        return _fail(process, "priority must be an integer")
    if not process.view.exists(path):
        return _fail(process, f"alternative path {path} doesn't exist")
    before = choices(process, name)
    known = [pair for pair in before if pair[1] != path] + [(int(priority), path)]
    put_file(
        process.view,
        f"{_ADMIN}/{name}",
        encode("".join(f"{number} {target}\n" for number, target in sorted(known))),
    )
    if max(known)[1] == path or not before:
        _point(process, name, link, path)
        for group in groups[1:]:
            if len(group) == 3 and process.view.exists(group[2]):
                _point(process, group[1], group[0], group[2])
    return 0


def _point(process: Process, name: str, link: str, path: str) -> None:
    process.stdout.write(f"update-alternatives: using {path} to provide {link} ({name}) in auto mode\n")
    put_link(process.view, f"{_LINKS}/{name}", path)
    put_link(process.view, link, f"{_LINKS}/{name}")


def _set(process: Process, name: str, path: str) -> int:
    known = [target for _, target in choices(process, name)]
    link = f"{_LINKS}/{name}"
    if not known and not process.view.lexists(link):
        return _fail(process, f"no alternatives for {name}", 2)
    if path not in known and not process.view.exists(path):
        return _fail(process, f"alternative {path} for {name} not registered; not setting", 2)
    put_link(process.view, link, path)
    process.stdout.write(f"update-alternatives: using {path} to provide {name} in manual mode\n")
    return 0


def _remove(process: Process, words: list[str]) -> int:
    name = words[0]
    left = [pair for pair in choices(process, name) if len(words) > 1 and pair[1] != words[1]]
    if left:
        put_file(
            process.view, f"{_ADMIN}/{name}", encode("".join(f"{n} {target}\n" for n, target in sorted(left)))
        )
        put_link(process.view, f"{_LINKS}/{name}", max(left)[1])
        return 0
    for path in (f"{_ADMIN}/{name}", f"{_LINKS}/{name}"):
        if process.view.lexists(path):
            process.view.unlink(path)
    return 0


def _show(process: Process, command: str, name: str) -> int:
    known = choices(process, name)
    link = f"{_LINKS}/{name}"
    if not known and process.view.lexists(link):
        known = [(50, process.view.readlink(link))]
    if not known:
        return _fail(process, f"no alternatives for {name}", 2)
    if command == "--list":
        process.stdout.write("".join(f"{path}\n" for _, path in sorted(known, key=lambda pair: pair[1])))
    else:
        process.stdout.write(f"Name: {name}\nStatus: auto\nBest: {known[0][1]}\nValue: {known[0][1]}\n")
    return 0


def _fail(process: Process, message: str, status: int = 2) -> int:
    process.stderr.write(f"{program_name(process)}: error: {message}\n")
    return status
