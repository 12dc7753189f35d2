"""`optout` and `consent`: what a customer has said about being written to."""

import click

from engine.commands.opening import by, opened, release_of
from engine.commands.options import as_option, json_option
from engine.people.consents import Consent, give, withdraw
from engine.people.optouts import Lift, lift
from engine.people.refusals import Refusal, refuse_messages
from engine.projects.names import known_channel, known_policy
from engine.reasons import BY_COMMAND
from engine.storage.customers import customer_number
from engine.storage.symbols import load_symbols
from engine.terminal import print_json, talk
from engine.wording import say, say_number

_channel = click.option("--channel", metavar="C", help="One channel; else every one.")
_because = click.option("--because", metavar="TEXT", help="Where it was said, or why.")


@click.command("optout")
@click.argument("identity", metavar="ID")
@_channel
@click.option("--lift", "lifting", is_flag=True, help="The customer wants messages again.")
@_because
@as_option
@json_option
def optout_command(
    identity: str,
    channel: str | None,
    because: str | None,
    actor: str | None,
    *,
    lifting: bool,
    as_json: bool,
) -> None:
    """Record that a customer wants no more messages. What waits is taken back at once.

    It holds for every record of theirs: whoever has the same number or address.
    """
    taken, done = 0, True
    with opened() as project:
        known_channel(project.config, channel)
        model, who = release_of(project).model, by(project, actor)
        with project.store.write() as connection:
            if lifting:
                customer, symbols = customer_number(connection, identity), load_symbols(connection)
                done = lift(connection, symbols, Lift(customer, channel, because), who)
            else:
                said = Refusal(identity, channel, BY_COMMAND(), because)
                taken = refuse_messages(connection, project.config, model, said, who)
    if as_json:
        print_json({"id": identity, "channel": channel, "lifted": lifting and done, "cancelled": taken})
    elif lifting:
        talk(say("lifted") if done else say("there was no such opt-out"))
    else:
        talk(
            say_number(
                "recorded; {n} waiting message taken back",
                "recorded; {n} waiting messages taken back",
                n=taken,
            )
        )


@click.command("consent")
@click.argument("identity", metavar="ID")
@click.option("--policy", metavar="P", help="One purpose; else every one.")
@_channel
@click.option("--withdraw", "withdrawing", is_flag=True, help="The customer takes it back.")
@_because
@as_option
@json_option
def consent_command(
    identity: str,
    policy: str | None,
    channel: str | None,
    because: str | None,
    actor: str | None,
    *,
    withdrawing: bool,
    as_json: bool,
) -> None:
    """Record that a customer agrees to be written to, for a purpose and by a channel."""
    with opened() as project:
        known_channel(project.config, channel)
        known_policy(release_of(project).model, policy)
        who = by(project, actor)
        with project.store.write() as connection:
            customer, symbols = customer_number(connection, identity), load_symbols(connection)
            said = Consent(customer, policy, channel, who.now, because or BY_COMMAND())
            record = withdraw if withdrawing else give
            done = record(connection, symbols, said, who)
    if as_json:
        print_json(
            {"id": identity, "policy": policy, "channel": channel, "given": not withdrawing, "changed": done}
        )
    else:
        talk(say("recorded") if done else say("nothing to record: it was so already"))
