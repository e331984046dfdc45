"""When a step is found in the cache and when it is made anew."""

import os
import time
from pathlib import Path

import pytest
from builds import Bench

from minibuild.build import events
from minibuild.build.errors import BuildError
from minibuild.store import Store

TEXT = "FROM scratch\nLABEL a=1\nCOPY d /d\nCOPY f /f\nWORKDIR /w\n"


@pytest.fixture
def filled(bench: Bench) -> Bench:
    bench.write(d__a="A", d__b="B", f="F", unrelated="U")
    bench.build(TEXT)
    assert bench.cached == []
    return bench


def test_nothing_changed(filled: Bench) -> None:
    first = filled.build(TEXT)
    assert filled.cached == [2, 3, 4, 5]
    assert filled.build(TEXT).image == first.image


def test_times_don_t_matter(filled: Bench) -> None:
    for path in filled.context.rglob("*"):
        os.utime(path, (1_650_000_000, 1_650_000_000))
    filled.build(TEXT)
    assert filled.cached == [2, 3, 4, 5]


@pytest.mark.parametrize("change", ["content", "mode", "new", "gone", "renamed", "link"])
def test_what_matters_of_a_file(filled: Bench, change: str) -> None:
    path = filled.context / "d/a"
    if change == "content":
        filled.put("d/a", "X")
    elif change == "mode":
        path.chmod(0o600)
    elif change == "new":
        filled.put("d/c", "")
    elif change == "renamed":
        path.rename(filled.context / "d/z")
    else:
        path.unlink()
        if change == "link":
            path.symlink_to("b")
    filled.build(TEXT)
    assert filled.cached == [2]
    filled.build(TEXT)
    assert filled.cached == [2, 3, 4, 5]


def test_back_and_forth(filled: Bench) -> None:
    filled.put("d/a", "X")
    filled.build(TEXT)
    filled.put("d/a", "A")
    filled.build(TEXT)
    assert filled.cached == [2, 3, 4, 5]


def test_what_is_not_copied_does_not_matter(filled: Bench) -> None:
    filled.put("unrelated", "X")
    filled.put("more", "X")
    filled.build(TEXT + "# a comment\n")
    assert filled.cached == [2, 3, 4, 5]


def test_metadata_does_not_run_files_again(filled: Bench) -> None:
    result = filled.build(TEXT.replace("LABEL a=1", "LABEL a=2"))
    assert filled.cached == [3, 4, 5]
    assert dict(filled.config(result).config.labels) == {"a": "2"}


def test_the_destination_matters(filled: Bench) -> None:
    filled.build(TEXT.replace("/d", "/other"))
    assert filled.cached == [2]


def test_no_cache_refreshes(filled: Bench) -> None:
    first = filled.build(TEXT)
    second = filled.build(TEXT, no_cache=True)
    assert filled.cached == []
    assert second.image != first.image
    assert filled.build(TEXT).image == second.image
    assert filled.cached == [2, 3, 4, 5]


def test_no_cache_for_some_stages(bench: Bench) -> None:
    bench.write(f="F")
    text = "FROM scratch AS One\nCOPY f /f\nFROM scratch\nCOPY --from=one /f /g\nCOPY f /h\n"
    bench.build(text)
    bench.build(text, no_cache_filter=("one",))
    assert bench.cached == [4, 5]


def test_a_filter_that_means_no_stage_is_told(bench: Bench) -> None:
    text = "FROM scratch AS one\nLABEL a=b\nFROM one\nLABEL c=d\n"
    bench.build(text)
    bench.build(text, no_cache_filter=("", "ONE", "two"))
    assert bench.cached == []
    warnings = [event.message for event in bench.told if isinstance(event, events.Warned)]
    assert warnings == [f"--no-cache-filter {name}: the Dockerfile has no such stage" for name in ("", "two")]
    bench.build(text, no_cache_filter=("1",))
    assert bench.cached == [2]


def test_equal_bytes_of_a_stage_keep_what_is_copied_from_it(bench: Bench) -> None:
    bench.write(a="same", b="same")
    text = "FROM scratch AS one\nCOPY {} /f\nFROM scratch\nCOPY --from=one /f /g\n"
    bench.build(text.format("a"))
    bench.build(text.format("b"))
    assert bench.cached == [4]


def test_a_context_that_was_just_written_is_looked_at_again(bench: Bench) -> None:
    """A change that size and times don't tell is seen, when the file was as young as that."""
    text = "FROM scratch\nCOPY f /f\n"
    path = bench.context / "f"
    for content in ("1", "2", "3"):
        path.write_text(content)
        result = bench.build(text)
        assert bench.tree(result) == {"/f": f"file 0644 {content}"}


def test_an_old_context_costs_a_look_at_each_file(filled: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    time.sleep(0.15)
    filled.build(TEXT)

    def refuse(*_: object) -> None:
        raise AssertionError("nothing is read")

    monkeypatch.setattr("minibuild.build.workshop.fingerprint", refuse)
    filled.build(TEXT)
    assert filled.cached == [2, 3, 4, 5]


def test_the_ignore_file_counts(filled: Bench) -> None:
    filled.put(".dockerignore", "d/b\n")
    result = filled.build(TEXT)
    assert filled.cached == [2]
    assert "/d/b" not in filled.tree(result)
    filled.put(".dockerignore", "d/*\n!d/b\n")
    assert "/d/a" not in filled.tree(filled.build(TEXT))
    filled.put("Dockerfile.dockerignore", "d/b\n")
    assert "/d/b" not in filled.tree(filled.build(TEXT, dockerfile=filled.context / "Dockerfile"))


def test_a_removed_layer_is_made_again(filled: Bench) -> None:
    result = filled.build(TEXT)
    layer = filled.config(result).diff_ids[1]
    filled.store.blob_path(layer).unlink()
    assert filled.store.verify() != []
    filled.build(TEXT)
    assert filled.cached == [2, 3, 5]
    assert filled.store.verify() == []


def test_a_failed_build_keeps_what_it_made(bench: Bench) -> None:
    bench.write(f="F")
    text = "FROM scratch\nCOPY f /f\nCOPY missing /\n"
    with pytest.raises(BuildError):
        bench.build(text)
    with pytest.raises(BuildError):
        bench.build(text)
    assert bench.cached == [2]
    assert bench.store.verify() == []


def test_other_stores_have_other_caches(filled: Bench, tmp_path: Path) -> None:
    with Store.open(tmp_path / "second") as store:
        bench = Bench(store, filled.context)
        bench.build(TEXT)
        assert bench.cached == []
