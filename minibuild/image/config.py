"""Image configurations as values, and as the canonical JSON whose digest is the image ID (OCI image-spec,
config.md)."""

import json
from typing import Any, NamedTuple

from minibuild.image.digest import digest_of


class Healthcheck(NamedTuple):
    """How a container's health is asked for; times in nanoseconds, 0 means inherited or default."""

    test: tuple[str, ...]
    interval: int = 0
    timeout: int = 0
    start_period: int = 0
    start_interval: int = 0
    retries: int = 0


class ContainerConfig(NamedTuple):
    """What a container gets from its image. Empty values mean that nothing is set."""

    user: str = ""
    exposed_ports: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] | None = None
    cmd: tuple[str, ...] | None = None
    volumes: tuple[str, ...] = ()
    working_dir: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    stop_signal: str = ""
    healthcheck: Healthcheck | None = None
    shell: tuple[str, ...] | None = None
    on_build: tuple[str, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """The `config` object of an image configuration; what is empty is left out."""
        document: dict[str, Any] = {
            "Cmd": _listed(self.cmd),
            "Entrypoint": _listed(self.entrypoint),
            "Env": list(self.env) or None,
            "ExposedPorts": {port: {} for port in sorted(self.exposed_ports)} or None,
            "Healthcheck": _healthcheck_document(self.healthcheck),
            "Labels": dict(sorted(self.labels)) or None,
            "OnBuild": list(self.on_build) or None,
            "Shell": _listed(self.shell),
            "StopSignal": self.stop_signal or None,
            "User": self.user or None,
            "Volumes": {path: {} for path in sorted(self.volumes)} or None,
            "WorkingDir": self.working_dir or None,
        }
        return {key: value for key, value in document.items() if value is not None}

    @staticmethod
    def from_document(document: dict[str, Any]) -> "ContainerConfig":
        """The inverse of `to_document`, for a document whose types have been checked; nulls count as
        absent."""

        def words(key: str) -> tuple[str, ...] | None:
            value = document.get(key)
            return None if value is None else tuple(value)

        check = document.get("Healthcheck")
        return ContainerConfig(
            user=document.get("User") or "",
            exposed_ports=tuple(sorted(document.get("ExposedPorts") or ())),
            env=words("Env") or (),
            entrypoint=words("Entrypoint"),
            cmd=words("Cmd"),
            volumes=tuple(sorted(document.get("Volumes") or ())),
            working_dir=document.get("WorkingDir") or "",
            labels=tuple((document.get("Labels") or {}).items()),
            stop_signal=document.get("StopSignal") or "",
            healthcheck=_healthcheck(check) if check else None,
            shell=words("Shell"),
            on_build=words("OnBuild") or (),
        )


class HistoryEntry(NamedTuple):
    """One instruction in an image's history; `created` is RFC 3339."""

    created: str = ""
    created_by: str = ""
    empty_layer: bool = False
    comment: str = ""
    author: str = ""


class ImageConfig(NamedTuple):
    """An image's configuration: where it runs, its layers' diff IDs from the bottom up, its history."""

    created: str = ""
    architecture: str = "amd64"
    os: str = "linux"
    variant: str = ""
    author: str = ""
    config: ContainerConfig = ContainerConfig()
    diff_ids: tuple[str, ...] = ()
    history: tuple[HistoryEntry, ...] = ()

    def to_json(self) -> bytes:
        """The canonical JSON; its digest is the image ID. A byte that is no text becomes U+FFFD, as in Go."""
        document: dict[str, Any] = {"architecture": self.architecture}
        if self.author:
            document["author"] = self.author
        document["config"] = self.config.to_document()
        if self.created:
            document["created"] = self.created
        document["history"] = [_history_document(entry) for entry in self.history]
        document["os"] = self.os
        document["rootfs"] = {"diff_ids": list(self.diff_ids), "type": "layers"}
        if self.variant:
            document["variant"] = self.variant
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        try:
            return text.encode()
        except UnicodeEncodeError:
            return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").encode()

    @staticmethod
    def from_json(raw: bytes) -> "ImageConfig":
        """Read a document of our own store; what comes from outside goes through `documents` first."""
        document = json.loads(raw.decode("utf-8", "surrogateescape"))
        return ImageConfig(
            created=document.get("created") or "",
            architecture=document.get("architecture") or "",
            os=document.get("os") or "",
            variant=document.get("variant") or "",
            author=document.get("author") or "",
            config=ContainerConfig.from_document(document.get("config") or {}),
            diff_ids=tuple((document.get("rootfs") or {}).get("diff_ids") or ()),
            history=tuple(_history_entry(entry) for entry in document.get("history") or ()),
        )


def chain_id(diff_ids: tuple[str, ...]) -> str:
    """The chain ID of a stack of layers (OCI image-spec, "Layer ChainID"); "" for none."""
    chain = ""
    for diff_id in diff_ids:
        chain = digest_of(f"{chain} {diff_id}".encode()) if chain else diff_id
    return chain


def _listed(words: tuple[str, ...] | None) -> list[str] | None:
    return None if words is None else list(words)


def _healthcheck_document(check: Healthcheck | None) -> dict[str, Any] | None:
    if check is None:
        return None
    numbers = {
        "Interval": check.interval,
        "Timeout": check.timeout,
        "StartPeriod": check.start_period,
        "StartInterval": check.start_interval,
        "Retries": check.retries,
    }
    return {"Test": list(check.test)} | {key: value for key, value in numbers.items() if value}


def _healthcheck(document: dict[str, Any]) -> Healthcheck:
    return Healthcheck(
        test=tuple(document.get("Test") or ()),
        interval=document.get("Interval") or 0,
        timeout=document.get("Timeout") or 0,
        start_period=document.get("StartPeriod") or 0,
        start_interval=document.get("StartInterval") or 0,
        retries=document.get("Retries") or 0,
    )


def _history_document(entry: HistoryEntry) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if entry.author:
        document["author"] = entry.author
    if entry.comment:
        document["comment"] = entry.comment
    if entry.created:
        document["created"] = entry.created
    document["created_by"] = entry.created_by
    if entry.empty_layer:
        document["empty_layer"] = True
    return document


def _history_entry(document: dict[str, Any]) -> HistoryEntry:
    return HistoryEntry(
        created=document.get("created") or "",
        created_by=document.get("created_by") or "",
        empty_layer=bool(document.get("empty_layer")),
        comment=document.get("comment") or "",
        author=document.get("author") or "",
    )
