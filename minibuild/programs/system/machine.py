"""Programs about the machine: uname, hostname, arch, nproc, hostid, free, lscpu, dmesg, sysctl, getconf,
locale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import decode, die, encode, quoted
from minibuild.programs.options import Options, is_busybox, program_name
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

UNAME = Options(
    "snrvmpioa",
    long={
        "kernel-name": "s",
        "nodename": "n",
        "kernel-release": "r",
        "kernel-version": "v",
        "machine": "m",
        "processor": "p",
        "hardware-platform": "i",
        "operating-system": "o",
        "all": "a",
    },
    usage="[-amnrspvio]",
    help="Print system information\n\n\t-a\tPrint all\n\t-m\tMachine (hardware) type\n\t-n\tHostname\n"
    "\t-r\tKernel release\n\t-s\tKernel name (default)\n\t-p\tProcessor type\n\t-v\tKernel version\n"
    "\t-i\tHardware platform\n\t-o\tOS name",
    most=0,
)
HOSTNAME = Options(
    "fsidF:IA",
    long={"fqdn": "f", "long": "f", "short": "s", "ip-address": "i", "all-ip-addresses": "I", "domain": "d"},
    usage="[-sidf] [HOSTNAME | -F FILE]",
    help="Show or set hostname or DNS domain name",
)
NPROC = Options(
    "",
    long={"all": "all", "ignore=": "ignore"},
    usage="[--all] [--ignore=N]",
    help="Print number of available CPUs",
    most=0,
)
ARCH = Options("", usage="", help="Print system architecture", most=0)
FREE = Options(
    "bkmghtlw",
    long={"bytes": "b", "kibi": "k", "mebi": "m", "gibi": "g", "human": "h", "total": "t", "wide": "w"},
    usage="[-bkmgh]",
    help="Display free and used memory",
)
DMESG = Options(
    "cn:s:rTHxL", usage="[-cr] [-n LEVEL] [-s SIZE]", help="Print or control the kernel ring buffer"
)
SYSCTL = Options(
    "neqwapAN",
    long={"system": "system", "load=?": "p"},
    usage="-p [-enq] [FILE...] / [-enqaw] [KEY[=VALUE]]...",
    help="Show/set kernel parameters",
)
LSCPU = Options("aebcp::xJ", usage="[options]", help="Display information about the CPU architecture")
RELEASE, VERSION, MACHINE = "6.1.0", "#1 SMP", "x86_64"


@program("uname", options=UNAME)
def uname(process: Process) -> int:
    """`uname [-amnrspvio]`: the machine that is simulated, not the one that simulates."""
    opts, _ = UNAME.parse(process)
    fields = {
        "s": "Linux", "n": process.system.hostname, "r": RELEASE, "v": VERSION, "m": MACHINE,
        "p": "unknown", "i": "unknown", "o": "GNU/Linux" if not is_busybox(process) else "Linux",
    }  # fmt: skip
    chosen = [key for key in fields if key in opts]
    if "a" in opts:
        chosen = [key for key in fields if fields[key] != "unknown"]
    process.stdout.write(" ".join(fields[key] for key in chosen or ["s"]) + "\n")
    return 0


@program("arch", options=ARCH)
def arch(process: Process) -> int:
    """`arch`"""
    ARCH.parse(process)
    process.stdout.write(MACHINE + "\n")
    return 0


@program("hostname", "dnsdomainname", options=HOSTNAME)
def hostname(process: Process) -> int:
    """`hostname [-sidf]`; a container may not set it."""
    opts, operands = HOSTNAME.parse(process)
    name = process.system.hostname
    if operands or "F" in opts:
        die(process, "sethostname: Operation not permitted", 1, "you must be root to change the host name")
    if program_name(process) == "dnsdomainname" or "d" in opts:
        process.stdout.write(name.partition(".")[2] + "\n" if "." in name else "")
    elif opts.any("i", "I"):
        found = _own_addresses(process, everything="I" in opts)
        end = " \n" if "I" in opts else "\n"
        process.stdout.write(" ".join(found) + end)
    else:
        process.stdout.write((name.partition(".")[0] if "s" in opts else name) + "\n")
    return 0


def _own_addresses(process: Process, *, everything: bool) -> list[str]:
    """The machine's addresses but lo's; those of its name unless it wants `everything`."""
    if process.system.namespace is None:
        return ["127.0.0.1"]
    from minibuild.programs.network.space import addresses_of  # few ask

    if not everything:
        return addresses_of(process, process.system.hostname)[:1]
    found = [one for one in process.system.namespace.interfaces() if one.kind != "loopback"]
    return [address.partition("/")[0] for one in found for address in one.addresses]


@program("hostid")
def hostid(process: Process) -> int:
    """`hostid`: of a machine whose address is 127.0.0.1."""
    process.stdout.write("007f0100\n")
    return 0


def kernel_file(process: Process, path: str) -> str:
    """A file of /proc or /sys; empty when it is not there."""
    try:
        return decode(process.view.read_bytes(path))
    except OSError:
        return ""


def processors(process: Process) -> int:
    """How many processors are online, by /sys."""
    first, _, last = kernel_file(process, "/sys/devices/system/cpu/online").strip().partition("-")
    return int(last or first) - int(first) + 1 if (last or first).isdigit() and first.isdigit() else 1


@program("nproc", options=NPROC)
def nproc(process: Process) -> int:
    """`nproc [--all] [--ignore=N]`; OMP_NUM_THREADS counts for GNU's."""
    opts, _ = NPROC.parse(process)
    count = processors(process)
    threads = process.env.get("OMP_NUM_THREADS", "")
    if threads.isdigit() and int(threads) and "all" not in opts and not is_busybox(process):
        count = int(threads)
    ignored = opts.text("ignore", "0")
    if not ignored.isdigit():
        die(process, f"invalid number '{ignored}'", 1, f"invalid number: {quoted(ignored)}")
    process.stdout.write(f"{max(1, count - int(ignored))}\n")
    return 0


def memory(process: Process) -> dict[str, int]:
    """/proc/meminfo in kB."""
    rows = (line.split() for line in kernel_file(process, "/proc/meminfo").splitlines())
    return {row[0].rstrip(":"): int(row[1]) for row in rows if len(row) > 1 and row[1].isdigit()}


@program("free", options=FREE)
def free(process: Process) -> int:
    """`free [-bkmgh]`"""
    opts, _ = FREE.parse(process)
    sizes = memory(process)
    unit = {"b": 1 / 1024, "m": 1024, "g": 1024 * 1024}.get(opts.last("b", "k", "m", "g") or "k", 1)
    total, unused = sizes.get("MemTotal", 0), sizes.get("MemFree", 0)
    row = [total, total - unused, unused, 0, 0, sizes.get("MemAvailable", unused)]
    shown = " ".join(f"{int(value / unit):11d}" for value in row)
    process.stdout.write("              total        used        free      shared  buff/cache   available\n")
    process.stdout.write(f"Mem:    {shown}\nSwap:   {0:11d} {0:11d} {0:11d}\n")
    return 0


@program("lscpu", options=LSCPU)
def lscpu(process: Process) -> int:
    """`lscpu`"""
    LSCPU.parse(process)
    count = processors(process)
    rows = {
        "Architecture": MACHINE,
        "CPU op-mode(s)": "32-bit, 64-bit",
        "Byte Order": "Little Endian",
        "CPU(s)": str(count),
        "On-line CPU(s) list": f"0-{count - 1}" if count > 1 else "0",
        "Vendor ID": "GenuineIntel",
        "Model name": "Simulated CPU",
        "Thread(s) per core": "1",
        "Core(s) per socket": str(count),
        "Socket(s)": "1",
    }
    process.stdout.write("".join(f"{name + ':':<33}{value}\n" for name, value in rows.items()))
    return 0


@program("dmesg", options=DMESG)
def dmesg(process: Process) -> int:
    """`dmesg`: a container may not read the kernel's messages."""
    DMESG.parse(process)
    die(process, "klogctl: Operation not permitted", 1, "read kernel buffer failed: Operation not permitted")


@program("sysctl", options=SYSCTL)
def sysctl(process: Process) -> int:
    """`sysctl [-enqaw] KEY[=VALUE]...`: what /proc/sys holds; a container can't change it."""
    opts, operands = SYSCTL.parse(process)
    status = 0
    for word in operands if not opts.any("p", "system") else []:
        key, equals, _ = word.partition("=")
        path = "/proc/sys/" + key.replace(".", "/")
        if equals:
            process.error(f"error setting key '{key}': Read-only file system")
            status = 1
            continue
        if not process.view.exists(path):
            if "e" not in opts:
                words = f"cannot stat {path}: No such file or directory"
                process.error(f"error: '{key}' is an unknown key" if is_busybox(process) else words)
                status = 1
            continue
        value = kernel_file(process, path).strip()
        process.stdout.write(encode(f"{value}\n" if "n" in opts else f"{key} = {value}\n"))
    return status
