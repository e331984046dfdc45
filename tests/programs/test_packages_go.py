"""go: builds, modules, installations."""

import pytest
from catalogue_box import Box

from minibuild.catalogue.executable import identify
from minibuild.kernel.fidelity import FidelityError


@pytest.fixture
def golang() -> Box:
    box = Box("golang:1.22-alpine")
    box.filesystem.write_file(
        "/src/go.mod",
        b"module example.org/team/shop\n\ngo 1.22\n\n"
        b"require (\n\tgithub.com/Pkg/errors v0.9.1\n\tgolang.org/x/net v0.20.0 // indirect\n)\n",
    )
    box.filesystem.write_file(
        "/src/main.go",
        b'package main\n\nimport (\n\t"fmt"\n\n\t"github.com/Pkg/errors"\n'
        b'\t"example.org/team/shop/internal/cart"\n)\n\n'
        b'func main() { fmt.Println(cart.X, errors.New("")) }\n',
    )
    box.filesystem.write_file("/src/internal/cart/cart.go", b"package cart\n\nconst X = 1\n")
    box.filesystem.write_file("/src/cmd/worker/main.go", b"package main\n\nfunc main() {}\n")
    box.cwd = "/src"
    return box


def test_build_writes_a_program(golang: Box) -> None:
    done = golang.run("go build -ldflags=-s -o /out/shop .")
    assert (done.exit_code, done.fidelity) == (0, "modelled")
    assert identify(golang.view.read_bytes("/out/shop")) == ("shop", "go-program")
    assert golang.view.stat("/out/shop").mode & 0o777 == 0o755
    assert (
        golang.err
        == "go: downloading github.com/Pkg/errors v0.9.1\ngo: downloading golang.org/x/net v0.20.0\n"
    )
    assert golang.view.exists("/go/pkg/mod/cache/download/github.com/!pkg/errors/@v/v0.9.1.info")
    assert golang.view.is_dir("/root/.cache/go-build")


@pytest.mark.parametrize(
    ("command", "made"),
    [
        ("go build", "/src/shop"),
        ("go build main.go", "/src/main"),
        ("go build ./cmd/worker", "/src/worker"),
        ("go build -o bin/ ./...", "/src/bin/worker"),
        ("go install ./cmd/...", "/go/bin/worker"),
        ("go build -C cmd/worker -o /w", "/w"),
        ("go build -o /y example.org/team/shop/cmd/worker", "/y"),
    ],
)
def test_where_programs_go(golang: Box, command: str, made: str) -> None:
    assert golang.status(command) == 0
    assert golang.view.is_file(made)


def test_a_library_makes_no_program(golang: Box) -> None:
    assert golang.status("go build ./internal/cart") == 0
    assert not golang.view.exists("/src/cart")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("go build ./nothing", "stat /src/nothing: directory not found\n"),
        ("go build ./internal", "no Go files in /src/internal\n"),
        ("go build no/such", "package no/such is not in std\n"),
        ("go mod init x", "go: /src/go.mod already exists\n"),
    ],
)
def test_failures(golang: Box, command: str, message: str) -> None:
    assert golang.status(command) == 1
    assert golang.err == message


def test_without_a_module(golang: Box) -> None:
    golang.cwd = "/"
    assert golang.status("go build -o x ./...") == 1
    assert (
        golang.err
        == "go: go.mod file not found in current directory or any parent directory; see 'go help modules'\n"
    )
    assert golang.status("go mod download") == 1


def test_an_import_that_no_module_provides(golang: Box) -> None:
    golang.filesystem.write_file("/src/x.go", b'package main\n\nimport "github.com/other/thing"\n')
    assert golang.status("go build") == 1
    assert golang.err == (
        "x.go:3:2: no required module provides package github.com/other/thing; to add it:\n"
        "\tgo get github.com/other/thing\n"
    )


def test_download_before_the_sources_are_there(golang: Box) -> None:
    golang.view.unlink("/src/main.go")
    assert golang.run("go mod download").fidelity == "modelled"
    assert golang.view.exists("/go/pkg/mod/github.com/!pkg/errors@v0.9.1/go.mod")
    assert golang.status("go clean -modcache") == 0
    assert not golang.view.exists("/go/pkg/mod")


def test_a_new_module(golang: Box) -> None:
    golang.filesystem.mkdir("/new")
    golang.cwd = "/new"
    assert golang.status("go mod init example.org/new") == 0
    assert golang.read("/new/go.mod") == "module example.org/new\n\ngo 1.22\n"


def test_what_others_wrote_is_not_known(golang: Box) -> None:
    with pytest.raises(
        FidelityError, match=r"what the Go package golang\.org/x/tools/cmd/goimports@latest is"
    ):
        golang.run("go install golang.org/x/tools/cmd/goimports@latest")
    box = Box("golang", "assume")
    assert box.run("go install github.com/a/b/v2@v2.1.0").fidelity == "assumed"
    assert box.view.exists("/go/bin/b")


def test_tests_are_not_run(golang: Box) -> None:
    with pytest.raises(FidelityError, match=r"what go test \./\.\.\. does is not known"):
        golang.run("go test ./...")


def test_versions_and_settings(golang: Box) -> None:
    assert (golang.status("go version"), golang.out) == (0, "go version go1.22.12 linux/amd64\n")
    assert (golang.status("go env GOPATH GOOS"), golang.out) == (0, "/go\nlinux\n")
    assert (golang.status("go frob"), golang.err) == (
        2,
        "go frob: unknown command\nRun 'go help' for usage.\n",
    )
