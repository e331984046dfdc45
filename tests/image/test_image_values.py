"""Digests, names and configurations."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minibuild.image.config import ContainerConfig, Healthcheck, HistoryEntry, ImageConfig, chain_id
from minibuild.image.digest import digest_of, is_digest, sha256_hex, short_id
from minibuild.image.reference import ReferenceError, parse_reference  # noqa: A004

EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_digest() -> None:
    assert digest_of(b"") == EMPTY
    assert sha256_hex(b"") == EMPTY[7:]
    assert short_id(EMPTY) == "e3b0c44298fc"


@pytest.mark.parametrize(
    "text", ["", "sha256:", EMPTY[7:], EMPTY.upper(), EMPTY + "\n", "sha512:" + "0" * 128, None, 7]
)
def test_what_is_no_digest(text: object) -> None:
    assert not is_digest(text)


@pytest.mark.parametrize(
    ("text", "canonical", "familiar"),
    [
        ("alpine", "docker.io/library/alpine:latest", "alpine:latest"),
        ("alpine:3.20", "docker.io/library/alpine:3.20", "alpine:3.20"),
        ("team/app", "docker.io/team/app:latest", "team/app:latest"),
        ("docker.io/alpine", "docker.io/library/alpine:latest", "alpine:latest"),
        ("index.docker.io/library/alpine:1", "docker.io/library/alpine:1", "alpine:1"),
        ("localhost/app", "localhost/app:latest", "localhost/app:latest"),
        ("localhost:5000/app", "localhost:5000/app:latest", "localhost:5000/app:latest"),
        ("example.org/a/b/c:v1.0-rc_1", "example.org/a/b/c:v1.0-rc_1", "example.org/a/b/c:v1.0-rc_1"),
        ("[::1]:5000/app:1", "[::1]:5000/app:1", "[::1]:5000/app:1"),
        (f"app@{EMPTY}", f"docker.io/library/app@{EMPTY}", f"app@{EMPTY}"),
        (f"app:1@{EMPTY}", f"docker.io/library/app:1@{EMPTY}", f"app:1@{EMPTY}"),
        ("a__b/c---d.e_f", "docker.io/a__b/c---d.e_f:latest", "a__b/c---d.e_f:latest"),
    ],
)
def test_names(text: str, canonical: str, familiar: str) -> None:
    reference = parse_reference(text)
    assert (reference.canonical, reference.familiar) == (canonical, familiar)
    assert parse_reference(canonical) == parse_reference(familiar) == reference


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "App",
        "a//b",
        "/a",
        "a/",
        "-a",
        "a:",
        "a:" + "x" * 129,
        "a:-x",
        "a b",
        "a@sha256:12",
        "a/B",
        "ex ample.org/a",
        "x" * 256,
        "a:1:2",
        "a\n",
        "a___b",
        "ä",
    ],
)
def test_what_is_no_name(text: str) -> None:
    with pytest.raises(ReferenceError):
        parse_reference(text)


def test_configuration_has_the_documents_words() -> None:
    config = ImageConfig(
        created="2024-01-02T03:04:05Z",
        author="me",
        variant="v8",
        architecture="arm64",
        diff_ids=(EMPTY,),
        history=(
            HistoryEntry("2024-01-02T03:04:05Z", "RUN x"),
            HistoryEntry(created_by="CMD x", empty_layer=True),
        ),
        config=ContainerConfig(
            user="1:2",
            exposed_ports=("80/tcp", "53/udp"),
            env=("B=2", "A=1"),
            entrypoint=("/e",),
            cmd=(),
            volumes=("/v",),
            working_dir="/w",
            labels=(("z", "1"), ("a", "2")),
            stop_signal="SIGINT",
            healthcheck=Healthcheck(("CMD", "true"), interval=5, retries=2),
            shell=("/bin/bash", "-c"),
            on_build=("RUN y",),
        ),
    )
    document = json.loads(config.to_json())
    assert document["config"] == {
        "User": "1:2",
        "ExposedPorts": {"53/udp": {}, "80/tcp": {}},
        "Env": ["B=2", "A=1"],
        "Entrypoint": ["/e"],
        "Cmd": [],
        "Volumes": {"/v": {}},
        "WorkingDir": "/w",
        "Labels": {"a": "2", "z": "1"},
        "StopSignal": "SIGINT",
        "Healthcheck": {"Test": ["CMD", "true"], "Interval": 5, "Retries": 2},
        "Shell": ["/bin/bash", "-c"],
        "OnBuild": ["RUN y"],
    }
    assert document["rootfs"] == {"type": "layers", "diff_ids": [EMPTY]}
    assert document["history"][1] == {"created_by": "CMD x", "empty_layer": True}
    assert (document["architecture"], document["variant"], document["author"]) == ("arm64", "v8", "me")


def test_what_is_empty_is_left_out() -> None:
    document = json.loads(ImageConfig().to_json())
    assert document == {
        "architecture": "amd64",
        "config": {},
        "history": [],
        "os": "linux",
        "rootfs": {"diff_ids": [], "type": "layers"},
    }


def test_nulls_are_absent_values() -> None:
    config = b'{"Env":null,"Labels":null,"Healthcheck":null,"Cmd":null}'
    raw = b'{"config":' + config + b',"history":null,"rootfs":{"diff_ids":null}}'
    assert ImageConfig.from_json(raw).config == ContainerConfig()


words = st.lists(st.text(st.characters(exclude_categories=()), max_size=5), max_size=3).map(tuple)
maps = st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=3).map(
    lambda d: tuple(sorted(d.items()))
)
containers = st.builds(
    ContainerConfig,
    user=st.text(max_size=4),
    exposed_ports=st.sets(st.sampled_from(("80/tcp", "53/udp", "1-9/sctp"))).map(lambda s: tuple(sorted(s))),
    env=words,
    entrypoint=st.none() | words,
    cmd=st.none() | words,
    volumes=st.sets(st.text(max_size=4)).map(lambda s: tuple(sorted(s))),
    labels=maps,
    healthcheck=st.none() | st.builds(Healthcheck, test=words, interval=st.integers(0, 1 << 40)),
    shell=st.none() | words,
    on_build=words,
)


@given(containers)
def test_a_configuration_survives_its_document(config: ContainerConfig) -> None:
    try:
        raw = ImageConfig(config=config).to_json()
    except UnicodeEncodeError:
        return  # surrogates that stand for no byte can't come from a Dockerfile
    image = ImageConfig.from_json(raw)
    assert image.to_json() == raw
    if b"\xed" not in raw:
        assert image.config == config


def test_bytes_that_are_no_text_are_replaced() -> None:
    """As Go does it: JSON is UTF-8, or nobody could read the image."""
    raw = ImageConfig(config=ContainerConfig(env=("A=\udcff\udcfe", "B=ä"))).to_json()
    assert raw.decode("utf-8")
    assert ImageConfig.from_json(raw).config.env == ("A=\ufffd\ufffd", "B=ä")


def test_chain_id() -> None:
    one, two = digest_of(b"1"), digest_of(b"2")
    assert chain_id(()) == ""
    assert chain_id((one,)) == one
    assert chain_id((one, two)) == digest_of(f"{one} {two}".encode())
    assert chain_id((one, two, one)) == digest_of(f"{chain_id((one, two))} {one}".encode())
