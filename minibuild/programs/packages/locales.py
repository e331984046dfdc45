"""Locales: locale-gen, localedef, update-locale."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode, encode
from minibuild.programs.packages.placing import put_file
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_GEN = "/etc/locale.gen"
_ARCHIVE = "/usr/lib/locale/locale-archive"


@program("locale-gen", fidelity=Fidelity.MODELLED, reason="locale-gen is played: a locale is but its name")
def locale_gen(process: Process) -> int:
    """`locale-gen [NAME]...`: the locales of the command line, else those of /etc/locale.gen."""
    return generate(process, [word for word in process.argv[1:] if not word.startswith("-")])


def generate(process: Process, names: list[str]) -> int:
    """Make locales; those that are named are also added to /etc/locale.gen, as Ubuntu's locale-gen does."""
    view = process.view
    text = decode(view.read_bytes(_GEN)) if view.exists(_GEN) else ""
    for name in names:
        entry = f"{name} {name.rpartition('.')[2] or 'UTF-8'}"
        if not re.search(rf"^{re.escape(entry)}$", text, re.MULTILINE):
            text = re.sub(rf"^#\s*{re.escape(entry)}\n", "", text, flags=re.MULTILINE) + f"{entry}\n"
    if names:
        put_file(view, _GEN, encode(text))
    wanted = [
        line.split()[0] for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]
    process.stdout.write("Generating locales (this might take a while)...\n")
    for name in wanted:
        process.stdout.write(f"  {name}... done\n")
    _record(process, wanted)
    process.stdout.write("Generation complete.\n")
    return 0


@program("localedef", fidelity=Fidelity.MODELLED, reason="localedef is played: a locale is but its name")
def localedef(process: Process) -> int:
    """`localedef [-c] [-f CHARMAP] [-i INPUT] [-A ALIASES] NAME`"""
    words, operands = process.argv[1:], []
    while words:
        word = words.pop(0)
        if (
            word in ("-f", "-i", "-A", "-u", "--charmap", "--inputfile", "--alias-file", "--repertoire-map")
            and words
        ):
            words.pop(0)
        elif not word.startswith("-"):
            operands.append(word)
    if not operands and "--list-archive" not in process.argv:
        process.stderr.write("Try `localedef --help' or `localedef --usage' for more information.\n")
        return 4
    _record(process, operands)
    return 0


@program("update-locale", fidelity=Fidelity.MODELLED, reason="update-locale is played")
def update_locale(process: Process) -> int:
    """`update-locale [--reset] [NAME=VALUE]...`"""
    path = "/etc/locale.conf" if process.view.exists("/etc/locale.conf") else "/etc/default/locale"
    old = decode(process.view.read_bytes(path)) if process.view.exists(path) else ""
    values = dict(line.split("=", 1) for line in old.splitlines() if "=" in line and not line.startswith("#"))
    if "--reset" in process.argv:
        values = {}
    for word in process.argv[1:]:
        if word.startswith("-"):
            continue
        name, equals, value = word.partition("=")
        if not equals:
            values.pop(name, None)
        else:
            values[name] = value
    put_file(process.view, path, encode("".join(f"{name}={value}\n" for name, value in values.items())))
    return 0


def _record(process: Process, names: list[str]) -> None:
    view = process.view
    old = decode(view.read_bytes(_ARCHIVE)).split() if view.exists(_ARCHIVE) else []
    for name in names:
        language, dot, charset = name.partition(".")
        directory = language + dot + charset.lower().replace("-", "")
        put_file(view, f"/usr/lib/locale/{directory}/LC_IDENTIFICATION", encode(f"{name}\n"))
    put_file(view, _ARCHIVE, encode("".join(f"{name}\n" for name in dict.fromkeys([*old, *names]))))
