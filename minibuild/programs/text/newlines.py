"""dos2unix and unix2dos: ends of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import report
from minibuild.programs.options import Options, program_name
from minibuild.programs.registry import program
from minibuild.programs.text.files import replace_file

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

CONVERT = Options(
    "dufnoqk",
    long={"force": "f", "newfile": "n", "oldfile": "o", "quiet": "q", "keepdate": "k"},
    usage="[-ud] [FILE]",
    help="""
Convert FILE in-place from DOS to Unix (or from Unix to DOS).
When no file is given, use stdin/stdout.

	-u	dos2unix
	-d	unix2dos
""",
)


@program("dos2unix", "unix2dos", options=CONVERT)
def convert(process: Process) -> int:
    """`dos2unix [FILE...]`, `unix2dos [FILE...]`: in place, or from standard input to standard output."""
    opts, operands = CONVERT.parse(process)
    to_dos = opts.last("d", "u") == "d" if opts.any("d", "u") else program_name(process) == "unix2dos"

    def change(data: bytes) -> bytes:
        data = data.replace(b"\r\n", b"\n")
        return data.replace(b"\n", b"\r\n") if to_dos else data

    if not operands:
        process.stdout.write(change(process.stdin.read()))
        return 0
    if "n" in opts and len(operands) == 2:
        process.view.write_bytes(operands[1], change(process.view.read_bytes(operands[0])))
        return 0
    status = 0
    for name in operands:
        try:
            data = process.open_reader(name).read()
        except OSError as error:
            report(process, "can't open '{}'", name, error, "{}")
            status = 1
            continue
        process.tick(1 + len(data) // 10_000)
        replace_file(process, name, change(data))
    return status
