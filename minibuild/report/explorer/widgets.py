"""The two panes of the explorer, and lines that can be scrolled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import DataTable, Tree

from minibuild.report.explorer.pages import instruction
from minibuild.report.explorer.view import SIGNS, Row, safe
from minibuild.report.units import human_size

if TYPE_CHECKING:
    from typing import ClassVar

    from textual.binding import BindingType
    from textual.widgets.tree import TreeNode

    from minibuild.report.explorer.pages import Page
    from minibuild.report.explorer.view import Explorer

COLORS = {"A": "green", "C": "yellow", "D": "red"}
_LINES = {"+": "green", "-": "red", "@": "cyan", "note": "italic cyan", "here": "bold yellow"}
_MOST_ROWS = 1000  # of one directory
_MOST_OPEN = 200  # rows that are unfolded by themselves


class LayerTable(DataTable[Text]):
    """The layers, the lowest one first."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "app.focus_next", "Files")]

    def __init__(self, view: Explorer) -> None:
        super().__init__(cursor_type="row", id="layers")
        self.view = view

    def on_mount(self) -> None:
        """Fill it, and go to the selected layer."""
        for title in ("", "SIZE", "+", "~", "-", "INSTRUCTION"):
            self.add_column(title)
        for layer in self.view.stack.layers:
            counts = [
                Text(str(layer.count(change)), COLORS[change], justify="right") for change in ("A", "C", "D")
            ]
            number = Text(str(layer.number), justify="right")
            size = Text("damaged" if layer.problem else human_size(layer.size), justify="right")
            words = Text(instruction(self.view, layer)[:200], no_wrap=True)
            self.add_row(number, size, *counts, words, key=str(layer.number))
        if self.view.number:
            self.move_cursor(row=self.view.number - 1)


class FileTree(Tree[Row | None]):
    """The files; a directory is read when it is unfolded."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", "View"),
        Binding("space", "toggle_node", "Fold"),
        Binding("tab", "app.focus_next", "Layers"),
    ]

    def __init__(self, view: Explorer) -> None:
        super().__init__("/", id="files")
        self.view = view
        self._opened: set[str] = set()  # what was open before there was a filter
        self._filtered = False

    def fill(self) -> None:
        """Show what is to be seen now, with the cursor where it was."""
        path = self.path
        if not self._filtered:
            self._opened = {node.data.path for node in self._open_nodes() if node.data is not None}
        self._filtered = bool(self.view.pattern)
        opened = set() if self._filtered else self._opened
        self.clear()
        self.root.set_label(Text("/"))
        if self.view.problem:
            self.root.add_leaf(Text(self.view.problem, "red"))
        self._load(self.root, self._rows(self.root), opened, [_MOST_OPEN])
        self.root.expand()
        self.go_to(path)

    @property
    def path(self) -> str:
        """The path at the cursor; "" for none."""
        node = self.cursor_node
        return node.data.path if node is not None and node.data is not None else ""

    def go_to(self, path: str) -> None:
        """Put the cursor on a path, or as close to it as is shown."""
        found, above = self.root, ""
        for name in filter(None, path.split("/")):
            above = f"{above}/{name}".lstrip("/")
            node = next((one for one in found.children if one.data and one.data.path == above), None)
            if node is None:
                break
            found = node
        if self.last_line >= 0:  # which makes the lines, so that nodes have one
            self.move_cursor(found)

    def go_to_match(self) -> None:
        """Put the cursor on the first path that matches, if one is shown."""
        children = [child for node in self._open_nodes() for child in node.children]
        hits = [child for child in children if child.data and self.view.is_match(child.data.path)]
        if hits:
            self.move_cursor(min(hits, key=lambda child: child.line))

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[Row | None]) -> None:
        """Read a directory the first time."""
        row = event.node.data
        if row is not None and not event.node.children:
            self._load(event.node, self._rows(event.node), set(), [0])

    def _open_nodes(self) -> list[TreeNode[Row | None]]:
        found, ahead = [], [self.root]
        while ahead:
            node = ahead.pop()
            if node.is_expanded:
                found.append(node)
                ahead.extend(node.children)
        return found

    def _rows(self, node: TreeNode[Row | None]) -> list[Row]:
        return self.view.rows(node.data.path if node.data is not None else "")

    def _load(self, node: TreeNode[Row | None], rows: list[Row], opened: set[str], room: list[int]) -> None:
        """Add the rows of a directory, and those of directories that are to be open: the ones that were, and
        as long as there is room those with changes or matches, too.
        """
        room[0] -= len(rows)
        for row in rows[:_MOST_ROWS]:
            inner = row.kind == "dir" and (self.view.aggregated or row.touched or row.change == "D")
            child = node.add(label(row), row, allow_expand=inner)
            tells = row.touched or bool(self.view.pattern)
            if not inner or not (row.path in opened or (tells and room[0] > 0)):
                continue
            below = self._rows(child)
            if row.path in opened or len(below) <= room[0]:
                self._load(child, below, opened, room)
                child.expand()
        if len(rows) > _MOST_ROWS:
            node.add_leaf(Text(f"… and {len(rows) - _MOST_ROWS:,} more: / narrows them down", "italic"))


def label(row: Row) -> Text:
    """A row of the tree: sign and colour of the change, name, size."""
    color = COLORS.get(row.change, "")
    name = safe(row.name) + ("/" if row.kind == "dir" else "")
    if row.target:
        name += f" -> {safe(row.target)}"
    text = Text(f"{SIGNS[row.change]} {name}", color or ("bold" if row.touched else ""), no_wrap=True)
    if row.kind in ("file", "hardlink") or row.size:
        text.append(f"  {human_size(row.size)}", "dim")
    return text


class PageLines(ScrollView, can_focus=True):
    """The lines of a page; only those that are seen are drawn."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        width = max((cell_len(line.text) for line in page.lines), default=0)
        self.virtual_size = Size(width, len(page.lines))

    def on_mount(self) -> None:
        """Begin where the page wants it."""
        if self.page.focus:
            self.call_after_refresh(self.scroll_to, y=max(0, self.page.focus - 3), animate=False)

    def render_line(self, y: int) -> Strip:
        """One line of the window."""
        left, top = self.scroll_offset
        width = self.size.width
        index = top + y
        if index >= len(self.page.lines):
            return Strip.blank(width, self.rich_style)
        line = self.page.lines[index]
        style = self.rich_style + Style.parse(_LINES.get(line.sort, ""))
        strip = Strip([Segment(line.text, style)], cell_len(line.text))
        return strip.crop_extend(left, left + width, self.rich_style)
