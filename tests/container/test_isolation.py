"""Nothing simulated reaches the host: no file is opened, no process started, no socket made."""

import json
import subprocess
import sys

import pytest

SCRIPTS = {
    "files": """
        cat /etc/passwd > /copy; ls -R / > /listing; cat /proc/cpuinfo > /cpu
        find / -name '*.py' | head; cp -r /etc /etc2
    """,
    "devices": """
        head -c 100 /dev/urandom > /random; dd if=/dev/zero of=/zeros bs=1k count=4; echo x > /dev/null
    """,
    "processes": """
        sh -c 'echo a | cat | tr a b'; (sleep 5 & wait); echo $(date; id; uname -a; hostname); kill -0 $$
    """,
    "network": """
        wget -q http://example.org/x || true; ping -c 1 127.0.0.1 || true; nc -l -p 80 || true
    """,
    "editing": """
        printf 'a\\nb\\n' > f; sed -i s/a/x/ f; awk '{print $1}' f; sort f; grep x f
        tar cf t.tar f; gzip t.tar; md5sum t.tar.gz
    """,
    "awk": """
        awk 'BEGIN {
            system("echo hi"); "date" | getline d; print d > "/made"
            while ((getline line < "/etc/passwd") > 0) n++
            print n
        }'
    """,
    "outside": """
        cat ../../../../../../etc/hostname; ln -s /../../../../etc/shadow s; cat s
        echo x > /../../../../../tmp/minibuild-escape
    """,
}

WATCH = """
import json, sys
sys.dont_write_bytecode = True
from minibuild import container
from minibuild.errors import MinibuildError

WATCHED = ("open", "os.", "subprocess.", "socket.", "shutil.", "glob.", "pty.", "ctypes.")
# Python itself looks for and reads the code and data of modules that are used for the first time.
ITS_OWN = (sys.prefix, sys.base_prefix, "minibuild/", ".pyc", "zoneinfo", "tzdata")
seen, watching = [], True

def watch(event, arguments):
    text = repr(arguments[:1])
    if watching and event.startswith(WATCHED) and not any(part in text for part in ITS_OWN):
        seen.append(event + text)

sys.addaudithook(watch)
try:
    result = container.run_script(sys.argv[1], fidelity="assume")
    exit_code = result.exit_code
except MinibuildError as error:
    exit_code = error.message
watching = False
print(json.dumps({"seen": seen, "exit_code": exit_code}))
"""


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_a_script_does_not_reach_the_host(name):
    done = subprocess.run(
        [sys.executable, "-c", WATCH, SCRIPTS[name]], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["seen"] == []


def test_the_host_keeps_its_files(tmp_path):
    from minibuild import container

    victim = tmp_path / "victim"
    victim.write_text("precious")
    container.run_script(f"rm -rf {tmp_path}; echo gone > {victim}; cat {victim}")
    assert victim.read_text() == "precious"
