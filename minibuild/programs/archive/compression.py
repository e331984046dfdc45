"""The compressor of an archive: which one, whether the image has it, what it says when it fails."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from minibuild.kernel.execution import find_executable
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.archive.codecs import BZIP2, CODECS, COMPRESS, GZIP, LZMA, XZ, ZSTD, Codec, CodecError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.kernel.process import Process
    from minibuild.programs.archive.inflow import Inflow
    from minibuild.programs.archive.tar_options import CommandLine

_BY_OPTION = {"z": GZIP, "j": BZIP2, "J": XZ, "lzma": LZMA, "Z": COMPRESS, "zstd": ZSTD}
_BY_PROGRAM = {**CODECS, "pigz": GZIP, "unpigz": GZIP, "gunzip": GZIP, "zcat": GZIP, "pbzip2": BZIP2,
               "lbzip2": BZIP2,
               "bunzip2": BZIP2, "pixz": XZ, "pxz": XZ, "unxz": XZ, "unzstd": ZSTD,
               "zstdmt": ZSTD}  # fmt: skip
_BY_NAME = {".tar.gz": GZIP, ".tgz": GZIP, ".taz": GZIP, ".gz": GZIP, ".tar.bz2": BZIP2, ".tbz2": BZIP2,
            ".tbz": BZIP2, ".bz2": BZIP2, ".tz2": BZIP2, ".tar.xz": XZ, ".txz": XZ, ".xz": XZ,
            ".tar.lzma": LZMA,
            ".tlz": LZMA, ".lzma": LZMA, ".tar.zst": ZSTD, ".tzst": ZSTD, ".zst": ZSTD, ".tar.Z": COMPRESS,
            ".taZ": COMPRESS, ".Z": COMPRESS}  # fmt: skip
# What the options of GNU tar are called, for "Use -z option".
OPTION_OF = {"gzip": "-z", "bzip2": "-j", "xz": "-J", "lzma": "--lzma", "zstd": "--zstd", "compress": "-Z"}


def asked_codec(process: Process, line: CommandLine) -> Codec | None:
    """The compressor that the options ask for; with -a, the one that the archive's name tells."""
    for key, value in reversed(line.opts.given):
        if key in _BY_OPTION:
            return _BY_OPTION[key]
        if key == "I":
            program = (value or "").split(None, 1)[0].rpartition("/")[2] if (value or "").strip() else ""
            codec = _BY_PROGRAM.get(program)
            if codec is None:
                process.system.fidelity.note(
                    Fidelity.ASSUMED, f"what {program} makes of an archive is not known"
                )
            return codec
    if "a" in line.opts and line.operation == "c":
        return next((codec for ending, codec in _BY_NAME.items() if line.archive.endswith(ending)), None)
    return None


def program_is_there(process: Process, codec: Codec) -> bool:
    """Whether the image has the program that GNU tar would run for this compressor."""
    try:
        find_executable(process, codec.program)
    except OSError as error:
        if error.errno != errno.ENOENT or not process.system.partial:
            return False
        reason = f"whether the image has {codec.program} is not known"
        process.system.fidelity.note(Fidelity.ASSUMED, reason, f"install {_PACKAGES[codec.name]} before")
    return True


def refuse_program(process: Process, codec: Codec) -> None:
    """What GNU tar says when there is no such program."""
    process.stderr.write(
        f"tar (child): {codec.program}: Cannot exec: No such file or directory\n"
        "tar (child): Error is not recoverable: exiting now\n"
    )


_PACKAGES = {"gzip": "gzip", "bzip2": "bzip2", "xz": "xz-utils (Debian) or xz (Alpine, Fedora)",
             "lzma": "xz-utils (Debian) or xz (Alpine, Fedora)", "zstd": "zstd",
             "compress": "ncompress"}  # fmt: skip
_BUSYBOX_WORDS = {"empty": "invalid magic", "magic": "invalid magic", "end": "unexpected end of file",
                  "checksum": "crc error",
                  "length": "incorrect length", "format": "corrupted data"}  # fmt: skip
_GZIP_WORDS = {"empty": "unexpected end of file", "magic": "not in gzip format",
               "end": "unexpected end of file",
               "checksum": "invalid compressed data--crc error",
               "length": "invalid compressed data--length error",
               "format": "invalid compressed data--format violated",
               "garbage": "decompression OK, trailing garbage ignored"}  # fmt: skip
_XZ_WORDS = {"empty": "File format not recognized", "magic": "File format not recognized",
             "end": "Unexpected end of input",
             "garbage": "Compressed data is corrupt",
             "format": "Compressed data is corrupt"}  # fmt: skip


def busybox_words(codec: Codec, error: CodecError) -> str:
    """How busybox says what is wrong with a compressed stream; "" when it passes over it."""
    if error.what == "garbage":
        return ""
    if codec is BZIP2 and error.what not in ("magic", "empty"):
        return f"bunzip error {-3 if error.what == 'end' else -5}"
    return _BUSYBOX_WORDS[error.what]


def child_words(codec: Codec, error: CodecError) -> tuple[str, int]:
    """(what GNU's or the original compressor says of its standard input, its exit status)."""
    if codec in (GZIP, COMPRESS):
        return f"\ngzip: stdin: {_GZIP_WORDS[error.what]}\n", 2 if error.what == "garbage" else 1
    if codec is BZIP2:
        if error.what == "magic":
            return "bzip2: (stdin) is not a bzip2 file.\n", 2
        if error.what == "garbage":
            return "\nbzip2: (stdin): trailing garbage after EOF ignored\n", 0
        return "\nbzip2: Compressed file ends unexpectedly;\n\tperhaps it is corrupted?\n", 2
    if codec is ZSTD:
        what = "unexpected end of file" if error.what in ("end", "empty") else "unsupported format"
        return f"zstd: /*stdin*\\: {what} \n", 1
    return f"{codec.program}: (stdin): {_XZ_WORDS.get(error.what, 'Compressed data is corrupt')}\n", 1


class Child:
    """The decompressor beside tar: a failure is said where it happens, and tar then finds the end of its
    input.
    """

    def __init__(self, process: Process, codec: Codec, *, busybox: bool) -> None:
        self.process, self.codec, self.busybox = process, codec, busybox
        self.status = 0

    def pieces(self, source: Inflow) -> Iterator[bytes]:
        """The unpacked bytes, up to the end or the failure."""
        try:
            yield from self.codec.unpack(source)
        except CodecError as error:
            if self.process.view.opaque:
                return
            if self.busybox:
                words = busybox_words(self.codec, error)
                if words:
                    self.status = 1
                    self.process.error(words)
                return
            text, self.status = child_words(self.codec, error)
            self.process.stderr.write(text)
