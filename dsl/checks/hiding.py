"""Names that another one hides: they can be declared, but never reached where both are known."""

from collections.abc import Iterable, Iterator

from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.tree.expressions import Name
from dsl.tree.statements import CustomerDecl
from dsl.wording import Phrase, say


def check_hiding(subject: Subject) -> Iterator[Diagnostic]:
    """`duplicate-name` as a warning: names of two kinds that stand in the same places."""
    catalog = subject.catalog
    attributes = {name.text: name for name in _attributes(subject)}
    audiences = [item.name for item in catalog.audiences.values()]
    values = [item.name for item in catalog.values.values()]
    yield from _hidden(audiences, attributes, say("audience"), say("attribute"))
    yield from _hidden(values, attributes, say("value"), say("attribute"))
    yield from _hidden(values, {name.text: name for name in audiences}, say("value"), say("audience"))


def _attributes(subject: Subject) -> Iterator[Name]:
    for file in subject.files:
        for statement in file.statements:
            if isinstance(statement, CustomerDecl):
                yield from (field.name for field in statement.fields)


def _hidden(
    names: Iterable[Name], hiding: dict[str, Name], kind: Phrase, other: Phrase
) -> Iterator[Diagnostic]:
    for name in names:
        if name.text in hiding:
            message = say("The {other} `{name}` hides this {kind}.", other=other, name=name.text, kind=kind)
            hint = say("Give one of the two another name.")
            yield Diagnostic("duplicate-name", "warning", name.span, message, hint, (hiding[name.text].span,))
