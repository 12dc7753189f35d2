"""From the catalog to the model: everything named is resolved, everything typed, every scope flattened.

Mistakes go to the report; the model is then a draft, good enough to look for further mistakes in.
"""

from dataclasses import replace

from dsl.context import Context
from dsl.lowering.benefits import lower_benefits, lower_calendar
from dsl.lowering.journeys import lower_journeys
from dsl.lowering.messages import lower_messages
from dsl.lowering.policies import lower_policies
from dsl.lowering.scenarios import lower_scenarios
from dsl.model.model import Model
from dsl.names.catalog import Catalog
from dsl.report import Report
from dsl.resolve import Definitions, Scope


def lower(catalog: Catalog, context: Context, definitions: Definitions, report: Report) -> Model:
    """The model of a catalog; a draft when the report has errors."""
    scope = Scope(catalog, report, definitions)
    model = Model(
        customer=tuple(catalog.attributes.values()),
        events=catalog.events,
        records=catalog.records,
        audiences={name: definitions.audience(name) for name in catalog.audiences},
        values={name: definitions.value(name) for name in catalog.values},
        messages=lower_messages(catalog, context, report),
        policies=lower_policies(scope),
        calendar=lower_calendar(catalog.calendars, report),
        benefits=lower_benefits(catalog, report),
        journeys=lower_journeys(scope),
        audience_titles={name: one.title for name, one in catalog.audiences.items() if one.title},
    )
    return replace(model, scenarios=lower_scenarios(catalog, model, context, report))
