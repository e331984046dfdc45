"""Services: systemctl, service, and the switches of Apache's sites and modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import encode
from minibuild.programs.options import program_name
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.placing import put_file, put_link
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_WANTS = "/etc/systemd/system/multi-user.target.wants"


@program("systemctl", fidelity=Fidelity.MODELLED, reason="systemctl is played: links of units only")
def systemctl(process: Process) -> int:
    """`systemctl enable|disable|mask|unmask|set-default|start|… [UNIT]...`"""
    words = [word for word in process.argv[1:] if not word.startswith("-")]
    command, names = (words[0], words[1:]) if words else ("list-units", [])
    view = process.view
    if command in ("enable", "disable", "mask", "unmask", "set-default", "preset", "reenable"):
        for name in names:
            unit = name if "." in name.rpartition("/")[2] else f"{name}.service"
            link = f"{_WANTS}/{unit.rpartition('/')[2]}"
            if command in ("enable", "reenable"):
                put_link(view, link, unit if unit.startswith("/") else f"/lib/systemd/system/{unit}")
                process.stderr.write(f"Created symlink {link} → /lib/systemd/system/{unit}.\n")
            elif command == "mask":
                put_link(view, f"/etc/systemd/system/{unit}", "/dev/null")
                process.stderr.write(f"Created symlink /etc/systemd/system/{unit} → /dev/null.\n")
            elif command == "set-default":
                put_link(view, "/etc/systemd/system/default.target", f"/lib/systemd/system/{unit}")
            else:
                for path in (link, f"/etc/systemd/system/{unit}"):
                    if view.is_link(path):
                        view.unlink(path)
        return 0
    if command in ("daemon-reload", "is-system-running", "daemon-reexec"):
        return 0
    process.stderr.write(
        "System has not been booted with systemd as init system (PID 1). Can't operate.\n"
        "Failed to connect to bus: Host is down\n"
    )
    return 1


@program(
    "service",
    "rc-service",
    fidelity=Fidelity.MODELLED,
    reason="service is played: a service is taken to start",
)
def service(process: Process) -> int:
    """`service NAME start|stop|restart|status|…`"""
    words = [word for word in process.argv[1:] if not word.startswith("-")]
    if not words:
        process.stderr.write(
            "Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]\n"
        )
        return 1
    name, command = words[0], words[1] if len(words) > 1 else ""
    script = f"/etc/init.d/{name}"
    if not process.view.exists(script):
        process.stderr.write(f"{name}: unrecognized service\n")
        return 1
    if process.view.read_bytes(script).startswith(b"#!"):
        return process.call([script, *words[1:]])
    process.stdout.write(f" * {command.capitalize() or 'Running'} {name}\n")
    return 0


@program(
    "rc-update", "rc-status", "openrc", "chkconfig", "update-service", "sv", "supervisorctl",
    "journalctl", "loginctl", "hostnamectl", "timedatectl", "systemd-tmpfiles", "dbus-uuidgen",
    fidelity=Fidelity.MODELLED, reason="tools of services are played: no service runs",
)  # fmt: skip
def service_tool(process: Process) -> int:
    """Tools that speak to services, of which none runs."""
    if program_name(process) == "dbus-uuidgen":
        put_file(process.view, "/var/lib/dbus/machine-id", b"0123456789abcdef0123456789abcdef\n")
    return 0


@program(
    "a2enmod", "a2dismod", "a2ensite", "a2dissite", "a2enconf", "a2disconf", "lighty-enable-mod",
    "lighttpd-enable-mod",
    fidelity=Fidelity.MODELLED, reason="Apache's modules are played: they are but links",
)  # fmt: skip
def apache_switch(process: Process) -> int:
    """`a2enmod NAME...` and its companions: links between …-available and …-enabled."""
    tool, words = program_name(process), [word for word in process.argv[1:] if not word.startswith("-")]
    if tool.startswith("light"):
        return 0
    kind = {"mod": "mods", "site": "sites", "conf": "conf"}[tool.removeprefix("a2en").removeprefix("a2dis")]
    suffix = ".load" if kind == "mods" else ".conf"
    view = process.view
    for word in words:
        name = word.removesuffix(suffix)
        source = f"/etc/apache2/{kind}-available/{name}{suffix}"
        link = f"/etc/apache2/{kind}-enabled/{name}{suffix}"
        if tool.startswith("a2dis"):
            if view.lexists(link):
                view.unlink(link)
            process.stdout.write(f"{name} disabled.\n")
            continue
        if not view.exists(source):
            if kind != "mods":
                process.stderr.write(
                    f"ERROR: {'Site' if kind == 'sites' else 'Conf'} {name} does not exist!\n"
                )
                return 1
            put_file(
                view, source, encode(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n")
            )
        put_link(view, link, f"../{kind}-available/{name}{suffix}")
        process.stdout.write(f"Enabling {'module' if kind == 'mods' else kind.rstrip('s')} {name}.\n")
    return 0


@program(
    "apache2ctl",
    "apachectl",
    "nginx",
    "httpd",
    "apache2",
    "php-fpm",
    "sshd",
    "redis-server",
    "postgres",
    "mysqld",
    "mariadbd",
)
def server(process: Process) -> int:
    """Servers: their checks are taken to succeed, what they serve is not known."""
    name, words = program_name(process), process.argv[1:]
    checks = {"-t", "-T", "configtest", "-tt"}
    versions = {
        "-v": f"{name} version: {process.env.get('NGINX_VERSION', '1.0')}",
        "-V": f"{name}",
        "--version": f"{name} 1.0",
    }
    if checks & set(words):
        process.system.fidelity.note(
            Fidelity.MODELLED, f"{name} is played: its configuration is taken to be right"
        )
        process.stderr.write(f"{name}: configuration file test is successful\n")
        return 0
    if words and words[0] in versions:
        process.system.fidelity.note(Fidelity.MODELLED, f"{name} is played: its version only")
        process.stdout.write(f"{versions[words[0]]}\n")
        return 0
    return assume(process, f"what {name} does is not known")
