"""The options of `minibuild lint`: hadolint's, and more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from minibuild.lint.configuration import LABEL_TYPES, THRESHOLDS, Options
from minibuild.lint.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable

_CODES = {
    "error": "Give the rule the level error.",
    "warning": "Give the rule the level warning.",
    "info": "Give the rule the level info.",
    "style": "Give the rule the level style.",
    "ignore": "Leave the rule out.",
}


def _format(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        name = value.partition("=")[0]
        if name not in FORMATS:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(FORMATS)}", context, parameter)
    return values


def _labels(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    labels = []
    for value in values:
        name, _, kind = value.rpartition(":")
        if not name or kind not in LABEL_TYPES:
            raise click.BadParameter(
                f"{value!r} is not NAME:TYPE with a type of {', '.join(LABEL_TYPES)}", context, parameter
            )
        labels.append((name, kind))
    return tuple(labels)


def rule_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what is found."""
    options = [
        click.option(f"--{name}", f"{name}_codes", metavar="CODE", multiple=True, help=meaning)
        for name, meaning in _CODES.items()
    ]
    options += [
        click.option(
            "--trusted-registry", metavar="NAME", multiple=True, help="FROM may use it; * is any text."
        ),
        click.option(
            "--require-label",
            metavar="NAME:TYPE",
            multiple=True,
            callback=_labels,
            help=f"Want the label; types: {', '.join(LABEL_TYPES)}.",
        ),
        click.option("--strict-labels", is_flag=True, help="Allow no other labels."),
        click.option("--disable-ignore-pragma", is_flag=True, help="Heed no comment that ignores."),
        click.option("-c", "--config", metavar="FILE", help="Read this configuration and no other."),
        click.option("--no-shellcheck", is_flag=True, help="Don't ask ShellCheck about RUN scripts."),
        click.option("--simulate", is_flag=True, help="Look at what a simulated build makes, too."),
    ]
    return _decorated(command, options)


def output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what is written, and when the command fails."""
    options = [
        click.option(
            "-f",
            "--format",
            "formats",
            metavar="FORMAT[=FILE]",
            multiple=True,
            callback=_format,
            help=f"{', '.join(FORMATS)}; may be repeated.  [default: tty]",
        ),
        click.option("-o", "--output", metavar="FILE", help="Write there instead of to standard output."),
        click.option("--file-path-in-report", metavar="PATH", help="Call the file this in reports."),
        click.option("--no-color", is_flag=True, help="No colours and links."),
        click.option("-V", "--verbose", is_flag=True, help="Tell on standard error what is done."),
        click.option(
            "-t",
            "--failure-threshold",
            type=click.Choice(THRESHOLDS),
            help="The least level that fails.  [default: info]",
        ),
        click.option("--no-fail", is_flag=True, help="Findings don't fail."),
        click.option("--baseline", metavar="FILE", help="Leave out the findings kept in this file."),
        click.option("--update-baseline", is_flag=True, help="Keep the present findings in it."),
        click.option(
            "--jobs",
            type=click.IntRange(min=0),
            metavar="N",
            default=0,
            help="Processes to share the work.  [default: one a processor]",
        ),
        click.option("--no-cache", is_flag=True, help="Neither use nor keep earlier results."),
    ]
    return _decorated(command, options)


def fix_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that repair what is found."""
    options = [
        click.option("--fix", is_flag=True, help="Repair what can be repaired without changing the image."),
        click.option("--diff", is_flag=True, help="Print what --fix would change, and write nothing."),
        click.option("--unsafe-fixes", is_flag=True, help="With --fix: also what may change the image."),
    ]
    return _decorated(command, options)


def _decorated(command: Callable[..., Any], options: list[Callable[..., Any]]) -> Callable[..., Any]:
    for option in reversed(options):
        command = option(command)
    return command


def options_of_flags(given: dict[str, Any]) -> Options:
    """What the command line says."""
    return Options(
        ignored=given["ignore_codes"],
        override={level: given[f"{level}_codes"] for level in ("error", "warning", "info", "style")},
        trusted_registries=given["trusted_registry"],
        labels=dict(given["require_label"]),
        strict_labels=given["strict_labels"] or None,
        disable_ignore_pragma=given["disable_ignore_pragma"] or None,
        failure_threshold=given["failure_threshold"],
        no_fail=given["no_fail"] or None,
        no_color=given["no_color"] or None,
        verbose=given["verbose"] or None,
    )
