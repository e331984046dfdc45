"""Texts that grow without end are ended by the limit on memory, before they fill it."""

import pytest
from programs_machine import gnu

from minibuild.kernel.limits import LimitError

GROWING = {
    "awk joins": ["awk", 'BEGIN { s = "x"; while (1) s = s s }'],
    "awk substitutes": ["awk", 'BEGIN { s = "x"; while (1) gsub(/x/, "xxxx", s) }'],
    "sed substitutes": ["sed", ":a;s/x*/&&/;ba"],
    "sed holds": ["sed", ":a;H;G;h;ba"],
    "jq adds strings": ["jq", "-n", '"x" | until(false; . + .)'],
    "jq adds arrays": ["jq", "-n", "[1] | until(false; . + .)"],
    "jq interpolates": ["jq", "-n", r'"x" | until(false; "\(.)\(.)")'],
    "expand fills": ["expand", "-t", "4000000000"],
    "nl fills": ["nl", "-w", "99999999999"],
}


@pytest.mark.parametrize("argv", GROWING.values(), ids=GROWING)
def test_growing_texts_end(argv: list[str]) -> None:
    with pytest.raises(LimitError, match=r"more than 96 MiB in memory"):
        gnu().run(argv, stdin=b"x\ty\n")
