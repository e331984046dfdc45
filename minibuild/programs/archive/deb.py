"""dpkg-deb: what is in a Debian package, and unpacking it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from minibuild.filesystem.errors import strerror
from minibuild.kernel.process import ProcessExit
from minibuild.programs.archive.ar_format import ArError, read_members
from minibuild.programs.archive.codecs import CodecError, detect, unpacked
from minibuild.programs.archive.deb_build import build
from minibuild.programs.archive.inflow import inflow_of
from minibuild.programs.archive.opaque import unpack_opaque
from minibuild.programs.archive.tar_extract import BusyboxUnpacker
from minibuild.programs.archive.tar_extract_gnu import GnuUnpacker
from minibuild.programs.archive.tar_list import Lister
from minibuild.programs.archive.tar_options import CommandLine
from minibuild.programs.archive.tar_read import TarError, TarReader
from minibuild.programs.archive.tar_words import Prefixes
from minibuild.programs.inputs import decode, die, encode
from minibuild.programs.options import OptionError, Options, Opts, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.archive.inflow import Inflow

DEB = Options(
    "+cefxXIWbRZ:z:S:",
    long={"contents": "c", "control": "e", "field": "f", "extract": "x", "vextract": "X", "info": "I",
    "show": "W",
          "build": "b", "raw-extract": "R", "fsys-tarfile": "fsys", "ctrl-tarfile": "ctrl",
          "root-owner-group": "root",
          "nocheck": "nocheck", "showformat=": "format", "uniform-compression": "uniform",
          "no-uniform-compression": "uniform", "threads-max=": "threads", "verbose": "v",
          "deb-format=": "df"},
    usage="[-cefxX] FILE [DIR]",
    help="Perform actions on Debian packages (.deb)\n\n\t-c\tList files\n\t-f\tPrint control fields\n"
    "\t-e\tExtract control files to DIR (default: ./DEBIAN)\n\t-x\tExtract files to DIR (no default)\n"
    "\t-X\tVerbose extract",
)  # fmt: skip
_NAMES = {"c": "contents", "e": "control", "f": "field", "x": "extract", "X": "vextract", "I": "info",
          "W": "show",
          "b": "build", "R": "raw-extract", "fsys": "fsys-tarfile", "ctrl": "ctrl-tarfile"}  # fmt: skip
_ADVICE = (
    "\nType dpkg-deb --help for help about manipulating *.deb files;\n"
    "Type dpkg --help for help about installing and deinstalling packages.\n"
)
_LARGEST_CONTROL = 1 << 22


@program("dpkg-deb", options=DEB)
def dpkg_deb(process: Process) -> int:
    """`dpkg-deb -c|-e|-f|-I|-W|-x|-X|-R|--fsys-tarfile|--ctrl-tarfile FILE [DIR]`, `-b DIR [FILE]`"""
    try:
        opts, operands = DEB.split(process.argv[1:])
    except OptionError as error:
        if is_busybox(process):
            process.error(str(error))
            DEB.fail(process)
        _wrong(process, f"error: {str(error).replace('unrecognized', 'unknown').replace(' --', ' --')}")
    return _Deb(process, opts, operands).run()


def _wrong(process: Process, words: str) -> NoReturn:
    process.stderr.write(f"dpkg-deb: {words}\n{_ADVICE}")
    raise ProcessExit(2)


class PackageFile:
    """An open package. `control` and `data` go to the archive within; each may be asked for once, in this
    order.
    """

    def __init__(self, process: Process, path: str) -> None:
        self.process = process
        self.source = inflow_of(process, process.open_reader(path))
        self.members = read_members(self.source)
        first = next(self.members, None)
        if first is None or first.name != "debian-binary":
            raise ArError("magic")
        self.version = self.source.read(first.size).split(b"\n", 1)[0].decode("latin-1")
        self.sizes: dict[str, int] = {}

    def archive(self, part: str) -> Inflow:
        """The archive whose name begins with `control` or `data`, unpacked. ArError when there is none."""
        for member in self.members:
            self.sizes[member.name] = member.size
            if member.name.startswith(part + ".tar"):
                codec = detect(self.source.peek(6))
                return self.source if codec is None else unpacked(self.process, codec, self.source)
        raise ArError("magic")

    def control_files(self) -> dict[str, bytes]:
        """The files of the control archive by name."""
        reader = TarReader(self.archive("control"))
        found: dict[str, bytes] = {}
        for member in reader:
            if member.kind == "file" and member.size <= _LARGEST_CONTROL:
                found[member.name.removeprefix("./")] = b"".join(reader.data(member))
        return found


class _Deb:
    def __init__(self, process: Process, opts: Opts, operands: list[str]) -> None:
        self.process, self.opts, self.operands = process, opts, operands
        self.busybox = is_busybox(process)
        self.action = next((key for key in _NAMES if key in opts), "")

    def run(self) -> int:
        """Do what was asked; the exit status."""
        process, action = self.process, self.action
        if self.busybox and (
            not action or action in ("I", "W", "b", "R", "fsys", "ctrl") or not self.operands
        ):
            DEB.fail(process)
        if not action:
            _wrong(process, "error: need an action option")
        if action == "b":
            return build(process, self.operands)
        self._check_operands()
        try:
            package = PackageFile(process, self.operands[0])
            return self._act(package)
        except OSError as error:
            if self.busybox:
                die(process, f"can't open '{self.operands[0]}': {strerror(error)}")
            die(process, f"error: failed to read archive '{self.operands[0]}': {strerror(error)}", 2)
        except (ArError, TarError, CodecError) as error:
            if process.view.opaque:
                return self._opaque()
            if self.busybox:
                die(process, "short read")
            if isinstance(error, ArError):
                die(process, f"error: '{self.operands[0]}' is not a Debian format archive", 2)
            die(process, f"error: archive '{self.operands[0]}' is damaged", 2)

    def _check_operands(self) -> None:
        count, needs = len(self.operands), self.action in ("x", "X", "R")
        if self.busybox:
            if needs and count < 2:
                DEB.fail(self.process)
            return
        name = _NAMES[self.action]
        if not count:
            wants = ".deb filename and directory arguments" if needs else "a .deb filename argument"
            _wrong(self.process, f"error: --{name} needs {wants}")
        if needs and count < 2:
            _wrong(
                self.process,
                f"error: --{name} needs a target directory.\nPerhaps you should be using dpkg --install ?",
            )

    def _act(self, package: PackageFile) -> int:
        action, out = self.action, self.process.stdout
        if action == "f":
            return self._fields(package)
        if action == "W":
            fields = parse_control(package.control_files().get("control", b""))
            out.write(f"{fields.get('Package', '')}\t{fields.get('Version', '')}\n")
        elif action == "I":
            self._info(package)
        elif action in ("fsys", "ctrl"):
            archive = package.archive("data" if action == "fsys" else "control")
            while data := archive.read_some():
                out.write(data)
        elif action == "e":
            self._unpack(package.archive("control"), self.operands[1] if len(self.operands) > 1 else "DEBIAN")
        elif action == "c":
            self._list(package.archive("data"))
        else:
            if action == "R":
                self._unpack(package.archive("control"), self.operands[1].rstrip("/") + "/DEBIAN")
            self._unpack(package.archive("data"), self.operands[1], show=action == "X")
        return 0

    def _fields(self, package: PackageFile) -> int:
        """-f: the control file, or some of its fields; of one only the value."""
        control = package.control_files().get("control", b"")
        wanted = self.operands[1:]
        if not wanted:
            self.process.stdout.write(control)
            return 0
        fields = parse_control(control)
        folded = {name.lower(): name for name in fields}
        for name in wanted:
            found = folded.get(name.lower())
            if found is not None:
                text = fields[found] if len(wanted) == 1 else f"{found}: {fields[found]}"
                self.process.stdout.write(encode(text + "\n"))
        return 0

    def _info(self, package: PackageFile) -> None:
        size = self.process.view.stat(self.operands[0]).size
        files = package.control_files()
        packed = next((size for name, size in package.sizes.items() if name.startswith("control.tar")), 0)
        out = self.process.stdout
        out.write(
            f" new Debian package, version {package.version}.\n"
            f" size {size} bytes: control archive={packed} bytes.\n"
        )
        for name in sorted(files):
            lines = files[name].count(b"\n")
            script = "   " if not files[name].startswith(b"#!") else " * "
            kind = files[name][2:].split(b"\n", 1)[0].decode("latin-1") if script == " * " else ""
            out.write(
                f" {len(files[name]):7} bytes, {lines:5} lines   {script} {name:<20} "
                f"{f'#!{kind}' if kind else ''}\n"
            )
        for line in decode(files.get("control", b"")).splitlines():
            out.write(encode(f" {line}\n"))

    def _list(self, archive: Inflow) -> None:
        reader = TarReader(archive)
        lister = Lister(self.process, CommandLine("t", Opts([]), ()))
        for member in reader:
            self.process.tick()
            self.process.stdout.write(lister.long(member))

    def _unpack(self, archive: Inflow, directory: str, *, show: bool = False) -> None:
        """Unpack into a directory, which is made. dpkg-deb has a tar do it, whose words these are."""
        process = self.process
        if not process.view.is_dir(directory):
            process.view.makedirs(directory)
        child = process.fork()
        child.view.chdir(directory)
        if not self.busybox:
            child.argv = ["tar"]
        problem: list[Exception] = []

        def body(tar: Process) -> int:
            try:
                return _unpack_here(tar, archive, show=show, busybox=self.busybox)
            except (ArError, TarError, CodecError) as error:
                problem.append(error)
                return 2

        status = child.perform(body)
        process.reap(child)
        if problem:
            raise problem[0]
        if status:
            die(process, f"error: tar subprocess returned error exit status {status}", 2)

    def _opaque(self) -> int:
        """A package of which nothing is known."""
        if self.action not in ("x", "X", "R", "e"):
            return 0
        directory = self.operands[1] if len(self.operands) > 1 else "DEBIAN"
        self.process.view.makedirs(directory)
        return unpack_opaque(self.process, directory)


def _unpack_here(process: Process, archive: Inflow, *, show: bool, busybox: bool) -> int:
    """Unpack an archive into the working directory; the status that tar would end with."""
    line = CommandLine("x", Opts([("p", None)]), ())
    reader = TarReader(archive)
    lister = Lister(process, line)
    unpacker: BusyboxUnpacker | GnuUnpacker
    if busybox:
        unpacker = BusyboxUnpacker(process, line, reader)
    else:
        unpacker = GnuUnpacker(process, line, reader, Prefixes(process, busybox=False))
    for member in reader:
        process.tick()
        if show:
            process.stdout.write(lister.name(member))
        unpacker.unpack(member)
    unpacker.finish()
    return 2 if isinstance(unpacker, GnuUnpacker) and unpacker.failed else 0


def parse_control(data: bytes) -> dict[str, str]:
    """The fields of a control file, continuation lines included."""
    fields: dict[str, str] = {}
    name = ""
    for line in decode(data).splitlines():
        if line[:1] in (" ", "\t"):
            fields[name] = fields.get(name, "") + "\n" + line
        elif ":" in line:
            name, _, value = line.partition(":")
            fields[name] = value.strip()
    return fields
