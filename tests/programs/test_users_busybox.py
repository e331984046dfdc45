"""Accounts as busybox keeps them: adduser, addgroup, deluser, delgroup, passwd, chpasswd; id and its kin."""

import pytest
from programs_machine import busybox

from minibuild.filesystem import Credentials
from minibuild.programs.users.crypt import crypt

ALICE = Credentials(1000, 1000, (1000,))


def last(machine, path):
    return machine.text(path).splitlines()[-1]


def test_adduser_makes_user_group_and_home():
    machine = busybox()
    machine.filesystem.write_file("/etc/skel/.profile", b"x")
    assert machine.run("adduser -D app").status == 0
    assert last(machine, "/etc/passwd") == "app:x:1000:1000:Linux User,,,:/home/app:/bin/sh"
    assert last(machine, "/etc/group") == "app:x:1000:"
    assert last(machine, "/etc/shadow") == "app:!:19675:0:99999:7:::"
    assert (machine.mode("/home/app"), machine.owner("/home/app")) == (0o2755, (1000, 1000))
    assert machine.owner("/home/app/.profile") == (1000, 1000)


def test_adduser_of_the_system():
    machine = busybox()
    ran = machine.run(
        "addgroup -S www", "adduser -SDH -G www -s /sbin/nologin -g web -h /srv www", "adduser -SD x"
    )
    assert ran.statuses == [0, 0, 0]
    assert "www:x:100:101:web:/srv:/sbin/nologin" in machine.text("/etc/passwd")
    assert "www:x:101:www" in machine.text("/etc/group")
    assert last(machine, "/etc/passwd") == "x:x:101:65534:Linux User,,,:/home/x:/bin/false"


@pytest.mark.parametrize(
    ("command", "err"),
    [
        ("adduser -D root", "adduser: user 'root' in use\n"),
        ("adduser -D -u 1 x", "adduser: uid '1' in use\n"),
        ("adduser -D -G nope x", "adduser: unknown group nope\n"),
        ("adduser -D users", "adduser: group 'users' in use\n"),
        ("addgroup root", "addgroup: group 'root' in use\n"),
        ("addgroup -g 0 x", "addgroup: gid '0' in use\n"),
        ("addgroup nope root", "addgroup: unknown user nope\n"),
        ("deluser nope", "deluser: unknown user nope\n"),
        ("delgroup nope", "delgroup: unknown group nope\n"),
        ("delgroup daemon", "delgroup: 'daemon' still has 'daemon' as their primary group!\n"),
    ],
)
def test_refusals(command, err):
    ran = busybox().run(command)
    assert (ran.status, ran.err) == (1, err)


def test_only_root_changes_accounts():
    ran = busybox().run("adduser -D x", "addgroup x", "deluser daemon", user=ALICE)
    assert ran.statuses == [1, 1, 1]
    assert ran.err.splitlines()[0] == "adduser: permission denied (are you root?)"


def test_members_come_and_go():
    machine = busybox()
    machine.run("addgroup -g 50 g", "addgroup daemon g", "adduser nobody g", "addgroup daemon g")
    assert last(machine, "/etc/group") == "g:x:50:daemon,nobody"
    assert machine.run("delgroup daemon g", "deluser nobody g").statuses == [0, 0]
    assert last(machine, "/etc/group") == "g:x:50:"


def test_deluser_takes_its_group_and_home():
    machine = busybox()
    machine.run("adduser -D app", "addgroup app users")
    before = machine.text("/etc/passwd")
    assert machine.run("deluser --remove-home app").status == 0
    assert "app" not in machine.text("/etc/passwd") + machine.text("/etc/group") + machine.text("/etc/shadow")
    assert machine.text("/etc/passwd-") == before
    assert "home/app" not in machine.paths("")


def test_id_and_its_kin():
    machine = busybox()
    machine.run("addgroup -g 50 g", "addgroup daemon g")
    ran = machine.run(
        "id", "id daemon", "id -u daemon", "id -Gn daemon", "id -gn", "whoami", "groups daemon", "id nope"
    )
    assert ran.out == (
        "uid=0(root) gid=0(root) groups=0(root)\n"
        "uid=1(daemon) gid=1(daemon) groups=1(daemon),50(g)\n1\ndaemon g\n"
        "root\nroot\ndaemon g\n"
    )
    assert ran.err == "id: unknown user nope\n"
    ran = machine.run("id", "whoami", "id -un", user=ALICE)
    assert ran.out == "uid=1000 gid=1000 groups=1000\n1000\n"
    assert ran.statuses == [0, 1, 1]


def test_chpasswd_writes_hashes_that_verify():
    machine = busybox()
    ran = machine.run("chpasswd", stdin=b"root:secret\n")
    assert (ran.status, ran.err) == (0, "chpasswd: password for 'root' changed\n")
    stored = machine.text("/etc/shadow").splitlines()[0].split(":")[1]
    _, kind, salt, _ = stored.split("$")
    assert stored == crypt(b"secret", kind, salt)
    machine.run("chpasswd -e", stdin=b"root:given\n")
    assert machine.text("/etc/shadow").startswith("root:given:")
    ran = machine.run("chpasswd", stdin=b"nope:x\n")
    assert (ran.status, ran.err) == (1, "chpasswd: unknown user nope\n")


def test_passwd_locks_and_asks():
    machine = busybox()
    ran = machine.run("passwd -l root", "passwd -l root", "passwd -u root", "passwd -d daemon")
    assert ran.err == (
        "passwd: password for root changed by root\npasswd: password for root is already locked\n"
        "passwd: password for root changed by root\npasswd: password for daemon changed by root\n"
    )
    assert machine.text("/etc/shadow").startswith("root:*:")
    assert "daemon::" in machine.text("/etc/shadow")
    assert machine.run("passwd root", stdin=b"a\nb\n").status == 1
    assert machine.run("passwd root", stdin=b"a\na\n").status == 0
    assert machine.text("/etc/shadow").startswith("root:$6$")


def test_password_hashes_are_those_of_crypt():
    assert crypt(b"cd", "1", "ab") == "$1$ab$aHXBIHBBaJnA3bcewAfbB1"
    assert crypt(b"cd", "apr1", "ab") == "$apr1$ab$dFUk1JIpwdeGrEipdBN0I1"
    assert crypt(b"cd", "5", "ab") == "$5$ab$oplBcbOlKzJa8FtVDAey6/EULWLWNu41Nx2g3aOzzP9"
    assert crypt(b"cd", "6", "ab") == (
        "$6$ab$ddhHC1/HkBnaB4hDWMT.uA7ZTFHSGnMB1ABigJfi0OMqSCj1XEFv1zN5zfjGY.9IU24/oSzO4XurxReiaZaQZ1"
    )
    assert crypt(b"", "6", "saltstring", 1400).startswith("$6$rounds=1400$saltstring$")
    assert busybox().run("mkpasswd -m md5 -S ab cd").out == "$1$ab$aHXBIHBBaJnA3bcewAfbB1\n"


def test_nologin_refuses():
    ran = busybox().run("nologin")
    assert (ran.status, ran.out) == (1, "This account is not available\n")
