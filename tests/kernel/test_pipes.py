"""Pipes, fifos, devices and the buffers of programs."""

import errno

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from machines import run

from minibuild.filesystem import FileSystem
from minibuild.kernel.limits import LimitError, Limits
from minibuild.kernel.pipes import CAPACITY, Pipe
from minibuild.kernel.streams import Null, Reader, Source


def pipeline(process, first, second):
    """Both ends at work; (status of the first, status of the second)."""
    pipe = Pipe(process.system.scheduler)
    left, right = process.fork(), process.fork()
    left.descriptors.put(1, pipe.writer())
    right.descriptors.put(0, pipe.reader())
    left.start(first)
    return process.wait(left) if second is None else _both(process, left, right, second)


def _both(process, left, right, second):
    status = right.perform(second)
    return process.wait(left), status


def copy(process):
    while block := process.stdin.read_some():
        process.stdout.write(block)
    return 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=3 * CAPACITY // 2), max_size=5))
def test_what_goes_in_comes_out(blocks):
    def write(process):
        for block in blocks:
            process.stdout.write(block)
        return 0

    def body(process):
        pipeline(process, write, copy)
        return 0

    assert run(body).out == b"".join(blocks)


def test_a_writer_that_nobody_reads_ends_with_sigpipe():
    def endless(process):
        while True:
            process.stdout.write(b"y\n")
            process.tick()

    def first_line(process):
        process.stdout.write(process.stdin.readline())
        return 0

    def body(process):
        left, right = pipeline(process, endless, first_line)
        process.stdout.write(f"{left} {right}\n")
        return 0

    assert run(body).out == b"y\n141 0\n"


def test_a_writer_that_ignores_sigpipe_gets_an_error():
    def stubborn(process):
        process.ignored.add(13)
        process.sleep(1)
        try:
            process.stdout.write(b"x")
            process.flush()
        except BrokenPipeError:
            return 5
        return 0

    def body(process):
        return pipeline(process, stubborn, lambda p: 0)[0]

    assert run(body).status == 5


def test_processes_that_wait_for_each_other_end_in_an_error():
    def body(process):
        pipe = Pipe(process.system.scheduler)
        process.descriptors.put(3, pipe.writer())
        process.descriptors.put(4, pipe.reader())
        process.descriptors[4].read()
        return 0

    with pytest.raises(LimitError, match="every process waits"):
        run(body)


def test_a_pipe_can_be_read_to_a_line_and_no_further():
    def write(process):
        process.stdout.write("one\ntwo\nthree")
        return 0

    def read(process):
        stream = process.descriptors[0]
        lines = [stream.read_line(), stream.read_line(), stream.read_line(), stream.read_line()]
        process.stdout.write(repr(lines))
        return 0

    def body(process):
        pipeline(process, write, read)
        return 0

    assert run(body).out == b"[b'one\\n', b'two\\n', b'three', b'']"


def test_a_fifo_joins_two_processes_by_name():
    filesystem = FileSystem()
    filesystem.view().mkfifo("/fifo")

    def write(process):
        process.descriptors.put(1, process.open_stream("/fifo", "w"))
        process.stdout.write("through a name\n")
        return 0

    def body(process):
        child = process.fork()
        child.start(write)
        process.descriptors.put(0, process.open_stream("/fifo", "r"))
        copy(process)
        return process.wait(child)

    assert run(body, filesystem=filesystem).out == b"through a name\n"


def test_devices():
    filesystem = FileSystem()
    for name, minor in {"null": 3, "zero": 5, "full": 7, "urandom": 9}.items():
        filesystem.device(f"/dev/{name}", "char", 1, minor)
    filesystem.device("/dev/disk", "block", 8, 0)

    def body(process):
        assert process.open_stream("/dev/null", "r").read(10) == b""
        assert process.open_stream("/dev/zero", "r").read(3) == b"\0\0\0"
        assert len(process.open_stream("/dev/urandom", "r").read(16)) == 16
        with pytest.raises(OSError) as caught:
            process.open_stream("/dev/full", "w").write(b"x")
        assert caught.value.errno == errno.ENOSPC
        with pytest.raises(OSError) as caught:
            process.open_stream("/dev/disk", "r")
        assert caught.value.errno == errno.ENXIO
        return 0

    assert run(body, filesystem=filesystem).status == 0


def test_random_bytes_follow_from_the_seed():
    filesystem = FileSystem()
    filesystem.device("/dev/urandom", "char", 1, 9)

    def body(process):
        process.stdout.write(process.open_stream("/dev/urandom", "r").read(8))
        return 0

    first, again, other = (run(body, filesystem=filesystem, seed=seed).out for seed in ("a", "a", "b"))
    assert first == again != other


def test_a_directory_opens_but_does_not_read():
    def body(process):
        with pytest.raises(IsADirectoryError):
            process.open_reader("/").read()
        return 0

    assert run(body).status == 0


def test_a_descriptor_has_a_name():
    def body(process):
        copied = process.open_stream("/dev/fd/0", "r").read()
        with pytest.raises(FileNotFoundError):
            process.open_stream("/dev/fd/7", "r")
        process.open_stream("/dev/stdout", "w").write(copied)
        return 0

    assert run(body, stdin=b"given").out == b"given"


def test_standard_error_comes_after_what_was_written_before():
    order = []

    def body(process):
        process.stdout.write("out\n")
        process.error("trouble")
        return 0

    done = run(body)
    order.append((done.out, done.err))
    assert order == [(b"out\n", b"first: trouble\n")]


def test_a_full_device_is_told_at_the_end():
    filesystem = FileSystem()
    filesystem.device("/dev/full", "char", 1, 7)

    def body(process):
        process.descriptors.put(1, process.open_stream("/dev/full", "w"))
        process.stdout.write("x")
        return 0

    done = run(body, filesystem=filesystem)
    assert (done.status, done.err) == (1, b"first: write error: No space left on device\n")


@given(st.binary(max_size=300), st.integers(min_value=1, max_value=50))
def test_a_reader_gives_the_same_bytes_by_lines_and_by_blocks(data, size):
    lines = list(Reader(Source(data)))
    assert b"".join(lines) == data
    assert all(line.endswith(b"\n") for line in lines[:-1])
    blocks = Reader(Source(data))
    assert b"".join(iter(lambda: blocks.read_some(size), b"")) == data


def test_what_was_read_ahead_is_left_to_the_next_reader():
    filesystem = FileSystem()
    filesystem.write_file("/lines", b"one\ntwo\nthree\n")

    def first(process):
        process.stdout.write(process.stdin.readline())
        return 0

    def body(process):
        process.descriptors.put(0, process.open_stream("/lines", "r"))
        process.fork().perform(first)
        process.fork().perform(copy)
        return 0

    assert run(body, filesystem=filesystem).out == b"one\ntwo\nthree\n"


def test_the_last_descriptor_closes_the_pipe():
    def body(process):
        pipe = Pipe(process.system.scheduler)
        number = process.descriptors.add(pipe.writer())
        process.descriptors.duplicate(number, 9)
        reader = pipe.reader()
        process.descriptors[9].write(b"x")
        process.descriptors.close(number)
        assert reader.read() == b"x"
        process.descriptors.close(9)
        assert reader.read() == b""
        return 0

    assert run(body).status == 0


@pytest.mark.parametrize(
    ("body", "limits", "words"),
    [
        (lambda p: [p.tick() for _ in range(10**6)], Limits(work=10_000), "units of work"),
        (lambda p: [p.stdout.write(b"x" * 4096) for _ in range(10**6)], Limits(), "wrote more"),
        (lambda p: Reader(_Endless(), memory=1 << 20).read(), Limits(), "more than 1 MiB in memory"),
        (lambda p: [p.fork() for _ in range(1000)], Limits(processes=20), "more than 20 processes"),
        (lambda p: (lambda f: f(f))(lambda f: f(f)), Limits(), "nested too deeply"),
    ],
)
def test_a_runaway_command_is_ended_by_a_limit_that_is_named(body, limits, words):
    with pytest.raises(LimitError, match=words):
        run(lambda p: body(p) and 0, limits=limits)


class _Endless(Null):
    def read(self, n=-1):
        return bytes(65536)
