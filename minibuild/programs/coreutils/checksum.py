"""md5sum, sha1sum, sha256sum, sha512sum, sha3sum, and the older cksum, sum, crc32."""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING, Protocol

from minibuild.programs.inputs import blocks, die, encode, open_input, report
from minibuild.programs.options import Options, is_busybox, program_name
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Reader
    from minibuild.programs.options import Opts

HASH = Options(
    "cswbta:z",
    gnu_short="az",
    long={
        "check": "c",
        "status": "s",
        "warn": "w",
        "binary": "b",
        "text": "t",
        "strict": "strict",
        "quiet": "quiet",
        "ignore-missing": "missing",
        "tag": "tag",
        "zero": "z",
        "algorithm=": "a",
    },
    usage="[-c[sw]] [FILE]...",
    help="Print or check checksums\n\n\t-c\tCheck sums against list in FILEs\n"
    "\t-s\tDon't output anything, status code "
    "shows success\n\t-w\tWarn about improperly formatted checksum lines",
    gnu_long="*",
)
CKSUM = Options("", usage="FILE...", help="Calculate CRC32 checksum of FILEs")
SUM = Options(
    "rs", long={"sysv": "s"}, usage="[-rs] [FILE]...", help="Checksum and count the blocks in a file"
)
WORDS = {"status": "s", "warn": "w", "quiet": "quiet", "strict": "strict", "ignore-missing": "missing"}
TAGS = {
    "md5sum": "MD5",
    "sha1sum": "SHA1",
    "sha224sum": "SHA224",
    "sha256sum": "SHA256",
    "sha384sum": "SHA384",
    "sha512sum": "SHA512",
    "b2sum": "BLAKE2b",
}
ALGORITHMS = {
    "md5sum": "md5",
    "sha1sum": "sha1",
    "sha224sum": "sha224",
    "sha256sum": "sha256",
    "sha384sum": "sha384",
    "sha512sum": "sha512",
    "b2sum": "blake2b",
}


class Hash(Protocol):
    """What hashlib's objects do."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes."""

    def hexdigest(self) -> str:
        """The digest of all bytes so far."""


def new_hash(process: Process, opts: Opts) -> Hash:
    """The hash that the program's name (and sha3sum's -a) means."""
    name = program_name(process)
    if name == "sha3sum":
        width = opts.text("a", "224")
        if width not in ("224", "256", "384", "512"):
            die(process, f"bad -a{width}")
        return hashlib.new(f"sha3_{width}", usedforsecurity=False)
    return hashlib.new(ALGORITHMS.get(name, "md5"), usedforsecurity=False)


def digest(process: Process, opts: Opts, path: str) -> str | None:
    """The digest of a file, or None after an error message."""
    reader = open_input(process, path, gnu="{}")
    if reader is None:
        return None
    state = new_hash(process, opts)
    try:
        for block in blocks(process, reader, 1 << 18):
            state.update(block)
    except IsADirectoryError as error:
        report(process, "can't read '{}'", path, error, "{}")
        return None
    return state.hexdigest()


@program(
    "md5sum", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "sha3sum", "b2sum", options=HASH
)
def checksum(process: Process) -> int:
    """`sha256sum [FILE]...`, `sha256sum -c [-s] [-w] [FILE]...`"""
    opts, paths = HASH.parse(process)
    if "c" not in opts and opts.any("s", "w", "quiet", "strict", "missing"):
        if not is_busybox(process):
            word = next(
                word
                for word in ("status", "warn", "quiet", "strict", "ignore-missing")
                if WORDS[word] in opts
            )
            process.error(f"the --{word} option is meaningful only when verifying checksums")
        HASH.fail(process)
    status = 0
    for path in paths or ["-"]:
        if "c" in opts:
            # Imported here: most runs only compute.
            from minibuild.programs.coreutils.checksum_lists import verify

            status |= verify(process, opts, path)
            continue
        found = digest(process, opts, path)
        if found is None:
            status = 1
        elif "tag" in opts:
            tag = TAGS.get(program_name(process), "MD5")
            process.stdout.write(encode(f"{tag} ({path}) = {found}\n"))
        else:
            process.stdout.write(encode(listed(process, opts, found, path)))
    return status


def listed(process: Process, opts: Opts, found: str, path: str) -> str:
    """The line of a file: GNU's mark it as binary on demand, and a name with a newline by a backslash."""
    if "z" in opts:
        return f"{found}  {path}\0"
    if is_busybox(process):
        return f"{found}  {path}\n"
    shown = path.replace("\\", "\\\\").replace("\n", "\\n")
    return f"{'' if shown == path else chr(92)}{found} {'*' if 'b' in opts else ' '}{shown}\n"


@program("cksum", "crc32", options=CKSUM)
def cksum(process: Process) -> int:
    """`cksum [FILE]...`: POSIX CRC and size; crc32: the CRC of zip and gzip."""
    _, paths = CKSUM.parse(process)
    status = 0
    plain = program_name(process) == "crc32"
    for path in paths or ["-"]:
        reader = open_input(process, path, gnu="{}")
        if reader is None:
            status = 1
            continue
        shown = f" {path}" if paths else ""
        crc, size = zip_crc(process, reader) if plain else posix_crc(process, reader)
        process.stdout.write(encode(f"{crc:08x}{shown}\n" if plain else f"{crc} {size}{shown}\n"))
    return status


def zip_crc(process: Process, reader: Reader) -> tuple[int, int]:
    """CRC-32 of ISO 3309, and the size."""
    crc = size = 0
    for block in blocks(process, reader, 1 << 18):
        crc, size = zlib.crc32(block, crc), size + len(block)
    return crc, size


# Mirroring the bits of each byte turns zlib's CRC into POSIX's, which takes the high bit first.
MIRROR = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def posix_crc(process: Process, reader: Reader) -> tuple[int, int]:
    """The CRC of cksum: high bit first, start 0, the length appended, complemented. Source: POSIX cksum."""
    # zlib starts from all ones; 0xFFFFFFFF as the running value makes it start from zero.
    crc, size = 0xFFFFFFFF, 0
    for block in blocks(process, reader, 1 << 18):
        crc, size = zlib.crc32(block.translate(MIRROR), crc), size + len(block)
    tail = size.to_bytes((size.bit_length() + 7) // 8, "little")
    crc = zlib.crc32(tail.translate(MIRROR), crc)
    return int(f"{crc:032b}"[::-1], 2), size


@program("sum", options=SUM)
def sum_(process: Process) -> int:
    """`sum [-rs] [FILE]...`: BSD's (blocks of 1024) or System V's (blocks of 512) checksum."""
    opts, paths = SUM.parse(process)
    system_v = opts.last("r", "s") == "s"
    status = 0
    for path in paths or ["-"]:
        reader = open_input(process, path, gnu="{}")
        if reader is None:
            status = 1
            continue
        total = size = 0
        for block in blocks(process, reader):
            size += len(block)
            if system_v:
                total += sum(block)
            else:
                for byte in block:
                    total = ((total >> 1) + ((total & 1) << 15) + byte) & 0xFFFF
        if system_v:
            total = (total & 0xFFFF) + (total >> 16 & 0xFFFF) + (total >> 32)
            total = (total & 0xFFFF) + (total >> 16)
            text = f"{total} {-(-size // 512)}" + (f" {path}" if paths else "")
        else:
            shown = path if len(paths) > 1 or not is_busybox(process) else ""
            text = f"{total:05d} {-(-size // 1024):5d} {shown}"
        process.stdout.write(encode(text + "\n"))
    return status
