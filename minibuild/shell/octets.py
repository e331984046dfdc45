"""Texts as bytes: in the C locale, which containers have, a character of the shell is a byte."""

from __future__ import annotations


def narrow(text: str) -> str:
    """One character per byte."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def widen(text: str) -> str:
    """The text again, from one character per byte."""
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The bytes of a text."""
    return text.encode("utf-8", "surrogateescape")


def decode(data: bytes) -> str:
    """The text of bytes."""
    return data.decode("utf-8", "surrogateescape")
