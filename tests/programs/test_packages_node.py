"""npm, yarn, pnpm and node: what they print, how they fail, what they leave behind."""

import json

import pytest
from catalogue_box import Box

from minibuild.catalogue.executable import identify
from minibuild.kernel.fidelity import FidelityError


@pytest.fixture
def node() -> Box:
    box = Box("node:20-alpine")
    box.filesystem.mkdir("/app")
    box.cwd = "/app"
    return box


def project(box: Box, **fields: object) -> None:
    document = {"name": "shop", "version": "1.2.3", **fields}
    box.filesystem.write_file("/app/package.json", json.dumps(document).encode())


def lock(box: Box) -> None:
    packages = {
        "": {"name": "shop"},
        "node_modules/express": {"version": "4.18.2"},
        "node_modules/express/node_modules/debug": {"version": "2.6.9"},
        "node_modules/@acme/own-tool": {"version": "3.1.0", "bin": {"own-tool": "cli.js"}},
        "node_modules/jest": {"version": "29.7.0", "dev": True},
    }
    box.filesystem.write_file(
        "/app/package-lock.json", json.dumps({"lockfileVersion": 3, "packages": packages}).encode()
    )


def test_ci_installs_what_the_lock_file_says(node: Box) -> None:
    project(node, dependencies={"express": "^4.18.0"})
    lock(node)
    done = node.run("npm ci --omit=dev")
    assert (done.exit_code, done.fidelity) == (0, "modelled")
    assert node.out == "\nadded 3 packages, and audited 4 packages in 1s\n\nfound 0 vulnerabilities\n"
    assert json.loads(node.read("/app/node_modules/express/package.json"))["version"] == "4.18.2"
    assert (
        json.loads(node.read("/app/node_modules/express/node_modules/debug/package.json"))["version"]
        == "2.6.9"
    )
    assert node.view.readlink("/app/node_modules/.bin/own-tool") == "../@acme/own-tool/cli.js"
    assert not node.view.exists("/app/node_modules/jest")
    assert node.view.is_dir("/root/.npm/_cacache")
    assert node.status("npm ci") == 0
    assert node.view.exists("/app/node_modules/jest")


def test_ci_without_a_lock_file_fails(node: Box) -> None:
    project(node)
    assert node.status("npm ci") == 1
    assert node.err.startswith(
        "npm error code EUSAGE\nnpm error\nnpm error The `npm ci` command can only install"
    )


def test_install_resolves_ranges_and_writes_a_lock_file(node: Box) -> None:
    project(node, dependencies={"express": "^4.17.1", "lodash": "4.17.21"}, devDependencies={"nodemon": "*"})
    assert node.status("npm install --production") == 0
    assert json.loads(node.read("/app/node_modules/express/package.json"))["version"] == "4.17.1"
    assert json.loads(node.read("/app/node_modules/lodash/package.json"))["version"] == "4.17.21"
    assert "node_modules/lodash" in json.loads(node.read("/app/package-lock.json"))["packages"]
    assert not node.view.exists("/app/node_modules/nodemon")


def test_install_of_a_name_is_saved(node: Box) -> None:
    project(node)
    assert node.status("npm install express@4.18.2") == 0
    assert json.loads(node.read("/app/package.json"))["dependencies"] == {"express": "^4.18.2"}


def test_global_packages_bring_commands(node: Box) -> None:
    assert node.status("npm install -g typescript") == 0
    assert identify(node.view.read_bytes("/usr/local/bin/tsc")) == ("tsc", "typescript")
    assert node.status("npm i -g npm@10.9.0") == 0
    assert (node.status("npm --version"), node.out) == (0, "10.9.0\n")


def test_a_user_without_rights_can_not_install_globally(node: Box) -> None:
    assert node.status("npm install -g typescript", user="node") == 243
    assert node.err.startswith("npm error code EACCES\n")


def test_an_unknown_package_is_not_known(node: Box) -> None:
    project(node)
    with pytest.raises(FidelityError, match="the npm package zz-no-such-thing is not in the catalogue"):
        node.run("npm install zz-no-such-thing")


def test_scripts_really_run(node: Box) -> None:
    project(
        node,
        scripts={
            "prebuild": "echo before",
            "build": "mkdir dist && echo built > dist/x",
            "postinstall": "echo post",
        },
    )
    assert node.status("npm run build") == 0
    assert (
        node.out == "\n> shop@1.2.3 prebuild\n> echo before\n\nbefore\n"
        "\n> shop@1.2.3 build\n> mkdir dist && echo built > dist/x\n\n"
    )
    assert node.read("/app/dist/x") == "built\n"
    node.run("npm install")
    assert "> echo post\n\npost\n" in node.out


def test_a_failing_script_fails(node: Box) -> None:
    project(node, scripts={"test": "exit 3"})
    assert node.status("npm test") == 3
    assert node.status("npm run nonsense") == 1
    assert 'npm error Missing script: "nonsense"\n' in node.err
    assert node.status("npm run nonsense --if-present") == 0


def test_a_script_with_a_tool_is_not_known(node: Box) -> None:
    project(node, scripts={"build": "tsc"}, devDependencies={"typescript": "^5"})
    node.run("npm install")
    with pytest.raises(FidelityError, match="tsc does is not known"):
        node.run("npm run build")


def test_without_a_project_there_is_nothing_to_run(node: Box) -> None:
    assert node.status("npm run build") == 254
    assert "npm error enoent Could not read package.json" in node.err


def test_a_broken_project(node: Box) -> None:
    node.filesystem.write_file("/app/package.json", b"{")
    assert node.status("npm install") == 1
    assert node.err.startswith("npm error code EJSONPARSE\n")


def test_yarn_installs_from_its_lock_file(node: Box) -> None:
    project(node, dependencies={"express": "^4"})
    node.filesystem.write_file(
        "/app/yarn.lock",
        b'# yarn lockfile v1\n\nexpress@^4:\n  version "4.18.2"\n\n"@a/b@^1.0.0":\n  version "1.0.5"\n',
    )
    assert node.status("yarn install --frozen-lockfile") == 0
    assert node.out.startswith("yarn install v1.22.22\n[1/4] Resolving packages...\n")
    assert json.loads(node.read("/app/node_modules/@a/b/package.json"))["version"] == "1.0.5"
    assert node.view.is_dir("/usr/local/share/.cache/yarn/v6")
    assert node.status("yarn cache clean") == 0
    assert not node.view.exists("/usr/local/share/.cache/yarn/v6")


def test_yarn_runs_scripts(node: Box) -> None:
    project(node, scripts={"hello": "echo hi"})
    assert node.status("yarn hello") == 0
    assert node.out == "yarn run v1.22.22\n$ echo hi\nhi\nDone in 0.10s.\n"
    assert node.status("yarn nonsense") == 1
    assert node.err == 'error Command "nonsense" not found.\n'


def test_pnpm_comes_with_corepack(node: Box) -> None:
    project(node, dependencies={"lodash": "^4.17.0"})
    assert node.status("corepack enable") == 0
    assert node.status("pnpm install --frozen-lockfile") == 1
    node.filesystem.write_file(
        "/app/pnpm-lock.yaml", b"lockfileVersion: '9.0'\npackages:\n\n  lodash@4.17.21:\n    resolution: {}\n"
    )
    assert node.status("pnpm install --frozen-lockfile") == 0
    assert json.loads(node.read("/app/node_modules/lodash/package.json"))["version"] == "4.17.21"


def test_node_tells_its_version_and_constants(node: Box) -> None:
    assert (node.status("node --version"), node.out) == (0, "v20.19.5\n")
    assert (node.status(["node", "-p", "process.versions.node"]), node.out) == (0, "20.19.5\n")
    assert (node.status(["node", "-e", "console.log('hi')"]), node.out) == (0, "hi\n")
    assert node.status("node nope.js") == 1
    assert "Error: Cannot find module '/app/nope.js'\n" in node.err
    with pytest.raises(FidelityError):
        node.run(["node", "-e", "require('fs').mkdirSync('x')"])
