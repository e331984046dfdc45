"""bash's brace expansion: `{a,b}` and `{1..10..2}`, done before everything else."""

from __future__ import annotations

import re
from itertools import pairwise

from minibuild.kernel.limits import LimitError
from minibuild.shell.nodes import Part, Text, Word

_NUMBERS = re.compile(r"(-?[0-9]+)\.\.(-?[0-9]+)(?:\.\.(-?[0-9]+))?")
_LETTERS = re.compile(r"([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?[0-9]+))?")
_MOST = 100_000

Token = str | Part  # an unquoted character, or anything else


def brace_words(word: Word) -> list[Word] | None:
    """The words that a word with braces stands for; None when it has none."""
    if not any(type(part) is Text and not part.quoted and "{" in part.text for part in word.parts):
        return None
    tokens: list[Token] = []
    for part in word.parts:
        if type(part) is Text and not part.quoted:
            tokens.extend(part.text)
        else:
            tokens.append(part)
    found = _expand(tokens)
    if len(found) == 1:
        return None
    return [_word(one) for one in found]


def _word(tokens: list[Token]) -> Word:
    parts: list[Part] = []
    text: list[str] = []
    for token in tokens:
        if isinstance(token, str):
            text.append(token)
            continue
        if text:
            parts.append(Text("".join(text), False))
            text = []
        parts.append(token)
    if text:
        parts.append(Text("".join(text), False))
    return Word(tuple(parts))


def _expand(tokens: list[Token]) -> list[list[Token]]:
    for start, token in enumerate(tokens):
        if token != "{":
            continue
        end, commas = _closing(tokens, start)
        if end is None:
            continue
        inner = tokens[start + 1 : end]
        alternatives = _alternatives(inner, commas, start) if commas else _sequence(inner)
        if alternatives is None:
            continue
        before, rests = tokens[:start], _expand(tokens[end + 1 :])
        middles = (
            [one for alternative in alternatives for one in _expand(alternative)] if commas else alternatives
        )
        if len(middles) * len(rests) > _MOST:
            raise LimitError(f"the command was ended: a brace expansion makes more than {_MOST} words")
        return [[*before, *middle, *rest] for middle in middles for rest in rests]
    return [tokens]


def _closing(tokens: list[Token], start: int) -> tuple[int | None, list[int]]:
    """The place of the brace that closes the one at `start`, and those of the commas between."""
    depth = 0
    commas: list[int] = []
    for at in range(start, len(tokens)):
        token = tokens[at]
        if token == "{":
            depth += 1
        elif token == "}":
            depth -= 1
            if not depth:
                return at, commas
        elif token == "," and depth == 1:
            commas.append(at)
    return None, commas


def _alternatives(inner: list[Token], commas: list[int], start: int) -> list[list[Token]]:
    places = [-1, *(comma - start - 1 for comma in commas), len(inner)]
    return [inner[first + 1 : second] for first, second in pairwise(places)]


def _sequence(inner: list[Token]) -> list[list[Token]] | None:
    if not all(isinstance(token, str) for token in inner):
        return None
    text = "".join(inner)  # type: ignore[arg-type]
    if match := _NUMBERS.fullmatch(text):
        first, last = int(match.group(1)), int(match.group(2))
        padded = any(
            len(group.lstrip("-")) > 1 and group.lstrip("-")[0] == "0" for group in match.groups()[:2]
        )
        width = max(len(match.group(1)), len(match.group(2))) if padded else 0
        return [list(_padded(number, width)) for number in _steps(first, last, match.group(3))]
    if match := _LETTERS.fullmatch(text):
        numbers = _steps(ord(match.group(1)), ord(match.group(2)), match.group(3))
        return [[chr(number)] for number in numbers]
    return None


def _steps(first: int, last: int, step_text: str | None) -> range:
    step = abs(int(step_text or 1)) or 1
    if abs(last - first) // step > _MOST:
        raise LimitError(f"the command was ended: a brace expansion makes more than {_MOST} words")
    return range(first, last + 1, step) if first <= last else range(first, last - 1, -step)


def _padded(number: int, width: int) -> str:
    return f"{number:0{width}d}" if width else str(number)
