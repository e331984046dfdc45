"""Docker's tables, and lists by a format."""

import json

import pytest

from minibuild.errors import MinibuildError
from minibuild.report.listing import render_list
from minibuild.report.table import render_table, truncate

_ROWS = [{"ID": "abc", "Tag": "latest"}, {"ID": "d", "Tag": "1"}]
_COLUMNS = {"ID": "IMAGE ID", "Tag": "TAG"}


def test_columns_are_as_wide_as_their_widest_cell_and_three_blanks() -> None:
    rows = [("REPOSITORY", "TAG", "SIZE"), ("localhost:5000/busybox", "1.35", "1.98MB")]
    assert render_table(rows) == (
        "REPOSITORY               TAG       SIZE\nlocalhost:5000/busybox   1.35      1.98MB\n"
    )


def test_an_empty_last_cell_leaves_the_padding_before_it() -> None:
    assert render_table([("SIZE", "COMMENT"), ("0B", "")]) == "SIZE      COMMENT\n0B        \n"


def test_cells_cannot_move_the_cursor() -> None:
    assert render_table([("a\nb\x1b[2J", "c")]) == "a b\\x1b[2J   c\n"


def test_long_text_is_cut_with_an_ellipsis() -> None:
    assert truncate("abcdef", 6) == "abcdef"
    assert truncate("abcdefg", 6) == "abcde…"


def test_the_default_is_a_table() -> None:
    assert render_list(_ROWS, "", _COLUMNS, {}) == "IMAGE ID   TAG\nabc        latest\nd          1\n"


def test_a_list_without_rows_still_has_its_header() -> None:
    assert render_list([], "", _COLUMNS, {}) == "IMAGE ID   TAG\n"


def test_json_is_one_object_a_line() -> None:
    lines = render_list(_ROWS, "json", _COLUMNS, {}).splitlines()
    assert [json.loads(line) for line in lines] == _ROWS


def test_a_template_is_filled_for_each_row() -> None:
    assert render_list(_ROWS, r"{{.Tag}}\t{{.ID}}", _COLUMNS, {}) == "latest\tabc\n1\td\n"


def test_a_table_may_have_other_columns() -> None:
    assert render_list(_ROWS, r"table {{.Tag}}\t{{.ID}}", _COLUMNS, {}) == (
        "TAG       IMAGE ID\nlatest    abc\n1         d\n"
    )


def test_an_unknown_field_is_an_error_that_names_the_known() -> None:
    with pytest.raises(MinibuildError, match="no field Nme") as caught:
        render_list(_ROWS, "{{.Nme}}", _COLUMNS, {})
    assert "ID, Tag" in caught.value.hint
