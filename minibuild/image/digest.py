"""Digests as OCI descriptors write them: `sha256:` and 64 hex digits."""

import hashlib
import re

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")


def sha256_hex(data: bytes) -> str:
    """The SHA-256 of `data` as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def digest_of(data: bytes) -> str:
    """The digest of `data`."""
    return "sha256:" + sha256_hex(data)


def is_digest(text: object) -> bool:
    """Whether `text` is a well-formed sha256 digest."""
    return isinstance(text, str) and _DIGEST.match(text) is not None


def short_id(digest: str) -> str:
    """The 12 hex digits by which docker shows an ID or digest."""
    return digest.removeprefix("sha256:")[:12]
