"""What a shell knows when it starts: the environment, and the variables that it sets itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.substitutions import NAME

if TYPE_CHECKING:
    from minibuild.shell.interpreter import Shell

_DEFAULT_PATH = {
    "ash": "/sbin:/usr/sbin:/bin:/usr/bin",
    "dash": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "bash": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:.",
}
_VERSION = "5.2.15(1)-release"


def import_environment(shell: Shell) -> None:
    """Take over the environment as exported variables, and set PWD, OPTIND, PS4 and the like."""
    variables, process = shell.variables, shell.process
    for name, value in process.env.items():
        if NAME.fullmatch(name):
            variables.values[name] = value
            variables.exported.add(name)
    variables.ifs = " \t\n"
    values = variables.values
    values["IFS"] = " \t\n"
    variables.exported.discard("IFS")
    values["OPTIND"] = "1"
    values["PS4"] = "+ "
    if shell.dialect.name != "bash":
        values["PS1"], values["PS2"] = ("# " if not process.view.credentials.uid else "$ "), "> "
    values.setdefault("PATH", _DEFAULT_PATH[shell.dialect.name])
    _directory(shell)
    parent = process.parent
    values["PPID"] = str(parent.pid if parent is not None else 0)
    if not shell.dialect.posix_only:
        level = values.get("SHLVL", "0")
        values["SHLVL"] = str(int(level) + 1 if isinstance(level, str) and level.isdigit() else 1)
        variables.exported.add("SHLVL")
        values.setdefault("HOSTNAME", process.system.hostname)
    if shell.dialect.bash:
        _bash(shell)
    variables.careful.update(("PPID",))
    variables.readonly.update(("PPID",) if shell.dialect.bash else ())
    shell.bind_variables()


def _directory(shell: Shell) -> None:
    """PWD: what the environment says, if it is this directory."""
    values, view = shell.variables.values, shell.process.view
    here = view.cwd
    said = values.get("PWD")
    if isinstance(said, str) and said.startswith("/") and "/./" not in said and "/../" not in said:
        try:
            if view.realpath(said) == here:
                here = said
        except OSError:
            pass
    values["PWD"] = shell.directory = here
    if shell.dialect.name != "dash":
        shell.variables.exported.add("PWD")


def _bash(shell: Shell) -> None:
    values = shell.variables.values
    uid = str(shell.process.view.credentials.uid)
    values.update({
        "BASH": "/bin/bash", "BASH_VERSION": _VERSION, "HOSTTYPE": "x86_64", "OSTYPE": "linux-gnu",
        "MACHTYPE": "x86_64-pc-linux-gnu", "UID": uid, "EUID": uid, "OPTERR": "1",
        "SHELLOPTS": "braceexpand:hashall:interactive-comments",
    })  # fmt: skip
    values.setdefault("TERM", "dumb")
    for option in ("hashall", "braceexpand"):
        shell.options.set(option, True)
    for name in ("UID", "EUID", "SHELLOPTS", "BASHOPTS"):
        shell.variables.make_readonly(name)


def dynamic_random(shell: Shell) -> str:
    """`$RANDOM`: 0 to 32767, from the machine's own source."""
    return str(shell.process.system.random.randrange(32768))
