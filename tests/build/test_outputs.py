"""Reading `--output`."""

import pytest

from minibuild.build.outputs import parse_output
from minibuild.errors import UsageError


@pytest.mark.parametrize(
    ("text", "type_", "destination", "options"),
    [
        ("type=oci,dest=x.tar", "oci", "x.tar", {}),
        ("type=docker,dest=-", "docker", "-", {}),
        ("type=oci,dest=x,compression=zstd,tar=false", "oci", "x", {"compression": "zstd", "tar": "false"}),
        ("type=tar", "tar", "-", {}),
        ("type=local,dest=out", "local", "out", {}),
        ("out", "local", "out", {}),
        ("-", "tar", "-", {}),
    ],
)
def test_output_is_read(text: str, type_: str, destination: str, options: dict[str, str]) -> None:
    output = parse_output(text)
    assert (output.type, output.destination, dict(output.options)) == (type_, destination, options)


@pytest.mark.parametrize(
    "text", ["type=oci,dest", "type=floppy,dest=a", "dest=a", "type=local", "type=local,dest=-", "=x"]
)
def test_a_bad_output_is_a_usage_error_with_a_hint_or_reason(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_output(text)
    assert caught.value.exit_code == 2
    assert str(caught.value)
