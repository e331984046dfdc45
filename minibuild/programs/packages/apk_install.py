"""Installing and removing packages as apk does: what it prints, and what it leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.catalogue.executable import identify
from minibuild.catalogue.family import load_family
from minibuild.programs.packages.placing import displace, make_accounts, place, put_link
from minibuild.programs.packages.triggers import update_certificates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.catalogue.packages import Package
    from minibuild.filesystem.view import View
    from minibuild.kernel.process import Process
    from minibuild.programs.packages.apk_database import ApkDatabase
    from minibuild.programs.packages.distribution import Distribution

BUSYBOX = "/bin/busybox"


def install(
    process: Process, where: Distribution, database: ApkDatabase, packages: Sequence[Package], *, quiet: bool
) -> None:
    """Install `packages`, in this order."""
    width = len(str(len(packages)))
    for number, package in enumerate(packages, 1):
        if not quiet:
            process.stdout.write(
                f"({number:>{width}}/{len(packages)}) Installing {package.name} ({package.version})\n"
            )
        place(process.view, package, where.system)
        make_accounts(process, package, "alpine")
        database.add(package)
        process.tick(50)
    database.save()
    if packages:
        _triggers(process, database, {package.name for package in packages}, quiet=quiet)
    _total(process, database, quiet=quiet)


def remove(
    process: Process, where: Distribution, database: ApkDatabase, names: Sequence[str], *, quiet: bool
) -> None:
    """Remove packages; busybox's applets come back where a package had replaced them."""
    width = len(str(len(names)))
    for number, name in enumerate(names, 1):
        version = database.field(name, "V")
        if not quiet:
            process.stdout.write(f"({number:>{width}}/{len(names)}) Purging {name} ({version})\n")
        package = where.table.get(name)
        if package is not None:
            displace(process.view, package.files, configuration=True)
        else:
            for path in database.files(name):
                if process.view.lexists("/" + path):
                    process.view.unlink("/" + path)
        database.remove(name)
    database.save()
    if names:
        _triggers(process, database, set(names), quiet=quiet)
        restore_applets(process.view)
    _total(process, database, quiet=quiet)


def restore_applets(view: View) -> None:
    """Make the links of busybox's applets that are missing."""
    if not view.exists(BUSYBOX) or identify(view.read_bytes(BUSYBOX)) is None:
        return
    for line in load_family("alpine").recipe["applets"].split("\n"):
        directory, *names = line.split() or [""]
        for name in names:
            if not view.lexists(f"{directory}/{name}"):
                put_link(view, f"{directory}/{name}", BUSYBOX)


def _triggers(process: Process, database: ApkDatabase, names: set[str], *, quiet: bool) -> None:
    if quiet:
        if "ca-certificates" in names and "ca-certificates" in database.names():
            update_certificates(process)
        return
    busybox = database.field("busybox", "V")
    if busybox:
        process.stdout.write(f"Executing busybox-{busybox}.trigger\n")
    version = database.field("ca-certificates", "V")
    if "ca-certificates" in names and version:
        process.stdout.write(f"Executing ca-certificates-{version}.trigger\n")
        update_certificates(process)


def _total(process: Process, database: ApkDatabase, *, quiet: bool) -> None:
    if not quiet:
        process.stdout.write(f"OK: {database.size()} MiB in {len(database.names())} packages\n")
