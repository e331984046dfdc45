"""What programs say of the machine, its processes, network, libraries and configuration."""

import hashlib
import hmac
import struct

import pytest
from programs_machine import busybox, gnu

from minibuild.filesystem import Credentials, OpaqueContent
from minibuild.filesystem.content import opaque_word
from minibuild.filesystem.opaque import opaque_file, origin_of
from minibuild.kernel.fidelity import Fidelity, FidelityError
from minibuild.programs.registry import LOCATIONS
from minibuild.programs.system.elf import needed_libraries


@pytest.mark.parametrize(
    ("command", "out"),
    [
        ("uname", "Linux\n"),
        ("uname -m", "x86_64\n"),
        ("uname -n", "buildkitsandbox\n"),
        ("uname -sm", "Linux x86_64\n"),
        ("arch", "x86_64\n"),
        ("hostname", "buildkitsandbox\n"),
        ("nproc", "2\n"),
        ("nproc --ignore=5", "1\n"),
        ("getconf _NPROCESSORS_ONLN", "2\n"),
        ("getconf PAGE_SIZE", "4096\n"),
        ("clear", "\x1b[H\x1b[J"),
        ("mountpoint /", "/ is a mountpoint\n"),
        ("mount", "overlay on / type overlay (rw,relatime)\n"),
        ("which cat", "/bin/cat\n"),
    ],
)
def test_facts(command, out):
    ran = busybox().run(command)
    assert (ran.status, ran.out) == (0, out)


def test_what_a_container_may_not_do():
    ran = busybox().run(
        "hostname x", "mount /dev/null /w", "umount /", "dmesg", "tty", "stty", "which nope", "logname"
    )
    assert ran.statuses == [1, 1, 1, 1, 1, 1, 1, 1]
    assert "hostname: sethostname: Operation not permitted\n" in ran.err
    assert "stty: standard input: Inappropriate ioctl for device\n" in ran.err


def test_nproc_of_gnu_obeys_openmp():
    assert gnu().run("nproc", env={"OMP_NUM_THREADS": "7"}).out == "7\n"


def test_sysctl_reads_proc():
    machine = busybox()
    machine.filesystem.write_file("/proc/sys/kernel/ostype", b"Linux\n")
    ran = machine.run(
        "sysctl kernel.ostype", "sysctl -n kernel.ostype", "sysctl a.b", "sysctl -w kernel.ostype=x"
    )
    assert ran.out == "kernel.ostype = Linux\nLinux\n"
    assert ran.statuses == [0, 0, 1, 1]


def test_locale_tells_the_environment():
    ran = gnu().run("locale", "locale -a", env={"LANG": "C.UTF-8"})
    assert ran.out.startswith('LANG=C.UTF-8\nLANGUAGE=\nLC_CTYPE="C.UTF-8"\n')
    assert ran.out.endswith("LC_ALL=\nC\nC.utf8\nPOSIX\n")


def test_processes_are_listed_and_ended():
    script = (
        "sleep 100 & ps -o pid,comm | tail -n +2 | grep -c sleep;"
        "pgrep sleep >/dev/null; echo $?; pkill sleep; wait $!; echo $?"
    )
    ran = busybox().run(["sh", "-c", script], "pidof nope", "killall nope", "pgrep nope", "ps -o zz")
    assert ran.out == "1\n0\n143\n"
    assert ran.statuses[1:] == [1, 1, 1, 1]
    assert "killall: nope: no process killed\n" in ran.err
    shown = busybox().run("ps").out.splitlines()
    assert shown[0] == "PID   USER     TIME  COMMAND" or shown[0].split() == [
        "PID",
        "USER",
        "TIME",
        "COMMAND",
    ]
    assert gnu().run("ps aux").out.split()[:3] == ["USER", "PID", "%CPU"]


def test_killall_ends_by_name():
    script = "sleep 100 & killall -9 sleep; wait $!; echo $?"
    assert busybox().run(["sh", "-c", script]).out == "137\n"


def test_ip_is_modelled():
    machine = busybox()
    shown = machine.run("ip addr", "ip route", "ip link set lo down")
    assert "inet 172.17.0.2/16" in shown.out
    assert "default via 172.17.0.1 dev eth0 \n" in shown.out
    assert shown.statuses == [0, 0, 2]
    assert machine.system.fidelity.level is Fidelity.MODELLED
    with pytest.raises(FidelityError):
        machine.run("ip addr", limit=Fidelity.EXACT)


def test_ldd_reads_elf_files():
    machine = gnu()
    machine.filesystem.write_file("/w/script", b"#!/bin/sh\n")
    machine.filesystem.write_file("/lib64/ld-linux-x86-64.so.2", b"\x7fELF")
    machine.filesystem.write_file("/lib/x86_64-linux-gnu/libc.so.6", b"\x7fELF")
    ran = machine.run("ldd /bin/cat", "ldd script", "ldd /nope", "ldd")
    assert ran.statuses == [0, 1, 1, 1]
    assert "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x" in ran.out
    assert ran.err.startswith("\tnot a dynamic executable\nldd: /nope: No such file or directory\n")


def test_openssl_digests():
    machine = gnu()
    machine.filesystem.write_file("/w/f", b"hello\n")
    sum256 = hashlib.sha256(b"hello\n").hexdigest()
    ran = machine.run(
        "openssl dgst -sha256 f",
        "openssl sha256 -r f",
        "openssl dgst -md5 -hex f",
        "openssl dgst -sha256 -hmac k f",
    )
    assert ran.out.splitlines() == [
        f"SHA2-256(f)= {sum256}",
        f"{sum256} *f",
        f"MD5(f)= {hashlib.md5(b'hello' + bytes([10])).hexdigest()}",
        f"HMAC-SHA2-256(f)= {hmac.digest(b'k', b'hello' + bytes([10]), 'sha256').hex()}",
    ]
    assert machine.system.fidelity.level is Fidelity.EXACT


def test_openssl_draws_and_encodes():
    ran = gnu().run(
        "openssl rand -hex 4",
        "openssl rand -hex 4",
        "openssl passwd -6 -salt ab cd",
        "openssl base64",
        stdin=b"hello",
    )
    first, second, hashed, encoded = ran.out.split()
    assert len(first) == len(second) == 8
    assert first != second
    assert hashed.startswith("$6$ab$ddhHC1/")
    assert encoded == "aGVsbG8="
    ran = gnu().run("openssl zz", "openssl dgst -zz", "openssl dgst /nope", "openssl version")
    assert ran.statuses == [1, 1, 1, 0]
    assert ran.err.startswith("Invalid command 'zz'; type \"help\" for a list.\n")


def test_openssl_keys_are_modelled():
    machine = gnu()
    ran = machine.run("openssl req -x509 -nodes -newkey rsa:2048 -subj /CN=x -keyout k.pem -out c.pem")
    assert ran.status == 0
    assert machine.text("/w/k.pem").startswith("-----BEGIN PRIVATE KEY-----\n")
    assert machine.text("/w/c.pem").startswith("-----BEGIN CERTIFICATE-----\n")
    assert machine.mode("/w/k.pem") == 0o600
    assert machine.system.fidelity.level is Fidelity.MODELLED


def unknown(machine):
    from minibuild.catalogue.executable import executable

    machine.filesystem.write_file("/bin/frobnicate", executable("frobnicate", "acme"), mode=0o755)
    return machine


def test_an_unknown_program_is_an_error_by_default():
    with pytest.raises(FidelityError, match="what frobnicate does is not known"):
        unknown(busybox()).run("frobnicate")


def test_an_unknown_program_leaves_its_place_and_outputs_opaque():
    machine = unknown(busybox())
    machine.filesystem.mkdir("/w/src/sub")
    machine.filesystem.mkdir("/opt")
    machine.filesystem.write_file("/w/src/known", b"kept")
    ran = machine.run(
        "frobnicate -o /w/out.bin --prefix=/opt/tool in.c", cwd="/w/src", limit=Fidelity.ASSUMED
    )
    assert (ran.status, ran.out) == (0, "")
    node = machine.filesystem.node
    assert origin_of(node("/w/src")) == origin_of(node("/w/src/sub")) == "output of frobnicate"
    assert isinstance(node("/w/out.bin").content, OpaqueContent)
    assert origin_of(node("/opt/tool"))
    assert machine.text("/w/src/known") == "kept"
    assert "what frobnicate does is not known" in machine.system.fidelity.reasons[0]


def test_what_an_unknown_program_made_is_found_when_it_is_used():
    machine = unknown(busybox())
    machine.filesystem.mkdir("/w/src")
    ran = machine.run("frobnicate", "cp dist/app /w/app", cwd="/w/src", limit=Fidelity.ASSUMED)
    assert ran.statuses == [0, 0]
    assert isinstance(machine.filesystem.node("/w/app").content, OpaqueContent)


def test_an_unknown_program_touches_nothing_that_its_user_may_not():
    machine = unknown(busybox())
    ran = machine.run(
        "frobnicate -o /etc/x", cwd="/etc", user=Credentials(1000, 1000), limit=Fidelity.ASSUMED
    )
    assert ran.status == 0
    assert not origin_of(machine.filesystem.node("/etc"))
    assert not machine.filesystem.view().exists("/etc/x")


def test_an_unknown_program_drains_its_input():
    ran = unknown(busybox()).run(
        ["sh", "-c", "set -o pipefail; seq 50000 | frobnicate; echo $?"], limit=Fidelity.ASSUMED
    )
    assert ran.status == 0


@pytest.mark.parametrize(
    "command",
    ["head -n {}", "sleep {}", "date -d @{}", "touch -d {} f", "expr {} + 1", "truncate -s {} f", "seq {}"],
)
def test_a_word_that_nobody_knows_is_taken_for_a_right_one(command):
    machine = busybox()
    ran = machine.run(command.format(opaque_word("content of x")), limit=Fidelity.ASSUMED)
    assert ran.status == 0
    assert machine.system.fidelity.level is Fidelity.ASSUMED


def test_question_mark_is_no_command():
    assert LOCATIONS["?"] == "opaque"


def elf(*needed):
    """A small ELF-64 file that needs these libraries: header, two program headers, strings, a dynamic
    section.
    """
    strings = b"\0" + b"".join(name.encode() + b"\0" for name in needed)
    table = 64 + 2 * 56
    dynamic = table + len(strings)
    rows, at = [], 1
    for name in needed:
        rows.append(struct.pack("<qQ", 1, at))
        at += len(name) + 1
    rows += [struct.pack("<qQ", 5, table), struct.pack("<qQ", 0, 0)]
    size = dynamic + len(b"".join(rows))
    header = (
        b"\x7fELF\x02\x01\x01"
        + bytes(9)
        + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    )
    load = struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, size, size, 4096)
    section = struct.pack("<IIQQQQQQ", 2, 6, dynamic, dynamic, 0, 16 * len(rows), 0, 8)
    return header + load + section + strings + b"".join(rows)


def test_needed_libraries_of_an_elf_file():
    assert needed_libraries(elf("libz.so.1", "libc.so.6")) == ["libz.so.1", "libc.so.6"]
    assert needed_libraries(b"\x7fELF") == []
    machine = gnu()
    machine.filesystem.write_file("/w/prog", elf("libz.so.1"), mode=0o755)
    machine.filesystem.write_file("/usr/lib/x86_64-linux-gnu/libz.so.1", b"\x7fELF")
    machine.filesystem.write_file("/w/damaged", elf("libz.so.1")[:100], mode=0o755)
    ran = machine.run("ldd prog", "ldd damaged", "ldd prog damaged")
    assert ran.out.startswith("\tlibz.so.1 => /usr/lib/x86_64-linux-gnu/libz.so.1 (0x")
    assert "\tstatically linked\n" in ran.out
    assert "prog:\n" in ran.out


def test_what_an_unknown_file_needs_is_taken_to_be_there():
    machine = gnu()
    machine.filesystem.place("/w/prog", opaque_file("content of x"))
    ran = machine.run(["sh", "-c", "ldd prog | grep -c 'not found'"], limit=Fidelity.ASSUMED)
    assert ran.out == "0\n"


def test_busybox_introduces_itself():
    ran = busybox().run("busybox", "busybox --help cat", "busybox --list-full", "busybox --install /nope")
    assert ran.statuses == [0, 0, 0, 1]
    assert "Currently defined functions:\n\t[, [[, addgroup, adduser," in ran.out
    assert "bin/cat\n" in ran.out
    assert "Usage: cat " in ran.err
