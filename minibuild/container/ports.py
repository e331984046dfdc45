"""Ports as `-p` and `--expose` write them."""

from __future__ import annotations

from minibuild.container.errors import ContainerError

_LARGEST = 65535


def parse_exposed(text: str) -> list[str]:
    """`80`, `80/udp`, `8000-8002/tcp` as `80/tcp`, …. Raise `ContainerError`."""
    numbers, protocol = _split(text, text)
    return [f"{number}/{protocol}" for number in _range(numbers, text)]


def parse_published(text: str) -> list[tuple[str, str, str]]:
    """`[ADDRESS:][HOSTPORT:]PORT[/PROTOCOL]` as (`80/tcp`, address or "", host port or ""). Raise
    `ContainerError`.
    """
    whole, protocol = _split(text, text)
    head, _, port = whole.rpartition(":")
    address, colon, host = head.rpartition(":")
    if not colon:
        address, host = "", head
    address = address.strip("[]")
    if address and not _is_address(address):
        raise ContainerError(f"Invalid ip address: {address}", hint=f"in {text}")
    inner = _range(port, text)
    outer: list[str] = [str(number) for number in _range(host, text)] if host else []
    if outer and len(outer) != len(inner):
        if len(inner) == 1:
            return [(f"{inner[0]}/{protocol}", address, host)]
        raise ContainerError(f"Invalid ranges specified for container and host Ports: {port} and {host}")
    return [(f"{number}/{protocol}", address, outer[at] if outer else "") for at, number in enumerate(inner)]


def _is_address(text: str) -> bool:
    from ipaddress import ip_address  # few ports are bound to one

    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _split(text: str, whole: str) -> tuple[str, str]:
    numbers, slash, protocol = text.partition("/")
    protocol = protocol.lower() if slash else "tcp"
    if protocol not in ("tcp", "udp", "sctp"):
        raise ContainerError(f"Invalid proto: {protocol}", hint=f"in {whole}")
    return numbers, protocol


def _range(text: str, whole: str) -> list[int]:
    first, dash, last = text.partition("-")
    numbers = [first, last] if dash else [first, first]
    if not all(one.isascii() and one.isdigit() and int(one) <= _LARGEST for one in numbers):
        raise ContainerError(f"Invalid containerPort: {text}", hint=f"in {whole}")
    start, end = int(numbers[0]), int(numbers[1])
    if end < start:
        raise ContainerError(f"Invalid range specified for the Port: {text}", hint=f"in {whole}")
    return list(range(start, end + 1))
