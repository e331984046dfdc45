"""Where a shell's text may be broken into lines, and how deep each part of it is.

This is no shell: it tells words from operators and follows the reserved words, so that a formatter knows
which blanks mean nothing. Quoted text and substitutions are parts of a word and are not looked into.
"""

from __future__ import annotations

import re

from minibuild.dockerfile.format_lines import Token

_CONTROL = re.compile(r"&&|\|\||;;&|;;|;&|\|&|[;|)]|&(?!>)|\(\)|\((?!\()")
_REDIRECTION = re.compile(r"[0-9]*(?:<<<|<<-?|<&|<>|<(?!\()|>>|>&|>\||>(?!\())|&>>?")
_PLAIN = re.compile(r"[^ \t;&|<>()\\'\"`$]+")
_QUOTED_PLAIN = re.compile(r"[^\\\"`$]+")
_PARENTHESIS_PLAIN = re.compile(r"[^()\\'\"`$]+")
_BRACE_PLAIN = re.compile(r"[^}\\'\"`$]+")
_BLANKS = re.compile(r"[ \t]*")

_OPENING = ("if", "while", "until", "for", "select", "case", "{", "[[")
_MIDDLE = ("then", "do", "else", "elif")
_CLOSING = {"fi": ("if",), "done": ("while", "until", "for", "select"), "}": ("{",)}
_WITH_MIDDLE = ("if", "while", "until", "for", "select")


class UnclearError(Exception):
    """The text is better left as it is: something in it is open, unusual or a comment."""


def shell_tokens(text: str, start: int, end: int) -> list[Token]:
    """The words and operators of `text[start:end]`. Raise `UnclearError`."""
    try:
        return _Layout(text[:end]).tokens(start)
    except RecursionError:
        raise UnclearError from None


class _Frame:
    """A compound command under way. `in_tail` tells that a `|` or `||` stands before the command at hand."""

    __slots__ = ("in_tail", "kind", "part")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        # Of `case`: "subject", "pattern" or "body".
        self.part = "subject"
        self.in_tail = False


class _Layout:
    """One pass over one command's text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._frames = [_Frame("")]
        # The depth of the innermost frame: levels of the frames around it, their tails counted.
        self._depths = [0]
        self._at_command = True
        self._at_target = False
        # The tokens behind the `&&` of the list under way; None once it also has a `||`.
        self._chained: list[int] | None = []
        self._wanted: set[int] = set()
        # A blank that was not there could make a here-document of a `<<`, or end the name of one.
        self._may_part = "<<" not in text

    def tokens(self, start: int) -> list[Token]:
        """The tokens from `start` on."""
        found: list[tuple[int, int, int, bool]] = []
        text, at = self._text, _blanks_end(self._text, start)
        while at < len(text):
            if text[at] == "#":
                raise UnclearError
            if match := _REDIRECTION.match(text, at):
                end, is_control = match.end(), False
                level = self._level(at_command=self._at_command)
                self._at_target, self._at_command = True, False
            elif match := _CONTROL.match(text, at):
                # Blanks are added behind these only: behind a parenthesis they are not always harmless.
                end, is_control = match.end(), match[0][0] in "&|;"
                level = self._control(match[0], len(found))
            else:
                end, is_control = _word_end(text, at), False
                level = self._word(text[at:end])
            found.append((at, end, level, is_control))
            at = _blanks_end(text, end)
        if len(self._frames) > 1:
            raise UnclearError
        self._end_list()
        return [self._token(found, number) for number in range(len(found))]

    def _token(self, found: list[tuple[int, int, int, bool]], number: int) -> Token:
        start, end, level, is_control = found[number]
        text = self._text[start:end]
        return Token(
            start,
            end,
            level,
            may_part=self._may_part and number > 0 and found[number - 1][3],
            wants_break=number in self._wanted,
            trails=is_control and text in ("&&", "||", "|") and number + 1 < len(found),
        )

    def _level(self, *, at_command: bool) -> int:
        frame = self._frames[-1]
        in_body = frame.kind == "case" and frame.part == "body"
        return self._depths[-1] + in_body + frame.in_tail + (not at_command)

    def _push(self, kind: str) -> None:
        self._depths.append(self._level(at_command=True) + 1)
        self._frames.append(_Frame(kind))

    def _pop(self, kinds: tuple[str, ...]) -> None:
        if self._frames[-1].kind not in kinds:
            raise UnclearError
        self._frames.pop()
        self._depths.pop()
        self._at_command = False

    def _control(self, operator: str, number: int) -> int:
        frame = self._frames[-1]
        if self._at_target:
            raise UnclearError
        if frame.kind == "[[":
            return self._level(at_command=False)
        if frame.kind == "case" and frame.part != "body":
            return self._in_case(frame, operator)
        if operator == ")":
            self._pop(("(",))
            return self._level(at_command=True)
        level = self._level(at_command=True)
        if operator == "(":
            if not self._at_command:
                raise UnclearError
            self._push("(")
        elif operator.startswith(";") and operator != ";":
            if frame.kind != "case":
                raise UnclearError
            frame.part, frame.in_tail = "pattern", False
        elif operator != "()":
            self._end_command(frame, operator, number)
        self._at_command = True
        return level

    def _end_command(self, frame: _Frame, operator: str, number: int) -> None:
        """`&&`, `;` and their like."""
        if self._at_command:
            raise UnclearError
        frame.in_tail = operator in ("||", "|", "|&")
        if len(self._frames) > 1:
            return
        if operator in (";", "&"):
            self._end_list()
        elif operator == "||":
            self._chained = None
        elif operator == "&&" and self._chained is not None:
            self._chained.append(number + 1)

    def _in_case(self, frame: _Frame, operator: str) -> int:
        if frame.part != "pattern" or operator not in ("(", ")", "|"):
            raise UnclearError
        level = self._level(at_command=True)
        if operator == ")":
            frame.part, self._at_command = "body", True
        return level

    def _end_list(self) -> None:
        self._wanted.update(self._chained or ())
        self._chained = []

    def _word(self, word: str) -> int:
        frame = self._frames[-1]
        if self._at_target:
            self._at_target = False
            return self._level(at_command=False)
        if frame.kind == "[[":
            if word == "]]":
                self._pop(("[[",))
            return self._level(at_command=False)
        if frame.kind == "case" and frame.part != "body":
            return self._word_in_case(frame, word)
        if not self._at_command:
            return self._level(at_command=False)
        return self._command_word(frame, word)

    def _word_in_case(self, frame: _Frame, word: str) -> int:
        if frame.part == "subject":
            if word == "in":
                frame.part = "pattern"
            return self._level(at_command=False)
        if word == "esac":
            self._pop(("case",))
        return self._level(at_command=True)

    def _command_word(self, frame: _Frame, word: str) -> int:
        """A word where a command may begin: reserved words are told here."""
        if word in _OPENING:
            level = self._level(at_command=True)
            self._push(word)
            self._at_command = word in ("if", "while", "until", "{")
            return level
        if word in _MIDDLE:
            if frame.kind not in _WITH_MIDDLE:
                raise UnclearError
            frame.in_tail = False
            return self._level(at_command=True) - 1
        if word in _CLOSING or word == "esac":
            self._pop(_CLOSING.get(word, ("case",)))
            return self._level(at_command=True)
        level = self._level(at_command=True)
        self._at_command = word in ("!", "time")
        return level


def _blanks_end(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    assert match is not None  # the expression matches the empty text
    return match.end()


def _word_end(text: str, start: int) -> int:
    """Where the word that starts at `start` ends."""
    at = start
    while at < len(text):
        if match := _PLAIN.match(text, at):
            at = match.end()
            continue
        char = text[at]
        if char in " \t;&|)":
            break
        if char in "<>":
            if text[at + 1 : at + 2] != "(":
                break
            at = _parenthesis_end(text, at + 2)
        elif char == "(":
            if at > start and text[at - 1] != "=" and text.startswith("()", at):
                break
            at = _parenthesis_end(text, at + 1)
        else:
            at = _special_end(text, at)
    return at


def _special_end(text: str, at: int) -> int:
    """Where the quote, escape or substitution at `at` ends."""
    char = text[at]
    if char == "\\":
        return min(at + 2, len(text))
    if char == "'":
        return _find(text, "'", at + 1) + 1
    if char == '"':
        return _nested_end(text, at + 1, '"', _QUOTED_PLAIN)
    if char == "`":
        return _backquote_end(text, at + 1)
    if text.startswith("$(", at):
        return _parenthesis_end(text, at + 2)
    if text.startswith("${", at):
        return _nested_end(text, at + 2, "}", _BRACE_PLAIN)
    if text.startswith("$'", at):
        # Shells disagree about escapes in it.
        end = _find(text, "'", at + 2)
        if "\\" in text[at:end]:
            raise UnclearError
        return end + 1
    return at + 1


def _find(text: str, mark: str, at: int) -> int:
    end = text.find(mark, at)
    if end < 0:
        raise UnclearError
    return end


def _nested_end(text: str, at: int, stop: str, plain: re.Pattern[str]) -> int:
    while at < len(text):
        if match := plain.match(text, at):
            at = match.end()
        elif text[at] == stop:
            return at + 1
        elif text[at] == "'" and stop == "}":
            # Within double quotes an apostrophe is plain in `${A:-it's}`, elsewhere it opens a quote.
            raise UnclearError
        else:
            at = _special_end(text, at)
    raise UnclearError


def _parenthesis_end(text: str, at: int) -> int:
    depth = 1
    while at < len(text):
        if match := _PARENTHESIS_PLAIN.match(text, at):
            at = match.end()
        elif text[at] == "(":
            depth, at = depth + 1, at + 1
        elif text[at] == ")":
            depth, at = depth - 1, at + 1
            if not depth:
                return at
        else:
            at = _special_end(text, at)
    raise UnclearError


def _backquote_end(text: str, at: int) -> int:
    while at < len(text) and text[at] != "`":
        at += 2 if text[at] == "\\" else 1
    if at >= len(text):
        raise UnclearError
    return at + 1
