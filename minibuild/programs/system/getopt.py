"""getopt: a script's options, put in order and quoted for `eval set --`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import encode
from minibuild.programs.options import OptionError, Options, Opts, program_name
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process

GETOPT = Options(
    "+o:n:qQs:Taul:",
    long={
        "options=": "o",
        "longoptions=": "l",
        "quiet": "q",
        "quiet-output": "Q",
        "shell=": "s",
        "test": "T",
        "unquoted": "u",
        "alternative": "a",
        "name=": "n",
    },
    usage="[OPTIONS] [--] OPTSTRING PARAMS",
    help="Parse the options of a script",
    failure=2,
)


@program("getopt", options=GETOPT)
def getopt(process: Process) -> int:
    """`getopt -o OPTSTRING [-l LONG,…] -- PARAMS`, `getopt OPTSTRING PARAMS`: 1 when the parameters are
    wrong.
    """
    words = process.argv[1:]
    opts, operands = GETOPT.parse(process)
    if "T" in opts:
        return 4
    old_form = bool(words) and words[0][:1] != "-"
    if "o" in opts:
        short = opts.text("o")
    elif operands:
        short = operands.pop(0)
    elif "l" in opts:
        short = ""
    else:
        process.error("missing optstring argument")
        return 2
    if operands[:1] == ["--"]:
        operands.pop(0)
    long = {
        declared_name(word): word.rstrip(":=") for text in opts.all("l") for word in text.split(",") if word
    }
    scanner = Options(short.removeprefix("-"), long=long)
    status = 0
    given, rest = Opts([]), operands
    try:
        given, rest = scanner.split(operands)
    except OptionError as error:
        status = 1
        if "q" not in opts:
            process.stderr.write(f"{opts.get('n') or program_name(process)}: {error}\n")
    if "Q" not in opts:
        quote: Callable[[str], str] = str if old_form or "u" in opts else quoted
        process.stdout.write(encode("".join(shown(given, short, long, quote)) + " --"))
        process.stdout.write(encode("".join(f" {quote(word)}" for word in rest) + "\n"))
    return status


def declared_name(word: str) -> str:
    """`name`, `name:` and `name::` as `Options` declares them."""
    name = word.rstrip(":")
    return name + ("", "=", "=?")[min(2, len(word) - len(name))]


def shown(given: Opts, short: str, long: dict[str, str], quote: Callable[[str], str]) -> list[str]:
    """Each option with its argument."""
    out: list[str] = []
    optional = {short[at] for at in range(len(short)) if short[at + 1 : at + 3] == "::"}
    for key, value in given.given:
        is_long = key in long.values()
        takes = value is not None or (key in optional and not is_long) or (is_long and f"{key}=?" in long)
        out.append(f" --{key}" if is_long and len(key) > 1 else f" -{key}")
        if takes:
            out.append(f" {quote(value or '')}")
    return out


def quoted(text: str) -> str:
    """A word in single quotes for the shell."""
    return "'" + text.replace("'", "'\\''") + "'"
