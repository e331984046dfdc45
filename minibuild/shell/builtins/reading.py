"""read."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, NamedTuple

from minibuild.filesystem.errors import fail
from minibuild.kernel.pipes import PipeReader
from minibuild.shell.errors import ShellError
from minibuild.shell.inputs import read_line
from minibuild.shell.octets import decode
from minibuild.shell.substitutions import NAME

if TYPE_CHECKING:
    from minibuild.kernel.streams import Stream
    from minibuild.shell.interpreter import Shell

_WHITESPACE = " \t\n"


class _Request(NamedTuple):
    """What `read` was asked for."""

    raw: bool = False
    most: int | None = None
    exact: bool = False  # bash's -N: delimiters count as characters
    delimiter: bytes = b"\n"
    timeout: float | None = None
    prompt: str = ""
    descriptor: int = 0
    array: str = ""


def _parse(shell: Shell, words: list[str]) -> tuple[_Request, list[str]]:
    request = _Request()
    takes = "p" if shell.dialect.posix_only else "ndtpu" + ("Nai" if shell.dialect.bash else "")
    while words and words[0][:1] == "-" and len(words[0]) > 1:
        word, words = words[0], words[1:]
        if word == "--":
            break
        at = 1
        while at < len(word):
            letter = word[at]
            at += 1
            if letter in takes:
                if at < len(word):
                    value = word[at:]
                elif words:
                    value, words = words[0], words[1:]
                else:
                    raise ShellError(
                        f"-{letter}: option requires an argument"
                        if shell.dialect.bash
                        else f"no arg for -{letter} option"
                    )
                request = _with_value(request, letter, value)
                break
            if letter == "r":
                request = request._replace(raw=True)
            elif letter not in ("s" if not shell.dialect.bash else "se") or shell.dialect.posix_only:
                raise ShellError(f"{'Illegal' if shell.dialect.posix_only else 'illegal'} option -{letter}")
    return request, words


def _with_value(request: _Request, letter: str, value: str) -> _Request:
    if letter == "p":
        return request._replace(prompt=value)
    if letter == "d":
        return request._replace(delimiter=value.encode("utf-8", "surrogateescape")[:1] or b"\0")
    if letter == "a":
        return request._replace(array=value)
    if letter == "i":
        return request
    if letter == "t":
        try:
            return request._replace(timeout=float(value))
        except ValueError:
            raise ShellError("invalid timeout") from None
    if not value.isdigit():
        raise ShellError("invalid count")
    if letter == "u":
        return request._replace(descriptor=int(value))
    return request._replace(most=int(value), exact=letter == "N")


def read(shell: Shell, argv: list[str]) -> int:
    """`read [-r] [-n count] [-d delimiter] [-t seconds] [-p prompt] [-s] [-u fd] name...`: one line, split by
    IFS.
    """
    request, names = _parse(shell, argv[1:])
    if not names and not request.array:
        if shell.dialect.posix_only:
            raise ShellError("arg count")
        names = ["REPLY"]
        whole = True
    else:
        whole = False
    for name in names:
        if not NAME.fullmatch(name.partition("[")[0]):
            if shell.dialect.bash:
                raise ShellError(f"`{name}': not a valid identifier", 1)
            if shell.dialect.posix_only:
                raise ShellError(f"{name}: bad variable name")
            shell.complain_as("read", f"read: '{name}': bad variable name")
            return 1
    stream = shell.process.descriptors.get(request.descriptor)
    if stream is not None and request.prompt and stream.is_tty:
        shell.process.stderr.write(request.prompt)
    if request.timeout is not None and not _ready(shell, stream, request.timeout):
        return 1 if not shell.dialect.bash else 142
    text, escaped, status = _input(shell, stream, request)
    if request.array:
        _assign_array(shell, request.array, text, escaped)
    elif whole or request.exact:
        shell.variables.set(names[0], text)
        for name in names[1:]:
            shell.variables.set(name, "")
    else:
        _assign(shell, names, text, escaped)
    return status


def _ready(shell: Shell, stream: Stream | None, timeout: float) -> bool:
    """Whether there is something to read, now or before the time is over."""
    if not isinstance(stream, PipeReader):
        return True
    pipe = stream.pipe
    if pipe.buffer or not pipe.writers:
        return True
    if timeout > 0:
        shell.process.sleep(timeout)
    return bool(pipe.buffer) or not pipe.writers


def _input(shell: Shell, stream: Stream | None, request: _Request) -> tuple[str, set[int], int]:
    """The text, the places of characters that a backslash made ordinary, and the status."""
    try:
        if request.most is not None:
            data, complete = _counted(stream, request)
            return *_unescaped(data, request.raw), 0 if complete else 1
        pieces: list[bytes] = []
        while True:
            line = read_line(stream, request.delimiter, shell.process)
            complete = line.endswith(request.delimiter)
            body = line[:-1] if complete else line
            if not request.raw and complete and _odd_backslashes(body) and request.delimiter == b"\n":
                pieces.append(body[:-1])
                continue
            pieces.append(body)
            break
    except OSError as error:
        if shell.dialect.bash:
            raise ShellError(f"read error: {request.descriptor}: {error.strerror}", 1) from None
        return "", set(), 1
    text, escaped = _unescaped(b"".join(pieces), request.raw)
    return text, escaped, 0 if complete else 1


def _odd_backslashes(body: bytes) -> bool:
    return (len(body) - len(body.rstrip(b"\\"))) % 2 == 1


def _counted(stream: Stream | None, request: _Request) -> tuple[bytes, bool]:
    if stream is None or not stream.readable:
        raise fail(errno.EBADF)
    data = bytearray()
    escaping = False
    count = 0
    assert request.most is not None
    while count < request.most:
        char = stream.read(1)
        if not char:
            return bytes(data), False
        if char == request.delimiter and not request.exact and not escaping:
            return bytes(data), True
        data += char
        if escaping:
            escaping = False
            count += 1
        elif char == b"\\" and not request.raw:
            escaping = True
        elif char[0] & 0xC0 != 0x80:
            count += 1
            if char[0] >= 0xC0:
                more = 1 if char[0] < 0xE0 else 2 if char[0] < 0xF0 else 3
                data += stream.read(more)
    return bytes(data), True


def _unescaped(data: bytes, raw: bool) -> tuple[str, set[int]]:
    text = decode(data).replace("\0", "")
    if raw or "\\" not in text:
        return text, set()
    out: list[str] = []
    escaped: set[int] = set()
    at = 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
            if at < len(text):
                if text[at] != "\n":
                    escaped.add(len(out))
                    out.append(text[at])
                at += 1
            continue
        out.append(text[at])
        at += 1
    return "".join(out), escaped


def split_line(text: str, escaped: set[int], ifs: str, most: int) -> list[str]:
    """At most `most` fields of a line; the last one is all the rest, without IFS blanks at its end."""
    blanks = "".join(char for char in ifs if char in _WHITESPACE)
    size = len(text)

    def is_in(at: int, chars: str) -> bool:
        return at < size and text[at] in chars and at not in escaped

    fields: list[str] = []
    at = 0
    while is_in(at, blanks):
        at += 1
    while at < size:
        if len(fields) == most - 1:
            fields.append(_rest(text, at, ifs, blanks, escaped))
            return fields
        start = at
        while at < size and not is_in(at, ifs):
            at += 1
        fields.append(text[start:at])
        while is_in(at, blanks):
            at += 1
        if is_in(at, ifs):
            at += 1
            while is_in(at, blanks):
                at += 1
    return fields


def _rest(text: str, at: int, ifs: str, blanks: str, escaped: set[int]) -> str:
    end = len(text)
    while end > at and text[end - 1] in blanks and end - 1 not in escaped:
        end -= 1
    # A single delimiter that only ends the last field goes too.
    if end > at and text[end - 1] in ifs and text[end - 1] not in blanks and end - 1 not in escaped:
        inner = [place for place in range(at, end - 1) if text[place] in ifs and place not in escaped]
        if not any(text[place] not in blanks for place in inner) and not inner:
            end -= 1
            while end > at and text[end - 1] in blanks and end - 1 not in escaped:
                end -= 1
    return text[at:end]


def split_as_ash(text: str, escaped: set[int], ifs: str, most: int) -> list[str]:
    """The fields that busybox makes, character by character.

    It still skips blanks after a character that a backslash made ordinary, when that began the line.
    """
    fields: list[str] = []
    current: list[str] = []
    start_of_word = 1
    for at, char in enumerate(text):
        if at not in escaped:
            if start_of_word and char in ifs:
                if char in _WHITESPACE:
                    continue
                start_of_word -= 1
                if start_of_word == 1:
                    continue
            start_of_word = 0
            if len(fields) < most - 1 and char in ifs:
                fields.append("".join(current))
                current.clear()
                start_of_word = 2 if char in _WHITESPACE else 1
                continue
        current.append(char)
    blanks = "".join(char for char in ifs if char in _WHITESPACE)
    fields.append(_rest("".join(current).rstrip(blanks), 0, ifs, blanks, set()))
    return fields


def _assign(shell: Shell, names: list[str], text: str, escaped: set[int]) -> None:
    split = split_as_ash if shell.dialect.name == "ash" else split_line
    fields = split(text, escaped, shell.variables.ifs, len(names))
    for index, name in enumerate(names):
        value = fields[index] if index < len(fields) else ""
        if name.endswith("]") and shell.dialect.bash:
            base, _, subscript = name[:-1].partition("[")
            shell.variables.set_element(base, subscript, value)
        else:
            shell.variables.set(name, value)


def _assign_array(shell: Shell, name: str, text: str, escaped: set[int]) -> None:
    from minibuild.shell.variables import Indexed

    fields = split_line(text, escaped, shell.variables.ifs, len(text) + 2)
    shell.variables.put_array(name, Indexed(enumerate(fields)))
