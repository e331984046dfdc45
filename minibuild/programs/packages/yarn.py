"""yarn and pnpm, played from the catalogue of npm's most used packages and from lock files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import encode
from minibuild.programs.options import program_name
from minibuild.programs.packages.node_options import YARN_SHORT, YARN_VALUES, split
from minibuild.programs.packages.npm_install import fill_cache, home, put_packages, run_script
from minibuild.programs.packages.npm_projects import (
    NodePackage,
    ProjectError,
    chosen,
    dependencies,
    locked_by_pnpm,
    locked_by_yarn,
    read_project,
    split_spec,
)
from minibuild.programs.packages.npm_settings import global_prefix
from minibuild.programs.packages.placing import put_file
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.packages.node_options import Given

_PASSING = frozenset({"run", "run-script", "exec", "dlx", "node"})
_VERSION = {"yarn": "1.22.22", "pnpm": "9.15.9"}


@program(
    "yarn", "yarnpkg", "pnpm", "pnpx",
    fidelity=Fidelity.MODELLED, reason="yarn is played from the catalogue of packages and lock files",
)  # fmt: skip
def yarn(process: Process) -> int:
    """`yarn [COMMAND] [options] [PACKAGE]...`"""
    name = "pnpm" if program_name(process).startswith("pnp") else "yarn"
    opts = split(process.argv[1:], YARN_SHORT, YARN_VALUES, passing=_PASSING)
    words = opts.operands
    if "version" in opts and not words:
        process.stdout.write(f"{_VERSION[name]}\n")
        return 0
    directory = opts.get("cwd") or opts.get("dir")
    if directory:
        process.view.chdir(directory)
    command, rest = (words[0], words[1:]) if words else ("install", [])
    try:
        if command == "global" and rest:
            return _global(process, name, rest[1:]) if rest[0] == "add" else 0
        if command in ("install", "i", "ci"):
            return _install(process, name, opts, rest)
        if command == "add":
            return _add(process, name, opts, rest)
        if command in ("run", "run-script"):
            return _run(process, name, rest)
        if command == "cache":
            return _clean_cache(process, rest)
        if command in _SILENT:
            return 0
        return _run(process, name, [command, *rest])
    except ProjectError as error:
        return _error(process, str(error))


_SILENT = frozenset(
    {"config", "set", "check", "audit", "autoclean", "store", "prune", "fetch", "plugin", "import", "why"}
)


def _error(process: Process, message: str) -> int:
    process.flush()
    process.stderr.write(f"error {message}\n")
    return 1


def _install(process: Process, name: str, opts: Given, words: list[str]) -> int:
    if name == "pnpm" and words:
        return _add(process, name, opts, words)
    view, here = process.view, process.view.cwd
    project = read_project(view, here)
    locked = (locked_by_pnpm if name == "pnpm" else locked_by_yarn)(view, here)
    frozen = opts.any("frozen-lockfile", "immutable")
    if project is None and name == "pnpm":
        process.stdout.write(f" ERR_PNPM_NO_PKG_MANIFEST  No package.json found in {here}\n")
        return 1
    if locked is None and frozen and name == "pnpm":
        process.stdout.write(
            ' ERR_PNPM_NO_LOCKFILE  Cannot install with "frozen-lockfile" because pnpm-lock.yaml is absent\n'
        )
        return 1
    packages = locked
    if packages is None:
        development = not opts.any("production", "prod") and process.env.get("NODE_ENV") != "production"
        needs = dependencies(project or {}, development=development)
        packages = [chosen(process, package, wanted) for package, wanted in needs.items()]
    return _carry_out(process, name, project, packages, save_lock=locked is None)


def _carry_out(
    process: Process,
    name: str,
    project: dict[str, Any] | None,
    packages: list[NodePackage],
    *,
    save_lock: bool,
) -> int:
    out, here = process.stdout, process.view.cwd
    if packages and not process.system.machine.network:
        return _error(
            process, 'An unexpected error occurred: "https://registry.yarnpkg.com/: getaddrinfo EAI_AGAIN".'
        )
    if name == "yarn":
        out.write(f"yarn install v{_VERSION[name]}\n")
        if save_lock:
            out.write("info No lockfile found.\n")
        out.write("[1/4] Resolving packages...\n[2/4] Fetching packages...\n")
        out.write("[3/4] Linking dependencies...\n[4/4] Building fresh packages...\n")
    else:
        out.write(
            f"Packages: +{len(packages)}\nProgress: resolved {len(packages)}, added {len(packages)}, done\n"
        )
    modules = f"{here.rstrip('/')}/node_modules"
    put_packages(process, packages, modules, f"{modules}/.bin")
    put_file(
        process.view, f"{modules}/.yarn-integrity" if name == "yarn" else f"{modules}/.modules.yaml", b"{}\n"
    )
    fill_cache(
        process,
        packages,
        _cache(process) if name == "yarn" else f"{home(process)}/.local/share/pnpm/store/v3",
    )
    if save_lock:
        _write_lock(process, name, packages)
        if name == "yarn":
            out.write("success Saved lockfile.\n")
    for script in ("preinstall", "install", "postinstall", "prepare"):
        if project and script in (project.get("scripts") or {}):
            out.write(f"$ {project['scripts'][script]}\n")
            status = run_script(process, project, script, [], agent=f"{name}/{_VERSION[name]}")
            if status:
                return _error(process, f"Command failed with exit code {status}.") and status
    out.write("Done in 1.00s.\n")
    return 0


def _write_lock(process: Process, name: str, packages: list[NodePackage]) -> None:
    here = process.view.cwd.rstrip("/")
    if name == "yarn":
        entries = "".join(f'\n"{one.name}@{one.version}":\n  version "{one.version}"\n' for one in packages)
        put_file(process.view, f"{here}/yarn.lock", encode(f"# yarn lockfile v1\n\n{entries}"))
    else:
        entries = "".join(f"  {one.name}@{one.version}:\n    resolution: {{}}\n" for one in packages)
        put_file(
            process.view,
            f"{here}/pnpm-lock.yaml",
            encode(f"lockfileVersion: '9.0'\n\npackages:\n\n{entries}"),
        )


def _add(process: Process, name: str, opts: Given, words: list[str]) -> int:
    if "global" in opts:
        return _global(process, name, words)
    project = read_project(process.view, process.view.cwd) or {}
    packages = [chosen(process, *split_spec(word)) for word in words]
    key = "devDependencies" if opts.any("dev", "save-dev") else "dependencies"
    section = {**(project.get(key) or {}), **{one.name: f"^{one.version}" for one in packages}}
    project = {**project, key: dict(sorted(section.items()))}
    path = f"{process.view.cwd.rstrip('/')}/package.json"
    put_file(process.view, path, encode(json.dumps(project, indent=2) + "\n"))
    return _carry_out(process, name, None, packages, save_lock=True)


def _global(process: Process, name: str, words: list[str]) -> int:
    prefix = global_prefix(process)
    packages = [chosen(process, *split_spec(word)) for word in words if not word.startswith("-")]
    modules = (
        f"{prefix}/share/.config/yarn/global/node_modules" if name == "yarn" else f"{prefix}/lib/node_modules"
    )
    put_packages(process, packages, modules, f"{prefix}/bin")
    for one in packages:
        process.stdout.write(f'success Installed "{one.name}@{one.version}"\n')
    return 0


def _run(process: Process, name: str, words: list[str]) -> int:
    project = read_project(process.view, process.view.cwd)
    if project is None:
        return _error(process, f'Couldn\'t find a package.json file in "{process.view.cwd}"')
    scripts = project.get("scripts") or {}
    if not words:
        process.stdout.write(
            "".join(f"   - {script}\n      {command}\n" for script, command in scripts.items())
        )
        return 0
    script, rest = words[0], words[1:]
    path = f"{process.view.cwd.rstrip('/')}/node_modules/.bin/{script}"
    if script not in scripts and process.view.exists(path):
        return process.call([path, *rest])
    if script not in scripts:
        return _error(process, f'Command "{script}" not found.')
    if name == "yarn":
        process.stdout.write(f"yarn run v{_VERSION[name]}\n")
    process.stdout.write(f"$ {' '.join((str(scripts[script]), *rest))}\n")
    status = run_script(process, project, script, rest, agent=f"{name}/{_VERSION[name]}")
    if status:
        _error(process, f"Command failed with exit code {status}.")
        return status
    process.stdout.write("Done in 0.10s.\n")
    return 0


def _cache(process: Process) -> str:
    """Where yarn keeps what it downloaded: root's cache is beside the programs."""
    if process.view.credentials.uid:
        return f"{home(process)}/.cache/yarn/v6"
    return "/usr/local/share/.cache/yarn/v6"


def _clean_cache(process: Process, words: list[str]) -> int:
    path = _cache(process)
    if words[:1] == ["clean"] and process.view.is_dir(path):
        process.view.remove_tree(path)
    process.stdout.write("success Cleared cache.\n")
    return 0
