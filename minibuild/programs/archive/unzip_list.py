"""The tables of unzip: -l, -v and -Z."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.archive.zip_read import method_name, mode_of
from minibuild.programs.coreutils.modes import mode_string

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Sequence

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _date(member: zipfile.ZipInfo, *, busybox: bool) -> str:
    year, month, day, hour, minute, _ = member.date_time
    date = f"{month:02}-{day:02}-{year:04}" if busybox else f"{year:04}-{month:02}-{day:02}"
    return f"{date} {hour:02}:{minute:02}"


def _files(count: int, *, busybox: bool) -> str:
    return f"{count} file{'' if count == 1 and not busybox else 's'}"


def listing(members: Sequence[zipfile.ZipInfo], path: str, *, busybox: bool, quiet: int) -> str:
    """`unzip -l`: sizes, dates and names."""
    lines = []
    if not quiet:
        lines.append(f"Archive:  {path}")
    if quiet < 2:
        lines += ["  Length      Date    Time    Name", "---------  ---------- -----   ----"]
    lines += [
        f"{member.file_size:9}  {_date(member, busybox=busybox)}   {member.filename}" for member in members
    ]
    if quiet < 2:
        total = sum(member.file_size for member in members)
        rule = " --------" if busybox else "---------"
        lines += [f"{rule}                     -------",
                  f"{total:9}                     {_files(len(members), busybox=busybox)}"]  # fmt: skip
    return "".join(line + "\n" for line in lines)


def long_listing(members: Sequence[zipfile.ZipInfo], path: str, *, busybox: bool, quiet: int) -> str:
    """`unzip -v`: with methods, compressed sizes and checksums."""
    lines = []
    if not quiet:
        lines.append(f"Archive:  {path}")
    if quiet < 2:
        lines += [" Length   Method    Size  Cmpr    Date    Time   CRC-32   Name",
                  "--------  ------  ------- ---- ---------- ----- --------  ----"]  # fmt: skip
    for member in members:
        share = _share(member.file_size, member.compress_size, exact=busybox)
        lines.append(
            f"{member.file_size:8}  {method_name(member):<6} {member.compress_size:8} {share:3}% "
            f"{_date(member, busybox=busybox)} {member.CRC:08x}  {member.filename}"
        )
    if quiet < 2:
        long, short = sum(m.file_size for m in members), sum(m.compress_size for m in members)
        rule = (
            "----                            ----" if busybox else " ---                            -------"
        )
        share = _share(long, short, exact=busybox)
        lines.append(f"--------          ------- {rule}")
        lines.append(f"{long:8}         {short:8} {share:3}%{'':28}{_files(len(members), busybox=busybox)}")
    return "".join(line + "\n" for line in lines)


def _share(long: int, short: int, *, exact: bool) -> int:
    """What compression saves, in percent; Info-ZIP rounds, busybox does not."""
    if not long:
        return 0
    saved = 100 * (long - short) / long
    return int(saved) if exact else int(saved + 0.5)


def short_info(
    archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo], path: str, *, only_names: bool
) -> str:
    """`unzip -Z`, or with -1 only the names."""
    if only_names:
        return "".join(member.filename + "\n" for member in members)
    size = (
        archive.start_dir
        + sum(46 + len(m.orig_filename.encode()) + len(m.extra) + len(m.comment) for m in members)
        + 22
    )
    lines = [f"Archive:  {path}", f"Zip file size: {size} bytes, number of entries: {len(members)}"]
    lines += [_info(member) for member in members]
    long, short = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    share = 100 * (long - short) / long if long else 0.0
    count = f"{len(members)} file{'' if len(members) == 1 else 's'}"
    lines.append(f"{count}, {long} bytes uncompressed, {short} bytes compressed:  {share:.1f}%")
    return "".join(line + "\n" for line in lines)


def _info(member: zipfile.ZipInfo) -> str:
    mode = mode_of(member) or (0o040755 if member.is_dir() else 0o100644)
    kind = {0o04: "dir", 0o12: "link", 0o06: "block", 0o02: "char", 0o01: "fifo"}.get(mode >> 12, "file")
    method = {0: "stor", 8: "def" + "NXFS"[member.flag_bits >> 1 & 3]}.get(member.compress_type, "u???")
    year, month, day, hour, minute, _ = member.date_time
    text = "t" if member.internal_attr & 1 else "b"
    extra = "x" if member.extra else "-"
    return (
        f"{mode_string(kind, mode & 0o7777)}  {member.create_version // 10}.{member.create_version % 10} unx "
        f"{member.file_size:8} {text}{extra} {method} "
        f"{year % 100:02}-{_MONTHS[max(0, month - 1) % 12]}-{day:02} "
        f"{hour:02}:{minute:02} {member.filename}"
    )
