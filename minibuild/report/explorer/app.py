"""The explorer on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import App
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import DataTable, Footer, Input, Static, Tree

from minibuild.report.explorer.pages import content_page, difference_page, layer_lines, source_page, status
from minibuild.report.explorer.view import safe
from minibuild.report.explorer.widgets import FileTree, LayerTable, PageLines
from minibuild.report.units import human_size

if TYPE_CHECKING:
    from typing import ClassVar

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from minibuild.report.explorer.pages import Page
    from minibuild.report.explorer.view import Explorer, Row


class PageScreen(ModalScreen[None]):
    """A page above the panes."""

    CSS = """
    PageScreen { align: center middle; }
    PageScreen > Vertical { width: 94%; height: 90%; border: round $accent; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss", "Back"),
        Binding("up,down,pageup,pagedown", "", "Scroll"),
    ]

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page

    def compose(self) -> ComposeResult:
        """The page with its title and the keys."""
        with Vertical() as frame:
            frame.border_title = Text(self.page.title)
            yield PageLines(self.page)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Let the keys scroll."""
        self.query_one(PageLines).focus()


class ExplorerApp(App[None]):
    """Layers on the left, files on the right."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #left { width: 2fr; }
    #right { width: 3fr; border-left: solid $primary; }
    #layers { height: 1fr; }
    #layer { height: auto; max-height: 12; padding: 0 1; border-top: solid $primary; }
    #image { height: 1; padding: 0 1; background: $panel; }
    #filter { height: 1; padding: 0 1; }
    #files { height: 1fr; }
    #status { height: auto; max-height: 2; padding: 0 1; background: $panel; }
    #mode { height: 1; padding: 0 1; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "aggregate", "All files/changes"),
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("d", "difference", "Diff"),
        Binding("s", "source", "Dockerfile"),
        Binding("escape", "leave", "Back", show=False),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(self, view: Explorer) -> None:
        super().__init__()
        self.view = view
        self.title = safe(view.subject.word)

    def compose(self) -> ComposeResult:
        """The panes."""
        with Horizontal():
            with Vertical(id="left"):
                yield LayerTable(self.view)
                yield Static(id="layer", markup=False)
                yield Static(id="image", markup=False)
            with Vertical(id="right"):
                yield Static(id="mode", markup=False)
                yield Input(placeholder="filter: part of a path, or *.conf", id="filter", compact=True)
                yield FileTree(self.view)
                yield Static(id="status", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        """Show the selected layer."""
        self._show_layer()
        self.query_one(FileTree).focus()
        self.call_after_refresh(self._show_image)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Another layer."""
        number = event.cursor_row + 1
        if number != self.view.number:
            self.view.select(number)
            self._show_layer()

    def on_data_table_row_selected(self) -> None:
        """On to its files."""
        self.query_one(FileTree).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Another filter."""
        self.view.narrow(event.value)
        self._show_files()

    def on_input_submitted(self) -> None:
        """The filter is as it is to be."""
        tree = self.query_one(FileTree)
        tree.focus()
        tree.go_to_match()

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Row | None]) -> None:
        """Tell of another path."""
        row = event.node.data
        text = status(self.view, row.path) if row is not None else ""
        self.query_one("#status", Static).update(text)

    def on_tree_node_selected(self, event: Tree.NodeSelected[Row | None]) -> None:
        """Look into a file; directories fold by themselves."""
        row = event.node.data
        if row is not None and row.kind != "dir":
            self.push_screen(PageScreen(content_page(self.view, row.path)))

    def action_aggregate(self) -> None:
        """From the layer's changes to all files, and back."""
        self.view.toggle()
        self._show_files()

    def action_filter(self) -> None:
        """To the filter."""
        self.query_one(Input).focus()

    def action_difference(self) -> None:
        """What the layer changed in the file."""
        path = self.query_one(FileTree).path
        if path:
            self.push_screen(PageScreen(difference_page(self.view, path)))

    def action_source(self) -> None:
        """To the line of the Dockerfile."""
        self.push_screen(PageScreen(source_page(self.view)))

    def action_leave(self) -> None:
        """Out of the filter, which is emptied when one is out of it already."""
        box = self.query_one(Input)
        if self.focused is box:
            self.query_one(FileTree).focus()
        elif box.value:
            box.value = ""

    def _show_image(self) -> None:
        found = self.view.efficiency
        text = f"Efficiency {found.score:.1%}, {human_size(found.wasted)} wasted"
        self.query_one("#image", Static).update(text)

    def _show_layer(self) -> None:
        layer = self.view.layer
        lines = layer_lines(layer) if layer is not None else ["no layers"]
        self.query_one("#layer", Static).update("\n".join(lines))
        self._show_files()

    def _show_files(self) -> None:
        view = self.view
        what = (
            f"all files up to layer {view.number}" if view.aggregated else f"changes of layer {view.number}"
        )
        count = f", {view.matches():,} paths match" if view.pattern else ""
        self.query_one("#mode", Static).update(what[0].upper() + what[1:] + count)
        self.query_one(FileTree).fill()
