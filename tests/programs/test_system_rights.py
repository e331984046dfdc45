"""Programs that run others: as another user, with another environment, under another root, once at a time."""

import pytest
from programs_machine import busybox, gnu

from minibuild.filesystem import Credentials

ALICE = Credentials(1000, 1000, (1000,))


def with_alice(machine):
    machine.filesystem.write_file(
        "/etc/passwd", (machine.text("/etc/passwd") + "alice:x:1000:1000::/home/alice:/bin/sh\n").encode()
    )
    machine.filesystem.write_file(
        "/etc/group", (machine.text("/etc/group") + "alice:x:1000:\nteam:x:1001:alice\n").encode()
    )
    machine.filesystem.mkdir("/home/alice", uid=1000, gid=1000)
    return machine


def test_env_sets_and_clears():
    machine = busybox()
    ran = machine.run(
        "env -i A=1 B=2", "env -u HOME -i X=y env", "env A=1 printenv A", "env nope", "env /", "env - A=b"
    )
    assert ran.statuses == [0, 0, 0, 127, 126, 0]
    assert ran.out == "A=1\nB=2\nX=y\n1\nA=b\n"
    assert ran.err == (
        "env: can't execute 'nope': No such file or directory\nenv: can't execute '/': Permission denied\n"
    )
    ran = gnu().run("env nope", "env -C /tmp true", "env --nope", ["env", "-S", "A=1 printenv A"])
    assert ran.statuses == [127, 0, 125, 0]
    assert ran.err.startswith("env: 'nope': No such file or directory\n")


@pytest.mark.parametrize(
    "command", ["nice", "nohup", "setsid", "ionice", "linux32", "taskset 1", "chrt 1", "setsid -w -f"]
)
def test_programs_that_become_another(command):
    ran = busybox().run(f"{command} expr 1 + 1", f"{command} false", f"{command} nope")
    assert ran.out == "2\n"
    assert ran.statuses == [0, 1, 127]


def test_su_becomes_a_user():
    machine = with_alice(busybox())
    ran = machine.run(
        ["su", "alice", "-c", "id -un; echo $HOME $USER"],
        ["su", "-", "alice", "-c", "pwd"],
        ["su", "-s", "/bin/sh", "nobody", "-c", "id -u"],
        "su nope",
    )
    assert ran.statuses == [0, 0, 0, 1]
    assert ran.out == "alice\n/home/alice alice\n/home/alice\n65534\n"
    assert ran.err == "su: unknown user nope\n"
    assert machine.run("su root", user=ALICE).err == "su: must be suid to work properly\n"


def test_small_programs_that_drop_rights():
    machine = with_alice(gnu())
    ran = machine.run("gosu alice id", "su-exec 12:34 id -u", "gosu nope id", "runuser -u alice whoami")
    assert ran.statuses == [0, 0, 1, 0]
    assert ran.out == "uid=1000(alice) gid=1000(alice) groups=1000(alice),1001(team)\n12\nalice\n"
    assert ran.err.startswith(
        'error: failed switching to "nope": unable to find user nope: no matching entries'
    )
    ran = machine.run(
        "setpriv --reuid=alice --regid=alice --init-groups id", "setpriv --reuid 5 --clear-groups id -u"
    )
    assert ran.out.splitlines()[1] == "5"
    assert machine.run("gosu root id", user=ALICE).status == 1


def test_sudo_obeys_sudoers():
    machine = with_alice(gnu())
    machine.filesystem.view().chmod("/bin/sudo", 0o4755)
    ran = machine.run("sudo id -u", user=ALICE)
    assert ran.status == 1
    assert ran.err.endswith("sudo: a password is required\n")
    machine.filesystem.write_file("/etc/sudoers", b"# rules\n%team ALL=(ALL) NOPASSWD: ALL\n")
    ran = machine.run(
        "sudo id -u",
        "sudo -u alice whoami",
        "sudo A=b printenv A",
        "sudo printenv SUDO_USER",
        "sudo nope",
        user=Credentials(1000, 1000, (1000, 1001)),
    )
    assert ran.statuses == [0, 0, 0, 0, 127]
    assert ran.out == "0\nalice\nb\nalice\n"
    assert machine.run("sudo -u nope id").err.startswith("sudo: unknown user nope\n")


def test_sudo_needs_its_setuid_bit():
    ran = with_alice(gnu()).run("sudo id", user=ALICE)
    assert ran.err == "sudo: /bin/sudo must be owned by uid 0 and have the setuid bit set\n"


def test_chroot_changes_the_root():
    machine = busybox()
    machine.filesystem.write_file("/r/etc/name", b"inside\n")
    machine.run("mkdir /r/bin", "cp -a /bin/busybox /r/bin/busybox", "ln -s busybox /r/bin/cat")
    ran = machine.run("chroot /r /bin/cat /etc/name", "chroot /nope true", "chroot /r /bin/nope")
    assert ran.statuses == [0, 1, 127]
    assert ran.out == "inside\n"
    assert machine.run("chroot / true", user=ALICE).err == (
        "chroot: can't change root directory to '/': Operation not permitted\n"
    )


def test_flock_waits_for_its_turn():
    machine = busybox()
    ran = machine.run(
        ["sh", "-c", "flock l sh -c 'sleep 5; date +%s' & sleep 1; flock l date +%s; wait"],
        ["sh", "-c", "flock l sleep 5 & sleep 1; flock -n l true; echo $?; flock -w 1 l true; echo $?; wait"],
        "flock l -c true",
        "flock /nope/x true",
    )
    first, second, *rest = ran.out.split()
    assert int(second) >= int(first) == 1700000005
    assert rest == ["1", "1"]
    assert ran.statuses == [0, 0, 0, 1]


def test_run_parts_runs_in_order():
    machine = busybox()
    for name, text in (("10a", "echo A $1"), ("20b", "exit 3"), ("x.y", "echo no"), ("plain", "echo no")):
        machine.filesystem.write_file(
            f"/rp/{name}", f"#!/bin/sh\n{text}\n".encode(), mode=0o644 if name == "plain" else 0o755
        )
    ran = machine.run(
        "run-parts --test /rp",
        "run-parts -a x /rp",
        "run-parts --exit-on-error --reverse /rp",
        "run-parts /nope",
    )
    assert ran.out == "/rp/10a\n/rp/20b\nA x\n"
    assert ran.statuses == [0, 1, 1, 0]
    assert ran.err.splitlines()[0] == "run-parts: /rp/20b: exit status 3"


def test_start_stop_daemon_starts_and_stops():
    machine = busybox()
    script = (
        "start-stop-daemon -S -b -m -p /w/pid -x /bin/sleep -- 1000; sleep 1;"
        "pidof sleep >/dev/null; echo $?;"
        "start-stop-daemon -S -p /w/pid -x /bin/sleep -- 1; echo $?;"
        "start-stop-daemon -K -q -p /w/pid; sleep 1; pidof sleep; echo $?"
    )
    assert machine.run(["sh", "-c", script]).out == "0\n/bin/sleep is already running\n1\n1\n"


def test_getopt_orders_a_script_s_options():
    words = [
        "getopt",
        "-o",
        "ab:c::",
        "-l",
        "foo,bar:",
        "--",
        "x",
        "-a",
        "-by",
        "-c",
        "--foo",
        "--ba=it's",
        "--",
        "-z",
    ]
    ran = busybox().run(words, "getopt ab: -b v w", "getopt -o a -- -z -a")
    assert ran.out == " -a -b 'y' -c '' --foo --bar 'it'\\''s' -- 'x' '-z'\n -b v -- w\n -a --\n"
    assert ran.statuses == [0, 0, 1]
    assert ran.err == "getopt: invalid option -- 'z'\n"


def test_capabilities_are_kept_in_the_file():
    machine = gnu()
    machine.filesystem.write_file("/w/f", b"", mode=0o755)
    ran = machine.run(
        "setcap cap_net_raw,cap_net_bind_service=+ep f",
        "getcap f",
        "setcap -r f",
        "getcap -v f",
        "setcap x f",
    )
    assert ran.out == "f cap_net_bind_service,cap_net_raw=ep\nf\n"
    assert ran.statuses == [0, 0, 0, 0, 1]
    assert machine.run("setcap cap_chown=p f", user=ALICE).status == 1
