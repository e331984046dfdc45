"""bc and dc: arithmetic of any precision."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs_machine import busybox

from minibuild.programs.coreutils import decimals
from minibuild.programs.coreutils.decimals import Number


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("1/3", "0"),
        ("scale=5;1/3", ".33333"),
        ("-5%3", "-2"),
        ("scale=2; 1.25*3.333", "4.166"),
        ("2^-2", "0"),
        ("-2^2", "4"),
        ("2^3^2", "512"),
        ("x=y=4;x+y", "8"),
        ("a=5;a-=2;a*=3;a/=2;a", "4"),
        ("x++;x;++x", "0 1 2"),
        ("define f(n){if(n<2)return(1);return(n*f(n-1))};f(20)", "2432902008176640000"),
        ("define g(a[]){a[0]=9;return a[0]};b[0]=1;g(b[]);b[0]", "9 1"),
        ("for(i=0;i<10;i++){if(i==3)continue;if(i==5)break;i}", "0 1 2 4"),
        ("i=0;while(i<3){i;i=i+1}", "0 1 2"),
        ("obase=16;255;ibase=16;FF", "FF FF"),
        ("obase=2;10.5", "1010.1000"),
        ("obase=20;415", "01 00 15"),
        ("if(1>2) 5 else 6", "6"),
        ("1&&0;1||0;!3", "0 1 0"),
        ("length(12345);scale(1.23);sqrt(16)", "5 2 4"),
        ('print "a\\tb ",1+1', "a b 2"),
        ("3;last+1", "3 4"),
        ("/* nothing */ 7 # rest", "7"),
    ],
)
def test_bc(text, out):
    ran = busybox().run("bc", stdin=text.encode() + b"\n")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.split() == out.split()


@pytest.mark.parametrize("text", ["1/0", "2^0.5", "zz(", "1 2", "sqrt(-1)", "f(1)", "2^99999999", "@"])
def test_bc_says_what_is_wrong(text):
    ran = busybox().run("bc", stdin=text.encode() + b"\n")
    assert ran.status == 1
    assert ran.err.startswith("bc: ")


def test_bc_has_a_library():
    text = b"scale=30;4*a(1);s(1);c(1);e(1);l(2);j(0,1);a(-3)\n"
    assert busybox().run("bc -l", stdin=text).out.split() == [
        "3.141592653589793238462643383276",
        ".841470984807896506652502321630",
        ".540302305868139717400936607442",
        "2.718281828459045235360287471352",
        ".693147180559945309417232121458",
        ".765197686557966551449717526102",
        "-1.249045772398254425829917077281",
    ]


def test_long_numbers_are_wrapped():
    ran = busybox().run("bc", stdin=b"2^300\n")
    first, second = ran.out.splitlines()
    assert first.endswith("\\")
    assert len(first) == 69
    assert int(first[:-1] + second) == 2**300
    assert busybox().run("bc", stdin=b"2^300\n", env={"BC_LINE_LENGTH": "0"}).out == f"{2**300}\n"


@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("2 3+p", "5"),
        ("2k1 3/p", ".33"),
        ("[hi]p", "hi"),
        ("1 2 3f", "3 2 1"),
        ("16o255p", "FF"),
        ("17 5~f", "2 3"),
        ("[lap1-dsa0<b]sb 3sa lbx", "3 2 1"),
        ("1 2 3 c zp", "0"),
        ("3 4 5|p", "1"),
        ("_5p", "-5"),
        ("5 0:a 0;a p", "5"),
        ("1 2=c 5p", "5"),
        ("123Zp 1.23Xp", "3 2"),
        ("1d2r-p", "1"),
    ],
)
def test_dc(script, out):
    ran = busybox().run(["dc", "-e", script])
    assert (ran.status, ran.out.split()) == (0, out.split())


def test_dc_goes_on_after_its_errors():
    ran = busybox().run(["dc", "-e", "1 0/", "-e", "x", "-e", "2p"])
    assert (ran.status, ran.out) == (1, "2\n")
    assert ran.err == "dc: divide by zero\ndc: stack has too few elements\n"


NUMBERS = st.builds(Number, st.integers(-(10**12), 10**12), st.integers(0, 6))


def exact(number):
    return Fraction(number.value, 10**number.scale)


@given(NUMBERS, NUMBERS)
def test_sums_and_products_are_exact(a, b):
    assert exact(decimals.add(a, b)) == exact(a) + exact(b)
    assert exact(decimals.multiply(a, b, 100)) == exact(a) * exact(b)


@settings(deadline=None)
@given(NUMBERS, NUMBERS.filter(bool), st.integers(0, 10))
def test_quotient_and_remainder_belong_together(a, b, scale):
    whole, rest = decimals.divide(a, b, scale), decimals.remainder(a, b, scale)
    assert exact(whole) * exact(b) + exact(rest) == exact(a)
    assert abs(exact(a) / exact(b) - exact(whole)) < Fraction(1, 10**scale)


@given(st.integers(0, 10**15), st.sampled_from([2, 3, 8, 10, 16]))
def test_digits_are_read_back(value, base):
    assert decimals.read(decimals.show(Number(value), base), base) == Number(value)


def test_ascii_shows_the_table():
    lines = busybox().run("ascii").out.splitlines()
    assert len(lines) == 17
    assert lines[2] == "  1 01 SOH  17 11 DC1  33 21 !  49 31 1  65 41 A  81 51 Q   97 61 a  113 71 q"
