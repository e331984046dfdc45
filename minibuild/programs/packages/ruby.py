"""ruby, gem and bundle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.catalogue.executable import executable
from minibuild.catalogue.packages.registries import registry_package
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode, encode
from minibuild.programs.options import program_name
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.placing import put_file
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_LOCKED = re.compile(r"^    ([A-Za-z0-9_.-]+) \(([^)]+)\)$", re.MULTILINE)
_GEM = re.compile(r"^\s*gem\s+['\"]([^'\"]+)['\"](?:\s*,\s*['\"]([^'\"]+)['\"])?", re.MULTILINE)


@program("ruby", "irb", "erb", fidelity=Fidelity.MODELLED, reason="ruby is played: its version only")
def ruby(process: Process) -> int:
    """`ruby -v | -e CODE | FILE`"""
    words = process.argv[1:]
    if words[:1] in (["-v"], ["--version"]):
        process.stdout.write(f"ruby {ruby_version(process)} [x86_64-linux]\n")
        return 0
    match = (
        re.fullmatch(r"\s*puts\s+(RUBY_VERSION|'[^'\\]*'|\"[^\"\\#]*\")\s*", words[1])
        if words[:1] == ["-e"] and len(words) > 1
        else None
    )
    if match:
        process.stdout.write((ruby_version(process) if match[1] == "RUBY_VERSION" else match[1][1:-1]) + "\n")
        return 0
    script = next((word for word in words if not word.startswith("-")), "")
    if script and words[0] != "-e" and not process.view.exists(script):
        process.stderr.write(f"ruby: No such file or directory -- {script} (LoadError)\n")
        return 1
    return assume(process, f"what {program_name(process)} {script or ' '.join(words[:1])} does is not known")


def ruby_version(process: Process) -> str:
    """The version of the container's Ruby."""
    return process.env.get("RUBY_VERSION") or "3.3.8"


def gem_home(process: Process) -> tuple[str, str]:
    """Where gems go, and where their commands go."""
    home = process.env.get("GEM_HOME", "")
    if home:
        return home, f"{home}/bin"
    base = ".".join((*ruby_version(process).split(".")[:2], "0"))
    if process.view.exists("/etc/alpine-release"):
        return f"/usr/lib/ruby/gems/{base}", "/usr/bin"
    return f"/var/lib/gems/{base}", "/usr/local/bin"


@program("gem", fidelity=Fidelity.MODELLED, reason="gem is played from the catalogue of packages")
def gem(process: Process) -> int:
    """`gem install|uninstall|update|list|env|build|sources … [GEM]...`"""
    words = process.argv[1:]
    if words[:1] in (["--version"], ["-v"]):
        process.stdout.write("3.5.22\n")
        return 0
    operands, version = _split(words)
    if not operands:
        process.stdout.write("RubyGems is a package manager for Ruby.\n\n  Usage:\n    gem -h/--help\n")
        return 0
    command, names = operands[0], operands[1:]
    if command in ("install", "i"):
        return _install(process, names, version)
    if command in ("list", "query", "search"):
        base = f"{gem_home(process)[0]}/specifications"
        for name in process.view.listdir(base) if process.view.is_dir(base) else []:
            found, _, number = name.removesuffix(".gemspec").rpartition("-")
            process.stdout.write(f"{found} ({number})\n")
        return 0
    if command in ("env", "environment"):
        process.stdout.write(f"{gem_home(process)[0]}\n")
        return 0
    if command in (
        "update",
        "uninstall",
        "sources",
        "source",
        "cleanup",
        "pristine",
        "clean",
        "rdoc",
        "help",
        "which",
    ):
        return 0
    if command == "build":
        return assume(process, "what gem build makes is not known")
    process.stderr.write(
        f"ERROR:  While executing gem ... (Gem::CommandLineError)\n    Unknown command {command}\n"
    )
    return 1


def _split(words: list[str]) -> tuple[list[str], str]:
    operands, version, ahead = [], "", list(words)
    while ahead:
        word = ahead.pop(0)
        if (
            word in ("-v", "--version", "-i", "--install-dir", "-n", "--bindir", "-s", "--source", "-P", "-p")
            and ahead
        ):
            value = ahead.pop(0)
            version = value if word in ("-v", "--version") else version
        elif word.startswith("--version="):
            version = word.partition("=")[2]
        elif word == "--":
            break
        elif not word.startswith("-"):
            operands.append(word)
    return operands, version


def _install(process: Process, names: list[str], version: str) -> int:
    if not names:
        process.stderr.write(
            "ERROR:  While executing gem ... (Gem::CommandLineError)\n    Please specify at least one gem"
            " name\n"
        )
        return 1
    if not process.system.machine.network:
        process.stderr.write(f"ERROR:  Could not find a valid gem '{names[0]}' (>= 0) in any repository\n")
        return 2
    for word in names:
        name, _, told = word.partition(":")
        number = re.sub(r"[^\d.a-zA-Z].*\Z", "", (told or version).lstrip("~>=< ")) or ""
        put_gem(process, name, number)
        process.stdout.write(f"Successfully installed {name}-{number or _newest(name)}\n")
    process.stdout.write(f"{len(names)} gem{'s' if len(names) > 1 else ''} installed\n")
    return 0


def _newest(name: str) -> str:
    package = registry_package("gem", name)
    return package.version if package else "1.0.0"


def put_gem(process: Process, name: str, version: str, *, locked: bool = False) -> None:
    """Write a gem's files; one that neither a lock file nor the catalogue has is assumed."""
    package = registry_package("gem", name)
    if package is None and not locked:
        process.system.fidelity.note(Fidelity.ASSUMED, f"the gem {name} is not in the catalogue")
    version = version or _newest(name)
    home, scripts = gem_home(process)
    view = process.view
    put_file(view, f"{home}/specifications/{name}-{version}.gemspec", encode(f"# {name} {version}\n"))
    put_file(view, f"{home}/gems/{name}-{version}/lib/{name.replace('-', '/')}.rb", b"")
    put_file(view, f"{home}/cache/{name}-{version}.gem", encode(f"{name} {version}\n"))
    for command in package.commands if package else ():
        put_file(view, f"{scripts}/{command}", executable(command, name), 0o755)
    process.tick(20)


@program("bundle", "bundler", fidelity=Fidelity.MODELLED, reason="bundle is played from lock files")
def bundle(process: Process) -> int:
    """`bundle install|exec|config|update|… [options]`"""
    words = process.argv[1:]
    if words[:1] in (["--version"], ["-v"]):
        process.stdout.write("Bundler version 2.5.22\n")
        return 0
    operands = [word for word in words if not word.startswith("-")]
    command = operands[0] if operands else "install"
    if command == "exec":
        return process.call(words[words.index("exec") + 1 :]) if len(operands) > 1 else 1
    if command in ("config", "clean", "check", "lock", "platform", "cache", "package", "init", "doctor"):
        return 0
    if command not in ("install", "update", "add"):
        return assume(process, f"what bundle {command} does is not known")
    if not process.view.exists("Gemfile"):
        process.stderr.write("Could not locate Gemfile\n")
        return 10
    wanted: list[tuple[str, str, bool]]
    if process.view.exists("Gemfile.lock"):
        text = decode(process.view.read_bytes("Gemfile.lock"))
        wanted = [(name, version.split("-")[0], True) for name, version in _LOCKED.findall(text)]
    else:
        text = decode(process.view.read_bytes("Gemfile"))
        wanted = [
            (name, re.sub(r"[^\d.].*\Z", "", told.lstrip("~>=< ")), False)
            for name, told in _GEM.findall(text)
        ]
    for name, version, locked in wanted:
        process.stdout.write(f"Installing {name} {version or _newest(name)}\n")
        put_gem(process, name, version, locked=locked)
    if not process.view.exists("Gemfile.lock"):
        lines = "".join(f"    {name} ({version or _newest(name)})\n" for name, version, _ in wanted)
        put_file(
            process.view,
            f"{process.view.cwd.rstrip('/')}/Gemfile.lock",
            encode(f"GEM\n  remote: https://rubygems.org/\n  specs:\n{lines}"),
        )
    process.stdout.write(
        f"Bundle complete! {len(wanted)} Gemfile dependencies, {len(wanted)} gems now installed.\n"
    )
    return 0
