"""What other programs read: hooks for pre-commit, the GitHub action, and the recipes of docs/ci.md."""

import re
import tomllib
from pathlib import Path

import click
import pytest
import yaml

from minibuild.cli.group import minibuild as group
from minibuild.lint.configuration_keys import options_of
from minibuild.lint.configuration_values import read_toml
from minibuild.lint.discovery import is_dockerfile

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def options_of_command(name):
    with click.Context(group) as context:
        command = group.get_command(context, name)
    assert command is not None
    return {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}


def test_options_in_hooks_action_and_guide_exist():
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    scripts = [hook["entry"] for hook in hooks] + [step.get("run", "") for step in action["runs"]["steps"]]
    for text in (*scripts, *blocks("console"), *blocks("yaml")):
        for command, rest in re.findall(r"minibuild (lint|fmt)([^\n#]*)", text):
            assert set(re.findall(r"(?<=\s)--[a-z-]+", rest)) <= options_of_command(command), rest
    [lint] = [step["run"] for step in action["runs"]["steps"] if "minibuild lint" in step.get("run", "")]
    assert set(re.findall(r"\((--[a-z-]+)", lint)) <= options_of_command("lint")


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile",
        "a/Dockerfile.dev",
        "app.Dockerfile",
        "Containerfile",
        "a.dockerfile",
        "Dockerfile.dockerignore",
        "MyDockerfile",
        "Dockerfiles/x",
        "dockerfile.md",
    ],
)
def test_hooks_take_the_files_that_are_discovered(name):
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()):
        taken = re.search(hook["files"], name) and not re.search(hook["exclude"], name)
        assert bool(taken) == is_dockerfile(name.rpartition("/")[2])


def test_the_action_uses_all_its_inputs_and_never_in_a_script():
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    text = (ROOT / "action.yml").read_text()
    for name in action["inputs"]:
        assert f"${{{{ inputs.{name} }}}}" in text
    for step in action["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_recipes_are_what_they_say_they_are():
    assert all(yaml.safe_load(block) for block in blocks("yaml"))
    for block in blocks("toml"):
        tomllib.loads(block)
        value = read_toml(block, "tool", "minibuild", "lint")
        assert value is not None
        options, unknown = options_of(value)
        assert unknown == []
        assert options.strict_labels is True


def test_the_container_and_the_pragmas_lint_clean(findings):
    recipe, pragmas = blocks("dockerfile")[1], blocks("dockerfile")[0]
    assert findings(pragmas) == []
    assert {one.code for one in findings(recipe)} <= {"DL3013"}
