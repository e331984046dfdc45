"""A Python installation of the container: its version, and where its packages are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from minibuild.catalogue.packages.registries import normalised
from minibuild.kernel.execution import find_executable
from minibuild.programs.inputs import decode

if TYPE_CHECKING:
    from minibuild.filesystem.view import View
    from minibuild.kernel.process import Process

# How dpkg and apk record the version of the interpreter.
_RECORDED = r"(?:Package: python%(series)s\n(?:.+\n)*?Version: |P:python3\nV:)(%(series)s\.\d+)"
_VERSIONED = re.compile(r"python(\d+\.\d+)\Z")
# The newest release of each series, for interpreters whose packages do not tell it.
_RELEASES = {
    "2.7": "2.7.18", "3.4": "3.4.10", "3.5": "3.5.10", "3.6": "3.6.15", "3.7": "3.7.17", "3.8": "3.8.20",
    "3.9": "3.9.24", "3.10": "3.10.19", "3.11": "3.11.14", "3.12": "3.12.12", "3.13": "3.13.9",
    "3.14": "3.14.0",
}  # fmt: skip


class PythonEnvironment(NamedTuple):
    """An installation: `series` is 3.12, `version` 3.12.4; packages go to `site_packages`, commands to
    `scripts`.

    `managed` tells that the distribution's package manager owns it (PEP 668); `virtual` that it is a virtual
    environment.
    """

    prefix: str
    series: str
    version: str
    site_packages: str
    scripts: str
    managed: bool
    virtual: bool


def environment(process: Process) -> PythonEnvironment:
    """The installation that the command, pip or python, belongs to."""
    directory = _directory(process)
    prefix = directory.removesuffix("/bin") or "/usr"
    view = process.view
    virtual = view.exists(f"{prefix}/pyvenv.cfg")
    series = _series(process, directory)
    if virtual or prefix not in ("/usr", ""):
        site = f"{prefix}/lib/python{series}/site-packages"
    elif view.exists("/etc/debian_version") or view.exists("/usr/bin/dpkg"):
        site = f"/usr/local/lib/python{series}/dist-packages"
    else:
        site = f"/usr/lib/python{series}/site-packages"
    debian = site.endswith("dist-packages")
    managed = not virtual and view.exists(f"{prefix}/lib/python{series}/EXTERNALLY-MANAGED")
    scripts = "/usr/local/bin" if debian else f"{prefix}/bin"
    return PythonEnvironment(
        prefix, series, _version(process, prefix, series), site, scripts, managed, virtual
    )


def user_environment(process: Process, here: PythonEnvironment) -> PythonEnvironment:
    """The user's own part of an installation, below the home directory."""
    base = process.env.get("PYTHONUSERBASE") or f"{process.env.get('HOME', '').rstrip('/')}/.local"
    return here._replace(site_packages=f"{base}/lib/python{here.series}/site-packages", scripts=f"{base}/bin")


def installed(view: View, site_packages: str) -> dict[str, tuple[str, str]]:
    """What is installed: normalised name → (name, version)."""
    found: dict[str, tuple[str, str]] = {}
    for directory in (site_packages, _system_packages(site_packages)):
        for entry in view.listdir(directory) if directory and view.is_dir(directory) else []:
            if entry.endswith((".dist-info", ".egg-info")) and "-" in entry:
                name, version = entry.rpartition(".")[0].split("-", 1)
                found.setdefault(normalised(name), (name, version.split("-")[0]))
    return found


def _system_packages(site_packages: str) -> str:
    """Debian's own packages are beside those that pip puts below /usr/local."""
    return "/usr/lib/python3/dist-packages" if site_packages.endswith("dist-packages") else ""


def _directory(process: Process) -> str:
    """Where the command was found, links not followed: a virtual environment's python is a link to the real
    one.
    """
    name = process.argv[0] if process.argv else "python3"
    try:
        path = find_executable(process, name)
    except OSError:
        path = process.executable
    if not path.startswith("/"):
        path = f"{process.view.cwd.rstrip('/')}/{path}"
    return path.rpartition("/")[0]


def _series(process: Process, directory: str) -> str:
    """The X.Y of the interpreter: from the command's own name, else from the links beside it."""
    view = process.view
    name = process.argv[0].rpartition("/")[2] if process.argv else ""
    wanted = re.search(r"(\d+\.\d+)\Z", name) or re.search(r"(\d)\Z", name)
    if wanted and "." in wanted[1]:
        return wanted[1]
    for candidate in (f"python{wanted[1]}" if wanted else "python", "python3", "python2"):
        path = f"{directory}/{candidate}"
        if view.exists(path):
            match = _VERSIONED.search(view.realpath(path))
            if match:
                return match[1]
    return "3.11"


def _version(process: Process, prefix: str, series: str) -> str:
    view = process.view
    told = process.env.get("PYTHON_VERSION", "")
    if prefix == "/usr/local" and told.startswith(f"{series}."):
        return told
    config = f"{prefix}/pyvenv.cfg"
    if view.exists(config):
        match = re.search(r"version(?:_info)?\s*=\s*(\S+)", decode(view.read_bytes(config)))
        if match and match[1].startswith(series):
            return match[1]
    for path in ("/var/lib/dpkg/status", "/lib/apk/db/installed"):
        if prefix == "/usr" and view.exists(path):
            pattern = _RECORDED % {"series": re.escape(series)}
            match = re.search(pattern, decode(view.read_bytes(path)))
            if match:
                return match[1]
    return _RELEASES.get(series, f"{series}.0")
