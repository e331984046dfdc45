"""`minibuild inspect`: a container as docker's engine describes it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from minibuild.report.image_inspection import config_document
from minibuild.report.template_values import Map, Nil

if TYPE_CHECKING:
    from collections.abc import Mapping

    from minibuild.container.records import MountPoint, Record
    from minibuild.volume.volumes import Volume

_NEVER = "0001-01-01T00:00:00Z"
_SECOND = 1_000_000_000

_MAPS = ("Networks", "Ports")  # of the network settings: their keys are names


def timestamp(moment: int) -> str:
    """A time in ns as the engine writes it; `0001-…` for never."""
    if not moment:
        return _NEVER
    whole, rest = divmod(moment, _SECOND)
    fraction = f".{rest:09d}".rstrip("0").rstrip(".")
    return datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


def container_document(
    record: Record,
    network: Mapping[str, Any],
    root: str,
    volume_path: Any,
    size: tuple[int, int] | None = None,
) -> dict[str, Any]:
    """The container's document, with docker's keys in docker's order. `network` is its `NetworkSettings`,
    `root` the store's directory, `volume_path` tells where a volume's files are; `size` is shown if given.
    """
    spec = record.spec
    place = f"{root}/containers/{record.id}"
    document: dict[str, Any] = {
        "Id": record.id,
        "Created": timestamp(record.created),
        "Path": spec.argv[0],
        "Args": list(spec.argv[1:]),
        "State": _state(record),
        "Image": spec.image,
        "ResolvConfPath": f"{place}/resolv.conf",
        "HostnamePath": f"{place}/hostname",
        "HostsPath": f"{place}/hosts",
        "LogPath": "",
        "Name": f"/{record.name}",
        "RestartCount": record.state.restarts,
        "Driver": "minibuild",
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "",
        "ExecIDs": Nil("list"),
        "HostConfig": _host_config(record),
        "GraphDriver": {"Data": Nil("map"), "Name": "minibuild"},
        "SizeRw": Nil("pointer", omitted=True) if size is None else size[0],
        "SizeRootFs": Nil("pointer", omitted=True) if size is None else size[1],
        "Mounts": [
            _mount(mount, volume_path) for mount in spec.mounts if mount.type != "tmpfs" or mount.long
        ],
        "Config": _config(record),
        "NetworkSettings": {key: Map(one) if key in _MAPS else one for key, one in network.items()},
    }
    return document


def _state(record: Record) -> dict[str, Any]:
    state = record.state
    document = {
        "Status": state.status,
        "Running": state.is_running or state.status == "restarting",
        "Paused": state.status == "paused",
        "Restarting": state.status == "restarting",
        "OOMKilled": False,
        "Dead": False,
        "Pid": 1 if state.is_running else 0,
        "ExitCode": state.exit_code,
        "Error": state.error,
        "StartedAt": timestamp(state.started),
        "FinishedAt": timestamp(state.finished),
    }
    if state.health is not None:
        document["Health"] = {
            "Status": state.health["Status"],
            "FailingStreak": state.health["FailingStreak"],
            "Log": [
                {**entry, "Start": timestamp(entry["Start"]), "End": timestamp(entry["End"])}
                for entry in state.health["Log"]
            ],
        }
    if state.fidelity != "exact":
        document["Fidelity"] = {"Level": state.fidelity, "Reasons": list(state.reasons)}
    return document


def _host_config(record: Record) -> dict[str, Any]:
    spec = record.spec
    extra = spec.extra
    bindings = Map(
        (port, [{"HostIp": address, "HostPort": number} for address, number in pairs])
        for port, pairs in sorted(spec.ports.items())
    )
    longer = [mount for mount in spec.mounts if mount.long]
    return {
        "Binds": list(spec.binds) or Nil("list"),
        "ContainerIDFile": "",
        "LogConfig": {"Type": "json-file", "Config": Map()},
        "NetworkMode": spec.network,
        "PortBindings": bindings,
        "RestartPolicy": {"Name": spec.restart, "MaximumRetryCount": spec.restart_limit},
        "AutoRemove": spec.auto_remove,
        "VolumeDriver": "",
        "VolumesFrom": list(spec.volumes_from) or Nil("list"),
        "CapAdd": list(extra.get("cap_add", ())) or Nil("list"),
        "CapDrop": list(extra.get("cap_drop", ())) or Nil("list"),
        "CgroupnsMode": "host",
        "Dns": list(spec.dns),
        "DnsOptions": [],
        "DnsSearch": [],
        "ExtraHosts": list(spec.extra_hosts) or Nil("list"),
        "GroupAdd": Nil("list"),
        "IpcMode": "private",
        "Cgroup": "",
        "Links": list(extra.get("link", ())) or Nil("list"),
        "OomScoreAdj": 0,
        "PidMode": "",
        "Privileged": bool(extra.get("privileged")),
        "PublishAllPorts": spec.publish_all,
        "ReadonlyRootfs": spec.read_only,
        "SecurityOpt": list(extra.get("security_opt", ())) or Nil("list"),
        "Tmpfs": Map(spec.tmpfs) if spec.tmpfs else Nil("map", omitted=True),
        "UTSMode": "",
        "UsernsMode": "",
        "ShmSize": 67108864,
        "Runtime": "simulated",
        "ConsoleSize": [0, 0],
        "Isolation": "",
        "CpuShares": 0,
        "Memory": 0,
        "NanoCpus": 0,
        "Mounts": [_wish(mount) for mount in longer] or Nil("list", omitted=True),
        "MaskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
        "ReadonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
    }


def _wish(mount: MountPoint) -> dict[str, Any]:
    source = mount.name if mount.type == "volume" else mount.source
    return {
        "Type": mount.type,
        "Source": source or Nil("pointer", omitted=True),
        "Target": mount.target,
        "ReadOnly": True if mount.read_only else Nil("pointer", omitted=True),
    }


def _mount(mount: MountPoint, volume_path: Any) -> dict[str, Any]:
    document: dict[str, Any] = {"Type": mount.type}
    if mount.type == "volume":
        document |= {"Name": mount.name, "Source": volume_path(mount.name)}
    else:
        document |= {"Source": mount.source}
    document["Destination"] = mount.target
    if mount.type == "volume":
        document["Driver"] = "local"
    mode = "z" if mount.type == "volume" and mount.named and mount.long else mount.mode
    return {
        **document,
        "Mode": mode,
        "RW": not mount.read_only,
        "Propagation": "rprivate" if mount.type == "bind" else "",
    }


def _config(record: Record) -> dict[str, Any]:
    spec = record.spec
    document = config_document(spec.config)
    ports = sorted({*spec.config.exposed_ports, *spec.ports})
    document |= {
        "Hostname": spec.hostname or record.short,
        "Domainname": spec.domainname,
        "AttachStdin": spec.attached and spec.open_stdin,
        "AttachStdout": spec.attached,
        "AttachStderr": spec.attached,
        "Tty": spec.tty,
        "OpenStdin": spec.open_stdin,
        "StdinOnce": spec.attached and spec.open_stdin,
        "Image": spec.image_name,
        "ExposedPorts": Map((port, {}) for port in ports) if ports else Nil("map", omitted=True),
        "Labels": Map(spec.config.labels),
    }
    return document


def volume_document(volume: Volume) -> dict[str, Any]:
    """A volume as docker's engine describes it."""
    return {
        "CreatedAt": timestamp(volume.created // _SECOND * _SECOND),
        "Driver": "local",
        "Labels": Nil("map") if volume.labels is None else Map(volume.labels),
        "Mountpoint": volume.path,
        "Name": volume.name,
        "Options": Nil("map") if volume.options is None else Map(volume.options),
        "Scope": "local",
    }
