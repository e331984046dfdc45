"""Text that can't command a terminal or a log's reader."""

_SYMBOLS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {0x7F: 0x2421}


def visible(text: str) -> str:
    """The text with symbols for control characters other than tab and newline."""
    return text.translate(_SYMBOLS)
