"""npm's commands that look at or change its settings, and where things are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from minibuild.programs.inputs import decode, encode
from minibuild.programs.packages.npm_install import home
from minibuild.programs.packages.placing import put_file

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.packages.node_options import Given


def global_prefix(process: Process) -> str:
    """Where global packages go: below /usr/local, unless the environment or .npmrc say otherwise."""
    for name in ("NPM_CONFIG_PREFIX", "npm_config_prefix"):
        if process.env.get(name):
            return process.env[name].rstrip("/")
    path = f"{home(process)}/.npmrc"
    for line in decode(process.view.read_bytes(path)).splitlines() if process.view.exists(path) else []:
        name, _, value = line.partition("=")
        if name.strip() == "prefix":
            return value.strip().strip('"').rstrip("/")
    return "/usr/local"


def _cache(process: Process, _opts: Given, words: list[str]) -> int:
    path = f"{home(process)}/.npm/_cacache"
    if words[:1] in (["clean"], ["clear"], ["rm"]) and process.view.is_dir(path):
        process.view.remove_tree(path)
    return 0


def _config(process: Process, _opts: Given, words: list[str]) -> int:
    if words[:1] == ["set"] and len(words) > 1:
        name, _, value = words[1].partition("=")
        line = f"{name}={value or ' '.join(words[2:])}\n"
        path = f"{home(process)}/.npmrc"
        old = decode(process.view.read_bytes(path)) if process.view.exists(path) else ""
        put_file(process.view, path, encode(old + line))
    elif words[:1] == ["get"] and len(words) > 1:
        values = {"prefix": global_prefix(process), "registry": "https://registry.npmjs.org/"}
        process.stdout.write(f"{values.get(words[1], 'undefined')}\n")
    return 0


def _where(process: Process, opts: Given, _words: list[str]) -> int:
    here = f"{global_prefix(process)}/lib" if "global" in opts else process.view.cwd.rstrip("/")
    process.stdout.write(f"{here}/node_modules\n")
    return 0


def _nothing(_process: Process, _opts: Given, _words: list[str]) -> int:
    return 0


def _init(process: Process, _opts: Given, _words: list[str]) -> int:
    name = process.view.cwd.rpartition("/")[2] or "app"
    document = {"name": name, "version": "1.0.0", "main": "index.js", "scripts": {}, "license": "ISC"}
    put_file(
        process.view,
        f"{process.view.cwd.rstrip('/')}/package.json",
        encode(json.dumps(document, indent=2) + "\n"),
    )
    return 0


def npm_version(process: Process) -> str:
    """The version of the container's npm."""
    for path in ("/usr/local/lib/node_modules/npm/package.json", "/usr/lib/node_modules/npm/package.json"):
        if process.view.exists(path):
            try:
                return str(json.loads(decode(process.view.read_bytes(path)))["version"])
            except (ValueError, KeyError):
                break
    return "10.9.2"


# Commands that need nothing of the catalogue. What the last ones do leaves no trace here.
SETTINGS = {
    "cache": _cache,
    **dict.fromkeys(("config", "c"), _config),
    "set": lambda process, opts, words: _config(process, opts, ["set", *words]),
    "get": lambda process, opts, words: _config(process, opts, ["get", *words]),
    "root": _where,
    "init": _init,
    **dict.fromkeys(
        (
            "audit", "fund", "rebuild", "link", "ln", "dedupe", "ls", "list", "outdated", "version",
            "ping", "doctor", "login", "update", "up", "upgrade", "view", "pkg", "shrinkwrap",
        ),
        _nothing,
    ),
}  # fmt: skip
