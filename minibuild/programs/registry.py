"""Which programs exist, and where: a visible table of names, and the entries that modules make of them.

A module of a room declares its programs:

    @program("head", options=HEAD)
    def head(process: Process) -> int: ...

and LOCATIONS says which module that is, so that `lookup("head")` imports this one module and no other.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.options import is_busybox, program_name
from minibuild.programs.packages import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process
    from minibuild.kernel.system import Program
    from minibuild.programs.options import Options

# Module below minibuild.programs → the names of the programs in it. One row a module, one section a room.
COREUTILS: dict[str, str] = {
    "coreutils.ascii": "ascii",
    "coreutils.attributes": "chmod chown chgrp",
    "coreutils.bc": "bc",
    "coreutils.cat": "cat",
    "coreutils.checksum": "md5sum sha1sum sha224sum sha256sum sha384sum sha512sum sha3sum b2sum cksum crc32"
    " sum",
    "coreutils.cp": "cp mv",
    "coreutils.creation": "mkdir mkfifo mknod mktemp touch truncate fallocate",
    "coreutils.dc": "dc",
    "coreutils.dd": "dd",
    "coreutils.encodings": "base64 base32",
    "coreutils.expr": "expr",
    "coreutils.factor": "factor",
    "coreutils.headtail": "head tail",
    "coreutils.hexdump": "hexdump hd",
    "coreutils.install": "install ginstall",
    "coreutils.links": "ln link",
    "coreutils.ls": "ls",
    "coreutils.od": "od",
    "coreutils.paths": "basename dirname readlink realpath",
    "coreutils.removal": "rm rmdir unlink",
    "coreutils.stat": "stat",
    "coreutils.streams": "true : false yes tee seq printenv wc",
    "coreutils.usage": "du df",
    "coreutils.xxd": "xxd",
}
USERS: dict[str, str] = {
    "users.adduser": "adduser addgroup",
    "users.deluser": "deluser delgroup",
    "users.getent": "getent",
    "users.identity": "id whoami groups logname who w users nologin",
    "users.passwords": "passwd chpasswd chsh mkpasswd cryptpw",
    "users.shadow_batch": "newusers chage",
    "users.shadow_groups": "groupadd groupmod groupdel gpasswd",
    "users.shadow_users": "useradd usermod userdel",
}
SYSTEM: dict[str, str] = {
    "opaque": "?",
    "system.busybox": "busybox",
    "system.calendar": "cal ncal",
    "system.capabilities": "setcap getcap",
    "system.configuration": "getconf locale",
    "system.daemons": "start-stop-daemon",
    "system.date": "date uptime",
    "system.environment": "env nice nohup setsid ionice stdbuf renice taskset chrt linux32 linux64 setarch",
    "system.files": "which run-parts flock sync fsync mount umount mountpoint",
    "system.getopt": "getopt",
    "system.libraries": "ldd",
    "system.machine": "uname arch hostname dnsdomainname hostid nproc free lscpu dmesg sysctl",
    "system.openssl": "openssl",
    "system.processes": "ps top pidof pgrep pkill killall killall5 fuser",
    "system.rights": "chroot su runuser gosu su-exec setuidgid setpriv",
    "system.sudo": "sudo",
    "system.terminal": "tty stty clear reset tput",
    "system.timing": "sleep usleep timeout time watch",
}
SHELLS: dict[str, str] = {"shells": "sh ash dash bash echo printf test [ [[ pwd kill"}
TEXT: dict[str, str] = {
    "text.awk": "awk mawk gawk nawk original-awk",
    "text.cmp": "cmp",
    "text.column": "column",
    "text.comm": "comm join",
    "text.cut": "cut",
    "text.diff": "diff",
    "text.ed": "ed red",
    "text.envsubst": "envsubst",
    "text.expand": "expand unexpand",
    "text.fold": "fold fmt",
    "text.grep": "grep egrep fgrep",
    "text.iconv": "iconv",
    "text.jq": "jq",
    "text.lines": "rev tac shuf",
    "text.newlines": "dos2unix unix2dos",
    "text.nl": "nl",
    "text.pager": "less more pg vi vim nano emacs joe mcedit",
    "text.paste": "paste",
    "text.patch": "patch",
    "text.sed": "sed",
    "text.sort": "sort",
    "text.split": "split csplit",
    "text.strings": "strings",
    "text.tr": "tr",
    "text.tsort": "tsort look",
    "text.uniq": "uniq",
}
ARCHIVE: dict[str, str] = {
    "archive.ar": "ar",
    "archive.bzip2": "bzip2 bunzip2 bzcat lbzip2 pbzip2",
    "archive.cpio": "cpio",
    "archive.deb": "dpkg-deb",
    "archive.gzip": "gzip gunzip zcat uncompress pigz unpigz",
    "archive.ncompress": "compress",
    "archive.rpm": "rpm2cpio",
    "archive.sevenzip": "7z 7za 7zr 7zz p7zip",
    "archive.tar": "tar",
    "archive.unzip": "unzip zipinfo",
    "archive.xz": "xz unxz xzcat lzma unlzma lzcat pixz pxz",
    "archive.zip": "zip",
    "archive.zstd": "zstd unzstd zstdcat zstdmt",
}
NETWORK: dict[str, str] = {
    "network.bridges": "brctl bridge ethtool",
    "network.ifconfig": "ifconfig route",
    "network.ip": "ip",
    "network.iptables": "iptables",
    "network.nslookup": "nslookup",
    "network.ping": "ping ping6",
    "network.sockets": "ss netstat",
}
FINDUTILS: dict[str, str] = {
    "findutils.find": "find",
    "findutils.locate": "locate mlocate plocate updatedb",
    "findutils.xargs": "xargs",
}

# Programs that are no applets of busybox: `busybox NAME` does not know them. Whole rooms and modules, then
# single names.
_BESIDE = (
    "archive.ncompress",
    "archive.sevenzip",
    "archive.zip",
    "archive.zstd",
    "findutils.locate",
    "network.iptables",
    "opaque",
    "packages.",
    "system.capabilities",
    "system.configuration",
    "system.libraries",
    "system.openssl",
    "system.sudo",
    "users.getent",
    "users.shadow_",
)
_SINGLE = (
    "? : dash bash arch lscpu stdbuf sha224sum sha384sum b2sum ginstall runuser gosu su-exec setuidgid tput"
    " ncal chsh gpasswd nologin lbzip2 pbzip2 pigz pixz pxz unpigz zipinfo mawk gawk nawk original-awk csplit"
    " bridge ethtool ss fmt join column jq look tsort iconv envsubst pg red vim nano emacs joe mcedit"
)

LOCATIONS: dict[str, str] = {
    name: module
    for room in (COREUTILS, USERS, SYSTEM, SHELLS, TEXT, ARCHIVE, FINDUTILS, NETWORK, PACKAGES)
    for module, names in room.items()
    for name in names.split()
}

# The applets of busybox.
APPLETS = frozenset(name for name, module in LOCATIONS.items() if not module.startswith(_BESIDE)) - {
    *_SINGLE.split()
}

# Module or room → the package of GNU's program and its version, as Debian 12 has them: what `--version` says.
VERSIONS: dict[str, tuple[str, str]] = {
    "coreutils": ("GNU coreutils", "9.1"),
    "system": ("GNU coreutils", "9.1"),
    "users.identity": ("GNU coreutils", "9.1"),
    "text": ("GNU coreutils", "9.1"),
    "text.cmp": ("GNU diffutils", "3.8"),
    "text.diff": ("GNU diffutils", "3.8"),
    "text.envsubst": ("GNU gettext-runtime", "0.21"),
    "text.iconv": ("Debian GLIBC 2.36-9+deb12u4", "2.36"),
    "text.sed": ("GNU sed", "4.9"),
    "text.grep": ("GNU grep", "3.8"),
    "findutils": ("GNU findutils", "4.9.0"),
    "archive.tar": ("GNU tar", "1.34"),
    "archive.cpio": ("GNU cpio", "2.13"),
}
# Programs that put it in other words.
INTRODUCTIONS: dict[str, str] = {
    **dict.fromkeys(("awk", "mawk", "nawk"), "mawk 1.3.4 20200120"),
    "gawk": "GNU Awk 5.2.1, API 3.2, PMA Avon 8-g1, (GNU MPFR 4.2.0, GNU MP 6.2.1)",
    "dos2unix": "dos2unix 7.4.3 (2022-06-05)",
    "ed": "GNU ed 1.19",
    "less": "less 590 (GNU regular expressions)",
    "red": "GNU ed 1.19",
    "patch": "GNU patch 2.7.6",
    "strings": "GNU strings (GNU Binutils for Debian) 2.40",
    "unix2dos": "unix2dos 7.4.3 (2022-06-05)",
    **{name: f"{name} from util-linux 2.38.1" for name in ("column", "look", "more", "rev")},
}


class Entry:
    """One program: calling it runs it. `fidelity` says how true to the reference it is, `reason` why not
    exact.
    """

    __slots__ = ("fidelity", "names", "options", "reason", "run")

    def __init__(
        self,
        names: tuple[str, ...],
        run: Program,
        options: Options | None,
        fidelity: Fidelity,
        reason: str,
    ) -> None:
        self.names, self.run, self.options = names, run, options
        self.fidelity, self.reason = fidelity, reason

    def __call__(self, process: Process) -> int:
        """Run the program. `--help` alone shows its usage; an OSError that it lets through gives status 1."""
        if self.fidelity is not Fidelity.EXACT:
            process.system.fidelity.note(self.fidelity, self.reason or f"{program_name(process)} is modelled")
        if (
            self.options is not None
            and process.argv[1:] in (["--help"], ["--version"])
            and self.introduce(process)
        ):
            return 0
        try:
            return self.run(process)
        except OSError as error:
            process.error(f"{error.filename}: {strerror(error)}" if error.filename else strerror(error))
            return 1

    def introduce(self, process: Process) -> bool:
        """Answer `--help`, and of GNU's programs `--version`; False when the program has no such option."""
        busybox, name = is_busybox(process), program_name(process)
        assert self.options is not None
        if process.argv[1] == "--help":
            out = process.stderr if busybox else process.stdout
            out.write(self.options.describe(name, busybox=busybox))
            return True
        if not busybox and name in INTRODUCTIONS:
            process.stdout.write(f"{INTRODUCTIONS[name]}\n")
            return True
        module = LOCATIONS.get(name, "")
        version = VERSIONS.get(module) or VERSIONS.get(module.partition(".")[0])
        if busybox or version is None:
            return False
        process.stdout.write(f"{name} ({version[0]}) {version[1]}\n")
        return True


PROGRAMS: dict[str, Entry] = {}


def program(
    *names: str,
    options: Options | None = None,
    fidelity: Fidelity = Fidelity.EXACT,
    reason: str = "",
) -> Callable[[Program], Program]:
    """Register a function as the program of these names.

    `options` gives it `--help`; leave it out where `--help` is an ordinary word (echo, true, test).
    """

    def register(run: Program) -> Program:
        entry = Entry(names, run, options, fidelity, reason)
        for name in names:
            PROGRAMS[name] = entry
        return run

    return register


def lookup(name: str) -> Entry | None:
    """The program of this name (without directory), or None. Imports the module that holds it, once."""
    entry = PROGRAMS.get(name)
    if entry is None:
        module = LOCATIONS.get(name)
        if module is None:
            return None
        import_module(f"minibuild.programs.{module}")
        entry = PROGRAMS.get(name)
    return entry
