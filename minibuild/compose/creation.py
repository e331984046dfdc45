"""Services, networks and builds of a project as the engine's own commands would be asked for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from minibuild.compose.errors import ComposeError
from minibuild.compose.interpolation import read_variables
from minibuild.compose.project import NETWORK, NUMBER, PROJECT, SERVICE
from minibuild.image.config import Healthcheck
from minibuild.network.creation import NetworkOptions
from minibuild.network.records import Wish

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from minibuild.compose.model import Mount, Service
    from minibuild.compose.project import Project
    from minibuild.container.creation import Wishes


def create_words(project: Project, name: str, labels: Mapping[str, str]) -> list[str]:
    """The words of `create` that make the container of a service, with these labels, too."""
    service = project.services[name]
    words = ["--name", project.container_name(name), *_network_words(project, name)]
    own = {PROJECT: project.name, SERVICE: name, NUMBER: "1", **labels}
    pairs = {**service.labels, **own}
    words += [word for key, value in pairs.items() for word in ("--label", f"{key}={value or ''}")]
    for variable, value in _environment(project, service).items():
        words += ["--env", f"{variable}={value}"]
    for mount in service.volumes:
        words += _mount_words(project, mount)
    for secret in service.secrets:
        source = project.secrets[secret.source].file
        if not source:
            raise ComposeError(f"secret {secret.source}: only secrets that are files can be used")
        target = secret.target or secret.source
        target = target if target.startswith("/") else f"/run/secrets/{target}"
        words += ["--mount", f"type=bind,source={project.path(source)},target={target},readonly"]
    words += list(_plain_words(service))
    return [*words, project.image_name(name), *(service.command or ())]


def _environment(project: Project, service: Service) -> dict[str, str]:
    found: dict[str, str | None] = {}
    for file in service.env_file:
        found.update(read_variables(project.path(file)))
    found.update(service.environment)
    given = {key: project.variables.get(key) if value is None else value for key, value in found.items()}
    return {key: value for key, value in given.items() if value is not None}


def _mount_words(project: Project, mount: Mount) -> list[str]:
    if mount.type == "tmpfs":
        return ["--tmpfs", mount.target]
    source = str(project.path(mount.source)) if mount.type == "bind" else ""
    if mount.type == "volume" and mount.source:
        source = project.volume_name(mount.source)
    parts = [source] * bool(source) + [mount.target]
    mode = mount.mode or ("ro" if mount.read_only else "")
    return ["--volume", ":".join([*parts, mode] if mode and source else parts)]


def _network_words(project: Project, name: str) -> Iterator[str]:
    service = project.services[name]
    keys = project.networks_of(name)
    if not keys:
        mode = service.network_mode
        kind, _, other = mode.partition(":")
        yield from ("--network", f"container:{project.container_name(other)}" if kind == "service" else mode)
        return
    yield from ("--network", project.network_name(keys[0]))
    wish = network_wish(project, name, keys[0])
    for alias in wish.aliases:
        yield from ("--network-alias", alias)
    yield from ("--ip", wish.ip) if wish.ip else ()
    yield from ("--ip6", wish.ip6) if wish.ip6 else ()


def network_wish(project: Project, name: str, key: str) -> Wish:
    """What a service wants on a network; it is known there by its own name, too."""
    use = project.services[name].networks.get(key)
    if use is None:
        return Wish((name,))
    return Wish((name, *use.aliases), use.ipv4_address, use.ipv6_address)


def _plain_words(service: Service) -> Iterator[str]:
    """Options that have the same meaning for `create`."""
    hosts = service.extra_hosts
    if isinstance(hosts, dict):
        hosts = tuple(f"{name}:{address}" if address is not None else name for name, address in hosts.items())
    several = {
        "--tmpfs": service.tmpfs,
        "--publish": tuple(port.text() for port in service.ports),
        "--expose": service.expose,
        "--add-host": tuple(one.replace("=", ":", 1) for one in hosts),
        "--dns": service.dns,
        "--cap-add": service.cap_add,
        "--cap-drop": service.cap_drop,
    }
    for option, values in several.items():
        for value in values:
            yield from (option, value)
    single = {
        "--restart": service.restart,
        "--workdir": service.working_dir,
        "--user": service.user,
        "--hostname": service.hostname,
        "--domainname": service.domainname,
        "--stop-signal": service.stop_signal,
    }
    for option, value in single.items():
        if value:
            yield from (option, value)
    switches = {
        "--init": service.init,
        "--privileged": service.privileged,
        "--read-only": service.read_only,
        "--interactive": service.stdin_open,
        "--tty": service.tty,
    }
    yield from (option for option, on in switches.items() if on)
    check = service.healthcheck
    if check is None:
        return
    if check.disable or check.test[:1] == ("NONE",):
        yield "--no-healthcheck"
        return
    times = {
        "--health-interval": check.interval,
        "--health-timeout": check.timeout,
        "--health-start-period": check.start_period,
        "--health-retries": str(check.retries or ""),
    }
    for option, value in times.items():
        if value:
            yield from (option, value)


def refine(wishes: Wishes, service: Service) -> Wishes:
    """What a service says that no option of `create` can: an entry point and a check of several words."""
    if service.entrypoint is not None:
        wishes = replace(wishes, entrypoint=service.entrypoint)
    check = service.healthcheck
    if check is None or not check.test or wishes.no_healthcheck:
        return wishes
    before = wishes.config.healthcheck or Healthcheck(())
    return replace(wishes, config=wishes.config._replace(healthcheck=before._replace(test=check.test)))


def network_options(project: Project, key: str) -> NetworkOptions:
    """What `network create` is to make of a network."""
    network = project.networks[key]
    pools = network.ipam.config
    return NetworkOptions(
        project.network_name(key),
        driver=network.driver,
        subnets=tuple(pool.subnet for pool in pools if pool.subnet),
        gateways=tuple(pool.gateway for pool in pools if pool.gateway),
        ranges=tuple(pool.ip_range for pool in pools if pool.ip_range),
        options={name: value or "" for name, value in network.driver_opts.items()},
        labels={**{k: v or "" for k, v in network.labels.items()}, PROJECT: project.name, NETWORK: key},
        internal=network.internal,
        attachable=network.attachable,
        ipv6=network.enable_ipv6,
    )


def build_words(project: Project, name: str) -> list[str]:
    """The words of `build` that make a service's image."""
    build = project.services[name].build
    assert build is not None
    context = project.path(build.context)
    words = ["--tag", project.image_name(name), "--dialect", "docker"]
    if build.dockerfile:
        words += ["--file", str(context / build.dockerfile)]
    if build.target:
        words += ["--target", build.target]
    for option, pairs in (("--build-arg", build.args), ("--label", build.labels)):
        for key, value in pairs.items():
            words += [option, key if value is None else f"{key}={value}"]
    return [*words, *(["--no-cache"] if build.no_cache else []), str(context)]
