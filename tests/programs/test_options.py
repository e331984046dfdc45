"""The parser of command lines: getopt's rules and messages."""

import pytest
from programs_machine import busybox, gnu

from minibuild.programs.options import OptionError, Options

HEAD = Options("n:c:qo::", long={"lines=": "n", "quiet": "q", "output=?": "o", "only": "only"})


@pytest.mark.parametrize(
    ("words", "given", "operands"),
    [
        (["-n", "3", "a"], [("n", "3")], ["a"]),
        (["-n3"], [("n", "3")], []),
        (["-qn3", "a", "-q"], [("q", None), ("n", "3"), ("q", None)], ["a"]),
        (["-o"], [("o", None)], []),
        (["-ox", "y"], [("o", "x")], ["y"]),
        (["--lines=4"], [("n", "4")], []),
        (["--lines", "4"], [("n", "4")], []),
        (["--li", "4"], [("n", "4")], []),
        (["--output"], [("o", None)], []),
        (["--output=f"], [("o", "f")], []),
        (["--only"], [("only", None)], []),
        (["-", "--", "-q"], [], ["-", "-q"]),
    ],
)
def test_options_and_operands_are_told_apart(words, given, operands):
    opts, rest = HEAD.split(words)
    assert opts.given == given
    assert rest == operands


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-z"], "invalid option -- 'z'"),
        (["-n"], "option requires an argument -- 'n'"),
        (["--nope"], "unrecognized option '--nope'"),
        (["--quiet=1"], "option '--quiet' doesn't allow an argument"),
        (["--lines"], "option '--lines' requires an argument"),
        (["--o"], "option '--o' is ambiguous; possibilities: '--output' '--only'"),
    ],
)
def test_a_wrong_command_line_has_getopts_message(words, message):
    with pytest.raises(OptionError) as caught:
        HEAD.split(words)
    assert str(caught.value) == message


def test_a_plus_ends_the_options_at_the_first_operand():
    opts, rest = Options("+q").split(["a", "-q"])
    assert "q" not in opts
    assert rest == ["a", "-q"]


def test_without_long_options_two_dashes_are_a_letter():
    with pytest.raises(OptionError, match="invalid option -- '-'"):
        Options("q").split(["--quiet"])


def test_the_last_of_several_counts():
    opts, _ = Options("ab:").split(["-b1", "-a", "-b", "2"])
    assert opts.get("b") == "2"
    assert opts.all("b") == ["1", "2"]
    assert opts.last("a", "b") == "b"
    assert opts.count("b") == 2
    assert opts.get("a", "x") == "x"


def test_busybox_shows_its_usage_and_gnu_points_to_help():
    shown = busybox().run("mkdir -q x")
    assert shown.status == 1
    assert shown.err.startswith("mkdir: invalid option -- 'q'\nBusyBox v1.35.0 ")
    assert "Usage: mkdir [-m MODE] [-p] DIRECTORY..." in shown.err
    shown = gnu().run("mkdir -q x", "mkdir", "ls --nope")
    assert shown.statuses == [1, 1, 2]
    assert shown.err == (
        "mkdir: invalid option -- 'q'\nTry 'mkdir --help' for more information.\n"
        "mkdir: missing operand\nTry 'mkdir --help' for more information.\n"
        "ls: unrecognized option '--nope'\nTry 'ls --help' for more information.\n"
    )


def test_busybox_does_not_know_all_options_of_gnus_programs():
    ran = busybox().run(
        "sha256sum --check f", "rm --recursive f", "chmod --recursive 1 f", "mkdir --parents d"
    )
    assert ran.statuses == [1, 1, 1, 0]
    assert ran.err.startswith("sha256sum: unrecognized option '--check'\nBusyBox v1.35.0 ")
    ran = gnu().run("mkdir d", "chmod --recursive 700 d", "rm --recursive d", "ls --all --size /nope")
    assert ran.statuses == [0, 0, 0, 2]


def test_help_goes_where_the_reference_sends_it():
    shown = busybox().run("cat --help")
    assert (shown.status, shown.out) == (0, "")
    assert "Usage: cat [-nbvteA] [FILE]..." in shown.err
    shown = gnu().run("cat --help", "cat --version")
    assert shown.err == ""
    assert shown.out.startswith("Usage: cat ")
    assert shown.out.endswith("cat (GNU coreutils) 9.1\n")
    assert busybox().run("cat --version").status == 1
