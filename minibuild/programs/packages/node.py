"""node: its version; what scripts do nobody can know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.placing import put_link
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_CONSTANT = re.compile(
    r"\s*(?:console\.log\()?\s*(?P<value>'[^'\\]*'|\"[^\"\\]*\"|\d+|process\.version(?:s\.node)?|process\.(?:platform|arch))\s*\)?;?\s*\Z"
)
_RECORDED = re.compile(r"(?:Package: nodejs\n(?:.+\n)*?Version: |P:nodejs(?:-current)?\nV:)(\d+\.\d+\.\d+)")


@program(
    "node", "nodejs", fidelity=Fidelity.MODELLED, reason="node is played: its version and constants only"
)
def node(process: Process) -> int:
    """`node [options] [SCRIPT] [ARGUMENT]...`"""
    words = process.argv[1:]
    version = node_version(process)
    if words[:1] in (["--version"], ["-v"]):
        process.stdout.write(f"v{version}\n")
        return 0
    if words[:1] in (["-e"], ["--eval"], ["-p"], ["--print"], ["-pe"]) and len(words) > 1:
        match = _CONSTANT.match(words[1])
        if match and ("p" in words[0].strip("-")[:2] or "console.log" in words[1]):
            known = {
                "process.version": f"v{version}",
                "process.versions.node": version,
                "process.platform": "linux",
                "process.arch": "x64",
            }
            value = match["value"]
            process.stdout.write(known.get(value, value.strip("'\"")) + "\n")
            return 0
        return assume(process, f"what the script {words[1][:60]!r} does is not known")
    script = next((word for word in words if not word.startswith("-")), "")
    if script and not process.view.exists(script) and not process.view.exists(f"{script}.js"):
        path = script if script.startswith("/") else f"{process.view.cwd.rstrip('/')}/{script}"
        process.stderr.write(
            f"node:internal/modules/cjs/loader:1148\n  throw err;\n  ^\n\nError: Cannot find module"
            f" '{path}'\n"
            f"  code: 'MODULE_NOT_FOUND',\n  requireStack: []\n}}\n\nNode.js v{version}\n"
        )
        return 1
    return assume(process, f"what the script {script or 'from standard input'} does is not known")


def node_version(process: Process) -> str:
    """The version of the container's Node."""
    told = process.env.get("NODE_VERSION", "")
    if told:
        return told
    for path in ("/var/lib/dpkg/status", "/lib/apk/db/installed"):
        if process.view.exists(path):
            match = _RECORDED.search(decode(process.view.read_bytes(path)))
            if match:
                return match[1]
    return "20.19.5"


@program(
    "corepack", fidelity=Fidelity.MODELLED, reason="corepack is played: it makes yarn and pnpm available"
)
def corepack(process: Process) -> int:
    """`corepack enable|disable|prepare|use|install [NAME]...`"""
    words = process.argv[1:]
    if words[:1] == ["--version"]:
        process.stdout.write("0.34.0\n")
    elif words[:1] == ["enable"]:
        from minibuild.catalogue.executable import executable
        from minibuild.programs.packages.placing import put_file

        names = [word for word in words[1:] if not word.startswith("-")] or ["yarn", "pnpm"]
        for name in names:
            path = f"/usr/local/lib/node_modules/corepack/dist/{name}.js"
            put_file(process.view, path, executable(name, "corepack"), 0o755)
            put_link(process.view, f"/usr/local/bin/{name}", f"../lib/node_modules/corepack/dist/{name}.js")
    return 0
