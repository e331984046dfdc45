"""How the reasons for which a step ran are told."""

from syrupy.assertion import SnapshotAssertion

from minibuild.build.explanation_files import FileChange
from minibuild.build.explanation_inputs import Reason
from minibuild.report.reasons import because, reason_document, reason_lines, reason_text

DIFF = ("@@ -1 +1 @@", "-old", "+new")
FILES = (
    FileChange("a", "added"),
    FileChange("b", "removed"),
    FileChange("c", "renamed", "old/c"),
    FileChange("d", "content", "3 -> 4 bytes", DIFF),
    FileChange("e", "mode", "0644 -> 0755"),
    FileChange("f", "owner", "0:0 -> 1:1"),
    FileChange("g", "kind", "file -> link"),
)
LONG = (
    "RUN apt-get update && apt-get install -y --no-install-recommends curl {} git make g++ && rm -rf /var/lib"
)
REASONS = [
    Reason("first", "it is the first build of this Dockerfile with this context"),
    Reason("variable", "ARG V changed", "1", "2"),
    Reason("variable", "ARG V is set now", new="2", hint="set it later"),
    Reason("variable", "ARG V is not set any more", old="1"),
    Reason("instruction", "the instruction changed", "RUN echo 1 and then some", "RUN echo 2 and then some"),
    Reason("instruction", "the instruction changed", LONG.format("wget"), LONG.format("jq")),
    Reason("instruction", "the command changed", diff=DIFF),
    Reason("files", "7 files changed", files=FILES),
    Reason("files", "15 files changed", files=tuple(FileChange(f"f{n}", "added") for n in range(15))),
    *(Reason("files", "one file changed in the bind mount /m", files=(file,)) for file in FILES),
]


def test_lines(snapshot: SnapshotAssertion) -> None:
    assert "\n".join(reason_lines(REASONS)) == snapshot


def test_one_line_each(snapshot: SnapshotAssertion) -> None:
    assert [reason_text(reason) for reason in REASONS] == snapshot


def test_sentences() -> None:
    base = Reason("base", "the base is another image", "aaa", "bbb")
    assert because([base]) == ["the base is another image: aaa -> bbb"]
    assert because(REASONS[:2]) == [
        "Runs because it is the first build of this Dockerfile with this context",
        "and because ARG V changed: 1 -> 2",
    ]


def test_documents() -> None:
    assert reason_document(REASONS[1]) == {
        "kind": "variable",
        "text": "ARG V changed",
        "old": "1",
        "new": "2",
    }
    files = reason_document(REASONS[7])["files"]
    assert files[3] == {"path": "d", "change": "content", "detail": "3 -> 4 bytes", "diff": list(DIFF)}


def test_what_was_read_can_t_command_the_terminal() -> None:
    hostile = Reason(
        "files", "2 files changed", files=(FileChange("\x1b[2Ja\nb", "added", "", ("+\x07\tx",)),) * 2
    )
    assert all(line.isprintable() for line in reason_lines([hostile]))
