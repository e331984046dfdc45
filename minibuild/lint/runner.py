"""From texts to findings: parse, run the rules, ask ShellCheck, leave out what is not wanted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from minibuild.dockerfile.errors import DockerfileError
from minibuild.dockerfile.parser import parse, without_lone_surrogates
from minibuild.dockerfile.tolerant import parse_tolerantly
from minibuild.lint.check_directive import CheckDirective, read_check
from minibuild.lint.copies import Contexts
from minibuild.lint.finding import Finding, Level, Place
from minibuild.lint.pragmas import Pragma, Silence, read_pragmas, removal
from minibuild.lint.rule import all_rules, family_of
from minibuild.lint.shellcheck import ShellCheckError, findings
from minibuild.lint.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from minibuild.dockerfile.nodes import Dockerfile
    from minibuild.lint.configuration import Configuration
    from minibuild.lint.finding import Remark
    from minibuild.lint.linting import Simulate
    from minibuild.lint.rule import Rule
    from minibuild.lint.source import Source

EXPERIMENTAL = frozenset({"InvalidDefinitionDescription"})
# What BuildKit finds while it parses: it has told of these when it comes upon an instruction that is wrong.
_TOLD_WHILE_PARSING = frozenset(
    {
        "StageNameCasing",
        "FromAsCasing",
        "MaintainerDeprecated",
        "LegacyKeyValueFormat",
        "InvalidDefinitionDescription",
    }
)
_BINARY = "this is a binary file, not a Dockerfile"


@dataclass(slots=True)
class _Examination:
    """A source under way: what was found so far. Without a `subject` it can't be parsed; `beginning` is then
    what stands above the mistake.
    """

    source: Source
    subject: Subject | None = None
    beginning: Subject | None = None
    check: CheckDirective = field(default_factory=CheckDirective)
    findings: list[Finding] = field(default_factory=list)


def lint(
    sources: Sequence[Source], configuration: Configuration, simulate: Simulate | None = None
) -> list[tuple[list[Finding], str]]:
    """The findings of each source, sorted by place, and why ShellCheck's are not among them, or "".

    ShellCheck is asked once for all of them. `simulate` builds a source for the rules that look at images.
    """
    runner = _Runner(configuration, simulate)
    examinations = [runner.examine(source) for source in sources]
    problem = runner.ask_shellcheck([one for one in examinations if one.subject is not None])
    return [(runner.concluded(one), problem) for one in examinations]


class _Runner:
    def __init__(self, configuration: Configuration, simulate: Simulate | None) -> None:
        self._configuration = configuration
        self._simulate = simulate
        self._contexts = Contexts()
        self._rules = all_rules()
        self._levels = {code: self._level(code, rule.level) for code, rule in self._rules.items()}
        self._active = [rule for code, rule in self._rules.items() if self._levels[code]]

    def _level(self, code: str, default: Level) -> Level:
        return self._configuration.levels.get(code, default)

    def examine(self, source: Source) -> _Examination:
        """Parse the source and run the rules of the tree."""
        one = _Examination(source)
        try:
            dockerfile = parse(source.text, dialect="docker", filename=source.path)
        except DockerfileError as error:
            if not self._examine_tolerantly(one):
                one.findings.append(self._unparsable(source, error))
            self._examine_beginning(one, source.text.split("\n")[: max(error.line - 1, 0)])
            return one
        one.subject = self._subject(source, source.text, dockerfile)
        self._run(self._active, one, one.subject)
        return one

    def _examine_tolerantly(self, one: _Examination) -> bool:
        """Run hadolint's rules and our own over a file that BuildKit refuses but hadolint reads.

        False when nobody can read it.
        """
        source = one.source
        try:
            dockerfile, errors = parse_tolerantly(source.text, filename=source.path)
        except DockerfileError:
            return False
        one.subject = self._subject(source, source.text, dockerfile)
        self._run([rule for rule in self._active if rule.family != "buildkit"], one, one.subject)
        for error in errors:
            place = Place(max(error.line, 1), max(error.column, 1))
            message = f"BuildKit refuses this: {error.message}"
            one.findings.append(self._own("MB0004", one.subject, place, message))
        return True

    def _examine_beginning(self, one: _Examination, lines: Sequence[str]) -> None:
        """Tell what BuildKit tells of the `lines` above the one that it can't read."""
        text = "\n".join((*lines, ""))
        try:
            dockerfile = parse(text, dialect="docker")
        except DockerfileError:
            return
        one.beginning = self._subject(one.source, text, dockerfile)
        rules = [rule for rule in self._active if rule.code in _TOLD_WHILE_PARSING]
        self._run(rules, one, one.beginning)

    def _subject(self, source: Source, text: str, dockerfile: Dockerfile) -> Subject:
        return Subject(
            source.path,
            without_lone_surrogates(text),
            dockerfile,
            self._configuration.settings,
            source.context,
            self._simulate(source) if self._simulate is not None and text is source.text else None,
            self._contexts,
        )

    def _run(self, rules: Iterable[Rule], one: _Examination, subject: Subject) -> None:
        """Add what the rules find, as far as the file's check directive wants them."""
        one.check = read_check(subject.dockerfile.directives.get("check", ""))
        lines = subject.lines
        for rule in rules:
            if rule.family == "buildkit" and not self._wanted(rule, one.check):
                continue
            level = self._raised(rule.code, self._levels[rule.code], one.check)
            one.findings += [
                _finding(subject.path, rule.code, level, remark, rule.summary, lines)
                for remark in rule.check(subject)
            ]

    def _wanted(self, rule: Rule, check: CheckDirective) -> bool:
        experimental = rule.code in EXPERIMENTAL and rule.code not in self._configuration.levels
        return check.wants(rule.code, experimental=experimental)

    def _raised(self, code: str, level: Level, check: CheckDirective) -> Level:
        """The level in a file that wants BuildKit's checks to fail the build."""
        return Level.ERROR if check.error and family_of(code) == "buildkit" else level

    def _unparsable(self, source: Source, error: DockerfileError) -> Finding:
        message = _BINARY if "\0" in source.text else error.message
        if error.hint and message is error.message:
            message += f" ({error.hint})"
        place = Place(max(error.line, 1), max(error.column, 1))
        lines = source.text.split("\n", place.line)
        shown = lines[place.line - 1].rstrip("\r") if place.line <= len(lines) else ""
        return Finding(source.path, "DL1000", self._level("DL1000", Level.ERROR), place, message, shown)

    def ask_shellcheck(self, examinations: Sequence[_Examination]) -> str:
        """Add what ShellCheck says of the RUNs of all files; why it could not be asked, or ""."""
        if not self._configuration.shellcheck:
            return ""
        subjects = {id(one.subject): one for one in examinations}
        asked = [one.subject for one in examinations if one.subject is not None]
        try:
            for subject, code, level, remark in findings(asked):
                level = self._level(code, level)
                if level:
                    made = _finding(subject.path, code, level, remark, "", subject.lines)
                    subjects[id(subject)].findings.append(made)
        except ShellCheckError as error:
            return str(error)
        return ""

    def concluded(self, one: _Examination) -> list[Finding]:
        """The findings less what pragmas and configuration leave out, sorted, each once."""
        found = one.findings
        subject = one.subject or one.beginning
        if subject is not None:
            if one.check.problem:
                found.append(self._own("MB0003", subject, _check_line(subject), one.check.problem))
            if not self._configuration.disable_ignore_pragma:
                found = self._without_ignored(subject, found)
        ignored = self._configuration.ignored
        kept = {finding: None for finding in found if finding.code not in ignored and finding.level}
        return sorted(kept, key=lambda finding: (finding.place.line, finding.place.column, finding.code))

    def _without_ignored(self, subject: Subject, found: Sequence[Finding]) -> list[Finding]:
        pragmas = read_pragmas(subject)
        if not pragmas:
            return list(found)
        silence = Silence(pragmas)
        used: set[tuple[int, str]] = set()
        kept = []
        for finding in found:
            covering = silence.covering(finding)
            used.update((pragma.line, finding.code) for pragma in covering)
            if not covering:
                kept.append(finding)
        return kept + list(self._judged(subject, pragmas, used))

    def _judged(
        self, subject: Subject, pragmas: Iterable[Pragma], used: set[tuple[int, str]]
    ) -> Iterator[Finding]:
        """What is to be said of the pragmas themselves."""
        for pragma in pragmas:
            for number, (code, column) in enumerate(zip(pragma.codes, pragma.columns, strict=True)):
                place = Place(pragma.line, column, pragma.line, column + len(code))
                shellchecks = family_of(code) == "shellcheck"
                if code not in self._rules and not shellchecks:
                    yield self._own("MB0001", subject, place, f"There is no rule {code}")
                elif (pragma.line, code) not in used and self._has_run(code, subject):
                    unused = self._own("MB0002", subject, place, f"{code} finds nothing here")
                    yield replace(unused, fix=removal(subject, pragma, number))

    def _has_run(self, code: str, subject: Subject) -> bool:
        """Whether a rule would have spoken here if it had something to say."""
        rule = self._rules.get(code)
        if rule is None or not self._levels[code]:
            return False
        if rule.reads == "simulation":
            return self._simulate is not None
        return rule.reads != "context" or subject.context is not None

    def _own(self, code: str, subject: Subject, place: Place, message: str) -> Finding:
        shown = subject.lines[place.line - 1].rstrip("\r")
        return Finding(subject.path, code, self._levels[code], place, message, shown)


def _check_line(subject: Subject) -> Place:
    """Where the check directive stands."""
    for number, line in enumerate(subject.lines, 1):
        if line.lstrip("\ufeff").startswith("#") and "check" in line.lower():
            return Place(number)
    return Place(1)


def _finding(
    path: str, code: str, level: Level, remark: Remark, summary: str, lines: Sequence[str]
) -> Finding:
    place = remark.place
    shown = lines[place.line - 1].rstrip("\r") if 0 < place.line <= len(lines) else ""
    return Finding(path, code, level, place, remark.message or summary, shown, remark.fix)
