"""Word expansion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minibuild.dockerfile.expand import (
    ExpandError,
    expand_raw,
    expand_traced,
    expand_word,
    expand_words,
)

VARIABLES = {
    "A": "a",
    "B": "b c",
    "E": "",
    "P": "/usr/lib/x.tar.gz",
    "S": "foofoo",
    "X": "$A",
    "N": "one\ntwo",
    "Z": "$0",
}

WORDS = [
    ("$A", "a"),
    ("${A}b", "ab"),
    ("$Ab", ""),
    ("$U", ""),
    ("${U:-d}", "d"),
    ("${E:-d}", "d"),
    ("${E-d}", ""),
    ("${A:+x}", "x"),
    ("${E:+x}", ""),
    ("${E+x}", "x"),
    ("${U+x}", ""),
    ("${A:?m}", "a"),
    ("${U:-${E:-${A}}}", "a"),
    ("${P#*/}", "usr/lib/x.tar.gz"),
    ("${P##*/}", "x.tar.gz"),
    ("${P%.*}", "/usr/lib/x.tar"),
    ("${P%%.*}", "/usr/lib/x"),
    ("${P%x}", "/usr/lib/x.tar.gz"),
    ("${S/o/0}", "f0ofoo"),
    ("${S//o/0}", "f00f00"),
    ("${S//o/}", "ff"),
    ("${S/f?o/x}", "xfoo"),
    ("${S//f*o/x}", "x"),
    ("${S//x/y}", "foofoo"),
    ("${P//\\//-}", "-usr-lib-x.tar.gz"),
    ("${S//o/$X}", "ff"),
    ("${S/o/$X}", "f$Aofoo"),
    ("${S//o/[$Z]}", "f[o][o]f[o][o]"),
    ("${S//o/[\\$0]}", "f[\\o][\\o]f[\\o][\\o]"),
    ("${A///-}", "-a-"),
    ("${N#*e}", "\ntwo"),
    ("${S#[f]}", "foofoo"),
    ("'$A'", "$A"),
    ('"$A $B"', "a b c"),
    ("'a\\'", "a\\"),
    ("\\$A", "$A"),
    ("\\a\\\\", "a\\"),
    ('"\\a\\"\\$"', '\\a"$'),
    ("a\\", "a"),
    ("$", "$"),
    ("$1$@$$$?", ""),
    ("$(a)`b`", "$(a)`b`"),
    ("${A", ExpandError),
    ("${", ExpandError),
    ("${}", ExpandError),
    ("${A:=d}", ExpandError),
    ("${A^}", ExpandError),
    ("${A:#x}", ExpandError),
    ("${A/o}", ExpandError),
    ("${S#\\a}", ExpandError),
    ("${U:?}", ExpandError),
    ("${E:?m}", ExpandError),
    ("'a", ExpandError),
    ('"a', ExpandError),
    ("${A:-'}", ExpandError),
    ("\ufeffa", "a"),
    ("\udcff", "\ufffd"),
]


@pytest.mark.parametrize(("word", "expected"), WORDS)
def test_one_word(word: str, expected: str | type[ExpandError]) -> None:
    if isinstance(expected, str):
        assert expand_word(word, VARIABLES) == expected
        return
    with pytest.raises(expected):
        expand_word(word, VARIABLES)


LISTS = [
    ("a b  c", ["a", "b", "c"]),
    ("$B x", ["b", "c", "x"]),
    ('"$B" x', ["b c", "x"]),
    ("a\\ b c", ["a b", "c"]),
    ('"" a', ["a"]),
    ("", []),
    ("a\u00a0b", ["a", "b"]),
    ("a << b", ["a", "<< b"]),
    ("x${A:-y}z", ["az"]),  # a nested word empties the one around it
]


@pytest.mark.parametrize(("word", "expected"), LISTS)
def test_list_of_words(word: str, expected: list[str]) -> None:
    assert expand_words(word, VARIABLES) == expected


def test_another_escape_character() -> None:
    assert expand_word("`$A \\$A", VARIABLES, "`") == "$A \\a"


def test_raw_text_keeps_its_quotes() -> None:
    assert expand_raw("\"$A\" 'it's' \\$A", VARIABLES) == "\"a\" 'it's' $A"


def test_the_names_that_are_asked_for() -> None:
    found = expand_traced("$A ${U:-$B} '$N' ${W+x}", VARIABLES)
    assert (found.text, found.words) == ("a b c $N ", ("a", "b", "c", "$N"))
    assert (found.used, found.undefined) == ({"A", "B"}, {"U", "W"})


def test_deep_nesting_is_an_error_not_a_crash() -> None:
    with pytest.raises(ExpandError, match="nested too deeply"):
        expand_word("${A:+" * 5000 + "}" * 5000, VARIABLES)


@given(st.text(alphabet="${}:-+?#%/*\\'\"` AB<\ufeff\udc80é", max_size=40), st.sampled_from("\\`"))
def test_any_text_expands_or_is_refused(word: str, escape: str) -> None:
    for expand in (expand_word, expand_words, expand_raw):
        try:
            expand(word, VARIABLES, escape)
        except ExpandError as error:
            assert error.message


@given(st.text(max_size=60).filter(lambda text: "'" not in text and "\ufeff" not in text))
def test_single_quotes_take_everything_literally(text: str) -> None:
    assert expand_word(f"'{text}'", {}) == "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
