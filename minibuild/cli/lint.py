"""`minibuild lint`: what is wrong, or could be better, in Dockerfiles."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from minibuild.cli.lint_options import fix_options, options_of_flags, output_options, rule_options
from minibuild.cli.location import StoreLocation, pass_location
from minibuild.errors import MinibuildError, UsageError
from minibuild.lint.configuration import Configuration, Options, configure, joined, level_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.lint.configuration_values import ConfigurationError
    from minibuild.lint.finding import Finding
    from minibuild.lint.linting import Manner, Outcome
    from minibuild.lint.simulation import Simulation
    from minibuild.lint.source import Source

_BROKEN_CONFIGURATION = 2


@click.command(
    "lint",
    short_help="Find mistakes in Dockerfiles, and repair them.",
    epilog="Example: minibuild lint --format tty --format sarif=lint.sarif Dockerfile",
)
@rule_options
@output_options
@fix_options
@click.option("--explain", metavar="CODE", help="Print what a rule finds and why, and exit.")
@click.option("--list-rules", is_flag=True, help="Print all rules, and exit.")
@click.argument("files", metavar="[FILE|DIRECTORY|PATTERN]...", nargs=-1)
@pass_location
def lint_command(location: StoreLocation, /, files: tuple[str, ...], **given: Any) -> None:
    """Find mistakes in Dockerfiles: hadolint's rules, BuildKit's checks, ShellCheck's, and more.

    Of a directory all Dockerfiles are linted, those that git tracks if it is in a work tree; - is standard
    input; without a file it is the working directory. .hadolint.yaml, [tool.minibuild.lint] of
    pyproject.toml, minibuild.toml and hadolint's environment variables are read.

    The exit status is 1 when a finding has the level of the failure threshold or a worse one, 2 when the
    usage or a configuration file is wrong.
    """
    if given["explain"] or given["list_rules"]:
        from minibuild.lint.explanation import explain, list_rules

        _print(list_rules() if given["list_rules"] else explain(given["explain"]))
        return
    _check_usage(given)
    setup = _set_up(given)
    manner = _manner(location, setup, given)
    outcome = _lint(files, setup, manner)
    if given["fix"] or given["diff"]:
        would_change = _fix(outcome, setup, manner, given)
        if given["diff"]:
            raise SystemExit(int(would_change or bool(outcome.errors)))
    findings = _less_known(outcome, given)
    _write(findings, outcome, setup, given)
    status = _status(findings, outcome, setup)
    if status:
        raise SystemExit(status)


@dataclass(frozen=True, slots=True)
class _Setup:
    """The options of all sources, the configuration made of them, and whether a file was broken."""

    options: Options
    configuration: Configuration
    is_broken: bool


def _check_usage(given: dict[str, Any]) -> None:
    if given["update_baseline"] and not given["baseline"]:
        raise UsageError("--update-baseline needs --baseline FILE")
    if given["unsafe_fixes"] and not (given["fix"] or given["diff"]):
        raise UsageError("--unsafe-fixes goes with --fix or --diff")
    plain = [form for form in given["formats"] if "=" not in form]
    if len(plain) > 1:
        raise UsageError(
            f"{' and '.join(plain)} can't both be written to the same place",
            hint=f"give one a file: --format {plain[1]}=FILE",
        )


def _fix(outcome: Outcome, setup: _Setup, manner: Manner, given: dict[str, Any]) -> bool:
    """Repair the files, or (`--diff`) show how; whether there was anything to repair."""
    from minibuild.cli.lint_fix import differences, fix_outcome, told, write_fixed

    if setup.is_broken:
        raise UsageError("nothing is repaired by a configuration that is broken")
    results = fix_outcome(outcome, setup.configuration, manner.simulate, unsafe=given["unsafe_fixes"])
    if given["diff"]:
        _print(differences(results))
        return any(one.text != one.source.text for one in results)
    write_fixed(results)
    _print("".join(one.text for one in results if one.source.path == "-"))
    _print(told(results), to_error=True)
    return False


def _set_up(given: dict[str, Any]) -> _Setup:
    """Read the configuration; mistakes in it are told."""
    from minibuild.lint.configuration_environment import read_environment
    from minibuild.lint.configuration_files import read_files

    broken: list[bool] = []

    def complain(error: ConfigurationError, counts_for_nothing: bool) -> None:
        broken.append(counts_for_nothing)
        if counts_for_nothing:
            error.hint = error.hint or "until this is repaired the file counts for nothing"
        _print(error.render() + "\n", to_error=True)

    in_files = read_files(given["config"], complain)
    in_environment, problems = read_environment(os.environ)
    for problem in problems:
        _print(problem + "\n", to_error=True)
    options = joined((in_files, in_environment, options_of_flags(given)))
    _tell_unknown_codes(options)
    return _Setup(options, configure(options, shellcheck=not given["no_shellcheck"]), any(broken))


def _tell_unknown_codes(options: Options) -> None:
    """Tell which codes of files, environment and flags no rule has: a typing mistake silences nothing."""
    codes = {*options.ignored, *(code for codes in options.override.values() for code in codes)}
    if codes:
        from minibuild.lint.explanation import unknown_codes  # needs all rules

        for code in unknown_codes(codes):
            _print(f"there is no rule {code}, which the configuration names\n", to_error=True)


def _lint(files: Sequence[str], setup: _Setup, manner: Manner) -> Outcome:
    from minibuild.lint.discovery import find_files
    from minibuild.lint.linting import lint_files

    paths, errors = find_files(files or (".",))
    outcome = lint_files(paths, setup.configuration, manner)
    for error in (*errors, *outcome.errors):
        _print(error.render() + "\n", to_error=True)
    outcome.errors = [*errors, *outcome.errors]
    if outcome.problem:
        _print(f"notice: rules SC… were left out: {outcome.problem}\n", to_error=True)
    if not paths and not errors:
        _print(f"no Dockerfile below {' '.join(files) or 'the working directory'}\n", to_error=True)
    if setup.options.verbose:
        _print(f"{len(outcome.sources)} files, {outcome.kept} of them known from before\n", to_error=True)
    return outcome


def _manner(location: StoreLocation, setup: _Setup, given: dict[str, Any]) -> Manner:
    from minibuild.lint.linting import Manner

    cache = simulate = None
    if given["simulate"]:
        from minibuild.lint.simulation import simulate as simulated_build  # only where it is asked for

        store = location.open()

        def simulate(source: Source) -> Simulation:
            return simulated_build(source.path, source.text, source.context, store)

    elif not given["no_cache"]:
        from minibuild.lint.cache import ResultCache, default_directory

        cache = ResultCache(default_directory(location.given), (setup.configuration.fingerprint(),))
    return Manner(cache, given["jobs"], simulate)


def _less_known(outcome: Outcome, given: dict[str, Any]) -> list[Finding]:
    """The findings that are no part of the baseline."""
    if not given["baseline"]:
        return outcome.findings
    from minibuild.lint.baseline import without_known, write_baseline

    path = Path(given["baseline"])
    if given["update_baseline"]:
        write_baseline(outcome.findings, path)
    return without_known(outcome.findings, path)


def _write(findings: Sequence[Finding], outcome: Outcome, setup: _Setup, given: dict[str, Any]) -> None:
    from minibuild.lint.formats import NAMES_OF_FILES, Report, render

    for form in given["formats"] or (setup.options.format or "tty",):
        name, _, place = form.partition("=")
        place = place or given["output"] or ""
        colour = not place and not setup.options.no_color and sys.stdout.isatty()
        report = Report(findings, [source.path for source in outcome.sources], colour)
        alias = given["file_path_in_report"]
        if alias and name in NAMES_OF_FILES:
            report = Report([replace(one, path=alias) for one in findings], [alias], colour)
        text = render(name, report)
        if not place:
            # Standard output then has the repaired standard input.
            _print(text, to_error=given["fix"] and "-" in report.files)
            continue
        from minibuild.dockerfile.text import write_text

        try:
            write_text(Path(place), text)
        except OSError as problem:
            raise MinibuildError(f"can't be written: {problem.strerror}", path=place) from None


def _status(findings: Sequence[Finding], outcome: Outcome, setup: _Setup) -> int:
    if setup.is_broken:
        return _BROKEN_CONFIGURATION
    threshold = level_named(setup.options.failure_threshold or "info")
    failed = any(finding.level >= threshold for finding in findings) and not setup.options.no_fail
    return int(failed or bool(outcome.errors))


def _print(text: str, *, to_error: bool = False) -> None:
    stream = sys.stderr if to_error else sys.stdout
    stream.buffer.write(text.encode("utf-8", "surrogateescape"))
    stream.flush()
