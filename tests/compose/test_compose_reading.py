"""From a Compose file to a project: short and long forms, places of what is wrong, names, order."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minibuild.compose.creation import build_words, create_words
from minibuild.compose.errors import ComposeError
from minibuild.compose.model import File, Service
from minibuild.compose.project import Project
from minibuild.compose.reading import read_project
from minibuild.errors import MinibuildError

Read = Callable[..., Project]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(text: str, *, name: str = "app", profiles: tuple[str, ...] = (), **environment: str) -> Project:
        file = tmp_path / "compose.yaml"
        file.write_text(text)
        return read_project(str(file), name, profiles, environment)

    return read


def words(project: Project, service: str = "a") -> str:
    return " ".join(create_words(project, service, {}))


LONG = """
services:
  a:
    image: busybox
    command: ["sh", "-c", "echo hi"]
    environment: {A: "1", B: null, C: 2}
    volumes:
      - {type: volume, source: data, target: /data, read_only: true}
      - {type: volume, target: /anonymous}
      - {type: bind, source: ./here, target: /here}
    ports: [{target: 80, published: 8080, host_ip: 127.0.0.1}]
    depends_on: {b: {condition: service_started}}
    networks: {front: {aliases: [www]}}
    labels: {one: "1"}
  b: {image: busybox}
volumes: {data: {}}
networks: {front: {}}
"""
SHORT = """
services:
  a:
    image: busybox
    command: sh -c 'echo hi'
    environment: [A=1, B, C=2]
    volumes: ["data:/data:ro", /anonymous, "./here:/here"]
    ports: ["127.0.0.1:8080:80/tcp"]
    depends_on: [b]
    networks: {front: {aliases: [www]}}
    labels: [one=1]
  b: {image: busybox}
volumes: {data: }
networks: {front: }
"""


def test_short_and_long_forms_ask_for_the_same(read: Read) -> None:
    long, short = read(LONG, B="from here"), read(SHORT, B="from here")
    assert words(long) == words(short)
    for part in ("--env B=from here", "--volume app_data:/data:ro", "--network app_front", "--name app-a-1"):
        assert part in words(short)
    assert long.active() == short.active() == ["b", "a"]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("80", "80/tcp"),
        ("8080:80", "8080:80/tcp"),
        ("'127.0.0.1::53/udp'", "127.0.0.1::53/udp"),
        ("'[::1]:8080:80'", "[::1]:8080:80/tcp"),
        ("3000-3005", "3000-3005/tcp"),
        ("{target: 53, protocol: udp, mode: host}", "53/udp"),
    ],
)
def test_ports(read: Read, written: str, asked: str) -> None:
    project = read(f"services: {{a: {{image: x, ports: [{written}]}}}}")
    assert f"--publish {asked} " in words(project)


def test_builds(read: Read, tmp_path: Path) -> None:
    project = read(
        "services: {a: {build: {context: x, dockerfile: D, target: t, args: [K=v]}}, b: {build: .}}"
    )
    assert build_words(project, "a") == [
        *("--tag", "app-a", "--dialect", "docker", "--file", str(tmp_path / "x" / "D")),
        *("--target", "t", "--build-arg", "K=v", str(tmp_path / "x")),
    ]
    assert build_words(project, "b")[-1] == str(tmp_path)


def test_yaml_is_taken_as_compose_takes_it(read: Read) -> None:
    text = "services: {a: {image: x, restart: no, expose: [22:22, 80], environment: {ON: yes, T: 12:30:45}}}"
    service = read(text).services["a"]
    assert service.restart == "no"
    assert service.environment == {"ON": "yes", "T": "12:30:45"}


def test_profiles(read: Read) -> None:
    text = "services: {a: {image: x}, b: {image: x, profiles: [debug]}}"
    assert read(text).active() == ["a"]
    assert read(text, profiles=("debug",)).active() == ["a", "b"]
    assert read(text).active(["b"]) == ["b"]


def test_variables_come_from_the_environment_before_the_file(read: Read, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TAG=1\nOTHER=2\n")
    text = "services: {a: {image: 'x:${TAG}.${OTHER}.${NONE:-3}'}}"
    assert read(text, TAG="9").services["a"].image == "x:9.2.3"


def test_names(read: Read) -> None:
    text = "name: mine\nservices: {a: {image: x, container_name: own}}\n"
    text += "volumes: {v: {external: true}, w: {name: z}}"
    project = read(text, name="")
    assert project.name == "mine"
    assert project.container_name("a") == "own"
    assert (project.volume_name("v"), project.volume_name("w")) == ("v", "z")


def test_unknown_keys_are_named_with_their_line(read: Read, tmp_path: Path) -> None:
    project = read("services:\n  a:\n    image: x\n    x-mine: 1\n    deploy: {replicas: 2}\nconfigs: {}\n")
    file = tmp_path / "compose.yaml"
    assert list(project.warnings) == [
        f"{file}:6: configs: this key is not known, and has no effect",
        f"{file}:5: services.a.deploy: this key is not known, and has no effect",
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("services:\n  a:\n    image: [x]\n", 3, "services.a.image: input should be a valid string"),
        ("services:\n  a:\n    image: x\n    ports: 80\n", 4, "services.a.ports"),
        ("services:\n  a:\n    image: x\n    environment:\n      A: true\n", 5, "services.a.environment.A"),
        ("services:\n  a:\n    image: x\n    volumes: ['::']\n", 4, "invalid volume specification: ::"),
        ("services:\n  a:\n    image: x\n    image: y\n", 4, "'image' stands twice"),
        ("services:\n  a: {}\n", 2, 'service "a" has neither an image nor a build context specified'),
        ("services:\n  a:\n    image: x\n    volumes: ['v:/v']\n", 4, "refers to undefined volume v"),
        ("services:\n  a:\n    image: x\n    networks: [n]\n", 4, "refers to undefined network n"),
        ("services:\n  a:\n    image: x\n    depends_on: [b]\n", 4, 'depends on undefined service "b"'),
        ("services:\n  a: {image: x, depends_on: [a]}\n", 1, "dependency cycle detected: a -> a"),
        ("services:\n  a:\n    image: ${X:?needed}\n", 3, "required variable X is missing a value: needed"),
        ("services: {}\n", 1, "services"),
        ("- a\n", 0, "a Compose file is a mapping"),
        ("a: [\n", 2, "expected"),
        ("a: &a [*a]\n", 0, "too many values, or too deep"),
        ("? [a]\n: b\n", 1, "a key must be plain"),
    ],
)
def test_what_is_wrong_has_a_place(read: Read, text: str, line: int, message: str) -> None:
    with pytest.raises(ComposeError) as caught:
        read(text)
    assert message in caught.value.message
    assert line in (0, caught.value.line)


def test_aliases_can_not_explode(read: Read) -> None:
    lines = ["x0: &x0 [a, a, a, a, a, a, a, a, a]"]
    lines += [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]" for n in range(1, 9)]
    with pytest.raises(ComposeError, match="too many values"):
        read("\n".join(lines))


def test_a_bad_project_name_is_refused(read: Read) -> None:
    with pytest.raises(ComposeError, match="invalid project name 'A b'"):
        read("services: {a: {image: x}}", name="A b")


def test_merged_keys_may_be_used_again(read: Read) -> None:
    text = """
x-a: &a {image: x, user: one}
x-b: &b {<<: *a, user: two}
services: {a: *b, b: *b, c: {<<: *b, user: three}}
"""
    users = {name: (one.image, one.user) for name, one in read(text).services.items()}
    assert users == {"a": ("x", "two"), "b": ("x", "two"), "c": ("x", "three")}


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "type", "source", "target", "context", "test"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
_SERVICES = st.dictionaries(st.sampled_from(sorted(Service.model_fields)), _VALUES, max_size=4)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_SERVICES, st.dictionaries(st.sampled_from(sorted(File.model_fields)), _VALUES, max_size=2))
def test_any_values_make_a_project_or_are_refused(read: Read, service: dict, rest: dict) -> None:
    content = {"services": {"a": {"image": "x", **service}}, **rest}
    try:
        project = read(yaml.safe_dump(content))
        for name in project.active():
            create_words(project, name, {})
    except MinibuildError as error:
        assert "validation error" not in error.message
