"""The formatter: what it changes, what it leaves alone."""

import pytest
from syrupy.assertion import SnapshotAssertion

from minibuild.dockerfile import DockerfileError, format_dockerfile, parse

LAYOUTS = {
    "chain": """RUN apt-get update && apt-get install -y \\
  curl \\
     git \\
  # no caches
  && rm -rf /var/lib/apt/lists/* \\
  &&  true
""",
    "long line": "RUN apt-get update && apt-get install -y --no-install-recommends curl git make gcc && "
    "rm -rf /var/lib/apt/lists/*\n",
    "alternatives": "RUN test -f /a && cat /a || \\\ncat /b \\\n| sort\n",
    "compound": """RUN set -eux; \\
if [ -n "$A" ] \\
&& [ -n "$B" ]; then \\
for f in a b \\
c; do \\
( cd "$f" && make; ); \\
done; \\
else \\
case "$A" in \\
# the usual one
(x|y) echo 1 ;; \\
*) { echo 2; \\
echo 3; } ;; \\
esac; \\
fi
""",
    "groups": "RUN set -eux; \\\n\\\n\tapk add \\\n\t\tcurl \\\n\t; \\\n\t\\\n\\\n\n\n\ttrue\n",
    "flags": "RUN   --network=none \\\n--mount=type=cache,target=/c   pip  install \\\n -r x\n",
    "quoted": "RUN echo 'a \\\n   b' \"$(echo \\\n  x)\" \\\n    c\n",
    "glued": "RUN ec\\\nho a;\\\necho b&&\\\nb\n",
    "words": "COPY   --chown=1:1  a \\\n\n   b\\\n  /c/\nEXPOSE   80 \\\n # one more\n 81\n",
    "arrays": 'CMD [ "a"  ,"b c", \\\n"\\u00e9" ]\nVOLUME  ["/x"]\nSHELL ["bash","-c" ]\n',
    "pairs": "ENV   A=1   B=\"x  y\"  \\\n     C='z \\\n  z'\nENV D   e  f \\\n  g\nLABEL\ta=b\n",
    "text": "WORKDIR   /a  b  \\\n   c\n",
    "healthcheck": "healthcheck  --interval=1s   cmd curl \\\n  -f x\nHEALTHCHECK   NONE\n",
    "onbuild": "onbuild   run a && \\\nb\nONBUILD  copy  a   b\nONBUILD nothing  x\n",
    "here-documents": "RUN   <<A   cat  <<-'B'\n  a  \nA\n\t b\n\tB\ncopy <<E   /x\n# text\n\n\n\nE\n",
    "comments": "   #a comment  \n\n\n\n\n#another\nRUN x\n\n# last\n\n\n",
    "left over": "RUN x \\\n# a comment \\\n\n",
    "shell": 'RUN a  \\\n && b\nSHELL ["powershell"]\nRUN a  \\\n && b\nSHELL ["bash"]\nRUN a \\\n && b\n',
    "bash": "RUN [[ $a && $b ]] && time ! c <(d e) > $'x y' && \\\n"
    "arr=( a  b ) && arr=() && f() { g; } && \\\n ((i=1  +2))\n",
    "case": "RUN case $a in b|c) \\\nd;; \\\ne) \\\nesac | \\\nwhile read x; do \\\ny; \\\ndone\n",
    "unusual": "RUN a \\\n&& ; b\nRUN esac \\\n&& b\nRUN $'\\\\'' \\\n&& b\n"
    "RUN then \\\n&& b\nRUN a ( \\\n b )\n",
    "open": "RUN echo 'a \\\n  && b\nRUN a # \\\n  && b\nRUN (a \\\n && b\nRUN echo `a \\\n b\n",
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layout(name: str, snapshot: SnapshotAssertion) -> None:
    text = "from   alpine  as  base\n" + LAYOUTS[name]
    formatted = format_dockerfile(text)
    assert formatted == snapshot
    assert format_dockerfile(formatted) == formatted


SAME = [
    "# escape=`\nFROM a\n\nRUN a `\n  && b\n",
    "# syntax=docker/dockerfile:1\n\nFROM a\n",
    " # syntax=x\n # escape=`\nFROM a\n",
    "\n# escape=`\nFROM a\n",
    "\ufeff# escape=`\nFROM a\n",
    "#!/usr/bin/env x\n# check=skip=all\nFROM a\nRUN b && c || d\n",
    "FROM a\nRUN cat <<E > x && \\\n    b\n# c\n\t\nE\n",
    'FROM a\nADD [\v"b", "c"]\n',
    "FROM a\nRUN " + "x" * 200 + " && \\\n    y\n",
    "FROM a\nRUN a$(b\\\n  c) && \\\n    d\n",
    "FROM a\nRUN ${A:-it's \\\n  b}\n",
    "FROM a\nRUN a\\ \\",
    "FRO\\\nM a\n",
    "FROM a\nRUN b \\\n    #\n    #\n    c\n",
]


@pytest.mark.parametrize("text", SAME, ids=range(len(SAME)))
def test_left_as_it_is(text: str) -> None:
    assert format_dockerfile(text) == text.rstrip("\n") + "\n"


def test_line_ends_are_those_of_the_first_line() -> None:
    text = "FROM a\r\nRUN b \\\n  c\nCOPY <<E /x\r\n1\n2\r\nE\r\n\r\n\r\n"
    assert format_dockerfile(text) == ("FROM a\r\nRUN b \\\r\n    c\r\nCOPY <<E /x\r\n1\n2\r\nE\r\n")


def test_leading_and_trailing_blank_lines_go() -> None:
    assert format_dockerfile("\n\nFROM a\n\n \n") == "FROM a\n"


def test_bytes_that_are_no_utf8_stay() -> None:
    assert format_dockerfile("FROM  a\nRUN \udcff\n") == "FROM a\nRUN \udcff\n"


def test_a_line_that_would_become_too_long_stays() -> None:
    text = "FROM a\nRUN b \\\n" + "x" * 65_530 + " \\\n c\n"
    assert format_dockerfile(text) == text


def test_what_cannot_be_parsed_is_refused() -> None:
    with pytest.raises(DockerfileError) as caught:
        format_dockerfile("FROM a\nrun b\n", dialect="strict", filename="f")
    assert caught.value.place == "f:2:1"


def test_the_formatted_file_is_strict() -> None:
    parse(format_dockerfile("from a\nonbuild run b\nrun c\n"), dialect="strict")
