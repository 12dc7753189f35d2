"""All fixed tables, whichever file they are in: `metadata` is whole once this is imported."""

from engine.storage import (
    benefit_tables,
    edition_tables,
    flow_tables,
    inbox_tables,
    privacy_tables,
    review_tables,
    search_tables,
    staff_tables,
    web_tables,
)
from engine.storage.schema import metadata

__all__ = [
    "benefit_tables",
    "edition_tables",
    "flow_tables",
    "inbox_tables",
    "metadata",
    "privacy_tables",
    "review_tables",
    "search_tables",
    "staff_tables",
    "web_tables",
]
