"""Instructions that only change the configuration, and what the history says of them."""

import pytest
from builds import Bench

from minibuild.errors import MinibuildError
from minibuild.image.config import ContainerConfig, Healthcheck

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def config(bench: Bench, lines: str) -> ContainerConfig:
    return bench.config(bench.build("FROM scratch\n" + lines, dialect="docker")).config


def test_everything_at_once(bench: Bench) -> None:
    result = bench.build(
        "FROM scratch\nMAINTAINER Some Body <s@example.org>\nARG P=8080\nENV A=1 B='two words'\nENV C $A-$B\n"
        'LABEL k="v $A" k2=v2\nEXPOSE $P 53/UDP 9000-9001\nVOLUME /v ["/w"]\nVOLUME ["/x y", "/v"]\n'
        'USER app:web\nSTOPSIGNAL SIGQUIT\nSHELL ["/bin/bash", "-c"]\nENTRYPOINT ["run", "$A"]\nCMD echo $A\n'
        "HEALTHCHECK --interval=1m30s --timeout=5s --retries=2 CMD test -f /ok\nONBUILD RUN true\n"
    )
    image = bench.config(result)
    assert image.config == ContainerConfig(
        user="app:web",
        exposed_ports=("53/udp", "8080/tcp", "9000/tcp", "9001/tcp"),
        env=(PATH, "A=1", "B=two words", "C=1-two words"),
        entrypoint=("run", "$A"),
        cmd=("/bin/bash", "-c", "echo $A"),
        volumes=("/v", "/x y", "[/w]"),
        working_dir="/",
        labels=(("k", "v 1"), ("k2", "v2")),
        stop_signal="SIGQUIT",
        healthcheck=Healthcheck(("CMD-SHELL", "test -f /ok"), 90 * 10**9, 5 * 10**9, retries=2),
        shell=("/bin/bash", "-c"),
        on_build=("RUN true",),
    )
    assert image.author == "Some Body <s@example.org>"
    assert image.diff_ids == ()
    assert all(entry.empty_layer for entry in image.history)
    nop = "/bin/sh -c #(nop) "
    assert [entry.created_by for entry in image.history[:10]] == [
        nop + " MAINTAINER Some Body <s@example.org>",
        nop + " ARG P=8080",
        nop + " ENV A=1 B=two words",
        nop + " ENV C=1-two words",
        nop + " LABEL k=v 1 k2=v2",
        nop + " EXPOSE 8080 53/UDP 9000-9001",
        nop + " VOLUME [/v [/w]]",
        nop + " VOLUME [/x y /v]",
        nop + " USER app:web",
        nop + " STOPSIGNAL SIGQUIT",
    ]
    assert image.history[10].created_by == "/bin/bash -c #(nop)  SHELL [/bin/bash -c]"
    assert image.history[12].created_by == '/bin/bash -c #(nop)  CMD ["/bin/bash" "-c" "echo $A"]'


@pytest.mark.parametrize(
    ("lines", "cmd"),
    [
        ("CMD a\nENTRYPOINT b\n", ("/bin/sh", "-c", "a")),
        ("ENTRYPOINT b\nCMD a\n", ("/bin/sh", "-c", "a")),
        ("CMD a\nFROM s\nENTRYPOINT b\n", None),
        ("CMD a\nFROM s\nENTRYPOINT b\nCMD c\n", ("/bin/sh", "-c", "c")),
        ("CMD a\nFROM s\nLABEL x=y\n", ("/bin/sh", "-c", "a")),
    ],
)
def test_an_entrypoint_resets_an_inherited_command(
    bench: Bench, lines: str, cmd: tuple[str, ...] | None
) -> None:
    result = bench.build("FROM scratch AS s\n" + lines)
    assert bench.config(result).config.cmd == cmd


def test_health_checks(bench: Bench) -> None:
    first = 'HEALTHCHECK --interval=5s --start-period=1s --start-interval=2s CMD ["ok"]\n'
    assert config(bench, first).healthcheck == Healthcheck(
        ("CMD", "ok"), 5 * 10**9, start_period=10**9, start_interval=2 * 10**9
    )
    assert config(bench, first + "HEALTHCHECK NONE\n").healthcheck == Healthcheck(("NONE",))
    assert config(bench, first + "HEALTHCHECK CMD x\n").healthcheck == Healthcheck(("CMD-SHELL", "x"))


def test_working_directories(bench: Bench) -> None:
    assert config(bench, "WORKDIR a\nWORKDIR b\nWORKDIR ../c\n").working_dir == "/a/c"
    assert config(bench, "ENV D=/x/y\nWORKDIR $D/z/\n").working_dir in ("/x/y/z", "/x/y/z/")
    result = bench.build("FROM scratch\nCOPY <<EOF /real/deep/f\nEOF\nWORKDIR /real\nWORKDIR made/here\n")
    assert bench.tree(result)["/real/made/here"] == "dir 0755"


def test_references_in_one_instruction_see_what_was_before(bench: Bench) -> None:
    assert config(bench, "ENV a=1\nENV a=2 b=$a\nENV c=$a\n").env == (PATH, "a=2", "b=1", "c=2")


@pytest.mark.parametrize(
    "line",
    ["EXPOSE 80-70", "EXPOSE 80/icmp", "STOPSIGNAL NOPE", "VOLUME $NOTHING", "WORKDIR $NOTHING"],
)
def test_values_that_can_not_be(bench: Bench, line: str) -> None:
    with pytest.raises(MinibuildError) as caught:
        bench.build(f"FROM scratch\nLABEL a=b\n{line}\n")
    assert caught.value.line == 3
