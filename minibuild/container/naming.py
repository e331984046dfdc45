"""Names and IDs of containers."""

from __future__ import annotations

import os
import re
import secrets

from minibuild.container.errors import ContainerError

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+\Z")
_ADJECTIVES = (
    "amber", "brave", "brisk", "calm", "candid", "clever", "cosy", "curious", "dapper", "daring", "eager",
    "fair", "fleet", "gentle", "glad", "golden", "happy", "humble", "jolly", "keen", "kind", "lively",
    "lucid", "mellow", "merry", "mild", "modest", "neat", "noble", "patient", "placid", "plucky", "polite",
    "proud",
    "quick", "quiet", "rapid", "ready", "serene", "sharp", "silent", "steady", "sunny", "swift", "tidy",
    "tranquil", "vivid", "warm", "wise", "witty",
)  # fmt: skip
_SURNAMES = (
    "abel", "ampere", "bernoulli", "bohr", "boole", "cantor", "cavendish", "celsius", "crick", "dalton",
    "davy", "dirac", "euclid", "euler", "faraday", "fermat", "fourier", "galois", "gauss", "haber", "halley",
    "hamilton", "hubble", "huygens", "joule", "kelvin", "kepler", "lagrange", "laplace", "leibniz",
    "linnaeus", "maxwell", "mendel", "napier", "nernst", "noether", "ohm", "planck", "poincare", "rayleigh",
    "riemann",
    "somerville", "tesla", "torvalds", "viete", "volta", "watt", "weber", "wiles", "zuse",
)  # fmt: skip


def new_id() -> str:
    """64 random hex digits, of which the first 12 are not all decimal."""
    while True:
        found = secrets.token_hex(32)
        if not found[:12].isdigit():
            return found


def candidate(attempt: int) -> str:
    """A name `adjective_surname`; from the second attempt on with a digit behind it."""
    number = int.from_bytes(os.urandom(4), "big")
    name = f"{_ADJECTIVES[number % len(_ADJECTIVES)]}_{_SURNAMES[number // 64 % len(_SURNAMES)]}"
    return f"{name}{number % 10}" if attempt else name


def check_name(name: str) -> str:
    """The name without the slash that may lead it. Raise `ContainerError` for what can be none."""
    plain = name.removeprefix("/")
    if not _NAME.match(plain):
        raise ContainerError(
            f"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
            hint="a name has at least two characters",
        )
    return plain


def taken(name: str, holder: str) -> ContainerError:
    """The error for a name that another container has."""
    return ContainerError(
        f'Conflict. The container name "/{name}" is already in use by container "{holder}".'
        " You have to remove (or rename) that container to be able to reuse that name."
    )
