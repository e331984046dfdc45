"""The helpers of cross-compiling images: xx-go, xx-apk, xx-info, … each runs the tool it is named after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.options import program_name
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_TOOLS = {
    "xx-go": "go",
    "xx-apk": "apk",
    "xx-apt": "apt-get",
    "xx-apt-get": "apt-get",
    "xx-cargo": "cargo",
    "xx-cc": "gcc",
    "xx-c++": "g++",
    "xx-clang": "gcc",
    "xx-clang++": "g++",
    "xx-pkg-config": "pkg-config",
}
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64", "arm": "armv7l", "386": "i386"}


@program(
    *_TOOLS, "xx-info", "xx-verify", "xx-ld-shas", "xx-windres",
    fidelity=Fidelity.MODELLED, reason="the helpers of cross-compiling are played for the target platform",
)  # fmt: skip
def cross(process: Process) -> int:
    """`xx-go build …` is `go build …` for TARGETPLATFORM; `xx-info` tells of the target."""
    name, words = program_name(process), process.argv[1:]
    system, _, rest = (process.env.get("TARGETPLATFORM") or "linux/amd64").partition("/")
    architecture = rest.partition("/")[0] or "amd64"
    if name == "xx-info":
        return _info(process, system, architecture, words)
    if name in ("xx-verify", "xx-ld-shas", "xx-windres"):
        missing = [word for word in words if not word.startswith("-") and not process.view.exists(word)]
        for word in missing:
            process.stderr.write(f"file {word} does not exist\n")
        return 1 if missing else 0
    if words == ["--wrap"] or words == ["--unwrap"]:
        return 0
    environment = {**process.env, "GOOS": system, "GOARCH": architecture}
    return process.call([_TOOLS[name], *words], env=environment if name == "xx-go" else None)


def _info(process: Process, system: str, architecture: str, words: list[str]) -> int:
    machine = _MACHINES.get(architecture, architecture)
    vendor = "alpine" if process.view.exists("/etc/alpine-release") else "unknown"
    triple = f"{machine}-alpine-linux-musl" if vendor == "alpine" else f"{machine}-linux-gnu"
    known = {
        "os": system,
        "arch": architecture,
        "alpine-arch": machine,
        "debian-arch": architecture,
        "march": machine,
        "rhel-arch": machine,
        "triple": triple,
        "libc": "musl" if vendor == "alpine" else "gnu",
        "vendor": vendor,
        "variant": "",
        "sysroot": "/",
        "pkg-arch": machine if vendor == "alpine" else architecture,
    }
    if words[:1] == ["is-cross"]:
        return 0 if architecture != "amd64" else 1
    if words:
        process.stdout.write(f"{known.get(words[0], '')}\n")
    else:
        process.stdout.write("".join(f"{name}: {value}\n" for name, value in known.items()))
    return 0
