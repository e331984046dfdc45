"""Builds that are ended from outside leave a store that works."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from builds import Bench

from minibuild.store import Store

TEXT = "FROM busybox\n" + "".join(f"COPY f /f{n}\nRUN echo {n} > /r{n}\n" for n in range(20))


def start(bench: Bench, root: Path, out: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "minibuild", "--root", str(root), "build", "--progress", "plain"]
    command += ["-t", "app:1", "--output", f"type=oci,dest={out}", str(bench.context)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9")
@pytest.mark.parametrize("times", [8, pytest.param(200, marks=pytest.mark.slow)])
def test_kill_at_any_time(bench: Bench, tmp_path: Path, times: int) -> None:
    bench.put("f", "F" * 100_000)
    (bench.context / "Dockerfile").write_text(TEXT)
    out = tmp_path / "out.tar"
    for attempt in range(times):
        root = tmp_path / f"store{attempt % 4}"
        process = start(bench, root, out)
        time.sleep(0.05 + 0.5 * (attempt % 17) / 17)
        process.kill()
        process.communicate()
        if root.exists():
            with Store.open(root) as store:
                assert store.verify() == []
    process = start(bench, tmp_path / "store0", out)
    told = process.communicate()[0]
    assert process.returncode == 0, told.decode()
    with Store.open(tmp_path / "store0") as store:
        assert store.verify() == []
        assert store.resolve("app:1")


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_interrupt(bench: Bench, tmp_path: Path) -> None:
    """Ctrl-C: a short message, no traceback, and what was built is found again."""
    bench.put("f", "F")
    endless = "RUN echo started; while :; do :; done\n"
    (bench.context / "Dockerfile").write_text("FROM busybox\nCOPY f /f\n" + endless)
    process = start(bench, tmp_path / "store", tmp_path / "out.tar")
    assert process.stdout is not None
    assert any(b"started" in line for line in iter(process.stdout.readline, b""))
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=100)[0].decode()
    assert process.returncode not in (0, None)
    assert "Traceback" not in told
    with Store.open(tmp_path / "store") as store:
        assert store.verify() == []
        again = Bench(store, bench.context)
        again.build("FROM busybox\nCOPY f /f\n")
        assert again.cached == [2]
