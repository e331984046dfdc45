"""What COPY puts where, with which modes and owners."""

import os

import pytest
from builds import Bench

from minibuild.build.errors import BuildError
from minibuild.errors import MinibuildError


def test_a_file_to_a_file_and_into_directories(bench: Bench) -> None:
    bench.write(a="A", b="B")
    result = bench.build("FROM scratch\nCOPY a /x/y\nCOPY a b /d/\nCOPY a /d\nWORKDIR /w\nCOPY b .\n")
    assert bench.tree(result) == {
        "/d": "dir 0755",
        "/d/a": "file 0644 A",
        "/d/b": "file 0644 B",
        "/w": "dir 0755",
        "/w/b": "file 0644 B",
        "/x": "dir 0755",
        "/x/y": "file 0644 A",
    }


def test_a_directory_is_copied_by_its_content(bench: Bench) -> None:
    bench.put("src/a", "A", 0o4755)
    bench.put("src/sub/b", "B")
    (bench.context / "src/sub").chmod(0o2710)
    (bench.context / "src/link").symlink_to("sub/b")
    result = bench.build("FROM scratch\nCOPY src /dst\n")
    assert bench.tree(result) == {
        "/dst": "dir 0755",
        "/dst/a": "file 4755 A",
        "/dst/link": "link sub/b",
        "/dst/sub": "dir 2710",
        "/dst/sub/b": "file 0644 B",
    }


def test_existing_directories(bench: Bench) -> None:
    """The destination keeps its attributes; directories below take the source's."""
    bench.put("one/sub/a", "1")
    bench.put("two/sub/b", "2")
    (bench.context / "two/sub").chmod(0o700)
    (bench.context / "two").chmod(0o711)
    result = bench.build(
        "FROM scratch\nCOPY --chown=7:8 --chmod=750 one /d\nCOPY two /d\nCOPY --chown=9 two /d/\n"
    )
    tree = bench.tree(result)
    assert tree["/d"] == "dir 0750 7:8"
    assert tree["/d/sub"] == "dir 0700 9:9"
    assert tree["/d/sub/a"] == "file 0750 7:8 1"
    assert tree["/d/sub/b"] == "file 0644 9:9 2"


def test_several_sources_to_a_name_without_slash(bench: Bench) -> None:
    bench.write(a="A", b="B")
    assert bench.tree(bench.build("FROM scratch\nCOPY a b /x\n"))["/x"] == "file 0644 B"


def test_wildcards(bench: Bench) -> None:
    bench.write(a1="1", a2="2", b1="3", d__a3="4")
    (bench.context / "[x]").write_text("5")
    tree = bench.tree(
        bench.build("FROM scratch\nCOPY a* [b]? /d/\nCOPY nothing* /e/\nCOPY [[]x] /f/\nCOPY d* /g/\n")
    )
    assert {path: text for path, text in tree.items() if text.startswith("file")} == {
        "/d/a1": "file 0644 1",
        "/d/a2": "file 0644 2",
        "/d/b1": "file 0644 3",
        "/f/[x]": "file 0644 5",
        "/g/a3": "file 0644 4",
    }
    assert "/e" not in tree


def test_links_are_followed_as_sources_and_in_destinations(bench: Bench) -> None:
    bench.write(d__a="A", f="F")
    (bench.context / "to-d").symlink_to("d")
    (bench.context / "to-f").symlink_to("f")
    (bench.context / "up").symlink_to("../../../f")
    bench.put("links/x").unlink()
    (bench.context / "links/dir").symlink_to("/real/deep")
    (bench.context / "links/file").symlink_to("/real/file")
    (bench.context / "links/loop").symlink_to("loop")
    tree = bench.tree(
        bench.build(
            "FROM scratch\nCOPY links /\nCOPY to-d /dir/\nCOPY to-f /file\nCOPY up /up\n"
            "COPY f /dir/../other\n"
        )
    )
    assert tree["/real/deep/a"] == "file 0644 A"
    assert tree["/real/file"] == "file 0644 F"
    assert tree["/up"] == "file 0644 F"
    assert tree["/other"] == "file 0644 F"
    with pytest.raises(BuildError, match="too many levels of symbolic links"):
        bench.build("FROM scratch\nCOPY links /\nCOPY f /loop/x\n")


def test_the_context_is_a_root(bench: Bench) -> None:
    bench.write(f="F")
    tree = bench.tree(bench.build("FROM scratch\nCOPY ../../f /a\nCOPY /f /b\nCOPY ./x/../f /c\n"))
    assert tree == {"/a": "file 0644 F", "/b": "file 0644 F", "/c": "file 0644 F"}


def test_owners(bench: Bench) -> None:
    bench.write(
        f="F",
        etc__passwd="root:x:0:0::/:/bin/sh\nsvc:x:101:102::/:/bin/sh\n",
        etc__group="web:x:103:\n99:x:7:\n",
    )
    lines = {
        "/svc": "svc",
        "/both": "svc:web",
        "/numbers": "5:6",
        "/number": "412",
        "/digits": "0:99",
        "/group": ":2000",
        "/ghost": "ghost",
        "/ghosts": "svc:ghosts",
    }
    copies = "".join(f"COPY --chown={owner} f {path}/f\n" for path, owner in lines.items())
    tree = bench.tree(bench.build("FROM scratch\nCOPY etc /etc\nUSER svc\n" + copies))
    assert tree["/svc/f"] == "file 0644 101:102 F"
    assert tree["/svc"] == "dir 0755 101:102"
    assert tree["/both/f"] == "file 0644 101:103 F"
    assert tree["/numbers/f"] == "file 0644 5:6 F"
    assert tree["/number/f"] == "file 0644 412:412 F"
    assert tree["/digits/f"] == "file 0644 0:99 F"
    assert tree["/group/f"] == "file 0644 0:2000 F"
    assert tree["/ghost/f"] == "file 0644 F"
    assert tree["/ghosts/f"] == "file 0644 101:0 F"


def test_modes(bench: Bench) -> None:
    bench.put("d/x", "X", 0o644)
    bench.put("d/run", "R", 0o744)
    tree = bench.tree(
        bench.build(
            "FROM scratch\nARG M=600\nCOPY --chmod=$M d/x /a\nCOPY --chmod=4711 d /b/\n"
            "COPY --chmod=u=rwX,go= d /c/\nCOPY --chmod=1777 d/x /t/x\n"
        )
    )
    assert tree["/a"] == "file 0600 X"
    assert tree["/b"] == "dir 0711"
    assert tree["/b/x"] == "file 4711 X"
    assert tree["/c"] == "dir 0755"
    assert tree["/c/run"] == "file 0700 R"
    assert tree["/c/x"] == "file 0600 X"
    assert tree["/t"] == "dir 0777"
    assert tree["/t/x"] == "file 1777 X"


def test_exclude(bench: Bench) -> None:
    bench.write(d__a_dot_log="1", d__b="2", d__sub__c_dot_log="3", d__sub__d="4")
    tree = bench.tree(
        bench.build(
            "FROM scratch\nCOPY --exclude=*.log d /one\nCOPY --exclude=**/*.log d /all\n"
            "COPY --exclude=** d /none\n"
        )
    )
    assert sorted(path for path in tree if path.startswith("/one/")) == [
        "/one/b",
        "/one/sub",
        "/one/sub/c.log",
        "/one/sub/d",
    ]
    assert sorted(path for path in tree if path.startswith("/all/")) == ["/all/b", "/all/sub", "/all/sub/d"]
    assert [path for path in tree if path.startswith("/none")] == ["/none"]


def test_parents(bench: Bench) -> None:
    bench.write(a__b__c="C", a__d="D")
    (bench.context / "a/b").chmod(0o700)
    tree = bench.tree(
        bench.build(
            "FROM scratch\nCOPY --parents a/b/c a/d /x/\nCOPY --parents a/./b/c /y/\n"
            "COPY --parents a/*/c /z/\n"
        )
    )
    assert tree["/x/a/b"] == "dir 0700"
    assert [path for path, text in tree.items() if text.startswith("file")] == [
        "/x/a/b/c",
        "/x/a/d",
        "/y/b/c",
        "/z/a/b/c",
    ]


def test_link_is_laid_over_what_is_there(bench: Bench) -> None:
    bench.write(f="F", old__f="old")
    (bench.context / "tree/real").mkdir(parents=True)
    (bench.context / "tree/dir").symlink_to("real")
    result = bench.build(
        "FROM scratch\nCOPY tree /\nCOPY --chown=3 --chmod=700 old /kept\n"
        "COPY --link f /dir/f\nCOPY --link f /kept/f\n"
    )
    tree = bench.tree(result)
    assert tree["/dir"] == "dir 0755"
    assert tree["/dir/f"] == "file 0644 F"
    assert tree["/kept"] == "dir 0755"
    assert tree["/kept/f"] == "file 0644 F"


def test_here_documents(bench: Bench) -> None:
    tree = bench.tree(
        bench.build(
            "FROM scratch\nARG who=world\nCOPY <<one <<'two' /d/\nhello $who\none\nplain $who\ntwo\n"
            "COPY --chmod=755 <<-EOF /s\n\t#!/bin/sh\n\techo\nEOF\n"
        )
    )
    assert tree["/d/one"] == "file 0644 hello world"
    assert tree["/d/two"] == "file 0644 plain $who"
    assert tree["/s"] == "file 0755 #!/bin/sh\necho"


def test_special_files_and_names(bench: Bench) -> None:
    os.mkfifo(bench.context / "pipe")
    bench.put("new\nline", "N")
    (bench.context / os.fsdecode(b"b\xff")).write_text("B")
    root = bench.root(bench.build("FROM scratch\nCOPY . /\n"))
    assert root.node("/pipe").kind == "fifo"
    assert root.view().read_bytes("/new\nline") == b"N"
    assert root.view().read_bytes("/b\udcff") == b"B"


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("COPY missing /", "not found in the build context"),
        ("COPY f /\nCOPY d /f", "cannot copy to non-directory"),
        ("COPY d /d\nCOPY other/sub /d/sub\nCOPY one /", "cannot replace directory"),
        ("COPY --chmod=999 f /", "invalid chmod"),
    ],
)
def test_what_can_not_be_copied(bench: Bench, lines: str, sentence: str) -> None:
    bench.write(f="F", d__x="X", other__sub__y="Y", one__d="D")
    with pytest.raises(MinibuildError, match=sentence) as caught:
        bench.build(f"FROM scratch\n{lines}\n")
    assert caught.value.line == 2 + lines.count("\n")
    assert caught.value.path == "Dockerfile" or caught.value.path.endswith("/Dockerfile")


def test_more_than_a_thousand_levels(bench: Bench) -> None:
    made = [bench.context / "deep"]
    for _ in range(1500):
        made.append(made[-1] / "d")
    for path in made:
        os.mkdir(path)
    try:
        result = bench.build("FROM scratch\nCOPY deep /deep\n")
    finally:
        for path in reversed(made):  # not even rm -r of the test tool goes that deep
            os.rmdir(path)
    assert len(bench.tree(result)) == 1501
