"""jq: what it refuses and how it ends, as jq 1.6 does with -c."""

import pytest
from programs_machine import gnu

DOCUMENT = '{"name":"app","n":3,"tags":["b","a","b"],"deps":{"x":"1.0","y":"2.1"},"ok":true,"no":null}'
GNU = gnu()


@pytest.mark.parametrize(
    ("script", "document", "out", "status", "message"),
    [
        ("path(1)", "null", "", 5, "jq: error (at <stdin>:0): Invalid path expression with result 1\n"),
        ("path(.n+1)", DOCUMENT, "", 5, "jq: error (at <stdin>:0): Invalid path expression with result 4\n"),
        (".n.x", DOCUMENT, "", 5, 'jq: error (at <stdin>:0): Cannot index number with string "x"\n'),
        (".tags.x", DOCUMENT, "", 5, 'jq: error (at <stdin>:0): Cannot index array with string "x"\n'),
        ('.tags["x"]', DOCUMENT, "", 5, 'jq: error (at <stdin>:0): Cannot index array with string "x"\n'),
        (".n[0]", DOCUMENT, "", 5, "jq: error (at <stdin>:0): Cannot index number with number\n"),
        (".n[]", DOCUMENT, "", 5, "jq: error (at <stdin>:0): Cannot iterate over number (3)\n"),
        (".name[0]", DOCUMENT, "", 5, "jq: error (at <stdin>:0): Cannot index string with number\n"),
        ("any", "null", "", 5, "jq: error (at <stdin>:0): Cannot iterate over null (null)\n"),
        ("all", "null", "", 5, "jq: error (at <stdin>:0): Cannot iterate over null (null)\n"),
        ("[limit(2;.tags[])]", "null", "", 5, "jq: error (at <stdin>:0): Cannot iterate over null (null)\n"),
        ("[.tags|to_entries[]|.key]", "null", "", 5, "jq: error (at <stdin>:0): null (null) has no keys\n"),
        ("@foo", "null", "", 5, "jq: error (at <stdin>:0): foo is not a valid format\n"),
        ("halt_error", "null", "", 5, ""),
        ("halt_error(3)", "null", "", 3, ""),
        ('"a"|halt_error', "null", "", 5, "a"),
        ("{a:1}|halt_error(2)", "null", "", 2, '{"a":1}\n'),
        ("1 as [$a] | $a", "null", "", 5, "jq: error (at <stdin>:0): Cannot index number with number\n"),
        ("[]|tonumber", "null", "", 5, "jq: error (at <stdin>:0): array ([]) cannot be parsed as a number\n"),
        ("[1]|flatten(-1)", "null", "", 5, "jq: error (at <stdin>:0): flatten depth must not be negative\n"),
        ("[1,2]|combinations", "null", "", 5, "jq: error (at <stdin>:0): Cannot iterate over number (1)\n"),
        ("{}+1", "null", "", 5, "jq: error (at <stdin>:0): object ({}) and number (1) cannot be added\n"),
        ("log2", "null", "", 5, "jq: error (at <stdin>:0): null (null) number required\n"),
        ("debug", "null", "null\n", 0, '["DEBUG:",null]\n'),
        ("1,2|debug", "null", "1\n2\n", 0, '["DEBUG:",1]\n["DEBUG:",2]\n'),
        ("[1,{}]|@csv", "null", "", 5, "jq: error (at <stdin>:0): object ({}) is not valid in a csv row\n"),
        ("{}|@sh", "null", "", 5, "jq: error (at <stdin>:0): object ({}) can not be escaped for shell\n"),
        ("getpath(1)", "null", "", 5, "jq: error (at <stdin>:0): Path must be specified as an array\n"),
        ("setpath([-1];1)", "null", "", 5, "jq: error (at <stdin>:0): Out of bounds negative array index\n"),
        ("delpaths(1)", "null", "", 5, "jq: error (at <stdin>:0): Paths must be specified as an array\n"),
        ("[1]|del(.a)", "null", "", 5, 'jq: error (at <stdin>:0): Cannot index array with string "a"\n'),
        ("true|length", "null", "", 5, "jq: error (at <stdin>:0): boolean (true) has no length\n"),
        ("ascii_downcase", "null", "", 5, "jq: error (at <stdin>:0): explode input must be a string\n"),
        ('error("x")', "null", "", 5, "jq: error (at <stdin>:0): x\n"),
        ('{"a":"x"}|error', "null", "", 5, 'jq: error (at <stdin>:0) (not a string): {"a":"x"}\n'),
        (".[-1]=1", "null", "", 5, "jq: error (at <stdin>:0): Out of bounds negative array index\n"),
        ('range("a")', "null", "", 5, "jq: error (at <stdin>:0): Range bounds must be numeric\n"),
        ("significand", "null", "", 5, "jq: error (at <stdin>:0): null (null) number required\n"),
        ("nearbyint", "null", "", 5, "jq: error (at <stdin>:0): null (null) number required\n"),
        ("trunc", "null", "", 5, "jq: error (at <stdin>:0): null (null) number required\n"),
        ("gamma", "null", "", 5, "jq: error (at <stdin>:0): null (null) number required\n"),
    ],
)  # fmt: skip
def test_refusals(script, document, out, status, message):
    ran = GNU.run(["jq", "-c", script], stdin=document.encode())
    assert (ran.out, ran.status, ran.err) == (out, status, message)
