"""What people read instead of the names that rules give: one place decides how a name is shown. Knows no store."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dsl.model.journeys import Ask, Journey, Stage, Task
from dsl.model.model import Field, Model
from engine.config import Config
from engine.storage.panels import roles_in
from engine.wording import say, say_as

Key = tuple[str, ...]
"""What something is, and where it is declared; its name comes last."""


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles by what has them. What has none is shown by its name; without any titles, as in JSON, everything is."""

    known: Mapping[Key, str] = field(default_factory=dict, repr=False)

    def of(self, kind: str, name: str | None) -> str:
        """What a journey, message, benefit, policy, event, task or role is called; "" for None."""
        return self._shown(kind, name)

    def state(self, journey: str | None, name: str | None) -> str:
        """A state, its stage before it."""
        return self._shown("state", journey or "", name)

    def end(self, journey: str | None, outcome: str | None) -> str:
        """How a run through a journey ended."""
        return self._shown("end", journey or "", outcome)

    def outcome(self, task: str | None, outcome: str | None) -> str:
        """What came of a task."""
        return self._shown("outcome", task or "", outcome)

    def attribute(self, name: str) -> str:
        """An attribute of the customer."""
        return self._shown("field", "", name)

    def field(self, kind: str, name: str) -> str:
        """A field of an event or a record."""
        return self._shown("field", kind, name)

    def ask(self, task: str, name: str) -> str:
        """What a task asks: as it says, else as the attribute of that name is called."""
        return self.known.get(("ask", task, name)) or self.attribute(name)

    def value(self, name: str, value: object, kind: str = "") -> object:
        """The value of an attribute, or of a field of that kind of event or record: words by their titles."""
        return self._shown("word", kind, name, value) if isinstance(value, str) else value

    def answer(self, task: str, name: str, value: str) -> str:
        """A word that a task asks for."""
        return self.known.get(("answer", task, name, value)) or str(self.value(name, value))

    def roles(self, panel: str | None) -> str:
        """The roles of a panel, all of which must decide; "" for anybody."""
        return " + ".join(self.of("role", role) for role in roles_in(panel))

    def _shown(self, *key: str | None) -> str:
        *place, name = key
        return self.known.get((*map(str, place), str(name)), name or "")


NAMES = Titles()
"""Nothing but names, as JSON has them."""


def titles_of(model: Model, config: Config) -> Titles:
    """All that rules and `[roles]` say."""
    return Titles({key: title for key, title in _all(model, config) if title})


def _all(model: Model, config: Config) -> Iterator[tuple[Key, str]]:
    yield from ((("message", one.name), one.title) for one in model.messages.values())
    yield from ((("benefit", one.name), one.title) for one in model.benefits.values())
    yield from ((("policy", one.name), one.title) for one in model.policies.values())
    yield from ((("audience", name), title) for name, title in model.audience_titles.items())
    yield from ((("channel", name), title) for name, title in _CHANNELS.items())
    for name, title in config.roles.items():
        yield ("role", name), title
    yield from _fields("", model.customer)
    for record in model.records.values():
        yield from _fields(record.name, record.fields)
    for event in model.events.values():
        yield from _fields(event.name, event.fields)
        yield ("event", event.name), _BUILTIN.get(event.name, "") if event.builtin else event.title
    for journey in model.journeys.values():
        yield from _journey(journey)


_CHANNELS = {
    "sms": say_as("channel", "sms"),
    "email": say_as("channel", "email"),
    "wecom": say_as("channel", "wecom"),
    "push": say_as("channel", "push"),
}
"""The well-known ones."""

_BUILTIN = {
    "sent": say("message sent"),
    "delivered": say("message delivered"),
    "failed": say("message failed"),
    "opened": say("message opened"),
    "clicked": say("link opened"),
    "redeemed": say("code redeemed"),
}
"""Events that Homing knows by itself, as far as they are told by name."""


def _fields(owner: str, fields: tuple[Field, ...]) -> Iterator[tuple[Key, str]]:
    for one in fields:
        yield ("field", owner, one.name), one.title
        yield from ((("word", owner, one.name, word), title) for word, title in one.choices.items())


def _journey(journey: Journey) -> Iterator[tuple[Key, str]]:
    name, stages = journey.name, {stage.name: stage for stage in journey.stages}
    yield ("journey", name), journey.title
    yield from ((("end", name, outcome), title) for outcome, title in journey.ends.items())
    for state in journey.states:
        yield ("state", name, state.name), _placed(stages.get(state.stage or ""), state.title)
        for action in state.actions:
            if isinstance(action, Task):
                yield from _task(action)


def _placed(stage: Stage | None, title: str) -> str:
    return title if stage is None else f"{stage.title} · {title}"


def _task(task: Task) -> Iterator[tuple[Key, str]]:
    yield ("task", task.task), task.title
    yield from ((("outcome", task.task, outcome), title) for outcome, title in task.titles.items())
    for ask in task.asks:
        yield from _ask(task.task, ask)


def _ask(task: str, ask: Ask) -> Iterator[tuple[Key, str]]:
    yield ("ask", task, ask.name), ask.title
    yield from ((("answer", task, ask.name, word), title) for word, title in ask.choices.items())
