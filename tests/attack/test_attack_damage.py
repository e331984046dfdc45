"""A store that was damaged: everything is found, what can be mended is, and the next build works."""

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from assault import assert_sound, run

TEXT = "FROM busybox\nCOPY f /f\nRUN cat /f /f > /g\nRUN echo 2 > /b\nENV A=b\n"
Spoil = Callable[[Path], None]


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def make_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "x").touch()


def make_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/passwd")


SPOILS: dict[str, Spoil] = {
    "flip": flip,
    "truncate": truncate,
    "delete": Path.unlink,
    "empty": lambda path: os.truncate(path, 0),
    "directory": make_directory,
    "link": make_link,
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a context and the store in which it was built."""
    place = tmp_path_factory.mktemp("model")
    (place / "context").mkdir()
    (place / "context" / "f").write_bytes(random.Random(1).randbytes(30_000))
    (place / "context" / "Dockerfile").write_text(TEXT)
    assert build(place).status == 0
    return place


def build(place: Path, *words: object) -> object:
    output = f"type=oci,dest={place}/out.tar"
    return run("build", "-t", "app", "-o", output, *words, place / "context", root=place / "store")


@pytest.fixture
def place(model: Path, tmp_path: Path) -> Path:
    """A copy of it to be spoiled."""
    return Path(shutil.copytree(model, tmp_path / "place"))


def blobs(place: Path) -> list[Path]:
    return sorted((place / "store" / "blobs" / "sha256").iterdir())


def check(place: Path) -> None:
    """The damage is found; whatever is asked of the store is done or refused in words; after a repair all is
    well again.
    """
    root = place / "store"
    found = run("system", "verify", root=root)
    assert found.is_told()
    assert "problem" in found.err or "damaged" in found.err or "lost its database" in found.err
    (place / "out.tar").unlink()
    for words in (["images"], ["images", "-a"], ["history", "app"], ["inspect", "app"], ["system", "df"]):
        shown = run(*words, root=root)
        assert shown.status == 0 or shown.is_told(), (words, shown)
    shown = build(place)
    assert shown.status == 0 or shown.is_told(), shown
    repaired = run("system", "verify", "--repair", root=root)
    assert not repaired.is_broken()
    assert_sound(root)
    shown = build(place)
    assert shown.status == 0, shown
    assert_sound(root)
    assert run("save", "-o", place / "saved.tar", "app", root=root).status == 0
    assert run("--version", root=root).status == 0
    other = place / "other"
    assert run("load", "-i", place / "out.tar", root=other).status == 0
    assert_sound(other)
    assert run("system", "prune", "-f", root=root).status == 0
    assert_sound(root)


@pytest.mark.parametrize("spoil", ["flip", "delete", "directory"])
def test_a_spoiled_layer(place: Path, spoil: str) -> None:
    largest = max(blobs(place), key=lambda path: path.stat().st_size)
    SPOILS[spoil](largest)
    check(place)


@pytest.mark.slow
@pytest.mark.parametrize("spoil", SPOILS)
def test_every_spoiled_blob(model: Path, tmp_path: Path, spoil: str) -> None:
    for number, blob in enumerate(blobs(model)):
        place = Path(shutil.copytree(model, tmp_path / f"place{number}"))
        SPOILS[spoil](place / "store" / "blobs" / "sha256" / blob.name)
        check(place)


def test_a_damaged_blob_is_not_exported(place: Path) -> None:
    for blob in blobs(place):
        if blob.stat().st_size > 10_000:
            flip(blob)
    (place / "out.tar").write_text("before")
    shown = build(place)
    assert shown.is_told()
    assert "is damaged in the store" in shown.err
    assert "--repair" in shown.err
    assert (place / "out.tar").read_text() == "before"
    assert run("save", "-o", place / "saved.tar", "app", root=place / "store").is_told()
    assert not (place / "saved.tar").exists()


def test_garbage_among_the_blobs(place: Path) -> None:
    directory = place / "store" / "blobs" / "sha256"
    (directory / "notes").write_text("x")
    (directory / ("f" * 64)).write_text("x")
    (directory / "sub").mkdir()
    os.symlink("/nowhere", directory / "link")
    if hasattr(os, "mkfifo"):
        os.mkfifo(directory / "fifo")
    check(place)
    assert (place / "store" / "blobs" / "sha256" / "notes").exists() is False


def overwrite(start: int, data: bytes) -> Spoil:
    def spoil(path: Path) -> None:
        with path.open("r+b") as file:
            file.seek(start)
            file.write(data)

    return spoil


NOISE = random.Random(3).randbytes(4096)
DATABASE: dict[str, Spoil] = {
    "gone": Path.unlink,
    "empty file": lambda path: os.truncate(path, 0),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)) and None,
    "text": lambda path: path.write_bytes(b"hello\n" * 5000) and None,
    "header": overwrite(0, NOISE[:100]),
    "cut": truncate,
    "page 2": overwrite(4096, NOISE),
    "page 4": overwrite(3 * 4096, NOISE),
    "page 7": overwrite(6 * 4096, NOISE),
    "page 9": overwrite(8 * 4096, bytes(4096)),
}


_QUICK = ("empty file", "cut", "page 4")
_OTHERS = [pytest.param(name, marks=pytest.mark.slow) for name in DATABASE if name not in _QUICK]


@pytest.mark.parametrize("spoil", [*_QUICK, *_OTHERS])
def test_a_damaged_database(place: Path, spoil: str) -> None:
    """What can be read is saved into a new one; the named images at least, since the layout has them."""
    DATABASE[spoil](place / "store" / "minibuild.db")
    check(place)
    assert "app" in run("images", root=place / "store").out


def test_named_images_survive_the_loss_of_the_database(place: Path) -> None:
    root = place / "store"
    before = run("images", "--no-trunc", "--format", "{{.Repository}} {{.ID}}", root=root)
    assert before.out.count("\n") == 2
    (root / "minibuild.db").write_bytes(b"\0" * 50_000)
    refused = run("images", root=root)
    assert refused.is_told()
    assert "--repair" in refused.err
    repaired = run("system", "verify", "--repair", root=root)
    assert "2 images, 2 names" in repaired.out
    assert run("images", "--no-trunc", "--format", "{{.Repository}} {{.ID}}", root=root).out == before.out
    assert (root / "minibuild.db.damaged").stat().st_size == 50_000


@pytest.mark.slow
def test_random_damage_of_the_database(model: Path, tmp_path: Path) -> None:
    chance = random.Random(9)
    for number in range(60):
        place = Path(shutil.copytree(model, tmp_path / f"place{number}"))
        path = place / "store" / "minibuild.db"
        data = bytearray(path.read_bytes())
        for _ in range(chance.choice((1, 1, 50, 500))):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        if run("system", "verify", root=place / "store").status:
            check(place)
        else:
            assert build(place).status == 0


def test_a_store_of_a_newer_version_and_what_is_none(place: Path, tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(place / "store" / "minibuild.db") as database:
        database.execute("PRAGMA user_version = 1000")
    database.close()
    for words in (["images"], ["build", place / "context"], ["system", "verify", "--repair"]):
        shown = run(*words, root=place / "store")
        assert shown.is_told()
        assert "newer minibuild" in shown.err
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("years of work")
    for words in (["images"], ["system", "prune", "-af"], ["system", "verify", "--repair"]):
        assert run(*words, root=foreign).is_told()
    assert [path.name for path in foreign.iterdir()] == ["thesis.txt"]
