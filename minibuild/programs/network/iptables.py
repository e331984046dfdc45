"""iptables: the rules that an engine makes on its host, as commands (-S) or as lists (-L)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.network.rules import BUILTIN
from minibuild.programs.inputs import die
from minibuild.programs.network.space import network_of
from minibuild.programs.options import Options
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.network.rules import Rule, Table

IPTABLES = Options(
    "t:SLnvxA:D:I:F:N:X:P:wj:i:o:p:s:d:m:",
    long={"table=": "t", "list-rules": "S", "list": "L", "numeric": "n", "verbose": "v", "line-numbers": "l"},
    usage="[-t TABLE] -S|-L [CHAIN] [-n] [-v]",
    help="Show the firewall's rules",
    most=1,
)
_CHANGING = ("A", "D", "I", "F", "N", "X", "P")
_ANYWHERE = "0.0.0.0/0"


@program("iptables", options=IPTABLES)
def iptables(process: Process) -> int:
    """`iptables [-t filter|nat] -S|-L [CHAIN] [-n] [-v]`"""
    opts, words = IPTABLES.parse(process)
    name = opts.text("t", "filter")
    if opts.any(*_CHANGING):
        die(process, "Permission denied (you must be root)", 4, "Permission denied (you must be root)")
    if name not in BUILTIN:
        missing = f"can't initialize iptables table `{name}': Table does not exist (do you need to insmod?)"
        die(process, missing, 3)
    if not opts.any("S", "L"):
        die(process, "no command specified", 2)
    table = network_of(process).rules(name)
    chains = [*table.policies, *table.chains]
    if words and words[0] not in chains:
        die(process, "No chain/target/match by that name.", 1)
    wanted = words or chains
    if "S" in opts:
        lines = _commands(table, wanted)
    else:
        lines = _lists(table, wanted, numeric="n" in opts, verbose="v" in opts, numbers="l" in opts)
    process.stdout.write("".join(line + "\n" for line in lines))
    return 0


def _commands(table: Table, chains: list[str]) -> list[str]:
    lines = [f"-P {chain} {policy}" for chain, policy in table.policies.items() if chain in chains]
    lines += [f"-N {chain}" for chain in table.chains if chain in chains]
    for chain in chains:
        lines += [f"-A {chain}{_words(rule)}" for rule in table.rules if rule.chain == chain]
    return lines


def _words(rule: Rule) -> str:
    text = ""
    for option, value in (
        ("-s", rule.source),
        ("-d", rule.destination),
        ("-i", rule.incoming),
        ("-o", rule.outgoing),
    ):
        if value:
            text += f" ! {option} {value[1:]}" if value[0] == "!" else f" {option} {value}"
    if rule.protocol:
        text += f" -p {rule.protocol} -m {rule.protocol} --dport {rule.port}"
    if rule.state:
        text += f" -m conntrack --ctstate {rule.state}"
    if rule.local:
        text += " -m addrtype --dst-type LOCAL"
    text += f" -j {rule.target}"
    return text + (f" --to-destination {rule.to}" if rule.to else "")


def _lists(
    table: Table, chains: list[str], *, numeric: bool, verbose: bool, numbers: bool
) -> list[str]:
    lines: list[str] = []
    for chain in chains:
        rules = [rule for rule in table.rules if rule.chain == chain]
        if lines:
            lines.append("")
        lines.append(f"Chain {chain} ({_title(table, chain, verbose=verbose)})")
        number = "num  " if numbers else ""
        if verbose:
            head = " pkts bytes target     prot opt in     out     source               destination         "
        else:
            head = "target     prot opt source               destination         "
        lines.append(number + head)
        for position, rule in enumerate(rules, 1):
            start = f"{position:<5}" if numbers else ""
            lines.append(start + _row(rule, numeric=numeric, verbose=verbose))
    return lines


def _title(table: Table, chain: str, *, verbose: bool) -> str:
    if chain in table.policies:
        return f"policy {table.policies[chain]}" + (" 0 packets, 0 bytes" if verbose else "")
    return f"{sum(1 for rule in table.rules if rule.target == chain)} references"


def _row(rule: Rule, *, numeric: bool, verbose: bool) -> str:
    source, destination = _place(rule.source, numeric=numeric), _place(rule.destination, numeric=numeric)
    row = f"{rule.target:<9}  {rule.protocol or 'all':<5}--  "
    if verbose:
        every = "*" if numeric else "any"
        inside, outside = rule.incoming or every, rule.outgoing or every
        row = f"    0     0 {row}{inside:<6} {outside:<6}  "
    row += f"{source:<20} {destination:<20}"
    if rule.local:
        row += " ADDRTYPE match dst-type LOCAL"
    if rule.state:
        row += f" ctstate {rule.state}"
    if rule.protocol:
        row += f" {rule.protocol} dpt:{rule.port}"
    return row + (f" to:{rule.to}" if rule.to else "")


def _place(text: str, *, numeric: bool) -> str:
    negated, plain = text[:1] == "!", text.removeprefix("!").removesuffix("/32")
    if not plain:
        return _ANYWHERE if numeric else "anywhere"
    return "!" + plain if negated else plain
