"""Accounts as Debian keeps them: useradd and its kin of shadow-utils, and Debian's own adduser."""

import pytest
from programs_machine import gnu

from minibuild.filesystem import Credentials

ALICE = Credentials(1000, 1000, (1000,))
LOGIN_DEFS = b"UID_MIN 1000\nUID_MAX 60000\nUSERGROUPS_ENAB yes\nHOME_MODE 0700\nUMASK 022\n"


def machine_with_defaults():
    machine = gnu()
    machine.filesystem.write_file("/etc/login.defs", LOGIN_DEFS)
    machine.filesystem.write_file("/etc/default/useradd", b"SHELL=/bin/sh\nSKEL=/etc/skel\n")
    machine.filesystem.write_file("/etc/skel/.bashrc", b"x")
    machine.filesystem.write_file("/etc/gshadow", b"root:*::\nusers:*::\n")
    machine.filesystem.write_file("/etc/subuid", b"")
    machine.filesystem.write_file("/etc/subgid", b"")
    return machine


def last(machine, path):
    return machine.text(path).splitlines()[-1]


def test_useradd_makes_user_group_and_home():
    machine = machine_with_defaults()
    ran = machine.run(["useradd", "-m", "-s", "/bin/bash", "-G", "users", "-c", "The App", "app"])
    assert (ran.status, ran.out, ran.err) == (0, "", "")
    assert last(machine, "/etc/passwd") == "app:x:1000:1000:The App:/home/app:/bin/bash"
    assert last(machine, "/etc/group") == "app:x:1000:"
    assert "users:x:100:app" in machine.text("/etc/group")
    assert last(machine, "/etc/shadow") == "app:!:19675:0:99999:7:::"
    assert "users:*::app" in machine.text("/etc/gshadow")
    assert (last(machine, "/etc/subuid"), last(machine, "/etc/subgid")) == (
        "app:100000:65536",
        "app:100000:65536",
    )
    assert (machine.mode("/home/app"), machine.owner("/home/app/.bashrc")) == (0o700, (1000, 1000))


def test_useradd_of_the_system_counts_down():
    machine = machine_with_defaults()
    ran = machine.run(
        "groupadd -r db", "useradd -r -g db -d /var/lib/db -s /usr/sbin/nologin db", "useradd -r other"
    )
    assert ran.statuses == [0, 0, 0]
    assert "db:x:999:999::/var/lib/db:/usr/sbin/nologin" in machine.text("/etc/passwd")
    assert last(machine, "/etc/passwd") == "other:x:998:998::/home/other:/bin/sh"
    assert not machine.filesystem.view().exists("/home/other")
    assert last(machine, "/etc/shadow").startswith("other:!:19675::::::")


@pytest.mark.parametrize(
    ("command", "status", "err"),
    [
        ("useradd root", 9, "useradd: user 'root' already exists\n"),
        ("useradd -u 1 x", 4, "useradd: UID 1 is not unique\n"),
        ("useradd -g nope x", 6, "useradd: group 'nope' does not exist\n"),
        ("useradd -G nope,root x", 6, "useradd: group 'nope' does not exist\n"),
        ("useradd a:b", 3, "useradd: invalid user name 'a:b': use --badname to ignore\n"),
        ("groupadd root", 9, "groupadd: group 'root' already exists\n"),
        ("groupadd -g 0 x", 4, "groupadd: GID '0' already exists\n"),
        ("groupadd -f root", 0, ""),
        ("usermod nope", 6, "usermod: user 'nope' does not exist\n"),
        ("usermod -aG nope root", 6, "usermod: group 'nope' does not exist\n"),
        ("userdel nope", 6, "userdel: user 'nope' does not exist\n"),
        ("groupdel nope", 6, "groupdel: group 'nope' does not exist\n"),
        ("groupdel daemon", 8, "groupdel: cannot remove the primary group of user 'daemon'\n"),
        ("gpasswd -a nope users", 3, "gpasswd: user 'nope' does not exist\n"),
        ("chage -d 0 nope", 1, "chage: user 'nope' does not exist in /etc/passwd\n"),
    ],
)
def test_refusals(command, status, err):
    ran = machine_with_defaults().run(command)
    assert (ran.status, ran.err) == (status, err)


def test_a_wrong_option_shows_the_usage():
    ran = gnu().run("useradd --nope x")
    assert ran.status == 2
    assert ran.err.startswith("useradd: unrecognized option '--nope'\nUsage: useradd [options] LOGIN\n")


def test_only_root_can_lock_the_files():
    ran = machine_with_defaults().run("useradd x", "groupadd x", user=ALICE)
    assert ran.statuses == [1, 10]
    assert ran.err == (
        "useradd: Permission denied.\nuseradd: cannot lock /etc/passwd; try again later.\n"
        "groupadd: Permission denied.\ngroupadd: cannot lock /etc/group; try again later.\n"
    )


def test_usermod_changes_what_it_is_told():
    machine = machine_with_defaults()
    machine.run("useradd -m app")
    ran = machine.run(
        "usermod -aG users app",
        "usermod -s /bin/zsh -c New app",
        "usermod -u 1234 app",
        "groupmod -g 1234 app",
        "usermod -L app",
        "usermod -d /srv/app -m app",
    )
    assert ran.statuses[:5] == [0] * 5
    assert "users:x:100:app" in machine.text("/etc/group")
    assert "app:x:1234:1234:New:" in machine.text("/etc/passwd")
    assert machine.text("/etc/shadow").splitlines()[-1].startswith("app:!")
    machine.run("usermod -G root app")
    assert "users:x:100:\n" in machine.text("/etc/group")


def test_groupmod_renames_and_gpasswd_administers():
    machine = machine_with_defaults()
    machine.run("groupadd g", "groupmod -n h g")
    ran = machine.run(
        "gpasswd -a daemon h", "gpasswd -d daemon h", "gpasswd -d daemon h", "gpasswd -M root,daemon h"
    )
    assert ran.statuses == [0, 0, 3, 0]
    assert ran.out.startswith("Adding user daemon to group h\nRemoving user daemon from group h\n")
    assert last(machine, "/etc/group") == "h:x:1000:root,daemon"


def test_userdel_takes_home_and_group():
    machine = machine_with_defaults()
    machine.run("useradd -m -G users app")
    assert machine.run("userdel -r app").status == 0
    texts = "".join(
        machine.text(f"/etc/{name}") for name in ("passwd", "group", "shadow", "gshadow", "subuid")
    )
    assert "app" not in texts
    assert not machine.filesystem.view().exists("/home/app")


def test_passwords_are_changed_quietly():
    machine = machine_with_defaults()
    assert machine.run("chpasswd", stdin=b"root:x\n").err == ""
    assert machine.text("/etc/shadow").startswith("root:$6$")
    ran = machine.run("passwd -l root", "passwd -d daemon")
    assert ran.out == "passwd: password expiry information changed.\n" * 2
    ran = machine.run("passwd root", stdin=b"a\na\n")
    assert ran.err == "New password: Retype new password: passwd: password updated successfully\n"
    ran = machine.run("chage -d 0 root", "chage -M 90 root")
    assert machine.text("/etc/shadow").splitlines()[0].split(":")[2:5] == ["0", "0", "90"]


def test_newusers_reads_a_list():
    machine = machine_with_defaults()
    machine.filesystem.write_file("/w/list", b"a:pw:1500:1500:A:/home/a:/bin/sh\nb:pw::::/home/b:/bin/sh\n")
    assert machine.run("newusers list").status == 0
    assert "a:x:1500:1500:A:/home/a:/bin/sh" in machine.text("/etc/passwd")
    assert last(machine, "/etc/passwd").startswith("b:x:1501:1501:")
    assert machine.owner("/home/b") == (1501, 1501)


def test_getent_looks_up():
    machine = machine_with_defaults()
    machine.filesystem.write_file("/etc/hosts", b"127.0.0.1 localhost lo\n")
    ran = machine.run(
        "getent passwd root", "getent group 100", "getent passwd nope", "getent zz", "getent hosts lo"
    )
    assert ran.statuses == [0, 0, 2, 1, 0]
    assert ran.out == "root:x:0:0:root:/root:/bin/sh\nusers:x:100:\n127.0.0.1       localhost lo\n"


def test_debians_adduser_tells_what_it_does():
    machine = machine_with_defaults()
    ran = machine.run(["adduser", "--disabled-password", "--gecos", "", "app"])
    assert ran.status == 0
    assert ran.out.splitlines()[:4] == [
        "Adding user `app' ...",
        "Adding new group `app' (1000) ...",
        "Adding new user `app' (1000) with group `app (1000)' ...",
        "Creating home directory `/home/app' ...",
    ]
    assert "app:x:1000:1000:,,,:/home/app:/bin/bash" in machine.text("/etc/passwd")


def test_debians_adduser_of_the_system():
    machine = machine_with_defaults()
    ran = machine.run(
        "adduser --system --group --no-create-home db", "adduser --system db", "addgroup --system x"
    )
    assert ran.statuses == [0, 0, 0]
    assert "db:x:101:101::/nonexistent:/usr/sbin/nologin" in machine.text("/etc/passwd")
    assert "The system user `db' already exists. Exiting." in ran.out
    ran = machine.run(
        "adduser db users", "addgroup users", "adduser nope users", "adduser --quiet --system q"
    )
    assert ran.statuses == [0, 1, 1, 0]
    assert "addgroup: The group `users' already exists." in ran.err
    assert "users:x:100:db" in machine.text("/etc/group")
