"""Which part may know which: tui -> engine -> dsl, and libraries only where they belong.

`make layers` checks the layers with import-linter too, through every chain of imports; these say at once which file
and which import it is.
"""

import pytest

from tests.sources import LAYERS, modules

HOMES = {
    "pysqlite3": ("engine/storage/sqlite.py", "engine/storage/copies.py"),
    "sqlite3": (),
    "sqlalchemy": ("engine/",),
    "sqlite_utils": ("engine/",),
    "lark": ("dsl/",),
    "jinja2": ("dsl/texts/templates.py", "engine/"),
    "click": ("engine/cli.py", "engine/terminal.py", "engine/commands/"),
    "rich": ("engine/terminal.py", "tui/"),
    "textual": ("tui/",),
    "holidays": ("engine/calendars/business_days.py",),
    "httptools": ("engine/channels/http/connection.py",),
    "uvloop": ("engine/channels/event_loop.py",),
    "apprise": ("engine/channels/apprise.py",),
    "aiosmtplib": ("engine/channels/smtp/connection.py",),
    "aiohttp": ("tui/web.py",),
    "aiohttp_jinja2": ("tui/web.py",),
    "textual_serve": ("tui/web.py",),
    "prometheus_client": ("engine/web/figures.py",),
    "starlette": ("engine/web/",),
    "uvicorn": ("engine/web/server.py",),
    "openpyxl": ("engine/imports/spreadsheets.py",),
}
"""Where a library may be imported: files, or folders with everything in them."""


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_what_lies_below_it(layer: str) -> None:
    """Neither dsl imports engine or tui nor engine tui, and nothing imports tests or benchmarks."""
    forbidden = {*LAYERS[LAYERS.index(layer) + 1 :], "tests", "benchmarks"}
    wrong = [
        f"{module.name} imports {name}"
        for module in modules(layer)
        for name in module.imports()
        if name.split(".")[0] in forbidden
    ]
    assert not wrong


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_only_where_it_belongs(library: str) -> None:
    """One place opens the database, one knows public holidays, one reads spreadsheets; rules know no database."""
    wrong = [
        module.name
        for module in modules(*LAYERS)
        if any(name.split(".")[0] == library for name in module.imports())
        and not module.name.startswith(HOMES[library])
    ]
    assert not wrong
