"""Scorers of the conformance kits, where they are, against the floors in floors.toml; floors only rise.

The kits are looked for in $MINIBUILD_CONFORMANCE, else beside the project in ../shared/conformance.
"""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
KITS = Path(os.environ.get("MINIBUILD_CONFORMANCE") or ROOT.parent / "shared" / "conformance")
FLOORS = tomllib.loads((HERE / "floors.toml").read_text(encoding="utf-8"))
SCORE = re.compile(r"^\w+: (\d+)/(\d+) (?:passed|built)", re.MULTILINE)

pytestmark = pytest.mark.conformance


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_score_is_not_below_its_floor(name):
    floor = FLOORS[name]
    scorer = KITS / floor["kit"] / "score.py"
    if not scorer.exists():
        pytest.skip(f"{scorer} is not here")
    command = f"{sys.executable} -m minibuild"
    words = [sys.executable, str(scorer), "--cmd", command, *floor.get("options", [])]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1500, check=False
    )
    scores = SCORE.findall(result.stdout)
    assert scores, f"no score in: {result.stdout[-2000:]}{result.stderr[-2000:]}"
    passed, total = map(int, scores[-1])
    print(f"{name}: {passed}/{total}")
    assert passed >= floor["passed"], result.stdout[-4000:]
