"""Kept results: the same findings again, others for whatever makes a difference, none for what is broken."""

import os
from pathlib import Path

import pytest

from minibuild.lint.cache import ResultCache
from minibuild.lint.configuration import Options, configure
from minibuild.lint.finding import Edit, Finding, Fix, Level, Place
from minibuild.lint.linting import Manner, lint_files
from minibuild.lint.source import Source

FIX = Fix("Do it", (Edit(1, 2, "é"),), safe=False)
FOUND = [
    Finding("Dockerfile", "DL3000", Level.ERROR, Place(1, 2, 3, 4), "bad \udc80", "source", FIX),
    Finding("Dockerfile", "X", Level.STYLE, Place(2), "worse"),
]


def test_what_is_kept_comes_back(tmp_path):
    cache = ResultCache(tmp_path, ("a",))
    key = cache.key(Source("Dockerfile", "FROM a\n"))
    assert cache.get(key, "Dockerfile") is None
    cache.put(key, FOUND)
    assert cache.get(key, "Dockerfile") == FOUND
    assert [one.path for one in cache.get(key, "x/Dockerfile")] == ["x/Dockerfile"] * 2


def test_whatever_decides_is_in_the_key(tmp_path):
    context = tmp_path / "context"
    context.mkdir()
    source = Source(str(context / "Dockerfile"), "FROM a\nCOPY b /\n", context)

    def key(one=source, circumstance="a"):
        return ResultCache(tmp_path / "cache", (circumstance,)).key(one)

    keys = [key(), key(circumstance="b"), key(Source(source.path, source.text + "#", context))]
    (context / "b").write_text("x")
    keys.append(key())
    (context / ".dockerignore").write_text("b\n")
    keys.append(key())
    assert len(set(keys)) == len(keys)
    assert key() == keys[-1]


def test_a_file_that_copies_nothing_does_not_depend_on_its_context(tmp_path):
    source = Source(str(tmp_path / "Dockerfile"), "FROM a\nRUN b\n", tmp_path)
    before = ResultCache(tmp_path / "c", ()).key(source)
    (tmp_path / "new").write_text("x")
    assert ResultCache(tmp_path / "c", ()).key(source) == before


BROKEN = [b"", b"{", b"[[1]]", b"[1]", b'"x"', b"[" * 100_000, b"\xff", b'[["a",99,[],"","",0]]']


@pytest.mark.parametrize("data", BROKEN)
def test_a_broken_entry_is_none(tmp_path, data):
    cache = ResultCache(tmp_path, ())
    key = cache.key(Source("Dockerfile", "x"))
    cache.put(key, FOUND)
    [entry] = [path for path in tmp_path.rglob("*") if path.is_file()]
    entry.write_bytes(data)
    assert cache.get(key, "Dockerfile") is None


def test_a_place_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "file").write_text("")
    cache = ResultCache(tmp_path / "file" / "below", ())
    cache.put(cache.key(Source("Dockerfile", "x")), FOUND)


def test_it_does_not_grow_without_end(tmp_path):
    cache = ResultCache(tmp_path, ())
    for number in range(300):
        cache.put("ab" + str(number), FOUND)
    assert len(os.listdir(tmp_path / "ab")) <= 101


def test_the_second_run_finds_the_same_without_looking(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("Dockerfile").write_text("FROM a:1 AS Foo\nCMD x\n")
    configuration = configure(Options())

    def run():
        cache = ResultCache(tmp_path / "cache", (configuration.fingerprint(),))
        return lint_files(["Dockerfile"], configuration, Manner(cache, jobs=1))

    first, second = run(), run()
    assert first.findings == second.findings != []
    assert first.kept == 0


def test_many_processes_find_what_one_does(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    paths = []
    for number in range(30):
        paths.append(f"{number}.Dockerfile")
        Path(paths[-1]).write_text(f"FROM a:{number} AS Foo\nCMD x\n")
    configuration = configure(Options())
    alone, together = (lint_files(paths, configuration, Manner(jobs=jobs)).findings for jobs in (1, 2))
    assert alone == together != []
