"""pip, played from the catalogue of PyPI's most used packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.catalogue.packages.registries import normalised
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import encode
from minibuild.programs.options import OptionError
from minibuild.programs.packages import PACKAGES
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.pip_install import Plan, cache, erase, write
from minibuild.programs.packages.pip_options import COMMANDS, HELP, PIP
from minibuild.programs.packages.placing import put_file
from minibuild.programs.packages.python_environment import (
    PythonEnvironment,
    environment,
    installed,
    user_environment,
)
from minibuild.programs.packages.requirements import (
    Requirement,
    RequirementError,
    read_file,
    read_requirement,
)
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

_MANAGED = """error: externally-managed-environment

× This environment is externally managed
╰─> To install Python packages system-wide, use the distribution's package
    manager, a virtual environment (python3 -m venv), or pass
    --break-system-packages to pip.

hint: See PEP 668 for the detailed specification.
"""
_ROOT = (
    "WARNING: Running pip as the 'root' user can result in broken permissions and conflicting behaviour"
    " with the system"
    " package manager. It is recommended to use a virtual environment instead:"
    " https://pip.pypa.io/warnings/venv\n"
)


@program(
    *PACKAGES["packages.pip"].split(),
    fidelity=Fidelity.MODELLED,
    reason="pip is played from the catalogue of packages",
)
def pip(process: Process) -> int:
    """`pip COMMAND [options] [PACKAGE]...`"""
    return run(process, process.argv[1:], environment(process))


def run(process: Process, words: list[str], here: PythonEnvironment) -> int:
    """pip with these words after its name, for the given installation."""
    try:
        opts, operands = PIP.split(words)
    except OptionError as error:
        command = next((word for word in words if not word.startswith("-")), "<command>")
        option = str(error).partition("--")[2].rstrip("'") or str(error).rpartition("'")[0].rpartition("'")[2]
        dashes = "--" if len(option) > 1 else "-"
        process.stderr.write(f"\nUsage:   \n  pip {command} [options]\n\nno such option: {dashes}{option}\n")
        return 2
    if "V" in opts:
        process.stdout.write(
            f"pip {_pip_version(process, here)} from {here.site_packages}/pip (python {here.series})\n"
        )
        return 0
    if not operands or "h" in opts or operands[0] == "help":
        process.stdout.write(HELP)
        return 0
    command, rest = operands[0], operands[1:]
    if command not in COMMANDS:
        process.stderr.write(f'ERROR: unknown command "{command}"\n')
        return 1
    act = _ACTIONS.get(command)
    if act is None:
        return assume(process, f"what pip {command} does is not known")
    try:
        return act(process, opts, rest, here)
    except RequirementError as error:
        process.flush()
        process.stderr.write(f"ERROR: {error}\n")
        return 1


def _install(process: Process, opts: Opts, words: list[str], here: PythonEnvironment) -> int:
    requirements = _requirements(process, opts, words, here)
    if not requirements and not opts.any("r", "group"):
        process.stderr.write(
            'ERROR: You must give at least one requirement to install (see "pip help install")\n'
        )
        return 1
    target = _target(process, opts, here)
    if target is None:
        process.stderr.write(_MANAGED)
        return 1
    plan = Plan(
        process,
        target,
        upgrade=opts.any("U", "force-reinstall", "ignore-installed"),
        dependencies="no-deps" not in opts,
    )
    _note_index(process, opts, requirements)
    for requirement in requirements:
        plan.add(requirement)
    wanted = plan.wanted
    if wanted and "dry-run" not in opts:
        process.stdout.write(
            f"Installing collected packages: {', '.join(one.name for one in reversed(wanted))}\n"
        )
        if not _writable(process, target.site_packages):
            raise RequirementError(
                "Could not install packages due to an OSError: [Errno 13] Permission denied:"
                f" {target.site_packages!r}\nCheck the permissions.\n"
            )
        write(process, target, wanted, compiled="no-compile" not in opts)
        if "no-cache-dir" not in opts and not process.env.get("PIP_NO_CACHE_DIR"):
            cache(process, wanted)
        names = " ".join(sorted(f"{one.name}-{one.version}" for one in wanted))
        process.stdout.write(f"Successfully installed {names}\n")
    _warn_root(process, opts, here)
    return 0


def _requirements(
    process: Process, opts: Opts, words: list[str], here: PythonEnvironment
) -> list[Requirement]:
    found: list[Requirement] = []
    for path in opts.all("r"):
        found += read_file(process, path, here.series)
    for text in (*words, *opts.all("e")):
        requirement = read_requirement(text, here.series)
        if requirement is not None:
            found.append(requirement)
    for path in opts.all("c"):
        limits = {normalised(one.name): one.clauses for one in read_file(process, path, here.series)}
        found = [
            one._replace(clauses=one.clauses + limits.get(normalised(one.name), ()))
            if one.kind == "name"
            else one
            for one in found
        ]
    return found


def _target(process: Process, opts: Opts, here: PythonEnvironment) -> PythonEnvironment | None:
    """Where the packages go; None when the distribution's package manager forbids that."""
    directory, prefix = opts.get("t"), opts.get("prefix") or opts.get("root")
    if directory:
        return here._replace(site_packages=directory, scripts=f"{directory}/bin")
    if prefix:
        return here._replace(
            site_packages=f"{prefix}/lib/python{here.series}/site-packages", scripts=f"{prefix}/bin"
        )
    allowed = "break-system-packages" in opts or process.env.get("PIP_BREAK_SYSTEM_PACKAGES")
    if here.managed and not allowed:
        return None
    if "user" in opts or process.env.get("PIP_USER"):
        return user_environment(process, here)
    if process.view.credentials.uid and not here.virtual and not _writable(process, here.site_packages):
        process.stdout.write(
            "Defaulting to user installation because normal site-packages is not writeable\n"
        )
        return user_environment(process, here)
    return here


def _writable(process: Process, path: str) -> bool:
    """May the process write at `path`, or make it?"""
    while path and not process.view.exists(path):
        path = path.rpartition("/")[0]
    return process.view.access(path or "/", 2)


def _note_index(process: Process, opts: Opts, requirements: list[Requirement]) -> None:
    """Another index may have other packages than PyPI."""
    urls = [*opts.all("i"), *opts.all("extra-index-url"), *opts.all("f")]
    strange = [url for url in urls if "pypi.org" not in url and "pypi.python.org" not in url]
    if strange and any(one.kind == "name" for one in requirements):
        process.system.fidelity.note(Fidelity.ASSUMED, f"which packages {strange[0]} has is not known")


def _warn_root(process: Process, opts: Opts, here: PythonEnvironment) -> None:
    quiet = opts.get("root-user-action") == "ignore" or process.env.get("PIP_ROOT_USER_ACTION") == "ignore"
    if not process.view.credentials.uid and not here.virtual and not quiet:
        process.flush()
        process.stderr.write(_ROOT)


def _uninstall(process: Process, opts: Opts, words: list[str], here: PythonEnvironment) -> int:
    present = installed(process.view, here.site_packages)
    for one in _requirements(process, opts, words, here):
        found = present.get(normalised(one.name))
        if found is None:
            process.flush()
            process.stderr.write(f"WARNING: Skipping {one.name} as it is not installed.\n")
            continue
        process.stdout.write(
            f"Found existing installation: {found[0]} {found[1]}\nUninstalling {found[0]}-{found[1]}:\n"
        )
        if "y" not in opts:
            process.stdout.write("Proceed (Y/n)? ")
            process.flush()
            if process.stdin.readline().strip().lower() not in (b"", b"y"):
                continue
        erase(process.view, here, *found)
        process.stdout.write(f"  Successfully uninstalled {found[0]}-{found[1]}\n")
    return 0


def _freeze(process: Process, opts: Opts, _words: list[str], here: PythonEnvironment) -> int:
    for key, (name, version) in sorted(installed(process.view, here.site_packages).items()):
        if key not in ("pip", "setuptools", "wheel", "distribute") or "all" in opts:
            process.stdout.write(f"{name}=={version}\n")
    return 0


def _list(process: Process, opts: Opts, _words: list[str], here: PythonEnvironment) -> int:
    present = sorted(installed(process.view, here.site_packages).values(), key=lambda one: one[0].lower())
    if "outdated" in opts:
        return 0
    if opts.get("format") == "freeze":
        process.stdout.write("".join(f"{name}=={version}\n" for name, version in present))
        return 0
    width = max([len(name) for name, _ in present] + [7])
    process.stdout.write(f"{'Package':<{width}} Version\n{'-' * width} -------\n")
    for name, version in present:
        process.stdout.write(f"{name:<{width}} {version}\n")
    return 0


def _show(process: Process, _opts: Opts, words: list[str], here: PythonEnvironment) -> int:
    present, shown = installed(process.view, here.site_packages), 0
    for word in words:
        found = present.get(normalised(word))
        if found is None:
            process.stderr.write(f"WARNING: Package(s) not found: {word}\n")
            continue
        shown += 1
        process.stdout.write(f"Name: {found[0]}\nVersion: {found[1]}\nLocation: {here.site_packages}\n")
    return 0 if shown else 1


def _check(process: Process, _opts: Opts, _words: list[str], _here: PythonEnvironment) -> int:
    process.stdout.write("No broken requirements found.\n")
    return 0


def _nothing(_process: Process, _opts: Opts, _words: list[str], _here: PythonEnvironment) -> int:
    return 0


def _fetch(process: Process, opts: Opts, words: list[str], here: PythonEnvironment) -> int:
    """download and wheel: the files that an installation would take."""
    requirements = _requirements(process, opts, words, here)
    nowhere = here._replace(site_packages="/nonexistent")
    plan = Plan(process, nowhere, upgrade=True, dependencies="no-deps" not in opts)
    for requirement in requirements:
        plan.add(requirement)
    directory = opts.get("w") or opts.get("d") or "."
    for one in plan.wanted:
        name = f"{one.name.replace('-', '_')}-{one.version}-py3-none-any.whl"
        put_file(process.view, f"{directory.rstrip('/')}/{name}", encode(name))
        process.stdout.write(f"Saved {directory.rstrip('/')}/{name}\n")
    return 0


def _pip_version(process: Process, here: PythonEnvironment) -> str:
    found = installed(process.view, here.site_packages).get("pip")
    return found[1] if found else "23.0.1"


_ACTIONS = {
    "install": _install,
    "uninstall": _uninstall,
    "freeze": _freeze,
    "list": _list,
    "show": _show,
    "check": _check,
    "download": _fetch,
    "wheel": _fetch,
    "config": _nothing,
    "cache": _nothing,
}
