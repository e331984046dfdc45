"""Regular expressions of POSIX: what sed -E and sed mark as the match and its groups."""

import shlex

import pytest
from programs_machine import busybox

MACHINE = busybox()


def run(words, text):
    """What a command writes for a text on its standard input."""
    return MACHINE.run(words, stdin=text.encode()).out


def status_of(words, text):
    """How a command ends for a text on its standard input."""
    return MACHINE.run(words, stdin=text.encode()).status


@pytest.mark.parametrize(
    ("script", "text", "out"),
    [
        ("sed -E 's~a|ab|abc~<&>~'", "xabcd\n", "x<abc>d\n"),
        ("sed -E 's~(a|ab)(c|bcd)(d*)~<&>~'", "abcd\n", "<abcd>\n"),
        ("sed -E 's~(a*)(ab)*(b*)~<&>~'", "abab\n", "<abab>\n"),
        ("sed -E 's~(a+|b)*~<&>~'", "abaab\n", "<abaab>\n"),
        ("sed -E 's~(a*)*~<&>~'", "aab\n", "<aa>b\n"),
        ("sed -E 's~(^|x)a~<&>~'", "axa\n", "<a>xa\n"),
        ("sed -E 's~a{2,3}~<&>~'", "aaaaa\n", "<aaa>aa\n"),
        ("sed -E 's~a{,2}b~<&>~'", "aaab\n", "a<aab>\n"),
        ("sed -E 's~a{0}b~<&>~'", "ab\n", "a<b>\n"),
        ("sed -E 's~(ab){2}~<&>~'", "ababab\n", "<abab>ab\n"),
        ("sed -E 's~x*~<&>~'", "axx\n", "<>axx\n"),
        ("sed -E 's~[[:alpha:]_][[:alnum:]_]*~<&>~'", "9a_1-\n", "9<a_1>-\n"),
        ("sed -E 's~[^[:space:]]+$~<&>~'", "a bc\n", "a <bc>\n"),
        ("sed -E 's~[a\\]]+~<&>~'", "a]\\\n", "<a]>\\\n"),
        ("sed -E 's~[]a]+~<&>~'", "]a[\n", "<]a>[\n"),
        ("sed -E 's~[a-]+~<&>~'", "-a\n", "<-a>\n"),
        ("sed -E 's~[^]]+~<&>~'", "ab]\n", "<ab>]\n"),
        ("sed -E 's~\\.~<&>~'", "a.b\n", "a<.>b\n"),
        ("sed -E 's~a.c~<&>~'", "abc a\tc\n", "<abc> a\tc\n"),
        ("sed -E 's~\\bfoo\\b~<&>~'", "a foo b\n", "a <foo> b\n"),
        ("sed -E 's~\\<o|e\\>~<&>~'", "one\n", "<o>ne\n"),
        ("sed -E 's~\\w+\\W~<&>~'", "ab cd\n", "<ab >cd\n"),
        ("sed -E 's~()b~<&>~'", "ab\n", "a<b>\n"),
        ("sed -E 's~(a)(b)?(c)?~<&>~'", "ac\n", "<ac>\n"),
        ("sed -E 's~(a)|(b)~<&>~'", "b\n", "<b>\n"),
        ("sed -E 's~((a)b)+~<&>~'", "abab\n", "<abab>\n"),
        ("sed -E 's~(.)\\1~<&>~'", "abba\n", "a<bb>a\n"),
        ("sed -E 's~(a*)b\\1~<&>~'", "aabaa\n", "<aabaa>\n"),
        ("sed -E 's~^$~<&>~'", "\n", "<>\n"),
        ("sed -E 's~$~<&>~'", "ab\n", "ab<>\n"),
        ("sed -E 's~a$|^b~<&>~'", "ba\n", "<b>a\n"),
        ("sed -E 's~[[:upper:]]+[[:digit:]]?~<&>~'", "aBC1\n", "a<BC1>\n"),
        ("sed -E 's~[0-9]{1,3}(\\.[0-9]{1,3}){3}~<&>~'", "ip 10.0.0.255!\n", "ip <10.0.0.255>!\n"),
        (
            "sed -E 's~(https?)://([^/:]+)(:[0-9]+)?~<&>~'",
            "see https://a.b:80/c\n",
            "see <https://a.b:80>/c\n",
        ),
        ("sed -E 's~v?([0-9]+)\\.([0-9]+)(\\.([0-9]+))?~<&>~'", "v1.22\n", "<v1.22>\n"),
        ("sed -E 's~a+?~<&>~'", "aaa\n", "<aaa>\n"),
        ("sed -E 's~(a|b)*c|d~<&>~'", "ababd\n", "abab<d>\n"),
        ("sed -E 's~é+~<&>~'", "aéé\n", "a<é>é\n"),
        ("sed -E 's~[é]~<&>~'", "aé\n", "a<\udcc3>\udca9\n"),
        ("sed -E 's~.é~<&>~'", "aé\n", "<aé>\n"),
        ("sed -E 's~\\s+~<&>~'", "a \tb\n", "a< \t>b\n"),
        ("sed -E 's~\\S+$~<&>~'", "a b\n", "a <b>\n"),
        ("sed -E 's~(wee|week)(knights|night)s*~<&>~'", "weeknights\n", "<weeknights>\n"),
        ("sed -E 's~(foo|foobar)(bar)?~<&>~'", "foobar\n", "<foobar>\n"),
        ("sed -E 's~[.]*a~<&>~'", "..a\n", "<..a>\n"),
        ("sed -E 's~a\\{~<&>~'", "a{\n", "<a{>\n"),
        ("sed -E 's~a|b|~<&>~'", "b\n", "<b>\n"),
        ("sed -E 's~\\$x~<&>~'", "$x\n", "<$x>\n"),
        ("sed -E 's~a^b~<&>~'", "a^b\n", "a^b\n"),
        ("sed -E 's~[\\n]~<&>~'", "an\\\n", "an\\\n"),
        ("sed -E 's~x\\+~<&>~'", "x+\n", "<x+>\n"),
        ("sed -E 's~(x){3}|y~<&>~'", "xxy\n", "xx<y>\n"),
        ("sed -E 's~(b*|a)+~<&>~'", "baab\n", "<baab>\n"),
        ("sed -E 's~[a-c-]+~<&>~'", "b-d\n", "<b->d\n"),
        ("sed -E 's~(a|)+b~<&>~'", "aab\n", "<aab>\n"),
    ],
)
def test_extended_expressions(script, text, out):
    """Leftmost and longest, in the extended syntax."""
    assert run(shlex.split(script), text) == out


@pytest.mark.parametrize(
    ("script", "text", "out"),
    [
        ("sed 's~a\\|ab~<&>~'", "xab\n", "x<ab>\n"),
        ("sed 's~\\(a\\)\\(b\\)*~<&>~'", "ab\n", "<ab>\n"),
        ("sed 's~a\\{2\\}~<&>~'", "aaa\n", "<aa>a\n"),
        ("sed 's~a\\{1,\\}b~<&>~'", "aab\n", "<aab>\n"),
        ("sed 's~*a~<&>~'", "*a\n", "<*a>\n"),
        ("sed 's~\\(*a\\)~<&>~'", "*a\n", "<*a>\n"),
        ("sed 's~^*a~<&>~'", "*a\n", "<*a>\n"),
        ("sed 's~a+~<&>~'", "aa+\n", "a<a+>\n"),
        ("sed 's~a\\+~<&>~'", "aa+\n", "<aa>+\n"),
        ("sed 's~a?b~<&>~'", "a?b\n", "<a?b>\n"),
        ("sed 's~a\\?b~<&>~'", "ab\n", "<ab>\n"),
        ("sed 's~a|b~<&>~'", "a|b\n", "<a|b>\n"),
        ("sed 's~(a)~<&>~'", "(a)\n", "<(a)>\n"),
        ("sed 's~a{2}~<&>~'", "aaa{2}\n", "aa<a{2}>\n"),
        ("sed 's~\\(a\\|b\\)\\1~<&>~'", "abb\n", "a<bb>\n"),
        ("sed 's~a^b~<&>~'", "a^b\n", "<a^b>\n"),
        ("sed 's~a$b~<&>~'", "a$b\n", "<a$b>\n"),
        ("sed 's~^^a~<&>~'", "^a\n", "<^a>\n"),
        ("sed 's~a$$~<&>~'", "a$\n", "<a$>\n"),
        ("sed 's~\\(^a\\)~<&>~'", "ab\n", "<a>b\n"),
        ("sed 's~[*]\\*~<&>~'", "**\n", "<**>\n"),
        ("sed 's~\\(ab*\\)*~<&>~'", "abba\n", "<abba>\n"),
        ("sed 's~.*b~<&>~'", "abab\n", "<abab>\n"),
        ("sed 's~[a^]~<&>~'", "^\n", "<^>\n"),
        ("sed 's~\\.\\*~<&>~'", "a.*\n", "a<.*>\n"),
        ("sed 's~x\\{0,1\\}y~<&>~'", "xxy\n", "x<xy>\n"),
        ("sed 's~\\(a\\)\\(b\\)\\2~<&>~'", "abb\n", "<abb>\n"),
    ],
)
def test_basic_expressions(script, text, out):
    """The same in the basic syntax."""
    assert run(shlex.split(script), text) == out


@pytest.mark.parametrize(
    ("script", "text", "out"),
    [
        ("sed -E 's~(a|ab)(c|bcd)(d*)~[\\1][\\2]~'", "abcd\n", "[a][bcd]\n"),
        ("sed -E 's~(a*)(ab)*(b*)~[\\1][\\2]~'", "abab\n", "[][ab]\n"),
        ("sed -E 's~(a)(b)?(c)?~[\\1][\\2]~'", "ac\n", "[a][]\n"),
        ("sed -E 's~(a)|(b)~[\\1][\\2]~'", "b\n", "[][b]\n"),
        ("sed -E 's~((a)b)+~[\\1][\\2]~'", "abab\n", "[ab][a]\n"),
        (
            "sed -E 's~(https?)://([^/:]+)(:[0-9]+)?~[\\1][\\2]~'",
            "see https://a.b:80/c\n",
            "see [https][a.b]/c\n",
        ),
        ("sed -E 's~v?([0-9]+)\\.([0-9]+)(\\.([0-9]+))?~[\\1][\\2]~'", "v1.22\n", "[1][22]\n"),
        ("sed -E 's~(wee|week)(knights|night)s*~[\\1][\\2]~'", "weeknights\n", "[wee][knights]\n"),
        ("sed -E 's~(foo|foobar)(bar)?~[\\1][\\2]~'", "foobar\n", "[foo][bar]\n"),
    ],
)
def test_groups(script, text, out):
    """What groups hold."""
    assert run(shlex.split(script), text) == out


@pytest.mark.parametrize(
    ("script", "text", "status"),
    [
        ("grep -E '(a'", "a\n", 2),
        ("grep -E 'a{2,1}'", "a\n", 2),
        ("grep -E '[a'", "a\n", 2),
        ("grep -E '[z-a]'", "a\n", 2),
        ("grep -E 'a\\'", "a\n", 2),
        ("grep -E '[[:foo:]]'", "a\n", 2),
        ("grep -E '[[.x'", "a\n", 2),
        ("grep -E 'a{1'", "a\n", 1),
        ("grep -E 'a{x}'", "a\n", 1),
        ("grep -E '*a'", "a\n", 0),
        ("grep -E +a", "a\n", 0),
        ("grep -E 'a**'", "a\n", 0),
        ("grep -E '()'", "a\n", 0),
        ("grep -E 'a||b'", "a\n", 0),
        ("grep -E '(*a)'", "a\n", 0),
        ("grep -E '\\1'", "a\n", 2),
        ("grep -E '(a)\\2'", "a\n", 2),
        ("grep -E '[a-]'", "a\n", 0),
        ("grep -E 'a{99999}'", "a\n", 2),
        ("grep -E '|a'", "a\n", 0),
        ("grep -E ')'", "a\n", 1),
    ],
)
def test_wrong_expressions_status(script, text, status):
    """Expressions that are none."""
    assert status_of(shlex.split(script), text) == status
