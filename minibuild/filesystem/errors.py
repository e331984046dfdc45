"""Errors of the simulated system calls, in Linux's words on every host."""

import errno
import os

_WORDS = {
    "EPERM": "Operation not permitted",
    "ENOENT": "No such file or directory",
    "ESRCH": "No such process",
    "EINTR": "Interrupted system call",
    "EIO": "Input/output error",
    "ENXIO": "No such device or address",
    "E2BIG": "Argument list too long",
    "ENOEXEC": "Exec format error",
    "EBADF": "Bad file descriptor",
    "ECHILD": "No child processes",
    "EAGAIN": "Resource temporarily unavailable",
    "ENOMEM": "Cannot allocate memory",
    "EACCES": "Permission denied",
    "EBUSY": "Device or resource busy",
    "EEXIST": "File exists",
    "EXDEV": "Invalid cross-device link",
    "ENODEV": "No such device",
    "ENOTDIR": "Not a directory",
    "EISDIR": "Is a directory",
    "EINVAL": "Invalid argument",
    "EMFILE": "Too many open files",
    "ENOTTY": "Inappropriate ioctl for device",
    "ETXTBSY": "Text file busy",
    "EFBIG": "File too large",
    "ENOSPC": "No space left on device",
    "ESPIPE": "Illegal seek",
    "EROFS": "Read-only file system",
    "EMLINK": "Too many links",
    "EPIPE": "Broken pipe",
    "EDOM": "Numerical argument out of domain",
    "ERANGE": "Numerical result out of range",
    "ENAMETOOLONG": "File name too long",
    "ENOSYS": "Function not implemented",
    "ENOTEMPTY": "Directory not empty",
    "ELOOP": "Too many levels of symbolic links",
    "ENODATA": "No data available",
    "EOPNOTSUPP": "Operation not supported",
    "ECONNREFUSED": "Connection refused",
    "ENETUNREACH": "Network is unreachable",
}
_TEXT = {getattr(errno, name): text for name, text in _WORDS.items() if hasattr(errno, name)}


def strerror(error: int | OSError) -> str:
    """The text that Linux gives for an errno, or for the errno of an OSError."""
    number = error if isinstance(error, int) else error.errno
    if number is None:
        return str(error)
    return _TEXT.get(number) or os.strerror(number)


def fail(number: int, path: str | None = None, other: str | None = None) -> OSError:
    """The OSError (of the matching subclass) for an errno and the path or paths of the call."""
    if other is not None:
        return OSError(number, strerror(number), path, None, other)
    return OSError(number, strerror(number), path) if path is not None else OSError(number, strerror(number))
