"""npm and npx, played from the catalogue of npm's most used packages and from lock files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import encode
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.node_options import NPM_SHORT, NPM_VALUES, split
from minibuild.programs.packages.npm_install import fill_cache, home, put_packages, run_script, write_lock
from minibuild.programs.packages.npm_projects import (
    NodePackage,
    ProjectError,
    chosen,
    dependencies,
    locked_by_npm,
    read_project,
    split_spec,
)
from minibuild.programs.packages.npm_settings import SETTINGS, global_prefix, npm_version
from minibuild.programs.packages.placing import put_file
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process
    from minibuild.programs.packages.node_options import Given

    Command = Callable[[Process, Given, list[str]], int]

_AGENT = "npm/10.8.2 node/v20.19.5 linux x64 workspaces/false"
_NO_LOCK = """code EUSAGE

The `npm ci` command can only install with an existing package-lock.json or
npm-shrinkwrap.json with lockfileVersion >= 1. Run an install with npm@5 or
later to generate a package-lock.json file, then try again.

Clean install a project

Usage:
npm ci
"""
_HELP = """npm <command>

Usage:

npm install        install all the dependencies in your project
npm install <foo>  add the <foo> dependency to your project
npm test           run this project's tests
npm run <foo>      run the script named <foo>
npm <command> -h   quick help on <command>

All commands:

    access, adduser, audit, bugs, cache, ci, completion, config, dedupe, deprecate, diff, dist-tag, docs,
    doctor, edit, exec, explain, explore, find-dupes, fund, get, help, init, install, install-ci-test,
    install-test, link, ll, login, logout, ls, org, outdated, owner, pack, ping, pkg, prefix, profile, prune,
    publish, query, rebuild, repo, restart, root, run-script, search, set, shrinkwrap, star, start, stop,
    team, test, token, uninstall, unpublish, update, version, view, whoami
"""


@program(
    "npm", fidelity=Fidelity.MODELLED, reason="npm is played from the catalogue of packages and lock files"
)
def npm(process: Process) -> int:
    """`npm COMMAND [options] [PACKAGE]...`"""
    opts = split(process.argv[1:], NPM_SHORT, NPM_VALUES, passing=frozenset())
    operands = opts.operands
    if "version" in opts and not operands:
        process.stdout.write(f"{npm_version(process)}\n")
        return 0
    if not operands or operands[0] == "help":
        process.stdout.write(_HELP)
        return 0 if operands or "help" in opts else 1
    command, words = operands[0], operands[1:]
    act = _COMMANDS.get(command)
    if act is None:
        process.stderr.write(
            f'Unknown command: "{command}"\n\nTo see a list of supported npm commands, run:\n  npm help\n'
        )
        return 1
    directory = opts.get("prefix")
    if directory and "global" not in opts:
        process.view.chdir(directory)
    try:
        return act(process, opts, words)
    except ProjectError as error:
        return complain(process, f"code EJSONPARSE\n{error}\n")


@program("npx", fidelity=Fidelity.MODELLED, reason="npx is played: it runs commands of installed packages")
def npx(process: Process) -> int:
    """`npx [options] COMMAND [ARGUMENT]...`"""
    words = process.argv[1:]
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option in ("-v", "--version"):
            process.stdout.write(f"{npm_version(process)}\n")
            return 0
        if option in ("-p", "--package", "-c", "--call") and words:
            words.pop(0)
    if not words:
        return assume(process, "what npx without a command does is not known")
    name, _ = split_spec(words[0])
    command = name.rpartition("/")[2]
    path = f"{process.view.cwd.rstrip('/')}/node_modules/.bin/{command}"
    if process.view.exists(path):
        return process.call([path, *words[1:]])
    return assume(process, f"what npx {words[0]} does is not known")


def complain(process: Process, text: str, status: int = 1) -> int:
    """Say `npm error …` for each line."""
    process.flush()
    for line in text.rstrip("\n").split("\n"):
        process.stderr.write(f"npm error {line}".rstrip() + "\n")
    process.stderr.write(
        f"npm error A complete log of this run can be found in: {home(process)}/.npm/_logs/debug-0.log\n"
    )
    return status


def _install(process: Process, opts: Given, words: list[str]) -> int:
    if "global" in opts or opts.get("location") == "global":
        return _install_globally(process, words)
    view, here = process.view, process.view.cwd
    project = read_project(view, here)
    development = _development(process, opts)
    packages = None if words else locked_by_npm(view, here, development=development)
    asked = [chosen(process, *split_spec(word)) for word in words]
    if packages is None:
        needs = dependencies(project or {}, development=development)
        names = {package.name for package in asked}
        packages = asked + [
            chosen(process, name, wanted) for name, wanted in needs.items() if name not in names
        ]
    if not _reachable(process, packages):
        return _no_network(process)
    if words and project is not None and "no-save" not in opts:
        project = _saved(process, project, opts, asked)
    _put(process, packages)
    if (
        "no-package-lock" not in opts
        and (project is not None or words)
        and (words or not view.exists("package-lock.json"))
    ):
        write_lock(view, here, project or {}, packages)
    return _finish(process, opts, project, len(packages))


def _clean_install(process: Process, opts: Given, _words: list[str]) -> int:
    view, here = process.view, process.view.cwd
    packages = locked_by_npm(view, here, development=_development(process, opts))
    project = read_project(view, here)
    if packages is None:
        return complain(process, _NO_LOCK)
    if project is None:
        return _no_project(process)
    if not _reachable(process, packages):
        return _no_network(process)
    if view.is_dir("node_modules"):
        view.remove_tree("node_modules")
    _put(process, packages)
    return _finish(process, opts, project, len(packages))


def _put(process: Process, packages: list[NodePackage]) -> None:
    modules = f"{process.view.cwd.rstrip('/')}/node_modules"
    put_packages(process, packages, modules, f"{modules}/.bin")
    if packages:
        names = {f"node_modules/{one.place}": {"version": one.version} for one in packages}
        hidden = {"lockfileVersion": 3, "requires": True, "packages": names}
        put_file(process.view, f"{modules}/.package-lock.json", encode(json.dumps(hidden, indent=2) + "\n"))
    fill_cache(process, packages, f"{home(process)}/.npm/_cacache/content-v2/sha512")


def _finish(process: Process, opts: Given, project: dict[str, Any] | None, count: int) -> int:
    """Run the scripts of the installation and say what was done."""
    scripts = (project or {}).get("scripts") or {}
    if "ignore-scripts" not in opts:
        for name in ("preinstall", "install", "postinstall", "prepublish", "prepare"):
            if name in scripts:
                status = _announced(process, project or {}, name, [])
                if status:
                    return complain(
                        process, f"code {status}\npath {process.view.cwd}\ncommand failed", status
                    )
    state = (
        f"added {count} packages, and audited {count + 1} packages"
        if count
        else "up to date, audited 1 package"
    )
    process.stdout.write(f"\n{state} in 1s\n\nfound 0 vulnerabilities\n")
    return 0


def _install_globally(process: Process, words: list[str]) -> int:
    prefix = global_prefix(process)
    packages = [chosen(process, *split_spec(word)) for word in words]
    if not _reachable(process, packages):
        return _no_network(process)
    modules = f"{prefix}/lib/node_modules"
    if not process.view.access(_existing(process, modules), 2):
        return complain(
            process,
            f"code EACCES\nsyscall mkdir\npath {modules}\nerrno -13\n"
            f"Error: EACCES: permission denied, mkdir '{modules}'\n",
            243,
        )
    for package in packages:
        # npm is its own first package: its commands stay what they are.
        commands = {} if package.name == "npm" else package.commands
        put_packages(process, [package._replace(commands=commands)], modules, f"{prefix}/bin")
    fill_cache(process, packages, f"{home(process)}/.npm/_cacache/content-v2/sha512")
    process.stdout.write(f"\nadded {len(packages)} packages in 1s\n")
    return 0


def _existing(process: Process, path: str) -> str:
    while path and not process.view.exists(path):
        path = path.rpartition("/")[0]
    return path or "/"


def _development(process: Process, opts: Given) -> bool:
    if "dev" in opts.all("include"):
        return True
    if (
        opts.any("production", "prod")
        or "dev" in opts.all("omit")
        or opts.get("only") in ("prod", "production")
    ):
        return False
    return process.env.get("NODE_ENV") != "production"


def _saved(
    process: Process, project: dict[str, Any], opts: Given, asked: list[NodePackage]
) -> dict[str, Any]:
    """The project with what was asked for among its dependencies, written to package.json."""
    key = "devDependencies" if "save-dev" in opts else "dependencies"
    section = dict(project.get(key) or {})
    mark = "" if "save-exact" in opts else "^"
    section |= {package.name: f"{mark}{package.version}" for package in asked}
    project = {**project, key: dict(sorted(section.items()))}
    path = f"{process.view.cwd.rstrip('/')}/package.json"
    process.view.write_bytes(path, encode(json.dumps(project, indent=2) + "\n"))
    return project


def _reachable(process: Process, packages: list[NodePackage]) -> bool:
    return process.system.machine.network or not packages


def _no_network(process: Process) -> int:
    return complain(
        process,
        "code EAI_AGAIN\nsyscall getaddrinfo\nerrno EAI_AGAIN\n"
        "request to https://registry.npmjs.org/ failed, reason: getaddrinfo EAI_AGAIN registry.npmjs.org\n",
    )


def _no_project(process: Process) -> int:
    path = f"{process.view.cwd.rstrip('/')}/package.json"
    return complain(
        process,
        f"code ENOENT\nsyscall open\npath {path}\nerrno -2\n"
        f"enoent Could not read package.json: Error: ENOENT: no such file or directory, open '{path}'\n"
        "enoent This is related to npm not being able to find a file.\nenoent\n",
        254,
    )


def _run(process: Process, opts: Given, words: list[str]) -> int:
    project = read_project(process.view, process.view.cwd)
    if project is None:
        return _no_project(process)
    scripts = project.get("scripts") or {}
    if not words:
        for name, command in scripts.items():
            process.stdout.write(f"  {name}\n    {command}\n")
        return 0
    name, rest = words[0], [word for word in words[1:] if word != "--"]
    if name not in scripts:
        if "if-present" in opts:
            return 0
        if name == "start" and process.view.exists("server.js"):
            return process.call(["node", "server.js"])
        return complain(process, f'Missing script: "{name}"\n\nTo see a list of scripts, run:\n  npm run\n')
    for stage in (f"pre{name}", name, f"post{name}"):
        if stage in scripts:
            status = _announced(process, project, stage, rest if stage == name else [])
            if status:
                return status
    return 0


def _announced(process: Process, project: dict[str, Any], name: str, words: list[str]) -> int:
    command = " ".join((str((project.get("scripts") or {})[name]), *words))
    process.stdout.write(
        f"\n> {project.get('name', '')}@{project.get('version', '')} {name}\n> {command}\n\n"
    )
    return run_script(process, project, name, words, agent=_AGENT)


def _script(name: str) -> Command:
    def act(process: Process, opts: Given, words: list[str]) -> int:
        return _run(process, opts, [name, *words])

    return act


def _uninstall(process: Process, opts: Given, words: list[str]) -> int:
    base = (
        f"{global_prefix(process)}/lib/node_modules"
        if "global" in opts
        else f"{process.view.cwd.rstrip('/')}/node_modules"
    )
    for word in words:
        if process.view.is_dir(f"{base}/{word}"):
            process.view.remove_tree(f"{base}/{word}")
    process.stdout.write(f"\nremoved {len(words)} packages in 1s\n")
    return 0


def _prune(process: Process, opts: Given, _words: list[str]) -> int:
    packages = locked_by_npm(process.view, process.view.cwd, development=_development(process, opts))
    if packages is not None and process.view.is_dir("node_modules"):
        process.view.remove_tree("node_modules")
        _put(process, packages)
    process.stdout.write("\nup to date in 1s\n\nfound 0 vulnerabilities\n")
    return 0


_COMMANDS: dict[str, Command] = {
    **dict.fromkeys(("install", "i", "add", "in", "ins", "isntall"), _install),
    **dict.fromkeys(("ci", "clean-install", "ic"), _clean_install),
    **dict.fromkeys(("run", "run-script", "rum"), _run),
    "test": _script("test"),
    "t": _script("test"),
    "start": _script("start"),
    "stop": _script("stop"),
    **dict.fromkeys(("uninstall", "un", "remove", "rm", "r"), _uninstall),
    "prune": _prune,
    **SETTINGS,
}
