"""All builders of the tree, by rule name or alias of `grammar.lark`. Knows nothing of how rules are recognised."""

from collections.abc import Mapping

from dsl.build_expressions import EXPRESSIONS
from dsl.build_journeys import JOURNEYS
from dsl.build_scenarios import SCENARIOS
from dsl.build_statements import STATEMENTS
from dsl.grammar import Builder

BUILDERS: Mapping[str, Builder] = {**STATEMENTS, **EXPRESSIONS, **JOURNEYS, **SCENARIOS}
