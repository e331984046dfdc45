"""getent: the account databases as the C library sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import decode, encode
from minibuild.programs.network.space import addresses_of
from minibuild.programs.options import Options
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

GETENT = Options(
    "+s:i",
    long={"service=": "s", "no-idn": "i"},
    usage="DATABASE [KEY]...",
    help="Get entries from administrative database",
    least=1,
)
# Database → file, columns that a key may match.
COLON = {"passwd": (0, 2), "group": (0, 2), "shadow": (0,), "gshadow": (0,)}
WORDS = ("hosts", "ahosts", "ahostsv4", "ahostsv6", "services", "protocols", "networks", "rpc", "ethers")


@program("getent", options=GETENT)
def getent(process: Process) -> int:
    """`getent DATABASE [KEY]...`: 0 found, 1 unknown database, 2 a key was not found."""
    _, (database, *keys) = GETENT.parse(process)
    if database in COLON:
        return by_column(process, database, keys)
    if database in WORDS:
        return by_words(process, database, keys)
    process.stderr.write(f"Unknown database: {database}\n")
    return 1


def lines_of(process: Process, name: str) -> list[str]:
    """The lines of /etc/NAME without comments; [] when there is no such file."""
    try:
        text = decode(process.view.read_bytes(f"/etc/{name}"))
    except OSError:
        return []
    return [line for line in (line.partition("#")[0].strip() for line in text.split("\n")) if line]


def by_column(process: Process, database: str, keys: list[str]) -> int:
    """passwd, group and their shadows: a key is a name, or a number."""
    lines = lines_of(process, database)
    if not keys:
        process.stdout.write(encode("".join(line + "\n" for line in lines)))
        return 0
    status = 0
    for key in keys:
        column = 2 if key.isdigit() and 2 in COLON[database] else 0
        found = next((line for line in lines if line.split(":")[column : column + 1] == [key]), None)
        if found is None:
            status = 2
        else:
            process.stdout.write(encode(found + "\n"))
    return status


def by_words(process: Process, database: str, keys: list[str]) -> int:
    """hosts, services, protocols…: a key is any word of a line."""
    rows = [
        line.split() for line in lines_of(process, "hosts" if database.startswith("ahosts") else database)
    ]
    status = 0
    wanted: list[str | None] = [*keys] or [None]
    for key in wanted:
        found = [row for row in rows if key is None or key in row or f"{key}/tcp" in row]
        if not found and key is not None and database.endswith(("hosts", "hostsv4")):
            found = [[address, key] for address in addresses_of(process, key) if address != key]
        if not found:
            status = 2
        for row in found[: None if key is None else 1]:
            if database.startswith("ahosts"):
                kinds = ("STREAM", "DGRAM", "RAW")
                shown = [
                    f"{row[0]:<15} {kind:<6} {row[1] if kind == 'STREAM' else ''}".rstrip() for kind in kinds
                ]
                process.stdout.write(encode("\n".join(shown) + "\n"))
            else:
                process.stdout.write(encode(f"{row[0]:<15} {' '.join(row[1:])}\n"))
    return status
