"""`minibuild ps`: rows, filters, table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from minibuild.errors import UsageError
from minibuild.report.listing import render_list
from minibuild.report.table import truncate
from minibuild.report.units import human_duration, human_size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from minibuild.container.records import Record

COLUMNS = {
    "ID": "CONTAINER ID",
    "Image": "IMAGE",
    "Command": "COMMAND",
    "RunningFor": "CREATED",
    "Status": "STATUS",
    "Ports": "PORTS",
    "Names": "NAMES",
}
HEADERS = {"CreatedAt": "CREATED AT", "LocalVolumes": "LOCAL VOLUMES", "State": "STATE", "Size": "SIZE"}
_COMMAND_WIDTH = 20
_MOUNT_WIDTH = 15
_SECOND = 1_000_000_000


class Surroundings(NamedTuple):
    """What a list needs besides the containers: the ports of each (its ID → text), its networks, its size
    (writable, whole) in bytes, the IDs of the images that stand on one, and the time in ns.
    """

    now: int
    ports: Callable[[Record], str]
    networks: Callable[[Record], Sequence[str]]
    sizes: Callable[[Record], tuple[int, int]]
    ancestors: Callable[[str], set[str]]


class Wanted(NamedTuple):
    """Which containers: all or the running ones, the last few, filters as `key=value`."""

    everything: bool = False
    last: int = -1
    filters: tuple[str, ...] = ()


class Shape(NamedTuple):
    """How they are shown: `form` as `--format`, IDs only, nothing cut, with sizes."""

    form: str = ""
    quiet: bool = False
    full: bool = False
    size: bool = False


def container_list(records: Sequence[Record], wanted: Wanted, shape: Shape, around: Surroundings) -> str:
    """The list as text, the newest first. Raise `UsageError` for a wrong filter."""
    found = chosen(records, wanted, around)
    if shape.quiet and not shape.form:
        return "".join((record.id if shape.full else record.short) + "\n" for record in found)
    columns = {**COLUMNS, "Size": "SIZE"} if shape.size else COLUMNS
    return render_list([_row(record, shape, around) for record in found], shape.form, columns, HEADERS)


def chosen(records: Sequence[Record], wanted: Wanted, around: Surroundings) -> list[Record]:
    """The wanted ones among containers that are sorted from the newest on."""
    keep: dict[str, list[_Test]] = {}
    for text in wanted.filters:
        key, equals, value = text.partition("=")
        maker = _FILTERS.get(key)
        if maker is None or not equals:
            raise UsageError(f"Invalid filter '{text}'", hint="known are " + ", ".join(sorted(_FILTERS)))
        keep.setdefault(key, []).append(maker(value, list(records), around))
    asked = {"status", "exited"} & keep.keys()
    everything = wanted.everything or wanted.last >= 0 or bool(asked)
    found = [record for record in records if everything or record.state.status in _SHOWN]
    for tests in keep.values():  # values of one key are alternatives, but labels
        one = all if tests and tests[0].__name__ == "by_label" else any
        found = [record for record in found if one(test(record) for test in tests)]
    return found[: wanted.last] if wanted.last >= 0 else found


_SHOWN = ("running", "paused", "restarting")


def _row(record: Record, shape: Shape, around: Surroundings) -> dict[str, Any]:
    spec = record.spec
    created = datetime.fromtimestamp(record.created // _SECOND, UTC)
    volumes = [mount for mount in spec.mounts if mount.type == "volume"]
    mounts = [mount.name or mount.source for mount in spec.mounts if mount.type != "tmpfs"]
    labels = dict(spec.config.labels)
    writable, whole = around.sizes(record) if shape.size else (0, 0)
    return {
        "Command": command_text(spec.argv, full=shape.full),
        "CreatedAt": created.strftime("%Y-%m-%d %H:%M:%S +0000 UTC"),
        "ID": record.id if shape.full else record.short,
        "Image": spec.image_name,
        "Labels": ",".join(f"{key}={value}" for key, value in sorted(labels.items())),
        "LocalVolumes": str(len(volumes)),
        "Mounts": ",".join(one if shape.full else truncate(one, _MOUNT_WIDTH) for one in mounts),
        "Names": record.name,
        # Only a template shows them, and asking for them takes time.
        "Networks": ",".join(around.networks(record)) if shape.form else "",
        "Ports": around.ports(record),
        "RunningFor": human_duration((around.now - record.created) / _SECOND) + " ago",
        "Size": f"{human_size(writable, 3)} (virtual {human_size(whole, 3)})" if shape.size else "0B",
        "State": record.state.status,
        "Status": status_text(record, around.now),
        "Label": lambda name: labels.get(name, ""),
    }


def command_text(argv: Sequence[str], *, full: bool = False) -> str:
    """A command as the table shows it: quoted, cut to 20 characters."""
    words = " ".join(_word(word) for word in argv)
    if not full and len(words) > _COMMAND_WIDTH:
        words = words[: _COMMAND_WIDTH - 1] + "…"
    return f'"{words}"'


def _word(word: str) -> str:
    return f"'{word}'" if any(c in word for c in ' \t\n"\\$`;&|<>*?()') else word


def status_text(record: Record, now: int) -> str:
    """The STATUS column."""
    state = record.state
    if state.status == "created":
        return "Created"
    if state.status == "running" or state.status == "paused":
        up = f"Up {human_duration(max(0, now - state.started) / _SECOND)}"
        if state.status == "paused":
            return f"{up} (Paused)"
        health = (state.health or {}).get("Status")
        return f"{up} ({'health: starting' if health == 'starting' else health})" if health else up
    since = human_duration(max(0, now - state.finished) / _SECOND)
    word = "Restarting" if state.status == "restarting" else "Exited"
    return f"{word} ({state.exit_code}) {since} ago"


_Test = Callable[["Record"], bool]


def _by_id(value: str, *_: Any) -> _Test:
    return lambda record: record.id.startswith(value)


def _by_name(value: str, *_: Any) -> _Test:
    import re  # few lists are filtered

    try:
        pattern = re.compile(value)
    except re.error:
        raise UsageError(f"Invalid filter 'name={value}'") from None
    return lambda record: bool(pattern.search(record.name) or pattern.search(f"/{record.name}"))


def _by_status(value: str, *_: Any) -> _Test:
    known = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
    if value not in known:
        raise UsageError(f"Invalid filter 'status={value}'", hint="known are " + ", ".join(known))
    return lambda record: record.state.status == value


def _by_exit(value: str, *_: Any) -> _Test:
    if not value.lstrip("-").isdigit():
        raise UsageError(f"Invalid filter 'exited={value}'")
    return lambda record: record.state.status == "exited" and record.state.exit_code == int(value)


def _by_label(value: str, *_: Any) -> _Test:
    key, equals, wanted = value.partition("=")

    def by_label(record: Record) -> bool:
        labels = dict(record.spec.config.labels)
        return key in labels and (not equals or labels[key] == wanted)

    return by_label


def _by_ancestor(value: str, _records: list[Record], around: Surroundings) -> _Test:
    images = around.ancestors(value)
    return lambda record: record.spec.image in images or record.spec.image_name == value


def _by_volume(value: str, *_: Any) -> _Test:
    return lambda record: any(
        value in (mount.name, mount.source, mount.target) for mount in record.spec.mounts
    )


def _by_network(value: str, _records: list[Record], around: Surroundings) -> _Test:
    return lambda record: value in around.networks(record)


def _by_health(value: str, *_: Any) -> _Test:
    return lambda record: ((record.state.health or {}).get("Status") or "none") == value


def _by_age(value: str, records: list[Record], *, before: bool) -> _Test:
    limit = next((one for one in records if one.name == value or one.id.startswith(value)), None)
    if limit is None:
        raise UsageError(f"No such container: {value}")
    moment = limit.created
    return lambda record: record.created < moment if before else record.created > moment


def _by_port(value: str, _records: list[Record], *, published: bool) -> _Test:
    port = value if "/" in value else f"{value}/tcp"

    def test(record: Record) -> bool:
        return port in record.spec.ports or (not published and port in record.spec.config.exposed_ports)

    return test


_FILTERS: dict[str, Callable[[str, list[Record], Surroundings], _Test]] = {
    "ancestor": _by_ancestor,
    "before": lambda value, records, _: _by_age(value, records, before=True),
    "exited": _by_exit,
    "expose": lambda value, records, _: _by_port(value, records, published=False),
    "health": _by_health,
    "id": _by_id,
    "label": _by_label,
    "name": _by_name,
    "network": _by_network,
    "publish": lambda value, records, _: _by_port(value, records, published=True),
    "since": lambda value, records, _: _by_age(value, records, before=False),
    "status": _by_status,
    "volume": _by_volume,
}


def exposed_text(record: Record, published: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    """The PORTS column: published ports (port → address and port of the host) and those only exposed."""
    if not record.state.is_running:
        return ""
    texts = []
    for port in sorted({*record.spec.config.exposed_ports, *published}, key=_port_order):
        bound = published.get(port, ())
        texts += [f"{address}:{number}->{port}" for address, number in bound] or [port]
    return ", ".join(texts)


def _port_order(port: str) -> tuple[int, str]:
    number, _, protocol = port.partition("/")
    return (int(number) if number.isdigit() else 0, protocol)
