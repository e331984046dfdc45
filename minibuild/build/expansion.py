"""Word expansion with the variables in force at an instruction."""

from minibuild.build.action import Situation
from minibuild.build.errors import BuildError
from minibuild.dockerfile.expand import ExpandError, expand_raw, expand_word, expand_words


def expand(at: Situation, word: str) -> str:
    """`word` with its variables replaced and its quotes taken away, as one word."""
    if not _special(word):
        return word
    try:
        return expand_word(word, at.scope.values, at.escape)
    except ExpandError as error:
        raise BuildError(f'failed to process "{word}": {error}', hint=error.hint, subject=word) from None


def expand_list(at: Situation, word: str) -> list[str]:
    """`word` expanded and split at white space."""
    try:
        return expand_words(word, at.scope.values, at.escape)
    except ExpandError as error:
        raise BuildError(f'failed to process "{word}": {error}', hint=error.hint, subject=word) from None


def _special(word: str) -> bool:
    return not word.isalnum() and any(c in "$'\"\\`" for c in word)


def expand_content(at: Situation, text: str) -> str:
    """A here-document's text with its variables replaced; quotes stay as they are."""
    if "$" not in text and at.escape not in text:
        return text
    try:
        return expand_raw(text, at.scope.values, at.escape)
    except ExpandError as error:
        raise BuildError(f"failed to process the here-document: {error}", hint=error.hint) from None
