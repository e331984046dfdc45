"""ARG and ENV: which value is in force, and what RUN and the history see."""

from minibuild.build.scope import Scope, environment_values, platform_arguments


def scope(given: dict[str, str] | None = None, globals_: dict[str, str] | None = None) -> Scope:
    return Scope({"PATH": "/bin"}, given or {}, globals_ or {})


def test_the_last_of_arg_and_env_in_the_text_wins() -> None:
    s = scope(given={"V": "cli"})
    assert s.declare("V", "default") == "cli"
    s.set("V", "env")
    assert s.values["V"] == "env"
    s.declare("V", "again")
    assert s.values["V"] == "cli"


def test_an_arg_takes_the_build_arg_then_its_default_then_the_global() -> None:
    s = scope(given={"A": "given"}, globals_={"A": "g", "B": "g", "C": "g"})
    assert s.declare("A", "d") == "given"
    assert s.declare("B", "d") == "d"
    assert s.declare("C", None) == "g"
    assert s.declare("D", None) is None
    assert "D" not in s.values


def test_a_stage_built_from_this_one_inherits_the_values_but_not_the_history() -> None:
    s = scope()
    s.declare("X", "1")
    child = s.child()
    assert child.values["X"] == "1"
    assert child.history_arguments([]) == ""


def test_history_lists_arguments_sorted_and_hides_those_that_env_sets() -> None:
    s = scope()
    s.declare("FOO", "foo val")
    s.declare("BAR", "bar")
    assert s.history_arguments(["PATH=/bin"]) == "|2 BAR=bar FOO=foo val "
    assert s.history_arguments(["BAR=x"]) == "|1 FOO=foo val "


def test_predefined_proxies_reach_run_in_both_cases_and_leave_no_value_in_the_history() -> None:
    s = scope(given={"HTTP_PROXY": "http://p:1", "NOT_DECLARED": "x"})
    environment = s.run_environment()
    assert environment["HTTP_PROXY"] == environment["http_proxy"] == "http://p:1"
    assert "NOT_DECLARED" not in environment
    assert s.history_arguments([]) == "|0 "


def test_environment_entries_become_values() -> None:
    assert environment_values(["A=1", "B=", "C=x=y", "A=2"]) == {"A": "2", "B": "", "C": "x=y"}


def test_platform_arguments_name_the_parts() -> None:
    values = platform_arguments("linux/arm64/v8", "release")
    assert values["TARGETPLATFORM"] == values["BUILDPLATFORM"] == "linux/arm64/v8"
    assert (values["TARGETOS"], values["TARGETARCH"], values["TARGETVARIANT"]) == ("linux", "arm64", "v8")
    assert values["TARGETSTAGE"] == "release"
