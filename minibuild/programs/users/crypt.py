"""Password hashes of crypt(3): $1$ (MD5), $5$ (SHA-256), $6$ (SHA-512), and Apache's $apr1$.

Sources: Poul-Henning Kamp's md5crypt; Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512".
"""

from __future__ import annotations

from hashlib import md5, sha256, sha512
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ROUNDS = 5000
SALT = {"1": 8, "apr1": 8, "5": 16, "6": 16}  # the longest salt of each kind


def crypt(password: bytes, kind: str, salt: str, rounds: int = 0) -> str:
    """`$KIND$SALT$HASH`; `rounds` (SHA only) is named in the result when it is not 0."""
    salt = salt[: SALT[kind]]
    if kind in ("1", "apr1"):
        return f"${kind}${salt}${_md5(password, salt.encode(), f'${kind}$'.encode())}"
    count = min(max(rounds, 1000), 999_999_999) if rounds else ROUNDS
    said = f"rounds={count}$" if rounds else ""
    return f"${kind}${said}{salt}${_sha(password, salt.encode(), kind == '6', count)}"


def sha512_crypt(password: bytes, salt: str) -> str:
    """`$6$salt$hash` with the default number of rounds."""
    return crypt(password, "6", salt)


def _sha(key: bytes, salt: bytes, wide: bool, rounds: int) -> str:
    def digest_of(data: bytes) -> bytes:
        return sha512(data).digest() if wide else sha256(data).digest()

    other = digest_of(key + salt + key)
    data = key + salt + _repeat(other, len(key))
    length = len(key)
    while length:
        data += other if length & 1 else key
        length >>= 1
    digest = digest_of(data)
    p = _repeat(digest_of(key * len(key)), len(key))
    s = _repeat(digest_of(salt * (16 + digest[0])), len(salt))
    for turn in range(rounds):
        piece = p if turn & 1 else digest
        piece += s if turn % 3 else b""
        piece += p if turn % 7 else b""
        digest = digest_of(piece + (digest if turn & 1 else p))
    return _sha512_text(digest) if wide else _sha256_text(digest)


def _md5(key: bytes, salt: bytes, magic: bytes) -> str:
    other = md5(key + salt + key, usedforsecurity=False).digest()
    data = key + magic + salt + _repeat(other, len(key))
    length = len(key)
    while length:
        data += b"\0" if length & 1 else key[:1]
        length >>= 1
    digest = md5(data, usedforsecurity=False).digest()
    for turn in range(1000):
        piece = key if turn & 1 else digest
        piece += salt if turn % 3 else b""
        piece += key if turn % 7 else b""
        digest = md5(piece + (digest if turn & 1 else key), usedforsecurity=False).digest()
    order = ((0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5))
    return _text([(digest[a] << 16 | digest[b] << 8 | digest[c], 4) for a, b, c in order] + [(digest[11], 2)])


def _repeat(data: bytes, length: int) -> bytes:
    return (data * (length // len(data) + 1))[:length] if data else b""


def _sha512_text(digest: bytes) -> str:
    """Base 64 in crypt's order of bytes: three by three, rotating."""
    groups = []
    a, b, c = 0, 21, 42
    for _ in range(21):
        groups.append((digest[a] << 16 | digest[b] << 8 | digest[c], 4))
        a, b, c = b + 1, c + 1, a + 1
    return _text([*groups, (digest[63], 2)])


def _sha256_text(digest: bytes) -> str:
    """As for SHA-512, with 32 bytes; the rotation goes the other way."""
    groups = []
    a, b, c = 0, 10, 20
    for _ in range(10):
        groups.append((digest[a] << 16 | digest[b] << 8 | digest[c], 4))
        a, b, c = c + 1, a + 1, b + 1
    return _text([*groups, (digest[31] << 8 | digest[30], 3)])


def _text(groups: Iterable[tuple[int, int]]) -> str:
    """Characters of six bits each, the lowest first."""
    text: list[str] = []
    for value, count in groups:
        for _ in range(count):
            text.append(ALPHABET[value & 63])
            value >>= 6
    return "".join(text)
