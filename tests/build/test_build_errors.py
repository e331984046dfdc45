"""Failures are told with their place, line, caret and a remedy; nothing is a traceback."""

import os
from pathlib import Path

import pytest
from builds import Bench
from syrupy.assertion import SnapshotAssertion

from minibuild.errors import MinibuildError

CASES = {
    "a missing source": "FROM scratch\nCOPY fiel /x\n",
    "continued lines": "FROM scratch\nENV A=1\\\n  B=2\nCOPY \\\n  file \\\n  nothing \\\n  /x/\n",
    "an unknown stage": "FROM scratch AS one\nFROM scratch\nCOPY --from=on3 /x /y\n",
    "a cycle": "FROM scratch AS one\nCOPY --from=one /x /y\n",
    "a bad substitution": "FROM scratch\nLABEL a=${X/}\n",
    "a required variable": "FROM scratch\nLABEL a=${X:?must be set}\n",
    "a bad port": "FROM scratch\nEXPOSE 99999\n",
    "a bad signal": "FROM scratch\nSTOPSIGNAL SIGNOPE\n",
    "an empty directory": "FROM scratch\nWORKDIR $NOTHING\n",
    "a download": "FROM scratch\nADD https://example.org/a.tgz /x/\n",
    "an unknown image": "FROM nosuchimage:9\n",
    "an image name": "FROM No:Such:Name\n",
    "a directory in the way": "FROM scratch\nCOPY file /x\nCOPY file /x/y\n",
}


@pytest.mark.parametrize("case", CASES)
def test_what_people_read(
    bench: Bench, case: str, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(bench.context)
    bench.write(file="F")
    with pytest.raises(MinibuildError) as caught:
        bench.build(CASES[case], dialect="docker")
    assert caught.value.exit_code == 1
    assert caught.value.render() == snapshot
    assert bench.store.verify() == []


def test_no_dockerfile(bench: Bench) -> None:
    with pytest.raises(MinibuildError, match="there is no such Dockerfile"):
        bench.build()
    (bench.context / "Dockerfile").mkdir()
    with pytest.raises(MinibuildError, match="is a directory"):
        bench.build()


@pytest.mark.skipif(os.name != "posix", reason="needs permission bits")
def test_files_that_can_not_be_read(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read everything, so reading itself is made to fail."""
    bench.write(d__f="F")
    real = open

    def refusing(path: object, *args: object, **options: object) -> object:
        if str(path).endswith("d/f"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr("builtins.open", refusing)
    with pytest.raises(MinibuildError, match=r"can't read .*d/f: Permission denied") as caught:
        bench.build("FROM scratch\nCOPY d /d\n")
    assert caught.value.line == 2


def test_a_file_that_changes_while_it_is_copied(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bench.put("f", "before")
    from minibuild.build.copying import Copier

    copy = Copier.copy

    def changing(self: Copier, *arguments: object) -> None:
        path.write_text("after!")
        copy(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Copier, "copy", changing)
    with pytest.raises(MinibuildError, match="the file changed while it was read") as caught:
        bench.build("FROM scratch\nCOPY f /f\n")
    assert caught.value.line == 2
    monkeypatch.undo()
    assert bench.tree(bench.build("FROM scratch\nCOPY f /f\n")) == {"/f": "file 0644 after!"}


def test_a_directory_that_goes_away(bench: Bench, tmp_path: Path) -> None:
    bench.write(f="F")
    with pytest.raises(MinibuildError, match="can't read the build context"):
        bench.build(
            "FROM scratch\nCOPY f /f\n", context=tmp_path / "gone", dockerfile=bench.context / "Dockerfile"
        )


def test_a_bad_ignore_file(bench: Bench) -> None:
    bench.put(".dockerignore", "ok\n[a\n")
    with pytest.raises(MinibuildError, match="bad pattern") as caught:
        bench.build("FROM scratch\nCOPY . /\n")
    assert caught.value.path.endswith(".dockerignore")
    assert caught.value.line == 2


def test_a_bad_time(bench: Bench) -> None:
    with pytest.raises(MinibuildError, match="no time in seconds"):
        bench.build("FROM scratch\nLABEL a=b\n", build_args={"SOURCE_DATE_EPOCH": "yesterday"})
