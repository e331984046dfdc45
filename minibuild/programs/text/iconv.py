"""iconv: text from one character set to another."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from minibuild.programs.inputs import die
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.text.reading import Inputs

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

ICONV = Options(
    "f:t:o:cls",
    long={
        "from-code=": "f",
        "to-code=": "t",
        "output=": "o",
        "list": "l",
        "silent": "s",
        "verbose": "verbose",
    },
    usage="[OPTION...] [FILE...]",
    help="Convert encoding of given files from one encoding to another.",
)
# Names that Python does not know by themselves.
NAMES = {
    "UTF8": "utf-8",
    "UCS-2": "utf-16",
    "UCS-4": "utf-32",
    "UNICODE": "utf-16",
    "LATIN1": "latin-1",
    "ANSI_X3.4-1968": "ascii",
}
COMMON = (
    "ASCII", "ISO-8859-1", "ISO-8859-2", "ISO-8859-15", "UTF-8", "UTF-16", "UTF-16BE", "UTF-16LE", "UTF-32",
    "CP1252", "CP437", "CP850", "KOI8-R", "EUC-JP", "SHIFT_JIS", "GB18030", "GBK", "BIG5", "EUC-KR",
)  # fmt: skip


@program("iconv", options=ICONV)
def iconv(process: Process) -> int:
    """`iconv -f FROM -t TO [-c] [-o FILE] [FILE...]`"""
    opts, operands = ICONV.parse(process)
    if "l" in opts:
        process.stdout.write("".join(f"{name}//\n" for name in COMMON))
        return 0
    source = _codec(process, opts.text("f", "UTF-8"))
    target = _codec(process, opts.text("t", "UTF-8"))
    lenient = "c" in opts or "//IGNORE" in opts.text("t").upper()
    errors = "ignore" if lenient else "strict"
    translate = "//TRANSLIT" in opts.text("t").upper()
    inputs = Inputs(process, operands, "cannot open input file `{}'")
    # glibc's //IGNORE leaves out what it can not convert, and fails at the end; -c does not fail.
    strict = lenient and "c" not in opts and not is_busybox(process)
    failed = False
    out: list[bytes] = []
    for data in inputs.contents():
        try:
            text = data.decode(source, errors)
            out.append(text.encode(target, "replace" if translate else errors))
            if strict and not _converts(data, source, target):
                process.error(f"illegal input sequence at position {len(data)}")
                failed = True
        except UnicodeDecodeError as error:
            process.stdout.write(data[: error.start].decode(source, "ignore").encode(target, "ignore"))
            process.error(f"illegal input sequence at position {error.start}")
            return 1
        except UnicodeEncodeError as error:
            process.stdout.write(text[: error.start].encode(target, "ignore"))
            process.error(f"cannot convert character at position {error.start}")
            return 1
    output = opts.get("o")
    if output is None:
        process.stdout.write(b"".join(out))
    else:
        process.open_stream(output, "w").write(b"".join(out))
    return 1 if failed else inputs.status


def _converts(data: bytes, source: str, target: str) -> bool:
    """Has the other character set all that is there?"""
    try:
        data.decode(source).encode(target)
    except UnicodeError:
        return False
    return True


def _codec(process: Process, name: str) -> str:
    """Python's name of a character set; iconv ends when there is none."""
    plain = name.partition("//")[0].strip().upper() or "UTF-8"
    try:
        found = codecs.lookup(NAMES.get(plain, plain))
    except (LookupError, ValueError):
        die(process, f"conversion from or to `{plain}' is not supported")
    try:
        "a".encode(found.name)
        b"".decode(found.name)
    except LookupError:  # a codec that is no character set, such as base64
        die(process, f"conversion from or to `{plain}' is not supported")
    return found.name
