"""gpg: keys are taken as they come, signatures can't be checked; armour is taken off."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import encode
from minibuild.programs.options import OptionError, Options, Opts
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.placing import put_file
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_COMMANDS = """
verify recv-keys receive-keys recv-key import export export-secret-keys dearmor dearmour enarmor list-keys
list-public-keys list-secret-keys delete-keys fingerprint gen-key generate-key full-generate-key
quick-generate-key decrypt encrypt sign clear-sign clearsign detach-sign import-ownertrust export-ownertrust
refresh-keys search-keys check-sigs edit-key version list-packets show-keys send-keys symmetric
update-trustdb check-trustdb
"""
_FLAGS = """
batch no-tty yes no quiet verbose armor armour no-default-keyring no-options always-trust
no-permission-warning allow-weak-digest-algos allow-non-selfsigned-uid with-colons with-fingerprint textmode
no-auto-check-trustdb ignore-time-conflict no-symkey-cache no-autostart fixed-list-mode utf8-strings
no-greeting
"""
_VALUES = """
keyserver keyserver-options homedir keyring primary-keyring secret-keyring output local-user recipient
keyid-format trust-model passphrase passphrase-file passphrase-fd pinentry-mode status-fd logger-fd
logger-file default-key options cipher-algo digest-algo weak-digest compress-algo trusted-key import-options
export-options list-options verify-options command-fd attribute-fd display-charset charset auto-key-locate
"""
GPG = Options(
    "abcdefhiknqstvzKo:u:r:N:",
    long={name: name for name in (_COMMANDS + _FLAGS).split()}
    | {f"{name}=": name for name in _VALUES.split()}
    | {"output=": "o", "armor": "a", "decrypt": "d", "encrypt": "e"},
    failure=2,
)


@program("gpg", "gpg2", fidelity=Fidelity.MODELLED, reason="gpg is played: keys are taken as they come")
def gpg(process: Process) -> int:
    """`gpg [options] COMMAND [argument]...`"""
    try:
        opts, words = GPG.split(process.argv[1:])
    except OptionError as error:
        name = str(error).rpartition("'")[0].rpartition("'")[2].lstrip("-")
        process.stderr.write(f'gpg: invalid option "--{name}"\n')
        return 2
    if "version" in opts:
        process.stdout.write("gpg (GnuPG) 2.2.40\nlibgcrypt 1.10.1\n")
        return 0
    home = opts.get("homedir") or process.env.get("GNUPGHOME") or f"{process.env.get('HOME', '/root')}/.gnupg"
    if opts.any("dearmor", "dearmour"):
        return _dearmour(process, opts, words)
    if opts.any("recv-keys", "receive-keys", "recv-key"):
        return _receive(process, home, words)
    if "import" in opts:
        return _import(process, home, words)
    if opts.any("export", "export-secret-keys"):
        return _export(process, opts, home, words)
    if opts.any("verify", "d", "decrypt", "e", "sign", "detach-sign", "clear-sign", "clearsign", "symmetric"):
        return _unknown(process, opts, words)
    if opts.any("fingerprint", "list-keys", "list-public-keys", "list-secret-keys", "show-keys", "k"):
        return assume(process, "which keys gpg has is not known")
    if opts.any("gen-key", "generate-key", "full-generate-key", "quick-generate-key", "import-ownertrust"):
        put_file(process.view, f"{home}/pubring.kbx", b"generated\n", 0o600)
    return 0


@program(
    "gpgconf", "gpg-agent", "gpg-connect-agent", "dirmngr", "gpgsm",
    fidelity=Fidelity.MODELLED, reason="gpg's daemons are played: none runs",
)  # fmt: skip
def gpg_daemon(process: Process) -> int:
    """`gpgconf --kill all` and the like: there is no daemon to talk to."""
    del process
    return 0


@program("gpgv")
def gpgv(process: Process) -> int:
    """`gpgv [--keyring FILE] SIGNATURE FILE`"""
    return assume(process, "whether a signature is good is not known")


def _receive(process: Process, home: str, words: list[str]) -> int:
    if not process.system.machine.network:
        process.stderr.write("gpg: keyserver receive failed: Network is unreachable\n")
        return 2
    _keep(process, home, "".join(f"{word}\n" for word in words).encode())
    for word in words:
        process.stderr.write(f'gpg: key {word[-16:].upper()}: public key "{word[-16:]}" imported\n')
    process.stderr.write(
        f"gpg: Total number processed: {len(words)}\ngpg:               imported: {len(words)}\n"
    )
    return 0


def _import(process: Process, home: str, words: list[str]) -> int:
    for word in words or ["-"]:
        try:
            data = process.open_reader(word).read()
        except OSError as error:
            process.stderr.write(
                f"gpg: can't open '{word}': {strerror(error)}\ngpg: Total number processed: 0\n"
            )
            return 2
        if not data.strip():
            process.stderr.write("gpg: no valid OpenPGP data found.\ngpg: Total number processed: 0\n")
            return 2
        _keep(process, home, data)
    process.stderr.write("gpg: Total number processed: 1\ngpg:               imported: 1\n")
    return 0


def _keep(process: Process, home: str, data: bytes) -> None:
    view = process.view
    view.makedirs(home, 0o700)
    path = f"{home}/pubring.kbx"
    old = view.read_bytes(path) if view.exists(path) else b""
    put_file(view, path, old + data, 0o600)
    put_file(view, f"{home}/trustdb.gpg", b"", 0o600)


def _export(process: Process, opts: Opts, home: str, words: list[str]) -> int:
    path = f"{home}/pubring.kbx"
    if not process.view.exists(path):
        process.stderr.write("gpg: WARNING: nothing exported\n")
        return 0
    data = encode("".join(f"key {word}\n" for word in words))
    if "a" in opts:
        body = base64.b64encode(data).decode()
        data = encode(f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{body}\n-----END PGP PUBLIC KEY BLOCK-----\n")
    return _give(process, opts, data)


def _dearmour(process: Process, opts: Opts, words: list[str]) -> int:
    """Take the armour off: what is between the lines is base64, after the headers and before the checksum."""
    try:
        data = process.open_reader(words[0] if words else "-").read()
    except OSError as error:
        process.stderr.write(f"gpg: can't open '{words[0]}': {strerror(error)}\n")
        return 2
    match = re.search(
        rb"-----BEGIN PGP [^-]+-----\r?\n(?:[^\n]+: [^\n]*\n)*\r?\n(.*?)\r?\n(?:=[^\n]+\r?\n)?-----END",
        data,
        re.DOTALL,
    )
    if match is None:
        if process.view.opaque:
            return _give(process, opts, data)
        process.stderr.write("gpg: no valid OpenPGP data found.\ngpg: dearmoring failed: eof\n")
        return 2
    try:
        body = base64.b64decode(match[1])
    except binascii.Error:
        process.stderr.write("gpg: CRC error\n")
        return 2
    return _give(process, opts, body)


def _give(process: Process, opts: Opts, data: bytes) -> int:
    path = opts.get("o")
    if path and path != "-":
        if process.view.exists(path) and "yes" not in opts and "batch" in opts:
            process.stderr.write("gpg: dearmoring failed: File exists\n")
            return 2
        process.view.write_bytes(path, data)
    else:
        process.stdout.write(data)
    return 0


def _unknown(process: Process, opts: Opts, words: list[str]) -> int:
    """Signatures and secrets: whether they are good nobody can know, but their files have to be there."""
    for word in words:
        if word != "-" and not process.view.exists(word):
            process.stderr.write(
                f"gpg: can't open '{word}': No such file or directory\ngpg: verify signatures failed: No"
                f" such file or directory\n"
            )
            return 2
    status = assume(
        process, f"whether the signature {words[0] if words else ''} is good is not known".replace("  ", " ")
    )
    output = opts.get("o")
    if output and output != "-" and not process.view.exists(output):
        process.view.write_bytes(output, b"")
    return status
