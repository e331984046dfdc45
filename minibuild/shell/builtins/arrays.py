"""bash's mapfile (readarray)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.errors import ShellError
from minibuild.shell.inputs import read_line
from minibuild.shell.octets import decode, encode
from minibuild.shell.variables import Indexed

if TYPE_CHECKING:
    from minibuild.shell.interpreter import Shell


def mapfile(shell: Shell, argv: list[str]) -> int:
    """`mapfile [-t] [-d delimiter] [-n count] [-O origin] [-s skip] [-u fd] [array]`: lines into an array."""
    words = argv[1:]
    values: dict[str, str] = {}
    strip = False
    while words and words[0].startswith("-") and len(words[0]) > 1:
        word = words.pop(0)
        if word == "--":
            break
        letter, attached = word[1], word[2:]
        if letter == "t":
            strip = True
            if attached:
                words.insert(0, "-" + attached)
        elif letter in "dnOsuCc":
            if not attached and not words:
                raise ShellError(f"-{letter}: option requires an argument", 2)
            values[letter] = attached or words.pop(0)
        else:
            raise ShellError(f"-{letter}: invalid option", 2)
    name = words[0] if words else "MAPFILE"
    delimiter = encode(values.get("d", "\n"))[:1] or b"\0"
    most, skip, origin = int(values.get("n", "0")), int(values.get("s", "0")), int(values.get("O", "0"))
    stream = shell.process.descriptors.get(int(values.get("u", "0")))
    current = shell.variables.values.get(name)
    array = Indexed(current) if "O" in values and isinstance(current, Indexed) else Indexed()
    index = origin
    while (not most or index - origin < most) and (line := read_line(stream, delimiter, shell.process)):
        shell.process.tick()
        if skip:
            skip -= 1
            continue
        text = decode(line).replace("\0", "") if delimiter != b"\0" else decode(line.rstrip(b"\0"))
        array[index] = text.removesuffix(decode(delimiter)) if strip else text
        index += 1
    shell.variables.put_array(name, array)
    return 0
