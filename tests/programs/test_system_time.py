"""The simulated clock: date, sleep, timeout, time, uptime, cal; zones and date strings."""

import struct

import pytest
from programs_machine import NOW, busybox, gnu

from minibuild.programs.system.timezone import civil, days, posix_zone


@pytest.mark.parametrize(
    ("words", "out"),
    [
        (["date"], "Tue Nov 14 22:13:20 UTC 2023"),
        (["date", "-d", "@0"], "Thu Jan  1 00:00:00 UTC 1970"),
        (["date", "-u", "+%s"], "1700000000"),
        (["date", "-d", "2020-01-02 03:04:05", "+%s"], "1577934245"),
        (["date", "-d", "2020-01-02", "+%Y.%m.%d %H"], "2020.01.02 00"),
        (["date", "-d", "202001020304.05", "+%T"], "03:04:05"),
        (["date", "-d", "@0", "+%a %A %b %B %d %e %j"], "Thu Thursday Jan January 01  1 001"),
        (["date", "-d", "@0", "+%U %V %w %y %Z %z %%"], "00 01 4 70 UTC +0000 %"),
        (["date", "-R", "-d", "@0"], "Thu, 01 Jan 1970 00:00:00 +0000"),
        (["date", "-I", "-d", "@0"], "1970-01-01"),
        (["date", "-Iseconds", "-d", "@0"], "1970-01-01T00:00:00+00:00"),
        (["date", "-D", "%d/%m/%Y", "-d", "02/01/2020", "+%F"], "2020-01-02"),
        (["date", "-r", "/etc/passwd", "+%s"], "1700000000"),
    ],
)  # fmt: skip
def test_date_of_busybox(words, out):
    ran = busybox().run(words)
    assert (ran.status, ran.out) == (0, out + "\n")


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("2020-01-02T03:04:05Z", "2020-01-02 03:04:05"),
        ("2020-01-02T03:04:05+02:00", "2020-01-02 01:04:05"),
        ("2020-01-02 03:04:05 EST", "2020-01-02 08:04:05"),
        ("20200102 10", "2020-01-02 10:00:00"),
        ("2020/01/02", "2020-01-02 00:00:00"),
        ("1/2/2020", "2020-01-02 00:00:00"),
        ("2 Jan 2020", "2020-01-02 00:00:00"),
        ("Jan 2, 2020 10:00", "2020-01-02 10:00:00"),
        ("Thu Jan  2 03:04:05 UTC 2020", "2020-01-02 03:04:05"),
        ("Thu, 02 Jan 2020 03:04:05 +0000", "2020-01-02 03:04:05"),
        ("2020-01-31 +1 day", "2020-02-01 00:00:00"),
        ("2020-01-31 +1 month", "2020-03-02 00:00:00"),
        ("2020-01-01 2 weeks ago", "2019-12-18 00:00:00"),
        ("2020-01-01 12:00 +2 hours", "2020-01-01 11:00:00"),
        ("10pm", "2023-11-14 22:00:00"),
        ("0", "2023-11-14 00:00:00"),
        ("930", "2023-11-14 09:30:00"),
        ("yesterday", "2023-11-13 22:13:20"),
        ("next month", "2023-12-14 22:13:20"),
        ("next friday", "2023-11-17 00:00:00"),
        ("last sunday", "2023-11-12 00:00:00"),
        ("monday", "2023-11-20 00:00:00"),
        ("now", "2023-11-14 22:13:20"),
        ("@86400", "1970-01-02 00:00:00"),
        ('TZ="EST5" 2020-01-01', "2020-01-01 05:00:00"),
        ("24", None),
        ("12345", None),
        ("2020-02-30", None),
        ("2020-13-01", None),
        ("25:00", None),
        ("13pm", None),
        ("2020-01-01 2020-01-02", None),
        ("gibberish", None),
    ],
)
def test_date_strings_of_gnu(text, out):
    ran = gnu().run(["date", "-d", text, "+%Y-%m-%d %H:%M:%S"])
    if out is None:
        assert (ran.status, ran.err) == (1, f"date: invalid date '{text}'\n")
    else:
        assert (ran.status, ran.out) == (0, out + "\n")


def test_dates_that_are_none():
    ran = busybox().run("date -d zz", "date +%s +%s", "date -Izz", "date -r /nope")
    assert ran.statuses == [1, 1, 1, 1]
    assert ran.err.startswith("date: invalid date 'zz'\n")
    ran = busybox().run(["date", "-s", "2020-01-01 00:00"])
    assert (ran.status, ran.out) == (1, "Wed Jan  1 00:00:00 UTC 2020\n")


def test_gnu_knows_nanoseconds_and_colons():
    ran = gnu().run(["date", "-d", "@0.5", "+%N %3N %:z"], "date --rfc-3339=seconds -d @0")
    assert ran.out == "500000000 500 +00:00\n1970-01-01 00:00:00+00:00\n"
    assert busybox().run("date -d @0 +%N").out == "%N\n"


def test_a_zone_of_posix_is_obeyed():
    machine = busybox()
    ran = machine.run(["date", "-d", "@1600000000", "+%H:%M %Z %z"], env={"TZ": "EST5EDT,M3.2.0,M11.1.0"})
    assert ran.out == "08:26 EDT -0400\n"
    ran = machine.run(["date", "-d", "@1606000000", "+%H:%M %Z"], env={"TZ": "EST5EDT,M3.2.0,M11.1.0"})
    assert ran.out == "18:06 EST\n"
    assert machine.run("date -d @0 +%Z", env={"TZ": "Nowhere/Land"}).out == "UTC\n"


def test_zone_files_of_the_container_are_read():
    types = struct.pack(">lbB", 3600, 0, 0) + b"ABC\0"
    data = b"TZif" + b"\0" * 16 + struct.pack(">6L", 0, 0, 0, 0, 1, 4) + types
    machine = busybox()
    machine.filesystem.write_file("/usr/share/zoneinfo/Some/Where", data)
    machine.filesystem.symlink("/etc/localtime", "/usr/share/zoneinfo/Some/Where")
    assert machine.run("date -d @0").out == "Thu Jan  1 01:00:00 ABC 1970\n"
    assert machine.run("date -d @0", env={"TZ": ":Some/Where"}).out == "Thu Jan  1 01:00:00 ABC 1970\n"
    assert machine.run("date -d @0", env={"TZ": ""}).out == "Thu Jan  1 00:00:00 UTC 1970\n"


def test_rules_of_zones():
    zone = posix_zone("CET-1CEST,M3.5.0,M10.5.0/3")
    assert zone is not None
    assert zone.at(1_600_000_000) == (7200, "CEST")
    assert zone.at(1_606_000_000) == (3600, "CET")
    assert posix_zone("nonsense!") is None


@pytest.mark.parametrize("number", [-719162, 0, 59, 11016, 19675, 2932896])
def test_days_and_dates_are_inverse(number):
    assert days(*civil(number)) == number


def test_sleep_takes_simulated_time_only():
    machine = busybox()
    ran = machine.run(
        "sleep 3600", "date +%s", "sleep 1m 1s", "date +%s", "usleep 1500000", "sleep x", "sleep"
    )
    assert ran.out == "1700003600\n1700003661\n"
    assert ran.err.startswith("sleep: invalid number 'x'\n")
    assert machine.system.clock.now() - NOW >= 3662 * 10**9
    assert (
        gnu().run("sleep x").err
        == "sleep: invalid time interval 'x'\nTry 'sleep --help' for more information.\n"
    )


def test_timeout_ends_what_takes_too_long():
    machine = busybox()
    ran = machine.run(
        "timeout 1 sleep 5",
        "timeout 5 sleep 1",
        "timeout -s KILL 1 sleep 5",
        "timeout 1 false",
        "timeout 1 nope",
        "timeout x true",
        "timeout -s zz 1 true",
    )
    assert ran.statuses == [143, 0, 137, 1, 127, 1, 1]
    assert machine.system.clock.now() - NOW < 4 * 10**9
    assert gnu().run(
        "timeout 1 sleep 5", "timeout --preserve-status 1 sleep 5", "timeout 5 nope"
    ).statuses == [124, 143, 127]


def test_time_says_how_long():
    ran = busybox().run("time sleep 61", "time -p true", ["time", "-f", "%e %C", "sleep", "2"], "time false")
    assert ran.statuses == [0, 0, 0, 1]
    assert ran.err.startswith(
        "real\t1m 1.00s\nuser\t0m 0.00s\nsys\t0m 0.00s\nreal 0.00\nuser 0.00\nsys 0.00\n2.00 sleep 2\n"
    )


def test_watch_repeats_until_it_is_ended():
    ran = busybox().run("timeout 5 watch -t -n 2 date +%s")
    assert ran.out == "1700000000\n1700000002\n1700000004\n"


def test_cal_draws_months_and_years():
    ran = busybox().run("cal 2 2024", "cal -m 2 2024", "cal -j 2 2024", "cal 2024")
    lines = ran.out.splitlines()
    assert lines[:7] == [
        "   February 2024",
        "Su Mo Tu We Th Fr Sa",
        "             1  2  3",
        " 4  5  6  7  8  9 10",
        "11 12 13 14 15 16 17",
        "18 19 20 21 22 23 24",
        "25 26 27 28 29",
    ]
    assert "Mo Tu We Th Fr Sa Su" in lines
    assert " 32  33  34" in "\n".join(lines)
    assert "      January               February               March" in ran.out
    assert busybox().run("cal 13 2024").status == 1


def test_uptime_is_that_of_the_simulated_machine():
    assert busybox().run("uptime").out == " 22:13:20 up 1 min,  0 users,  load average: 0.00, 0.00, 0.00\n"
