"""`minibuild lint` as people and CI call it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

CLEAN = 'FROM debian:12@sha256:1234\nHEALTHCHECK NONE\nCMD ["true"]\n'
BAD = "FROM debian:12 AS Foo\nENV A b c\nCMD top -b\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working directory that is also the home; makes files in it."""
    directory = tmp_path / "here"
    directory.mkdir()
    monkeypatch.chdir(directory)
    monkeypatch.setenv("HOME", str(directory))
    for name in ("XDG_CONFIG_HOME", "NO_COLOR", *(n for n in os.environ if n.startswith("HADOLINT_"))):
        monkeypatch.delenv(name, raising=False)

    def make(**files):
        for name, text in files.items():
            Path(name.replace("_", ".")).write_text(text)

    return make


def codes(shown):
    return [(one["line"], one["code"], one["level"]) for one in json.loads(shown.out)]


def test_findings_are_shown_with_their_lines_and_fail(here, minibuild, snapshot: SnapshotAssertion):
    here(Dockerfile=BAD)
    shown = minibuild("lint", "Dockerfile")
    assert (shown.status, shown.err) == (1, "")
    assert shown.out == snapshot


def test_a_clean_file_is_silent(here, minibuild):
    here(Dockerfile="FROM scratch\nCOPY a /a\nUSER 1\n")
    assert minibuild("lint", "Dockerfile") == (0, "", "")


def test_without_a_word_the_working_directory_is_linted(here, minibuild):
    here(Dockerfile=BAD, app_Dockerfile=BAD, other_txt=BAD)
    found = json.loads(minibuild("lint", "-f", "json").out)
    assert {one["file"] for one in found} == {"Dockerfile", "app.Dockerfile"}


def test_a_directory_without_dockerfiles_says_so(here, minibuild):
    assert minibuild("lint") == (0, "", "no Dockerfile below the working directory\n")
    assert minibuild("lint", ".") == (0, "", "no Dockerfile below .\n")


def test_standard_input(here, minibuild):
    shown = minibuild("lint", "-f", "json", "-", stdin=BAD.encode())
    assert (1, "StageNameCasing", "warning") in codes(shown)
    assert {one["file"] for one in json.loads(shown.out)} == {"-"}


@pytest.mark.parametrize(
    ("threshold", "status"), [("error", 0), ("warning", 1), ("info", 1), ("style", 1), ("none", 1)]
)
def test_the_threshold(threshold, status, here, minibuild):
    here(Dockerfile="FROM debian:12 AS Foo\nUSER 1\n")
    assert minibuild("lint", "-t", threshold, "Dockerfile").status == status


def test_findings_need_not_fail(here, minibuild):
    here(Dockerfile=BAD)
    assert minibuild("lint", "--no-fail", "Dockerfile").status == 0


def test_flags_rank_above_the_environment_and_that_above_files(here, minibuild, monkeypatch):
    here(Dockerfile=BAD, _hadolint_yaml="failure-threshold: style\nignored: [DL3025]\n")
    monkeypatch.setenv("HADOLINT_FAILURE_THRESHOLD", "error")
    monkeypatch.setenv("HADOLINT_IGNORE", "JSONArgsRecommended")
    shown = minibuild("lint", "-f", "json", "--ignore", "LegacyKeyValueFormat", "Dockerfile")
    assert shown.status == 0
    assert (1, "StageNameCasing", "warning") in codes(shown)
    named = {code for _, code, _ in codes(shown)}
    assert not named & {"DL3025", "JSONArgsRecommended", "LegacyKeyValueFormat"}
    assert minibuild("lint", "-t", "warning", "Dockerfile").status == 1


def test_a_missing_file_is_told_and_others_are_linted(here, minibuild):
    here(Dockerfile="FROM debian:12 AS Foo\nUSER 1\n")
    shown = minibuild("lint", "--no-fail", "-f", "json", "nope", "Dockerfile")
    assert (shown.status, shown.err) == (1, "nope: there is no such file\n")
    assert (1, "StageNameCasing", "warning") in codes(shown)


def test_an_unreadable_word_is_told(here, minibuild):
    Path("loop").symlink_to("loop")
    shown = minibuild("lint", "loop")
    assert shown.status == 1
    assert shown.err.startswith("loop: can't be read: ")


def test_binary_files_and_files_that_do_not_parse_are_findings(here, minibuild):
    here(a="\x7fELF\0\0", b="FROM debian:12\nFOO\n", Dockerfile="FROM debian:12 AS Foo\nUSER 1\n")
    found = codes(minibuild("lint", "-f", "json", "a", "b", "Dockerfile"))
    assert [one for one in found if one[1] == "DL1000"] == [(1, "DL1000", "error"), (2, "DL1000", "error")]
    assert (1, "StageNameCasing", "warning") in found


def test_a_broken_configuration_is_told_with_key_and_line(here, minibuild, snapshot: SnapshotAssertion):
    here(Dockerfile="FROM debian:12 AS Foo\nUSER 1\n", _hadolint_yaml="# mine\nignored: DL3006\n")
    shown = minibuild("lint", "-f", "json", "--no-fail", "Dockerfile")
    assert shown.status == 2
    assert shown.err == snapshot
    assert (1, "StageNameCasing", "warning") in codes(shown)


def test_nothing_is_repaired_by_a_broken_configuration(here, minibuild):
    here(Dockerfile=BAD, _hadolint_yaml="ignored: DL3006\n")
    shown = minibuild("lint", "--fix", "Dockerfile")
    assert shown.status == 2
    assert Path("Dockerfile").read_text() == BAD


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--frobnicate"], "No such option"),
        (["-f", "gif"], "'gif' is not one of tty"),
        (["-f", "json", "-f", "tty"], "can't both be written to the same place"),
        (["-t", "bad"], "'bad' is not one of"),
        (["--require-label", "a"], "is not NAME:TYPE"),
        (["--require-label", "a:b"], "is not NAME:TYPE"),
        (["--jobs", "-1"], "is not in the range"),
        (["--config", "nope.yaml"], "nope.yaml: can't be read"),
        (["--update-baseline"], "--update-baseline needs --baseline FILE"),
        (["--baseline", "nope"], "--update-baseline makes one"),
        (["--unsafe-fixes"], "goes with --fix"),
        (["--explain", "DL3oo8"], "did you mean DL3"),
    ],
)
def test_wrong_usage_is_status_2(words, problem, here, minibuild):
    here(Dockerfile=CLEAN)
    shown = minibuild("lint", *words, "Dockerfile")
    assert shown.status == 2
    assert problem in shown.err


def test_codes_that_no_rule_has_are_told(here, minibuild):
    here(Dockerfile="FROM scratch\n", _hadolint_yaml="ignored: [DL9999, SC2086, StageNameCasing]\n")
    shown = minibuild("lint", "--error", "nope", "Dockerfile")
    assert (shown.status, shown.out) == (0, "")
    assert shown.err == (
        "there is no rule DL9999, which the configuration names\n"
        "there is no rule nope, which the configuration names\n"
    )


def test_the_simulated_build_is_asked_for(here, minibuild):
    here(Dockerfile="FROM busybox:1.36\nRUN cat /missing\n")
    shown = minibuild("lint", "--simulate", "-f", "json", "Dockerfile")
    assert (2, "MB1200", "error") in codes(shown)
    assert not any(code == "MB1200" for _, code, _ in codes(minibuild("lint", "-f", "json", "Dockerfile")))


def test_a_shellcheck_that_is_missing_is_told_once(here, minibuild, monkeypatch):
    here(Dockerfile="FROM debian:12\nRUN echo $x\nUSER 1\n", a_Dockerfile="FROM debian:12\nRUN echo $y\n")
    monkeypatch.setattr("shutil.which", lambda *words, **named: None)
    shown = minibuild("lint", "-f", "json", "--no-cache")
    assert shown.err.count("ShellCheck") == 1
    assert not any(code.startswith("SC") for _, code, _ in codes(shown))
    assert minibuild("lint", "--no-shellcheck", "-f", "json").err == ""


def test_several_formats_at_once(here, minibuild):
    here(Dockerfile=BAD)
    shown = minibuild("lint", "-f", "gnu", "-f", "sarif=a.sarif", "--format", "junit=b.xml", "Dockerfile")
    assert shown.out.startswith("minibuild:Dockerfile:1:")
    assert json.loads(Path("a.sarif").read_text())["version"] == "2.1.0"
    assert "<testsuites" in Path("b.xml").read_text()


def test_a_report_goes_to_a_file_and_names_another(here, minibuild):
    here(Dockerfile=BAD)
    words = ("-f", "checkstyle", "-o", "out.xml", "--file-path-in-report", "x/D")
    shown = minibuild("lint", *words, "Dockerfile")
    assert (shown.status, shown.out) == (1, "")
    assert '<file name="x/D">' in Path("out.xml").read_text()


def test_a_report_that_cannot_be_written_is_told(here, minibuild):
    here(Dockerfile=BAD)
    shown = minibuild("lint", "-o", "no/where", "Dockerfile")
    assert (shown.status, shown.err) == (1, "no/where: can't be written: No such file or directory\n")


def test_a_baseline_keeps_old_findings_quiet(here, minibuild):
    here(Dockerfile=BAD)
    words = ("lint", "--baseline", "known.json")
    assert minibuild(*words, "--update-baseline", "Dockerfile") == (0, "", "")
    assert minibuild(*words, "Dockerfile") == (0, "", "")
    Path("Dockerfile").write_text("# moved\n" + BAD + "EXPOSE 80/TCP\n")
    shown = minibuild(*words, "-f", "json", "Dockerfile")
    found = [one for one in codes(shown) if not one[1].startswith("MB")]
    assert found == [(5, "ExposeProtoCasing", "warning")]


def test_fix_writes_the_file_and_tells(here, minibuild, snapshot: SnapshotAssertion):
    here(Dockerfile=BAD)
    Path("Dockerfile").chmod(0o640)
    shown = minibuild("lint", "--fix", "Dockerfile")
    assert Path("Dockerfile").read_text().startswith('FROM debian:12 AS foo\nENV A="b c"\n')
    assert Path("Dockerfile").stat().st_mode & 0o777 == 0o640
    assert shown.err == snapshot
    assert sorted(os.listdir()) == ["Dockerfile"]


def test_diff_shows_and_writes_nothing(here, minibuild, snapshot: SnapshotAssertion):
    here(Dockerfile=BAD)
    shown = minibuild("lint", "--fix", "--diff", "--unsafe-fixes", "Dockerfile")
    assert shown.status == 1
    assert shown.out == snapshot
    assert Path("Dockerfile").read_text() == BAD
    here(Dockerfile="FROM scratch\n")
    assert minibuild("lint", "--diff", "Dockerfile") == (0, "", "")


def test_standard_input_is_repaired_to_standard_output(here, minibuild):
    shown = minibuild("lint", "--fix", "-", stdin=b"FROM debian:12 AS Foo\r\nUSER 1\r\n")
    assert shown.out == "FROM debian:12 AS foo\r\nUSER 1\r\n"
    assert minibuild("lint", "--fix", "-", stdin=b"FROM scratch\n").out == "FROM scratch\n"


def test_the_second_run_takes_what_was_found(here, minibuild):
    here(Dockerfile=BAD)
    first = minibuild("lint", "-V", "Dockerfile")
    second = minibuild("lint", "-V", "Dockerfile")
    assert first.out == second.out != ""
    assert "1 files, 0 of them known from before" in first.err
    assert "1 files, 1 of them known from before" in second.err
    assert "0 of them" in minibuild("lint", "-V", "--no-cache", "Dockerfile").err


def test_a_rule_is_explained(here, minibuild, snapshot: SnapshotAssertion):
    assert minibuild("lint", "--explain", "LegacyKeyValueFormat").out == snapshot
    assert "https://www.shellcheck.net/wiki/SC2086" in minibuild("lint", "--explain", "SC2086").out


def test_rules_are_listed(here, minibuild):
    lines = minibuild("lint", "--list-rules").out.splitlines()
    assert any(line.split()[:2] == ["DL1000", "error"] for line in lines)
    assert any(line.split()[:2] == ["UndefinedVar", "warning"] for line in lines)


def test_kept_results_need_no_parser(here, tmp_path):
    here(Dockerfile=BAD, _hadolint_yaml="failure-threshold: error\n")
    program = """
import sys
from minibuild.__main__ import run
sys.argv = ["minibuild", "--root", sys.argv[1], "lint", "Dockerfile"]
status = run()
heavy = {"lark", "pydantic", "rich", "sqlite3", "multiprocessing", "minibuild.lint.runner", "minibuild.build"}
sys.stderr.write(" ".join(sorted(heavy & set(sys.modules))))
sys.exit(status)
"""

    def run():
        words = [sys.executable, "-c", program, tmp_path / "store"]
        return subprocess.run(words, capture_output=True, text=True)

    first, second = run(), run()
    assert "minibuild.lint.runner" in first.stderr
    assert (second.stdout, second.stderr) == (first.stdout, "")


def test_many_runs_at_once_share_what_is_kept(here, tmp_path):
    for number in range(20):
        Path(f"{number}.Dockerfile").write_text(f"FROM debian:{number} AS Foo\nUSER 1\n")
    words = [sys.executable, "-m", "minibuild", "--root", tmp_path / "store", "lint", "--no-shellcheck"]
    words += ["--format", "gnu"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    runs = [subprocess.Popen(words, text=True, **pipes) for _ in range(3)]
    told = {run.communicate() for run in runs}
    assert len(told) == 1
    [(out, err)] = told
    assert (out.count("StageNameCasing"), err) == (20, "")
