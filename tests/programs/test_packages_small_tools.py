"""The table of modelled programs; rsync, file, shasum, tree, tini; programs of which only the version is
known.
"""

import importlib

import pytest
from catalogue_box import Box

from minibuild.kernel.fidelity import FidelityError
from minibuild.programs import registry
from minibuild.programs.packages import PACKAGES


def test_the_table_names_the_programs_that_the_modules_have() -> None:
    for module, names in PACKAGES.items():
        importlib.import_module(f"minibuild.programs.{module}")
        declared = {
            name
            for name, entry in registry.PROGRAMS.items()
            if entry.run.__module__ == f"minibuild.programs.{module}"
        }
        assert declared == set(names.split()), module


def test_every_modelled_program_answers_a_call_without_words() -> None:
    box = Box("debian:bookworm", "assume")
    from minibuild.catalogue.executable import executable

    for names in PACKAGES.values():
        for name in names.split():
            box.filesystem.write_file(f"/programs/{name}", executable(name, "x"), mode=0o755)
            assert 0 <= box.status([f"/programs/{name}"]) < 128, name


@pytest.fixture
def box() -> Box:
    made = Box("debian:bookworm")
    assert made.status("apt-get update") == 0
    assert (
        made.status("apt-get install -y --no-install-recommends rsync file tree perl tini redis-server") == 0
    )
    made.filesystem.write_file("/a/b/run", b"#!/bin/sh\necho hi\n", mode=0o755)
    made.filesystem.write_file("/a/text", b"hello\n")
    return made


def test_rsync_copies(box: Box) -> None:
    assert box.status("rsync -a /a/ /c/") == 0
    assert box.read("/c/text") == "hello\n"
    assert box.status("rsync -a /a /d") == 0
    assert box.read("/d/a/text") == "hello\n"
    assert box.status("rsync -a /nope /d") == 23
    with pytest.raises(FidelityError):
        box.run("rsync -a --delete /a/ /c/")


def test_file_knows_a_few_kinds(box: Box) -> None:
    box.run("file /a /a/text /a/b/run /bin/bash /nope")
    assert box.out == (
        "/a: directory\n/a/text: ASCII text\n/a/b/run: POSIX shell script, ASCII text executable\n"
        "/bin/bash: ELF 64-bit LSB executable, x86-64, version 1 (SYSV), dynamically linked, stripped\n"
        "/nope: cannot open `/nope' (No such file or directory)\n"
    )


def test_shasum_is_the_program_for_the_length(box: Box) -> None:
    assert box.status("shasum -a 256 /a/text") == 0
    assert box.out == "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03  /a/text\n"


def test_tree(box: Box) -> None:
    box.run("tree /a")
    assert box.out == "/a\n├── b\n│\u00a0\u00a0 └── run\n└── text\n\n1 directory, 2 files\n"


def test_tini_runs_a_command(box: Box) -> None:
    assert (box.status("tini -g -- echo hi"), box.out) == (0, "hi\n")


def test_a_version_is_known_the_rest_is_not(box: Box) -> None:
    done = box.run("redis-cli --version")
    assert (done.exit_code, done.fidelity, box.out) == (0, "modelled", "redis-cli version 1.0.0\n")
    with pytest.raises(FidelityError, match="what redis-cli ping does is not known"):
        box.run("redis-cli ping")
