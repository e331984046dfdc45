"""RUN in a build: its surroundings, its mounts, its failures."""

import os
from pathlib import Path

import pytest
from builds import Bench

from minibuild.build import events
from minibuild.build.errors import BuildError, RunError
from minibuild.build.request import Secret
from minibuild.errors import MinibuildError

BASE = "FROM busybox\n"


def run(bench: Bench, lines: str, **options: object) -> str:
    """The output of RUNs on busybox."""
    bench.build(BASE + lines, **options)
    return bench.output


def test_forms(bench: Bench) -> None:
    assert run(bench, "RUN echo $0 $HOME; pwd\n") == "/bin/sh /root\n/\n"
    assert run(bench, 'RUN ["echo", "$HOME"]\n') == "$HOME\n"
    assert run(bench, 'SHELL ["/bin/sh", "-ec"]\nRUN echo $-\n') == "ce\n"
    assert run(bench, "RUN <<EOF\necho a\necho b\nEOF\n") == "a\nb\n"
    assert run(bench, "RUN <<EOF\n#!/bin/sh -e\necho $0\nEOF\n") == "/dev/pipes/EOF\n"
    assert run(bench, "RUN cat <<ONE <<TWO\n1\nONE\n2\nTWO\n") == "2\n"


def test_variables(bench: Bench) -> None:
    lines = "ENV A=env\nARG B=arg\nARG A=late\nRUN echo $A $B $http_proxy $HTTP_PROXY\n"
    result = bench.build(BASE + lines, build_args={"HTTP_PROXY": "p"})
    assert bench.output == "late arg p p\n"
    last = bench.config(result).history[-1].created_by
    assert last == "|1 B=arg /bin/sh -c echo $A $B $http_proxy $HTTP_PROXY"
    assert all("p" not in entry for entry in bench.config(result).config.env if "PATH" not in entry)
    bench.build(BASE + lines, build_args={"HTTP_PROXY": "other"})
    assert 5 in bench.cached
    bench.build(BASE + lines, build_args={"B": "given"})
    assert 5 not in bench.cached


def test_users_and_directories(bench: Bench) -> None:
    lines = (
        "RUN adduser -D -u 700 app && addgroup -g 800 extra && addgroup app extra\nUSER app\nWORKDIR /w\n"
        "RUN id; echo $HOME; touch f\nUSER app:extra\nRUN id -G\nUSER 4000\nRUN id -u; id -g; echo $HOME\n"
    )
    result = bench.build(BASE + lines)
    assert bench.output.split("\n") == [
        "uid=700(app) gid=700(app) groups=700(app),800(extra)",
        "/home/app",
        "800",
        "4000",
        "0",
        "/",
        "",
    ]
    assert bench.tree(result)["/w"] == "dir 0755 700:700"
    assert bench.tree(result)["/w/f"] == "file 0644 700:700"
    with pytest.raises(MinibuildError, match="unable to find user ghost") as caught:
        bench.build(BASE + "USER ghost\nRUN true\n")
    assert caught.value.line == 3


def test_what_a_run_leaves(bench: Bench) -> None:
    """Its changes and nothing of what was mounted."""
    result = bench.build(
        BASE
        + "RUN echo x > /dev/shm/f; echo y > /etc/hosts; echo z > /etc/resolv.conf; true\n"
        + "RUN rm /etc/group; echo k > /k\n"
    )
    before = bench.tree(bench.build(BASE))
    after = bench.tree(result)
    assert before.keys() ^ after.keys() == {"/etc/group", "/k", "/proc", "/sys"}  # BuildKit leaves these two
    nothing = bench.config(bench.build(BASE + "RUN true\nRUN true\n"))
    assert [entry.empty_layer for entry in nothing.history[-2:]] == [False, True]


def test_failures(bench: Bench) -> None:
    with pytest.raises(RunError, match=r"'/bin/sh -c echo no >&2; exit 3' .* non-zero code: 3") as caught:
        bench.build(BASE + "RUN echo yes\nRUN echo no >&2; exit 3\nRUN echo never\n")
    assert (caught.value.line, caught.value.status) == (3, 3)
    assert bench.output == "yes\nno\n"
    with pytest.raises(RunError, match="non-zero code: 127"):
        bench.build(BASE + "RUN nosuchprogram\n")
    with pytest.raises(RunError, match="non-zero code: 1"):
        bench.build(BASE + 'RUN ["/no/such"]\n')
    assert "/no/such" in bench.output
    assert bench.store.verify() == []


def test_bind_mounts(bench: Bench) -> None:
    bench.write(d__f="F", _dot_dockerignore="hidden\n", hidden="h")
    lines = (
        "RUN --mount=target=/ctx ls /ctx; touch /ctx/x 2>/dev/null || echo read-only\n"
        "RUN --mount=type=bind,source=d,target=/made/here,rw echo n > /made/here/n; cat /made/here/*\n"
        "RUN --mount=type=bind,source=d/f,target=/one cat /one\n"
        "RUN --mount=type=bind,from=stage,source=/s,target=/s cat /s\n"
    )
    text = "FROM busybox AS stage\nRUN echo S > /s\n" + BASE + lines
    result = bench.build(text)
    assert bench.output == "Dockerfile\nd\nread-only\nFn\nFS\n"
    assert not {"/ctx", "/made", "/one", "/s"} & bench.tree(result).keys()
    bench.put("d/f", "changed")
    bench.build(text)
    assert bench.cached == [2]
    with pytest.raises(BuildError, match="not found in the build context"):
        bench.build(BASE + "RUN --mount=source=nothing,target=/x true\n")


def test_cache_mounts_are_kept_between_builds(bench: Bench) -> None:
    line = "RUN --mount=type=cache,target=/c{} echo {} >> /c/log; cat /c/log\n"
    assert run(bench, line.format("", 1)) == "1\n"
    assert run(bench, line.format("", 2)) == "1\n2\n"
    assert run(bench, line.format(",id=other", 3)) == "3\n"
    assert run(bench, line.format("", 4), build_args={"BUILDKIT_CACHE_MOUNT_NS": "ns"}) == "4\n"
    assert run(bench, line.format(",id=own,uid=7,mode=0700", "5; stat -c '%a %u' /c")) == "5\n700 7\n"
    with pytest.raises(RunError):
        bench.build(BASE + "RUN --mount=type=cache,target=/c echo 6 >> /c/log; false\n")
    assert run(bench, line.format("", 7)) == "1\n2\n6\n7\n"
    assert bench.store.verify() == []


def test_secrets_leave_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "correct-horse-battery-staple"
    source = bench.put("../secret", secret)
    monkeypatch.setenv("TOKEN", secret + "-2")
    secrets = {"file": Secret(source=str(source)), "token": Secret(variable="TOKEN")}
    lines = (
        "RUN --mount=type=secret,id=file wc -c < /run/secrets/file; stat -c %a /run/secrets/file\n"
        "RUN --mount=type=secret,id=file,target=/t,mode=0444 test -r /t\n"
        'RUN --mount=type=secret,id=token,env=TOKEN test -n "$TOKEN"\n'
        "RUN --mount=type=secret,id=missing test ! -e /run/secrets/missing\n"
    )
    result = bench.build(BASE + lines, secrets=secrets)
    assert bench.output == "28\n400\n"
    assert "/run/secrets" not in bench.tree(result)
    for path in bench.store.root.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path
    source.write_text("another")
    bench.build(BASE + lines, secrets=secrets)
    assert bench.cached == [2, 3, 4, 5]
    with pytest.raises(BuildError, match="secret missing: not found"):
        bench.build(BASE + "RUN --mount=type=secret,id=missing,required true\n")


def test_tmpfs_and_network(bench: Bench) -> None:
    lines = "RUN --mount=type=tmpfs,target=/t echo x > /t/x; stat -c %a /t\n"
    result = bench.build(BASE + lines)
    assert bench.output == "1777\n"
    assert "/t" not in bench.tree(result)
    assert run(bench, "RUN --network=none echo up\n") == "up\n"
    with pytest.raises(BuildError, match="needs an agent"):
        bench.build(BASE + "RUN --mount=type=ssh,required true\n")


def test_the_next_step_sees_what_the_layer_holds(bench: Bench) -> None:
    """A step that runs on remembered files sees the same as one that runs on the layer read anew."""
    first = "RUN echo data > /f && ln /f /g && chmod 600 /f && touch -d '2001-02-03 04:05:06' /old\n"
    second = "RUN ls -li /f /g | awk '{print $1, $2, $3}' | sort -u | wc -l; stat -c %Y /old; cat /g\n"
    together = run(bench, first + second)
    bench.build(BASE + first)
    assert run(bench, first + second.replace("wc -l", "wc -l ")) == together


def test_events_of_a_run(bench: Bench) -> None:
    bench.build(BASE + "RUN echo hi\n")
    kinds = [type(event).__name__ for event in bench.told]
    start = kinds.index("ContainerStarted")
    assert kinds[start - 1 : start + 4] == [
        "StepStarted",
        "ContainerStarted",
        "StepOutput",
        "ContainerRemoved",
        "StepCommitted",
    ]
    finished = bench.told[-1]
    assert isinstance(finished, events.BuildFinished)


def test_nothing_of_the_host_is_seen(bench: Bench, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("of the host")
    bench.put("link").unlink()
    os.symlink(outside, bench.context / "link")
    out = run(bench, f"COPY . /ctx/\nRUN cat /ctx/link {outside} 2>&1; ls /ctx\n")
    assert "of the host" not in out


def test_files_of_the_catalogue_are_modelled(bench: Bench) -> None:
    text = (
        "FROM alpine AS made\nRUN echo own > /own\nFROM scratch\n"
        "COPY --from=made /own /own\nCOPY --from=made /etc/alpine-release /release\n"
        "COPY --from=alpine /etc /etc\n"
    )
    result = bench.build(text)
    assert [step.fidelity for step in result.steps[2:]] == ["exact", "exact", "modelled", "modelled"]
    assert "which the catalogue made" in result.steps[-1].why
