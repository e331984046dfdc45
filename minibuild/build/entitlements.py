"""What a RUN must be allowed to ask for: the host's network, and to run without a sandbox.

In simulation neither can do harm. They are refused all the same unless `--allow` grants them, as BuildKit
does it: a Dockerfile that builds here must build there.
"""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from minibuild.build.errors import BuildError, DockerfileText
from minibuild.dockerfile.nodes import Instruction, Run

if TYPE_CHECKING:
    from minibuild.build.container import StepContainer

NETWORK_HOST = "network.host"
SECURITY_INSECURE = "security.insecure"
ENTITLEMENTS = (NETWORK_HOST, SECURITY_INSECURE)


def check_entitlements(
    steps: Iterable[tuple[Instruction, Instruction]], allowed: Collection[str], text: DockerfileText
) -> None:
    """Raise `BuildError` for the first RUN, of (instruction, place), that asks for more than is allowed."""
    for instruction, place in steps:
        if not isinstance(instruction, Run):
            continue
        for entitlement, asked in (
            (NETWORK_HOST, instruction.network == "host"),
            (SECURITY_INSECURE, instruction.security == "insecure"),
        ):
            if asked and entitlement not in allowed:
                error = BuildError(f"{entitlement} is not allowed", hint=f"grant it: --allow {entitlement}")
                text.locate(error, place)
                raise error


def check_devices(instruction: Run, container: "StepContainer") -> None:
    """There are no devices in a simulation. Raise `BuildError` for one that a RUN can't do without; the
    others are noted as missing.
    """
    for device in instruction.devices:
        if device.required:
            raise BuildError(
                f'required CDI device "{device.name}" is not registered',
                hint="a simulation has no devices: leave `required` out if the command can do without",
            )
        container.note("modelled", (f"there is no device {device.name}",))
