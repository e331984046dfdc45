"""ping: whether an address answers, as busybox and iputils put it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from minibuild.programs.inputs import die
from minibuild.programs.network.space import addresses_of, find_interface, is_address, network_of
from minibuild.programs.options import Options, is_busybox, program_name
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.network.reachability import Answer

PING = Options(
    "46c:i:W:w:qns:t:I:fvbAaDOLUR",
    usage="[OPTIONS] HOST",
    help="""Send ICMP ECHO_REQUESTs to HOST

\t-4,-6\t\tForce IP or IPv6 name resolution
\t-c CNT\t\tSend only CNT pings
\t-s SIZE\t\tSend SIZE data bytes in packets (default 56)
\t-i SECS\t\tInterval
\t-t TTL\t\tSet TTL
\t-I IFACE/IP\tSource interface or IP address
\t-W SEC\t\tSeconds to wait for the first response (default 10)
\t-w SEC\t\tSeconds until ping exits (default:infinite)
\t-q\t\tQuiet, only display output at start/finish""",
    least=1,
    most=1,
    gnu_failure=2,
)
_WAIT = 10.0
_IP_AND_ICMP = 28
_ICMP = 8
_LARGEST = 65507


@dataclass
class _Pinging:
    """What was asked for, and what came of it. `count` 0 goes on for ever; times are in seconds."""

    name: str
    address: str
    count: int
    size: int
    interval: float
    wait: float
    deadline: float
    quiet: bool
    source: str
    sent: int = 0
    times: list[float] = field(default_factory=list)


@program("ping", "ping6", options=PING)
def ping(process: Process) -> int:
    """`ping [-c COUNT] [-W SECONDS] HOST`: 0 when an answer came."""
    opts, (name,) = PING.parse(process)
    six = "6" in opts or program_name(process) == "ping6"
    found = [one for one in addresses_of(process, name) if "4" not in opts or ":" not in one]
    found = [one for one in found if not six or ":" in one]
    if not found:
        unknown = f"{name}: Name or service not known"
        die(process, f"bad address '{name}'", 1 if is_busybox(process) else 2, unknown)
    job = _Pinging(
        name,
        found[0],
        int(_number(process, opts.text("c", "0"))),
        min(int(_number(process, opts.text("s", "56"))), _LARGEST),
        _number(process, opts.text("i", "1")),
        _number(process, opts.text("W", str(_WAIT))),
        _number(process, opts.text("w", "0")),
        "q" in opts,
        opts.text("I"),
    )
    if job.source and not is_address(job.source) and find_interface(process, job.source) is None:
        die(process, f"can't bind to interface {job.source}: No such device", 1 if is_busybox(process) else 2)
    return _run(process, job)


def _number(process: Process, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9:
        gnu = f"invalid argument: '{text}'"
        die(process, f"invalid number '{text}'", 1, gnu)
    return value


def _run(process: Process, job: _Pinging) -> int:
    busybox = is_busybox(process)
    size = f"{job.size} data bytes" if busybox else f"{job.size}({job.size + _IP_AND_ICMP}) bytes of data."
    colon = ":" if busybox else ""
    process.stdout.write(f"PING {job.name} ({job.address}){colon} {size}\n")
    process.flush()
    started = process.system.clock.now()
    try:
        while True:
            answer = network_of(process).reach(job.address, "" if is_address(job.source) else job.source)
            if not answer.sent:
                gnu = "connect: Network is unreachable"
                die(process, "sendto: Network is unreachable", 1 if busybox else 2, gnu)
            job.sent += 1
            if answer.reachable:
                _answered(process, job, answer, busybox=busybox)
            passed = (process.system.clock.now() - started) / 1e9
            last = bool(job.count) and job.sent >= job.count
            if last or (job.deadline and passed + job.interval >= job.deadline):
                left = max(job.deadline - passed, 0.0) if job.deadline else job.wait
                if not answer.reachable:
                    process.sleep(min(job.wait, left))
                break
            process.sleep(job.interval)
            process.tick()
            if process.pending:
                break
    finally:
        _summary(process, job, (process.system.clock.now() - started) / 1e9, busybox=busybox)
    return 0 if job.times else 1


def _answered(process: Process, job: _Pinging, answer: Answer, *, busybox: bool) -> None:
    # Between two ends of a pair an answer takes some hundredths of a millisecond, over cables some more.
    took = round(process.system.random.uniform(0.04, 0.12) + 0.02 * len(answer.nodes), 3)
    job.times.append(took)
    if job.quiet:
        return
    size, number = job.size + _ICMP, job.sent - 1 if busybox else job.sent
    word = "seq" if busybox else "icmp_seq"
    process.stdout.write(
        f"{size} bytes from {job.address}: {word}={number} ttl={answer.ttl} time={took:.3f} ms\n"
    )
    process.flush()


def _summary(process: Process, job: _Pinging, seconds: float, *, busybox: bool) -> None:
    received = len(job.times)
    lost = 100 * (job.sent - received) // job.sent if job.sent else 0
    packets = " packets" if busybox else ""
    took = "" if busybox else f", time {int(seconds * 1000)}ms"
    process.stdout.write(
        f"\n--- {job.name} ping statistics ---\n{job.sent} packets transmitted, {received}{packets} received,"
        f" {lost}% packet loss{took}\n"
    )
    if not job.times:
        if not busybox:
            process.stdout.write("\n")
        return
    low, high, mean = min(job.times), max(job.times), sum(job.times) / received
    if busybox:
        process.stdout.write(f"round-trip min/avg/max = {low:.3f}/{mean:.3f}/{high:.3f} ms\n")
        return
    spread = (sum((one - mean) ** 2 for one in job.times) / received) ** 0.5
    process.stdout.write(f"rtt min/avg/max/mdev = {low:.3f}/{mean:.3f}/{high:.3f}/{spread:.3f} ms\n")
