"""7z, 7za, 7zr for the formats that others write too; what is in a .7z file is not known."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.archive.codecs import CODECS, Codec, CodecError, detect, unpacked
from minibuild.programs.archive.inflow import Inflow, inflow_of
from minibuild.programs.archive.opaque import unpack_opaque
from minibuild.programs.archive.outflow import Outflow
from minibuild.programs.archive.tar_extract_gnu import GnuUnpacker
from minibuild.programs.archive.tar_options import CommandLine
from minibuild.programs.archive.tar_read import TarError, TarReader
from minibuild.programs.archive.tar_words import Prefixes
from minibuild.programs.archive.unzip_extract import InfoUnzipper
from minibuild.programs.archive.zip_read import ZipDamageError, open_zip
from minibuild.programs.options import Opts
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_MAGIC = b"7z\xbc\xaf\x27\x1c"
_BANNER = "\n7-Zip [64] 16.02 : Copyright (c) 1999-2016 Igor Pavlov : 2016-05-21\n"


@program(
    "7z",
    "7za",
    "7zr",
    "7zz",
    "p7zip",
    fidelity=Fidelity.MODELLED,
    reason="7z is modelled: its listings are not shown",
)
def seven_zip(process: Process) -> int:
    """`7z x|e|t ARCHIVE [-oDIR] [-y] [NAME]...`"""
    words = [word for word in process.argv[1:] if not word.startswith("-")]
    options = [word for word in process.argv[1:] if word.startswith("-")]
    if len(words) < 2:
        process.stdout.write(
            _BANNER + "\nUsage: 7z <command> [<switches>...] <archive_name> [<file_names>...]\n"
        )
        return 0 if not words else 7
    command, path, names = words[0], words[1], words[2:]
    where = next((option[2:] for option in options if option.startswith("-o")), ".")
    process.stdout.write(_BANNER)
    if command not in ("x", "e"):
        process.system.fidelity.note(Fidelity.ASSUMED, f"what 7z {command} does is not known")
        return 0
    try:
        return _extract(process, path, where, names, flat=command == "e")
    except OSError as error:
        process.stdout.write(
            f"\nERROR: {strerror(error)} : {path}\n\nSystem ERROR:\nUnknown error -2147024872\n"
        )
        return 2
    except (TarError, CodecError, ZipDamageError, zipfile.BadZipFile):
        if process.view.opaque:
            return unpack_opaque(process, where, names)
        process.stderr.write(f"\nERROR: {path}\nCan not open the file as archive\n")
        return 2


def _extract(process: Process, path: str, where: str, names: list[str], *, flat: bool) -> int:
    """Unpack by the format that the first bytes tell."""
    view = process.view
    source = inflow_of(process, process.open_reader(path))
    head = source.peek(512)
    if not view.is_dir(where):
        view.makedirs(where)
    if process.view.opaque:
        return unpack_opaque(process, where, names)
    if head.startswith(_MAGIC):
        origin = f"content of {view.realpath(path)}"
        view.touch_opaque(origin)
        return unpack_opaque(process, where, names)
    if head.startswith(b"PK"):
        archive = open_zip(process, path)
        unzipper = InfoUnzipper(
            process, archive, Opts([("o", None), *([("j", None)] if flat else [])]), where, quiet=2
        )
        for member in archive.infolist():
            if not names or member.filename in names:
                unzipper.unpack(member)
        unzipper.finish()
        return unzipper.status
    codec = detect(head)
    view.chdir(where)
    if codec is not None:
        return _single(process, codec, source, path)
    line = CommandLine("x", Opts([]), ())
    reader = TarReader(source)
    unpacker = GnuUnpacker(process, line, reader, Prefixes(process, busybox=False))
    for entry in reader:
        process.tick()
        unpacker.unpack(entry)
    unpacker.finish()
    return 2 if unpacker.failed else 0


def _single(process: Process, codec: Codec, source: Inflow, path: str) -> int:
    """A compressed file becomes the file without its suffix."""
    name = path.rpartition("/")[2]
    for ending, instead in (pair for one in CODECS.values() for pair in one.suffixes.items()):
        if name.endswith(ending):
            name = name[: -len(ending)] + instead
            break
    out = Outflow(process, process.open_stream(name, "w"))
    archive = unpacked(process, codec, source)
    while data := archive.read_some():
        out.write(data)
    out.close()
    return 0
