"""What nobody knows flows: from an opaque file through processes and pipes into what they write."""

import pytest
from machines import run

from minibuild.filesystem import FileSystem, OpaqueContent, apply_layer, changes, read_layer, write_layer
from minibuild.filesystem.opaque import opaque_directory, opaque_file, origin_of
from minibuild.kernel.fidelity import Fidelity, FidelityError
from minibuild.kernel.pipes import Pipe

ORIGIN = "content of https://example.org/x"


@pytest.fixture
def filesystem():
    made = FileSystem()
    made.place("/download", opaque_file(ORIGIN))
    made.mkdir("/etc")
    made.place("/source", opaque_directory("source of example.org"))
    return made


def copy(process):
    while block := process.open_reader(process.argv[1] if len(process.argv) > 1 else "-").read_some():
        process.stdout.write(block)
        break
    return 0


def test_reading_it_makes_the_step_assumed(filesystem):
    done = run(
        lambda p: p.call(["copy", "/download"]),
        {"copy": copy},
        filesystem=filesystem,
        limit=Fidelity.ASSUMED,
    )
    assert done.status == 0
    assert done.system.fidelity.reasons == [f"{ORIGIN} is not known"]


def test_reading_it_is_an_error_where_nothing_may_be_assumed(filesystem):
    with pytest.raises(FidelityError, match="x is not known"):
        run(lambda p: p.call(["copy", "/download"]), {"copy": copy}, filesystem=filesystem)


def test_it_flows_through_a_pipe_into_a_file(filesystem):
    def body(process):
        pipe = Pipe(process.system.scheduler)
        left, right = process.fork(), process.fork()
        left.descriptors.put(1, pipe.writer())
        right.descriptors.put(0, pipe.reader())
        left.start(lambda p: p.execute(["copy", "/download"]))

        def second(p):
            p.descriptors.put(1, p.open_stream("/result", "w"))
            return p.execute(["copy"])

        right.perform(second)
        return process.wait(left)

    run(body, {"copy": copy}, filesystem=filesystem, limit=Fidelity.ASSUMED)
    assert origin_of(filesystem.node("/result")) == ORIGIN


def test_a_program_that_read_it_is_taken_to_succeed(filesystem):
    def check(process):
        process.open_reader("/download").read()
        return 1

    done = run(lambda p: p.call(["check"]), {"check": check}, filesystem=filesystem, limit=Fidelity.ASSUMED)
    assert done.status == 0
    assert done.system.fidelity.reasons[-1] == f"check is taken to succeed: {ORIGIN} is not known"


def test_any_name_may_exist_in_an_opaque_directory(filesystem):
    view = filesystem.view()
    view.chdir("/source/sub/directory")
    assert view.cwd == "/source/sub/directory"
    assert view.read_bytes("/source/README").startswith(b"opaque-")
    assert origin_of(view.stat("/source/README").node) == "source of example.org"
    assert view.listdir("/source") == ["README", "sub"]


def test_looking_whether_a_name_exists_invents_nothing(filesystem):
    assert not filesystem.view().exists("/source/configure")
    with pytest.raises(FileNotFoundError):
        filesystem.view().stat("/source/configure")
    filesystem.view().mkdir("/source/build")
    assert origin_of(filesystem.node("/source/build")) == ""


def test_an_opaque_file_turns_into_a_directory_when_it_is_used_as_one(filesystem):
    view = filesystem.view()
    view.chmod("/source/thing", 0o755)
    assert view.is_file("/source/thing")
    view.chdir("/source/thing")
    assert view.is_dir("/source/thing")


def test_known_bytes_make_a_file_known_again(filesystem):
    filesystem.view().write_bytes("/download", b"known")
    assert origin_of(filesystem.node("/download")) == ""


def test_a_layer_keeps_what_is_not_known(filesystem, tmp_path):
    path = tmp_path / "layer.tar"
    with path.open("wb") as out:
        write_layer(changes(None, filesystem.snapshot()), out)
    again = FileSystem()
    with path.open("rb") as stream:
        apply_layer(again, read_layer(stream, None, "sha256:0"))
    assert origin_of(again.node("/download")) == ORIGIN
    assert origin_of(again.node("/source")) == "source of example.org"


def test_the_word_for_unknown_text_follows_from_the_origin():
    assert OpaqueContent("a").read() == OpaqueContent("a").read() != OpaqueContent("b").read()


def test_whatever_is_needed_of_a_partly_known_image_is_taken_to_be_there(filesystem):
    def body(process):
        process.view.chdir("/etc/service")
        process.view.rename("/etc/service.conf.default", "/etc/service.conf")
        assert not process.view.exists("/etc/other")
        return process.call(["look"])

    def look(process):
        try:
            process.view.stat("/etc/nothing")
        except OSError:
            return 1
        return 0

    done = run(body, {"look": look}, filesystem=filesystem, partial=True, limit=Fidelity.ASSUMED)
    assert done.status == 0
    assert done.system.fidelity.reasons == [
        "whether the image has /etc/service is not known",
        "whether the image has /etc/service.conf.default is not known",
        "look is taken to succeed: whether the image has /etc/nothing is not known",
    ]


def test_a_partly_known_image_is_taken_as_it_is_unless_that_may_be_assumed(filesystem):
    def body(process):
        with pytest.raises(FileNotFoundError):
            process.view.chdir("/etc/service")
        return 0

    assert run(body, filesystem=filesystem, partial=True).status == 0
