"""What the founding document says of Dockerfiles, row by row (SPEC D1-D8), and of an own bridge (SPEC M2)."""

import json
import re
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("dockerfile", "line"),
    [
        ("from busybox\n", 1),
        ("FROM busybox\nrun true\n", 2),
        ("FROM busybox\n\n# why\nEnv A=b\n", 4),
        ("FROM busybox\nRUN\n", 2),
        ("FROM busybox\nWORKDIR\n", 2),
        ("FROM\n", 1),
    ],
)
def test_d1_keywords_are_upper_case_and_have_arguments(
    minibuild, context, dockerfile: str, line: int
) -> None:
    """SPEC D1."""
    shown = minibuild("build", context(dockerfile))
    assert shown.status == 1
    assert f"Dockerfile:{line}" in shown.err
    assert minibuild("images", "-q").out == ""


def test_d2_d3_instructions_run_in_order_and_comments_not_at_all(minibuild, context) -> None:
    """SPEC D2, D3."""
    text = "# RUN echo never >> /log\nFROM busybox\nRUN echo 1 >> /log\n  # RUN echo no\nRUN echo 2 >> /log\n"
    assert minibuild("build", "-t", "app", context(text)).status == 0
    assert minibuild("run", "--rm", "app", "cat", "/log").out == "1\n2\n"


def test_d4_every_instruction_commits_an_image(minibuild, context) -> None:
    """SPEC D4."""
    assert (
        minibuild("build", "-t", "app", context("FROM busybox\nENV A=b\nRUN echo x > /x\nCMD true\n")).status
        == 0
    )
    rows = [json.loads(row) for row in minibuild("history", "--format", "json", "app").out.splitlines()]
    assert [row["Size"] for row in rows[:3]] == ["0B", "2B", "0B"]
    assert len({row["ID"] for row in rows}) == 4
    for index, row in enumerate(rows[:3]):
        shown = minibuild("image", "inspect", "-f", "{{.Id}}", f"app~{index}" if index else "app").out
        assert row["ID"] in shown


def test_d5_the_loop_is_seen(minibuild, context) -> None:
    """SPEC D5: run, execute, commit, run what was committed, and so on."""
    shown = minibuild("build", context("FROM busybox\nRUN echo one\nRUN echo two\n"), "-t", "app")
    lines = (shown.out + shown.err).splitlines()
    kinds = {
        "Step": "step",
        " ---> Running in": "run",
        "Removing intermediate container": "remove",
        " ---> ": "commit",
    }
    seen = [next((kind for start, kind in kinds.items() if line.startswith(start)), "") for line in lines]
    loop = ["step", "run", "", "remove", "commit"]
    assert seen[2:12] == loop * 2
    commits = [line.split()[-1] for line in lines if re.match(r" ---> [0-9a-f]{12}$", line)]
    assert len(set(commits)) == 3
    parents = minibuild("history", "-q", "app").out.split()
    assert parents == commits[::-1]


def test_d6_d7_one_life_from_file_to_container(minibuild, context) -> None:
    """SPEC D6, D7: a Dockerfile says all that the process needs; it is linted, built, inspected and run."""
    text = (
        "FROM debian:12\nENV MODE=test\nWORKDIR /srv\nCOPY data ./\n"
        "RUN apt-get update && apt-get install -y curl\n"
        'CMD ["sh", "-c", "echo $MODE; cat data; command -v curl"]\n'
    )
    directory = context(text, data="of mine\n")
    assert "DL3015" in minibuild("lint", directory / "Dockerfile").out
    assert minibuild("build", "-t", "app", directory).status == 0
    assert minibuild("inspect", "-f", "{{.Config.WorkingDir}}", "app").out == "/srv\n"
    assert minibuild("run", "--name", "life", "app").out == "test\nof mine\n/usr/bin/curl\n"
    assert minibuild("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "life").out == "exited 0\n"


def test_d8_no_host_path_in_a_dockerfile(minibuild, context) -> None:
    """SPEC D8."""
    shown = minibuild("build", "-t", "app", context("FROM busybox\nVOLUME /home/me:/data\n"))
    assert shown.status == 0
    told = shown.out + shown.err
    assert "Dockerfile:2: VOLUME declares container paths only" in told
    assert minibuild("inspect", "-f", "{{json .Config.Volumes}}", "app").out == '{"/home/me:/data":{}}\n'


def test_m2_an_own_bridge_is_read_from_interfaces(minibuild, tmp_path: Path) -> None:
    """SPEC M2."""
    file = tmp_path / "hosts.yaml"
    file.write_text(
        "switches: {sw1: {ports: {1: {vlan: 101}}}}\n"
        "hosts:\n  A:\n    nics: {em1: sw1/1}\n    docker: ''\n    interfaces: |\n"
        "      auto br0\n      iface br0 inet static\n      address 192.168.7.31\n"
        "      netmask 255.255.240.0\n      gateway 192.168.7.254\n"
        "      bridge_ports em1\n      bridge_stp off\n"
        "      dns-nameservers 8.8.8.8\n"
    )
    assert minibuild("topology", "up", file).status == 0

    def host(*words: str) -> str:
        shown = minibuild("--host", "A", "host", "exec", "--", *words)
        assert shown.status == 0, shown.err
        return str(shown.out)

    assert re.search(r"^br0\s+8000\.[0-9a-f]{12}\s+no\s+em1$", host("brctl", "show"), re.MULTILINE)
    assert "inet 192.168.7.31/20 brd 192.168.15.255 scope global br0" in host("ip", "a")
    assert "default via 192.168.7.254 dev br0" in host("ip", "route")
    assert "nameserver 8.8.8.8" in host("cat", "/etc/resolv.conf")
