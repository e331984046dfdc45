"""Processes: starting, waiting, exit statuses, signals, and what a file executes."""

import errno

import pytest
from machines import run

from minibuild.filesystem import Credentials, FileSystem
from minibuild.kernel.execution import run_command
from minibuild.kernel.fidelity import Fidelity, FidelityError
from minibuild.kernel.process import ProcessExit
from minibuild.kernel.signals import TERM, USR1, signal_number


def say(process):
    process.stdout.write(" ".join(process.argv) + "\n")
    return 0


def test_the_exit_status_is_the_last_byte():
    assert run(lambda p: 3).status == 3
    assert run(lambda p: 256 + 7).status == 7


def test_a_program_may_end_itself_from_within():
    def body(process):
        process.stdout.write("before\n")
        raise ProcessExit(9)

    done = run(body)
    assert (done.status, done.out) == (9, b"before\n")


def test_a_command_is_found_through_path():
    assert run(lambda p: p.execute(["say", "a", "b"]), {"say": say}).out == b"say a b\n"


def test_a_missing_command_is_enoent():
    def body(process):
        with pytest.raises(OSError) as caught:
            process.call(["nothing"])
        return caught.value.errno

    assert run(body).status == errno.ENOENT


def test_a_file_that_may_not_be_executed_is_eacces():
    filesystem = FileSystem()
    filesystem.write_file("/bin/data", b"#!/bin/say\n", mode=0o644)

    def body(process):
        with pytest.raises(OSError) as caught:
            process.call(["data"])
        return caught.value.errno

    assert run(body, {"say": say}, filesystem=filesystem).status == errno.EACCES


def test_a_script_runs_with_its_interpreter_and_one_argument():
    filesystem = FileSystem()
    filesystem.write_file("/opt/script", b"#! /bin/say -x  -y\nrest\n", mode=0o755)
    done = run(lambda p: p.call(["/opt/script", "word"]), {"say": say}, filesystem=filesystem)
    assert done.out == b"/bin/say -x  -y /opt/script word\n"


def test_interpreters_that_run_each_other_end_in_an_error():
    filesystem = FileSystem()
    filesystem.write_file("/a", b"#!/b\n", mode=0o755)
    filesystem.write_file("/b", b"#!/a\n", mode=0o755)

    def body(process):
        with pytest.raises(OSError) as caught:
            process.call(["/a"])
        return caught.value.errno

    assert run(body, filesystem=filesystem).status == errno.ELOOP


def test_a_file_without_a_format_is_a_script_for_sh():
    filesystem = FileSystem()
    filesystem.write_file("/opt/plain", b"echo hello\n", mode=0o755)
    done = run(lambda p: p.call(["/opt/plain", "x"]), {"sh": say}, filesystem=filesystem)
    assert done.out == b"/bin/sh /opt/plain x\n"


def test_a_program_keeps_its_name_when_its_file_is_copied():
    filesystem = FileSystem()

    def body(process):
        view = process.view
        view.write_bytes("/tool", view.read_bytes("/bin/say"), 0o755)
        return process.call(["/tool", "x"])

    assert run(body, {"say": say}, filesystem=filesystem).out == b"/tool x\n"


def test_an_unknown_program_is_told_by_name():
    filesystem = FileSystem()
    filesystem.write_file("/bin/frob", b"\x7fELF and what follows", mode=0o755)
    with pytest.raises(FidelityError, match="what frob does is not known"):
        run(lambda p: p.call(["frob"]), filesystem=filesystem)


def test_an_unknown_program_is_assumed_to_work_where_that_is_allowed():
    filesystem = FileSystem()
    filesystem.write_file("/bin/frob", b"\x7fELF and what follows", mode=0o755)
    done = run(lambda p: p.call(["frob"]), {"?": lambda p: 0}, filesystem=filesystem, limit=Fidelity.ASSUMED)
    assert done.status == 0
    assert done.system.fidelity.level is Fidelity.ASSUMED
    assert done.system.fidelity.reasons == ["what frob does is not known"]


def test_a_missing_command_of_a_partly_known_image_is_a_question_of_fidelity():
    with pytest.raises(FidelityError, match="whether the image has frob"):
        run(lambda p: run_command(p, ["frob"]), partial=True)


def test_a_child_has_its_own_environment_directory_and_descriptors():
    filesystem = FileSystem()
    filesystem.mkdir("/work")

    def child(process):
        process.env["A"] = "child"
        process.view.chdir("/work")
        process.descriptors.close(1)
        return 0

    def body(process):
        process.env["A"] = "parent"
        status = process.fork().perform(child)
        process.stdout.write(f"{status} {process.env['A']} {process.view.cwd}\n")
        return 0

    assert run(body, filesystem=filesystem).out == b"0 parent /\n"


def test_sleeping_takes_simulated_time_only():
    def body(process):
        before = process.system.clock.now()
        process.sleep(3600)
        return (process.system.clock.now() - before) // 10**9 == 3600

    assert run(body).status == 1


def test_sleepers_wake_in_the_order_of_their_times():
    def sleeper(seconds):
        def body(process):
            process.sleep(seconds)
            process.stdout.write(f"{seconds}\n")
            return 0

        return body

    def body(process):
        children = [process.fork() for _ in range(3)]
        for child, seconds in zip(children, (3, 1, 2), strict=True):
            child.start(sleeper(seconds))
        for child in children:
            process.wait(child)
        return 0

    assert run(body).out == b"1\n2\n3\n"


def test_a_signal_ends_a_child_with_128_and_its_number():
    def body(process):
        child = process.fork()
        child.start(lambda p: p.sleep(100) or 0)
        process.sleep(1)
        process.kill(child.pid, TERM)
        return process.wait(child)

    assert run(body).status == 128 + TERM


def test_a_handler_takes_a_signal_instead():
    def handled(process):
        process.handlers[USR1] = lambda signal: None
        process.sleep(100)
        return len(process.pending)

    def body(process):
        child = process.fork()
        child.start(handled)
        process.sleep(1)
        process.kill(child.pid, USR1)
        return process.wait(child)

    done = run(body)
    assert done.status == 1
    assert done.system.clock.now() < 100 * 10**9


def test_the_first_process_cannot_be_killed_by_itself():
    def body(process):
        process.kill(process.pid, 9)
        return 4

    assert run(body).status == 4


def test_a_user_can_only_signal_own_processes():
    def body(process):
        child = process.fork()
        child.start(lambda p: p.sleep(10) or 0)
        stranger = process.fork()
        stranger.view = process.view.with_credentials(Credentials(1000, 1000))

        def other(p):
            with pytest.raises(PermissionError):
                p.kill(child.pid, TERM)
            return 1

        return stranger.perform(other)

    assert run(body).status == 1


@pytest.mark.parametrize(
    ("text", "number"), [("9", 9), ("KILL", 9), ("SIGTERM", 15), ("usr1", 10), ("NOPE", None), ("99", None)]
)
def test_signals_by_number_and_name(text, number):
    assert signal_number(text) == number
