"""system df, prune, verify: the store itself."""

import json
import re
import sqlite3
from pathlib import Path

import pytest


@pytest.fixture
def app(minibuild, context) -> Path:
    """A context that was built."""
    directory = context("FROM scratch\nCOPY a /a\nENV A=b\n", a="hello")
    assert minibuild("build", "-q", "-t", "app", directory).status == 0
    return Path(directory)


def test_df_is_dockers_table(app: Path, minibuild) -> None:
    lines = minibuild("system", "df").out.splitlines()
    assert lines[0].split() == ["TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"]
    assert re.match(r"Images {10}\d {9}0 {9}[\d.]+kB +[\d.]+kB \(100%\)$", lines[1])
    rows = [json.loads(line) for line in minibuild("system", "df", "--format", "json").out.splitlines()]
    assert [row["Type"] for row in rows] == ["Images", "Containers", "Local Volumes", "Build Cache"]


def test_prune_asks_first(app: Path, minibuild) -> None:
    shown = minibuild("system", "prune")
    assert shown.status == 2
    assert "--force" in shown.err
    assert minibuild("images", "-q").out != ""


def test_prune_removes_what_nothing_uses(app: Path, minibuild) -> None:
    minibuild("rmi", "app")
    shown = minibuild("system", "prune", "-a", "-f")
    assert shown.status == 0
    assert shown.out.splitlines()[-1].startswith("Total reclaimed space: ")
    assert minibuild("system", "df", "--format", "{{.TotalCount}} {{.Size}}").out == "0 0B\n" * 4


def _a_blob(root: Path) -> Path:
    return max((root / "blobs" / "sha256").iterdir(), key=lambda path: path.stat().st_size)


def test_verify_finds_damage_and_repairs_it(app: Path, minibuild, root: Path) -> None:
    assert minibuild("system", "verify") == (0, f"The store {root} is sound.\n", "")
    blob = _a_blob(root)
    blob.write_bytes(b"other")
    shown = minibuild("system", "verify")
    assert shown.status == 1
    assert f"blob sha256:{blob.name} is damaged" in shown.out
    assert "--repair" in shown.err
    assert minibuild("system", "verify", "--repair").status == 1
    assert minibuild("build", "-q", "-t", "app", app).status == 0
    assert minibuild("system", "verify").status == 0


def test_a_store_of_a_newer_version_is_refused(app: Path, minibuild, root: Path) -> None:
    with sqlite3.connect(root / "minibuild.db") as database:
        database.execute("PRAGMA user_version = 999")
    database.close()
    shown = minibuild("images")
    assert shown.status == 1
    assert "newer minibuild" in shown.err
    assert "hint:" in shown.err


def test_a_directory_that_is_no_store_is_refused(minibuild, root: Path) -> None:
    root.mkdir()
    (root / "letters.txt").write_text("dear")
    shown = minibuild("images")
    assert shown.status == 1
    assert "is no minibuild store" in shown.err
    assert [entry.name for entry in root.iterdir()] == ["letters.txt"]


def test_a_store_below_a_file_is_told(minibuild, root: Path) -> None:
    root.write_text("a file")
    shown = minibuild("images")
    assert shown.status == 1
    assert str(root) in shown.err
    assert "unexpectedly" not in shown.err


def test_a_damaged_database_is_told(app: Path, minibuild, root: Path) -> None:
    (root / "minibuild.db").write_bytes(b"no database at all" * 400)
    for name in ("minibuild.db-wal", "minibuild.db-shm"):
        (root / name).unlink(missing_ok=True)
    shown = minibuild("images")
    assert shown.status == 1
    assert "damaged" in shown.err
    assert "unexpectedly" not in shown.err


@pytest.mark.parametrize("words", [[], ["-a"]], ids=["some", "all"])
def test_prune_does_what_is_answered(words: list[str], app: Path, minibuild) -> None:
    minibuild("rmi", "app")
    shown = minibuild("system", "prune", *words, stdin=b"n\n", terminal=True)
    assert shown.status == 0
    assert "WARNING! This will remove:" in shown.out
    assert "Total" not in shown.out
    shown = minibuild("system", "prune", *words, stdin=b"y\n", terminal=True)
    assert "Total reclaimed space: " in shown.out


def test_no_answer_is_an_interrupt(app: Path, minibuild) -> None:
    assert minibuild("system", "prune", terminal=True).status == 130
