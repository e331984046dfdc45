"""HEALTHCHECK: how to ask a container whether it is well."""


from minibuild.build.action import Action, Situation, go_quoted_list, nop
from minibuild.dockerfile.nodes import Healthcheck as HealthcheckInstruction
from minibuild.image.config import Healthcheck


def resolve(instruction: HealthcheckInstruction, at: Situation) -> Action:
    """A new check inherits nothing from the old one; `NONE` switches an inherited one off."""
    if instruction.kind == "NONE":
        check = Healthcheck(test=("NONE",))
    else:
        words = instruction.command
        check = Healthcheck(
            test=("CMD", *words) if instruction.form == "exec" else ("CMD-SHELL", *words),
            interval=instruction.interval,
            timeout=instruction.timeout,
            start_period=instruction.start_period,
            start_interval=instruction.start_interval,
            retries=instruction.retries,
        )
    times = " ".join(f'"{go_duration(t)}"' for t in (check.interval, check.timeout, check.start_period))
    text = f"&{{{go_quoted_list(check.test)} {times} '\\x{check.retries:02x}'}}"
    return Action(nop(at.shell, f" HEALTHCHECK {text}"), at.config._replace(healthcheck=check))


def go_duration(nanoseconds: int) -> str:
    """A duration as Go prints it: `1m30s`, `1.5s`, `250ms`, `0s`."""
    if nanoseconds == 0:
        return "0s"
    if nanoseconds < 1_000_000_000:
        for unit, size in (("ms", 1_000_000), ("µs", 1_000), ("ns", 1)):
            if nanoseconds >= size:
                return f"{_decimal(nanoseconds, size)}{unit}"
    minutes, rest = divmod(nanoseconds, 60_000_000_000)
    hours, minutes = divmod(minutes, 60)
    text = f"{_decimal(rest, 1_000_000_000)}s"
    if hours or minutes:
        text = f"{minutes}m{text}"
    return f"{hours}h{text}" if hours else text


def _decimal(value: int, unit: int) -> str:
    whole, part = divmod(value, unit)
    digits = str(unit + part)[1:].rstrip("0") if part else ""
    return f"{whole}.{digits}" if digits else str(whole)
