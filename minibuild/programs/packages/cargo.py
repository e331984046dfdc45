"""cargo and rustc: that a program comes out is known, not what it does."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from minibuild.catalogue.executable import executable
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode, encode
from minibuild.programs.options import program_name
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.placing import put_file
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_VALUES = frozenset({
    "--target", "--bin", "--example", "--package", "-p", "--features", "-F", "--manifest-path",
    "--target-dir", "--profile", "-j", "--jobs", "--root", "--version", "--vers", "--git", "--branch",
    "--tag", "--rev", "--path", "--registry", "--index", "--color", "--message-format", "-Z",
    "--config", "--name", "--edition",
})  # fmt: skip
_HOME = "/usr/local/cargo"


@program("cargo", fidelity=Fidelity.MODELLED, reason="cargo is played: what it compiles is not known")
def cargo(process: Process) -> int:
    """`cargo build|install|fetch|new|… [options]`"""
    words = [word for word in process.argv[1:] if not word.startswith("+")]
    version = rust_version(process)
    if words[:1] in (["--version"], ["-V"], ["version"]):
        process.stdout.write(f"cargo {version}\n")
        return 0
    options, operands = _split(words)
    command, rest = (operands[0], operands[1:]) if operands else ("help", [])
    if command in ("build", "b", "rustc"):
        return _build(process, options)
    if command == "install":
        return _install(process, options, rest)
    if command in ("new", "init"):
        return _new(process, command, rest, options)
    if command in ("fetch", "vendor", "update", "generate-lockfile"):
        return 0 if _manifest(process, options) is not None else 101
    if command in ("clean", "help", "login", "search", "fmt", "metadata"):
        return 0
    return assume(process, f"what cargo {command} does is not known")


@program("rustc", "rustup", "rustdoc", "rustfmt", fidelity=Fidelity.MODELLED, reason="rustup is played")
def rust_tool(process: Process) -> int:
    """`rustc --version`, `rustup target add TARGET` and the like."""
    name, words = program_name(process), process.argv[1:]
    if words[:1] in (["--version"], ["-V"]):
        process.stdout.write(f"{name} {rust_version(process)}\n")
        return 0
    if name == "rustup":
        if words[:2] in (["target", "add"], ["component", "add"]):
            process.stderr.write("".join(f"info: downloading component '{word}'\n" for word in words[2:]))
        return 0
    if name == "rustc":
        _, operands = _split(words)
        sources = [word for word in operands if word.endswith(".rs")]
        for source in sources:
            process.view.read_bytes(source)
            output = (
                words[words.index("-o") + 1]
                if "-o" in words[:-1]
                else source.rpartition("/")[2].removesuffix(".rs")
            )
            put_file(process.view, output, executable(output.rpartition("/")[2], "compiled"), 0o755)
    return 0


def rust_version(process: Process) -> str:
    """The version of the container's Rust."""
    return process.env.get("RUST_VERSION") or "1.78.0"


def _split(words: list[str]) -> tuple[dict[str, str], list[str]]:
    options: dict[str, str] = {}
    operands: list[str] = []
    ahead = list(words)
    while ahead:
        word = ahead.pop(0)
        if word == "--":
            break
        name, equals, value = word.partition("=")
        if not word.startswith("-"):
            operands.append(word)
        elif not equals and name in _VALUES and ahead:
            options[name] = ahead.pop(0)
        else:
            options[name] = value
    return options, operands


def _manifest(process: Process, options: dict[str, str]) -> tuple[str, dict[str, Any]] | None:
    """The directory and the content of Cargo.toml; None after cargo's words when there is none."""
    view = process.view
    given = options.get("--manifest-path") or (
        f"{options['--path']}/Cargo.toml" if options.get("--path") else ""
    )
    directory = view.cwd
    path = given
    while not path:
        if view.exists(f"{directory.rstrip('/')}/Cargo.toml"):
            path = f"{directory.rstrip('/')}/Cargo.toml"
        elif directory == "/":
            break
        else:
            directory = directory.rpartition("/")[0] or "/"
    if not path or not view.exists(path):
        process.stderr.write(f"error: could not find `Cargo.toml` in `{view.cwd}` or any parent directory\n")
        return None
    try:
        document = tomllib.loads(decode(view.read_bytes(path)))
    except tomllib.TOMLDecodeError as error:
        process.stderr.write(f"error: failed to parse manifest at `{path}`\n\nCaused by:\n  {error}\n")
        return None
    return path.rpartition("/")[0] or "/", document


def _programs(process: Process, base: str, document: dict[str, Any]) -> list[str]:
    """The names of the programs that a package has."""
    name = str((document.get("package") or {}).get("name", ""))
    found = [str(one["name"]) for one in document.get("bin") or [] if "name" in one]
    if not found and process.view.exists(f"{base.rstrip('/')}/src/main.rs"):
        found.append(name)
    directory = f"{base.rstrip('/')}/src/bin"
    entries = process.view.listdir(directory) if process.view.is_dir(directory) else []
    return [*found, *(entry.removesuffix(".rs") for entry in entries)]


def _build(process: Process, options: dict[str, str]) -> int:
    manifest = _manifest(process, options)
    if manifest is None:
        return 101
    base, document = manifest
    if "package" not in document:
        return assume(process, "what a Cargo workspace builds is not known")
    profile = "release" if "--release" in options or "-r" in options else options.get("--profile", "debug")
    target = (
        options.get("--target-dir") or process.env.get("CARGO_TARGET_DIR") or f"{base.rstrip('/')}/target"
    )
    directory = "/".join(filter(None, (target, options.get("--target", ""), profile)))
    package = document["package"]
    for name in document.get("dependencies") or {}:
        process.stderr.write(f"   Compiling {name}\n")
    names = _programs(process, base, document)
    if not names and not process.view.exists(f"{base.rstrip('/')}/src/lib.rs"):
        process.stderr.write(
            f"error: failed to parse manifest at `{base.rstrip('/')}/Cargo.toml`\n\nCaused by:\n  no"
            f" targets specified in the"
            " manifest\n  either src/lib.rs, src/main.rs, a [lib] section, or [[bin]] section must be"
            " present\n"
        )
        return 101
    process.stderr.write(f"   Compiling {package.get('name')} v{package.get('version', '0.0.0')} ({base})\n")
    for name in names:
        if not options.get("--bin") or options["--bin"] == name:
            put_file(process.view, f"{directory}/{name}", executable(name, "compiled"), 0o755)
    put_file(process.view, f"{directory}/.cargo-lock", b"")
    process.stderr.write(f"    Finished `{profile}` profile [optimized] target(s) in 1.00s\n")
    return 0


def _install(process: Process, options: dict[str, str], names: list[str]) -> int:
    home = options.get("--root") or process.env.get("CARGO_HOME") or _HOME
    if "--path" in options:
        manifest = _manifest(process, options)
        if manifest is None:
            return 101
        names = _programs(process, *manifest)
    elif not names and not options.get("--git"):
        process.stderr.write("error: You must specify a crate\n")
        return 101
    else:
        what = options.get("--git") or " ".join(names)
        process.system.fidelity.note(Fidelity.ASSUMED, f"what the crate {what} installs is not known")
        names = names or [what.rstrip("/").rpartition("/")[2].removesuffix(".git")]
    for word in names:
        name = word.partition("@")[0]
        put_file(process.view, f"{home}/bin/{name}", executable(name, "compiled"), 0o755)
        process.stderr.write(f"  Installing {home}/bin/{name}\n")
    return 0


def _new(process: Process, command: str, words: list[str], options: dict[str, str]) -> int:
    path = words[0] if words else "."
    base = process.view.cwd.rstrip("/") + ("" if path == "." else f"/{path}")
    if command == "new" and process.view.exists(base):
        process.stderr.write(f"error: destination `{base}` already exists\n")
        return 101
    name = options.get("--name") or base.rpartition("/")[2]
    put_file(
        process.view,
        f"{base}/Cargo.toml",
        encode(f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n'),
    )
    file, text = (
        ("lib.rs", "")
        if "--lib" in options
        else ("main.rs", 'fn main() {\n    println!("Hello, world!");\n}\n')
    )
    put_file(process.view, f"{base}/src/{file}", encode(text))
    process.stderr.write(
        f"    Creating {'library' if '--lib' in options else 'binary (application)'} `{name}` package\n"
    )
    return 0
