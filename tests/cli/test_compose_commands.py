"""`minibuild compose`, as somebody types it."""

import time
from pathlib import Path

import pytest

FILE = """
services:
  web:
    build: app
    ports: ["8080:80"]
    depends_on:
      db: {condition: service_healthy}
      init: {condition: service_completed_successfully}
    networks: [front, back]
  db:
    image: busybox
    command: sleep 600
    volumes: ["data:/data"]
    healthcheck: {test: [CMD, "true"], interval: 100ms}
    networks: {back: {aliases: [database]}}
  init:
    image: busybox
    entrypoint: [sh, -c]
    command: ["echo made > /data/file; echo ready"]
    volumes: ["data:/data"]
volumes: {data: }
networks: {front: , back: {internal: true}}
"""


@pytest.fixture
def project(tmp_path: Path, context) -> Path:
    context('FROM busybox\nCMD ["sh", "-c", "echo up; sleep 600"]\n')
    file = tmp_path / "compose.yaml"
    file.write_text(FILE)
    return file


def test_a_project_lives_and_goes(minibuild, project: Path) -> None:
    def compose(*words: str):
        return minibuild("compose", "-f", project, "-p", "shop", *words)

    up = compose("up", "-d")
    assert up.status == 0, up.err
    told = [line.strip() for line in up.err.splitlines()]
    for before, after in (
        ("Network shop_back  Created", "Container shop-db-1  Creating"),
        ("Container shop-db-1  Healthy", "Container shop-web-1  Starting"),
        ("Container shop-init-1  Exited", "Container shop-web-1  Starting"),
    ):
        assert told.index(before) < told.index(after)
    assert [line.split()[0] for line in compose("ps").out.splitlines()] == ["NAME", "shop-db-1", "shop-web-1"]
    assert compose("ps", "-a", "--services").out == "db\ninit\nweb\n"
    assert compose("logs").out == "init-1  | ready\nweb-1   | up\n"
    assert minibuild("exec", "shop-web-1", "ping", "-c1", "database").status == 0
    assert minibuild("exec", "shop-db-1", "cat", "/data/file").out == "made\n"
    assert minibuild("port", "shop-web-1").out == "80/tcp -> 0.0.0.0:8080\n"
    assert "Container shop-db-1  Running" in compose("up", "-d").err

    down = compose("down")
    assert down.status == 0, down.err
    assert minibuild("ps", "-aq").out == ""
    assert minibuild("volume", "ls", "-q").out == "shop_data\n"
    assert "shop" not in minibuild("network", "ls").out
    assert compose("down", "-v").status == 0
    assert minibuild("volume", "ls", "-q").out == ""


def test_what_changed_is_made_anew(minibuild, tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    sleeper = "{image: busybox, command: sleep 9, environment: {A: '%s'}}"
    text = "services: {a: " + sleeper + ", b: {image: busybox, command: sleep 9}}"
    file.write_text(text % 1)
    assert minibuild("compose", "-f", file, "up", "-d").status == 0
    file.write_text(text % 2)
    shown = minibuild("compose", "-f", file, "-p", tmp_path.name.replace("_", "-").lower(), "config", "-q")
    assert shown.status == 0
    err = minibuild("compose", "-f", file, "up", "-d").err
    assert "-a-1  Recreated" in err
    assert "-b-1  Running" in err


def test_up_shows_output_until_all_have_ended(minibuild, tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text(
        "services: {one: {image: busybox, command: echo hi}, three: {image: busybox, command: echo ho}}"
    )
    shown = minibuild("compose", "-f", file, "-p", "p", "up")
    assert (shown.status, sorted(shown.out.splitlines())) == (0, ["one-1    | hi", "three-1  | ho"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (("services: {a: {image: busybox, depends_on: {b: {condition: service_healthy}}}, b: {image: busybox,"
         " command: sleep 9}}"), "container p-b-1 has no healthcheck configured"),
        (("services: {a: {image: busybox, depends_on: {b: {condition: service_completed_successfully}}}, b:"
         " {image: busybox, command: 'false'}}"), 'service "b" didn\'t complete successfully: exit 1'),
        ("services: {a: {image: busybox, networks: [n]}}\nnetworks: {n: {external: true}}",
         "network n declared as external, but could not be found"),
        ("services: {a: {image: busybox, volumes: ['v:/v']}}\nvolumes: {v: {external: true}}",
         'external volume "v" not found'),
        ("services: {a: {image: no/such:1}}", 'service "a": no/such:1: not found'),
        ("services: {a: {image: busybox, command: nosuch}}", 'service "a": exec: "nosuch"'),
        ("services: {a: {image: busybox, ports: [abc]}}", 'service "a": Invalid containerPort'),
    ],
)  # fmt: skip
def test_what_can_not_start(minibuild, tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text(text)
    shown = minibuild("compose", "-f", file, "-p", "p", "up", "-d")
    assert shown.status == 1
    assert message in shown.err


def test_config_is_complete_and_reads_as_itself(minibuild, project: Path, tmp_path: Path) -> None:
    first = minibuild("compose", "-f", project, "-p", "shop", "config")
    assert first.status == 0, first.err
    again = tmp_path / "again.yaml"
    again.write_text(first.out)
    assert minibuild("compose", "-f", again, "config").out == first.out


def test_there_is_no_file(minibuild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shown = minibuild("compose", "up")
    assert (shown.status, "no configuration file provided: not found" in shown.err) == (1, True)


def test_a_service_that_is_taken_to_run_is_taken_to_be_healthy(minibuild, tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    check = '{test: "pg_isready -U postgres || exit 1", interval: 100ms}'
    file.write_text(f"services: {{db: {{image: 'postgres:15', healthcheck: {check}}}}}")
    assert minibuild("compose", "-f", file, "-p", "p", "up", "-d").status == 0
    time.sleep(0.2)
    assert "(healthy)" in minibuild("compose", "-f", file, "-p", "p", "ps").out
    last = minibuild("inspect", "-f", "{{(index .State.Health.Log 0).Output}}", "p-db-1").out
    assert last.startswith("taken to succeed: ")


def test_a_shared_network(minibuild, tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text(
        "services: {a: {image: busybox, network_mode: 'service:b', command: hostname}, b: {image: busybox,"
        " hostname: shared, command: sleep 60}}"
    )
    assert minibuild("compose", "-f", file, "-p", "p", "up", "-d").status == 0
    assert minibuild("compose", "-f", file, "-p", "p", "logs", "a").out == "a-1  | shared\n"
