"""Expansion of words: parameters, splitting, patterns, arithmetic, quoting, in each dialect."""

import pytest

from minibuild.container import run_script
from minibuild.shell.dialect import ASH, BASH, DASH
from minibuild.shell.errors import ExpansionError
from minibuild.shell.extended import compile_bash_pattern
from minibuild.shell.fields import Fields
from minibuild.shell.pattern import compile_pattern, quote
from minibuild.shell.variables import Variables


def output(script, dialect="ash", **options):
    return run_script(script, dialect=dialect, **options).stdout.decode()


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("x=1; echo $x ${x}y \"$x\" '$x' \\$x", "1 1y 1 $x $x\n"),
        ("echo ${x:-d} ${x-e} ${x:+s} ${x+t}; x=; echo ${x:-d} ${x-e} ${x:+s} ${x+t}", "d e\nd t\n"),
        ("echo ${x:=v} $x; echo ${#x}", "v v\n1\n"),
        ("p=/a/b.tar.gz; echo ${p##*/} ${p%/*} ${p%%.*} ${p#*.}", "b.tar.gz /a /a/b tar.gz\n"),
        ("x=hello; echo ${x:1:3} ${x: -2} ${x/l/L} ${x//l/L}", "ell lo heLlo heLLo\n"),
        ("set -- a 'b c'; echo $# $1 \"$2\"; for i in \"$@\"; do echo \"<$i>\"; done",
         "2 a b c\n<a>\n<b c>\n"),
        ("set -- a 'b c'; for i in $*; do echo \"<$i>\"; done; IFS=,; echo \"$*\"", "<a>\n<b>\n<c>\na,b c\n"),
        ("set --; for i in \"$@\"; do echo never; done; echo \"[$*]\"", "[]\n"),
        ("x='a  b'; set -- $x; echo $#; set -- \"$x\"; echo $#", "2\n1\n"),
        ("IFS=:; x=a::b:; set -- $x; echo $# \"$2\"", "3 \n"),
        ("IFS=' :'; x=' a : b '; set -- $x; echo $#-$1-$2", "2-a-b\n"),
        ("x=$(printf 'a\\n\\n'); echo \"[$x]\"; echo `echo \\`echo b\\``", "[a]\nb\n"),
        ("echo $((1 + 2 * 3)) $((7 / 2)) $((-7 % 3)) $((2 ** 10)) $((0x10 + 010)) $((1 ? 2 : 3))",
         "7 3 -1 1024 24 2\n"),
        ("i=5; echo $((i += 2)) $((i++)) $i $((--i)); echo $((9223372036854775807 + 1))",
         "7 7 8 7\n-9223372036854775808\n"),
        ("HOME=/h; echo ~ ~/x ~root '~' x~; y=~/a:~/b; echo $y", "/h /h/x /root ~ x~\n/h/a:/h/b\n"),
        ("echo $'a\\tb\\x41' \"a\\\nb\"", "a\tbA ab\n"),
        ("cd /; mkdir g; cd g; touch a1 b1 .h 'c d'; echo *1 [ab]* ? .* *d '*' none*",
         "a1 b1 a1 b1 ? . .. .h c d * none*\n"),
        ("x='*'; cd /; mkdir e; cd e; touch f; echo $x \"$x\"; set -f; echo $x", "f *\n*\n"),
        ("case abc in a*c) echo 1;; esac; case a in [!a]|b) echo no;; *) echo 2;; esac", "1\n2\n"),
        ("case '*' in '*') echo 1;; esac; p='a*'; case ab in \"$p\") ;; $p) echo 2;; esac", "1\n2\n"),
        ("echo a{b,c} {1..3}", "a{b,c} {1..3}\n"),
        ("false; echo $? ${#?}; echo $$", "1 1\n1\n"),
    ],
)  # fmt: skip
def test_words_in_ash(script, expected):
    assert output(script) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo 'a\\tb\\101'; echo -e x", "a\tbA\n-e x\n"),
        ("echo $((1 && 0)) $((3 > 2))", "0 1\n"),
        ("x=abc; echo ${x%c} [^a]", "ab [^a]\n"),
        ("case ^ in [^a]) echo literal;; esac", "literal\n"),
    ],
)
def test_words_in_dash(script, expected):
    assert output(script, "dash") == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("a=(x 'y z'); echo ${#a[@]} \"${a[1]}\" ${a[-1]} ${!a[@]}; a[5]=v; echo ${!a[*]}",
         "2 y z y z 0 1\n0 1 5\n"),
        ("a=(1 2 3 4); echo ${a[@]:1:2} ${a[@]/3/x} ${a[@]: -1}; unset 'a[1]'; echo ${a[@]}",
         "2 3 1 2 x 4 4\n1 3 4\n"),
        ("declare -A m=([k]=v [a b]=c); m[z]=1; echo ${m[k]} \"${m[a b]}\" ${#m[@]}", "v c 3\n"),
        ("echo a{b,c}d {1..3} {01..03} {c..a} {a,b}{1,2} x{,y}",
         "abd acd 1 2 3 01 02 03 c b a a1 a2 b1 b2 x xy\n"),
        ("x=hELLO; echo ${x^} ${x^^} ${x,,} ${x,}; y=x; echo ${!y}", "HELLO HELLO hello hELLO\nhELLO\n"),
        ("x=\"a'b\"; echo ${x@Q}; printf '%q ' 'a b' '' $'\\n'; echo", "'a'\\''b'\na\\ b '' $'\\n' \n"),
        ("abc=1; abd=2; echo ${!ab*}; declare -i n=3; n+=4; echo $n; declare -u u=low; echo $u",
         "abc abd\n7\nLOW\n"),
        ("cat <<< \"one $((1+1))\"; echo $'\\u00e9' | od -An -tx1", "one 2\n c3 a9 0a\n"),
        ("shopt -s extglob\nfor f in a.c b.h; do case $f in !(*.h)) echo $f;; esac; done", "a.c\n"),
        ("shopt -s extglob\nx=aab; echo ${x##+(a)} ${x/@(a|b)/-}", "b -ab\n"),
        ("set -- a b c; echo ${@:2} ${*:1:1} ${@: -1}; echo ${@/b/X}", "b c a c\na X c\n"),
        ("declare -n r=t; t=5; echo $r; r=6; echo $t; readonly t; (t=7) 2>/dev/null; echo $?", "5\n6\n1\n"),
    ],
)  # fmt: skip
def test_words_in_bash(script, expected):
    assert output(script, "bash") == expected


@pytest.mark.parametrize(
    ("script", "dialect", "message"),
    [
        ("echo ${x?}; echo no", "ash", "x: parameter not set"),
        ("echo ${x:?custom words}; echo no", "ash", "x: custom words"),
        ("set -u; echo $y; echo no", "ash", "y: parameter not set"),
        ("echo $((1/0)); echo no", "ash", "divide by zero"),
        ("echo $((1 +)); echo no", "ash", "arithmetic syntax error"),
        ("echo ${x!y}; echo no", "ash", "bad substitution"),
        ("x=1; readonly x; x=2; echo no", "ash", "x: is read only"),
        ("echo $((1/0)); echo no", "dash", "division by zero"),
        ("set -u; echo $y; echo no", "bash", "y: unbound variable"),
    ],
)
def test_what_cannot_be_expanded_ends_the_shell(script, dialect, message):
    result = run_script(script, dialect=dialect)
    assert result.exit_code in (1, 2, 127)
    assert result.stdout == b""
    assert message in result.stderr.decode()


def test_characters_are_bytes_unless_the_locale_says_otherwise():
    script = "x=aéb; echo ${#x}; case é in ?) echo one;; ??) echo two;; esac"
    assert output(script) == "4\ntwo\n"
    assert output("x=aéb; echo ${#x}", "bash", env={"LANG": "C.UTF-8"}) == "3\n"


def test_bytes_that_are_no_text_survive():
    result = run_script("x=$(printf '\\377a'); printf '%s' \"$x\"; echo ${#x}")
    assert result.stdout == b"\xffa2\n"


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("a*c", "abbc", True), ("a*c", "ac", True), ("a*c", "ab", False), ("*", "", True), ("?", "", False),
        ("[a-c]x", "bx", True), ("[!a-c]x", "bx", False), ("[^a-c]x", "dx", True), ("[]a]", "]", True),
        ("[[:digit:]]*", "1a", True), ("[[:nope:]]", "a", False), ("[a", "[a", True), ("\\*", "*", True),
        ("\0*", "*", True), ("\0*", "x", False), ("a**b*", "a1b2", True), ("*a*b*c*", "xxaxxbxxcxx", True),
        ("*a*b*c*", "xxcxxbxxa", False), ("[z-a]", "b", False), ("[a\\]b]", "]", True), ("[-a]", "-", True),
    ],
)  # fmt: skip
def test_patterns(pattern, text, expected):
    assert compile_pattern(pattern).matches(text) is expected


def test_a_pattern_of_many_stars_takes_no_time():
    assert not compile_pattern("*a" * 30 + "b").matches("a" * 20_000)
    assert compile_pattern("*a" * 30 + "*").suffix("a" * 20_000, True) == 0


def test_prefixes_and_suffixes():
    pattern = compile_pattern("*.")
    assert (pattern.prefix("a.b.c", False), pattern.prefix("a.b.c", True)) == (2, 4)
    pattern = compile_pattern(".*")
    assert (pattern.suffix("a.b.c", False), pattern.suffix("a.b.c", True)) == (3, 1)
    assert compile_pattern("[bc]").search("abc", 0) == (1, 2)
    assert compile_pattern(quote("*?[")).matches("*?[")


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("@(a|b)c", "bc", True), ("?(a)b", "b", True), ("+(ab)", "ababab", True), ("+(ab)", "aba", False),
        ("*(a|b)c", "abbac", True), ("!(a|b)", "c", True), ("!(a|b)", "a", False), ("!(*.h)", "x.c", True),
        ("@(a*(b|c)|d)e", "abcbe", True), ("a@(b", "a@(b", True),
    ],
)  # fmt: skip
def test_extended_patterns(pattern, text, expected):
    assert compile_bash_pattern(pattern, {"extglob"}).matches(text) is expected


def test_fields_are_split_at_blanks_and_delimiters():
    def split(ifs, *texts):
        fields = Fields(ifs)
        for text in texts:
            fields.split(text)
        fields.end()
        return fields.done

    assert split(" \t\n", " a  b\t", "c") == ["a", "b", "c"]
    assert split(":", "a::b", ":c:") == ["a", "", "b", "c"]
    assert split(" :", " a : b ") == ["a", "b"]
    assert split("", "a b") == ["a b"]


@pytest.mark.parametrize("dialect", [ASH, DASH, BASH])
def test_variables_have_scopes_and_numbers(dialect):
    variables = Variables(dialect)
    variables.set("x", "1")
    variables.enter()
    variables.make_local("x")
    variables.set("x", " 2 ")
    assert variables.number("x") == 2
    variables.leave()
    assert (variables.get("x"), variables.number("x"), variables.number("unset")) == ("1", 1, 0)


def test_an_expression_that_leads_to_itself_is_an_error():
    variables = Variables(ASH)
    variables.set("x", "x+1")
    with pytest.raises(ExpansionError, match="recursion"):
        variables.number("x")
