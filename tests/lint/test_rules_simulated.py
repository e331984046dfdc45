"""Rules about the plan, the context and the simulated build."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from minibuild.dockerfile.parser import parse
from minibuild.lint.rule import all_rules
from minibuild.lint.simulation import simulate
from minibuild.lint.subject import Subject
from minibuild.store import Store

if TYPE_CHECKING:
    from pathlib import Path


class Desk:
    """A directory with a Dockerfile; `found` gives what one rule says of it: line and message."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "context"
        self.directory.mkdir()
        self.store = directory / "store"

    def put(self, path: str, content: bytes = b"x", mode: int = 0o644) -> None:
        place = self.directory / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        place.chmod(mode)

    def found(self, code: str, text: str, *, simulated: bool = False) -> list[tuple[int, str]]:
        self.put("Dockerfile", text.encode())
        path = str(self.directory / "Dockerfile")
        simulation = None
        if simulated:
            with Store.open(self.store) as store:
                simulation = simulate(path, text, self.directory, store)
        tree = parse(text, dialect="docker", filename=path)
        subject = Subject(path, text, tree, context=self.directory, simulation=simulation)
        return [(one.place.line, one.message) for one in all_rules()[code].check(subject)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# ---- the plan

USED = "FROM alpine AS a\nFROM alpine AS b\nCOPY --from=a /etc /x\nFROM b\n"
ORDER = "FROM python:3.12\nCOPY . /app\nRUN {}\nRUN echo\n"

PLAN = [
    ("MB1001", USED, []),
    ("MB1001", "FROM alpine AS a\nFROM alpine\nFROM alpine\n", [1, 2]),
    ("MB1001", "FROM alpine AS a\nFROM alpine\nRUN --mount=from=a,target=/a ls /a\n", []),
    ("MB1001", "FROM alpine AS a-x\nFROM alpine\nARG Y=x\nCOPY --from=a-${Y} /e /e\n", []),
    ("MB1002", ORDER.format("pip install -r requirements.txt"), [3]),
    ("MB1002", ORDER.format("pip install ."), []),
    ("MB1002", ORDER.format("apt-get update && apt-get install -y curl"), [3]),
    ("MB1002", ORDER.format("apt-get install -y ./local.deb"), []),
    ("MB1002", ORDER.format("./setup-sources && apt-get install -y curl"), []),
    ("MB1002", ORDER.format("--mount=type=cache,target=/root/.npm npm ci"), []),
    ("MB1002", "FROM node\nCOPY package.json .\nRUN npm ci\nCOPY . .\nRUN npm ci\n", []),
    ("MB1002", "FROM node\nCOPY package.json .\nRUN npm ci\nCOPY . .\nRUN npm run build\n", []),
    ("MB1003", "FROM node AS a\nFROM node:20\nCOPY --from=a / /\n", [1]),
    ("MB1003", "FROM node:20 AS a\nFROM node:20\nFROM alpine\nFROM alpine:latest\n", []),
    ("MB1105", "FROM alpine\nCOPY --chmod=4755 a /a\nRUN chmod u+s /b\nRUN chmod 755 /c\n", [2, 3]),
    ("MB1105", "FROM alpine\nRUN chmod 0755 /b && chmod -R g+rwX /c\nCOPY --chmod=0755 a /a\n", []),
]


@pytest.mark.parametrize(("code", "text", "lines"), PLAN)
def test_rules_of_the_plan(desk: Desk, code: str, text: str, lines: list[int]) -> None:
    assert [line for line, _ in desk.found(code, text)] == lines


# ---- the context


def test_missing_sources(desk: Desk) -> None:
    text = "FROM alpine\nCOPY a b hidden/ /x/\nCOPY *.none $V /y/\nADD https://e.org/f c /z/\n"
    assert desk.found("MB1101", text) == []  # nothing that it names is there: another context is meant
    desk.put("a")
    desk.put("hidden/x")
    desk.put(".dockerignore", b"hidden\n")
    assert desk.found("MB1101", text) == [
        (2, "b is not in the build context: the build will not find it"),
        (2, "hidden/ is hidden by .dockerignore: the build will not find it"),
        (4, "c is not in the build context: the build will not find it"),
    ]


def test_the_place_of_a_source(desk: Desk) -> None:
    desk.put("a")
    desk.put("Dockerfile", b"FROM alpine\nCOPY a \\\n  bb /x/\n")
    text = (desk.directory / "Dockerfile").read_text()
    tree = parse(text, dialect="docker", filename="Dockerfile")
    (remark,) = all_rules()["MB1101"].check(Subject("Dockerfile", text, tree, context=desk.directory))
    assert (remark.place.line, remark.place.column, remark.place.end_column) == (3, 3, 5)


SECRETS = {
    ".npmrc": b"//registry.npmjs.org/:_authToken=npm_abcdef\n",
    ".netrc": b"machine example.com login me password hunter2\n",
    ".git-credentials": b"https://me:hunter2@example.com\n",
    "keys/id_rsa": b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n",
    "tls/server.key": b"-----BEGIN PRIVATE KEY-----\nAAAA\n",
    ".docker/config.json": b'{"auths": {"e.org": {"auth": "bWU6aHVudGVyMg=="}}}',
    ".env": b"DEBUG=1\nDB_PASSWORD=hunter2\n",
    ".aws/credentials": b"[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n",
}
HARMLESS = {
    ".npmrc": b"registry=https://r.example\n//r.example/:_authToken=${NPM_TOKEN}\n",
    "tls/server.pem": b"-----BEGIN CERTIFICATE-----\nAAAA\n",
    ".env": b"DEBUG=1\nDB_PASSWORD=\nAPI_KEY=changeme\nTOKEN=$TOKEN\n",
    "config.json": b'{"auth": true}',
    "notes.txt": b"-----BEGIN PRIVATE KEY-----\n",
}


@pytest.mark.parametrize("path", SECRETS)
def test_secrets(desk: Desk, path: str) -> None:
    desk.put(path, SECRETS[path])
    message = f". copies credentials into a layer: {path}"
    assert desk.found("MB1103", "FROM alpine\nCOPY . /app\n") == [(2, message)]
    desk.put(".dockerignore", path.encode())
    assert desk.found("MB1103", "FROM alpine\nCOPY --chmod=600 . /app\n") == []


@pytest.mark.parametrize("path", HARMLESS)
def test_what_is_no_secret(desk: Desk, path: str) -> None:
    desk.put(path, HARMLESS[path])
    assert desk.found("MB1103", "FROM alpine\nCOPY . /app\n") == []


def test_windows_scripts(desk: Desk) -> None:
    desk.put("bin/start.sh", b"#!/bin/sh\r\necho\r\n")
    desk.put("bin/fine.sh", b"#!/bin/sh\necho '\r\n'\n")
    desk.put("bin/run", b"#!/bin/sh\r\n", 0o755)
    desk.put("bin/text", b"#!/bin/sh\r\n")
    message = "bin copies a script whose lines end with CRLF: bin/run, bin/start.sh"
    assert desk.found("MB1104", "FROM alpine\nCOPY bin /bin\n") == [(2, message)]


# ---- the simulated build

SIMULATED = [
    ("MB1200", "FROM alpine\nRUN false\n", [2]),
    ("MB1200", "FROM unknown.example/x\nRUN what --is this\n", []),
    ("MB1200", "FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nRUN if ((Get-X)) {}\n", []),
    ("MB1204", 'FROM alpine\nCOPY nosuch /app/x\nCMD ["/app/x"]\n', []),
    ("MB1201", "FROM alpine\nRUN head -c 200000 /dev/zero > /big\nRUN rm /big\n", [3]),
    ("MB1201", "FROM alpine\nRUN head -c 200000 /dev/zero > /big && rm /big\n", []),
    ("MB1201", "FROM alpine\nRUN mkdir /d && head -c 200000 /dev/zero > /d/f\nRUN rm -r /d\n", [3]),
    ("MB1202", "FROM alpine\nVOLUME /data\nRUN touch /data/f\n", [3]),
    ("MB1202", "FROM alpine\nRUN mkdir /data && touch /data/f\nVOLUME /data\n", []),
    ("MB1203", "FROM alpine\nUSER nosuchuser\n", [2]),
    ("MB1203", "FROM alpine\nRUN adduser -D app\nUSER app\n", []),
    ("MB1203", "FROM unknown.example/x\nUSER app\n", []),
    ("MB1204", 'FROM alpine\nCOPY start.sh /app/start.sh\nCMD ["/app/strat.sh"]\n', [3]),
    ("MB1204", 'FROM alpine\nCOPY start.sh /app/start.sh\nCMD ["/app/start.sh"]\n', []),
    ("MB1204", 'FROM alpine\nCOPY plain /app/plain\nENTRYPOINT ["/app/plain"]\n', [3]),
    ("MB1204", 'FROM scratch\nCOPY start.sh /s\nCMD ["bash"]\n', [3]),
    ("MB1204", 'FROM alpine\nCMD ["some-program-of-a-package"]\n', []),
    ("MB1204", 'FROM alpine\nCMD ["/usr/sbin/unknown"]\n', []),
    ("MB1205", 'FROM scratch\nCOPY start.sh /s\nHEALTHCHECK CMD ["/curl", "-f"]\nCMD ["/s"]\n', [3]),
    ("MB1205", "FROM alpine\nHEALTHCHECK CMD curl -f http://localhost || exit 1\n", []),
    ("MB1206", "FROM scratch\nCOPY bash.sh /s\n", [2]),
    ("MB1206", "FROM alpine\nCOPY start.sh /s\n", []),
    ("MB1207", "FROM alpine\nRUN cp /bin/busybox /b && chmod 4755 /b\n", [2]),
    ("MB1207", "FROM alpine\nRUN cp /bin/busybox /b && chmod 755 /b\n", []),
    ("MB1208", 'FROM alpine\nEXPOSE 80\nCMD ["sleep", "9"]\n', [2]),
    ("MB1208", 'FROM alpine\nEXPOSE 80\nCMD ["httpd", "-f"]\n', []),
]


@pytest.mark.parametrize(("code", "text", "lines"), SIMULATED)
def test_rules_of_the_simulation(desk: Desk, code: str, text: str, lines: list[int]) -> None:
    desk.put("start.sh", b"#!/bin/sh\necho\n", 0o755)
    desk.put("bash.sh", b"#!/bin/bash\necho\n", 0o755)
    desk.put("plain")
    assert [line for line, _ in desk.found(code, text, simulated=True)] == lines
    assert desk.found(code, text) == []


def test_messages_name_what_is_wrong(desk: Desk) -> None:
    text = "FROM alpine\nRUN head -c 200000 /dev/zero > /big\nRUN rm /big\nUSER me\n"
    ((_, waste),) = desk.found("MB1201", text, simulated=True)
    assert waste == "200,000 bytes that line 2 added are deleted here but stay in the image: /big"
    ((_, user),) = desk.found("MB1203", text, simulated=True)
    assert user == "unable to find user me: no matching entries in passwd file"
