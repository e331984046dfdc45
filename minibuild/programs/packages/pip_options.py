"""pip's command line."""

from __future__ import annotations

from minibuild.programs.options import Options

_GENERAL = {
    "help": "h",
    "debug": "quiet-one",
    "isolated": "quiet-one",
    "require-virtualenv": "quiet-one",
    "verbose": "v",
    "version": "V",
    "quiet": "q",
    "log=": "value",
    "no-input": "quiet-one",
    "proxy=": "value",
    "retries=": "value",
    "timeout=": "value",
    "default-timeout=": "value",
    "exists-action=": "value",
    "trusted-host=": "value",
    "cert=": "value",
    "client-cert=": "value",
    "cache-dir=": "cache-dir",
    "no-cache-dir": "no-cache-dir",
    "no-cache": "no-cache-dir",
    "disable-pip-version-check": "quiet-one",
    "no-color": "quiet-one",
    "no-python-version-warning": "quiet-one",
    "use-feature=": "value",
    "use-deprecated=": "value",
    "python=": "value",
    "keyring-provider=": "value",
    "root-user-action=": "root-user-action",
    "index-url=": "i",
    "pypi-url=": "i",
    "extra-index-url=": "extra-index-url",
    "no-index": "no-index",
    "find-links=": "f",
    "no-binary=": "value",
    "only-binary=": "value",
    "prefer-binary": "quiet-one",
    "require-hashes": "quiet-one",
    "progress-bar=": "value",
}
PIP = Options(
    "hvVqi:f:r:c:e:t:Ud:blw:y",
    long=_GENERAL
    | {
        "requirement=": "r",
        "constraint=": "c",
        "no-deps": "no-deps",
        "no-dependencies": "no-deps",
        "pre": "pre",
        "editable=": "e",
        "dry-run": "dry-run",
        "target=": "t",
        "platform=": "value",
        "python-version=": "value",
        "implementation=": "value",
        "abi=": "value",
        "user": "user",
        "no-user": "no-user",
        "root=": "root",
        "prefix=": "prefix",
        "src=": "value",
        "upgrade": "U",
        "upgrade-strategy=": "value",
        "force-reinstall": "force-reinstall",
        "ignore-installed": "ignore-installed",
        "ignore-requires-python": "quiet-one",
        "no-build-isolation": "quiet-one",
        "use-pep517": "quiet-one",
        "no-use-pep517": "quiet-one",
        "check-build-dependencies": "quiet-one",
        "break-system-packages": "break-system-packages",
        "config-settings=": "value",
        "global-option=": "value",
        "install-option=": "value",
        "build-option=": "value",
        "compile": "quiet-one",
        "no-compile": "no-compile",
        "no-warn-script-location": "quiet-one",
        "no-warn-conflicts": "quiet-one",
        "no-clean": "quiet-one",
        "report=": "value",
        "process-dependency-links": "quiet-one",
        "allow-external=": "value",
        "allow-unverified=": "value",
        "allow-all-external": "quiet-one",
        "group=": "group",
        "yes": "y",
        "dest=": "d",
        "wheel-dir=": "w",
        "format=": "format",
        "outdated": "outdated",
        "uptodate": "outdated",
        "local": "local",
        "all": "all",
        "exclude=": "value",
        "path=": "value",
        "files": "files",
        "not-required": "not-required",
        "exclude-editable": "not-required",
    },
)
COMMANDS = frozenset({
    "install", "download", "uninstall", "freeze", "inspect", "list", "show", "check", "config", "search",
    "cache",
    "index", "wheel", "hash", "completion", "debug", "help",
})  # fmt: skip
HELP = """
Usage:
  pip <command> [options]

Commands:
  install                     Install packages.
  download                    Download packages.
  uninstall                   Uninstall packages.
  freeze                      Output installed packages in requirements format.
  list                        List installed packages.
  show                        Show information about installed packages.
  check                       Verify installed packages have compatible dependencies.
  wheel                       Build wheels from your requirements.
  cache                       Inspect and manage pip's wheel cache.
  help                        Show help for commands.
"""
