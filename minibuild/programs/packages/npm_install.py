"""Putting Node packages where Node looks for them, and running a project's scripts."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from minibuild.catalogue.executable import executable
from minibuild.programs.inputs import encode
from minibuild.programs.packages.placing import put_file, put_link

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from minibuild.filesystem.view import View
    from minibuild.kernel.process import Process
    from minibuild.programs.packages.npm_projects import NodePackage

_NESTED = 40


def put_packages(process: Process, packages: Iterable[NodePackage], modules: str, scripts: str) -> int:
    """Write packages below the directory `modules`, links to their commands into `scripts`; how many there
    are.
    """
    view, count = process.view, 0
    for package in packages:
        base = f"{modules}/{package.place}"
        document: dict[str, Any] = {"name": package.name, "version": package.version}
        if package.commands:
            document["bin"] = dict(package.commands)
        put_file(view, f"{base}/package.json", encode(json.dumps(document, indent=2) + "\n"))
        put_file(
            view,
            f"{base}/index.js",
            encode(f"module.exports = {{ version: {json.dumps(package.version)} }};\n"),
        )
        for command, file in package.commands.items():
            path = f"{base}/{file.removeprefix('./')}"
            put_file(view, path, executable(command, package.name), 0o755)
            if "/node_modules/" not in package.place:
                put_link(view, f"{scripts}/{command}", _relative(scripts, path))
        count += 1
        process.tick(20)
    return count


def write_lock(
    view: View, directory: str, project: Mapping[str, Any], packages: Iterable[NodePackage]
) -> None:
    """Write package-lock.json."""
    root: dict[str, Any] = {
        key: project[key] for key in ("name", "version", "dependencies", "devDependencies") if key in project
    }
    entries: dict[str, Any] = {"": root}
    for package in sorted(packages, key=lambda one: one.place):
        entries[f"node_modules/{package.place}"] = {"version": package.version}
    document = {"name": project.get("name", ""), "lockfileVersion": 3, "requires": True, "packages": entries}
    put_file(
        view, f"{directory.rstrip('/')}/package-lock.json", encode(json.dumps(document, indent=2) + "\n")
    )


def fill_cache(process: Process, packages: Iterable[NodePackage], directory: str) -> None:
    """Keep what was downloaded below `directory`, where that may be written."""
    existing = directory
    while existing and not process.view.exists(existing):
        existing = existing.rpartition("/")[0]
    if not process.view.access(existing or "/", 2):
        return
    for package in packages:
        digest = hashlib.sha1(f"{package.name}@{package.version}".encode(), usedforsecurity=False).hexdigest()
        path = f"{directory}/{digest[:2]}/{digest[2:4]}/{digest[4:]}"
        put_file(process.view, path, encode(f"{package.name}@{package.version}\n"))


def home(process: Process) -> str:
    """The home directory of who runs this."""
    return process.env.get("HOME", "/root").rstrip("/")


def run_script(
    process: Process, project: Mapping[str, Any], name: str, words: list[str], *, agent: str
) -> int:
    """Run one of a project's scripts with /bin/sh, with the commands of its packages in PATH; its exit
    status.
    """
    command = str((project.get("scripts") or {})[name])
    if words:
        command += " " + " ".join(_quoted(word) for word in words)
    paths: list[str] = []
    directory = process.view.cwd
    while len(paths) < _NESTED:
        paths.append(f"{directory.rstrip('/')}/node_modules/.bin")
        if directory == "/":
            break
        directory = directory.rpartition("/")[0] or "/"
    env = dict(process.env)
    env["PATH"] = ":".join((*paths, env.get("PATH", "")))
    env |= {
        "npm_lifecycle_event": name,
        "npm_package_name": str(project.get("name", "")),
        "npm_package_version": str(project.get("version", "")),
        "npm_config_user_agent": agent,
        "NODE": "/usr/local/bin/node",
        "INIT_CWD": process.view.cwd,
    }
    return process.call(["/bin/sh", "-c", command], env=env)


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"


def _relative(directory: str, path: str) -> str:
    """`path` as a link in `directory` would name it."""
    here, there = directory.strip("/").split("/"), path.strip("/").split("/")
    same = 0
    while same < min(len(here), len(there)) and here[same] == there[same]:
        same += 1
    return "/".join([".."] * (len(here) - same) + there[same:])
