"""python: its version, a few modules of its library, and very little of the language; the rest nobody can
know.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.options import program_name
from minibuild.programs.packages import PACKAGES, pip
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.python_environment import PythonEnvironment, environment, installed
from minibuild.programs.packages.python_statements import run_statements
from minibuild.programs.packages.venv import make_environment
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

# Options without a value, and those that take one.
_FLAGS = re.compile(r"-(?:[bBdEiIOPqRsSuvx3tU]+|[XW].*)\Z")
_USAGE = "usage: python3 [option] ... [-c cmd | -m mod | file | -] [arg] ...\n"


@program(
    *PACKAGES["packages.python"].split(),
    fidelity=Fidelity.MODELLED,
    reason="python is played: its version, pip, venv and a few statements",
)
def python(process: Process) -> int:
    """`python [option]... [-c COMMAND | -m MODULE | FILE | -] [ARGUMENT]...`"""
    words = process.argv[1:]
    here = environment(process)
    while words and _FLAGS.match(words[0]):
        if words[0] in ("-X", "-W"):
            words = words[1:]
        words = words[1:]
    if not words:
        return assume(process, "what Python runs from standard input is not known")
    first, rest = words[0], words[1:]
    if first in ("-V", "--version", "-VV"):
        process.stdout.write(f"Python {here.version}\n")
        return 0
    if first in ("--help", "-h"):
        process.stdout.write(_USAGE)
        return 0
    if first.startswith("-c"):
        code = first[2:] or (rest[0] if rest else "")
        return run_statements(process, here, code)
    if first.startswith("-m"):
        module = first[2:] or (rest.pop(0) if rest else "")
        return _module(process, here, module, rest)
    if first == "-":
        return assume(process, "what Python runs from standard input is not known")
    if first.startswith("-"):
        process.stderr.write(f"Unknown option: {first}\n{_USAGE}Try `python -h' for more information.\n")
        return 2
    return _script(process, here, first)


def _module(process: Process, here: PythonEnvironment, module: str, words: list[str]) -> int:
    """`python -m MODULE`"""
    name = program_name(process)
    if module == "pip":
        if here.series >= "3" and not _has_pip(process, here):
            return _no_module(process, name, module)
        return pip.run(process, words, here)
    if module in ("venv", "virtualenv"):
        return _venv(process, here, module, words)
    if module == "ensurepip":
        _ensure_pip(process, here)
        return 0
    if module in ("compileall", "py_compile"):
        return 0
    present = installed(process.view, here.site_packages)
    if module.partition(".")[0] in _LIBRARY or module.partition(".")[0].replace("_", "-") in present:
        return assume(process, f"what python -m {module} does is not known")
    if not process.view.exists(f"{module.replace('.', '/')}.py") and not process.view.is_dir(
        module.replace(".", "/")
    ):
        return _no_module(process, name, module)
    return assume(process, f"what python -m {module} does is not known")


def _no_module(process: Process, name: str, module: str) -> int:
    process.stderr.write(f"/usr/bin/{name}: No module named {module}\n")
    return 1


def _venv(process: Process, here: PythonEnvironment, module: str, words: list[str]) -> int:
    paths = [word for word in words if not word.startswith("-")]
    if not paths:
        process.stderr.write(f"usage: {module} ENV_DIR [ENV_DIR ...]\n")
        return 2
    debian = here.site_packages.endswith("dist-packages")
    if debian and module == "venv" and not _venv_possible(process, here):
        process.stdout.write(
            "The virtual environment was not created successfully because ensurepip is not\n"
            "available.  On Debian/Ubuntu systems, you need to install the python3-venv\n"
            f"package using the following command.\n\n    apt install python{here.series}-venv\n"
        )
        return 1
    for path in paths:
        make_environment(
            process, here, path, pip="--without-pip" not in words, site="--system-site-packages" in words
        )
    return 0


def _venv_possible(process: Process, here: PythonEnvironment) -> bool:
    return process.view.exists(f"/var/lib/dpkg/info/python{here.series}-venv.list")


def _ensure_pip(process: Process, here: PythonEnvironment) -> None:
    from minibuild.catalogue.executable import executable
    from minibuild.programs.packages.placing import put_file

    for name in ("pip3", f"pip{here.series}"):
        put_file(process.view, f"{here.scripts}/{name}", executable(name, "python"), 0o755)
    put_file(process.view, f"{here.site_packages}/pip-24.0.dist-info/METADATA", b"Name: pip\nVersion: 24.0\n")


def _has_pip(process: Process, here: PythonEnvironment) -> bool:
    view = process.view
    return (
        view.exists(f"{here.prefix}/bin/pip")
        or view.exists(f"{here.prefix}/bin/pip3")
        or "pip" in installed(view, here.site_packages)
    )


def _script(process: Process, here: PythonEnvironment, path: str) -> int:
    try:
        text = process.view.read_bytes(path)
    except OSError as error:
        process.stderr.write(
            f"{program_name(process)}: can't open file {path!r}: [Errno {error.errno}] {strerror(error)}\n"
        )
        return 2
    if path.endswith("get-pip.py"):
        _ensure_pip(process, here)
        return 0
    if not text.strip():
        return 0
    status = run_statements(process, here, text.decode("utf-8", "replace"), only_if_known=True)
    return (
        status if status is not None else assume(process, f"what the Python script {path} does is not known")
    )


# Modules of the library that are run with -m.
_LIBRARY = frozenset({
    "http", "json", "site", "unittest", "doctest", "timeit", "zipfile", "tarfile", "zipapp", "calendar",
    "pdb", "cProfile", "profile", "trace", "tokenize", "ast", "base64", "sysconfig", "platform", "pydoc",
    "smtpd", "ftplib", "gzip", "this", "idlelib", "lib2to3", "asyncio", "inspect",
})  # fmt: skip
