"""`--output`: what a finished build writes, and where."""

from minibuild.build.request import Output
from minibuild.errors import UsageError

TYPES = ("oci", "docker", "tar", "local")


def parse_output(text: str) -> Output:
    """`type=oci,dest=image.tar[,KEY=VALUE…]` as a value; a bare path means `type=local`, `-` means `type=tar`
    to standard output.

    Raise `UsageError` for an unknown type, a missing destination or a word without `=`.
    """
    if text == "-":
        return Output("tar", "-")
    if "=" not in text:
        return Output("local", text)
    options: dict[str, str] = {}
    for word in text.split(","):
        key, equals, value = word.partition("=")
        if not equals or not key.strip():
            raise UsageError(
                f"invalid output: {word!r} is not KEY=VALUE",
                hint="write for example --output type=oci,dest=image.tar",
            )
        options[key.strip().lower()] = value
    type_ = options.pop("type", "")
    destination = options.pop("dest", options.pop("destination", ""))
    if type_ not in TYPES:
        known = ", ".join(TYPES)
        raise UsageError(
            f"unknown output type {type_!r}" if type_ else f"output {text!r} has no type",
            hint=f"types are {known}",
        )
    if not destination:
        if type_ == "local":
            raise UsageError("an output of type local needs dest=DIRECTORY")
        destination = "-"
    if type_ == "local" and destination == "-":
        raise UsageError("an output of type local is a directory and can't go to standard output")
    return Output(type_, destination, options)
