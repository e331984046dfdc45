"""hadolint's rules: what each must find and what not, by lines."""

from __future__ import annotations

import pytest

from minibuild.dockerfile.tolerant import parse_tolerantly
from minibuild.lint.rule import all_rules
from minibuild.lint.subject import Settings, Subject

BASE = "FROM debian:12\n"


def found(code: str, text: str, settings: Settings | None = None) -> list[int]:
    """The lines in which the rule finds something."""
    tree, _ = parse_tolerantly(text)
    subject = Subject("Dockerfile", text, tree, settings or Settings())
    return sorted({remark.place.line for remark in all_rules()[code].check(subject)})


# (code, what stands behind `FROM debian:12`, lines)
BEHIND_FROM = [
    ("DL3000", 'WORKDIR app\nWORKDIR /app\nWORKDIR $X\nWORKDIR C:/x\nWORKDIR "/q"\n', [2]),
    ("DL3001", "RUN true && ssh host\nRUN echo ssh\nONBUILD RUN top\n", [2, 4]),
    ("DL3002", "USER root\nUSER 0:0\n", [3]),
    ("DL3002", "USER root\nUSER app\n", []),
    ("DL3003", "RUN (cd /x; make)\nRUN echo cd\nRUN make -C /x\n", [2]),
    ("DL3004", "RUN if true; then sudo ls; fi\nRUN echo sudo\n", [2]),
    (
        "DL3008",
        (
            "RUN apt-get install -y a=1 b\nRUN apt-get install -t stable a=1\n"
            "RUN apt-get install ./a.deb b/sid\n"
        ),
        [2],
    ),
    ("DL3008", "RUN apt-get update && apt-get -y install $(cat list)\n", [2]),
    ("DL3009", "RUN apt-get update\nRUN apt-get update && rm -rf /var/lib/apt/lists/*\n", [2]),
    ("DL3009", "RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update\nFROM a\nRUN true\n", []),
    (
        "DL3010",
        "COPY x.tar.gz /t/\nRUN tar -xzf /t/x.tar.gz\nCOPY y.tgz /t/z.tar\nRUN tar --extract -f /t/z.tar\n",
        [2, 4],
    ),
    ("DL3010", "COPY x.tar.gz /t/\nRUN tar -czf /t/x.tar.gz /a\nADD z.tar /\n", []),
    ("DL3011", "EXPOSE 80 70000\nEXPOSE 65535/udp\nEXPOSE $P\n", [2]),
    ("DL3012", "HEALTHCHECK CMD a\nHEALTHCHECK NONE\nFROM x:1\nHEALTHCHECK CMD b\n", [3]),
    (
        "DL3013",
        (
            "RUN pip install a==1 b\nRUN pip3 install -r r.txt\n"
            "RUN python3 -m pip install c\nRUN pip install .\n"
        ),
        [2, 4],
    ),
    (
        "DL3013",
        "RUN pip install git+https://h/r@v1 ./local x.whl 'd>=2' -i https://i\nRUN pip install -c c.txt e\n",
        [],
    ),
    (
        "DL3014",
        (
            "RUN apt-get install a=1\nRUN apt-get -qq install a=1\n"
            "RUN apt-get install --yes a=1\nRUN apt-get install -q=2 a\n"
        ),
        [2],
    ),
    ("DL3015", "RUN apt-get install -y a=1\nRUN apt-get install --no-install-recommends -y a=1\n", [2]),
    ("DL3015", "RUN apt-get install -y -o APT::Install-Recommends=false a=1\n", []),
    (
        "DL3016",
        "RUN npm install a\nRUN npm i @s/b@1 c@2\nRUN npm install ./x git+https://h/r#v1 y.tgz\nRUN npm ci\n",
        [2],
    ),
    ("DL3018", "RUN apk add --no-cache a=1 b\nRUN apk add -t .deps a~=1 c.apk\n", [2]),
    (
        "DL3019",
        (
            "RUN apk add a=1\nRUN apk --no-cache add a=1\n"
            "RUN --mount=type=cache,target=/var/cache/apk apk add a=1\n"
        ),
        [2],
    ),
    ("DL3020", "ADD a b\nADD a.tar.gz /\nADD https://e.org/x /x\nADD a.tar b /x/\n", [2, 5]),
    ("DL3021", 'COPY a b /x\nCOPY a b /x/\nCOPY a /x\nCOPY ["a", "b", "/x"]\n', [2, 5]),
    ("DL3025", 'CMD a b\nENTRYPOINT ["a"]\nHEALTHCHECK CMD c\nHEALTHCHECK CMD ["c"]\n', [2, 4]),
    ("DL3027", "RUN apt install a\nRUN apt-get install a\nRUN echo apt\n", [2]),
    ("DL3028", "RUN gem install a\nRUN gem install a:1 -- b\nRUN gem install a -v 1\nRUN gem list\n", [2]),
    ("DL3030", "RUN yum install a-1\nRUN yum -y install a-1\nRUN yum search a\n", [2]),
    (
        "DL3032",
        (
            "RUN yum install -y a-1\nRUN yum install -y a-1 && yum clean all\n"
            "RUN yum clean all && yum install -y a-1\n"
        ),
        [2, 4],
    ),
    ("DL3033", "RUN yum install -y a\nRUN yum install -y a-1.2 b.rpm-1\nRUN yum install -y b-c\n", [2, 4]),
    ("DL3034", "RUN zypper in a=1\nRUN zypper -n in a=1\nRUN zypper refresh\n", [2]),
    ("DL3035", "RUN zypper dup\nRUN zypper update\n", [2]),
    ("DL3036", "RUN zypper -n in a=1\nRUN zypper -n in a=1 && zypper cc\n", [2]),
    ("DL3037", "RUN zypper -n in a\nRUN zypper -n in a=1 'b>2' c.rpm\n", [2]),
    ("DL3038", "RUN dnf install a-1\nRUN microdnf install -y a-1\n", [2]),
    (
        "DL3040",
        (
            "RUN dnf upgrade -y\nRUN dnf install -y a-1 && dnf clean all\n"
            "RUN microdnf install -y a-1 && dnf clean all\n"
        ),
        [2, 4],
    ),
    (
        "DL3041",
        "RUN dnf install -y a\nRUN dnf install -y a-1\nRUN dnf module install -y nodejs:18 ruby\n",
        [2, 4],
    ),
    (
        "DL3042",
        (
            "RUN pip install a==1\nRUN pip install --no-cache-dir a==1\n"
            "RUN PIP_NO_CACHE_DIR=1 pip install a==1\n"
        ),
        [2],
    ),
    ("DL3042", "ENV PIP_NO_CACHE_DIR=yes\nRUN pip install a==1\nRUN pipx install b==1\n", []),
    ("DL3043", "ONBUILD FROM x\nONBUILD MAINTAINER m\nONBUILD RUN x\n", [2, 3]),
    ("DL3044", "ENV A=1 B=$A\nENV C=$C\nENV D=1 E=$DD\nENV F=1 G=${F}/x\n", [2, 5]),
    ("DL3045", "COPY a b\nWORKDIR /x\nCOPY a b\n", [2]),
    ("DL3045", "COPY a /b\nCOPY a $C\nCOPY a c:/d\n", []),
    ("DL3046", "RUN useradd -u 100000 a\nRUN useradd -l -u 100000 a\nRUN useradd -u 10000 a\n", [2]),
    (
        "DL3047",
        (
            "RUN wget http://e\nRUN wget -q http://e\n"
            "RUN wget --progress=dot:giga http://e\nRUN wget -nv -O x http://e\n"
        ),
        [2],
    ),
    (
        "DL3048",
        "LABEL Bad=1 good=2\nLABEL a..b=1\nLABEL com.docker.x=1\nLABEL a.b-c_d=1\nLABEL x-=1\n",
        [2, 3, 4, 6],
    ),
    ("DL3057", "HEALTHCHECK CMD a\nFROM x:1\n", [3]),
    ("DL3059", "RUN a\nRUN b\nRUN --mount=type=cache,target=/c c\nRUN d && e\nRUN f\n", [3]),
    ("DL3059", "RUN a\nENV b=c\nRUN b\n", []),
    ("DL3060", "RUN yarn install\nRUN yarn install && yarn cache clean\nRUN yarn add x\n", [2]),
    (
        "DL3062",
        "RUN go install x.io/y\nRUN go install x.io/y@v1\nRUN go get ./...\nRUN go run x.io/z@latest\n",
        [2, 5],
    ),
    ("DL3064", "ARG NPM_TOKEN\nENV DB_PASSWORD=x A=b\nENV PLAIN=1\nONBUILD ARG my_secret\n", [2, 3, 5]),
    ("DL3066", "USER app\nUSER 1000:app\nARG U\nUSER $U\n", [2]),
    ("DL3067", "COPY --from=x / /\nCOPY --from=x /a /\n", [2]),
    ("DL4000", "MAINTAINER me\n", [2]),
    ("DL4001", "RUN wget http://e\nRUN curl http://e\nFROM x:1\nRUN curl http://e\n", [3]),
    ("DL4003", "CMD a\nCMD b\nFROM x:1\nCMD c\n", [3]),
    ("DL4004", "ENTRYPOINT a\nENTRYPOINT b\n", [3]),
    ("DL4005", "RUN ln -sf /bin/bash /bin/sh\nRUN ln -s a b\n", [2]),
    (
        "DL4006",
        'RUN a | b\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a | b\nFROM x:1\nRUN a |& b\n',
        [2, 6],
    ),
    (
        "DL4006",
        'SHELL ["pwsh", "-c"]\nRUN a | b\nSHELL ["/bin/bash", "-c"]\nRUN a || b\nRUN echo \'a | b\'\n',
        [],
    ),
]

# (code, whole file, lines)
FILES = [
    ("DL3006", "FROM a\nFROM a:1 AS b\nFROM b\nFROM scratch\nFROM $X\nFROM c@sha256:" + "0" * 64 + "\n", [1]),
    ("DL3006", "FROM r.io:5000/a\nFROM localhost:5000/a\n", [1]),
    ("DL3007", "FROM a:latest\nFROM b:latest@sha256:" + "0" * 64 + "\nFROM c:1\n", [1]),
    (
        "DL3022",
        "FROM a:1 AS b\nCOPY --from=b / /x\nCOPY --from=0 / /x\nCOPY --from=c / /x\nCOPY --from=d:1 / /x\n",
        [4],
    ),
    ("DL3023", "FROM a:1 AS b\nCOPY --from=b /x /y\nFROM a:1\nCOPY --from=b /x /y\n", [2]),
    ("DL3024", "FROM a:1 AS x\nFROM b:1 AS x\nFROM c:1 AS y\n", [2]),
    ("DL3029", "FROM --platform=linux/arm64 a:1\nFROM --platform=$BUILDPLATFORM a:1\n", [1]),
    ("DL3061", "ARG A\nRUN x\nLABEL a=b\nFROM a:1\nRUN x\n", [2, 3]),
    ("DL3063", "FROM a:1 AS scratch\nFROM a:1 AS context\nFROM a:1 AS Scratch\n", [1, 2]),
    (
        "DL3065",
        (
            "FROM --platform=$TARGETPLATFORM a:1\n"
            "FROM --platform=${TARGETPLATFORM} a:1\nFROM --platform=$BUILDPLATFORM b:1\n"
        ),
        [1, 2],
    ),
    ("DL3009", "FROM a:1 AS b\nRUN apt-get update\nFROM b\nRUN x\n", [2]),
    ("DL3009", "FROM a:1 AS b\nRUN apt-get update\nFROM c:1\nCOPY --from=b /x /y\n", []),
    ("DL3009", "FROM a:1\nRUN apt-get update\nFROM a:1\nRUN apt-get update\nFROM a:1\n", [2, 4]),
    ("DL3009", "FROM r.io/debian:12 AS debian\nRUN apt-get update\nFROM a:1\n", [2]),
    ("DL3010", "FROM a:1 AS b\nCOPY x.tgz /\nRUN tar -xf /x.tgz\nFROM a:1\n", []),
    ("DL3042", "FROM a:1\nENV PIP_NO_CACHE_DIR=1\nFROM a:2\nRUN pip install x==1\n", []),
    ("DL3045", "FROM r.io/a:1\nWORKDIR /x\nFROM a:2\nCOPY x y\nFROM b:1\nCOPY x y\n", [6]),
    ("DL3057", "FROM a:1 AS b\nHEALTHCHECK CMD c\nFROM b\nFROM a:1\nFROM b:2\n", [4]),
    ("DL3057", "FROM a:1\nHEALTHCHECK NONE\nFROM a:2\n", []),
    (
        "DL3042",
        (
            "FROM a:1 AS b\nENV PIP_NO_CACHE_DIR=1\nFROM b\n"
            "RUN pip install x==1\nFROM a:1\nRUN pip install x==1\n"
        ),
        [6],
    ),
]

LABELS = Settings(
    labels={"u": "url", "t": "rfc3339", "l": "spdx", "h": "hash", "v": "semver", "m": "email", "x": "text"}
)
SCHEMA = [
    ("DL3049", "LABEL u=https://e.org/ t=1 l=MIT h=1 v=1 m=1\n", [1]),
    ("DL3051", 'LABEL x="" u=https://e.org/\n', [2]),
    ("DL3052", "LABEL u=e.org\nLABEL u=https://e.org/x?y=z\nLABEL u=mailto:x\n", [2]),
    (
        "DL3053",
        "LABEL t=2024-01-02\nLABEL t=2024-01-02T03:04:05+01:00\nLABEL t=2024-13-02T03:04:05Z\n",
        [2, 4],
    ),
    ("DL3054", 'LABEL l=mit\nLABEL l=Apache-2.0\nLABEL l="MIT OR Apache-2.0"\n', [2, 4]),
    ("DL3055", "LABEL h=0123456\nLABEL h=012345\nLABEL h=ABCDEF0\n", [3, 4]),
    ("DL3056", "LABEL v=1.2.3-rc.1+b\nLABEL v=1.2\nLABEL v=v1.2.3\n", [3, 4]),
    ("DL3058", 'LABEL m=me@e.org\nLABEL m=@e\nLABEL m="a b@c"\n', [3, 4]),
    ("DL3058", "LABEL m=a.b@e\nLABEL m=a..b@e\nLABEL m=.a@e\nLABEL m=a@e..org\nLABEL m=a@-e\n", [3, 4, 5, 6]),
]


@pytest.mark.parametrize(("code", "rest", "lines"), BEHIND_FROM)
def test_in_a_stage(code: str, rest: str, lines: list[int]) -> None:
    assert found(code, BASE + rest) == lines


@pytest.mark.parametrize(("code", "text", "lines"), FILES)
def test_in_a_file(code: str, text: str, lines: list[int]) -> None:
    assert found(code, text) == lines


@pytest.mark.parametrize(("code", "rest", "lines"), SCHEMA)
def test_label_schema(code: str, rest: str, lines: list[int]) -> None:
    assert found(code, BASE + rest, LABELS) == lines
    assert found(code, BASE + rest) == []


def test_strict_labels() -> None:
    text = BASE + "LABEL u=https://e.org/\nLABEL other=1\n"
    assert found("DL3050", text, Settings(labels={"u": "url"}, strict_labels=True)) == [3]
    assert found("DL3050", text, Settings(labels={"u": "url"})) == []


def test_trusted_registries() -> None:
    text = "FROM r.io/a:1 AS b\nFROM b\nFROM scratch\nFROM debian:12\n"
    text += "FROM x.r.io/a:1\nCOPY --from=q.io/a:1 /a /a\n"
    assert found("DL3026", text, Settings(("r.io",))) == [4, 5, 6]
    assert found("DL3026", text, Settings(("docker.io", "*.io"))) == []
    assert found("DL3026", text, Settings(("r.*", "docker.io"))) == [5, 6]


def test_missing_labels_follow_stages() -> None:
    text = (
        "FROM a:1 AS b\nLABEL v=1.0.0\nFROM b\nFROM a:1 AS c\nFROM d:1\nCOPY --from=c / /x\nLABEL v=1.0.0\n"
    )
    assert found("DL3049", text, Settings(labels={"v": "semver"})) == []
    assert found("DL3049", "FROM a:1\nFROM b:1\nLABEL v=1\n", Settings(labels={"v": "semver"})) == [1]


def test_places_point_at_the_command() -> None:
    text = BASE + "RUN true && apt-get install -y \\\n    curl\n"
    tree, _ = parse_tolerantly(text)
    (remark,) = all_rules()["DL3008"].check(Subject("Dockerfile", text, tree))
    assert (remark.place.line, remark.place.column, remark.place.end_column) == (2, 13, 20)
    assert remark.message == "Give curl a version: curl=VERSION"


def test_every_rule_explains_itself() -> None:
    """Each says why it is there, in sentences, with an example of both kinds."""
    for code, rule in all_rules().items():
        assert rule.explanation.endswith((".", "`")), code
        assert len(rule.explanation) > 20, code
        assert rule.bad.strip() and rule.good.strip() and rule.bad != rule.good, code
