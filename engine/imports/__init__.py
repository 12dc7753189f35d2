"""Files that people import: read, matched to what is declared, converted, and taken batch by batch.

Every row is accounted for: added, changed, unchanged, or rejected with its reason. Each batch is one transaction and
taking it twice changes nothing, so an import that was killed is simply run again.
"""

from engine.imports.importing import ImportResult, Request, import_file

__all__ = ["ImportResult", "Request", "import_file"]
