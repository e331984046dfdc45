"""Building from Python."""

import contextlib
import doctest
import io
import re
from pathlib import Path

import pytest

import minibuild
from minibuild.build import events
from minibuild.build.request import Output, Secret
from minibuild.store import Store


@pytest.fixture
def context(tmp_path: Path) -> Path:
    directory = tmp_path / "context"
    directory.mkdir()
    (directory / "Dockerfile").write_text(
        "FROM scratch AS one\nARG A=1\nLABEL a=$A\nFROM one\nCOPY f /f\nLABEL b=2\n"
    )
    (directory / "f").write_text("F")
    return directory


def test_an_image(context: Path, tmp_path: Path) -> None:
    told: list[events.Event] = []
    result = minibuild.build_image(
        context,
        tags=["app", "team/app:2"],
        build_args={"A": "7"},
        root=tmp_path / "store",
        outputs=[f"type=oci,dest={tmp_path}/app.tar", Output("local", str(tmp_path / "files"))],
        listen=told.append,
        labels={"c": "3"},
    )
    assert result.names == ("app:latest", "team/app:2")
    assert [
        step.instruction.split()[0] for step in result.steps
    ] == ["FROM", "ARG", "LABEL", "FROM", "COPY", "LABEL", "LABEL"]
    assert told[-1] == events.BuildFinished(result.image, result.names, "exact", result.seconds)
    assert (tmp_path / "files" / "f").read_text() == "F"
    assert result.manifest.startswith("sha256:")
    with Store.open(tmp_path / "store") as store:
        assert store.resolve("app") == result.image
        assert dict(store.image(result.image).config.labels) == {"a": "7", "b": "2", "c": "3"}


def test_where_the_store_is(context: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIBUILD_ROOT", str(tmp_path / "other"))
    result = minibuild.build_image(str(context), target="one")
    with Store.open(tmp_path / "other") as store:
        assert store.image_exists(result.image)


def test_a_text_without_a_context(tmp_path: Path) -> None:
    text = "FROM busybox\nRUN --mount=type=secret,id=s wc -c < /run/secrets/s\n"
    told: list[events.Event] = []
    minibuild.build_image(
        None,
        text=text,
        root=tmp_path / "store",
        secrets={"s": Secret(source=__file__)},
        listen=told.append,
        explain=True,
    )
    size = Path(__file__).stat().st_size
    assert [e.data for e in told if isinstance(e, events.StepOutput)] == [f"{size}\n".encode()]
    assert [e.reasons[0].kind for e in told if isinstance(e, events.StepExplained)] == ["first"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"context": "/no/such/place"}, "no such directory"),
        ({"tags": "app"}, "a list of names"),
        ({"tags": ["UPPER"]}, "lower case"),
        ({"fidelity": "perfect"}, "not one of exact, modelled, assume"),
        ({"dialect": "klingon"}, "not one of strict, docker"),
        ({"outputs": ["type=zip,dest=x"]}, "unknown output type"),
        ({"colour": "red"}, "no option 'colour'"),
        ({"target": "two"}, "could not be found"),
        ({"dockerfile": "/no/such/file"}, "no such Dockerfile"),
    ],
)
def test_mistakes(options: dict[str, object], problem: str, context: Path, tmp_path: Path) -> None:
    with pytest.raises(minibuild.MinibuildError, match=problem):
        minibuild.build_image(**{"context": context, "root": tmp_path / "store", **options})  # type: ignore[arg-type]


def test_the_guide() -> None:
    guide = (Path(minibuild.__file__).parents[1] / "docs" / "guides" / "python-api.md").read_text()
    program, printed = re.findall(r"```(?:python)?\n(.*?)```", guide, re.DOTALL)[:2]
    names: dict[str, object] = {}
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(program, names)
    assert out.getvalue() == printed
    examples = "\n".join(re.findall(r"```python\n(>>>.*?)```", guide, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(examples, names, "guide", "guide", 0)
    assert doctest.DocTestRunner().run(test) == doctest.TestResults(0, len(test.examples))
