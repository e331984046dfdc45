"""BuildKit's checks: what they find, where, and what their fixes write."""

import pytest

from minibuild.lint.configuration import Configuration
from minibuild.lint.fixing import fix_sources
from minibuild.lint.rule import all_rules
from minibuild.lint.runner import lint
from minibuild.lint.source import Source

ONLY = frozenset(rule.code for rule in all_rules().values() if rule.family != "buildkit")


def found(text, context=None):
    path = str(context / "Dockerfile") if context else "Dockerfile"
    [(findings, _)] = lint([Source(path, text, context)], Configuration(ignored=ONLY))
    return [(one.place.line, one.code) for one in findings if not one.code.startswith("SC")]


def fixed(text, *, unsafe=False):
    source, configuration = Source("Dockerfile", text), Configuration(ignored=ONLY)
    [(findings, _)] = lint([source], configuration)
    return fix_sources([(source, findings)], configuration, unsafe=unsafe)[0].text


CASES = [
    ("FROM a AS b\nFROM c AS B\n", [(2, "DuplicateStageName"), (2, "StageNameCasing")]),
    ("FROM a AS scratch\n", [(1, "ReservedStageName")]),
    ("FROM a AS contexts\n", []),
    ("from a AS b\n", [(1, "FromAsCasing")]),
    ("From a as b\nRUN c\n", [(1, "ConsistentInstructionCasing")]),
    ("from a\nrun b\nCOPY c d\n", [(3, "ConsistentInstructionCasing")]),
    ("from a\nCOPY c d\n", [(1, "ConsistentInstructionCasing")]),
    ("FROM a\nRUN b \\\n\n\\\n  c\n", [(5, "NoEmptyContinuation")]),
    ("FROM a\nRUN <<EOF\n\nb\nEOF\n", []),
    ("FROM a\nCMD b\n", [(2, "JSONArgsRecommended")]),
    ('FROM a AS b\nSHELL ["c"]\nFROM b\nCMD d\n', []),
    ("FROM a\nHEALTHCHECK CMD b\n", []),
    ("FROM a\nMAINTAINER b\n", [(2, "MaintainerDeprecated")]),
    ("FROM a\nENV b c\nLABEL d=e\nONBUILD ENV f g\n", [(2, "LegacyKeyValueFormat")]),
    ("FROM a\nLABEL d e\n", [(2, "LegacyKeyValueFormat")]),
    ('FROM a\nCMD ["b"]\nCMD ["c"]\n', [(2, "MultipleInstructionsDisallowed")]),
    ('FROM a AS x\nCMD ["b"]\nFROM a\nCMD ["c"]\n', []),
    ("FROM a:$B\n", [(1, "InvalidDefaultArgInFrom"), (1, "UndefinedArgInFrom")]),
    ("ARG B\nFROM a:1$B\n", []),
    ("FROM a:1$TARGETARCH\n", []),
    ("FROM A\n", [(1, "InvalidDefaultArgInFrom")]),
    ("FROM scratch\nENV A=$B\n", [(2, "UndefinedVar")]),
    ("FROM scratch\nENV A=${B:-c}\n", [(2, "UndefinedVar")]),
    ("FROM scratch\nARG B\nENV A=$B C=$PATH\n", []),
    ("FROM scratch AS x\nARG B=1\nFROM x\nENV A=$B\n", []),
    ("FROM scratch\nRUN --mount=type=cache,target=$T echo $X\n", [(2, "UndefinedVar")]),
    ("FROM scratch\nCOPY <<EOF <<'END' /x/\n$A\nEOF\n$B\nEND\n", [(2, "UndefinedVar")]),
    ("FROM unknown/base\nENV A=$JAVA_HOME\n", []),
    ("FROM unknown/base\nENV VERSION=1\nENV A=$VERSON\n", [(3, "UndefinedVar")]),
    ("FROM python:3.12\nENV A=$PYTHON_VERSION\n", []),
    ("FROM a\nARG TOKEN\nENV PUBLIC_KEY=x\n", [(2, "SecretsUsedInArgOrEnv")]),
    ("FROM a\nENV DB_PASSWORD=x\n", [(2, "SecretsUsedInArgOrEnv")]),
    ("ARG TOKEN\nFROM a\n", []),
    ("FROM --platform=$TARGETPLATFORM a\n", [(1, "RedundantTargetPlatform")]),
    ("FROM --platform=linux/arm64 a\n", [(1, "FromPlatformFlagConstDisallowed")]),
    ("FROM --platform=linux/arm64 a AS x-arm64\n", []),
    ("FROM --platform=$BUILDPLATFORM a\n", []),
    ("FROM a\nWORKDIR b\nWORKDIR c\n", [(2, "WorkdirRelativePath")]),
    ("FROM a AS x\nWORKDIR /b\nFROM x\nWORKDIR c\n", []),
    ("FROM a\nENV B=/c\nWORKDIR $B\n", []),
    ("FROM a\nEXPOSE 80/TCP\n", [(2, "ExposeProtoCasing")]),
    ("FROM a\nEXPOSE 1.2.3.4::5 80:81\n", [(2, "ExposeInvalidFormat"), (2, "ExposeInvalidFormat")]),
    ("# check=experimental=all\n# b\nFROM a AS c\n", [(3, "InvalidDefinitionDescription")]),
    ("# check=experimental=all\n# c is it\nFROM a AS c\n", []),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=lambda value: repr(value)[:40])
def test_what_is_found(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    ("ignore", "line", "expected"),
    [
        ("*.log\n", "COPY a.log b /x/", 1),
        ("*.log\n", "ADD a.log /x/", 1),
        ("*.log\n!keep.log\n", "COPY a.log /x/", 0),
        ("*.log\n", "COPY --from=b a.log /x/", 0),
        ("*.log\n", "ADD https://e.org/a.log /x/", 0),
        ("*\n", "COPY . /x/", 1),
        ("x\n", "COPY . /x/", 0),
        ("[\n", "COPY a /x/", 0),
    ],
)
def test_files_that_the_build_does_not_see(tmp_path, ignore, line, expected):
    (tmp_path / ".dockerignore").write_text(ignore)
    assert found(f"FROM a\n{line}\n", tmp_path) == [(2, "CopyIgnoredFile")] * expected


def test_an_ignore_file_of_its_own_comes_first(tmp_path):
    (tmp_path / ".dockerignore").write_text("a\n")
    (tmp_path / "Dockerfile.dockerignore").write_text("b\n")
    assert found("FROM a\nCOPY a b /x/\n", tmp_path) == [(2, "CopyIgnoredFile")]


FIXES = [
    ("FROM a AS Foo\nCOPY --from=Foo a b\nFROM Foo\n", "FROM a AS foo\nCOPY --from=foo a b\nFROM foo\n"),
    ("FROM a as b # \\\n", "FROM a as b # \\\n"),
    ("from a AS b\n", "from a as b\n"),
    ("FROM a\nrun \\\n  b\n", "FROM a\nRUN \\\n  b\n"),
    ("FROM a\nRUN b && \\\n\n  # note\n\t\n  c\n", "FROM a\nRUN b && \\\n  # note\n  c\n"),
    ("FROM a\nMAINTAINER x\n", "FROM a\nLABEL org.opencontainers.image.authors=x\n"),
    ('FROM a\nMAINTAINER "A $B"\n', 'FROM a\nLABEL org.opencontainers.image.authors="A \\$B"\n'),
    ("FROM a\nENV b c\n", "FROM a\nENV b=c\n"),
    ("FROM a\nENV b   c d\n", 'FROM a\nENV b="c d"\n'),
    ('FROM a\nENV b c "d e"\n', 'FROM a\nENV b=c\\ "d e"\n'),
    ("FROM a\nENV b \\\n  c $D\n", 'FROM a\nENV b="c $D"\n'),
    ("FROM a\nENV b c \\\n  d\n", 'FROM a\nENV b="c \\\n  d"\n'),
    ("FROM a\nENV b \\\n# why\n  c\n", "FROM a\nENV b \\\n# why\n  c\n"),
    ('FROM a\nLABEL "x y" c\n', 'FROM a\nLABEL "x y" c\n'),
    ("FROM a\nCMD [\"b\"]\n\n# last\nCMD [\"c\"]\n", "FROM a\n\n# last\nCMD [\"c\"]\n"),
    ("FROM --platform=$TARGETPLATFORM a\n", "FROM a\n"),
    ("FROM a\nEXPOSE 127.0.0.1:80:8080/UDP $P:1\n", "FROM a\nEXPOSE 8080/udp $P:1\n"),
    ("FROM a\r\nENV b c\r\nRUN d \\\r\n\r\n  e\r\n", "FROM a\r\nENV b=c\r\nRUN d \\\r\n  e\r\n"),
    ("FROM a\nCMD b c\n", "FROM a\nCMD b c\n"),
]


@pytest.mark.parametrize(("text", "expected"), FIXES, ids=lambda value: repr(value)[:40])
def test_what_is_repaired(text, expected):
    assert fixed(text) == expected
    assert fixed(expected) == expected


UNSAFE = [
    ("FROM a\nCMD b c\n", 'FROM a\nCMD ["b", "c"]\n'),
    ("FROM a\nENTRYPOINT exec b\n", 'FROM a\nENTRYPOINT ["b"]\n'),
    ("FROM a\nCMD b | c\n", "FROM a\nCMD b | c\n"),
    ("FROM a\nCMD cd b\n", "FROM a\nCMD cd b\n"),
    ("FROM scratch\nENV VERSION=1\nENV A=${VERSON}\n", "FROM scratch\nENV VERSION=1\nENV A=${VERSION}\n"),
]


@pytest.mark.parametrize(("text", "expected"), UNSAFE, ids=lambda value: repr(value)[:40])
def test_what_is_repaired_on_demand(text, expected):
    assert fixed(text) == text
    assert fixed(text, unsafe=True) == expected
