"""What pip install does with requirements: which versions it takes, what it writes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from minibuild.catalogue.executable import executable
from minibuild.catalogue.packages.registries import RegistryPackage, normalised, registry_package
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import encode
from minibuild.programs.packages.placing import put_file
from minibuild.programs.packages.python_environment import PythonEnvironment, installed
from minibuild.programs.packages.python_projects import read_project
from minibuild.programs.packages.requirements import (
    Requirement,
    RequirementError,
    choose,
    read_requirement,
    satisfies,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.filesystem.view import View
    from minibuild.kernel.process import Process


class Wanted(NamedTuple):
    """A package in the version to be installed."""

    name: str
    version: str
    package: RegistryPackage
    location: str = ""


class Plan:
    """Which packages come, in the order of their resolution; `satisfied` are lines about what is there
    already.
    """

    def __init__(
        self, process: Process, here: PythonEnvironment, *, upgrade: bool, dependencies: bool
    ) -> None:
        self._process, self._here = process, here
        self._upgrade, self._dependencies = upgrade, dependencies
        self._present = installed(process.view, here.site_packages)
        self._taken: dict[str, Wanted] = {}
        self._lines: list[str] = []

    @property
    def wanted(self) -> list[Wanted]:
        """The packages to install."""
        return list(self._taken.values())

    def add(self, requirement: Requirement, because: str = "") -> None:
        """Take a requirement and what it needs. Raise RequirementError when pip could not."""
        if requirement.kind == "path":
            self._add_path(requirement)
        elif requirement.kind == "url":
            self._process.system.fidelity.note(
                Fidelity.ASSUMED, f"what {requirement.location} installs is not known"
            )
            self._process.stdout.write(f"Collecting {requirement.text}\n")
            self._take(Wanted(requirement.name, "0.0.0", RegistryPackage(requirement.name, "0.0.0")))
        else:
            self._add_name(requirement, because)

    def _add_name(self, requirement: Requirement, because: str) -> None:
        out, key = self._process.stdout, normalised(requirement.name)
        source = because or requirement.origin
        suffix = f" (from {source})" if source else ""
        if key in self._taken:
            return
        present = self._present.get(key)
        if present and satisfies(present[1], requirement.clauses) and not (self._upgrade and not because):
            out.write(
                f"Requirement already satisfied: {requirement.text} in {self._here.site_packages}{suffix}"
                f" ({present[1]})\n"
            )
            return
        package = registry_package("pypi", requirement.name)
        if package is None:
            self._process.system.fidelity.note(
                Fidelity.ASSUMED, f"the Python package {requirement.name} is not in the catalogue"
            )
            package = RegistryPackage(requirement.name, "0.0.0")
        version = choose(package.version, requirement.clauses)
        out.write(f"Collecting {requirement.text}{suffix}\n")
        if not self._process.system.machine.network:
            raise RequirementError(
                f"Could not find a version that satisfies the requirement {requirement.text} (from"
                f" versions: none)\n"
                f"ERROR: No matching distribution found for {requirement.text}"
            )
        out.write(f"  Downloading {_wheel(package.name, version)} (60 kB)\n")
        self._take(Wanted(package.name, version, package))
        if self._dependencies:
            for name in package.requires:
                self.add(
                    Requirement("name", name, (), "", name), f"{package.name}->{source or requirement.text}"
                )

    def _add_path(self, requirement: Requirement) -> None:
        view, out = self._process.view, self._process.stdout
        path = requirement.location.removeprefix("file://")
        if not view.exists(path):
            raise RequirementError(
                f"Could not install packages due to an OSError: [Errno 2] No such file or directory: {path!r}"
                if path.endswith((".whl", ".tar.gz", ".zip"))
                else f"Invalid requirement: {requirement.text!r}: Expected package name at the start of"
                " dependency specifier"
            )
        real = view.realpath(path)
        out.write(f"Processing {real}\n")
        if view.is_dir(path):
            project = read_project(self._process, path)
        else:
            base = real.rpartition("/")[2]
            self._process.system.fidelity.note(
                Fidelity.ASSUMED, f"what the file {path} installs is not known"
            )
            name, _, rest = base.partition("-")
            project = RegistryPackage(name, rest.split("-")[0].removesuffix(".tar.gz") or "0.0.0")
        self._take(Wanted(project.name, project.version, project, real))
        if self._dependencies:
            for text in project.requires:
                needed = read_requirement(text, self._here.series)
                if needed is not None:
                    self.add(needed, project.name)

    def _take(self, wanted: Wanted) -> None:
        self._taken[normalised(wanted.name)] = wanted


def write(process: Process, here: PythonEnvironment, wanted: Sequence[Wanted], *, compiled: bool) -> None:
    """Write the packages' files."""
    view = process.view
    present = installed(view, here.site_packages)
    for one in wanted:
        old = present.get(normalised(one.name))
        if old is not None:
            erase(view, here, *old)
        _write_one(view, here, one, compiled=compiled)
        process.tick(50)


def erase(view: View, here: PythonEnvironment, name: str, version: str) -> None:
    """Take a package's files away."""
    base = f"{here.site_packages}/{name}-{version}.dist-info"
    package = registry_package("pypi", name)
    for path in (base, f"{here.site_packages}/{_module(name, package)}"):
        if view.is_dir(path):
            view.remove_tree(path)
    for command in package.commands if package else ():
        if view.lexists(f"{here.scripts}/{command}"):
            view.unlink(f"{here.scripts}/{command}")


def cache(process: Process, wanted: Sequence[Wanted]) -> None:
    """Keep what was downloaded in the user's cache, as pip does unless it is told not to."""
    home = process.env.get("HOME", "")
    directory = process.env.get("PIP_CACHE_DIR") or (
        f"{home.rstrip('/')}/.cache/pip" if home.strip("/") else ""
    )
    if not directory:
        return
    for one in wanted:
        if not one.location:
            digest = hashlib.sha256(f"{one.name}-{one.version}".encode()).hexdigest()
            path = f"{directory}/http-v2/{digest[0]}/{digest[1]}/{digest[2]}/{digest[:40]}.body"
            put_file(process.view, path, encode(_wheel(one.name, one.version)), 0o600)


def _write_one(view: View, here: PythonEnvironment, one: Wanted, *, compiled: bool) -> None:
    base = f"{here.site_packages}/{one.name.replace('-', '_')}-{one.version}.dist-info"
    module = _module(one.name, one.package)
    needs = "".join(f"Requires-Dist: {need}\n" for need in one.package.requires)
    metadata = f"Metadata-Version: 2.1\nName: {one.name}\nVersion: {one.version}\n{needs}"
    put_file(view, f"{base}/METADATA", encode(metadata))
    put_file(view, f"{base}/INSTALLER", b"pip\n")
    put_file(view, f"{base}/REQUESTED", b"")
    put_file(view, f"{base}/WHEEL", b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    put_file(view, f"{base}/top_level.txt", encode(f"{module}\n"))
    commands = one.package.commands
    record = [f"{module}/__init__.py,,", *(f"../../../bin/{command},," for command in commands)]
    put_file(view, f"{base}/RECORD", encode("".join(f"{line}\n" for line in record)))
    if commands:
        entries = "".join(f"{command} = {module}:main\n" for command in commands)
        put_file(view, f"{base}/entry_points.txt", encode(f"[console_scripts]\n{entries}"))
    put_file(view, f"{here.site_packages}/{module}/__init__.py", encode(f'__version__ = "{one.version}"\n'))
    if compiled and here.series >= "3":
        tag = here.series.replace(".", "")
        put_file(view, f"{here.site_packages}/{module}/__pycache__/__init__.cpython-{tag}.pyc", b"\0" * 16)
    for command in commands:
        put_file(view, f"{here.scripts}/{command}", executable(command, normalised(one.name)), 0o755)


def _module(name: str, package: RegistryPackage | None) -> str:
    return (package.module if package else "") or normalised(name).replace("-", "_")


def _wheel(name: str, version: str) -> str:
    return f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
