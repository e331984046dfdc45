"""Installing and removing packages as apt-get and dpkg do: what they print, and what they leave behind."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from minibuild.programs.inputs import encode
from minibuild.programs.packages.dpkg_database import DpkgDatabase, automatic, set_automatic
from minibuild.programs.packages.placing import displace, make_accounts, place, put_file
from minibuild.programs.packages.triggers import run_triggers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from minibuild.catalogue.packages import Package
    from minibuild.kernel.process import Process
    from minibuild.programs.packages.distribution import Distribution

ARCHIVES = "/var/cache/apt/archives"
_CLEAN = "/etc/apt/apt.conf.d/docker-clean"
_NANOSECONDS = 1_000_000_000


def install(
    process: Process,
    where: Distribution,
    packages: Sequence[Package],
    wanted: Iterable[str],
    *,
    download_only: bool = False,
) -> None:
    """Fetch, unpack and configure `packages`, in this order; `wanted` are those that were asked for."""
    _fetch(process, where, packages)
    if download_only:
        return
    if not process.view.exists("/usr/bin/apt-extracttemplates"):
        process.flush()
        process.stderr.write("debconf: delaying package configuration, since apt-utils is not installed\n")
    database = DpkgDatabase(process.view)
    unpack(process, where, database, packages)
    auto = automatic(process.view)
    known = set(wanted)
    set_automatic(
        process.view,
        (auto | {package.name for package in packages}) - known if packages else auto - known,
        where.architecture,
    )
    _log(process, "Install", packages)
    if process.view.exists(_CLEAN):
        for package in packages:
            path = f"{ARCHIVES}/{_archive(package, where)}"
            if process.view.exists(path):
                process.view.unlink(path)


def unpack(
    process: Process, where: Distribution, database: DpkgDatabase, packages: Sequence[Package]
) -> None:
    """What dpkg does with packages that are there: unpack all, configure all, run triggers."""
    out, installed = process.stdout, database.installed()
    count = 100 * len(installed)
    for number, package in enumerate(packages):
        out.write(f"Selecting previously unselected package {package.name}.\n")
        if not number:
            out.write(f"(Reading database ... {count} files and directories currently installed.)\n")
        out.write(f"Preparing to unpack .../{_archive(package, where)} ...\n")
        out.write(f"Unpacking {package.name} ({package.version}) ...\n")
        place(process.view, package, where.system)
        database.add(package, where)
        process.tick(50)
    for package in packages:
        out.write(f"Setting up {package.name} ({package.version}) ...\n")
        make_accounts(process, package, "debian")
    _dpkg_log(process, [f"status installed {p.name}:{where.architecture} {p.version}" for p in packages])
    database.save()
    run_triggers(process, {package.name for package in packages})


def take_away(process: Process, where: Distribution, names: Sequence[str], *, purge: bool) -> None:
    """Take packages away; their configuration files only with `purge`."""
    out, database = process.stdout, DpkgDatabase(process.view)
    first = True
    for name in names:
        fields = database.fields(name)
        if first:
            count = 100 * len(database.installed())
            out.write(f"(Reading database ... {count} files and directories currently installed.)\n")
        first = False
        version = fields.get("Version", "")
        if "config-files" not in fields.get("Status", ""):
            out.write(f"Removing {name} ({version}) ...\n")
        package = where.table.get(name)
        if package is not None:
            displace(process.view, package.files, configuration=purge)
        if purge and any(path.startswith("/etc/") for path in database.files(name)):
            out.write(f"Purging configuration files for {name} ({version}) ...\n")
        database.remove(name, purge=purge)
    database.save()
    set_automatic(process.view, automatic(process.view) - set(names), where.architecture)
    _dpkg_log(process, [f"status {'not-installed' if purge else 'config-files'} {name}" for name in names])


def unneeded(database: DpkgDatabase, auto: set[str], going: Iterable[str]) -> list[str]:
    """The automatically installed packages that nothing needs any more once `going` are gone; sorted."""
    left = database.installed() - set(going)
    needed: set[str] = set()
    # What is required stays, however it came to be there.
    ahead = [name for name in left if name not in auto or database.fields(name).get("Priority") == "required"]
    while ahead:
        name = ahead.pop()
        if name in needed or name not in left:
            continue
        needed.add(name)
        ahead.extend(database.fields(name).get("Depends", "").split(", "))
    return sorted(left - needed)


def listing(title: str, names: Iterable[str]) -> str:
    """A title and names below it, wrapped as apt wraps them; nothing when there are no names."""
    words = " ".join(sorted(names))
    if not words:
        return ""
    wrapped = textwrap.wrap(words, 78, break_on_hyphens=False, break_long_words=False)
    return f"{title}\n" + "".join(f"  {line}\n" for line in wrapped)


def human_size(kilobytes: int) -> str:
    """A size as apt writes it: `12.3 MB`, `456 kB`."""
    if kilobytes < 10_000:
        return f"{kilobytes:,} kB"
    return f"{kilobytes / 1000:.1f} MB"


def download_size(package: Package) -> int:
    """About how many kilobytes the package's archive has: packages compress to about a third."""
    return max(1, package.size // 3)


def _archive(package: Package, where: Distribution) -> str:
    version = package.version.replace(":", "%3a")
    return f"{package.name}_{version}_{where.architecture}.deb"


def _fetch(process: Process, where: Distribution, packages: Sequence[Package]) -> None:
    uri = "http://archive.ubuntu.com/ubuntu" if where.system == "ubuntu" else "http://deb.debian.org/debian"
    total = 0
    for number, package in enumerate(packages, 1):
        size = download_size(package)
        total += size
        process.stdout.write(
            f"Get:{number} {uri} {where.release.name}/main {where.architecture} {package.name}"
            f" {where.architecture} {package.version} [{size:,} kB]\n"
        )
        put_file(
            process.view,
            f"{ARCHIVES}/{_archive(package, where)}",
            encode(f"{package.name} {package.version}\n"),
        )
    if packages:
        process.stdout.write(f"Fetched {human_size(total)} in 1s ({human_size(total)}/s)\n")
        put_file(process.view, f"{ARCHIVES}/lock", b"", 0o640)


def _log(process: Process, action: str, packages: Sequence[Package]) -> None:
    moment = datetime.fromtimestamp(process.system.clock.now() // _NANOSECONDS, UTC).strftime(
        "%Y-%m-%d  %H:%M:%S"
    )
    names = ", ".join(f"{package.name} ({package.version})" for package in packages)
    _append(
        process,
        "/var/log/apt/history.log",
        f"\nStart-Date: {moment}\n{action}: {names}\nEnd-Date: {moment}\n",
    )


def _dpkg_log(process: Process, lines: Iterable[str]) -> None:
    moment = datetime.fromtimestamp(process.system.clock.now() // _NANOSECONDS, UTC).strftime(
        "%Y-%m-%d %H:%M:%S"
    )
    _append(process, "/var/log/dpkg.log", "".join(f"{moment} {line}\n" for line in lines))


def _append(process: Process, path: str, text: str) -> None:
    view = process.view
    view.makedirs(path.rpartition("/")[0], 0o755)
    file = view.open(path, "a")
    file.write(encode(text))
    file.close()
