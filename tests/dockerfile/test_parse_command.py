"""`minibuild parse`, and the documents that it prints."""

import json
from pathlib import Path

from click.testing import CliRunner
from syrupy.assertion import SnapshotAssertion

from minibuild.cli.parse import parse_command

TEXT = """# escape=`
ARG V=1
FROM a:$V AS base
RUN --network=none x `

 y
FROM scratch
COPY --from=base <<'E' b /c/
text
E
CMD ["a", "é"]
"""


def run(*args: str, stdin: str = "") -> tuple[int, str, str]:
    result = CliRunner().invoke(parse_command, args, input=stdin)
    return result.exit_code, result.stdout, result.stderr


def test_one_document_a_file(tmp_path: Path) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_text(TEXT, encoding="utf-8")
    bad.write_text("FROM a\nrun b\n")
    status, out, _ = run("--format", "json", str(good), str(bad), str(tmp_path / "none"))
    first, second, third = map(json.loads, out.splitlines())
    assert status == 1
    assert first["file"] == str(good) and first["escape"] == "`" and len(first["warnings"]) == 1
    assert [i["keyword"] for i in first["instructions"]] == ["ARG", "FROM", "RUN", "FROM", "COPY", "CMD"]
    assert first["instructions"][4]["heredocs"] == [
        {"name": "E", "content": "text\n", "expand": False, "chomp": False, "fd": 0}
    ]
    assert second["error"]["line"] == 2 and "upper case" in second["error"]["message"]
    assert "can't be read" in third["error"]["message"]


def test_the_docker_dialect(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("from a\n")
    assert run("--dialect", "docker", "--format", "json", str(file))[0] == 0


def test_a_tree_for_people(snapshot: SnapshotAssertion) -> None:
    status, out, _ = run("-", stdin=TEXT)
    assert status == 0
    assert out == snapshot


def test_an_error_for_people(snapshot: SnapshotAssertion) -> None:
    status, out, err = run("-", stdin="FROM a\nRUN --mont=x y\n")
    assert (status, out) == (1, "")
    assert err == snapshot


def test_bytes_that_are_no_utf8_become_replacement_characters(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_bytes(b"FROM a\nRUN \xff\n")
    document = json.loads(run("--format", "json", str(file))[1])
    assert document["instructions"][1]["args"] == ["\ufffd"]
