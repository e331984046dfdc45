"""php, its extensions' scripts, pecl and composer."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from minibuild.catalogue.executable import executable
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode, encode
from minibuild.programs.options import program_name
from minibuild.programs.packages import PACKAGES
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.placing import put_file
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_NAMES = """
bcmath bz2 calendar ctype curl dba dom enchant exif ffi fileinfo filter ftp gd gettext gmp hash iconv imap
interbase intl json ldap mbstring mcrypt mssql mysql mysqli oci8 odbc opcache pcntl pdo pdo_dblib
pdo_firebird pdo_mysql pdo_oci pdo_odbc pdo_pgsql pdo_sqlite pgsql phar posix pspell readline recode
reflection session shmop simplexml snmp soap sockets sodium spl standard sysvmsg sysvsem sysvshm tidy
tokenizer wddx xml xmlreader xmlrpc xmlwriter xsl zend_test zip
"""
_EXTENSIONS = frozenset(_NAMES.split())
_INI = "/usr/local/etc/php/conf.d"
_BUILT_IN = (
    "Core ctype curl date dom fileinfo filter ftp hash iconv json libxml mbstring openssl pcre PDO Phar"
    " posix SPL xml zlib"
)
_CONSTANT = re.compile(
    r"\s*(?:echo|print)\s*\(?\s*(PHP_VERSION|PHP_EOL|'[^'\\]*'|\"[^\"\\$]*\")\s*\)?;?\s*\Z"
)


@program(
    *PACKAGES["packages.php"].split()[:12],
    fidelity=Fidelity.MODELLED,
    reason="php is played: its version and extensions only",
)
def php(process: Process) -> int:
    """`php -v | -m | -i | -r CODE | FILE`"""
    words = process.argv[1:]
    if words[:1] in (["-v"], ["--version"]):
        process.stdout.write(f"PHP {php_version(process)} (cli) (NTS)\nCopyright (c) The PHP Group\n")
        return 0
    if words[:1] == ["-m"]:
        names = sorted([*_BUILT_IN.split(), *enabled(process)], key=str.lower)
        process.stdout.write(
            "[PHP Modules]\n" + "".join(f"{name}\n" for name in names) + "\n[Zend Modules]\n\n"
        )
        return 0
    if words[:1] == ["-r"] and len(words) > 1:
        match = _CONSTANT.match(words[1])
        if match:
            known = {"PHP_VERSION": php_version(process), "PHP_EOL": "\n"}
            process.stdout.write(known.get(match[1], match[1][1:-1]))
            return 0
        ended = re.fullmatch(r"\s*exit\((\d*)\);?\s*", words[1])
        if ended:
            return int(ended[1] or 0)
        if "ini_get" in words[1] and "extension_dir" in words[1]:
            process.stdout.write(extension_directory(process))
            return 0
    script = next((word for word in words if not word.startswith("-")), "")
    if script and words[0] != "-r" and not process.view.exists(script):
        process.stdout.write(f"Could not open input file: {script}\n")
        return 1
    return assume(process, f"what php {script or ' '.join(words[:1])} does is not known")


def php_version(process: Process) -> str:
    """The version of the container's PHP."""
    told = process.env.get("PHP_VERSION", "")
    digits = re.sub(r"\D", "", program_name(process))
    return told or {"5": "5.6.40", "7": "7.4.33", "81": "8.1.33", "82": "8.2.29", "84": "8.4.13"}.get(
        digits, "8.3.26"
    )


def extension_directory(process: Process) -> str:
    """Where extensions are."""
    base = "/usr/local/lib/php/extensions"
    names = process.view.listdir(base) if process.view.is_dir(base) else []
    return f"{base}/{names[0] if names else 'no-debug-non-zts-20230831'}"


def enabled(process: Process) -> list[str]:
    """The extensions that were enabled, by their files in conf.d."""
    names = process.view.listdir(_INI) if process.view.is_dir(_INI) else []
    found = (re.fullmatch(r"docker-php-ext-(.+)\.ini", name) for name in names)
    return [match[1] for match in found if match]


@program(
    "docker-php-ext-install", "docker-php-ext-configure", "docker-php-ext-enable", "docker-php-source",
    fidelity=Fidelity.MODELLED, reason="PHP's extensions are played: what they are compiled to is not known",
)  # fmt: skip
def extensions(process: Process) -> int:
    """`docker-php-ext-install [-jN] EXTENSION...` and its companions."""
    name, words, ahead = program_name(process), [], process.argv[1:]
    while ahead:
        word = ahead.pop(0)
        if word in ("-j", "--ini-name") and ahead:
            ahead.pop(0)
        elif not word.startswith("-"):
            words.append(word)
    if name == "docker-php-source":
        return 0
    if not words:
        process.stderr.write(f"usage: {name} [-jN] [--ini-name file.ini] ext-name [ext-name ...]\n")
        return 1
    if name == "docker-php-ext-configure":
        words = words[:1]
    for word in words:
        base = word.rpartition("/")[2]
        known = base.lower() in _EXTENSIONS or process.view.exists(
            f"{extension_directory(process)}/{base}.so"
        )
        if (
            not known
            and not process.view.is_dir(f"/usr/src/php/ext/{word}")
            and not process.view.is_dir(word)
        ):
            place = base if name.endswith("enable") else f"/usr/src/php/ext/{word}"
            process.stderr.write(f"error: {place} does not exist\n")
            return 1
    if name != "docker-php-ext-configure":
        for word in words:
            _enable(process, word.rpartition("/")[2])
    return 0


def _enable(process: Process, name: str) -> None:
    put_file(
        process.view, f"{extension_directory(process)}/{name}.so", executable(name, "php-extension"), 0o644
    )
    kind = "zend_extension" if name in ("opcache", "xdebug") else "extension"
    put_file(process.view, f"{_INI}/docker-php-ext-{name}.ini", encode(f"{kind}={name}\n"))


@program("pecl", "pear", fidelity=Fidelity.MODELLED, reason="pecl is played: what it compiles is not known")
def pecl(process: Process) -> int:
    """`pecl install|uninstall|update-channels|channel-update|clear-cache [PACKAGE]...`"""
    words = [word for word in process.argv[1:] if not word.startswith("-")]
    if words[:1] in (["install"], ["upgrade"]):
        for word in words[1:]:
            name = re.sub(r"-(?:\d.*|stable|beta|alpha|devel)\Z", "", word.rpartition("/")[2])
            path = f"{extension_directory(process)}/{name}.so"
            put_file(process.view, path, executable(name, "php-extension"), 0o644)
            put_file(process.view, "/tmp/pear/temp/package.xml", b"")
            process.stdout.write(f"install ok: channel://pecl.php.net/{word}\n")
    elif not words:
        process.stdout.write("Commands:\ninstall                Install Package\n")
        return 1
    return 0


@program("composer", fidelity=Fidelity.MODELLED, reason="composer is played from lock files")
def composer(process: Process) -> int:
    """`composer install|update|require|dump-autoload|… [options]`"""
    words = process.argv[1:]
    if "--version" in words or "-V" in words:
        process.stdout.write("Composer version 2.8.12 2025-09-19 13:41:59\n")
        return 0
    directory = next((w.partition("=")[2] for w in words if w.startswith(("--working-dir=", "-d="))), "")
    if directory:
        process.view.chdir(directory)
    operands = [word for word in words if not word.startswith("-")]
    command, rest = (operands[0], operands[1:]) if operands else ("list", [])
    if command in ("install", "i", "update", "u", "require"):
        try:
            return _install(process, command, rest, development="--no-dev" not in words)
        except ValueError as error:
            process.stderr.write(f"In JsonFile.php: the file is no valid JSON: {error}\n")
            return 1
    if command in _QUIET:
        return 0
    return assume(process, f"what composer {command} does is not known")


_QUIET = frozenset({
    "dump-autoload", "dumpautoload", "config", "clear-cache", "clearcache", "validate", "diagnose", "list",
    "self-update", "selfupdate", "check-platform-reqs", "global", "show",
})  # fmt: skip


def _install(process: Process, command: str, words: list[str], *, development: bool) -> int:
    view, here = process.view, process.view.cwd
    if command != "require" and not view.exists("composer.json"):
        process.stderr.write(f"Composer could not find a composer.json file in {here}\n")
        process.stderr.write("To initialize a project, please create a composer.json file.\n")
        return 1
    document = json.loads(decode(view.read_bytes("composer.json"))) if view.exists("composer.json") else {}
    locked: dict[str, str] = {}
    if command == "install" and view.exists("composer.lock"):
        lock = json.loads(decode(view.read_bytes("composer.lock")))
        for key in ("packages", "packages-dev" if development else ""):
            locked |= {one["name"]: one.get("version", "") for one in lock.get(key) or []}
    else:
        for key in ("require", "require-dev" if development else ""):
            section = document.get(key) or {}
            locked |= {name: wanted.lstrip("^~>=v ") for name, wanted in section.items() if "/" in name}
        locked |= {word.partition(":")[0]: word.partition(":")[2] or "1.0.0" for word in words}
    what = "Installing dependencies from lock file" if command == "install" else "Updating dependencies"
    process.stderr.write(f"{what}\nPackage operations: {len(locked)} installs, 0 updates, 0 removals\n")
    for name, version in locked.items():
        process.stderr.write(f"  - Installing {name} ({version}): Extracting archive\n")
        text = json.dumps({"name": name, "version": version}) + "\n"
        put_file(view, f"{here.rstrip('/')}/vendor/{name}/composer.json", encode(text))
        process.tick(20)
    put_file(view, f"{here.rstrip('/')}/vendor/autoload.php", b"<?php\n")
    entries = [{"name": name, "version": version} for name, version in locked.items()]
    path = f"{here.rstrip('/')}/vendor/composer/installed.json"
    put_file(view, path, encode(json.dumps({"packages": entries}) + "\n"))
    process.stderr.write("Generating autoload files\n")
    return 0
