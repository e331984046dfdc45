"""Secrets: nowhere in the store or the outputs afterwards, but where the user's own command wrote them."""

import base64
import gzip
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from assault import assert_sound, run

from minibuild.build.secrets import Secrets

SECRET = "s3cr3t-VALUE-0123456789abcdef"
FORMS = (
    SECRET.encode(),
    SECRET.encode().hex().encode(),
    base64.b64encode(SECRET.encode())[:24],
    SECRET.encode("utf-16-le"),
)


class Vault:
    """Builds with a secret as a file and as a variable; `leaks` are the places where it is afterwards."""

    def __init__(self, root: Path, context: Callable[..., Path], place: Path) -> None:
        self.root = root
        self.context = context
        self.out = place / "out"
        self.out.mkdir()
        self.file = place / "secret"
        self.file.write_text(SECRET + "\n")

    def build(self, text: str, *words: str) -> None:
        secrets = ["--secret", f"id=file,src={self.file}", "--secret", "id=variable,env=HIDDEN"]
        outputs = [f"--output=type={kind},dest={self.out}/{kind}" for kind in ("oci", "tar", "local")]
        leaves = ["--metadata-file", self.out / "metadata", "--iidfile", self.out / "iid"]
        env = {**os.environ, "HIDDEN": SECRET}
        context = self.context(text)
        for again in ([], ["--no-cache"]):
            options = [*secrets, *outputs, *leaves, *words, *again]
            shown = run("build", "-t", "app", *options, context, root=self.root, env=env)
            assert not shown.is_broken(), shown
        commands = (["history", "--no-trunc", "app"], ["inspect", "app"], ["explain"])
        told = [run(*command, root=self.root) for command in commands]
        (self.out / "told").write_text("".join(one.out + one.err for one in told))
        assert_sound(self.root)

    def leaks(self) -> set[str]:
        found = set()
        for name, data in self._all():
            if any(form in data for form in FORMS):
                found.add(name)
        return found

    def _all(self) -> Iterator[tuple[str, bytes]]:
        for place in (self.root, self.out):
            for path in place.rglob("*"):
                if path.is_file() and not path.is_symlink():
                    name = path.relative_to(place).as_posix()
                    yield "blob" if "sha256/" in name else name, path.read_bytes()
        if (self.out / "oci").exists():
            with tarfile.open(self.out / "oci") as outer:
                for member in outer:
                    content = outer.extractfile(member)
                    data = content.read() if content else b""
                    if data.startswith(b"\x1f\x8b"):
                        data = gzip.decompress(data)
                    yield "oci", data


@pytest.fixture
def vault(root: Path, context: Callable[..., Path], tmp_path: Path) -> Vault:
    return Vault(root, context, tmp_path)


FILE = "RUN --mount=type=secret,id=file "
VARIABLE = "RUN --mount=type=secret,id=variable,env=TOKEN "


def after(base: str, *instructions: str) -> str:
    return "\n".join((f"FROM {base}", *instructions, ""))


HARMLESS = {
    "used": after("busybox", f"{FILE}test -s /run/secrets/file && wc -c < /run/secrets/file"),
    "printed": after("busybox", f"{FILE}cat /run/secrets/file >&2", f"{VARIABLE}echo $TOKEN"),
    "printed by a failure": after("busybox", f"{FILE}cat /run/secrets/file; exit 3"),
    "traced": after("busybox", f"{VARIABLE}set -x; : $TOKEN; export X=$TOKEN; env", "ENV A=$TOKEN"),
    "executed": after("busybox", f"{VARIABLE}exec $TOKEN"),
    "a bad directory": after("busybox", f"{VARIABLE}cd /$TOKEN"),
    "ended by a limit": after("busybox", f"{FILE}while :; do :; done"),
    "in an address": after("python", f"{VARIABLE}pip install --index-url https://u:$TOKEN@h.example/ flask"),
    "a target": after("busybox", f"{FILE.replace('id=file', 'id=file,target=/d/e')}ls -l /d > /listing"),
    "moved": after("busybox", f"{FILE}cd /run/secrets; ln -s $PWD/file /l; mv file /m; ln file /h; :"),
}


@pytest.mark.parametrize("case", HARMLESS)
def test_it_is_nowhere(vault: Vault, case: str) -> None:
    vault.build(HARMLESS[case])
    assert vault.leaks() == set()


DOWNLOAD = f"{VARIABLE}wget -O /c/x https://example.org/?t=$TOKEN; cat /c/x > /y; sha256sum /c/x > /z"
ASSUMED = {
    "downloads": after("busybox", "WORKDIR /c", DOWNLOAD),
    "clones": after("debian", f"{VARIABLE}git clone https://x:$TOKEN@git.example/a /b; foo -t $TOKEN > /o"),
    "programs": after("debian", f"{VARIABLE}/opt/$TOKEN/x; . /opt/$TOKEN/profile; cp -r /opt/$TOKEN /kept"),
    "a cache": after("busybox", DOWNLOAD.replace("RUN", "RUN --mount=type=cache,target=/c")),
}


@pytest.mark.parametrize("case", ["downloads", "clones", "a cache"])
def test_it_is_in_no_reason_for_an_assumption(vault: Vault, case: str) -> None:
    vault.build(ASSUMED[case], "--fidelity", "assume")
    assert vault.leaks() == set()


def test_only_names_that_the_command_made_have_it(vault: Vault) -> None:
    vault.build(ASSUMED["programs"], "--fidelity", "assume")
    assert vault.leaks() <= {"blob", "oci", "tar"}  # the directory /opt/TOKEN
    for path in vault.root.glob("minibuild.db*"):
        assert not any(form in path.read_bytes() for form in FORMS)


def test_what_the_command_copies_is_kept(vault: Vault) -> None:
    """That is what it was told to do; the copy is in the layer and nowhere else."""
    vault.build(f"FROM busybox\n{FILE}cp /run/secrets/file /kept\n")
    assert vault.leaks() == {"blob", "oci", "tar", "local/kept"}


def test_another_secret_is_no_reason_to_run_again(vault: Vault) -> None:
    """Its value is no part of a cache key: else the key would be a way to guess it."""
    text = f"FROM busybox\n{FILE}test -s /run/secrets/file\n"
    words = ["build", "--secret", f"id=file,src={vault.file}", vault.context(text)]
    assert run(*words, root=vault.root).status == 0
    vault.file.write_text("another")
    assert "Using cache" in run(*words, root=vault.root).out


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="needs /dev/zero")
def test_secrets_that_can_not_be_read(vault: Vault) -> None:
    context = vault.context(f"FROM busybox\n{FILE}cat /run/secrets/file\n")
    for source, sentence in (("/dev/zero", "more than 512,000 bytes"), (vault.out, "Is a directory")):
        shown = run("build", "--secret", f"id=file,src={source}", context, root=vault.root)
        assert shown.is_told()
        assert sentence in shown.err


def test_words_of_a_secret_are_hidden() -> None:
    secrets = Secrets()
    secrets.add(b"//registry.example/:_authToken=abcdefgh12345\nuser = me\n")
    assert secrets.hide("https://h/?t=abcdefgh12345&user=me") == "https://h/?t=***&user=me"
    secrets.add(b"pin\n")
    assert secrets.hide("spinning") == "s***ning"
    secrets.add(b"")
    assert secrets.hide("text") == "text"
