"""apt's smaller tools: apt-mark, apt-key, apt-cache, apt-config, add-apt-repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode, encode
from minibuild.programs.options import program_name
from minibuild.programs.packages import apt_sources
from minibuild.programs.packages.apt_options import configuration, fail, matches
from minibuild.programs.packages.distribution import distribution
from minibuild.programs.packages.dpkg_database import DpkgDatabase, automatic, set_automatic
from minibuild.programs.packages.placing import put_file
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process


@program("apt-mark", fidelity=Fidelity.MODELLED, reason="apt-mark is played from dpkg's database")
def apt_mark(process: Process) -> int:
    """`apt-mark auto|manual|hold|unhold|showauto|showmanual|showhold [PACKAGE]...`"""
    words = [word for word in process.argv[1:] if not word.startswith("-")]
    if not words:
        process.stdout.write("Usage: apt-mark [options] {auto|manual} pkg1 [pkg2 ...]\n")
        return 0
    command, names = words[0], words[1:]
    database, auto = DpkgDatabase(process.view), automatic(process.view)
    installed = database.installed()
    if command in ("showauto", "showmanual"):
        shown = sorted(installed & auto if command == "showauto" else installed - auto)
        shown = [name for name in shown if not names or any(matches(name, one) for one in names)]
        process.stdout.write("".join(f"{name}\n" for name in shown))
        return 0
    if command in ("hold", "unhold", "showhold", "showholds", "minimize-manual"):
        for name in names:
            process.stdout.write(f"{name} set on hold.\n" if command == "hold" else "")
        return 0
    if command not in ("auto", "manual", "markauto", "unmarkauto"):
        return fail(process, f"Invalid operation {command}")
    chosen = {pattern: [name for name in installed if matches(name, pattern)] for pattern in names}
    changed = {name for found in chosen.values() for name in found}
    missing = [pattern for pattern, found in chosen.items() if not found]
    if missing:
        return fail(process, *(f"Unable to locate package {name}" for name in missing), "No packages found")
    made = command in ("auto", "markauto")
    for name in sorted(changed):
        if (name in auto) != made:
            process.stdout.write(f"{name} set to {'automatically' if made else 'manually'} installed.\n")
    set_automatic(process.view, auto | changed if made else auto - changed, "amd64")
    return 0


@program("apt-key", fidelity=Fidelity.MODELLED, reason="apt-key is played: keys are taken as they come")
def apt_key(process: Process) -> int:
    """`apt-key add FILE | adv … --recv-keys KEY | del KEY | list | export | finger`"""
    words = [word for word in process.argv[1:] if word != "--quiet"]
    keyring = "/etc/apt/trusted.gpg"
    if words[:1] == ["--keyring"]:
        keyring, words = words[1], words[2:]
    process.stderr.write(
        "Warning: apt-key is deprecated. Manage keyring files in trusted.gpg.d instead (see apt-key(8)).\n"
    )
    if not words:
        process.stdout.write("Usage: apt-key [--keyring file] [command] [arguments]\n")
        return 1
    view = process.view
    old = view.read_bytes(keyring) if view.exists(keyring) else b""
    if words[0] == "add":
        data = process.open_reader(words[1] if len(words) > 1 else "-").read()
        if not data.strip():
            process.stdout.write("gpg: no valid OpenPGP data found.\n")
            return 2
        put_file(view, keyring, old + data)
        process.stdout.write("OK\n")
    elif words[0] == "adv":
        keys = [word for word in words if word.strip("0123456789abcdefABCDEFx") == "" and len(word) >= 8]
        put_file(view, keyring, old + encode("".join(f"{key}\n" for key in keys)))
        process.stdout.write("".join(f"gpg: key {key[-16:]}: public key imported\n" for key in keys))
    elif words[0] in ("list", "finger", "export", "exportall"):
        process.stdout.write(f"{keyring}\n--------------------\n" if words[0] == "list" else "")
    elif words[0] not in ("del", "update", "net-update"):
        process.stderr.write("Usage: apt-key [--keyring file] [command] [arguments]\n")
        return 1
    return 0


@program("apt-cache", fidelity=Fidelity.MODELLED, reason="apt-cache is played from the catalogue of packages")
def apt_cache(process: Process) -> int:
    """`apt-cache policy|show|search|madison|depends|showpkg|pkgnames [PACKAGE]...`"""
    words = [word for word in process.argv[1:] if not word.startswith("-")]
    if not words:
        process.stdout.write("Usage: apt-cache [options] command\n")
        return 0
    command, names = words[0], words[1:]
    where, database = distribution(process, "debian"), DpkgDatabase(process.view)
    present = apt_sources.lists_present(process.view)
    if command in ("search", "pkgnames"):
        for name in where.table.names() if present else []:
            if command == "pkgnames" or all(word.lower() in name for word in names):
                process.stdout.write(f"{name} - {name}\n" if command == "search" else f"{name}\n")
        return 0
    if command not in (
        "policy",
        "show",
        "madison",
        "depends",
        "showpkg",
        "rdepends",
        "showsrc",
        "gencaches",
        "stats",
    ):
        return fail(process, f"Invalid operation {command}")
    for name in names:
        package = where.table.get(name) if present else None
        have = database.fields(name).get("Version")
        version = package.version if package else have
        if command == "policy":
            if version is not None:
                process.stdout.write(
                    f"{name}:\n  Installed: {have or '(none)'}\n  Candidate: {version}\n  Version table:\n"
                )
                process.stdout.write(f"     {version} 500\n")
        elif command == "madison":
            if package is not None:
                place = f"http://deb.debian.org/debian {where.release.name}/main"
                process.stdout.write(f"{name:>10} | {version} | {place} amd64\n")
        elif version is None:
            return fail(process, "No packages found")
        elif command == "depends":
            needs = package.depends if package else ()
            process.stdout.write(f"{name}\n" + "".join(f"  Depends: {need}\n" for need in needs))
        else:
            process.stdout.write(f"Package: {name}\nVersion: {version}\nArchitecture: amd64\n\n")
    return 0


@program("apt-config", fidelity=Fidelity.MODELLED, reason="apt-config is played from /etc/apt/apt.conf.d")
def apt_config(process: Process) -> int:
    """`apt-config dump|shell …`"""
    if process.argv[1:2] == ["dump"]:
        process.stdout.write('APT "";\nAPT::Architecture "amd64";\n')
        for text in configuration(process):
            process.stdout.write(text)
    return 0


@program(
    "add-apt-repository", "apt-add-repository",
    fidelity=Fidelity.MODELLED, reason="add-apt-repository is played: the repository is not looked at",
)  # fmt: skip
def add_apt_repository(process: Process) -> int:
    """`add-apt-repository [-y] [-u] [-r] [-n] [-c COMPONENT] [-P PPA] REPOSITORY`"""
    words = [word for word in process.argv[1:] if not word.startswith("-")]
    if not words:
        process.stderr.write(
            f"Error: need a repository as argument\nUsage: {program_name(process)} <sourceline>\n"
        )
        return 1
    where = distribution(process, "ubuntu")
    line = " ".join(words)
    view = process.view
    if line in ("universe", "multiverse", "restricted", "main", "contrib", "non-free", "non-free-firmware"):
        path = "/etc/apt/sources.list"
        text = decode(view.read_bytes(path)) if view.exists(path) else ""
        lines = [
            f"{one} {line}" if one.startswith("deb ") and line not in one.split() else one
            for one in text.splitlines()
        ]
        put_file(view, path, encode("".join(f"{one}\n" for one in lines)))
    elif line.startswith("ppa:"):
        owner, _, name = line[4:].partition("/")
        uri = f"https://ppa.launchpadcontent.net/{owner}/{name or 'ppa'}/ubuntu/"
        path = f"/etc/apt/sources.list.d/{owner}-ubuntu-{name or 'ppa'}-{where.release.name}.list"
        put_file(view, path, encode(f"deb {uri} {where.release.name} main\n"))
        process.system.fidelity.note(Fidelity.ASSUMED, f"which packages {uri} has is not known")
    else:
        entry = line if line.startswith("deb") else f"deb {line} {where.release.name} main"
        host = entry.partition("://")[2].partition("/")[0] or "additional"
        put_file(
            view,
            f"/etc/apt/sources.list.d/archive_uri-{host}-{where.release.name}.list",
            encode(f"{entry}\n"),
        )
    if where.system == "ubuntu" and "-n" not in process.argv and "--no-update" not in process.argv:
        return apt_sources.update(process, where)
    return 0
