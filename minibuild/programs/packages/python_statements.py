"""The few statements of Python that stand in Dockerfiles: imports, print of constants and of versions."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, overload

from minibuild.catalogue.packages.registries import registry_package
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.python_environment import PythonEnvironment, installed

if TYPE_CHECKING:
    from typing import Literal

    from minibuild.kernel.process import Process

_ARCHITECTURE = "x86_64"


class _UnknownError(Exception):
    """An expression or a statement whose result nobody knows."""


class _Ended(Exception):  # noqa: N818  an exit is no error
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@overload
def run_statements(process: Process, here: PythonEnvironment, code: str) -> int: ...
@overload
def run_statements(
    process: Process, here: PythonEnvironment, code: str, *, only_if_known: Literal[True]
) -> int | None: ...
def run_statements(
    process: Process, here: PythonEnvironment, code: str, *, only_if_known: bool = False
) -> int | None:
    """Run a program of known statements; its exit status. Others are assumed, or None is returned before
    anything is done.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        if only_if_known:
            return None
        process.stderr.write('  File "<string>", line 1\nSyntaxError: invalid syntax\n')
        return 1
    machine = _Interpreter(process, here, script=only_if_known)
    try:
        for statement in tree.body:
            machine.run(statement)
    except _Ended as ended:
        status = ended.status
    except _UnknownError:
        if only_if_known:
            return None
        return assume(process, f"what the Python code {_short(code)} does is not known")
    else:
        status = 0
    process.stdout.write("".join(machine.output))
    process.flush()
    process.stderr.write("".join(machine.errors))
    return status


def _short(code: str) -> str:
    line = " ".join(code.split())
    return repr(line if len(line) <= 60 else line[:57] + "...")


class _Interpreter:
    """Runs the statements that it knows; what is printed is collected, so that nothing is done before an
    unknown one.
    """

    def __init__(self, process: Process, here: PythonEnvironment, *, script: bool) -> None:
        self.output: list[str] = []
        self.errors: list[str] = []
        self._here = here
        self._partial = script and process.system.partial
        self._present = {
            _module_of(name): version
            for name, (_, version) in installed(process.view, here.site_packages).items()
        }
        self._names: dict[str, str] = {}

    def run(self, statement: ast.stmt) -> None:
        """Run one statement; _UnknownError when it is none of the known ones."""
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                self._import(alias.name)
                self._names[alias.asname or alias.name.partition(".")[0]] = alias.name
        elif isinstance(statement, ast.ImportFrom):
            self._import(statement.module or "")
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant | ast.Call):
            self._call(statement.value)
        elif not isinstance(statement, ast.Pass):
            raise _UnknownError

    def _import(self, name: str) -> None:
        top = name.partition(".")[0]
        if (
            top in sys.stdlib_module_names
            or top in ("pip", "setuptools", "distutils")
            or top in self._present
        ):
            return
        if self._partial:  # a script's author knew the image, which may have modules that nobody listed
            raise _UnknownError
        self.errors.append(
            "Traceback (most recent call last):\n"
            f'  File "<string>", line 1, in <module>\nModuleNotFoundError: No module named {top!r}\n'
        )
        raise _Ended(1)

    def _call(self, value: ast.expr) -> None:
        if isinstance(value, ast.Constant):
            return
        if not isinstance(value, ast.Call) or value.keywords:
            raise _UnknownError
        function = ast.unparse(value.func)
        if function == "print":
            self.output.append(" ".join(str(self._value(one)) for one in value.args) + "\n")
        elif function == "sys.exit" or function == "exit":
            status = self._value(value.args[0]) if value.args else 0
            raise _Ended(status if isinstance(status, int) else 1)
        else:
            raise _UnknownError

    def _value(self, node: ast.expr) -> object:
        if isinstance(node, ast.Constant):
            return node.value
        text = ast.unparse(node)
        here = self._here
        known: dict[str, object] = {
            "sys.version": f"{here.version} (main) [GCC 12.2.0]",
            "sys.version_info[0]": int(here.version.split(".")[0]),
            "sys.version_info.major": int(here.version.split(".")[0]),
            "sys.version_info.minor": int(here.version.split(".")[1]),
            "sys.prefix": here.prefix,
            "sys.executable": f"{here.prefix}/bin/python{here.series}",
            "sys.platform": "linux",
            "platform.python_version()": here.version,
            "platform.machine()": _ARCHITECTURE,
            "site.getsitepackages()[0]": here.site_packages,
            "sysconfig.get_paths()['purelib']": here.site_packages,
            "sysconfig.get_path('purelib')": here.site_packages,
        }
        if text in known:
            return known[text]
        module, _, attribute = text.rpartition(".")
        name = self._names.get(module)
        if name is not None and attribute == "__version__" and name in self._present:
            return self._present[name]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
            return self._sum(node)
        raise _UnknownError

    def _sum(self, node: ast.BinOp) -> object:
        left, right = self._value(node.left), self._value(node.right)
        if not (isinstance(left, int) and isinstance(right, int)) or abs(left) > 10**9 or abs(right) > 10**9:
            raise _UnknownError
        if isinstance(node.op, ast.Add):
            return left + right
        return left - right if isinstance(node.op, ast.Sub) else left * right


def _module_of(name: str) -> str:
    package = registry_package("pypi", name)
    return (package.module if package else "") or name.replace("-", "_")
