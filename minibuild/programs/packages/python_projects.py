"""Python projects in a directory: what pyproject.toml, setup.cfg or setup.py say of them."""

from __future__ import annotations

import configparser
import re
import tomllib
from typing import TYPE_CHECKING, Any

from minibuild.catalogue.packages.registries import RegistryPackage
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode
from minibuild.programs.packages.requirements import RequirementError

if TYPE_CHECKING:
    from minibuild.kernel.process import Process


def read_project(process: Process, path: str) -> RegistryPackage:
    """The project in the directory `path` as a package. Raise RequirementError when there is none, or a
    broken one.
    """
    base, view = path.rstrip("/"), process.view
    if view.exists(f"{base}/pyproject.toml"):
        try:
            document = tomllib.loads(decode(view.read_bytes(f"{base}/pyproject.toml")))
        except tomllib.TOMLDecodeError as error:
            raise RequirementError(f"{view.realpath(base)}/pyproject.toml: {error}") from None
        project = _of_document(document)
        if project is not None:
            return project
    if view.exists(f"{base}/setup.cfg"):
        project = _of_setup_cfg(decode(view.read_bytes(f"{base}/setup.cfg")))
        if project is not None:
            return project
    if view.exists(f"{base}/setup.py"):
        text = decode(view.read_bytes(f"{base}/setup.py"))
        process.system.fidelity.note(Fidelity.ASSUMED, f"what {base}/setup.py installs is not known")
        name = re.search(r"\bname\s*=\s*['\"]([\w.-]+)['\"]", text)
        version = re.search(r"\bversion\s*=\s*['\"]([\w.+-]+)['\"]", text)
        return RegistryPackage(name[1] if name else "unknown", version[1] if version else "0.0.0")
    if view.exists(f"{base}/pyproject.toml"):
        return RegistryPackage("unknown", "0.0.0")
    raise RequirementError(
        f"Directory {path!r} is not installable. Neither 'setup.py' nor 'pyproject.toml' found."
    )


def _of_document(document: dict[str, Any]) -> RegistryPackage | None:
    project = document.get("project")
    if isinstance(project, dict) and project.get("name"):
        scripts = project.get("scripts") or {}
        version = project.get("version") or "0.1.0"
        needs = tuple(str(one) for one in project.get("dependencies") or ())
        return RegistryPackage(str(project["name"]), str(version), needs, tuple(scripts))
    poetry = (document.get("tool") or {}).get("poetry")
    if isinstance(poetry, dict) and poetry.get("name"):
        names = tuple(name for name in poetry.get("dependencies") or () if name.lower() != "python")
        scripts = poetry.get("scripts") or {}
        return RegistryPackage(
            str(poetry["name"]), str(poetry.get("version", "0.1.0")), names, tuple(scripts)
        )
    return None


def _of_setup_cfg(text: str) -> RegistryPackage | None:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    name = parser.get("metadata", "name", fallback="")
    if not name:
        return None
    version = parser.get("metadata", "version", fallback="0.0.0")
    needs = parser.get("options", "install_requires", fallback="").split("\n")
    return RegistryPackage(
        name,
        version if not version.startswith("attr") else "0.0.0",
        tuple(need.strip() for need in needs if need.strip()),
    )
