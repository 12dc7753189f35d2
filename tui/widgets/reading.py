"""Reading on in what is longer than its place on the screen: nearly a page at once, in every room and dialog."""

from textual.widget import Widget


def read_on(page: Widget, step: int) -> None:
    """Scroll a page on (1) or back (-1); a line of what was read stays in sight."""
    page.scroll_relative(y=step * max(1, page.size.height - 1), animate=False)
