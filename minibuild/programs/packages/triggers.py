"""What happens after the configuration of certain packages: caches, certificates, links between
directories.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.packages.placing import known_contents, put_file

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


def run_triggers(process: Process, names: set[str]) -> None:
    """Run dpkg's triggers for packages that were just installed."""
    out = process.stdout
    if any(name.startswith("lib") for name in names):
        out.write("Processing triggers for libc-bin ...\n")
        put_file(process.view, "/etc/ld.so.cache", b"")
    if "ca-certificates" in names:
        out.write("Updating certificates in /etc/ssl/certs...\n142 added, 0 removed; done.\n")
        out.write("Processing triggers for ca-certificates ...\n")
        update_certificates(process)


def update_certificates(process: Process) -> int:
    """Write the bundle of certificates anew, with the local ones at its end; how many local ones there
    are.
    """
    view = process.view
    directory = "/usr/local/share/ca-certificates"
    names = (
        [name for name in sorted(view.listdir(directory)) if name.endswith(".crt")]
        if view.is_dir(directory)
        else []
    )
    bundle = known_contents()[CERTIFICATES].encode()
    for name in names:
        certificate = view.read_bytes(f"{directory}/{name}")
        bundle += certificate if certificate.endswith(b"\n") else certificate + b"\n"
        put_file(view, f"/etc/ssl/certs/{name.removesuffix('.crt')}.pem", certificate)
    put_file(view, CERTIFICATES, bundle)
    return len(names)


def update_trust(process: Process) -> int:
    """Write the bundle of the distributions with rpm anew, with the local anchors; how many anchors there
    are.
    """
    view, base = process.view, "/etc/pki/ca-trust"
    directory = f"{base}/source/anchors"
    names = sorted(view.listdir(directory)) if view.is_dir(directory) else []
    bundle = known_contents()[CERTIFICATES].encode()
    for name in names:
        certificate = view.read_bytes(f"{directory}/{name}")
        bundle += certificate if certificate.endswith(b"\n") else certificate + b"\n"
    put_file(view, f"{base}/extracted/pem/tls-ca-bundle.pem", bundle)
    return len(names)
