"""openssl: digests, random bytes, password hashes and base 64 as they really are; keys and certificates are
modelled.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import blocks, decode, encode
from minibuild.programs.options import OptionError
from minibuild.programs.registry import program
from minibuild.programs.users.crypt import ALPHABET, SALT, crypt

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Reader

VERSION = "OpenSSL 3.0.15 3 Sep 2024 (Library: OpenSSL 3.0.15 3 Sep 2024)"
DIGESTS = {
    "md5": "MD5", "sha1": "SHA1", "sha224": "SHA2-224", "sha256": "SHA2-256", "sha384": "SHA2-384",
    "sha512": "SHA2-512", "sha3-256": "SHA3-256", "sha3-512": "SHA3-512", "blake2b512": "BLAKE2B-512",
    "blake2s256": "BLAKE2S-256",
}  # fmt: skip
HASHLIB = {"sha3-256": "sha3_256", "sha3-512": "sha3_512", "blake2b512": "blake2b", "blake2s256": "blake2s"}
# Commands that make keys and certificates, with the options that name the files they write and what these
# hold.
WRITERS = {
    "genrsa": {"-out": "PRIVATE KEY"},
    "genpkey": {"-out": "PRIVATE KEY"},
    "ecparam": {"-out": "EC PARAMETERS"},
    "dhparam": {"-out": "DH PARAMETERS"},
    "req": {"-keyout": "PRIVATE KEY", "-out": "CERTIFICATE"},
    "x509": {"-out": "CERTIFICATE"},
    "rsa": {"-out": "PRIVATE KEY"},
    "ec": {"-out": "EC PRIVATE KEY"},
    "pkey": {"-out": "PRIVATE KEY"},
    "pkcs12": {"-out": "PKCS12"},
}


@program("openssl")
def openssl(process: Process) -> int:
    """`openssl dgst|rand|passwd|base64|enc -base64|version …`, `openssl req|genrsa|x509|dhparam …`"""
    words = process.argv[1:]
    name = words[0] if words else "help"
    command, rest = name, words[1:]
    if name in DIGESTS:
        command, rest = "dgst", [f"-{name}", *rest]
    if command == "enc" and rest[:1] in (["-base64"], ["-a"]):
        command, rest = "base64", rest[1:]
    run = {"dgst": digest, "rand": rand, "passwd": passwd, "base64": base_64, "version": version}.get(command)
    try:
        if run is not None:
            return run(process, rest)
        if command in WRITERS:
            return modelled(process, command, rest)
    except OptionError as error:
        process.stderr.write(f"{name}: {error}\n{name}: Use -help for summary.\n")
        return 1
    process.stderr.write(f"Invalid command '{name}'; type \"help\" for a list.\n")
    return 1


def scan(words: list[str], takes: str, flags: str) -> tuple[dict[str, str], list[str]]:
    """Options with one dash: those of `takes` have a value, those of `flags` none (""); then the operands."""
    found: dict[str, str] = {}
    rest = list(words)
    while rest and rest[0][:1] == "-" and len(rest[0]) > 1:
        option = rest.pop(0).lstrip("-")
        if option in takes.split():
            if not rest:
                raise OptionError(f"Option -{option} needs a value")
            found[option] = rest.pop(0)
        elif option in flags.split():
            found[option] = ""
        else:
            raise OptionError(f"Unknown option or message digest: {option}")
    return found, rest


def open_file(process: Process, path: str) -> Reader | None:
    """The reader of a file, or None after openssl's message."""
    try:
        return process.open_reader(path)
    except OSError as error:
        process.stderr.write(f"{path}: {strerror(error)}\n")
        return None


def emit(process: Process, path: str | None, data: bytes) -> None:
    """Write to a file, or to standard output."""
    if path is None:
        process.stdout.write(data)
    else:
        process.view.write_bytes(path, data)


def digest(process: Process, words: list[str]) -> int:
    """`openssl dgst [-ALGORITHM] [-r] [-hex|-binary] [-hmac KEY] [FILE]...`"""
    options, paths = scan(words, "hmac out", " ".join([*DIGESTS, "r", "hex", "binary", "c"]))
    name = next((option for option in options if option in DIGESTS), "sha256")
    text, status = b"", 0
    for path in paths or ["-"]:
        reader = open_file(process, path)
        if reader is None:
            status = 1
            continue
        kind = HASHLIB.get(name, name)
        state = hmac.new(encode(options["hmac"]), digestmod=kind) if "hmac" in options else hashlib.new(kind)
        for block in blocks(process, reader, 1 << 18):
            state.update(block)
        shown = "stdin" if path == "-" else path
        if "binary" in options:
            text += state.digest()
        elif "r" in options:
            text += encode(f"{state.hexdigest()} *{shown}\n")
        else:
            label = f"HMAC-{DIGESTS[name]}" if "hmac" in options else DIGESTS[name]
            text += encode(f"{label}({shown})= {state.hexdigest()}\n")
    emit(process, options.get("out"), text)
    return status


def rand(process: Process, words: list[str]) -> int:
    """`openssl rand [-hex|-base64] [-out FILE] COUNT`: from the simulated machine's randomness."""
    options, operands = scan(words, "out rand writerand", "hex base64")
    if len(operands) != 1 or not operands[0].isdigit():
        raise OptionError("Extra (unknown) options" if operands else "one number of bytes is needed")
    data = process.system.random.randbytes(int(operands[0]))
    if "hex" in options:
        data = encode(data.hex() + "\n")
    elif "base64" in options:
        data = wrapped(data, 64)
    emit(process, options.get("out"), data)
    return 0


def wrapped(data: bytes, width: int) -> bytes:
    """Base 64 in lines."""
    text = base64.b64encode(data)
    return b"".join(text[at : at + width] + b"\n" for at in range(0, len(text), width))


def passwd(process: Process, words: list[str]) -> int:
    """`openssl passwd [-1|-5|-6|-apr1] [-salt SALT] [-stdin | PASSWORD...]`"""
    options, operands = scan(words, "salt in", "1 5 6 apr1 stdin noverify quiet table reverse")
    kind = next((option for option in options if option in SALT), "1")
    if "stdin" in options or not operands:
        operands = [decode(process.stdin.readline().rstrip(b"\n"))]
    for word in operands:
        drawn = "".join(process.system.random.choice(ALPHABET) for _ in range(SALT[kind]))
        process.stdout.write(crypt(encode(word), kind, options.get("salt", drawn)) + "\n")
    return 0


def base_64(process: Process, words: list[str]) -> int:
    """`openssl base64 [-d] [-A] [-in FILE] [-out FILE]`"""
    options, _ = scan(words, "in out", "d e A a base64")
    reader = open_file(process, options.get("in", "-"))
    if reader is None:
        return 1
    data = reader.read()
    if "d" in options:
        data = base64.b64decode(b"".join(data.split()) + b"==")
    else:
        data = base64.b64encode(data) if "A" in options else wrapped(data, 64)
    emit(process, options.get("out"), data)
    return 0


def version(process: Process, words: list[str]) -> int:
    """`openssl version`"""
    options, _ = scan(words, "", "a v b o f p d e m r c")
    process.stdout.write(VERSION + "\n" + ("platform: linux-x86_64\n" if "a" in options else ""))
    return 0


def modelled(process: Process, command: str, words: list[str]) -> int:
    """Write files that stand for keys and certificates: PEM around random bytes."""
    process.system.fidelity.note(
        Fidelity.MODELLED, f"openssl {command} writes keys and certificates that are none"
    )
    written = False
    for option, label in WRITERS[command].items():
        if option == "-out" and command == "req" and "-x509" not in words:
            label = "CERTIFICATE REQUEST"
        at = words.index(option) if option in words else len(words)
        if at + 1 < len(words):
            emit(process, words[at + 1], pem(process, label))
            written = True
            if label.endswith("PRIVATE KEY"):
                process.view.chmod(words[at + 1], 0o600)
    if not written and "-noout" not in words:
        process.stdout.write(pem(process, WRITERS[command]["-out"]))
    return 0


def pem(process: Process, label: str) -> bytes:
    """A block of PEM."""
    body = wrapped(process.system.random.randbytes(1200), 64)
    return encode(f"-----BEGIN {label}-----\n") + body + encode(f"-----END {label}-----\n")
