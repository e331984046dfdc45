"""The options of `run` and `create`, and what they ask for."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from minibuild.cli.arguments import DockerCommand
from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.container.creation import Wishes

FAILED = 125  # what docker exits with when the container did not run


class RunError(MinibuildError):
    """A container could not be run: the error's words, docker's exit status."""

    def __init__(self, error: MinibuildError, status: int = FAILED) -> None:
        super().__init__(error.message, hint=error.hint)
        self.exit_code = status


class RunCommand(DockerCommand):
    """A command whose own errors are told with docker's status 125; what follows the image is not its
    options.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does it, with docker's words for what is wrong."""
        ctx.allow_interspersed_args = False
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            raise RunError(MinibuildError(f"unknown flag: {error.option_name}")) from None
        except click.MissingParameter:
            what = f'"{ctx.command_path}" requires more arguments.'
            raise RunError(MinibuildError(what, hint=self.get_usage(ctx)), 1) from None
        except click.UsageError as error:
            raise RunError(MinibuildError(error.format_message())) from None


def _text(*names: str, help_: str, metavar: str = "TEXT", default: Any = "") -> Callable[[Any], Any]:
    return click.option(*names, default=default, metavar=metavar, help=help_)


def _texts(*names: str, help_: str, metavar: str = "TEXT") -> Callable[[Any], Any]:
    return click.option(*names, multiple=True, metavar=metavar, help=help_)


def _switch(*names: str, help_: str) -> Callable[[Any], Any]:
    return click.option(*names, is_flag=True, help=help_)


_OPTIONS = (
    _texts("-a", "--attach", help_="Attach to STDIN, STDOUT or STDERR.", metavar="STREAM"),
    _texts("--add-host", help_="Add a line to /etc/hosts.", metavar="NAME:ADDRESS"),
    _texts("--cap-add", help_="Add a Linux capability (recorded only).", metavar="CAPABILITY"),
    _texts("--cap-drop", help_="Drop a Linux capability (recorded only).", metavar="CAPABILITY"),
    _text("--cidfile", help_="Write the ID into a file.", metavar="FILE"),
    _text("--cpus", help_="Number of CPUs (recorded only).", metavar="NUMBER"),
    _texts("--dns", help_="Name servers.", metavar="ADDRESS"),
    _text("--domainname", help_="Domain of the host name.", metavar="NAME"),
    _text("--entrypoint", help_="Another entry point than the image's.", metavar="PROGRAM", default=None),
    _texts("-e", "--env", help_="Set a variable; NAME alone takes it from here.", metavar="NAME[=VALUE]"),
    _texts("--env-file", help_="Read variables from a file.", metavar="FILE"),
    _texts("--expose", help_="Expose a port.", metavar="PORT[/PROTOCOL]"),
    click.option(
        "--fidelity",
        type=click.Choice(["exact", "modelled", "assume"]),
        default="modelled",
        help="How far what is not known may be modelled or taken for granted  [default: modelled]",
    ),
    _text("--health-cmd", help_="Command that checks health.", metavar="COMMAND"),
    _text("--health-interval", help_="Time between two checks.", metavar="DURATION"),
    click.option("--health-retries", type=int, default=0, metavar="NUMBER", help="Failures until unhealthy."),
    _text("--health-start-period", help_="Time in which failures don't count.", metavar="DURATION"),
    _text("--health-timeout", help_="How long a check may take.", metavar="DURATION"),
    _text("-h", "--hostname", help_="The host name inside.", metavar="NAME"),
    _switch("--init", help_="Run an init as the first process (recorded only)."),
    _switch("-i", "--interactive", help_="Keep standard input open."),
    _text("--ip", help_="IPv4 address on the network.", metavar="ADDRESS"),
    _text("--ip6", help_="IPv6 address on the network.", metavar="ADDRESS"),
    _texts("-l", "--label", help_="Set a label.", metavar="NAME[=VALUE]"),
    _texts("--label-file", help_="Read labels from a file.", metavar="FILE"),
    _texts("--link", help_="Link to another container (recorded only).", metavar="NAME[:ALIAS]"),
    _text("--log-driver", help_="Where logs go (recorded only).", metavar="NAME"),
    _text("--mac-address", help_="Hardware address.", metavar="ADDRESS"),
    _text("-m", "--memory", help_="Limit of memory (recorded only).", metavar="BYTES"),
    _texts("--mount", help_="Mount a volume, a host path or memory.", metavar="type=…,source=…,target=…"),
    _text("--name", help_="The container's name.", metavar="NAME"),
    _text("--network", "--net", help_="The network to join.", metavar="NETWORK", default="default"),
    _texts("--network-alias", "--net-alias", help_="A further name on the network.", metavar="NAME"),
    _switch("--no-healthcheck", help_="Don't check health."),
    _text("--platform", help_="Accepted; images serve every platform.", metavar="OS/ARCH"),
    _switch("--privileged", help_="Extended rights (recorded only)."),
    _texts("-p", "--publish", help_="Publish a port.", metavar="[ADDRESS:][HOSTPORT:]PORT"),
    _switch("-P", "--publish-all", help_="Publish all exposed ports to free ones."),
    _text("--pull", help_="Accepted; nothing is ever pulled.", metavar="WHEN"),
    _switch("--read-only", help_="The container's own files can't be written."),
    _text("--restart", help_="no, always, unless-stopped or on-failure[:N].", metavar="POLICY", default="no"),
    _switch("--rm", help_="Remove the container when it ends."),
    _texts("--security-opt", help_="Security options (recorded only).", metavar="OPTION"),
    _text("--shm-size", help_="Size of /dev/shm (recorded only).", metavar="BYTES"),
    _text("--stop-signal", help_="The signal that stops it.", metavar="SIGNAL"),
    click.option("--stop-timeout", type=int, metavar="SECONDS", help="How long stop waits before it kills."),
    _texts("--sysctl", help_="Kernel settings (recorded only).", metavar="NAME=VALUE"),
    _texts("--tmpfs", help_="Mount memory.", metavar="PATH[:OPTIONS]"),
    _switch("-t", "--tty", help_="Give it a terminal."),
    _texts("--ulimit", help_="Limits of resources (recorded only).", metavar="OPTION"),
    _text("-u", "--user", help_="The user, and group, that it runs as.", metavar="USER[:GROUP]"),
    _texts("-v", "--volume", help_="Mount a volume or a host path.", metavar="[SOURCE:]TARGET[:MODE]"),
    _texts("--volumes-from", help_="Mount what another container mounts.", metavar="CONTAINER[:MODE]"),
    _text("-w", "--workdir", help_="The working directory inside.", metavar="PATH"),
)


def container_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that `run` and `create` have in common."""
    for option in reversed(_OPTIONS):
        function = option(function)
    function = click.argument("command", metavar="[COMMAND]...", nargs=-1, type=click.UNPROCESSED)(function)
    return click.argument("image", metavar="IMAGE")(function)


def wishes(given: dict[str, Any], command: tuple[str, ...], *, attached: bool) -> Wishes:
    """What the options ask for. Raise `MinibuildError`."""
    from minibuild.container.creation import Wishes
    from minibuild.image.config import ContainerConfig
    from minibuild.volume.binding import parse_mount, parse_tmpfs, parse_volume

    volumes = [parse_volume(text) for text in given["volume"]]
    tmpfs = [parse_tmpfs(text) for text in given["tmpfs"]]
    mounts = [parse_mount(text) for text in given["mount"]]
    restart, limit = _restart(given["restart"], auto_remove=given["rm"])
    entrypoint = given["entrypoint"]
    config = ContainerConfig(
        user=given["user"],
        env=_environment(given),
        working_dir=_directory(given["workdir"]),
        labels=_labels(given),
        stop_signal=given["stop_signal"],
        exposed_ports=_exposed(given),
        healthcheck=_health(given),
        volumes=tuple(one.target for one in volumes if one.type == "volume" and not one.source),
    )
    spec = {
        "hostname": given["hostname"],
        "domainname": given["domainname"],
        "tty": given["tty"],
        "open_stdin": given["interactive"],
        "attached": attached,
        "binds": tuple(one.text for one in volumes if one.source),
        "volumes_from": given["volumes_from"],
        "tmpfs": {one.target: one.mode for one in tmpfs},
        "network": given["network"],
        "network_options": {
            key: given[key] for key in ("network_alias", "ip", "ip6", "mac_address") if given[key]
        },
        "ports": _published(given),
        "publish_all": given["publish_all"],
        "extra_hosts": tuple(_host(text) for text in given["add_host"]),
        "dns": given["dns"],
        "read_only": given["read_only"],
        "auto_remove": given["rm"],
        "restart": restart,
        "restart_limit": limit,
        "stop_timeout": given["stop_timeout"],
        "fidelity": given["fidelity"],
        "extra": {
            key: given[key]
            for key in ("privileged", "cap_add", "cap_drop", "security_opt", "memory", "cpus", "init", "link")
            if given[key]
        },
    }
    return Wishes(
        given["name"],
        config,
        command,
        None if entrypoint is None else ((entrypoint,) if entrypoint else ()),
        (*volumes, *tmpfs, *mounts),
        given["volumes_from"],
        given["no_healthcheck"],
        spec,
    )


def _environment(given: dict[str, Any]) -> tuple[str, ...]:
    lines: dict[str, str] = {}
    for path in given["env_file"]:
        for line in _lines(path):
            _set_variable(lines, line)
    for text in given["env"]:
        if not text.partition("=")[0]:
            raise MinibuildError(
                f'invalid argument "{text}" for "-e, --env" flag: invalid environment variable: {text}'
            )
        _set_variable(lines, text)
    return tuple(lines.values())


def _set_variable(lines: dict[str, str], text: str) -> None:
    name, equals, _ = text.partition("=")
    if equals:
        lines[name] = text
    elif name in os.environ:
        lines[name] = f"{name}={os.environ[name]}"


def _labels(given: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    texts = [line for path in given["label_file"] for line in _lines(path)] + list(given["label"])
    pairs = {name: value for name, _, value in (text.partition("=") for text in texts)}
    return tuple(sorted(pairs.items()))


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = [line.rstrip("\r\n").lstrip() for line in file]
    except OSError as error:
        raise MinibuildError(f"open {path}: {(error.strerror or str(error)).lower()}") from None
    return [line for line in lines if line and not line.startswith("#")]


def _directory(path: str) -> str:
    if path and not path.startswith("/"):
        raise MinibuildError(f"the working directory '{path}' is invalid, it needs to be an absolute path")
    return path


def _host(text: str) -> str:
    name, colon, address = text.partition(":")
    if not colon or not name or not address:
        raise MinibuildError(
            f'invalid argument "{text}" for "--add-host" flag: bad format for add-host: "{text}"'
        )
    return f"{name}:{address}"


def _restart(text: str, *, auto_remove: bool) -> tuple[str, int]:
    name, colon, count = text.partition(":")
    name = name or "no"
    if name not in ("no", "always", "unless-stopped", "on-failure"):
        raise MinibuildError(f"invalid restart policy '{name}'")
    if colon and (name != "on-failure" or not count.isdigit()):
        raise MinibuildError("maximum retry count must be an integer, and can only be used with on-failure")
    if auto_remove and name != "no":
        raise MinibuildError("Conflicting options: --restart and --rm")
    return name, int(count or 0)


def _health(given: dict[str, Any]) -> Any:
    from minibuild.image.config import Healthcheck

    times = {key: _duration(given[f"health_{key}"]) for key in ("interval", "timeout", "start_period")}
    if not given["health_cmd"] and not any(times.values()) and not given["health_retries"]:
        return None
    test = ("CMD-SHELL", given["health_cmd"]) if given["health_cmd"] else ()
    return Healthcheck(test, retries=given["health_retries"], **times)


def _duration(text: str) -> int:
    from minibuild.dockerfile.durations import parse_duration
    from minibuild.dockerfile.errors import FaultError

    try:
        return parse_duration(text) if text else 0
    except FaultError as error:
        raise MinibuildError(error.message, hint="a duration looks like 30s, 1m30s or 500ms") from None


def _exposed(given: dict[str, Any]) -> tuple[str, ...]:
    from minibuild.container.ports import parse_exposed

    ports = [port for text in given["expose"] for port in parse_exposed(text)]
    return tuple(sorted({*ports, *_published(given)}))


def _published(given: dict[str, Any]) -> dict[str, list[list[str]]]:
    from minibuild.container.ports import parse_published

    found: dict[str, list[list[str]]] = {}
    for text in given["publish"]:
        for port, address, host_port in parse_published(text):
            found.setdefault(port, []).append([address, host_port])
    return found


def check_terminal(given: dict[str, Any], *, detached: bool) -> None:
    """A terminal can only be given to a container by somebody who has one. Raise `MinibuildError`."""
    if given["tty"] and given["interactive"] and not detached and not sys.stdin.isatty():
        raise MinibuildError("the input device is not a TTY")
