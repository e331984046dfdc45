"""RUN --mount: what is checked when it is read, and what when it is expanded."""

import pytest

from minibuild.dockerfile import DockerfileError, parse
from minibuild.dockerfile.mounts import expand_mount
from minibuild.dockerfile.nodes import Mount, Run


def mount(text: str) -> Mount:
    run = parse(f"FROM a\nRUN --mount={text} x\n").instructions[1]
    assert isinstance(run, Run)
    return run.mounts[0]


def same(word: str) -> str:
    return word


READ = [
    ("type=cache,target=/c", {"type": "cache", "target": "/c", "read_only": False}),
    ("target=/x,from=b,src=/y", {"type": "bind", "from_": "b", "source": "/y", "read_only": True}),
    ("type=bind,dst=/x,rw", {"target": "/x", "read_only": False}),
    (
        "TYPE=secret,ID=t,required,mode=0400,uid=1,gid=2,env=T",
        {
            "type": "secret",
            "id": "t",
            "required": True,
            "mode": 0o400,
            "uid": 1,
            "gid": 2,
            "env": "T",
        },
    ),
    ("type=tmpfs,target=/t,size=64m", {"type": "tmpfs", "size": 64 << 20, "read_only": False}),
    ("type=cache,target=/c,sharing=LOCKED,ro=true", {"sharing": "locked", "read_only": True}),
    ('type=bind,\\"target=/a,b\\"', {"target": "/a,b"}),
]


@pytest.mark.parametrize(("text", "fields"), READ)
def test_fields(text: str, fields: dict[str, object]) -> None:
    for found in (mount(text), expand_mount(mount(text), same)):
        assert {name: getattr(found, name) for name in fields} == fields


LATER = [
    ("type=foo,target=/c", "unsupported mount type"),
    ("type=cache,target=/c,foo=bar", "unexpected key"),
    ("type=cache,target=/c,sharing=x", "unsupported sharing"),
    ("type=tmpfs,target=/c,size=big", "invalid value for size"),
    ("type=cache,target=/c,mode=9", "invalid value 9 for mode"),
    ("type=cache,target=/c,uid=x", "invalid value x for uid"),
    ("type=bind,target=/c,uid=1", "uid not allowed"),
    ("type=bind,target=/c,size=1", "unexpected key"),
    ("type=bind,target=/c,required", "unexpected key"),
    ("type=bind,target=/c,ro=maybe", "invalid value for ro"),
    ("type=secret", "one of source, target required"),
    ("type=secret,id=a,src=b", "both source and id"),
    ("type=secret,id=a,from=b", "should not have a from"),
    ("type=secret,id=a,sharing=shared", "should not define sharing"),
    ("type=bind,target=/c,sharing=shared", "invalid cache sharing"),
    ("type=cache,bogus", "must be a key=value pair"),
]


@pytest.mark.parametrize(("text", "message"), LATER)
def test_bad_values_are_told_when_the_mount_is_expanded(text: str, message: str) -> None:
    found = mount(text)
    with pytest.raises(DockerfileError, match=message) as caught:
        expand_mount(found, same)
    assert caught.value.message


def test_variables_stand_anywhere_but_in_from() -> None:
    found = mount("type=$T,target=/c/$X,mode=$M")
    values = {"$T": "cache", "/c/$X": "/c/x", "$M": "700"}
    expanded = expand_mount(found, values.__getitem__)
    assert (expanded.type, expanded.target, expanded.mode) == ("cache", "/c/x", 0o700)


def test_the_source_of_a_secret_is_its_id() -> None:
    assert expand_mount(mount("type=secret,source=key"), same).id == "key"
