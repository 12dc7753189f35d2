"""All builders of the tree, by rule name or alias of `grammar.lark`. Knows nothing of how rules are recognised."""

from collections.abc import Mapping

from dsl.syntax.build_expressions import EXPRESSIONS
from dsl.syntax.build_journeys import JOURNEYS
from dsl.syntax.build_scenarios import SCENARIOS
from dsl.syntax.build_statements import STATEMENTS
from dsl.syntax.grammar import Builder

BUILDERS: Mapping[str, Builder] = {**STATEMENTS, **EXPRESSIONS, **JOURNEYS, **SCENARIOS}
