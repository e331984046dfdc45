"""pip, python and virtual environments: what they print, how they fail, what they leave behind."""

import pytest
from catalogue_box import Box

from minibuild.catalogue.executable import identify
from minibuild.kernel.fidelity import FidelityError

SITE = "/usr/local/lib/python3.12/site-packages"


@pytest.fixture
def python() -> Box:
    return Box("python:3.12-slim")


def test_install_writes_modules_metadata_commands_and_a_cache(python: Box) -> None:
    assert python.status("pip install flask==3.0.0") == 0
    view = python.view
    assert python.read(f"{SITE}/flask/__init__.py") == '__version__ = "3.0.0"\n'
    assert "Name: Flask\nVersion: 3.0.0\nRequires-Dist: blinker\n" in python.read(
        f"{SITE}/Flask-3.0.0.dist-info/METADATA"
    )
    assert identify(view.read_bytes("/usr/local/bin/flask")) == ("flask", "flask")
    assert view.is_dir("/root/.cache/pip")
    assert python.out.startswith("Collecting flask==3.0.0\n")
    assert "Successfully installed Flask-3.0.0 Jinja2-" in python.out
    assert python.err.startswith("WARNING: Running pip as the 'root' user")


@pytest.mark.parametrize("setting", ["option", "variable"])
def test_the_cache_can_be_left_out(python: Box, setting: str) -> None:
    if setting == "variable":
        python.environment["PIP_NO_CACHE_DIR"] = "1"
    python.run("pip install requests" + (" --no-cache-dir" if setting == "option" else ""))
    assert not python.view.exists("/root/.cache")


def test_what_is_there_is_left_alone_and_upgraded_on_demand(python: Box) -> None:
    python.run("pip install django==4.2")
    assert python.status("pip install Django>=4") == 0
    assert "Requirement already satisfied: Django>=4" in python.out
    python.run("pip install -U django")
    python.run("pip freeze")
    assert "Django==4.2\n" not in python.out
    assert python.out.count("Django==") == 1


def test_requirements_files(python: Box) -> None:
    python.filesystem.write_file(
        "/app/requirements.txt",
        b"# web\nflask>=2,<3  # the old one\n-r more.txt\n--index-url https://pypi.org/simple\n"
        b'pywin32==1 ; sys_platform == "win32"\nbackports.zoneinfo==0.2.1; python_version < "3.9"\n',
    )
    python.filesystem.write_file("/app/more.txt", b"gunicorn==21.2.0 \\\n    --hash=sha256:abc\n")
    assert python.status("pip install --no-cache-dir -r /app/requirements.txt") == 0
    python.run("pip freeze")
    names = dict(line.split("==") for line in python.out.splitlines())
    assert names["gunicorn"] == "21.2.0"
    assert names["Flask"].startswith("2.")
    assert "pywin32" not in names
    assert "backports.zoneinfo" not in names


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("pip install", "ERROR: You must give at least one requirement to install"),
        (
            "pip install -r none.txt",
            "ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'none.txt'\n",
        ),
        ("pip frobnicate", 'ERROR: unknown command "frobnicate"\n'),
        (
            "pip install .",
            "ERROR: Directory '.' is not installable. Neither 'setup.py' nor 'pyproject.toml' found.\n",
        ),
        ("pip install flask==", "ERROR: Invalid requirement: 'flask=='\n"),
    ],
)
def test_failures(python: Box, command: str, message: str) -> None:
    assert python.status(command) == 1
    assert python.err.startswith(message)


def test_a_wrong_option(python: Box) -> None:
    assert python.status("pip install --nonsense flask") == 2
    assert python.err.endswith("no such option: --nonsense\n")


def test_an_unknown_project_is_not_known(python: Box) -> None:
    with pytest.raises(FidelityError, match="the Python package no-such-project-zz is not in the catalogue"):
        python.run("pip install no-such-project-zz==1.2")
    box = Box("python:3.12", "assume")
    assert box.run("pip install no-such-project-zz==1.2").fidelity == "assumed"
    assert box.view.exists(f"{SITE}/no_such_project_zz-1.2.dist-info/METADATA")


def test_a_project_in_a_directory(python: Box) -> None:
    python.filesystem.write_file(
        "/src/pyproject.toml",
        b'[project]\nname = "tool"\nversion = "1.5"\ndependencies = ["click>=8"]\n'
        b'[project.scripts]\ntool = "tool:main"\n',
    )
    done = python.run("pip install --no-cache-dir /src")
    assert (done.exit_code, done.fidelity) == (0, "modelled")
    assert python.view.exists("/usr/local/bin/tool")
    assert python.view.exists(f"{SITE}/click/__init__.py")


def test_uninstall(python: Box) -> None:
    python.run("pip install --no-cache-dir flask")
    assert python.status("pip uninstall -y flask") == 0
    assert not python.view.exists("/usr/local/bin/flask")
    assert python.status("pip show flask") == 1


def test_debians_python_belongs_to_its_package_manager() -> None:
    box = Box("debian:bookworm")
    box.run("apt-get update")
    box.run("apt-get install -y --no-install-recommends python3-pip")
    assert box.status("pip3 install flask") == 1
    assert box.err.startswith("error: externally-managed-environment\n")
    assert box.status("pip3 install --break-system-packages flask") == 0
    assert box.view.exists("/usr/local/lib/python3.11/dist-packages/flask/__init__.py")
    assert box.view.exists("/usr/local/bin/flask")


def test_a_user_without_rights_installs_for_himself(python: Box) -> None:
    python.run("useradd -m joe")
    python.environment["HOME"] = "/home/joe"
    assert python.status("pip install --no-cache-dir flask", user="joe") == 0
    assert python.out.startswith(
        "Defaulting to user installation because normal site-packages is not writeable\n"
    )
    assert python.view.exists("/home/joe/.local/bin/flask")


def test_a_virtual_environment_has_packages_of_its_own(python: Box) -> None:
    assert python.status("python -m venv /venv") == 0
    assert "version = 3.12.12\n" in python.read("/venv/pyvenv.cfg")
    python.run("/venv/bin/pip install --no-cache-dir flask")
    assert python.view.exists("/venv/lib/python3.12/site-packages/flask/__init__.py")
    assert not python.view.exists(f"{SITE}/flask/__init__.py")
    python.environment["PATH"] = "/venv/bin:" + python.environment["PATH"]
    assert (python.status(["python", "-c", "import flask"]), python.err) == (0, "")


def test_debian_wants_a_package_for_virtual_environments() -> None:
    box = Box("debian:bookworm")
    box.run("apt-get update")
    box.run("apt-get install -y --no-install-recommends python3")
    assert box.status("python3 -m venv /venv") == 1
    assert "apt install python3.11-venv" in box.out
    box.run("apt-get install -y --no-install-recommends python3-venv")
    assert box.status("python3 -m venv /venv") == 0


def test_versions(python: Box) -> None:
    assert (python.status("python --version"), python.out) == (0, "Python 3.12.12\n")
    assert (python.status("python3.12 -V"), python.out) == (0, "Python 3.12.12\n")
    assert python.status("python -m pip --version") == 0
    assert python.out == f"pip 25.0.1 from {SITE}/pip (python 3.12)\n"


@pytest.mark.parametrize(
    ("code", "out", "status"),
    [
        ("print('hello', 1 + 2 * 3)", "hello 7\n", 0),
        ("import sys; print(sys.version_info[0])", "3\n", 0),
        ("import os, json", "", 0),
        ("import sys; sys.exit(3)", "", 3),
        ("import nonsense", "", 1),
        ("import platform; print(platform.python_version())", "3.12.12\n", 0),
    ],
)
def test_a_few_statements(python: Box, code: str, out: str, status: int) -> None:
    assert (python.status(["python", "-c", code]), python.out) == (status, out)


def test_other_statements_are_not_known(python: Box) -> None:
    with pytest.raises(FidelityError, match="what the Python code"):
        python.run(["python", "-c", "import os; os.mkdir('/x')"])
    assert python.status(["python", "-c", "print("]) == 1
    assert python.status("python /nope.py") == 2
    assert python.err == "python: can't open file '/nope.py': [Errno 2] No such file or directory\n"
