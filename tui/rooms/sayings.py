"""What a customer may have said about messages to them, and the verb of the engine that puts it down."""

from dataclasses import dataclass
from typing import Literal

from dsl.wording import Phrase
from engine.people.consents import Consent, give, withdraw
from engine.people.optouts import lift
from engine.people.practice import Hand
from engine.people.refusals import Refusal, refuse_messages
from engine.projects.project import Project
from engine.projects.releases import current_release
from engine.reasons import IN_ROOM
from engine.storage.customers import customer_number
from engine.storage.symbols import load_symbols
from tui.rooms.register import Register, Somebody
from tui.wording import say, say_number


@dataclass(frozen=True, slots=True)
class Saying:
    """`what`: the channel or the policy; None: every one. `words`: how it is offered."""

    kind: Literal["refuse", "lift", "give", "withdraw"]
    what: str | None
    words: Phrase


def refusals_of(one: Somebody, register: Register) -> list[Saying]:
    """No more messages, at all or by a channel; or messages again, where there was such an opt-out."""
    refused = {each["channel"] for each in one.facts["optouts"] if not each["lifted"]}
    offered: list[Saying] = []
    for channel in (None, *register.channels):
        what = register.titles.of("channel", channel) or say("every channel")
        if channel in refused:
            offered.append(Saying("lift", channel, say("messages again: {what}", what=what)))
        else:
            offered.append(Saying("refuse", channel, say("no more messages: {what}", what=what)))
    return offered


def consents_of(one: Somebody, register: Register) -> list[Saying]:
    """For every purpose or one: agreed, or taken back where it was agreed."""
    given = {each["policy"] for each in one.facts["consents"] if not each["withdrawn"]}
    offered: list[Saying] = []
    for policy in (None, *register.policies):
        what = register.titles.of("policy", policy) or say("every policy")
        if policy in given or (None in given and policy is not None):
            offered.append(Saying("withdraw", policy, say("agrees no longer: {what}", what=what)))
        if policy not in given:
            offered.append(Saying("give", policy, say("agrees: {what}", what=what)))
    return offered


def said(project: Project, identity: str, saying: Saying, because: str, hand: Hand) -> Phrase:
    """Put it down; what came of it."""
    connection, by = hand.connection, hand.by
    if saying.kind == "refuse":
        model = current_release(connection, project.config).model
        refusal = Refusal(identity, saying.what, IN_ROOM(), because)
        taken = refuse_messages(connection, project.config, model, refusal, by)
        return say_number(
            "put down; {n} waiting message taken back", "put down; {n} waiting messages taken back", n=taken
        )
    number, symbols = customer_number(connection, identity), load_symbols(connection)
    if saying.kind == "lift":
        done = lift(connection, symbols, number, saying.what, by)
    else:
        agreed = Consent(number, saying.what, None, by.now, because)
        done = (give if saying.kind == "give" else withdraw)(connection, symbols, agreed, by)
    return say("put down") if done else say("it was so already")
