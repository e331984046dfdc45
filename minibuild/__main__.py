"""`minibuild` and `python -m minibuild`: run the command line, and turn whatever goes wrong into words
and a status.
"""

import errno
import gc
import os
import sys

from minibuild.cli import COMPLETE_VARIABLE
from minibuild.errors import MinibuildError, unexpected

_INTERRUPTED = 128 + 2  # as a shell reports a process that SIGINT ended
_BROKEN_PIPE = 128 + 13
_OUTPUT_FAILED = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG)
_UTF8 = "PYTHONUTF8"


def main() -> int:
    """`run` as a process of its own: nothing of it needs to be collected before it ends."""
    # What imports make stays: looking for garbage in it, now and at the end, takes 10 ms of a cached build.
    gc.set_threshold(50_000, 20, 100)
    _take_names_as_utf8()
    try:
        return run()
    finally:
        gc.freeze()


def run() -> int:
    """Run the command that `sys.argv` names; the exit status: 0 done, 1 failed, 2 wrong usage, 130
    interrupted.
    """
    try:
        _prepare_streams()
        status = _invoke()
        sys.stdout.flush()
        return status
    except MinibuildError as error:
        return _fail(error.render(), error.exit_code)
    except KeyboardInterrupt:
        return _fail("interrupted", _INTERRUPTED)
    except BrokenPipeError:
        # Nobody reads any more; what is still buffered must not fail again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except OSError as error:
        if error.errno not in _OUTPUT_FAILED or error.filename is not None:
            return _unexpected(error)
        # As above: the rest of the output can't be written either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _fail(f"can't write the output: {error.strerror}", 1)
    except Exception as error:
        return _unexpected(error)


def _take_names_as_utf8() -> None:
    """Start again where the locale has another encoding: names in Dockerfiles and archives are UTF-8, and
    Python could not tell the same names of files.
    """
    if os.name == "posix" and sys.getfilesystemencoding() != "utf-8" and os.environ.get(_UTF8) != "1":
        os.environ[_UTF8] = "1"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def _invoke() -> int:
    import click  # so that an interrupt or an error while it is imported is told in words, too

    from minibuild.cli.group import minibuild

    instruction = os.environ.get(COMPLETE_VARIABLE)
    if instruction:
        from click.shell_completion import (
            shell_complete,
        )  # only a shell that completes words sets the variable

        return shell_complete(minibuild, {}, "minibuild", COMPLETE_VARIABLE, instruction)
    try:
        # Not `minibuild.main()`: that has its own ways with interrupts and broken pipes.
        with minibuild.make_context("minibuild", sys.argv[1:]) as context:
            minibuild.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        sys.stdout.flush()
        error.show()
        return error.exit_code
    return 0


def _prepare_streams() -> None:
    """Names that are not UTF-8 are printed as they are; what the terminal can't show is escaped.

    A stream that the caller closed reads as empty and takes everything.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115  until the end
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            utf8 = stream.encoding.lower().replace("-", "") == "utf8"
            reconfigure(errors="surrogateescape" if utf8 else "backslashreplace")


def _fail(text: str, status: int) -> int:
    try:
        sys.stdout.flush()
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except OSError:
        return status
    return status


def _unexpected(error: Exception) -> int:
    if os.environ.get("MINIBUILD_DEBUG") == "1":
        import traceback

        traceback.print_exc()
    return _fail(unexpected(error), 1)


if __name__ == "__main__":
    sys.exit(main())
