"""The build request that the options of `minibuild build` make."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from minibuild.build.entitlements import ENTITLEMENTS, NETWORK_HOST
from minibuild.build.outputs import parse_output
from minibuild.build.request import Attestation, BuildRequest, Output, Secret
from minibuild.errors import MinibuildError, UsageError

_ANNOTATED = ("manifest", "index", "manifest-descriptor")


def make_request(given: Mapping[str, Any], context: str) -> BuildRequest:
    """The build that the options in `given` and the word `context` ask for. Raise `UsageError`."""
    directory, text = _context(context)
    file = given["file"]
    if file is not None and text is not None:
        raise UsageError(f"-f {file}: the Dockerfile is on standard input already")
    if file == "-":
        text = _standard_input()
    return BuildRequest(
        context=directory,
        dockerfile=_dockerfile(file, directory, text),
        text=text,
        dialect=given["dialect"],
        fidelity=given["fidelity"],
        build_args=_build_args(given["build_args"]),
        target=given["target"],
        no_cache=given["no_cache"],
        no_cache_filter=tuple(_names(given["no_cache_filter"])),
        build_contexts=_build_contexts(given["build_contexts"]),
        secrets=_secrets(given["secrets"]),
        tags=_tags(given["tags"]),
        outputs=tuple(_outputs(given["outputs"], given["annotations"])),
        platform=_platform(given["platform"]),
        source_date_epoch=_source_date_epoch(),
        fixtures=_fixtures(given["fixtures"]),
        hosts=_hosts(given["hosts"]),
        labels=dict(_label(word) for word in given["labels"]),
        explain=given["explain"],
        keep_steps=given["keep_steps"],
        attestations=_attestations(given),
        allow=_entitlements(given["allowed"], given["network"]),
        network=given["network"],
    )


def _dockerfile(file: str | None, directory: Path | None, text: str | None) -> Path | None:
    """The file that is named; a `dockerfile` in lower case, where there is no other, as BuildKit takes it."""
    if text is not None or directory is None:
        return None
    if file is not None:
        return Path(file)
    other = directory / "dockerfile"
    return other if not (directory / "Dockerfile").exists() and other.is_file() else None


def _context(word: str) -> tuple[Path | None, str | None]:
    """(the context's directory, the Dockerfile's text): one of them is None."""
    if word == "-":
        return None, _standard_input()
    if word.startswith(("http://", "https://", "git://", "git@", "ssh://", "github.com/")):
        raise UsageError(
            f"{word}: a context can't be fetched", hint="minibuild has no network: give a directory"
        )
    path = Path(word)
    if not word or not path.exists():
        raise UsageError(
            f"{word}: there is no such directory",
            hint="the context is a directory, or - for a Dockerfile on standard input",
        )
    if not path.is_dir():
        raise UsageError(
            f"{word} is not a directory",
            hint=f"to build from this Dockerfile, write -f {word} and its directory",
        )
    return path, None


def _standard_input() -> str:
    import sys

    from minibuild.dockerfile.text import LIMIT

    raw = sys.stdin.buffer.read(LIMIT + 1)
    if raw.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")) or raw[257:262] == b"ustar":
        raise UsageError(
            "standard input is an archive, not a Dockerfile", hint="unpack it and give the directory"
        )
    if len(raw) > LIMIT:
        raise UsageError(f"standard input has more than {LIMIT >> 20} MiB: that is no Dockerfile")
    return raw.decode("utf-8", "surrogateescape")


def _pair(option: str, word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not name or not equals:
        raise UsageError(f"{option} {word}: NAME=VALUE was expected")
    return name, value


def _names(lists: Iterable[str]) -> Iterable[str]:
    """The names in lists with commas."""
    return (name.strip() for names in lists for name in names.split(",") if name.strip())


def _build_args(words: Iterable[str]) -> dict[str, str]:
    """Without a value, the environment's is taken; a variable that is not set gives no argument."""
    args = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not name:
            raise UsageError(f"--build-arg {word}: NAME or NAME=VALUE was expected")
        if equals:
            args[name] = value
        elif name in os.environ:
            args[name] = os.environ[name]
    return args


def _build_contexts(words: Iterable[str]) -> dict[str, str]:
    contexts = {}
    for word in words:
        name, value = _pair("--build-context", word)
        if "://" not in value and not Path(value).is_dir():
            raise UsageError(
                f"--build-context {word}: there is no directory {value}",
                hint="for an image write docker-image://NAME",
            )
        contexts[name] = value
    return contexts


def _secrets(words: Iterable[str]) -> dict[str, Secret]:
    secrets = {}
    for word in words:
        fields = dict(_pair(f"--secret {word}:", field) for field in word.split(","))
        source = fields.pop("src", "") or fields.pop("source", "")
        variable = fields.pop("env", "")
        kind = fields.pop("type", "env" if variable else "file")
        name = fields.pop("id", "")
        if not name or fields or kind not in ("file", "env") or (source and variable):
            raise UsageError(
                f"--secret {word} is not understood", hint="write id=NAME,src=FILE or id=NAME,env=VARIABLE"
            )
        if kind == "env":
            secrets[name] = Secret(variable=variable or source or name)
        elif source and not Path(source).exists():
            raise UsageError(f"--secret {word}: there is no file {source}")
        elif source or name not in os.environ:
            secrets[name] = Secret(source=source or name)
        else:
            secrets[name] = Secret(variable=name)
    return secrets


def _tags(words: Iterable[str]) -> tuple[str, ...]:
    """Refuse a wrong name before the build rather than after it."""
    from minibuild.image.reference import ReferenceError, parse_reference  # noqa: A004  a field's word

    for word in words:
        try:
            named = parse_reference(word)
        except ReferenceError as error:
            raise UsageError(f"-t {word}: {error}", hint="a name looks like team/app:1.0") from None
        if named.digest:
            raise UsageError(f"-t {word}: a name that is given has no digest")
    return tuple(words)


def _outputs(words: Iterable[str], annotations: Iterable[str]) -> Iterable[Output]:
    notes = {}
    for annotation in annotations:
        level, colon, rest = annotation.partition(":")
        level = level if colon and level in _ANNOTATED else ""
        name, value = _pair("--annotation", rest if level else annotation)
        notes[f"annotation-{level}.{name}" if level else f"annotation.{name}"] = value
    for word in words:
        output = parse_output(word)
        if output.destination != "-" and not Path(output.destination).absolute().parent.is_dir():
            raise UsageError(f"--output {word}: there is no directory {Path(output.destination).parent}")
        if notes and output.type in ("oci", "docker"):
            output = output._replace(options={**output.options, **notes})
        yield output


def _attestations(given: Mapping[str, Any]) -> tuple[Attestation, ...]:
    """Each kind once, as the last option that is about it says."""
    words = [(text, "") for text in given["attests"]]
    words += [(text, "sbom") for text in given["sboms"]]
    words += [(text, "provenance") for text in given["provenances"]]
    if not words:
        return ()
    from minibuild.build.attestation import parse_attestation  # few builds make any

    wanted = dict(parse_attestation(text, kind) for text, kind in words)
    return tuple(one for one in wanted.values() if one is not None)


def _entitlements(words: Iterable[str], network: str) -> tuple[str, ...]:
    """What RUN may ask for; `--network host` speaks for itself, as in buildx."""
    names = list(_names(words))
    for name in names:
        # buildx knows more of them, which are about the host's files and devices: nothing reads those here.
        if name not in ENTITLEMENTS and not name.startswith(("fs", "device", "ssh")):
            raise UsageError(f"--allow {name}: no such entitlement", hint=f"known: {', '.join(ENTITLEMENTS)}")
    return (*names, NETWORK_HOST) if network == "host" else tuple(names)


def _hosts(words: tuple[str, ...]) -> dict[str, str]:
    hosts: dict[str, str] = {}
    if not words:
        return hosts
    from ipaddress import ip_address  # hardly any build has hosts of its own

    for word in words:
        name, separator, address = word.partition("=" if "=" in word else ":")
        try:
            hosts[name] = str(ip_address(address.strip("[]")))
        except ValueError:
            name = ""
        if not name or not separator:
            raise UsageError(f"--add-host {word}: NAME:ADDRESS was expected, such as db:10.0.0.5")
    return hosts


def _fixtures(words: Iterable[str]) -> dict[str, str]:
    """A URL may have `=` in it, so the file is what stands after the last one."""
    fixtures = {}
    for word in words:
        url, equals, path = word.rpartition("=")
        if not equals or "://" not in url:
            raise UsageError(f"--fixture {word}: URL=FILE was expected")
        if not Path(path).is_file():
            raise UsageError(f"--fixture {word}: there is no file {path}")
        fixtures[url] = path
    return fixtures


def _label(word: str) -> tuple[str, str]:
    """As docker has it, a label without `=` is empty."""
    key, _, value = word.partition("=")
    if not key.strip():
        raise UsageError(f"--label {word}: NAME=VALUE was expected")
    return key, value


def _platform(text: str) -> str:
    parts = text.split("/")
    if not 2 <= len(parts) <= 3 or not all(parts) or "," in text:
        raise UsageError(f"--platform {text}: one platform such as linux/amd64 was expected")
    if parts[0] != "linux":
        raise UsageError(f"--platform {text}: only linux images are built")
    return text


def _source_date_epoch() -> int | None:
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 11:
        raise UsageError(f"SOURCE_DATE_EPOCH={text} is no time in seconds since 1970")
    return int(text)


def write_file(option: str, path: str, text: str) -> None:
    """Write a file that an option names."""
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise MinibuildError(f"{option} {path}: can't be written: {error.strerror}") from None
