"""go: modules, builds and installations. What a compiled program does is not known; that it is there, is."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from minibuild.catalogue.executable import executable
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode, encode
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.go_modules import (
    Module,
    PatternError,
    find_module,
    packages,
    program_name,
    unresolved,
)
from minibuild.programs.packages.placing import put_file
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_WITH_VALUE = frozenset({
    "-o", "-p", "-C", "-asmflags", "-buildmode", "-compiler", "-gcflags", "-gccgoflags",
    "-installsuffix", "-ldflags", "-mod", "-modfile", "-overlay", "-pgo", "-pkgdir", "-tags",
    "-toolexec", "-run", "-count", "-timeout", "-coverprofile", "-covermode", "-coverpkg", "-cpu",
    "-parallel", "-exec", "-vettool", "-bench", "-benchtime", "-f", "-buildvcs",
})  # fmt: skip
_COMMANDS = frozenset({
    "bug", "build", "clean", "doc", "env", "fix", "fmt", "generate", "get", "install", "list", "mod",
    "work", "run", "telemetry", "test", "tool", "version", "vet",
})  # fmt: skip
_NO_MODULE = "go: go.mod file not found in current directory or any parent directory; see 'go help modules'\n"


@program("go", fidelity=Fidelity.MODELLED, reason="go is played: what it compiles is not known")
def go(process: Process) -> int:
    """`go COMMAND [options] [PACKAGE]...`"""
    words = process.argv[1:]
    if not words or words[0] in ("help", "-h", "--help"):
        process.stderr.write(
            "Go is a tool for managing Go source code.\n\nUsage:\n\n\tgo <command> [arguments]\n\n"
        )
        return 0 if words else 2
    command = words[0]
    if command not in _COMMANDS:
        process.stderr.write(f"go {command}: unknown command\nRun 'go help' for usage.\n")
        return 2
    act = _ACTIONS.get(command)
    if act is None:
        return assume(process, f"what go {' '.join(words[:3])} does is not known")
    options, operands = _split(words[1:])
    if options.get("-C"):
        process.view.chdir(options["-C"])
    try:
        return act(process, options, operands)
    except PatternError as error:
        process.flush()
        process.stderr.write(f"{error}\n")
        return 1


@program("gofmt", fidelity=Fidelity.MODELLED, reason="gofmt is played: sources are taken to be formatted")
def gofmt(process: Process) -> int:
    """`gofmt [-d] [-e] [-l] [-s] [-w] [FILE]...`"""
    del process
    return 0


def _split(words: list[str]) -> tuple[dict[str, str], list[str]]:
    options: dict[str, str] = {}
    ahead = list(words)
    while ahead and ahead[0].startswith("-") and ahead[0] != "-":
        word = ahead.pop(0)
        name, equals, value = word.partition("=")
        name = "-" + name.lstrip("-")
        if not equals and name in _WITH_VALUE and ahead:
            value = ahead.pop(0)
        options[name] = value
    return options, ahead


def _tell_version(process: Process, _options: dict[str, str], _words: list[str]) -> int:
    process.stdout.write(f"go version go{go_version(process)} linux/amd64\n")
    return 0


def go_version(process: Process) -> str:
    """The version of the container's Go."""
    view = process.view
    if view.exists("/usr/local/go/VERSION"):
        return decode(view.read_bytes("/usr/local/go/VERSION")).split()[0].removeprefix("go")
    if process.env.get("GOLANG_VERSION"):
        return process.env["GOLANG_VERSION"]
    for path in ("/lib/apk/db/installed", "/var/lib/dpkg/status"):
        if view.exists(path):
            match = re.search(
                r"(?:P:go\nV:|Package: golang-go\n(?:.+\n)*?Version: (?:2:)?)(\d+\.\d+(?:\.\d+)?)",
                decode(view.read_bytes(path)),
            )
            if match:
                return match[1]
    return "1.22.12"


def _env(process: Process, options: dict[str, str], words: list[str]) -> int:
    home = process.env.get("HOME", "/root")
    path = _gopath(process)
    module = find_module(process.view, process.view.cwd)
    known = {
        "GOARCH": process.env.get("GOARCH", "amd64"),
        "GOBIN": process.env.get("GOBIN", ""),
        "GOCACHE": process.env.get("GOCACHE", f"{home}/.cache/go-build"),
        "GOFLAGS": process.env.get("GOFLAGS", ""),
        "GOHOSTARCH": "amd64",
        "GOHOSTOS": "linux",
        "GOMOD": f"{module.root.rstrip('/')}/go.mod" if module else "/dev/null",
        "GOMODCACHE": process.env.get("GOMODCACHE", f"{path}/pkg/mod"),
        "GOOS": process.env.get("GOOS", "linux"),
        "GOPATH": path,
        "GOPROXY": process.env.get("GOPROXY", "https://proxy.golang.org,direct"),
        "GOROOT": "/usr/local/go" if process.view.exists("/usr/local/go") else "/usr/lib/go",
        "GOTOOLCHAIN": process.env.get("GOTOOLCHAIN", "auto"),
        "GOVERSION": f"go{go_version(process)}",
        "CGO_ENABLED": process.env.get("CGO_ENABLED", "1"),
    }
    if "-w" in options:
        return 0
    for name in words:
        process.stdout.write(f"{known.get(name, '')}\n")
    if not words:
        process.stdout.write("".join(f"{name}='{value}'\n" for name, value in known.items()))
    return 0


def _gopath(process: Process) -> str:
    return process.env.get("GOPATH") or f"{process.env.get('HOME', '/root')}/go"


def _module(process: Process) -> Module | None:
    found = find_module(process.view, process.view.cwd)
    if found is None and (process.env.get("GO111MODULE") in ("off", "auto") or _in_gopath(process)):
        return Module(process.view.cwd, process.view.cwd.removeprefix(f"{_gopath(process)}/src/"), ())
    return found


def _in_gopath(process: Process) -> bool:
    major, minor = (*go_version(process).split("."), "0")[:2]
    return process.view.cwd.startswith(f"{_gopath(process)}/src") and (int(major), int(minor)) < (1, 16)


def _build(process: Process, options: dict[str, str], words: list[str]) -> int:
    """Compile: a program for each main package, where `-o` or the working directory say."""
    module = _module(process)
    here = process.view.cwd
    if module is None and not (words and words[0].endswith(".go")):
        process.stderr.write(_NO_MODULE)
        return 1
    module = module or Module(here, "command-line-arguments", ())
    found = packages(process.view, module, words, here)
    lines = [line for package in found for line in unresolved(process, module, package)]
    if lines and module.path != "command-line-arguments":
        process.stderr.write("".join(f"{line}\n" for line in lines))
        return 1
    if module.requires and not process.view.is_dir(f"{module.root.rstrip('/')}/vendor"):
        download(process, module)
    programs = [package for package in found if package.name == "main"]
    output = options.get("-o", "")
    suffix = ".exe" if process.env.get("GOOS") == "windows" else ""
    if output.endswith("/") or (output and process.view.is_dir(output)):
        for package in programs:
            _write_program(process, f"{output.rstrip('/')}/{program_name(module, package, words)}{suffix}")
    elif output and found:
        _write_program(process, output)
    elif len(found) == 1 and programs:
        _write_program(process, program_name(module, programs[0], words) + suffix)
    _fill_cache(process, module)
    return 0


def _write_program(process: Process, path: str) -> None:
    put_file(process.view, path, executable(path.rpartition("/")[2], "go-program"), 0o755)


def _install(process: Process, options: dict[str, str], words: list[str]) -> int:
    remote = [word for word in words if "@" in word]
    target = process.env.get("GOBIN") or f"{_gopath(process)}/bin"
    if remote:
        return _install_remote(process, remote, target)
    module = _module(process)
    if module is None:
        process.stderr.write(_NO_MODULE)
        return 1
    try:
        found = packages(process.view, module, words, process.view.cwd)
    except PatternError:
        if process.system.fidelity.limit is not Fidelity.ASSUMED:
            raise
        return _install_remote(process, words, target)
    for package in found:
        if package.name == "main":
            _write_program(process, options.get("-o") or f"{target}/{program_name(module, package, words)}")
    download(process, module)
    _fill_cache(process, module)
    return 0


def _install_remote(process: Process, words: list[str], target: str) -> int:
    for word in words:
        path, _, version = word.partition("@")
        process.system.fidelity.note(Fidelity.ASSUMED, f"what the Go package {word} is, is not known")
        process.stderr.write(f"go: downloading {path} {version or 'latest'}\n")
        parts = [part for part in path.removesuffix("/...").split("/") if part]
        if len(parts) > 1 and re.fullmatch(r"v\d+", parts[-1]):
            parts.pop()
        _write_program(process, f"{target}/{parts[-1] if parts else 'main'}")
    return 0


def _get(process: Process, options: dict[str, str], words: list[str]) -> int:
    module = _module(process)
    known = dict(module.requires) if module else {}
    target = process.env.get("GOBIN") or f"{_gopath(process)}/bin"
    strange = [word for word in words if word.partition("@")[0] not in known and not word.startswith(".")]
    if not strange:
        if module is not None:
            download(process, module)
        return 0
    process.system.fidelity.note(Fidelity.ASSUMED, f"what the Go package {strange[0]} is, is not known")
    if "-d" in options or module is not None:
        for word in strange:
            process.stderr.write(f"go: downloading {word.replace('@', ' ')}\n")
        return 0
    return _install_remote(process, strange, target)


def _mod(process: Process, _options: dict[str, str], words: list[str]) -> int:
    command, rest = (words[0], words[1:]) if words else ("", [])
    view, here = process.view, process.view.cwd
    if command == "init":
        path = rest[0] if rest else here.rpartition("/")[2]
        if view.exists("go.mod"):
            process.stderr.write(f"go: {here.rstrip('/')}/go.mod already exists\n")
            return 1
        series = ".".join(go_version(process).split(".")[:2])
        put_file(view, f"{here.rstrip('/')}/go.mod", encode(f"module {path}\n\ngo {series}\n"))
        process.stderr.write(f"go: creating new go.mod: module {path}\n")
        return 0
    module = find_module(view, here)
    if module is None:
        process.stderr.write(
            "go: no modules specified (see 'go help mod download')\n" if command == "download" else _NO_MODULE
        )
        return 1
    if command in ("download", "tidy", "verify", "vendor"):
        if not download(process, module, quiet=command != "tidy"):
            return 1
        if command == "verify":
            process.stdout.write("all modules verified\n")
        if command == "vendor":
            text = "".join(f"# {path} {version}\n" for path, version in module.requires)
            put_file(view, f"{module.root.rstrip('/')}/vendor/modules.txt", encode(text))
        return 0
    if command in ("edit", "graph", "why"):
        return 0
    process.stderr.write(f"go mod {command}: unknown command\nRun 'go help mod' for usage.\n")
    return 2


def download(process: Process, module: Module, *, quiet: bool = False) -> bool:
    """Fill the module cache with what go.mod requires; False when there is no network for that."""
    view = process.view
    cache = process.env.get("GOMODCACHE") or f"{_gopath(process)}/pkg/mod"
    for path, version in module.requires:
        escaped = re.sub(r"[A-Z]", lambda match: "!" + match[0].lower(), path)
        base = f"{cache}/cache/download/{escaped}/@v/{version}"
        if view.exists(f"{base}.info") or version == "v0.0.0":
            continue
        if not process.system.machine.network:
            process.stderr.write(
                f'go: {path}@{version}: Get "https://proxy.golang.org/{escaped}/@v/{version}.mod": dial tcp:'
                " lookup proxy.golang.org: Temporary failure in name resolution\n"
            )
            return False
        if not quiet:
            process.stderr.write(f"go: downloading {path} {version}\n")
        put_file(view, f"{base}.info", encode(f'{{"Version":"{version}"}}\n'))
        put_file(view, f"{base}.mod", encode(f"module {path}\n"))
        put_file(view, f"{cache}/{escaped}@{version}/go.mod", encode(f"module {path}\n"), 0o444)
    return True


def _fill_cache(process: Process, module: Module) -> None:
    """Leave something in the build cache, as every build does."""
    home = process.env.get("HOME", "/root")
    directory = process.env.get("GOCACHE") or f"{home}/.cache/go-build"
    digest = hashlib.sha256(module.path.encode()).hexdigest()
    put_file(process.view, f"{directory}/{digest[:2]}/{digest}-d", encode(f"{module.path}\n"))


def _list(process: Process, _options: dict[str, str], words: list[str]) -> int:
    module = _module(process)
    if module is None:
        process.stderr.write(_NO_MODULE)
        return 1
    for package in packages(process.view, module, words, process.view.cwd):
        process.stdout.write(module.path + package.directory.removeprefix(module.root.rstrip("/")) + "\n")
    return 0


def _clean(process: Process, options: dict[str, str], _words: list[str]) -> int:
    home = process.env.get("HOME", "/root")
    for option, path in (
        ("-modcache", process.env.get("GOMODCACHE") or f"{_gopath(process)}/pkg/mod"),
        ("-cache", process.env.get("GOCACHE") or f"{home}/.cache/go-build"),
    ):
        if option in options and process.view.is_dir(path):
            process.view.remove_tree(path)
    return 0


def _nothing(_process: Process, _options: dict[str, str], _words: list[str]) -> int:
    return 0


_ACTIONS = {
    "version": _tell_version,
    "env": _env,
    "build": _build,
    "install": _install,
    "mod": _mod,
    "get": _get,
    "clean": _clean,
    "list": _list,
    **dict.fromkeys(("fmt", "vet", "telemetry", "work"), _nothing),
}
