"""Trees as bytes, and what the cached path may cost."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minibuild.dockerfile import dump, load, parse
from minibuild.dockerfile.nodes import Dockerfile, Heredoc, Stage
from minibuild.dockerfile.serialise import SerialiseError

TEXT = """# syntax=docker/dockerfile:1
ARG V=1
FROM --platform=linux/amd64 alpine:$V AS base
RUN --mount=type=cache,target=/c,mode=0755 --device=x <<-EOF
\techo hi
\tEOF
COPY --from=base --exclude=*.o <<A b /c/
text
A
HEALTHCHECK --interval=5s CMD ["true"]
ONBUILD RUN x \\

 y
"""


def test_round_trip() -> None:
    tree = parse(TEXT)
    assert load(dump(tree)) == tree
    assert tree.warnings


def other(value: object) -> bytes:
    return dump(parse("FROM a\n")).split(b"\n")[0] + b"\n" + json.dumps(value).encode()


DAMAGED = [
    b"",
    b"no tree",
    other(None),
    other({"Heredoc": ["a", "b"]}),
    other({"Dockerfile": [[1]]}),
    other({"Nothing": []}),
    other({"Dockerfile": []}),
    other({"Dockerfile": 1}),
    other({}),
    other({"Dockerfile": [], "Heredoc": []}),
    other({"Dockerfile": [[1.5]]}),
    other({"mapping": [1]}),
    dump(parse("FROM a\n"))[:-1] + b"[" * 100_000,
    dump(parse(TEXT))[:-7],
]


@pytest.mark.parametrize("data", DAMAGED, ids=range(len(DAMAGED)))
def test_damage_is_refused(data: bytes) -> None:
    with pytest.raises(SerialiseError):
        load(data)


@given(st.binary(max_size=60))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(SerialiseError):
        load(other(None)[:-4] + data)


def test_a_kept_tree_needs_neither_grammar_nor_lark() -> None:
    code = (
        "import sys; from minibuild.dockerfile import serialise, nodes;"
        f"serialise.load({dump(parse(TEXT))!r});"
        "print([m for m in ('lark', 'pydantic', 'dataclasses') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_records_are_frozen_values() -> None:
    heredoc = Heredoc("EOF", "a\n")
    assert heredoc == Heredoc(name="EOF", data="a\n", expand=True)
    assert hash(heredoc) == hash(Heredoc("EOF", "a\n"))
    assert heredoc != Heredoc("EOF", "b\n")
    assert repr(heredoc) == "Heredoc(name='EOF', data='a\\n', expand=True, chomp=False, fd=0)"
    with pytest.raises(AttributeError):
        heredoc.name = "X"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del heredoc.name  # type: ignore[misc]


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), (("a", "b", True, False, 0, 1), {}), (("a", "b"), {"name": "c"}), (("a",), {"x": 1})],
)
def test_records_check_their_fields(values: tuple[object, ...], named: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        Heredoc(*values, **named)  # type: ignore[arg-type]


def test_a_tree_without_stages() -> None:
    tree = Dockerfile(())
    assert (tree.stages, tree.meta_args, tree.escape) == ((), (), "\\")
    assert Stage._fields == ("number", "from_", "instructions")  # type: ignore[attr-defined]
