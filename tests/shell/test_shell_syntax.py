"""The text of a script becomes a tree, one complete command at a time; errors tell their place."""

import pytest

from minibuild.container import run_script
from minibuild.shell import ShellSyntaxError, parse
from minibuild.shell.bash_syntax import Parser
from minibuild.shell.dialect import ASH, BASH
from minibuild.shell.nodes import (
    AndOr,
    ArithmeticCommand,
    ArrayLiteral,
    Assignment,
    Background,
    Case,
    CommandSubstitution,
    Condition,
    For,
    Function,
    Group,
    HereDocument,
    If,
    Not,
    Parameter,
    Pipeline,
    Redirected,
    Redirection,
    Sequence,
    SimpleCommand,
    Subshell,
    Text,
    While,
    Word,
)


def word(text: str, quoted: bool = False) -> Word:
    return Word((Text(text, quoted),))


def command(*words: str, line: int = 1) -> SimpleCommand:
    return SimpleCommand((), tuple(word(one) for one in words), (), line)


def only(text: str, dialect: str = "ash"):
    (found,) = parse(text, dialect).commands
    return found


def test_a_simple_command_has_assignments_words_and_redirections():
    found = only('x=1 echo "a $y"b >out 2>&1')
    assert found.assignments == (Assignment("x", word("1")),)
    assert found.words[1] == Word((Text("a ", True), Parameter("y", True), Text("b", False)))
    assert found.redirections == (
        Redirection(None, ">", word("out")),
        Redirection(2, ">&", word("1")),
    )


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a | b", Pipeline((command("a"), command("b")))),
        ("! a", Not(command("a"))),
        ("a && b || c", AndOr(AndOr(command("a"), "&&", command("b")), "||", command("c"))),
        ("a; b", Sequence((command("a"), command("b")))),
        ("a &", Background(command("a"), "a")),
        ("(a)", Subshell(command("a"))),
        ("{ a; }", Group(command("a"))),
        ("{ a; } >f", Redirected(Group(command("a")), (Redirection(None, ">", word("f")),), 1)),
        ("if a; then b; elif c; then d; else e; fi",
         If(((command("a"), command("b")), (command("c"), command("d"))), command("e"))),
        ("until a; do b; done", While(command("a"), command("b"), True)),
        ("for i in 1 2; do a; done", For("i", (word("1"), word("2")), command("a"), 1)),
        ("for i do a; done", For("i", None, command("a"), 1)),
        ("f() { a; }", Function("f", Group(command("a")), "f() { a; }", 1)),
    ],
)  # fmt: skip
def test_compound_commands(text, tree):
    assert only(text) == tree


def test_case_items_have_patterns_bodies_and_endings():
    found = only("case $x in a|b) c;; (*) esac")
    assert isinstance(found, Case)
    assert [item.patterns for item in found.items] == [(word("a"), word("b")), (word("*"),)]
    assert [item.body for item in found.items] == [command("c"), None]


def test_parameters_have_operators_and_words():
    found = only('echo ${x:-"a b"} ${#y} ${z##*/} ${s:1:2} ${r//a/b}')
    parameters = [one.parts[0] for one in found.words[1:]]
    assert [(p.name, p.operator) for p in parameters] == [
        ("x", ":-"), ("y", "#length"), ("z", "##"), ("s", ":"), ("r", "//"),
    ]  # fmt: skip
    assert parameters[0].argument == word("a b", True)


def test_a_substitution_holds_a_script():
    (part,) = only('echo "$(a; b)"').words[1].parts
    assert isinstance(part, CommandSubstitution)
    assert part.body.commands == (Sequence((command("a"), command("b"))),)
    assert only("echo `a \\`b\\``").words[1].parts[0].body.commands[0].words[1].parts[0].body.commands == (
        command("b"),
    )


def test_here_documents_come_after_their_line():
    sequence = only("cat <<A - <<'B'; next\none $x\nA\ntwo $x\nB\n")
    first, second = (redirection.target for redirection in sequence.commands[0].redirections)
    assert isinstance(first, HereDocument)
    assert first.body.parts[:2] == (Text("one ", True), Parameter("x", True))
    assert second.body == word("two $x\n", True)
    assert sequence.commands[1] == command("next", line=1)


def test_lines_are_counted():
    first, second = parse("a 'x\ny'\n\nb \\\n c").commands
    assert (first.line, second.line) == (1, 4)


def test_bash_adds_conditions_arithmetic_and_arrays():
    assert isinstance(only("[[ a == b* && -f c ]]", "bash"), Condition)
    assert isinstance(only("(( x + 1 ))", "bash"), ArithmeticCommand)
    (assignment,) = only("a=(1 [3]=x)", "bash").assignments
    assert assignment.value == ArrayLiteral(((None, word("1")), (word("3", True), word("x"))))
    with pytest.raises(ShellSyntaxError):
        parse("a=(1 2)", "ash")


def test_complete_commands_are_read_one_by_one():
    parser = Parser("echo a\nfi\n", ASH)
    assert parser.next_command() == command("echo", "a")
    with pytest.raises(ShellSyntaxError):
        parser.next_command()


def test_lines_may_come_one_by_one():
    lines = iter(["if a\n", "then b\n", "fi\n", "c\n", ""])
    parser = Parser("", BASH, more=lambda: next(lines))
    assert isinstance(parser.next_command(), If)
    assert parser.next_command() == command("c", line=4)
    assert parser.next_command() is None


def test_aliases_are_read_in_the_place_of_words():
    parser = Parser("ll x; e w w", ASH, aliases={"ll": "ls -l", "e": "echo e ", "w": "word"})
    sequence = parser.next_command()
    assert sequence.commands[0] == command("ls", "-l", "x")
    assert sequence.commands[1] == command("echo", "e", "word", "w")


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("if true; then fi", 'unexpected "fi"', 1, 15),
        ("echo a\nif x; then y", 'unexpected end of file (expecting "fi")', 2, 13),
        ("a | | b", 'unexpected "|"', 1, 5),
        ("echo 'abc", "unterminated quoted string", 1, 6),
        ("for 1 in a; do b; done", "bad for loop variable", 1, 5),
        ("echo ${x", "missing '}'", 1, 9),
        ("echo )", 'unexpected ")"', 1, 6),
        ("while a; done", 'unexpected "done" (expecting "do")', 1, 10),
        ("a-b() { c; }", "bad function name", 1, 1),
    ],
)
def test_errors_name_their_place(text, message, line, column):
    with pytest.raises(ShellSyntaxError) as caught:
        parse(text)
    error = caught.value
    assert (error.reason, error.line, error.column) == (message, line, column)
    assert error.source == text.split("\n")[line - 1]
    assert error.exit_code == 2


def test_an_error_says_whether_more_text_could_help():
    def incomplete(text):
        with pytest.raises(ShellSyntaxError) as caught:
            parse(text)
        return caught.value.incomplete

    assert incomplete("if a; then b")
    assert incomplete("echo $(a")
    assert not incomplete("a ;; b")


@pytest.mark.parametrize("opening", ["(", "{ ", "$(", "if ", "${x:-", "`", "case x in a) ", "\\"])
def test_deep_nesting_is_an_error_and_no_crash(opening):
    text = "echo " + opening * 20_000 if opening[0] in "$`\\" else opening * 20_000
    try:
        parse(text)
    except ShellSyntaxError as error:
        assert error.reason


def test_earlier_lines_run_before_a_later_one_is_found_to_be_wrong():
    result = run_script("echo first\nif true; then echo a; fi fi\necho never")
    assert (result.stdout, result.exit_code) == (b"first\n", 2)
    assert result.stderr == b'/bin/sh: syntax error: unexpected "fi"\n'


@pytest.mark.parametrize(
    ("dialect", "message"),
    [
        ("ash", b'/bin/sh: syntax error: unexpected "done"\n'),
        ("dash", b'/bin/sh: 1: Syntax error: "done" unexpected\n'),
        ("bash", b"/bin/sh: line 1: syntax error near unexpected token `done'\n"),
    ],
)
def test_each_shell_has_its_own_words(dialect, message):
    result = run_script("done", dialect=dialect)
    assert (result.exit_code, result.stderr) == (2, message)
