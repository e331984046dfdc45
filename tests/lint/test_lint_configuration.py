"""Configuration files, environment and flags: what they say, what is wrong with them, which counts."""

import pytest

from minibuild.lint.configuration import Options, configure, joined
from minibuild.lint.configuration_environment import read_environment
from minibuild.lint.configuration_files import read_files
from minibuild.lint.configuration_values import ConfigurationError
from minibuild.lint.finding import Level


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Write files into a working directory that is also the home, and read the configuration."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)

    def run(files, explicit=None):
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        complaints = []
        options = read_files(explicit, lambda error, broken: complaints.append((error, broken)))
        return options, complaints

    return run


WHOLE = """
# everything that hadolint knows
ignored: [DL3006, 'SC2086']
override:
  error:
    - DL3007
  style: [DL3008]
trustedRegistries:
  - docker.io
label-schema:
  author: text
  version: semver
strict-labels: true
failure-threshold: warning
no-fail: false
format: json
disable-ignore-pragma: true
"""


def test_every_key_of_hadolint_is_understood(read):
    options, complaints = read({".hadolint.yaml": WHOLE})
    assert complaints == []
    assert options == Options(
        ignored=("DL3006", "SC2086"),
        override={"error": ("DL3007",), "warning": (), "info": (), "style": ("DL3008",)},
        trusted_registries=("docker.io",),
        labels={"author": "text", "version": "semver"},
        strict_labels=True,
        disable_ignore_pragma=True,
        failure_threshold="warning",
        no_fail=False,
        format="json",
    )


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (".hadolint.yaml", ".hadolint.yml"),
        (".hadolint.yml", ".config/hadolint.yaml"),
        (".config/hadolint.yml", ".hadolint/config.yaml"),
    ],
)
def test_the_first_file_of_hadolints_search_counts(better, worse, read):
    options, _ = read({better: "ignored: [A]", worse: "ignored: [B]"})
    assert options.ignored == ("A",)


def test_an_explicit_file_is_the_only_one(read):
    options, _ = read({".hadolint.yaml": "ignored: [A]", "other.yaml": "ignored: [B]"}, "other.yaml")
    assert options.ignored == ("B",)


def test_our_own_files_say_more(read):
    options, complaints = read(
        {
            ".hadolint.yaml": "ignored: [A]\nfailure-threshold: error",
            "pyproject.toml": "[tool.minibuild.lint]\nignored = ['B']\nfailure-threshold = 'warning'\n",
            "minibuild.toml": "[lint]\nfailure-threshold = 'info'\n[lint.override]\nerror = ['C']\n",
        }
    )
    assert complaints == []
    assert options.ignored == ("A", "B")
    assert (options.failure_threshold, options.override["error"]) == ("info", ("C",))


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "ignored:\n"])
def test_a_file_that_says_nothing_says_nothing(text, read):
    options, complaints = read({".hadolint.yaml": text})
    assert (options.ignored, complaints) == ((), [])


BROKEN = [
    (".hadolint.yaml", "ignored: DL3006\n", 1, "ignored is a list of words, not 'DL3006'"),
    (".hadolint.yaml", "\nno-fail: perhaps\n", 2, "no-fail is true or false, not 'perhaps'"),
    (
        ".hadolint.yaml",
        "failure-threshold: bad\n",
        1,
        "failure-threshold is one of error, warning, info, style, ignore, none, not 'bad'",
    ),
    (".hadolint.yaml", "override:\n  fatal: [DL3006]\n", 2, "what override lists is under one of"),
    (".hadolint.yaml", "override: [x]\n", 1, "override is a table with lists of codes"),
    (".hadolint.yaml", "ignored:\n  - [a]\n", 2, "each entry of ignored is a word, not a list"),
    (".hadolint.yaml", "label-schema:\n  a: txt\n", 2, "the type of a in label-schema is one of text"),
    (".hadolint.yaml", "ignored: [\n", 2, "this is no YAML"),
    (".hadolint.yaml", "- a\n", 1, "the file is a table of keys, not a list"),
    (".hadolint.yaml", "\x07", 0, "this is no YAML"),
    ("minibuild.toml", "[lint\n", 1, "this is no TOML"),
    ("minibuild.toml", "[lint]\nignored = 'A'\n", 2, "ignored is a list of words, not 'A'"),
    ("pyproject.toml", "[tool.minibuild.lint]\nno-fail = 1\n", 2, "no-fail is true or false, not '1'"),
    ("pyproject.toml", "[tool.minibuild]\nlint = 3\n", 0, "the file is a table of keys"),
]


@pytest.mark.parametrize(("name", "text", "line", "message"), BROKEN, ids=lambda value: repr(value)[:30])
def test_a_broken_file_is_told_and_counts_for_nothing(name, text, line, message, read):
    options, complaints = read({name: text})
    assert options == joined([Options()])
    [(error, counts_for_nothing)] = complaints
    assert counts_for_nothing
    assert error.message.startswith(message)
    assert (error.path, error.line) == (name, line)
    if line:
        assert error.source == text.split("\n")[line - 1]


def test_a_deep_file_is_no_traceback(read):
    [(error, broken)] = read({".hadolint.yaml": "ignored: " + "[" * 3000})[1]
    assert broken
    assert "nested too deeply" in error.message or "no YAML" in error.message


def test_an_unknown_key_is_told_and_the_rest_counts(read):
    options, [(error, broken)] = read({".hadolint.yaml": "ignore: [A]\nignored: [B]\n"})
    assert (options.ignored, broken) == (("B",), False)
    assert (error.message, error.hint, error.line) == ("unknown key 'ignore'", "did you mean ignored?", 1)


def test_a_missing_explicit_file_is_fatal(read):
    with pytest.raises(ConfigurationError, match="can't be read"):
        read({}, "nope.yaml")


def test_the_environment():
    options, problems = read_environment(
        {
            "HADOLINT_IGNORE": "A, B",
            "HADOLINT_OVERRIDE_ERROR": "C",
            "HADOLINT_ALLOWED_REGISTRIES": "r.io",
            "HADOLINT_REQUIRE_LABELS": "a:text,b:nonsense",
            "HADOLINT_NOFAIL": "Yes",
            "HADOLINT_STRICT_LABELS": "0",
            "HADOLINT_FAILURE_THRESHOLD": "style",
            "HADOLINT_FORMAT": "gif",
            "NO_COLOR": "1",
        }
    )
    assert options.ignored == ("A", "B")
    assert options.override["error"] == ("C",)
    assert (options.trusted_registries, options.labels) == (("r.io",), {"a": "text"})
    assert (options.no_fail, options.strict_labels, options.no_color) == (True, False, True)
    assert (options.failure_threshold, options.format) == ("style", None)
    assert [problem.partition(":")[0] for problem in problems] == [
        "HADOLINT_REQUIRE_LABELS",
        "HADOLINT_FORMAT=gif counts for nothing",
    ]


def test_lists_are_joined_and_of_single_values_the_last_counts():
    options = joined(
        (
            Options(ignored=("A",), failure_threshold="error", no_fail=True),
            Options(ignored=("B",), failure_threshold="info"),
            Options(labels={"a": "text"}),
        )
    )
    assert (options.ignored, options.failure_threshold, options.no_fail) == (("A", "B"), "info", True)
    assert options.labels == {"a": "text"}


def test_a_code_with_several_levels_has_the_worst():
    override = {"style": ("A", "B"), "error": ("A",), "info": ("B",)}
    assert configure(Options(override=override)).levels == {"A": Level.ERROR, "B": Level.INFO}


def test_what_decides_findings_is_in_the_fingerprint():
    base = configure(Options())
    others = [
        configure(Options(ignored=("A",))),
        configure(Options(override={"error": ("A",)})),
        configure(Options(trusted_registries=("r",))),
        configure(Options(labels={"a": "text"})),
        configure(Options(strict_labels=True)),
        configure(Options(disable_ignore_pragma=True)),
    ]
    prints = [one.fingerprint() for one in (base, *others)]
    assert len(set(prints)) == len(prints)
    assert configure(Options(no_fail=True, format="json")).fingerprint() == base.fingerprint()
