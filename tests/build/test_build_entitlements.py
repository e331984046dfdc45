"""What RUN may ask for only when it is granted, and what a simulation does not have."""

import pytest
from builds import Bench

from minibuild.errors import MinibuildError

ASKS = {
    "network.host": "RUN --network=host echo ran",
    "security.insecure": "RUN --security=insecure echo ran",
}


@pytest.mark.parametrize("entitlement", sorted(ASKS))
def test_it_has_to_be_granted(bench: Bench, entitlement: str) -> None:
    """Refused before anything runs, also when it was built before; not in a stage that nobody needs."""
    other = f"FROM busybox AS other\n{ASKS[entitlement]}\n"
    text = f"{other}FROM busybox\nRUN echo first\nCOPY --from=other / /o\n"
    for _ in range(2):
        with pytest.raises(MinibuildError) as caught:
            bench.build(text)
        assert (caught.value.message, caught.value.line) == (f"{entitlement} is not allowed", 2)
        assert caught.value.hint == f"grant it: --allow {entitlement}"
        assert bench.told == []
        bench.build(text, allow=(entitlement,))
        assert bench.output in ("ran\nfirst\n", "")
    wrong = next(name for name in ASKS if name != entitlement)
    with pytest.raises(MinibuildError, match="is not allowed"):
        bench.build(text, allow=(wrong,))
    bench.build(text, target="", allow=(entitlement, wrong))
    bench.build(f"{other}FROM busybox\nRUN echo first\n")


def test_triggers_ask_too(bench: Bench) -> None:
    bench.build(f"FROM busybox\nONBUILD {ASKS['network.host']}\n", tags=("base",))
    with pytest.raises(MinibuildError, match=r"network\.host is not allowed"):
        bench.build("FROM base\n")


def test_without_network_unless_a_run_says_so(bench: Bench) -> None:
    bench.build("FROM busybox\nRUN echo up\n", network="none")
    bench.build("FROM busybox\nRUN --network=none echo up\n")
    assert bench.cached == [2]
    bench.build("FROM busybox\nRUN echo up\n")
    assert bench.cached == []
    bench.build("FROM busybox\nRUN --network=host echo up\n", network="none", allow=("network.host",))
    assert bench.cached == [2]


def test_devices(bench: Bench) -> None:
    """None is there: a command can do without, unless it says otherwise."""
    result = bench.build("FROM busybox\nRUN --device=acme.example/gpu=0 echo ran\n")
    assert bench.output == "ran\n"
    assert result.steps[-1].why == "there is no device acme.example/gpu=0"
    with pytest.raises(MinibuildError, match=r'required CDI device "acme\.example/gpu=0" is not registered'):
        bench.build("FROM busybox\nRUN --device=acme.example/gpu=0,required echo ran\n")
