"""Go templates over documents: what text/template makes of the same."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minibuild.report.template import Template, TemplateError, TemplateSyntaxError
from minibuild.report.template_values import Map, Nil, to_json

_DOCUMENT = {
    "Id": "sha256:abc",
    "Size": 1234,
    "Share": 0.5,
    "Ready": True,
    "Off": False,
    "Tags": ["app:latest", "app:1"],
    "None": Nil("list"),
    "Gone": Nil("pointer"),
    "Config": {"Env": ["A=1", "B=2"], "User": "", "Labels": Map({"b": "2", "a": "1"}), "Volumes": Nil("map")},
    "Mounts": [{"Type": "bind", "RW": True}],
    "Label": lambda key: {"a": "1"}.get(key, ""),
}


def _rendered(text: str) -> str:
    return Template(text).render(_DOCUMENT)


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("plain", "plain"),
        ("{{.Id}}", "sha256:abc"),
        ("{{ .Id }}|{{.Size}}", "sha256:abc|1234"),
        ("{{.Config.User}}", ""),
        ("{{.Tags}}", "[app:latest app:1]"),
        ("{{.None}} {{.Config.Volumes}} {{.Gone}}", "[] map[] <nil>"),
        ("{{.Config.Labels}}", "map[a:1 b:2]"),
        ("{{.Config.Labels.a}}", "1"),
        ("{{.Config.Labels.nosuch}}", "<no value>"),
        ("{{.Share}} {{.Ready}} {{.Off}}", "0.5 true false"),
        ("{{(index .Mounts 0).Type}}", "bind"),
        ("{{index .Config.Labels \"b\"}}", "2"),
        ("{{index .Config.Labels \"nosuch\"}}", ""),
        ("{{len .Tags}} {{len .None}} {{len \"é\"}}", "2 0 2"),
        ("{{slice .Id 0 6}} {{slice .Tags 1}}", "sha256 [app:1]"),
        ("{{json .Config}}", '{"Env":["A=1","B=2"],"User":"","Labels":{"a":"1","b":"2"},"Volumes":null}'),
        ("{{json .Tags}}", '["app:latest","app:1"]'),
        ("{{.Tags | json}}", '["app:latest","app:1"]'),
        ("{{join .Tags \", \"}}", "app:latest, app:1"),
        ("{{range .Tags}}<{{.}}>{{end}}", "<app:latest><app:1>"),
        ("{{range $i, $t := .Tags}}{{$i}}={{$t}};{{end}}", "0=app:latest;1=app:1;"),
        ("{{range $k, $v := .Config.Labels}}{{$k}}{{$v}}{{end}}", "a1b2"),
        ("{{range .None}}x{{else}}none{{end}}", "none"),
        ("{{range .Mounts}}{{.Type}} {{.RW}}{{end}}", "bind true"),
        ("{{range .Tags}}{{$.Size}} {{end}}", "1234 1234 "),
        ("{{if .Ready}}yes{{else}}no{{end}}", "yes"),
        ("{{if .Config.User}}yes{{else if .Off}}off{{else}}no{{end}}", "no"),
        ("{{if and .Ready (not .Off)}}both{{end}}", "both"),
        ("{{if or .Off .Config.User}}one{{end}}", ""),
        ("{{with .Config}}{{index .Env 1}}{{end}}", "B=2"),
        ("{{with .Config.User}}x{{else}}nobody{{end}}", "nobody"),
        ("{{$n := .Size}}{{$n}}", "1234"),
        ("{{$n := 1}}{{if .Ready}}{{$n = 2}}{{end}}{{$n}}", "2"),
        ("{{upper .Id}} {{.Id | upper | lower}}", "SHA256:ABC sha256:abc"),
        ("{{title \"hello world\"}}", "Hello World"),
        ("{{index (split .Id \":\") 1}}", "abc"),
        ("{{printf \"%s-%d-%q\" .Id .Size \"x\\\"y\"}}", 'sha256:abc-1234-"x\\"y"'),
        ("{{printf \"%-8s|%8s|%05d|%x|%.2f|%t|%v|%%\" \"ab\" \"cd\" 42 255 1.5 true .Tags}}",
         "ab      |      cd|00042|ff|1.50|true|[app:latest app:1]|%"),
        ("{{printf \"%d\" \"x\"}} {{printf \"%s\"}} {{printf \"a\" 1}}", "%!d(x) %!s(MISSING) a%!(EXTRA 1)"),
        ("{{print .Size 1 \"a\" \"b\" 2}} {{println 1 2}}", "1234 1ab2 1 2\n"),
        ("{{truncate .Id 6}}{{pad \"x\" 1 2}}|", "sha256 x  |"),
        ("{{eq .Size 1234}} {{ne .Id \"x\"}} {{lt .Size 2000}} {{ge 1 2}} {{eq .Id \"a\" \"sha256:abc\"}}",
         "true true true false true"),
        ("{{.Label \"a\"}}{{.Label \"zz\"}}", "1"),
        ("{{\"a\\tb\"}} {{`raw\\n`}} {{'a'}} {{0x10}} {{-1}} {{1.5}}", "a\tb raw\\n 97 16 -1 1.5"),
        ("a  {{- /* nothing */ -}}  b{{- .Size -}}  c", "ab1234c"),
        ("{{len .Config.Env | printf \"%d envs\"}}", "2 envs"),
    ],
)  # fmt: skip
def test_templates(template: str, shown: str) -> None:
    assert _rendered(template) == shown


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{.Id", "unclosed action"),
        ("{{}}", "missing value for command"),
        ("{{if .Id}}", "{{end}} is missing"),
        ("{{end}}", "unexpected {{end}}"),
        ("{{else}}x", "unexpected {{else}}"),
        ("{{if .Id}}a{{else}}b{{else}}c{{end}}", "second {{else}}"),
        ("{{.Id | }}", "missing value for command"),
        ("{{(.Id}}", "unclosed left paren"),
        ("{{.Id)}}", "unexpected ')'"),
        ("{{nosuch .Id}}", "function 'nosuch' not defined"),
        ('{{template "x"}}', "is not supported"),
        ('{{"unended}}', "unexpected '\"'"),
        ("{{.Id ? 1}}", "unexpected '?'"),
        ("{{" + "(" * 5000 + ".Id" + ")" * 5000 + "}}", "nested too deeply"),
        ("{{if .Id}}" * 5000, "nested too deeply"),
        ("{{if .Id}}{{else if .Id}}" * 5000, "nested too deeply"),
    ],
)
def test_what_is_no_template_is_wrong_usage(template: str, problem: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="template parsing error") as caught:
        _rendered(template)
    assert problem in caught.value.message
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{.Nosuch}}", "no field Nosuch"),
        ("{{.Id.More}}", "can't evaluate field More"),
        ("{{.Gone.More}}", "nil pointer evaluating .More"),
        ("{{index .Tags 2}}", "index out of range: 2"),
        ('{{index .Tags "x"}}', "cannot index a list"),
        ('{{index .Config "User"}}', "write .User"),
        ("{{index .Size 1}}", "can't index"),
        ("{{index .None 0}}", "empty list"),
        ("{{len .Size}}", "has no length"),
        ("{{slice .Id 5 2}}", "out of range"),
        ("{{range .Size}}{{end}}", "can't iterate"),
        ("{{$x}}", "undefined variable $x"),
        ("{{range .Tags}}{{$y := 1}}{{end}}{{$y}}", "undefined variable $y"),
        ("{{lt .Id 1}}", "incompatible types"),
        ("{{upper .Size}}", "a string was expected"),
        ('{{join .Size ","}}', "join wants"),
        ("{{len}}", "wrong arguments for len"),
        ("{{.Id 1}}", "can't give argument"),
    ],
)
def test_what_the_document_has_not_is_told(template: str, problem: str) -> None:
    with pytest.raises(TemplateError) as caught:
        _rendered(template)
    assert problem in caught.value.message
    assert caught.value.exit_code == 1


@given(st.text(alphabet="{}.|()$ -\"'`:=,/*abif end rangelt01\n"))
def test_any_text_is_a_template_or_a_told_error(text: str) -> None:
    for template in (text, "{{" + text + "}}"):
        with suppress(TemplateError, TemplateSyntaxError):
            Template(template).render(_DOCUMENT)


@given(st.text())
def test_text_without_braces_stands_for_itself(text: str) -> None:
    text = text.replace("{{", "")
    assert Template(text).render({}) == text


def test_json_leaves_out_what_docker_leaves_out() -> None:
    document = {"A": Nil("list"), "B": Nil("list", omitted=True), "C": Map({"z": 1, "a": 2})}
    assert to_json(document) == '{"A":null,"C":{"a":2,"z":1}}'
    assert to_json("\udcff<&>é") == '"\ufffd<&>é"'
