"""images, history, inspect, tag, rmi, save, load: the images of a store."""

import json
import re
import tarfile
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

_DOCKERFILE = """FROM scratch
COPY a.txt /a.txt
ENV A=b
LABEL who=me
CMD ["/a"]
"""


@pytest.fixture
def app(minibuild, context, monkeypatch: pytest.MonkeyPatch) -> str:
    """The ID of an image that is the same in every run."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    directory = context(_DOCKERFILE, **{"a.txt": "hello\n"})
    built = minibuild("build", "-q", "-t", "app", directory)
    assert (built.status, built.err) == (0, "")
    return str(built.out.strip())


def _shown(text: str) -> str:
    """The text with digests and ages, which say nothing here, made the same in every run."""
    text = re.sub(r"\b([0-9a-f]{64}|[0-9a-f]{16,20}…|[0-9a-f]{12})", lambda found: "0" * len(found[0]), text)
    return re.sub(r"(\d+|About an?) \w+ ago", "3 years ago", text)


def test_images_is_dockers_table(app: str, minibuild, snapshot: SnapshotAssertion) -> None:
    minibuild("tag", "app", "team/app:1.0")
    assert _shown(minibuild("images").out) == snapshot


def test_an_empty_store_has_an_empty_table(minibuild) -> None:
    assert minibuild("images") == (0, "REPOSITORY   TAG       IMAGE ID   CREATED   SIZE\n", "")


def test_images_can_be_chosen(app: str, minibuild) -> None:
    minibuild("tag", "app", "team/app:1.0")
    short = app[7:19]

    def chosen(*words: str) -> list[str]:
        shown = minibuild("images", "--format", "{{.Repository}}:{{.Tag}}", *words)
        assert shown.err == ""
        return shown.out.splitlines()

    assert chosen() == ["app:latest", "team/app:1.0"]
    assert chosen("app") == ["app:latest"]
    assert chosen("team/app:1.0") == ["team/app:1.0"]
    assert chosen("team/app:2") == []
    assert chosen("*/app") == ["team/app:1.0"]
    assert chosen("-f", "reference=*:latest") == ["app:latest"]
    assert chosen("-f", "label=who") == ["app:latest", "team/app:1.0"]
    assert chosen("-f", "label=who=you") == []
    assert chosen("-f", "dangling=true") == []
    assert chosen("-f", "dangling=false", "app") == ["app:latest"]
    assert chosen("-f", "since=app~2") == []
    assert len(chosen("-a")) == 5
    assert minibuild("images", "-q").out == f"{short}\n{short}\n"
    assert minibuild("images", "-q", "--no-trunc", "app").out == f"{app}\n"
    assert "DIGEST" in minibuild("images", "--digests").out


@pytest.mark.parametrize("wrong", ["colour=red", "dangling", "dangling=maybe"])
def test_a_wrong_filter_is_wrong_usage(wrong: str, minibuild) -> None:
    shown = minibuild("images", "-f", wrong)
    assert shown.status == 2
    assert "invalid filter" in shown.err


def test_history_is_dockers_table(app: str, minibuild, snapshot: SnapshotAssertion) -> None:
    assert _shown(minibuild("history", "app").out) == snapshot
    assert _shown(minibuild("history", "--no-trunc", "--human=false", "app").out) == snapshot
    assert _shown(minibuild("history", "--fidelity", "app").out) == snapshot


def test_history_by_format(app: str, minibuild) -> None:
    assert minibuild("history", "--format", "{{.Size}}", "app").out == "0B\n0B\n0B\n6B\n"
    rows = [json.loads(line) for line in minibuild("history", "--format", "json", "app").out.splitlines()]
    assert [row["Size"] for row in rows] == ["0B", "0B", "0B", "6B"]
    assert rows[0]["ID"] == app[7:19]
    ids = minibuild("history", "-q", "--no-trunc", "app").out.splitlines()
    assert ids[0] == app
    assert len(set(ids)) == 4


def test_a_loaded_image_has_missing_steps(app: str, minibuild, tmp_path: Path) -> None:
    minibuild("save", "-o", tmp_path / "app.tar", "app")
    minibuild("rmi", "app")
    loaded = minibuild("load", "-i", tmp_path / "app.tar")
    assert (loaded.status, loaded.out) == (0, "Loaded image: app:latest\n")
    assert minibuild("history", "-q", "app").out.splitlines() == [
        app[7:19],
        "<missing>",
        "<missing>",
        "<missing>",
    ]
    assert minibuild("inspect", "-f", "{{.Id}}", "app").out.strip() == app
    back = minibuild("history", "app~1")
    assert back.status == 1
    assert "none can be told" in back.err


def test_inspect_has_dockers_shape(app: str, minibuild, snapshot: SnapshotAssertion) -> None:
    shown = minibuild("inspect", "app")
    assert shown.out.startswith('[\n    {\n        "Id": "sha256:')
    assert _shown(shown.out) == snapshot


def test_inspect_by_template(app: str, minibuild) -> None:
    def shown(template: str, *images: str) -> str:
        return str(minibuild("inspect", "-f", template, *(images or ("app",))).out)

    assert shown("{{.Id}}") == app + "\n"
    assert shown("{{json .Config.Cmd}} {{.Config.Labels.who}}") == '["/a"] me\n'
    assert shown("{{len .RootFS.Layers}}", "app", app[7:14]) == "1\n1\n"
    assert json.loads(shown("json"))["Id"] == app
    assert shown("{{.Parent}}") == shown("{{.Id}}", "app~1")


def test_steps_back_name_images(app: str, minibuild) -> None:
    ids = minibuild("history", "-q", "--no-trunc", "app").out.splitlines()
    for word, expected in (("app~", ids[1]), ("app~0", ids[0]), ("app~3", ids[3]), ("app~1~2", ids[3])):
        assert minibuild("inspect", "-f", "{{.Id}}", word).out.strip() == expected
    assert minibuild("tag", "app~2", "before").status == 0
    assert minibuild("inspect", "-f", "{{.Id}}", "before").out.strip() == ids[2]
    too_far = minibuild("history", "app~4")
    assert too_far.status == 1
    assert "app~4" in too_far.err


@pytest.mark.parametrize(
    "words", [["history"], ["tag", "x"], ["rmi"], ["save", "-o", "/dev/null"], ["inspect"]]
)
def test_an_unknown_image_is_status_1_with_a_suggestion(words: list[str], app: str, minibuild) -> None:
    command, *rest = words
    image = ["ap", *rest] if command == "tag" else [*rest, "ap"]
    shown = minibuild(command, *image)
    assert shown.status == 1
    assert re.search("[Nn]o such (image|object): ap", shown.err)


def test_inspect_shows_what_it_finds_then_fails(app: str, minibuild) -> None:
    shown = minibuild("inspect", "nosuch")
    assert (shown.status, shown.out) == (1, "[]\n")
    assert "No such object: nosuch" in shown.err
    shown = minibuild("inspect", "nosuch", "app", "neither")
    assert shown.status == 1
    assert [image["Id"] for image in json.loads(shown.out)] == [app]
    assert "nosuch" in shown.err
    assert "neither" in shown.err


def test_rmi_removes_names_then_images(app: str, minibuild) -> None:
    minibuild("tag", "app", "other")
    assert minibuild("rmi", "other").out == "Untagged: other:latest\n"
    shown = minibuild("rmi", "nosuch", "app")
    assert shown.status == 1
    assert shown.out.startswith(f"Untagged: app:latest\nDeleted: {app}\n")
    assert "No such image: nosuch" in shown.err
    assert minibuild("images", "-q").out == ""


@pytest.mark.parametrize("name", ["UPPER", "a b", "app@sha256:" + "0" * 64])
def test_a_wrong_name_is_refused(name: str, app: str, minibuild) -> None:
    shown = minibuild("tag", "app", name)
    assert shown.status == 1
    assert "Traceback" not in shown.err


@pytest.mark.parametrize("form", ["docker", "oci"])
def test_save_writes_an_archive_that_load_reads(form: str, app: str, minibuild, tmp_path: Path) -> None:
    archive = tmp_path / "app.tar"
    assert minibuild("save", "-o", archive, "--format", form, "app", "app~1") == (0, "", "")
    with tarfile.open(archive) as tar:
        assert {"index.json", "oci-layout"} <= set(tar.getnames())
        assert ("manifest.json" in tar.getnames()) == (form == "docker")
    minibuild("rmi", "app")
    assert "Loaded image: app:latest" in minibuild("load", "-i", archive).out
    assert minibuild("load", "-q", "-i", archive) == (0, "", "")


def test_archives_go_through_standard_streams(
    app: str, minibuild, tmp_path: Path, capsysbinary, monkeypatch
) -> None:
    minibuild("save", "-o", tmp_path / "app.tar", "app")
    minibuild("rmi", "app")
    loaded = minibuild("load", stdin=(tmp_path / "app.tar").read_bytes())
    assert (loaded.status, loaded.out) == (0, "Loaded image: app:latest\n")


def _corrupt(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[2000:2100] = bytes(100)
    path.write_bytes(data)


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "cut", "corrupt", "directory"])
def test_a_damaged_archive_is_told_and_leaves_the_store_sound(
    damage: str, app: str, minibuild, tmp_path: Path
) -> None:
    archive = tmp_path / "app.tar"
    minibuild("save", "-o", archive, "app")
    minibuild("rmi", "app")
    if damage == "missing":
        archive.unlink()
    elif damage == "directory":
        archive.unlink()
        archive.mkdir()
    elif damage == "cut":
        archive.write_bytes(archive.read_bytes()[:1500])
    elif damage == "corrupt":
        _corrupt(archive)
    else:
        archive.write_bytes(b"" if damage == "empty" else b"hello\n" * 500)
    shown = minibuild("load", "-i", archive)
    assert (shown.status, shown.out) == (1, "")
    assert str(archive) in shown.err
    assert "unexpectedly" not in shown.err
    assert minibuild("system", "verify").status == 0
    assert minibuild("images", "-q").out == ""


def test_dockers_newer_names_are_the_same_commands(app: str, minibuild) -> None:
    assert minibuild("image", "ls", "-q") == minibuild("images", "-q")
    assert minibuild("image", "inspect", "app") == minibuild("inspect", "app")
    assert minibuild("image", "rm", "app").out.startswith("Untagged: app:latest\n")
    assert "Did you mean 'history'?" in minibuild("image", "histroy", "app").err


def test_load_wants_an_archive_and_save_no_terminal(minibuild) -> None:
    shown = minibuild("load", terminal=True)
    assert shown.status == 2
    assert "-i FILE" in shown.err


def test_inspect_shows_everything_that_an_image_may_have(minibuild, context) -> None:
    dockerfile = """FROM scratch
MAINTAINER me
EXPOSE 80 53/udp
VOLUME /data
USER 1000
WORKDIR /w
ENTRYPOINT ["/e"]
SHELL ["/s", "-c"]
STOPSIGNAL SIGINT
ONBUILD ENV A=b
HEALTHCHECK --interval=5s --retries=3 CMD /check
"""
    minibuild("build", "-q", "-t", "app", context(dockerfile))
    document = json.loads(minibuild("inspect", "app").out)[0]
    config = document["Config"]
    assert document["Author"] == "me"
    assert config["ExposedPorts"] == {"53/udp": {}, "80/tcp": {}}
    assert config["Volumes"] == {"/data": {}}
    assert (config["User"], config["WorkingDir"], config["StopSignal"]) == ("1000", "/w", "SIGINT")
    assert (config["Entrypoint"], config["Shell"], config["OnBuild"]) == (["/e"], ["/s", "-c"], ["ENV A=b"])
    assert config["Healthcheck"] == {"Test": ["CMD-SHELL", "/check"], "Interval": 5_000_000_000, "Retries": 3}
    shown = minibuild(
        "inspect", "-f", "{{.Config.Healthcheck.Test}} {{.Config.Cmd}} {{.Config.Labels}}", "app"
    ).out
    assert shown == "[CMD-SHELL /check] [] map[]\n"


def test_sizes_count_files_and_links_once(minibuild, context) -> None:
    directory = context(
        "FROM scratch\nCOPY . /\n", **{".dockerignore": "Dockerfile\n.dockerignore\n", "a": "12345"}
    )
    (directory / "link").symlink_to("a-long-target")
    minibuild("build", "-q", "-t", "app", directory)
    assert minibuild("images", "--format", "{{.Size}}", "app").out == "18B\n"
