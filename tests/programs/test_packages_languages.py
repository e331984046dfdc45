"""gpg, compilers, build tools, PHP, Ruby, Rust, the JVM, .NET, conda, services."""

import base64
import json

import pytest
from catalogue_box import Box

from minibuild.catalogue.executable import identify
from minibuild.kernel.fidelity import FidelityError


@pytest.fixture
def box() -> Box:
    return Box("buildpack-deps:bookworm")


def test_gcc_writes_a_program(box: Box) -> None:
    box.filesystem.write_file("/src/hello.c", b"int main(void) { return 0; }\n")
    box.cwd = "/src"
    done = box.run("gcc -static -O2 -o hello hello.c")
    assert (done.exit_code, done.fidelity) == (0, "modelled")
    assert identify(box.view.read_bytes("/src/hello")) == ("hello", "compiled")
    assert box.status("gcc -c hello.c") == 0
    assert box.view.exists("/src/hello.o")
    assert box.status("strip hello") == 0
    assert box.status("gcc nope.c") == 1
    assert box.err.startswith("gcc: error: nope.c: No such file or directory\n")
    assert (box.status("gcc -dumpmachine"), box.out) == (0, "x86_64-linux-gnu\n")


def test_make_wants_a_makefile(box: Box) -> None:
    assert box.status("make") == 2
    assert box.err == "make: *** No targets specified and no makefile found.  Stop.\n"
    assert box.status("make -j 4 install") == 2
    assert box.err == "make: *** No rule to make target 'install'.  Stop.\n"
    assert box.status("make -C /nope") == 2
    box.filesystem.write_file("/Makefile", b"all:\n")
    with pytest.raises(FidelityError, match="what make install does is not known"):
        box.run("make install")


def test_keys_are_taken_as_they_come(box: Box) -> None:
    box.environment["GNUPGHOME"] = "/tmp/home"
    assert box.status("gpg --batch --keyserver hkps://keys.openpgp.org --recv-keys ABCDEF0123456789") == 0
    assert box.view.exists("/tmp/home/pubring.kbx")
    assert box.status("gpg --batch --export --armor ABCDEF0123456789") == 0
    assert box.out.startswith("-----BEGIN PGP PUBLIC KEY BLOCK-----\n")
    assert box.status("gpgconf --kill all") == 0
    assert box.status("gpg --import", stdin=b"") == 2
    assert box.status("gpg --batch --verify none.asc none") == 2
    box.filesystem.write_file("/x.asc", b"x")
    with pytest.raises(FidelityError, match=r"whether the signature /x\.asc is good is not known"):
        box.run("gpg --batch --verify /x.asc /x.asc")


def test_armour_is_taken_off(box: Box) -> None:
    body = base64.b64encode(b"binary key").decode()
    text = (
        f"-----BEGIN PGP PUBLIC KEY BLOCK-----\nVersion: 1\n\n{body}\n=abcd\n-----END PGP PUBLIC KEY"
        f" BLOCK-----\n"
    )
    assert box.status("gpg --dearmor -o /key.gpg", stdin=text.encode()) == 0
    assert box.view.read_bytes("/key.gpg") == b"binary key"
    assert box.status("gpg --dearmor", stdin=b"nothing") == 2


def test_extensions_of_php() -> None:
    php = Box("php:8.3-cli")
    assert php.status("docker-php-ext-install -j 2 gd pdo_mysql") == 0
    assert php.read("/usr/local/etc/php/conf.d/docker-php-ext-gd.ini") == "extension=gd\n"
    assert php.status("docker-php-ext-install nonsense") == 1
    assert php.err == "error: /usr/src/php/ext/nonsense does not exist\n"
    assert php.status("pecl install redis-6.0.2") == 0
    assert php.status("docker-php-ext-enable redis opcache") == 0
    assert php.read("/usr/local/etc/php/conf.d/docker-php-ext-opcache.ini") == "zend_extension=opcache\n"
    php.run("php -m")
    assert "redis\n" in php.out
    assert php.status("php -v") == 0
    assert php.out.startswith("PHP 8.3.26 ")
    assert (php.status(["php", "-r", "echo PHP_VERSION;"]), php.out) == (0, "8.3.26")
    assert php.status(["php", "-r", "exit(3);"]) == 3


def test_composer_installs_what_the_lock_file_says() -> None:
    composer = Box("composer")
    composer.cwd = "/app"
    assert composer.status("composer install") == 1
    assert composer.err.startswith("Composer could not find a composer.json file in /app\n")
    composer.filesystem.write_file("/app/composer.json", b'{"require": {"monolog/monolog": "^3.0"}}')
    lock = {
        "packages": [{"name": "monolog/monolog", "version": "3.5.0"}],
        "packages-dev": [{"name": "a/b", "version": "1"}],
    }
    composer.filesystem.write_file("/app/composer.lock", json.dumps(lock).encode())
    assert composer.run("composer install --no-dev --no-interaction").fidelity == "modelled"
    assert json.loads(composer.read("/app/vendor/monolog/monolog/composer.json"))["version"] == "3.5.0"
    assert not composer.view.exists("/app/vendor/a")


def test_gems() -> None:
    ruby = Box("ruby:3.3")
    assert ruby.status("gem install bundler:2.5.0 rake --no-document") == 0
    assert "Successfully installed bundler-2.5.0\n" in ruby.out
    assert ruby.view.exists("/usr/local/bundle/bin/rake")
    with pytest.raises(FidelityError, match="the gem no-such-gem is not in the catalogue"):
        ruby.run("gem install no-such-gem")
    assert ruby.status("bundle install") == 10
    ruby.filesystem.write_file("/Gemfile", b'source "https://rubygems.org"\ngem "odd-gem", "~> 1.2"\n')
    ruby.filesystem.write_file("/Gemfile.lock", b"GEM\n  specs:\n    odd-gem (1.2.3)\n")
    assert ruby.run("bundle install --jobs 4").fidelity == "modelled"
    assert ruby.view.exists("/usr/local/bundle/gems/odd-gem-1.2.3")
    assert ruby.status("bundle exec true") == 0
    assert ruby.status("ruby -v") == 0


def test_cargo_builds_programs() -> None:
    rust = Box("rust:1.75")
    assert rust.status("cargo build") == 101
    assert rust.err == "error: could not find `Cargo.toml` in `/` or any parent directory\n"
    assert rust.status("cargo new app") == 0
    rust.cwd = "/app"
    assert rust.run("cargo build --release").fidelity == "modelled"
    assert identify(rust.view.read_bytes("/app/target/release/app")) == ("app", "compiled")
    assert rust.status("cargo build --target x86_64-unknown-linux-musl") == 0
    assert rust.view.exists("/app/target/x86_64-unknown-linux-musl/debug/app")
    assert rust.status("cargo install --path .") == 0
    assert rust.view.exists("/usr/local/cargo/bin/app")
    with pytest.raises(FidelityError, match="what the crate ripgrep installs is not known"):
        rust.run("cargo install ripgrep")
    assert (rust.status("rustc --version"), rust.out) == (0, "rustc 1.75.0\n")


def test_maven_makes_an_archive() -> None:
    maven = Box("maven:3.9-eclipse-temurin-17")
    assert maven.status("mvn package") == 1
    pom = (
        b"<project><parent><artifactId>p</artifactId><version>9</version></parent><artifactId>shop</artifactId>"
        b"<version>1.1</version><dependencies><dependency><groupId>org.x</groupId>\n<artifactId>y</artifactId>"
        b"</dependency></dependencies></project>"
    )
    maven.filesystem.write_file("/app/pom.xml", pom)
    maven.cwd = "/app"
    assert maven.status("mvn -B -DskipTests package") == 0
    assert maven.view.exists("/app/target/shop-1.1.jar")
    assert maven.view.exists("/root/.m2/repository/org/x/y")
    assert maven.status("java -version") == 0
    assert maven.err.startswith('openjdk version "17.0.16"')


def test_dotnet_publishes() -> None:
    sdk = Box("mcr.microsoft.com/dotnet/sdk:8.0")
    sdk.cwd = "/"
    assert sdk.status("dotnet restore") == 1
    sdk.filesystem.write_file("/src/shop.csproj", b"<Project/>\n")
    sdk.cwd = "/src"
    assert sdk.status("dotnet publish -c Release -o /out") == 0
    assert sdk.view.exists("/out/shop.dll")


def test_conda_and_the_permissions_of_jupyter() -> None:
    jupyter = Box("quay.io/jupyter/base-notebook")
    assert jupyter.status("mamba install --yes flask numpy=1.26", user="1000") == 0
    assert json.loads(jupyter.read("/opt/conda/conda-meta/numpy-1.26-0.json"))["version"] == "1.26"
    assert jupyter.view.exists("/opt/conda/bin/flask")
    assert jupyter.status("mamba clean --all -f -y", user="1000") == 0
    assert jupyter.view.listdir("/opt/conda/pkgs") == []
    assert jupyter.status("fix-permissions /opt/conda", user="1000") == 0
    assert jupyter.view.stat("/opt/conda/conda-meta").mode & 0o2070 == 0o2070


def install(box: Box, name: str) -> None:
    assert box.status("apt-get update") == 0
    assert box.status(f"apt-get install -y --no-install-recommends {name}") == 0


def test_services(box: Box) -> None:
    install(box, "systemd")
    assert box.status("systemctl enable docker") == 0
    assert (
        box.view.readlink("/etc/systemd/system/multi-user.target.wants/docker.service")
        == "/lib/systemd/system/docker.service"
    )
    assert box.status("systemctl start docker") == 1
    assert box.err.startswith("System has not been booted with systemd")
    assert box.status("service nope start") == 1
    assert box.err == "nope: unrecognized service\n"


def test_switches_of_apache() -> None:
    apache = Box("php:8.3-apache")
    assert apache.status("a2enmod rewrite headers") == 0
    assert apache.view.readlink("/etc/apache2/mods-enabled/rewrite.load") == "../mods-available/rewrite.load"
    assert apache.status("a2dissite 000-default") == 0
    assert not apache.view.lexists("/etc/apache2/sites-enabled/000-default.conf")
    assert apache.status("a2ensite nope") == 1


def test_helpers_of_cross_compiling() -> None:
    box = Box("golang:1.22-alpine")
    for name in ("xx-info", "xx-go", "xx-verify"):
        from minibuild.catalogue.executable import executable

        box.filesystem.write_file(f"/usr/bin/{name}", executable(name, "xx"), mode=0o755)
    box.environment["TARGETPLATFORM"] = "linux/arm64"
    assert (box.status("xx-info arch"), box.out) == (0, "arm64\n")
    assert (box.status("xx-info alpine-arch"), box.out) == (0, "aarch64\n")
    assert (box.status("xx-go env GOARCH"), box.out) == (0, "arm64\n")
    assert box.status("xx-verify /nope") == 1


def test_small_tools(box: Box) -> None:
    install(box, "cron pkg-config")
    assert box.status("ldconfig") == 0
    assert box.status("ldconfig", user="nobody") == 1
    assert box.status("crontab -", stdin=b"* * * * * true\n") == 0
    assert (box.status("crontab -l"), box.out) == (0, "* * * * * true\n")
    assert (box.status("pkg-config --version"), box.out) == (0, "1.8.1\n")
    with pytest.raises(FidelityError, match="what pkg-config makes is not known"):
        box.run("pkg-config --libs x")
