"""mvn, gradle, ant, sbt and dotnet: what they are to build must be there; what they build is known by name
only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.catalogue.executable import executable
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode, encode
from minibuild.programs.options import program_name
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.placing import put_file
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process


@program("mvn", fidelity=Fidelity.MODELLED, reason="mvn is played: what it compiles is not known")
def mvn(process: Process) -> int:
    """`mvn [options] GOAL...`"""
    words = process.argv[1:]
    if words[:1] in (["-v"], ["--version"], ["-version"]):
        process.stdout.write("Apache Maven 3.9.11\n")
        return 0
    path = next((words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-f", "--file")), "pom.xml")
    if process.view.is_dir(path):
        path = f"{path.rstrip('/')}/pom.xml"
    goals = [word for word in words if not word.startswith("-") and word != path and "=" not in word]
    if not process.view.exists(path):
        process.stdout.write(
            "[INFO] Scanning for projects...\n[ERROR] The goal you specified requires a project to"
            " execute but there is no POM"
            f" in this directory ({process.view.cwd}). Please verify you invoked Maven from the correct"
            f" directory.\n"
        )
        return 1
    text = decode(process.view.read_bytes(path))
    own = re.sub(
        r"<(parent|dependencies|build|profiles|dependencyManagement)>.*?</\1>", "", text, flags=re.DOTALL
    )
    name, version, kind = (
        (re.search(rf"<{tag}>\s*([^<]+?)\s*</{tag}>", own) or ["", default])[1]
        for tag, default in (("artifactId", "app"), ("version", "1.0"), ("packaging", "jar"))
    )
    base = path.rpartition("/")[0] or process.view.cwd
    home = process.env.get("HOME", "/root")
    for group, artifact in re.findall(
        r"<groupId>\s*([^<]+?)\s*</groupId>\s*<artifactId>\s*([^<]+?)\s*</artifactId>", text
    ):
        put_file(
            process.view,
            f"{home}/.m2/repository/{group.replace('.', '/')}/{artifact}/_remote.repositories",
            b"",
        )
    if any(goal in ("package", "install", "verify", "deploy") for goal in goals) and kind != "pom":
        final = re.search(r"<finalName>\s*([^<]+?)\s*</finalName>", text)
        file = final[1] if final and "$" not in final[1] else f"{name}-{version}"
        put_file(process.view, f"{base.rstrip('/')}/target/{file}.{kind}", encode(f"{name} {version}\n"))
    process.stdout.write("[INFO] Scanning for projects...\n[INFO] BUILD SUCCESS\n")
    return 0


@program("gradle", "ant", "sbt", "lein", "mill")
def other_builders(process: Process) -> int:
    """Builders for the JVM whose rules nobody can know."""
    return assume(process, f"what {program_name(process)} {' '.join(process.argv[1:3])} builds is not known")


@program("dotnet", fidelity=Fidelity.MODELLED, reason="dotnet is played: what it compiles is not known")
def dotnet(process: Process) -> int:
    """`dotnet restore|build|publish|--version|… [PROJECT]`"""
    words = process.argv[1:]
    if words[:1] in (["--version"], ["--info"]):
        process.stdout.write(
            f"{process.env.get('DOTNET_SDK_VERSION') or process.env.get('DOTNET_VERSION', '8.0.21')}\n"
        )
        return 0
    command = words[0] if words else ""
    if command not in ("restore", "build", "publish", "clean", "new", "nuget", "tool", "workload"):
        return assume(process, f"what dotnet {command} does is not known")
    if command in ("clean", "nuget", "tool", "workload", "new"):
        return 0
    operands = [word for word in words[1:] if word.endswith(("proj", ".sln"))]
    here = [name for name in process.view.listdir(".") if name.endswith((".csproj", ".fsproj", ".sln"))]
    projects = operands or here
    if not projects or not process.view.exists(projects[0]):
        process.stdout.write(
            "MSBUILD : error MSB1003: Specify a project or solution file. The current working directory"
            " does not contain a"
            " project or solution file.\n"
            if not projects
            else f"MSBUILD : error MSB1009: Project file does not exist.\nSwitch: {projects[0]}\n"
        )
        return 1
    name = re.sub(r"\.\w+\Z", "", projects[0].rpartition("/")[2])
    if command == "publish":
        output = next(
            (words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-o", "--output")),
            "bin/Release/net8.0/publish",
        )
        put_file(
            process.view, f"{output.rstrip('/')}/{name}.dll", executable(f"{name}.dll", "compiled"), 0o644
        )
        put_file(process.view, f"{output.rstrip('/')}/{name}", executable(name, "compiled"), 0o755)
    process.stdout.write(f"  {name} -> done\n")
    return 0
