"""umask, ulimit, times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.errors import ShellError

if TYPE_CHECKING:
    from minibuild.shell.interpreter import Shell

_SHIFTS = {"u": 6, "g": 3, "o": 0}
# letter: (name, unit, default as the builtin shows it)
_LIMITS = {
    "c": ("core file size", "blocks", "unlimited"),
    "d": ("data seg size", "kb", "unlimited"),
    "e": ("scheduling priority", "", "0"),
    "f": ("file size", "blocks", "unlimited"),
    "i": ("pending signals", "", "31436"),
    "l": ("locked memory", "kb", "8192"),
    "m": ("memory size", "kb", "unlimited"),
    "n": ("file descriptors", "", "1048576"),
    "p": ("processes", "", "unlimited"),
    "q": ("POSIX message queues", "bytes", "819200"),
    "r": ("real-time priority", "", "0"),
    "s": ("stack size", "kb", "8192"),
    "t": ("cpu time", "seconds", "unlimited"),
    "v": ("address space", "kb", "unlimited"),
    "x": ("file locks", "", "unlimited"),
}


def umask(shell: Shell, argv: list[str]) -> int:
    """`umask [-S] [mode]`: an octal or symbolic mode."""
    words = argv[1:]
    symbolic = False
    while words and words[0][:1] == "-" and len(words[0]) > 1:
        for letter in words.pop(0)[1:]:
            if letter != "S" and not (letter == "p" and shell.dialect.bash):
                raise ShellError(f"illegal option -{letter}")
            symbolic = symbolic or letter == "S"
    view = shell.process.view
    if not words:
        if not symbolic:
            return shell.write(f"{view.umask:04o}\n")
        parts = []
        for who, shift in _SHIFTS.items():
            bits = ~view.umask >> shift & 7
            parts.append(
                who + "=" + "".join(letter for letter, bit in (("r", 4), ("w", 2), ("x", 1)) if bits & bit)
            )
        return shell.write(",".join(parts) + "\n")
    text = words[0]
    if text[:1].isdigit():
        if any(char not in "01234567" for char in text) or int(text, 8) > 0o7777:
            raise ShellError(_bad_mode(shell, text), 1 if shell.dialect.bash else 2)
        view.umask = int(text, 8) & 0o777
        return 0
    allowed = _symbolic(text, ~view.umask & 0o777)
    if allowed is None:
        raise ShellError(_bad_mode(shell, text), 1 if shell.dialect.bash else 2)
    view.umask = ~allowed & 0o777
    return 0


def _bad_mode(shell: Shell, text: str) -> str:
    if shell.dialect.bash:
        return (
            f"{text}: octal number out of range"
            if text[:1].isdigit()
            else f"`{text[:1]}': invalid symbolic mode operator"
        )
    return (
        f"Illegal number: {text}"
        if shell.dialect.posix_only and text[:1].isdigit()
        else f"illegal mode: {text}"
    )


def _symbolic(text: str, allowed: int) -> int | None:
    """The bits that a symbolic mode allows; None when it is none."""
    before = allowed
    for clause in text.split(","):
        at = 0
        while at < len(clause) and clause[at] in "ugoa":
            at += 1
        who = clause[:at]
        mask = 0o777 if "a" in who or not who else sum(7 << _SHIFTS[one] for one in set(who))
        may = mask if who else before
        if at >= len(clause):
            return None
        while at < len(clause):
            operator = clause[at]
            if operator not in "+-=":
                return None
            at += 1
            bits = 0
            while at < len(clause) and clause[at] not in "+-=":
                letter = clause[at]
                if letter in "rwx":
                    bits |= {"r": 0o444, "w": 0o222, "x": 0o111}[letter]
                elif letter in "ugo":
                    bits |= (allowed >> _SHIFTS[letter] & 7) * 0o111
                elif letter == "X":
                    bits |= 0o111 if allowed & 0o111 else 0
                elif letter not in "st":
                    return None
                at += 1
            bits &= may
            allowed = (
                allowed | bits
                if operator == "+"
                else allowed & ~bits
                if operator == "-"
                else allowed & ~mask | bits
            )
    return allowed


def ulimit(shell: Shell, argv: list[str]) -> int:
    """`ulimit [-SHa] [-letter] [limit]`: kept, but not enforced; the simulation has its own limits."""
    letters: list[str] = []
    words = argv[1:]
    everything = False
    while words and words[0].startswith("-") and len(words[0]) > 1:
        for letter in words.pop(0)[1:]:
            if letter == "a":
                everything = True
            elif letter in _LIMITS:
                letters.append(letter)
            elif letter not in "SH":
                shell.process.stderr.write(f"ulimit: invalid option -- '{letter}'\n")
                raise ShellError("", 2)
    limits = shell.limits
    if everything:
        for letter, (name, unit, default) in _LIMITS.items():
            label = f"-{letter}: {name} {f'({unit})' if unit else ''}".rstrip()
            shell.write(f"{label:<32} {limits.get(letter, default)}\n")
        return 0
    letters = letters or ["f"]
    if not words:
        for letter in letters:
            shell.write(f"{limits.get(letter, _LIMITS[letter][2])}\n")
        return 0
    if words[0] != "unlimited" and not words[0].isdigit() and words[0] not in ("hard", "soft"):
        raise ShellError("bad number" if not shell.dialect.bash else f"{words[0]}: invalid number", 2)
    for letter in letters:
        limits[letter] = words[0]
    return 0


def times(shell: Shell, argv: list[str]) -> int:  # noqa: ARG001
    """`times`: nothing takes processor time here."""
    return shell.write(
        "0m0.000s 0m0.000s\n" * 2 if not shell.dialect.posix_only else "0m0.000000s 0m0.000000s\n" * 2
    )
