"""`homing fmt`: the canonical form of a rule file. Knows nothing of meaning: it prints what the tree says.

The tree parsed from what is printed equals the tree printed, comments stay, printing twice changes nothing.
"""

from dsl.printing import expressions as printer_expressions
from dsl.printing import journeys as printer_journeys
from dsl.printing import scenarios as printer_scenarios
from dsl.printing import statements as printer_statements
from dsl.printing import words as printer_words
from dsl.printing.layout import Item, doc, flat
from dsl.printing.sheet import Sheet
from dsl.tree.expressions import Expr, Node
from dsl.tree.statements import File

_KINDS = (printer_words, printer_expressions, printer_statements, printer_journeys, printer_scenarios)
"""The modules that know how to write each kind of nodes; importing them teaches `doc`."""


def print_file(file: File) -> str:
    """The canonical form of a file, with its comments and at most one empty line where it had some."""
    sheet = Sheet(file.source, file.comments)
    sheet.write(Item(doc(statement), statement.span, apart=True) for statement in file.statements)
    return sheet.text()


def print_node(node: Node) -> str:
    """One node as rules write it; an expression on one line."""
    if isinstance(node, Expr):
        return flat(doc(node))
    sheet = Sheet()
    sheet.write([Item(doc(node))])
    return sheet.text().removesuffix("\n")
