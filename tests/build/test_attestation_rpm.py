"""Packages out of rpm's databases, sound and hostile."""

import sqlite3
import struct
from contextlib import closing, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minibuild.build.attestation_packages import inventory
from minibuild.build.attestation_rpm import RpmPackage, read_database, read_header
from minibuild.filesystem import FileSystem

NAME, VERSION, RELEASE, EPOCH, VENDOR, LICENSE, ARCH, SOURCE = 1000, 1001, 1002, 1003, 1011, 1014, 1022, 1044
INT32, STRING = 4, 6


def header(values: dict[int, str | int], region: bool = True) -> bytes:
    """A header as rpm writes it: an immutable region around the entries and their data."""
    data, entries = b"", []
    for tag, value in sorted(values.items()):
        if isinstance(value, int):
            data += bytes(-len(data) % 4)
            entries.append((tag, INT32, len(data), 1))
            data += value.to_bytes(4, "big")
        else:
            entries.append((tag, STRING, len(data), 1))
            data += value.encode() + b"\0"
    if region:
        entries.insert(0, (63, 7, len(data), 16))
        data += struct.pack(">IIiI", 63, 7, -16 * len(entries), 16)
    index = b"".join(struct.pack(">IIII", *entry) for entry in entries)
    return struct.pack(">II", len(entries), len(data)) + index + data


def database(*blobs: object, schema: str = "") -> bytes:
    """A database with these rows; marked, as rpm's are, as one that has a write-ahead log."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(schema or "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)")
        connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(blob,) for blob in blobs])
        connection.commit()
        data = bytearray(connection.serialize())
    data[18:20] = b"\2\2"
    return bytes(data)


BASH = header(
    {
        NAME: "bash",
        VERSION: "5.2",
        RELEASE: "1.el9",
        EPOCH: 3,
        ARCH: "x86_64",
        LICENSE: "GPL-3.0-or-later",
        SOURCE: "bash-5.2-1.el9.src.rpm",
        VENDOR: "Acme <a@acme.example>",
    }
)
TZDATA = header({NAME: "tzdata", VERSION: "2024a", RELEASE: "1", ARCH: "noarch"}, region=False)
KEY = header({NAME: "gpg-pubkey", VERSION: "1", RELEASE: "1"})
GOOD = database(BASH, TZDATA, KEY)


def test_headers_are_read() -> None:
    assert read_database(GOOD) == [
        RpmPackage(
            *("bash", "5.2", "1.el9", 3, "x86_64"),
            *("GPL-3.0-or-later", "bash-5.2-1.el9.src.rpm", "Acme <a@acme.example>"),
        ),
        RpmPackage("tzdata", "2024a", "1", 0, "noarch"),
    ]


def test_an_image_with_such_a_database() -> None:
    files = FileSystem()
    files.write_file("/etc/os-release", b"ID=fedora\nVERSION_ID=40\n")
    files.write_file("/usr/lib/sysimage/rpm/rpmdb.sqlite", GOOD)
    files.mkdir("/var/lib")
    files.symlink("/var/lib/rpm", "../../usr/lib/sysimage/rpm")
    found = inventory(files.snapshot())
    assert [package.url for package in found.packages] == [
        "pkg:rpm/fedora/bash@5.2-1.el9?arch=x86_64&distro=fedora-40&epoch=3",
        "pkg:rpm/fedora/tzdata@2024a-1?arch=noarch&distro=fedora-40",
    ]
    assert [package.version for package in found.packages] == ["3:5.2-1.el9", "2024a-1"]
    assert found.unread == ()


@pytest.mark.parametrize("name", ["Packages", "Packages.db"])
def test_databases_of_other_forms_are_named(name: str) -> None:
    files = FileSystem()
    files.write_file(f"/var/lib/rpm/{name}", b"\0" * 100)
    assert inventory(files.snapshot()).unread == (f"/var/lib/rpm/{name}",)


def test_what_is_only_in_a_log_is_missed_and_told() -> None:
    files = FileSystem()
    files.write_file("/var/lib/rpm/rpmdb.sqlite", GOOD)
    files.write_file("/var/lib/rpm/rpmdb.sqlite-wal", b"")
    assert inventory(files.snapshot()).unread == ()
    files.write_file("/var/lib/rpm/rpmdb.sqlite-wal", b"7\x7f\x06\x82")
    found = inventory(files.snapshot())
    assert (len(found.packages), found.unread) == (2, ("/var/lib/rpm/rpmdb.sqlite",))


ENDLESS = "WITH RECURSIVE n(blob) AS (SELECT x'00' UNION ALL SELECT blob FROM n) SELECT blob FROM n"
SCHEMA = "CREATE TABLE other (hnum INTEGER PRIMARY KEY, blob BLOB);"
TRIGGER = "CREATE TRIGGER t INSTEAD OF INSERT ON Packages BEGIN INSERT INTO other VALUES (1, new.blob); END;"


@pytest.mark.parametrize(
    "view", ["SELECT blob FROM other", ENDLESS, "SELECT hex(zeroblob(100000000)) AS blob FROM other"]
)
def test_a_view_in_place_of_the_table(view: str) -> None:
    schema = f"{SCHEMA} CREATE VIEW Packages AS {view};{TRIGGER}"
    assert read_database(database(BASH, schema=schema)) is None


@pytest.mark.parametrize(
    "row",
    [
        None,
        "text",
        7,
        b"",
        b"\0" * 8,
        BASH[:-1],
        BASH + b"\0",
        struct.pack(">II", 0xFFFFFFFF, 0xFFFFFFFF) + BASH[8:],
        header({NAME: "x"}),
        header({VERSION: "1"}),
        struct.pack(">IIIIII", 1, 1, NAME, STRING, 0xFFFFFFF0, 1) + b"a",
        struct.pack(">IIIIII", 1, 1, NAME, STRING, 0, 1) + b"a",
    ],
)
def test_a_row_that_is_no_header(row: object) -> None:
    """The database is told to be unread; nothing is listed that may be wrong."""
    assert read_database(database(TZDATA, row)) is None


@pytest.mark.parametrize("size", [0, 16, 100, 4096, 6000])
def test_a_database_cut_short(size: int) -> None:
    assert read_database(GOOD[:size]) is None


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=30))
def test_any_damage_is_survived(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for place, value in changes:
        data[place] = value
    found = read_database(bytes(data))
    assert found is None or all(package.name for package in found)


@given(st.binary(max_size=200))
def test_any_header_is_survived(data: bytes) -> None:
    with suppress(ValueError):
        assert read_header(data).name
