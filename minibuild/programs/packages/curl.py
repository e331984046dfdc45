"""curl: downloads from fixtures, else of unknown content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.options import OptionError, Options, Opts
from minibuild.programs.packages.fetching import fetch, file_name, host_of, save, show
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_FLAGS = """
append anyauth basic compressed compressed-ssh create-dirs crlf digest disable disable-epsv false-start
fail-early fail-with-body ftp-pasv ftp-create-dirs get globoff http0.9 http1.0 http1.1 http2
http2-prior-knowledge http3 ignore-content-length insecure ipv4 ipv6 junk-session-cookies list-only
location-trusted negotiate netrc netrc-optional next no-alpn no-buffer no-keepalive no-npn
no-progress-meter no-sessionid ntlm parallel parallel-immediate path-as-is post301 post302 post303
progress-bar proxy-insecure proxytunnel raw remote-header-name remote-name-all remote-time
retry-all-errors retry-connrefused show-error silent ssl ssl-reqd sslv2 sslv3 ssl-allow-beast
ssl-no-revoke styled-output suppress-connect-headers tcp-fastopen tcp-nodelay tlsv1 tlsv1.0 tlsv1.1
tlsv1.2 tlsv1.3 tr-encoding trace-time use-ascii verbose xattr keepalive no-clobber
"""
_VALUES = """
abstract-unix-socket alt-svc cacert capath cert cert-type ciphers config connect-timeout connect-to
continue-at cookie cookie-jar crlfile curves data data-ascii data-binary data-raw data-urlencode
delegation dns-servers doh-url dump-header engine expect100-timeout form form-string header hsts
interface json keepalive-time key key-type limit-rate local-port login-options mail-from mail-rcpt
max-filesize max-redirs max-time netrc-file noproxy oauth2-bearer output output-dir parallel-max pass
pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert proxy-header proxy-user pubkey
quote random-file range rate referer request request-target resolve retry retry-delay retry-max-time
service-name socks4 socks4a socks5 socks5-hostname speed-limit speed-time stderr tls-max tls13-ciphers
trace trace-ascii unix-socket upload-file url url-query user user-agent variable write-out
"""
CURL = Options(
    "0123468#aA:b:Bc:C:d:D:e:E:fF:gGh::H:iIjJkK:lLm:MnNo:OpP:qQ:r:RsSt:T:u:U:vVw:x:X:y:Y:z:Z",
    long={name: name for name in _FLAGS.split()}
    | {f"{name}=": name for name in _VALUES.split()}
    | {
        "output=": "o",
        "remote-name": "O",
        "fail": "f",
        "head": "I",
        "help=?": "h",
        "include": "i",
        "location": "L",
        "silent": "s",
        "show-error": "S",
        "version": "V",
        "write-out=": "w",
    },
)
_TRY = "curl: try 'curl --help' or 'curl --manual' for more information\n"


@program("curl", fidelity=Fidelity.MODELLED, reason="curl is played: downloads come from fixtures")
def curl(process: Process) -> int:
    """`curl [options] URL...`"""
    try:
        opts, operands = CURL.split(process.argv[1:])
    except OptionError as error:
        return _refuse(process, str(error))
    if "V" in opts:
        process.stdout.write(
            "curl 8.14.1 (x86_64-pc-linux-gnu) libcurl/8.14.1\nProtocols: file ftp ftps http https\n"
        )
        return 0
    if "h" in opts:
        process.stdout.write("Usage: curl [options...] <url>\n")
        return 0
    urls = [*opts.all("url"), *operands]
    if not urls:
        process.stderr.write("curl: no URL specified!\n" + _TRY)
        return 2
    outputs = _outputs(opts, len(urls))
    for url, output in zip(urls, outputs, strict=False):
        status = _one(process, opts, url, output)
        if status:
            return status
    return 0


def _refuse(process: Process, message: str) -> int:
    if "requires an argument" in message:
        name = message.partition("'")[2].partition("'")[0]
        option = name if name.startswith("--") else message.rpartition("'")[0].rpartition("'")[2]
        process.stderr.write(
            f"curl: option {option if option.startswith('-') else '-' + option}: requires parameter\n"
        )
    else:
        name = message.rpartition("'")[0].rpartition("'")[2]
        process.stderr.write(f"curl: option {name if name.startswith('--') else '-' + name}: is unknown\n")
    process.stderr.write(_TRY)
    return 2


def _outputs(opts: Opts, count: int) -> list[str | None]:
    """Where each URL goes: the n-th -o or -O is for the n-th URL; "" asks for the URL's own file name."""
    given: list[str | None] = [value if key == "o" else "" for key, value in opts.given if key in ("o", "O")]
    rest: str | None = "" if "remote-name-all" in opts else None
    return given + [rest] * max(0, count - len(given))


def _one(process: Process, opts: Opts, url: str, output: str | None) -> int:
    if "://" not in url:
        url = "http://" + url
    quiet = "s" in opts and "S" not in opts
    if url.startswith("file://"):
        return _local(process, url, output)
    if url not in process.system.fixtures and not process.system.machine.network:
        if not quiet:
            process.stderr.write(f"curl: (6) Could not resolve host: {host_of(url)}\n")
        return 6
    if output == "":
        output = file_name(url)
        if not output:
            if not quiet:
                process.stderr.write("curl: Remote file name has no length!\n" + _TRY)
            return 23
    fetched = fetch(process, url)
    directory = opts.get("output-dir")
    if output is None or output == "-":
        show(process, fetched)
    elif output != "/dev/null":
        path = f"{directory.rstrip('/')}/{output}" if directory else output
        if "create-dirs" in opts and "/" in path:
            process.view.makedirs(path.rpartition("/")[0] or "/")
        try:
            save(process, path, fetched)
        except OSError as error:
            if not quiet:
                process.stderr.write(f"Warning: Failed to open the file {path}: {strerror(error)}\n")
                process.stderr.write("curl: (23) Failure writing output to destination\n")
            return 23
    if opts.get("w"):
        _write_out(process, opts.text("w"), url, fetched.origin)
    return 0


def _write_out(process: Process, text: str, url: str, origin: str) -> None:
    if origin:
        process.view.touch_opaque(origin)
    known = {
        "http_code": "200",
        "response_code": "200",
        "url_effective": url,
        "url": url,
        "http_version": "2",
    }
    for name, value in known.items():
        text = text.replace("%{" + name + "}", value)
    process.stdout.write(text.replace("\\n", "\n").replace("\\t", "\t"))


def _local(process: Process, url: str, output: str | None) -> int:
    path = url.removeprefix("file://")
    try:
        data = process.view.read_bytes(path)
    except OSError:
        process.stderr.write(f"curl: (37) Couldn't open file {path}\n")
        return 37
    if output is None or output == "-":
        process.stdout.write(data)
    else:
        process.view.write_bytes(output or file_name(url), data)
    return 0
