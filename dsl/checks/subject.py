"""What a check looks at."""

from dataclasses import dataclass

from dsl.context import Context
from dsl.model.model import Model
from dsl.names.catalog import Catalog
from dsl.tree.statements import File


@dataclass(frozen=True, slots=True)
class Subject:
    """A rule set in all its forms. While there are errors `model` is a draft without the parts reported.

    `used` holds the audiences and values that some expression names.
    """

    files: tuple[File, ...]
    catalog: Catalog
    context: Context
    model: Model
    used: frozenset[str]
