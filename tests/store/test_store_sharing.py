"""One store, several processes; processes that are killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from minibuild.store import Store, StoreError

WORKER = """
import sys
from pathlib import Path
from minibuild.image.config import HistoryEntry, ImageConfig
from minibuild.store import CacheRecord, Store

root, worker, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store = Store.open(root)
print("open", flush=True)
for number in range(rounds):
    own, _ = store.put_blob(f"layer {worker} {number}".encode().ljust(1024, b"\\0") * 50)
    shared, _ = store.put_blob((b"x%d" % number) * 20000)
    image = store.put_image(ImageConfig(diff_ids=(own, shared), author=worker,
        history=(HistoryEntry(created_by="a"), HistoryEntry(created_by="b"))))
    store.cache_put(f"{worker}-{number}", CacheRecord(own, "", {}))
    store.tag(image, f"app-{worker}:{number}")
    store.tag(image, "latest-of-all")
    print(number, flush=True)
sys.stdin.read()
"""


def start(root: Path, worker: int, rounds: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", WORKER, str(root), str(worker), str(rounds)]
    # A worker keeps the store open until its standard input ends.
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_processes_make_and_fill_a_store_together(root: Path) -> None:
    workers = [start(root, worker, 8) for worker in range(4)]
    for worker in workers:
        worker.communicate(timeout=60)
        assert worker.returncode == 0
    with Store.open(root) as store:
        names = {name for record in store.images() for name in record.names}
        assert names == {f"app-{worker}:{n}" for worker in range(4) for n in range(8)} | {
            "latest-of-all:latest"
        }
        index = json.loads((root / "index.json").read_text())
        listed = {entry["annotations"]["org.opencontainers.image.ref.name"] for entry in index["manifests"]}
        assert listed == names
        assert store.verify() == []


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9")
@pytest.mark.parametrize("times", [12, pytest.param(200, marks=pytest.mark.slow)])
def test_killed_in_the_middle(root: Path, times: int) -> None:
    """What a process said was done is there afterwards; whatever else it left behind is no damage."""
    Store.open(root).close()
    for attempt in range(times):
        worker = start(root, attempt, 10_000)
        assert worker.stdout is not None
        assert worker.stdout.readline() == "open\n"
        time.sleep(0.003 * (attempt % 12))
        worker.kill()
        done = [int(line) for line in worker.stdout.read().split("\n") if line]
        worker.wait()
        with Store.open(root) as store:
            for number in done:
                assert store.resolve(f"app-{attempt}:{number}")
                assert store.cache_get(f"{attempt}-{number}")
            assert store.verify() == []
    with Store.open(root) as store:
        assert store.prune().spared == ""
        assert store.verify() == []
        left = [path.name for path in (root / "blobs" / "sha256").iterdir() if path.name.startswith(".tmp-")]
        assert left == []


def test_prune_while_others_work(root: Path) -> None:
    """Nothing that a working process needs is taken away from it."""
    worker = start(root, 1, 60)
    assert worker.stdout is not None
    worker.stdout.readline()
    with Store.open(root) as store:
        for _ in range(60):
            store.prune(all=True)
            worker.stdout.readline()
        worker.communicate()
        assert worker.returncode == 0
        assert len([record for record in store.images() if record.names]) == 60
        assert store.verify() == []


def test_an_interrupted_change_of_the_index_is_completed(store: Store) -> None:
    (store.root / "index.json").write_text('{"schemaVersion":2,"manifests":[]}')
    assert store.verify() == []
    assert "mediaType" in json.loads((store.root / "index.json").read_text())


def test_temporary_files_go_when_nobody_can_be_writing_them(store: Store) -> None:
    left = store.root / "blobs" / "sha256" / ".tmp-1-dead"
    also = store.root / ".tmp-1-dead"
    for path in (left, also):
        path.write_bytes(b"x" * 100)
    with Store.open(store.root):
        report = store.prune()
        assert (report.files, report.spared) == (
            0,
            "the store is in use: images, build cache and recent files were kept",
        )
        old = time.time() - 2 * 24 * 3600
        os.utime(left, (old, old))
        assert store.prune().files == 1
    report = store.prune()
    assert (report.files, report.freed, report.spared) == (1, 100, "")
    assert not left.exists()
    assert not also.exists()


def test_a_process_that_waits_too_long_is_told(store: Store) -> None:
    with Store.open(store.root) as other, store.transaction():
        other.execute("PRAGMA busy_timeout = 20")
        assert other.memo_get("a") is None  # reading never waits
        with pytest.raises(StoreError, match="is busy: another process holds it"):
            other.memo_put("a", "1")


def test_a_disk_too_full_for_the_database(store: Store) -> None:
    store.memo_put("a", "1")
    store.execute("PRAGMA max_page_count = 20")
    with pytest.raises(StoreError, match="no space left on the device"), store.transaction():
        store.memo_put("a", "2")
        store.document_put("a", "k", bytes(1 << 20))
    assert store.memo_get("a") == "1"
    assert store.verify() == []
