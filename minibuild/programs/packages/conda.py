"""conda, mamba and micromamba, and the script fix-permissions of Jupyter's images."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from minibuild.catalogue.executable import executable
from minibuild.catalogue.packages import package_table
from minibuild.catalogue.packages.registries import registry_package
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import encode
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.placing import put_file
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_VALUES = frozenset(
    {
        "-n",
        "--name",
        "-p",
        "--prefix",
        "-c",
        "--channel",
        "-f",
        "--file",
        "--solver",
        "-s",
        "--shell",
        "--set",
    }
)
_SETUP_FILES = 4000


@program(
    "conda",
    "mamba",
    "micromamba",
    fidelity=Fidelity.MODELLED,
    reason="conda is played from the catalogue of packages",
)
def conda(process: Process) -> int:
    """`conda install|create|remove|update|clean|config|init|run|… [options] [PACKAGE]...`"""
    words = process.argv[1:]
    if "--version" in words or "-V" in words:
        process.stdout.write("conda 25.3.1\n")
        return 0
    options, operands = _split(words)
    command, names = (operands[0], operands[1:]) if operands else ("help", [])
    if command == "env" and names:
        command, names = names[0], names[1:]
    base = process.env.get("CONDA_DIR") or process.env.get("MAMBA_ROOT_PREFIX") or "/opt/conda"
    name = options.get("-n") or options.get("--name")
    prefix = (
        options.get("-p")
        or options.get("--prefix")
        or (f"{base}/envs/{name}" if name and name != "base" else base)
    )
    if command in ("install", "create", "update", "upgrade"):
        file = options.get("-f") or options.get("--file")
        if file and not process.view.exists(file):
            process.stderr.write(f"\nEnvironmentFileNotFound: '{file}' file not found\n\n")
            return 1
        wanted = names + (_listed(process, file) if file else [])
        return _install(process, prefix, wanted)
    if command == "clean":
        if process.view.is_dir(f"{base}/pkgs"):
            for entry in process.view.listdir(f"{base}/pkgs"):
                process.view.unlink(f"{base}/pkgs/{entry}")
        return 0
    if command == "list":
        directory = f"{prefix}/conda-meta"
        for entry in process.view.listdir(directory) if process.view.is_dir(directory) else []:
            found = re.match(r"(.+)-([^-]+)-[^-]+\.json\Z", entry)
            if found:
                process.stdout.write(f"{found[1]:<25} {found[2]:<15} 0    conda-forge\n")
        return 0
    if command in (
        "config",
        "init",
        "remove",
        "uninstall",
        "info",
        "activate",
        "deactivate",
        "help",
        "shell",
        "search",
    ):
        return 0
    return assume(process, f"what conda {command} does is not known")


def _split(words: list[str]) -> tuple[dict[str, str], list[str]]:
    options: dict[str, str] = {}
    operands: list[str] = []
    ahead = list(words)
    while ahead:
        word = ahead.pop(0)
        name, equals, value = word.partition("=")
        if not word.startswith("-"):
            operands.append(word)
        elif not equals and name in _VALUES and ahead:
            options[name] = ahead.pop(0)
        else:
            options[name] = value
    return options, operands


def _listed(process: Process, path: str) -> list[str]:
    """The packages of a list or of an environment file (`- name=version` lines)."""
    text = process.view.read_bytes(path).decode("utf-8", "replace")
    lines = [line.partition("#")[0].strip().lstrip("- ") for line in text.splitlines()]
    return [
        line
        for line in lines
        if re.match(r"[a-zA-Z][\w.-]*\s*([=<>!].*)?\Z", line) and not line.endswith(":")
    ]


def _install(process: Process, prefix: str, wanted: list[str]) -> int:
    process.stdout.write(f"\nTransaction\n\n  Prefix: {prefix}\n\n")
    for word in wanted:
        match = re.match(r"(?:[\w.-]+::)?['\"]?([\w.-]+)\s*(?:[=<>!~]+\s*([\w.*]+))?", word)
        if match is None:
            continue
        name, version = match[1], (match[2] or "").rstrip("*.")
        package = registry_package("pypi", name)
        known = package is not None or any(
            package_table(table, "").get(name) for table in ("debian", "alpine", "rpm")
        )
        if not known and not name.startswith(("r-", "lib", "python", "conda", "mamba", "_")):
            process.system.fidelity.note(
                Fidelity.ASSUMED, f"the conda package {name} is not in the catalogue"
            )
        version = version or (package.version if package else "1.0.0")
        text = json.dumps({"name": name, "version": version}) + "\n"
        put_file(process.view, f"{prefix}/conda-meta/{name}-{version}-0.json", encode(text))
        put_file(process.view, f"/opt/conda/pkgs/{name}-{version}-0.conda", encode(f"{name} {version}\n"))
        for command in (package.commands if package else ()) or (
            (name,) if name in ("nodejs", "git", "ffmpeg") else ()
        ):
            put_file(process.view, f"{prefix}/bin/{command}", executable(command, name), 0o755)
        process.stdout.write(f"  + {name}  {version}  conda-forge\n")
    process.stdout.write("\nTransaction finished\n")
    return 0


@program("fix-permissions", fidelity=Fidelity.MODELLED, reason="fix-permissions is played")
def fix_permissions(process: Process) -> int:
    """`fix-permissions [-P] DIRECTORY...`: what is below becomes the group's, who may write; directories
    hand that on.
    """
    group = process.env.get("NB_GID") or "0"
    gid = int(group) if group.isdigit() else 0
    paths = [word for word in process.argv[1:] if not word.startswith("-")]
    view, left = process.view, _SETUP_FILES
    ahead = [path for path in paths if view.exists(path)]
    while ahead and left:
        here = ahead.pop()
        left -= 1
        status = view.lstat(here)
        if status.kind == "link":
            continue
        if view.credentials.uid in (0, status.uid):
            view.chown(here, -1, gid)
            more = 0o070 if status.kind == "dir" or status.mode & 0o100 else 0o060
            view.chmod(here, status.mode | more | (0o2000 if status.kind == "dir" else 0))
        if status.kind == "dir":
            ahead += [f"{here.rstrip('/')}/{name}" for name in view.listdir(here)]
        process.tick()
    return 0
