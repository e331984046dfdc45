"""wget, GNU's and busybox's: downloads from fixtures, else of unknown content."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode
from minibuild.programs.options import OptionError, Options, Opts, is_busybox
from minibuild.programs.packages.fetching import fetch, file_name, host_of, save, show
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_VALUES = """
accept base bind-address body-data body-file ca-certificate ca-directory ciphers compression config
connect-timeout cut-dirs default-page dns-timeout domains exclude-directories execute header
http-password http-user input-file level limit-rate load-cookies local-encoding max-redirect method
output-file password post-data post-file prefer-family progress quota read-timeout referer regex-type
reject remote-encoding restrict-file-names save-cookies secure-protocol start-pos timeout tries user
user-agent wait waitretry proxy certificate private-key
"""
_FLAGS = """
adjust-extension append-output background backup-converted content-disposition content-on-error continue
convert-links debug delete-after force-directories force-html help https-only ignore-length inet4-only
inet6-only keep-session-cookies mirror no-cache no-check-certificate no-clobber no-config no-cookies
no-directories no-dns-cache no-glob no-host-directories no-hsts no-http-keep-alive no-netrc no-parent
no-passive-ftp no-proxy no-remove-listing no-use-server-timestamps no-verbose no-warc-compression
no-warc-digests page-requisites quiet random-wait recursive relative retry-connrefused save-headers
server-response show-progress spider span-hosts strict-comments timestamping trust-server-names unlink
verbose version xattr retry-on-host-error passive-ftp no-hsts
"""
WGET = Options(
    "4546bcdEe:FHhI:i:kKLl:mNO:o:P:pQ:qrSt:T:U:vVw:xA:B:D:R:X:",
    long={name: name for name in _FLAGS.split()}
    | {f"{name}=": name for name in _VALUES.split()}
    | {"output-document=": "O", "directory-prefix=": "P", "quiet": "q", "no-verbose": "q", "input-file=": "i",
       "version": "V", "spider": "spider", "server-response": "S"},
    failure=2,
)  # fmt: skip


@program("wget", fidelity=Fidelity.MODELLED, reason="wget is played: downloads come from fixtures")
def wget(process: Process) -> int:
    """`wget [options] URL...`"""
    words = [re.sub(r"\A-n[vcdHp]+\Z", "--no-verbose", word) for word in process.argv[1:]]
    busybox = is_busybox(process)
    try:
        opts, operands = WGET.split(words)
    except OptionError as error:
        process.error(str(error))
        process.stderr.write("Usage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n")
        return 1 if busybox else 2
    if "V" in opts:
        process.stdout.write("GNU Wget 1.21.3 built on linux-gnu.\n")
        return 0
    urls = [*operands, *_listed(process, opts)]
    if not urls:
        process.stderr.write(
            "wget: missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n"
        )
        return 1
    for url in urls:
        status = _one(process, opts, url, busybox=busybox)
        if status:
            return status
    return 0


def _listed(process: Process, opts: Opts) -> list[str]:
    path = opts.get("i")
    return decode(process.open_reader(path).read()).split() if path else []


def _one(process: Process, opts: Opts, url: str, *, busybox: bool) -> int:
    if "://" not in url:
        url = "http://" + url
    quiet = "q" in opts
    if url not in process.system.fixtures and not process.system.machine.network:
        host = host_of(url)
        if busybox:
            process.stderr.write(f"wget: bad address '{host}'\n")
            return 1
        if not quiet:
            process.stderr.write(f"wget: unable to resolve host address '{host}'\n")
        return 4
    fetched = fetch(process, url)
    output = opts.get("O")
    if output == "-":
        show(process, fetched)
        return 0
    if "spider" in opts:
        return 0
    path = output or _place(opts, url)
    try:
        if not output and opts.get("P"):
            process.view.makedirs(opts.text("P"))
        save(process, path, fetched)
    except OSError as error:
        process.stderr.write(
            f"wget: can't open '{path}': {strerror(error)}\n" if busybox else f"{path}: {strerror(error)}\n"
        )
        return 1 if busybox else 3
    if not quiet:
        told = (
            f"saving to '{path}'\n'{path}' saved\n" if busybox else f"Saving to: '{path}'\n'{path}' saved\n"
        )
        process.stderr.write(told)
    return 0


def _place(opts: Opts, url: str) -> str:
    """Where a download goes that no -O names: the URL's last part, with its query, below -P."""
    name = file_name(url) or "index.html"
    query = url.partition("#")[0].partition("?")[2]
    if query:
        name += f"?{query}"
    directory = opts.get("P")
    return f"{directory.rstrip('/')}/{name}" if directory else name
