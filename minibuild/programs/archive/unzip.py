"""unzip: Info-ZIP's 6.0, and busybox's where that is the program."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.fidelity import Fidelity
from minibuild.kernel.process import ProcessExit
from minibuild.programs.archive.opaque import unpack_opaque
from minibuild.programs.archive.patterns import fnmatch
from minibuild.programs.archive.unzip_extract import BusyboxUnzipper, InfoUnzipper
from minibuild.programs.archive.unzip_list import listing, long_listing, short_info
from minibuild.programs.archive.zip_read import ZipDamageError, open_zip, pieces
from minibuild.programs.inputs import die, encode
from minibuild.programs.options import OptionError, Options, Opts, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

BUSYBOX = Options(
    "d:lnotpqxjvK",
    usage="[-lnojpq] FILE[.zip] [FILE]... [-x FILE]... [-d DIR]",
    help="""Unpack a zip archive

	-l	List; -v: with sizes and checksums
	-t	Test
	-p	To standard output
	-d DIR	Into DIR
	-j	Without directories
	-o	Replace files; -n: keep them
	-q	Say less
	-x NAME	Leave out""",
)
INFO = Options("pltfuvzTnoqajUCXVKLMDWsbS:1:Zhcx:d:P:O:I:^2")
_USAGE = """UnZip 6.00 of 20 April 2009, by Debian. Original by Info-ZIP.

Usage: unzip [-Z] [-opts[modifiers]] file[.zip] [list] [-x xlist] [-d exdir]
  -p to standard output      -l list, -v with details     -t test
  -f only newer, known files -u newer and new files       -d directory to unpack into
  -n keep what is there      -o replace what is there     -j without directories
  -q say less, -qq nothing   -C names in any case         -L names in lower case
"""
_NO_DIRECTORY = """  End-of-central-directory signature not found.  Either this file is not
  a zipfile, or it constitutes one disk of a multi-part archive.  In the
  latter case the central directory and zipfile comment will be found on
  the last disk(s) of this archive.
unzip:  cannot find zipfile directory in one of {0} or
        {0}.zip, and cannot find {0}.ZIP, period.
"""


@program("unzip", options=BUSYBOX)
def unzip(process: Process) -> int:
    """`unzip [-OPTIONS] FILE[.zip] [MEMBER]... [-x MEMBER...] [-d DIR]`"""
    return _Unzip(process, busybox=is_busybox(process)).run()


@program("zipinfo")
def zipinfo(process: Process) -> int:
    """`zipinfo [-1] FILE[.zip]`: what `unzip -Z` is."""
    process.argv.insert(1, "-Z")
    return _Unzip(process, busybox=False).run()


class _Unzip:
    def __init__(self, process: Process, *, busybox: bool) -> None:
        self.process, self.view, self.busybox = process, process.view, busybox
        self.opts, self.operands, self.left_out = self._parse()
        if "P" in self.opts:
            process.system.fidelity.note(Fidelity.ASSUMED, "unzip's decryption is not implemented")

    def run(self) -> int:
        """Open the archive and do what was asked; the exit status."""
        if not self.operands:
            if self.busybox:
                BUSYBOX.fail(self.process)
            self.process.stdout.write(_USAGE)
            return 10 if self.process.argv[1:] and "v" not in self.opts else 0
        found = self._find(self.operands[0])
        if found is None:
            return self._not_found(self.operands[0])
        self.path = found
        try:
            archive = open_zip(self.process, found)
        except OSError as error:
            die(self.process, f"can't open '{found}': {strerror(error)}", 1 if self.busybox else 9)
        except zipfile.BadZipFile:
            if self.process.view.opaque:
                return self._opaque()
            return self._no_zip(found)
        if self.process.view.opaque:
            return self._opaque()
        return self._act(archive)

    def _act(self, archive: zipfile.ZipFile) -> int:
        """List, test, show or unpack."""
        opts, out = self.opts, self.process.stdout
        members = self._chosen(archive)
        quiet = opts.count("q")
        if "Z" in opts:
            out.write(encode(short_info(archive, members, self.path, only_names="1" in opts)))
        elif "l" in opts or ("v" in opts and not opts.any("t", "p", "c")):
            table = long_listing if "v" in opts else listing
            out.write(encode(table(members, self.path, busybox=self.busybox, quiet=quiet)))
        elif opts.any("p", "c"):
            return self._show(archive, members)
        elif "t" in opts:
            return self._test(archive, members)
        else:
            return self._extract(archive, members, quiet)
        return self._unmatched()

    # ---- what to do

    def _show(self, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> int:
        """-p: the bytes of the members; -c: each under its name."""
        out = self.process.stdout
        named = "c" in self.opts and not self.opts.count("q")
        if named:
            out.write(f"Archive:  {self.path}\n")
        for member in members:
            if member.is_dir():
                continue
            if named:
                verb = "extracting" if member.compress_type == 0 else "inflating"
                out.write(f"{verb:>11}: {member.filename:<22}  \n")
            try:
                for piece in pieces(self.process, archive, member):
                    out.write(piece)
            except ZipDamageError as error:
                return self._damaged(member, error)
            if named:
                out.write("\n")
        return self._unmatched()

    def _test(self, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> int:
        """-t: unpack without keeping anything."""
        out, quiet = self.process.stdout, self.opts.count("q")
        if not self.busybox and not quiet:
            out.write(f"Archive:  {self.path}\n")
        status = 0
        for member in members:
            if not self.busybox and not quiet:
                out.write(f"    testing: {member.filename:<22}  ")
            try:
                for _ in pieces(self.process, archive, member):
                    pass
            except ZipDamageError as error:
                status = self._damaged(member, error)
                continue
            if not self.busybox and not quiet:
                out.write(" OK\n")
        if not self.busybox and not status:
            out.write(f"No errors detected in compressed data of {self.path}.\n")
        return status or self._unmatched()

    def _extract(self, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], quiet: int) -> int:
        where = self.opts.text("d")
        maker = BusyboxUnzipper if self.busybox else InfoUnzipper
        unzipper = maker(self.process, archive, self.opts, where, quiet=quiet)
        if not self.busybox and not quiet:
            self.process.stdout.write(f"Archive:  {self.path}\n")
        unzipper.begin()
        if self.busybox and not quiet:
            self.process.stdout.write(f"Archive:  {self.path}\n")
        for member in members:
            try:
                unzipper.unpack(member)
            except ZipDamageError as error:
                status = self._damaged(member, error)
                if self.busybox:
                    return status
                unzipper.status = max(unzipper.status, status)
        unzipper.finish()
        return max(unzipper.status, self._unmatched())

    # ---- the command line

    def _parse(self) -> tuple[Opts, list[str], list[str]]:
        """(options, archive and members, members to leave out): -x takes all words up to the next option."""
        given: list[tuple[str, str | None]] = []
        kept: list[str] = []
        left_out: list[str] = []
        words = self.process.argv[1:]
        at, excluding = 0, False
        table = (BUSYBOX if self.busybox else INFO).short
        while at < len(words):
            word = words[at]
            at += 1
            if len(word) < 2 or word[0] != "-":
                (left_out if excluding else kept).append(word)
                continue
            excluding = False
            for place, letter in enumerate(word[1:], 1):
                if letter not in table and not (letter == ":" and not self.busybox):
                    self._wrong(letter)
                if letter == "x":
                    excluding = True
                    if word[place + 1 :]:
                        left_out.append(word[place + 1 :])
                        break
                elif letter in "dPOI" and not (letter == "I" and self.busybox):
                    value = word[place + 1 :]
                    if not value:
                        value = words[at] if at < len(words) else ""
                        at += 1
                    given.append((letter, value))
                    break
                else:
                    given.append((letter, None))
        return Opts(given), kept, left_out

    def _wrong(self, letter: str) -> None:
        if self.busybox:
            self.process.error(str(OptionError(f"invalid option -- '{letter}'")))
            BUSYBOX.fail(self.process)
        self.process.stderr.write(_USAGE)
        raise ProcessExit(10)

    def _find(self, name: str) -> str | None:
        """The archive's file: the name itself or with `.zip` after it."""
        if name == "-" and self.busybox:
            return name
        return next((one for one in (name, name + ".zip", name + ".ZIP") if self.view.is_file(one)), None)

    def _chosen(self, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
        """The members that the names ask for, in the order of the archive."""
        wanted, fold = self.operands[1:], "C" in self.opts
        self.matched: set[str] = set()
        chosen = []
        for member in archive.infolist():
            name = member.filename
            hits = [one for one in wanted if fnmatch(one, name, fold=fold)]
            self.matched.update(hits)
            if wanted and not hits:
                continue
            if any(fnmatch(one, name, fold=fold) for one in self.left_out):
                continue
            chosen.append(member)
        return chosen

    # ---- words

    def _unmatched(self) -> int:
        if self.busybox:
            return 0
        missing = [name for name in self.operands[1:] if name not in self.matched]
        for name in missing:
            self.process.stderr.write(f"caution: filename not matched:  {name}\n")
        return 11 if missing else 0

    def _damaged(self, member: zipfile.ZipInfo, error: ZipDamageError) -> int:
        if self.busybox:
            words = {"crc": "crc error", "method": f"unsupported method {member.compress_type}",
                     "password": "zip flag 1 (encryption) is not supported"}  # fmt: skip
            self.process.error(words.get(error.what, "corrupted data"))
            return 1
        name = f"{member.filename:<22}"
        if error.what == "crc":
            self.process.stdout.write(f"  bad CRC of {member.filename}\n")
            return 2
        if error.what == "password":
            self.process.stderr.write(f"   skipping: {name}  unable to get password\n")
            return 82
        if error.what == "method":
            self.process.stderr.write(
                f"   skipping: {name}  unsupported compression method {member.compress_type}\n"
            )
            return 81
        self.process.stderr.write("  error:  invalid compressed data to inflate\n")
        return 2

    def _not_found(self, name: str) -> int:
        if self.busybox:
            die(self.process, f"can't open {name}[.zip]")
        self.process.stderr.write(f"unzip:  cannot find or open {name}, {name}.zip or {name}.ZIP.\n")
        return 9

    def _no_zip(self, path: str) -> int:
        """Not a zip archive."""
        self.process.stdout.write(f"Archive:  {path}\n")
        if self.busybox:
            die(self.process, "short read")
        self.process.stderr.write(_NO_DIRECTORY.format(path))
        return 9

    def _opaque(self) -> int:
        """An archive of which nothing is known."""
        if self.opts.any("l", "v", "t", "p", "c", "Z"):
            return 0
        where = self.opts.text("d", ".")
        self.view.makedirs(where)
        names = [name for name in self.operands[1:] if not any(letter in name for letter in "*?[")]
        if "j" in self.opts:
            names = [name.rpartition("/")[2] for name in names]
        return unpack_opaque(self.process, where, names if len(names) == len(self.operands) - 1 else ())
