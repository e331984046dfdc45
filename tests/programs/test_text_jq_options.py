"""jq: options and ends, with what jq 1.6 answers."""

import shlex

import pytest
from programs_machine import gnu

GNU = gnu()
GNU.filesystem.write_file("/w/d.json", b'{"k":[1,2]}\n')
GNU.filesystem.write_file("/w/f.jq", b".k | add # sum\n")


def run(words, text):
    """What a command writes for a text on its standard input."""
    return GNU.run(words, stdin=text.encode()).out


def status_of(words, text):
    """How a command ends for a text on its standard input."""
    return GNU.run(words, stdin=text.encode()).status


@pytest.mark.parametrize(
    ("script", "text", "out"),
    [
        ("jq -r .a", '{"a":"x\\ny"}', "x\ny\n"),
        ("jq -c .", '{"a":[1, {"b":2}]}', '{"a":[1,{"b":2}]}\n'),
        (
            "jq .",
            '{"a":[1, {"b":2}],"e":[],"o":{}}',
            '{\n  "a": [\n    1,\n    {\n      "b": 2\n    }\n  ],\n  "e": [],\n  "o": {}\n}\n',
        ),
        ("jq -n '[1,2]|length'", "x", "2\n"),
        ("jq -s .", "1 2 [3]", "[\n  1,\n  2,\n  [\n    3\n  ]\n]\n"),
        ("jq -s length", "", "0\n"),
        ("jq -S -c .", '{"b":1,"a":{"d":1,"c":2}}', '{"a":{"c":2,"d":1},"b":1}\n'),
        ("jq -j .[]", '["a","b"]', "ab"),
        ("jq --tab .", '{"a":1}', '{\n\t"a": 1\n}\n'),
        ("jq --indent 4 .", '{"a":[1]}', '{\n    "a": [\n        1\n    ]\n}\n'),
        ("jq --indent 0 .", '{"a":1}', '{"a":1}\n'),
        ("jq -R .", "a b\nc", '"a b"\n"c"\n'),
        ("jq -Rs .", "a\nb\n", '"a\\nb\\n"\n'),
        ("jq -Rn '[inputs]' -c", "a\nb\n", '["a","b"]\n'),
        ("jq -a .", '"é😀"', '"\\u00e9\\ud83d\\ude00"\n'),
        ("jq --arg v 5 '.a=$v' -c", "{}", '{"a":"5"}\n'),
        ("jq --argjson v 5 '.a=$v' -c", "{}", '{"a":5}\n'),
        ("jq -n --args -c '$ARGS' a b", "", '{"positional":["a","b"],"named":{}}\n'),
        ('jq -nc --jsonargs \'$ARGS.positional\' 1 \'{"a":2}\'', "", '[1,{"a":2}]\n'),
        ("jq -n --slurpfile f d.json -c '$f'", "", '[{"k":[1,2]}]\n'),
        ("jq -n --rawfile f d.json '$f'", "", '"{\\"k\\":[1,2]}\\n"\n'),
        ("jq .k[0] d.json", "", "1\n"),
        ("jq -f f.jq d.json", "", "3\n"),
        ("jq -c . d.json d.json", "", '{"k":[1,2]}\n{"k":[1,2]}\n'),
        ("jq -e .a", '{"a":1}', "1\n"),
        ("jq -c '.[]' ", '[1,[2],{"a":3}]', '1\n[2]\n{"a":3}\n'),
        ("jq -n 'input,input' -c", "1 [2] 3", "1\n[2]\n"),
        ("jq -nc '[inputs]'", "1 2 3", "[1,2,3]\n"),
        (
            "jq -C -c .",
            '{"a":[1,"x",null,true]}',
            (
                '\x1b[1;39m{\x1b[0m\x1b[34;1m"a"\x1b[0m\x1b[1;39m:\x1b[0m\x1b[1;39m[\x1b[0;39m1\x1b[0m\x1b[1;39m,\x1b[0;32m"x"\x1b[0m\x1b[1;3'
                "9m,\x1b[1;30mnull\x1b[0m\x1b[1;39m,\x1b[0;39mtrue\x1b[0m\x1b[1;39m\x1b[1;39m]\x1b[0m\x1b[1;39m\x1b[1;39m}\x1b[0m\n"
            ),
        ),
        ("jq -c --stream .", '{"a":[1,2]}', '[["a",0],1]\n[["a",1],2]\n[["a",1]]\n[["a"]]\n'),
        ("jq", '{"a":1}', '{\n  "a": 1\n}\n'),
        ("jq -rc .[]", '["a",{"b":1}]', 'a\n{"b":1}\n'),
        ('jq -cn \'$ENV|has("HOME")\'', "", "true\n"),
        ("jq -n --arg a 1 -c '$ARGS.named'", "", '{"a":"1"}\n'),
        ("jq -c .", '1 2\n"x"', '1\n2\n"x"\n'),
        ("jq .", "1.10 1e2 1E-5 -0 0.1e1", "1.1\n100\n1e-05\n-0\n1\n"),
        ("jq -c .", '"\\u0041\\ud83d\\ude00\\/"', '"A😀/"\n'),
    ],
)
def test_options(script, text, out):
    """Options, files and output forms."""
    assert run(shlex.split(script), text) == out


@pytest.mark.parametrize(
    ("script", "text", "status"),
    [
        ("jq .", '{"a":1,"n":null,"f":false}', 0),
        ("jq -e .a", '{"a":1,"n":null,"f":false}', 0),
        ("jq -e .n", '{"a":1,"n":null,"f":false}', 1),
        ("jq -e .f", '{"a":1,"n":null,"f":false}', 1),
        ("jq -e .a.b", '{"a":1,"n":null,"f":false}', 5),
        ("jq -e empty", '{"a":1,"n":null,"f":false}', 4),
        ("jq .[", '{"a":1,"n":null,"f":false}', 3),
        ("jq .a.b", '{"a":1,"n":null,"f":false}', 5),
        ('jq \'error("x")\'', '{"a":1,"n":null,"f":false}', 5),
        ("jq -n 'halt'", '{"a":1,"n":null,"f":false}', 0),
        ('jq -n \'"bye"|halt_error\'', '{"a":1,"n":null,"f":false}', 5),
        ("jq -n '1|halt_error(3)'", '{"a":1,"n":null,"f":false}', 3),
        ("jq nofunc", '{"a":1,"n":null,"f":false}', 3),
        ("jq . none", '{"a":1,"n":null,"f":false}', 2),
        ("jq -n '$x'", '{"a":1,"n":null,"f":false}', 3),
        ("jq 'if'", '{"a":1,"n":null,"f":false}', 3),
        ("jq --arg x", '{"a":1,"n":null,"f":false}', 2),
        ("jq --nope .", '{"a":1,"n":null,"f":false}', 2),
        ("jq .", '{"a":', 4),
        ("jq .", "{a:1}", 4),
        ("jq .", "[1,]", 4),
        ("jq .", "", 0),
        ("jq -e .", "", 0),
        ("jq -e 'select(.==1)'", "1 2", 4),
        ("jq -e 'select(.==2)'", "1 2", 0),
        ("jq -e 'if .==2 then . else null end'", "1 2", 0),
    ],
)
def test_ends_status(script, text, status):
    """How jq ends."""
    assert status_of(shlex.split(script), text) == status
