"""`--fidelity assume`: what is missing becomes opaque, and the steps say so."""

from pathlib import Path

import pytest
from builds import Bench

from minibuild.build.errors import BuildError
from minibuild.filesystem import File, OpaqueContent
from minibuild.store import Store


def test_missing_sources_are_opaque(bench: Bench) -> None:
    text = "FROM scratch\nCOPY package.json src/ app /x/\nCOPY Makefile /x/\n"
    with pytest.raises(BuildError, match="not found"):
        bench.build(text)
    result = bench.build(text, fidelity="assume")
    assert result.fidelity == "assumed"
    assert [step.fidelity for step in result.steps] == ["exact", "assumed", "assumed"]
    assert "package.json, which is missing in the build context is not known" in result.steps[1].why
    kinds = {path: node.split()[0] for path, node in bench.tree(result).items()}
    assert kinds == {"/x": "dir", "/x/package.json": "file", "/x/Makefile": "file"}
    bench.put("package.json", "{}")
    bench.put("Makefile")
    bench.put("src/a")
    bench.put("app/b")
    assert bench.build(text, fidelity="assume").fidelity == "exact"


def test_opaque_files_survive_in_layers(bench: Bench) -> None:
    result = bench.build(
        "FROM scratch AS a\nCOPY x.txt /x\nFROM scratch\nCOPY --from=a /x /y\n", fidelity="assume"
    )
    assert [step.fidelity for step in result.steps] == ["exact", "assumed", "exact", "assumed"]
    node = bench.node(result, "/y")
    assert isinstance(node, File)
    assert isinstance(node.content, OpaqueContent)
    assert node.content.origin == "content of x.txt, which is missing in the build context"
    assert node.xattrs is None


def test_downloads_are_opaque(bench: Bench) -> None:
    result = bench.build(
        "FROM scratch\nADD https://example.org/a.tar.gz /d/\n"
        "ADD --unpack=true https://example.org/a.tar.gz /u/\n"
        "ADD https://example.org/x/y.git /g\n",
        fidelity="assume",
    )
    tree = bench.tree(result)
    assert tree["/d/a.tar.gz"].startswith("file 0600")
    assert tree["/u"] == tree["/g"] == "dir 0755"
    assert [step.why for step in result.steps[1:]] == [
        "the content of https://example.org/a.tar.gz is not known",
        "the content of https://example.org/a.tar.gz is not known",
        "the content of https://example.org/x/y.git is not known",
    ]


def test_what_was_assumed_is_not_taken_from_the_cache_by_others(bench: Bench) -> None:
    text = "FROM scratch\nCOPY x.txt /x\n"
    bench.build(text, fidelity="assume")
    bench.build(text, fidelity="assume")
    assert bench.cached == [2]
    with pytest.raises(BuildError, match="not found"):
        bench.build(text)


def test_remote_contexts(bench: Bench) -> None:
    text = "FROM scratch\nCOPY --from=far dir/f /f\n"
    contexts = {"far": "https://example.org/repo.git"}
    with pytest.raises(BuildError, match="can't be fetched"):
        bench.build(text, build_contexts=contexts)
    assert bench.build(text, build_contexts=contexts, fidelity="assume").fidelity == "assumed"


def test_an_unknown_base_is_taken_for_one_like_it(bench: Bench) -> None:
    text = "FROM registry.example/team/tool-alpine:3\nCOPY Dockerfile /\n"
    with pytest.raises(BuildError, match=r"tool-alpine:3: not found"):
        bench.build(text)
    result = bench.build(text, fidelity="assume")
    assert result.fidelity == "assumed"
    assert "it is taken for one like alpine" in result.steps[0].why
    assert bench.root(result).view().exists("/etc/alpine-release")


def test_the_annotation_of_the_manifest_tells_it(bench: Bench, tmp_path: Path) -> None:
    from minibuild.build.outputs import parse_output
    from minibuild.image.archive import open_archive

    bench.build(
        "FROM scratch\nCOPY x.txt /x\n",
        fidelity="assume",
        outputs=(parse_output(f"type=oci,dest={tmp_path}/o.tar"),),
    )
    assert b'"minibuild.fidelity":"assumed"' in (tmp_path / "o.tar").read_bytes()
    with open_archive(tmp_path / "o.tar") as archive, Store.open(tmp_path / "other") as other:
        assert b"minibuild" not in archive.images[0].raw_config
        assert other.verify() == []
