"""getconf and locale: what the C library says of the system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import die, encode
from minibuild.programs.options import Options
from minibuild.programs.registry import program
from minibuild.programs.system.machine import memory, processors

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

GETCONF = Options(
    "av:",
    usage="[-v specification] variable_name [pathname]",
    help="Get the configuration value for variable",
    points_to_help=False,
    failure=2,
)
LOCALE = Options(
    "amckv",
    long={"all-locales": "a", "charmaps": "m", "category-name": "c", "keyword-name": "k", "verbose": "v"},
    usage="[OPTION...] NAME\n  or:  locale [OPTION...] [-a|-m]",
    help="Get locale-specific information.",
)
# What x86-64 Linux with a C library answers; None: "undefined".
CONSTANTS: dict[str, str | None] = {
    "ARG_MAX": "2097152", "CHAR_BIT": "8", "CHILD_MAX": None, "CLK_TCK": "100", "HOST_NAME_MAX": "64",
    "INT_MAX": "2147483647", "INT_MIN": "-2147483648", "IOV_MAX": "1024", "LINE_MAX": "2048",
    "LINK_MAX": "127", "LOGIN_NAME_MAX": "256", "LONG_BIT": "64", "LONG_MAX": "9223372036854775807",
    "NAME_MAX": "255", "NGROUPS_MAX": "65536", "OPEN_MAX": "1024", "PAGESIZE": "4096", "PAGE_SIZE": "4096",
    "PATH": "/bin:/usr/bin", "PATH_MAX": "4096", "PIPE_BUF": "4096", "SSIZE_MAX": "32767",
    "UINT_MAX": "4294967295", "UIO_MAXIOV": "1024", "ULONG_MAX": "18446744073709551615", "WORD_BIT": "32",
    "_POSIX_VERSION": "200809", "_POSIX2_VERSION": "200809", "POSIX_V6_LP64_OFF64": "1",
    "POSIX_V7_LP64_OFF64": "1", "LFS_CFLAGS": "", "LFS64_CFLAGS": "-D_LARGEFILE64_SOURCE", "LFS_LDFLAGS": "",
    "LFS_LIBS": "", "RE_DUP_MAX": "32767", "SYMLOOP_MAX": None, "LEVEL1_DCACHE_LINESIZE": "64",
    "LEVEL1_DCACHE_SIZE": "32768", "LEVEL2_CACHE_SIZE": "1048576",
}  # fmt: skip
_CATEGORIES = (
    "LC_CTYPE LC_NUMERIC LC_TIME LC_COLLATE LC_MONETARY LC_MESSAGES LC_PAPER LC_NAME LC_ADDRESS"
    " LC_TELEPHONE LC_MEASUREMENT LC_IDENTIFICATION"
)
CATEGORIES = _CATEGORIES.split()


@program("getconf", options=GETCONF)
def getconf(process: Process) -> int:
    """`getconf NAME`: 2 for a name that nobody knows."""
    opts, operands = GETCONF.parse(process)
    count = str(processors(process))
    pages = str(memory(process).get("MemTotal", 0) // 4)
    values: dict[str, str | None] = {
        **CONSTANTS,
        **dict.fromkeys(
            ("_NPROCESSORS_ONLN", "_NPROCESSORS_CONF", "NPROCESSORS_ONLN", "NPROCESSORS_CONF"), count
        ),
        **dict.fromkeys(("_PHYS_PAGES", "_AVPHYS_PAGES"), pages),
    }
    if process.view.exists("/lib64/ld-linux-x86-64.so.2"):
        values |= {"GNU_LIBC_VERSION": "glibc 2.36", "GNU_LIBPTHREAD_VERSION": "NPTL 2.36"}
    if "a" in opts:
        process.stdout.write(encode("".join(f"{name:<34} {value or ''}\n" for name, value in values.items())))
        return 0
    if not operands:
        GETCONF.fail(process)
    name = operands[0]
    if name not in values:
        die(process, f"Unrecognized variable `{name}'", 2)
    value = values[name]
    process.stdout.write(encode(("undefined" if value is None else value) + "\n"))
    return 0


@program("locale", options=LOCALE)
def locale(process: Process) -> int:
    """`locale`, `locale -a`: the settings of the environment, the locales that the image has."""
    opts, operands = LOCALE.parse(process)
    if "a" in opts:
        process.stdout.write(encode("".join(f"{name}\n" for name in installed(process))))
        return 0
    if "m" in opts:
        process.stdout.write("ANSI_X3.4-1968\nISO-8859-1\nUTF-8\n")
        return 0
    env = process.env
    if operands:
        charmap = (
            "UTF-8" if "UTF" in (env.get("LC_ALL") or env.get("LANG") or "").upper() else "ANSI_X3.4-1968"
        )
        process.stdout.write("".join(f"{charmap if word == 'charmap' else ''}\n" for word in operands))
        return 0
    lang, everything = env.get("LANG", ""), env.get("LC_ALL", "")
    lines = [f"LANG={lang}", f"LANGUAGE={env.get('LANGUAGE', '')}"]
    for name in CATEGORIES:
        own = env.get(name)
        lines.append(
            f"{name}={own}" if own and not everything else f'{name}="{everything or own or lang or "POSIX"}"'
        )
    process.stdout.write(encode("\n".join([*lines, f"LC_ALL={everything}"]) + "\n"))
    return 0


def installed(process: Process) -> list[str]:
    """The locales under /usr/lib/locale, and those that need no file."""
    names = {"C", "C.utf8", "POSIX"}
    view = process.view
    if view.is_dir("/usr/lib/locale"):
        names.update(name for name, stat in view.scandir("/usr/lib/locale") if stat.kind == "dir")
    return sorted(names)
