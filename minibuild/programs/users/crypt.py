"""The $6$ password hash of crypt(3). Source: Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512"."""

from __future__ import annotations

from hashlib import sha512

ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ROUNDS = 5000


def sha512_crypt(password: bytes, salt: str) -> str:
    """`$6$salt$hash` with the default number of rounds."""
    key, bits = password, salt.encode("ascii")[:16]
    other = sha512(key + bits + key).digest()
    first = sha512(key + bits + _repeat(other, len(key)))
    length = len(key)
    while length:
        first.update(other if length & 1 else key)
        length >>= 1
    digest = first.digest()
    p = _repeat(sha512(key * len(key)).digest(), len(key))
    s = _repeat(sha512(bits * (16 + digest[0])).digest(), len(bits))
    for turn in range(ROUNDS):
        piece = p if turn & 1 else digest
        piece += s if turn % 3 else b""
        piece += p if turn % 7 else b""
        digest = sha512(piece + (digest if turn & 1 else p)).digest()
    return f"$6${salt[:16]}${_encode(digest)}"


def _repeat(data: bytes, length: int) -> bytes:
    return (data * (length // len(data) + 1))[:length]


def _encode(digest: bytes) -> str:
    """Base 64 in crypt's order of bytes: three by three, rotating."""
    text: list[str] = []

    def put(value: int, count: int) -> None:
        for _ in range(count):
            text.append(ALPHABET[value & 63])
            value >>= 6

    a, b, c = 0, 21, 42
    for _ in range(21):
        put(digest[a] << 16 | digest[b] << 8 | digest[c], 4)
        a, b, c = b + 1, c + 1, a + 1
    put(digest[63], 2)
    return "".join(text)
