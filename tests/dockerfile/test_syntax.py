"""What instructions become: tables of text and tree."""

import contextlib
import doctest
import io
import re
from pathlib import Path

import pytest

import minibuild
import minibuild.dockerfile
import minibuild.dockerfile.expand
from minibuild.dockerfile import parse
from minibuild.dockerfile.nodes import (
    Add,
    Arg,
    Copy,
    Device,
    Env,
    Expose,
    From,
    Healthcheck,
    Heredoc,
    Instruction,
    Label,
    Onbuild,
    Run,
    Volume,
)


def one(text: str, dialect: str = "docker") -> Instruction:
    """The instruction that follows a FROM."""
    return parse("FROM scratch\n" + text, dialect=dialect).instructions[1]  # type: ignore[arg-type]


ARGUMENTS = [
    ("RUN echo hi", ("echo hi",), "shell"),
    ("RUN   echo  hi  ", ("echo  hi",), "shell"),
    ('RUN ["a", "b c"]', ("a", "b c"), "exec"),
    ("RUN []", (), "exec"),
    ("RUN", (), "shell"),
    ("RUN ['a']", ("['a']",), "shell"),
    ('RUN ["a",]', ('["a",]',), "shell"),
    ('RUN ["a"] b', ('["a"] b',), "shell"),
    ('RUN ["\\u00e9\\ud800"]', ("é\ufffd",), "exec"),
    ("RUN [NaN]", ("[NaN]",), "shell"),
    ('COPY ["a b", "c"]', ("a b", "c"), "exec"),
    ('COPY ["<<\'a", "b"]', ("<<'a", "b"), "exec"),
    ("COPY a\tb   c", ("a", "b", "c"), None),
    ("COPY a b # c", ("a", "b", "#", "c"), None),
    ("COPY a\u00a0b c", ("a\u00a0b", "c"), None),
    ("ENV A=1 B=2", ("A", "1", "B", "2"), None),
    ("ENV A b  c", ("A", "b  c"), None),
    ("ENV A = b", ("A", "= b"), None),
    ("ENV A=\"b c\" D='e f' G=h\\ i", ("A", '"b c"', "D", "'e f'", "G", "h\\ i"), None),
    ("ENV A=b #c=d", ("A", "b", "#c", "d"), None),
    ("ENV A=", ("A", ""), None),
    ("ENV A=1\u00a0B=2", ("A", "1", "B", "2"), None),
    ("ENV A=b\\", ("A", "b"), None),
    ("LABEL a=b", ("a", "b"), None),
    ('ARG A B=1 C="x y"', ("A", "B=1", 'C="x y"'), None),
    ("USER a b", ("a b",), None),
    ("WORKDIR /a  b", ("/a  b",), None),
    ("EXPOSE 80 70/udp", ("80", "70/udp"), None),
    ("healthcheck none", ("none",), "shell"),
    ('HEALTHCHECK CMD ["a"]', ("CMD", "a"), "exec"),
    ("ONBUILD copy --from=x a b", ("COPY", "--from=x", "a", "b"), None),
    ("ONBUILD nope x", ("NOPE", ""), None),
]


@pytest.mark.parametrize(("text", "args", "form"), ARGUMENTS)
def test_arguments_and_form(text: str, args: tuple[str, ...], form: str | None) -> None:
    instruction = one(text)
    assert (instruction.args, instruction.form) == (args, form)


FLAGS = [
    ("RUN --network=none --security=insecure a", ("--network=none", "--security=insecure")),
    ('RUN --mount=type=cache,"target=/a b" c', ("--mount=type=cache,target=/a b",)),
    ("COPY --chown=a\\ b c d", ("--chown=a b",)),
    ("COPY --chown=é a b", ("--chown=Ã©",)),
    ("COPY -- --from a", ()),
]


@pytest.mark.parametrize(("text", "flags"), FLAGS)
def test_flags_lose_their_quotes(text: str, flags: tuple[str, ...]) -> None:
    assert one(text).flags == flags


LINES = [
    ("RUN a \\\n b\n", "a  b", 3),
    ("RUN a \\  \t\n b\n", "a  b", 3),
    ("RUN a \\\n# c\n\n   # d\n b\n", "a  b", 6),
    ("RUN a \\\\\n", "a \\\\", 2),
    ("RUN a \\\\\\\n", "a \\\\\\", 2),
    ("RUN a \\", "a", 2),
    ("RUN a \\\r\n b\r\n", "a  b", 3),
    ("R\\\nU\\\nN a\n", "a", 4),
    ("RUN a \\\n\n# end", "a", 4),
]


@pytest.mark.parametrize(("text", "command", "end"), LINES)
def test_continuation_lines(text: str, command: str, end: int) -> None:
    run = one(text)
    assert (run.args[0], run.start_line, run.end_line) == (command, 2, end)


HEREDOCS = [
    ("RUN <<EOF\na\n\tb\nEOF\n", [Heredoc("EOF", "a\n\tb\n")]),
    ("RUN <<-EOF\n\ta\n\tEOF\n", [Heredoc("EOF", "\ta\n", chomp=True)]),
    ("RUN <<'E F'\n$a\nE F\n", [Heredoc("E F", "$a\n", expand=False)]),
    ('RUN <<E"O"F\nEOF\n', [Heredoc("EOF", "", expand=False)]),
    ("RUN <<\\EOF\nEOF\n", [Heredoc("EOF", "")]),
    ("RUN 3<<EOF cat\nEOF\n", [Heredoc("EOF", "", fd=3)]),
    ("RUN << EOF\nEOF\n", [Heredoc("EOF", "")]),
    ("RUN cat <<A <<B\n1\nA\n2\nB\n", [Heredoc("A", "1\n"), Heredoc("B", "2\n")]),
    ("RUN <<EOF\r\na\r\nEOF\r\n", [Heredoc("EOF", "a\r\n")]),
    ("RUN a \\\n <<EOF\nb \\\n# c\nEOF\n", [Heredoc("EOF", "b \\\n# c\n")]),
    ("ONBUILD RUN <<EOF\na\nEOF\n", [Heredoc("EOF", "a\n")]),
    ("RUN a<<EOF\n", []),
    ('RUN "<<EOF"\n', []),
    ("RUN <<- EOF\n", []),
    ("RUN <<<EOF\n", []),
    ('RUN ["<<EOF"]\n', []),
    ("CMD <<EOF\n", []),
    ('RUN "open <<EOF\n', []),
]


@pytest.mark.parametrize(("text", "heredocs"), HEREDOCS)
def test_here_documents(text: str, heredocs: list[Heredoc]) -> None:
    assert list(one(text).heredocs) == heredocs


def test_a_dashed_here_document_loses_leading_tabs() -> None:
    assert one("RUN <<-E\n\t\ta\n b\n\tE\n").heredocs[0].content == "a\n b\n"


DIRECTIVES = [
    ("# syntax=a/b:1\n# escape=`\n", {"syntax": "a/b:1", "escape": "`"}),
    ("#  SYNTAX = x y \n", {"syntax": "x y"}),
    ("\ufeff# check=skip=all\n", {"check": "skip=all"}),
    ("#!/usr/bin/env x\n# syntax=a\n# escape=`\n", {"syntax": "a"}),
    (" # syntax=a\n # escape=`\n", {"escape": "`"}),
    ("# a comment\n# escape=`\n", {}),
    ("# foo=bar\n# escape=`\n", {}),
    ("\n# escape=`\n", {}),
    ("# syntax=\n", {}),
]


@pytest.mark.parametrize(("text", "directives"), DIRECTIVES)
def test_directives(text: str, directives: dict[str, str]) -> None:
    dockerfile = parse(text + "FROM a\n")
    assert dockerfile.directives == directives
    assert dockerfile.escape == directives.get("escape", "\\")


def test_the_escape_directive_rules_continuation_and_words() -> None:
    dockerfile = parse('# escape=`\nFROM a\nENV A=b` c D=\\ `\n "E`"=1"=2\n')
    assert dockerfile.instructions[1].args == ("A", "b` c", "D", "\\", '"E`"', '1"=2')


def test_typed_fields() -> None:
    text = "\n".join(
        (
            "ARG V=1 W",
            "FROM --platform=$P a:$V AS Build",
            "RUN --device=vendor/x=all,required --network=host make",
            "COPY --from=b --chown=1:2 --chmod=755 --link --parents --exclude=*.a --exclude=*.b x <<E /d/",
            "body",
            "E",
            "ADD --checksum=sha256:00 --keep-git-dir=true --unpack=false u v",
            "EXPOSE 90 80",
            'VOLUME [" /a ", "/b"]',
            "ENV A=1",
            "LABEL l=1",
            (
                "HEALTHCHECK --interval=1m30s --timeout=1.5s --start-period=0 --start-interval=5ms "
                "--retries=3 CMD x"
            ),
            "ONBUILD RUN <<E",
            "y",
            "E",
        )
    )
    arg, from_, run, copy, add, expose, volume, env, label, health, onbuild = parse(text).instructions
    assert isinstance(arg, Arg) and arg.items == (("V", "1"), ("W", None))
    assert isinstance(from_, From) and (from_.image, from_.platform, from_.name) == ("a:$V", "$P", "build")
    assert isinstance(run, Run) and run.devices == (Device("vendor/x=all", required=True),)
    assert (run.network, run.security, run.command) == ("host", "sandbox", "make")
    assert isinstance(copy, Copy) and (copy.sources, copy.destination) == (("x",), "/d/")
    assert copy.documents == (Heredoc("E", "body\n"),)
    assert (copy.from_, copy.chown, copy.chmod) == ("b", "1:2", "755")
    assert copy.link and copy.parents and copy.exclude == ("*.a", "*.b")
    assert isinstance(add, Add) and (add.checksum, add.keep_git_dir, add.unpack) == ("sha256:00", True, False)
    assert isinstance(expose, Expose) and expose.ports == ("80", "90")
    assert isinstance(volume, Volume) and volume.paths == ("/a", "/b")
    assert isinstance(env, Env) and env.pairs == (("A", "1"),)
    assert isinstance(label, Label) and label.pairs == (("l", "1"),)
    assert isinstance(health, Healthcheck) and health.command == ("x",)
    assert (health.interval, health.timeout) == (90_000_000_000, 1_500_000_000)
    assert (health.start_period, health.start_interval, health.retries) == (0, 5_000_000, 3)
    assert isinstance(onbuild, Onbuild) and onbuild.text == "RUN <<E\ny\nE"
    assert isinstance(onbuild.inner, Run) and onbuild.inner.is_heredoc_only


def test_stages_and_global_arguments() -> None:
    dockerfile = parse("ARG A\nARG B\nFROM x AS one\nRUN a\nFROM y\nARG C\n")
    assert [arg.args for arg in dockerfile.meta_args] == [("A",), ("B",)]
    assert [(s.number, s.name, len(s.instructions)) for s in dockerfile.stages] == [(0, "one", 1), (1, "", 1)]


def test_an_inner_instruction_is_checked_only_when_it_is_triggered() -> None:
    onbuild = one("ONBUILD COPY --nope=1 a b")
    assert isinstance(onbuild, Onbuild) and onbuild.inner is None and onbuild.text == "COPY --nope=1 a b"


def test_comments_above_an_instruction_are_kept() -> None:
    dockerfile = parse("# one\n#\n# two\n# three\nFROM a\n# four\n\nRUN b\n")
    assert [i.comments for i in dockerfile.instructions] == [("two", "three"), ("four",)]


def test_blank_continuation_lines_are_warned_about() -> None:
    assert parse("FROM a\nRUN b \\\n\n c\n").warnings == ("Empty continuation line found in: RUN b  c",)


def test_bytes_that_are_no_utf8_survive() -> None:
    text = b'FROM a\nRUN \xff\nCMD ["\xff"]\n'.decode("utf-8", "surrogateescape")
    instructions = parse(text).instructions
    assert instructions[1].args[0].encode("utf-8", "surrogateescape") == b"\xff"
    assert instructions[2].args == ("\ufffd",)


def test_columns_count_from_the_keyword() -> None:
    assert [i.column for i in parse("FROM a\n  RUN b\n").instructions] == [1, 3]


def test_the_docker_dialect_takes_any_case() -> None:
    instruction = parse("fRoM a\n", dialect="docker").instructions[0]
    assert (instruction.keyword, instruction.written) == ("FROM", "fRoM")


@pytest.mark.parametrize("text", ["CMD []", "ENTRYPOINT []", "RUN []", "HEALTHCHECK NONE"])
def test_the_strict_dialect_takes_an_empty_array(text: str) -> None:
    assert one(text, "strict").keyword


def test_the_examples_in_the_documentation() -> None:
    for module in (minibuild.dockerfile, minibuild.dockerfile.expand):
        result = doctest.testmod(module)
        assert result.attempted > 0
        assert result.failed == 0


def test_the_guide_to_the_python_api() -> None:
    guide = (Path(minibuild.__file__).parents[1] / "docs" / "guides" / "python-api-dockerfile.md").read_text()
    program, printed = re.findall(r"```(?:python)?\n(.*?)```", guide, re.DOTALL)[:2]
    names: dict[str, object] = {}
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(program, names)
    assert out.getvalue() == printed
    examples = "\n".join(re.findall(r"```python\n(>>>.*?)```", guide, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(examples, names, "guide", "guide", 0)
    assert doctest.DocTestRunner().run(test) == doctest.TestResults(0, len(test.examples))
    assert len(test.examples) > 5
