"""`--output`: what a finished build writes, and where."""

from collections.abc import Mapping
from typing import NamedTuple

from minibuild.build.request import Output
from minibuild.errors import UsageError

TYPES = ("oci", "docker", "tar", "local")
_COMPRESSIONS = {"gzip": "gzip", "zstd": "zstd", "uncompressed": "none"}
_HIGHEST = {"gzip": 9, "zstd": 22, "none": 0}
_TRUE, _FALSE = ("1", "t", "true", ""), ("0", "f", "false")
_ANNOTATION = "annotation"
# Options whose effect is always there: times are clamped by SOURCE_DATE_EPOCH, compressed forms are made anew
# on demand.
_GRANTED = ("rewrite-timestamp", "force-compression", "oci-mediatypes", "platform-split", "unpack", "store")


class ArchiveOptions(NamedTuple):
    """How an image archive is written.

    `compression` is gzip, zstd or none; `level` None for its fast one; `as_directory` writes the layout as a
    directory.
    """

    compression: str = "gzip"
    level: int | None = None
    as_directory: bool = False
    names: tuple[str, ...] = ()
    annotations: Mapping[str, str] = {}
    descriptor_annotations: Mapping[str, str] = {}
    index_annotations: Mapping[str, str] = {}


def parse_output(text: str) -> Output:
    """`type=oci,dest=image.tar[,KEY=VALUE…]` as a value.

    A bare path means `type=local`, `-` means `type=tar` to standard output. A word may stand in double
    quotes, as in CSV. Raise `UsageError` for an unknown type or option, a missing destination or a word
    without `=`.
    """
    if text == "-":
        return Output("tar", "-")
    if not text:
        raise UsageError("an output has no name", hint="write for example --output type=oci,dest=image.tar")
    if "=" not in text:
        return Output("local", text)
    options: dict[str, str] = {}
    for word in _words(text):
        key, equals, value = word.partition("=")
        if not equals or not key.strip():
            raise UsageError(
                f"invalid output: {word!r} is not KEY=VALUE",
                hint="write for example --output type=oci,dest=image.tar",
            )
        key = key.strip()
        options[key if key.lower().startswith(_ANNOTATION) else key.lower()] = value
    type_ = options.pop("type", "")
    destination = options.pop("dest", options.pop("destination", ""))
    if type_ not in TYPES:
        known = ", ".join(TYPES)
        problem = f"unknown output type {type_!r}" if type_ else f"output {text!r} has no type"
        raise UsageError(problem, hint=f"types are {known}")
    output = Output(type_, _destination(type_, destination, options), options)
    if type_ in ("oci", "docker"):
        archive_options(output)
    elif unknown := set(options) - set(_GRANTED):
        raise UsageError(f"an output of type {type_} has no option {min(unknown)!r}")
    return output


def _words(text: str) -> list[str]:
    if '"' not in text:
        return text.split(",")
    import csv  # hardly anybody quotes

    return next(csv.reader([text], strict=False))


def _destination(type_: str, destination: str, options: Mapping[str, str]) -> str:
    directory = type_ == "local" or (type_ != "tar" and not flag(options, "tar", True))
    if directory and destination in ("", "-"):
        problem = "is a directory and can't go to standard output" if destination else "needs dest=DIRECTORY"
        raise UsageError(
            f"an output of type {type_}{'' if type_ == 'local' else ' with tar=false'} {problem}"
        )
    return destination or "-"


def flag(options: Mapping[str, str], name: str, default: bool) -> bool:
    """An option that is true or false. Raise `UsageError` for another word."""
    value = options.get(name)
    if value is None:
        return default
    if value.lower() not in (*_TRUE, *_FALSE):
        raise UsageError(f"output option {name}={value} is neither true nor false")
    return value.lower() in _TRUE


def archive_options(output: Output) -> ArchiveOptions:
    """The options of an output of type oci or docker. Raise `UsageError` for what is unknown or out of
    range.
    """
    annotations: dict[str, str] = {}
    descriptor_annotations: dict[str, str] = {}
    index_annotations: dict[str, str] = {}
    rest = dict(output.options)
    for key, value in output.options.items():
        kind, dot, name = key.partition(".")
        kind = kind.partition("[")[0]
        if not dot or not kind.startswith(_ANNOTATION):
            continue
        rest.pop(key)
        if kind in ("annotation", "annotation-manifest"):
            annotations[name] = value
        elif kind == "annotation-manifest-descriptor":
            descriptor_annotations[name] = value
        elif kind == "annotation-index":
            index_annotations[name] = value
        else:
            raise UsageError(f"{key}: there is nothing of that name to annotate")
    names = tuple(name for name in rest.pop("name", "").split(",") if name)
    as_directory = not flag(rest, "tar", True)
    compression, level = _compression(rest)
    for granted in ("tar", "compression", "compression-level", *_GRANTED):
        rest.pop(granted, None)
    if rest:
        raise UsageError(f"an output of type {output.type} has no option {min(rest)!r}")
    return ArchiveOptions(
        *(compression, level, as_directory, names, annotations, descriptor_annotations), index_annotations
    )


def _compression(options: Mapping[str, str]) -> tuple[str, int | None]:
    written = options.get("compression", "gzip")
    compression = _COMPRESSIONS.get(written)
    if compression is None:
        raise UsageError(f"unknown compression {written!r}", hint=f"known are {', '.join(_COMPRESSIONS)}")
    level = options.get("compression-level")
    if level is None:
        return compression, None
    if not (level.isascii() and level.isdigit()) or int(level) > _HIGHEST[compression]:
        raise UsageError(
            f"{written} has no level {level}", hint=f"levels go from 0 to {_HIGHEST[compression]}"
        )
    return compression, None if compression == "none" else int(level)
