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
    given, rest, errors = scan(Options(short.removeprefix("-"), long=long), operands)
    if "q" not in opts:
        for error in errors:
            process.stderr.write(f"{opts.get('n') or program_name(process)}: {error}\n")
    if "Q" not in opts:
        quote: Callable[[str], str] = str if old_form or "u" in opts else quoted
        process.stdout.write(encode("".join(shown(given, short, long, quote)) + " --"))
        process.stdout.write(encode("".join(f" {quote(word)}" for word in rest) + "\n"))
    return 1 if errors else 0


def scan(options: Options, words: list[str]) -> tuple[Opts, list[str], list[str]]:
    """The options that are right, the operands, and a message for each option that is wrong."""
    errors: list[str] = []
    words = list(words)
    while True:
        try:
            given, rest = options.split(words)
        except OptionError as error:
            errors.append(str(error))
            words = without_wrong(options, words, errors[-1])
        else:
            return given, rest, errors


def without_wrong(options: Options, words: list[str], message: str) -> list[str]:
    """The words without the first option that `message` is about."""
    for at in range(len(words)):
        try:
            options.split(words[: at + 1])
        except OptionError as error:
            if str(error) != message:
                continue
            word = words[at]
            letter = message[-2] if message.endswith("'") else ""
            if word[:2] != "--" and len(word) > 2 and "invalid" in message:
                return [*words[:at], word.replace(letter, "", 1), *words[at + 1 :]]
            return [*words[:at], *words[at + 1 :]]
    return words[:-1]


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
