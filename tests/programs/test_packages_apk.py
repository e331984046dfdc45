"""apk: what it prints, how it fails, what it leaves behind."""

import pytest
from catalogue_box import Box

from minibuild.catalogue.executable import identify
from minibuild.kernel.fidelity import FidelityError


@pytest.fixture
def alpine() -> Box:
    return Box("alpine:3.20")


def test_without_an_index_no_package_is_found(alpine: Box) -> None:
    assert alpine.status("apk add curl") == 1
    assert alpine.err.startswith(
        "WARNING: opening from cache https://dl-cdn.alpinelinux.org/alpine/v3.20/main:"
    )
    assert alpine.err.endswith(
        "ERROR: unable to select packages:\n  curl (no such package):\n    required by: world[curl]\n"
    )


def test_no_cache_leaves_no_index(alpine: Box) -> None:
    assert alpine.status("apk add --no-cache curl") == 0
    assert alpine.view.listdir("/var/cache/apk") == []
    assert alpine.out.startswith(
        "fetch https://dl-cdn.alpinelinux.org/alpine/v3.20/main/x86_64/APKINDEX.tar.gz\n"
    )
    assert "Installing curl (8.14.1-r2)\nExecuting busybox-1.36.1-r30.trigger\n" in alpine.out
    assert "OK: " in alpine.out.splitlines()[-1]


def test_update_leaves_an_index_that_shows_in_the_layer(alpine: Box) -> None:
    assert alpine.status("apk update") == 0
    assert len([path for path in alpine.changed() if "APKINDEX" in path]) == 2
    assert alpine.status("apk add curl") == 0


def test_what_was_asked_for_is_in_the_world(alpine: Box) -> None:
    alpine.run("apk add --no-cache bash curl")
    assert {"bash", "curl"} <= set(alpine.read("/etc/apk/world").split())
    assert "P:readline\n" in alpine.read("/lib/apk/db/installed")
    assert "readline" not in alpine.read("/etc/apk/world")


def test_a_virtual_package_takes_its_needs_with_it(alpine: Box) -> None:
    before = alpine.view.listdir("/usr/bin")
    assert alpine.status("apk add --no-cache --virtual .build-deps gcc musl-dev make") == 0
    assert "Installing .build-deps (20231114.221320)" in alpine.out
    assert alpine.view.exists("/usr/bin/gcc")
    assert alpine.status("apk del .build-deps") == 0
    assert "Purging .build-deps (20231114.221320)" in alpine.out
    assert alpine.view.listdir("/usr/bin") == before


def test_a_package_that_another_one_needs_stays(alpine: Box) -> None:
    alpine.run("apk add --no-cache readline bash")
    assert alpine.status("apk del readline") == 0
    assert (
        "World updated, but the following packages are not removed due to:\n  readline: bash\n" in alpine.out
    )
    assert alpine.view.exists("/bin/bash")


def test_applets_make_room_for_packages_and_come_back(alpine: Box) -> None:
    alpine.run("apk add --no-cache coreutils")
    assert identify(alpine.view.read_bytes("/bin/ls")) == ("ls", "gnu")
    alpine.run("apk del coreutils")
    assert identify(alpine.view.read_bytes("/bin/ls")) == ("busybox", "busybox")


def test_unknown_packages_are_counted(alpine: Box) -> None:
    assert alpine.status("apk add --no-cache nope never") == 2
    assert "  nope (no such package):\n    required by: world[nope]\n" in alpine.err
    assert "`--fidelity assume`" in alpine.err


def test_an_unknown_package_may_be_assumed() -> None:
    box = Box("alpine", "assume")
    done = box.run("apk add --no-cache nope")
    assert (done.exit_code, done.fidelity) == (0, "assumed")


def test_versions(alpine: Box) -> None:
    assert alpine.status("apk add --no-cache curl=8.14.1-r2") == 0
    assert alpine.status("apk add --no-cache jq~=1.7") == 0
    with pytest.raises(FidelityError, match=r"whether Alpine 3\.20 has bash=4\.4 is not known"):
        alpine.run("apk add --no-cache bash=4.4")


def test_questions(alpine: Box) -> None:
    assert (alpine.status("apk info -e musl"), alpine.out) == (0, "musl\n")
    assert (alpine.status("apk info -e nope"), alpine.out) == (1, "")
    assert (alpine.status("apk --print-arch"), alpine.out) == (0, "x86_64\n")
    assert alpine.status("apk info --who-owns /bin/busybox") == 0
    assert alpine.out == "/bin/busybox is owned by busybox-1.36.1-r30\n"
    alpine.run("apk info -v musl")
    assert alpine.out == "musl-1.2.5-r1\n"


def test_a_service_brings_its_user(alpine: Box) -> None:
    alpine.run("apk add --no-cache nginx")
    assert "nginx:x:100:101:nginx:/var/lib/nginx:/sbin/nologin\n" in alpine.read("/etc/passwd")
    assert "include /etc/nginx/http.d/*.conf;" in alpine.read("/etc/nginx/nginx.conf")


def test_companions_of_known_packages_exist(alpine: Box) -> None:
    assert alpine.status("apk add --no-cache curl-doc") == 0


def test_only_root_may(alpine: Box) -> None:
    assert alpine.status("apk add --no-cache curl", user="nobody") == 99
    assert alpine.err.startswith("ERROR: Unable to lock database: Permission denied\n")


def test_wrong_command_lines(alpine: Box) -> None:
    assert alpine.status("apk frob") == 1
    assert alpine.err == "apk: 'frob' is not an apk command. See 'apk --help'.\n"
    assert alpine.status("apk add --nonsense x") == 1
    assert alpine.err.startswith("apk: unrecognized option '--nonsense'\n")
