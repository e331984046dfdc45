"""Virtual environments: python -m venv, virtualenv."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.catalogue.executable import executable
from minibuild.programs.inputs import encode
from minibuild.programs.packages.placing import put_file, put_link

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.packages.python_environment import PythonEnvironment

_PIP = "24.0"
_ACTIVATE = """# This file must be used with ". bin/activate" *from a shell*; it cannot be run directly.
deactivate () {{
    if [ -n "${{_OLD_VIRTUAL_PATH:-}}" ] ; then
        PATH="${{_OLD_VIRTUAL_PATH:-}}"
        export PATH
        unset _OLD_VIRTUAL_PATH
    fi
    unset VIRTUAL_ENV
    if [ ! "${{1:-}}" = "nondestructive" ] ; then
        unset -f deactivate
    fi
}}
deactivate nondestructive
VIRTUAL_ENV={path}
export VIRTUAL_ENV
_OLD_VIRTUAL_PATH="$PATH"
PATH="$VIRTUAL_ENV/bin:$PATH"
export PATH
"""


def make_environment(process: Process, here: PythonEnvironment, path: str, *, pip: bool, site: bool) -> None:
    """Make a virtual environment at `path` for the installation `here`."""
    view = process.view
    if not path.startswith("/"):
        path = f"{view.cwd.rstrip('/')}/{path}"
    path = path.rstrip("/")
    base = f"{here.prefix}/bin"
    site_packages = f"{path}/lib/python{here.series}/site-packages"
    for directory in (f"{path}/bin", f"{path}/include", site_packages):
        view.makedirs(directory)
    put_file(
        view,
        f"{path}/pyvenv.cfg",
        encode(
            f"home = {base}\ninclude-system-site-packages = {'true' if site else 'false'}\nversion ="
            f" {here.version}\n"
        ),
    )
    interpreter = next(
        (name for name in (f"python{here.series}", "python3", "python") if view.exists(f"{base}/{name}")),
        "python3",
    )
    put_link(view, f"{path}/bin/python", f"{base}/{interpreter}")
    put_link(view, f"{path}/bin/python3", "python")
    put_link(view, f"{path}/bin/python{here.series}", "python")
    put_file(view, f"{path}/bin/activate", encode(_ACTIVATE.format(path=path)))
    if pip:
        for name in ("pip", "pip3", f"pip{here.series}"):
            put_file(view, f"{path}/bin/{name}", executable(name, "python"), 0o755)
        put_file(view, f"{site_packages}/pip/__init__.py", encode(f'__version__ = "{_PIP}"\n'))
        put_file(
            view, f"{site_packages}/pip-{_PIP}.dist-info/METADATA", encode(f"Name: pip\nVersion: {_PIP}\n")
        )
        put_file(view, f"{site_packages}/pip-{_PIP}.dist-info/RECORD", b"")
