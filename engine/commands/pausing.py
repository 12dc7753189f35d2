"""`pause` and `resume`: stop sending, all of it or a part, and go on."""

import click

from dsl.wording import Phrase
from engine.commands.opening import by, opened, release_of
from engine.commands.options import as_option, json_option
from engine.delivery.pausing import Pause, What, go_on, pauses, stop
from engine.errors import UsageError
from engine.projects.leading import trust_clock
from engine.projects.links import follow_links
from engine.projects.names import known_channel, known_journey, known_message
from engine.projects.project import Project
from engine.projects.virtual_time import last_run_at
from engine.storage.audit import By, Deed, record
from engine.terminal import print_json, print_text, talk
from engine.views.pauses import pause_said
from engine.wording import say

_channel = click.option("--channel", metavar="C", help="What leaves by a channel.")
_journey = click.option("--journey", metavar="J", help="What a journey sends.")
_message = click.option("--message", metavar="M", help="A message, whoever sends it.")
_because = click.option("--because", metavar="TEXT", help="Why.")


@click.command("pause")
@_channel
@_journey
@_message
@click.option(
    "--links", is_flag=True, help="Messages with a link that answers with an error, or leads elsewhere."
)
@_because
@as_option
@json_option
def pause_command(
    channel: str | None,
    journey: str | None,
    message: str | None,
    because: str | None,
    actor: str | None,
    *,
    links: bool,
    as_json: bool,
) -> int:
    """Stop sending, all of it or a part. Customers go on through their journeys; nothing of it leaves."""
    if links and any((channel, journey, message, because)):
        raise UsageError(say("`--links` goes alone"))
    with opened() as project:
        if links:
            return _pause_links(project, by(project, actor), as_json=as_json)
        what, name = _asked(project, channel, journey, message)
        with project.store.write() as connection:
            new = stop(connection, what, name, by(project, actor), because)
        _tell(project, say("paused") if new else say("it was paused already"), as_json=as_json)
    return 0


def _pause_links(project: Project, who: By, *, as_json: bool) -> int:
    """Follow the links of the rules in force. Exit 1 when a message must wait."""
    found = follow_links(release_of(project).model, project.config).found
    with project.store.write() as connection:
        for one in found:
            stop(connection, "message", one.message, who, str(one.because))
    _tell(project, say("paused") if found else say("all links lead where they should"), as_json=as_json)
    return 1 if found else 0


@click.command("resume")
@_channel
@_journey
@_message
@click.option("--clock", is_flag=True, help="The machine's clock is right: `homing serve` may act upon it.")
@as_option
@json_option
def resume_command(
    channel: str | None,
    journey: str | None,
    message: str | None,
    actor: str | None,
    *,
    clock: bool,
    as_json: bool,
) -> None:
    """Go on sending. Each message that waited is put to the rules again before it leaves."""
    if clock and any((channel, journey, message)):
        raise UsageError(say("`--clock` goes alone"), say("call the command once for each"))
    with opened() as project:
        if clock:
            _trust_clock(project, by(project, actor), as_json=as_json)
            return
        what, name = _asked(project, channel, journey, message)
        with project.store.write() as connection:
            was = go_on(connection, what, name, by(project, actor))
        _tell(
            project, say("it goes on with the next run") if was else say("it was not paused"), as_json=as_json
        )


def _trust_clock(project: Project, who: By, *, as_json: bool) -> None:
    """Somebody has looked at the clock."""
    with project.store.write() as connection:
        trust_clock(connection, who.now)
        record(connection, who, Deed("trust clock"))
        last = last_run_at(connection)
    at = project.config.zone.iso(who.now)
    if as_json:
        print_json({"clock": at})
        return
    talk(say("the clock is right: it is {at}", at=at))
    if last is not None and last > who.now:
        talk(say("no run will be before the last one, {last}", last=project.config.zone.iso(last)))


def _asked(
    project: Project, channel: str | None, journey: str | None, message: str | None
) -> tuple[What, str]:
    """What is meant, by a name that there is; without any, everything."""
    given: list[tuple[What, str | None]] = [("channel", channel), ("journey", journey), ("message", message)]
    named = [(what, name) for what, name in given if name is not None]
    if len(named) > 1:
        raise UsageError(
            say("name one: a channel, a journey or a message"), say("call the command once for each")
        )
    known_channel(project.config, channel)
    if journey is not None or message is not None:
        model = release_of(project).model
        known_journey(model, journey)
        known_message(model, message)
    return named[0] if named else ("all", "")


def _tell(project: Project, what_happened: Phrase, *, as_json: bool) -> None:
    """What happened, and all that is paused now."""
    with project.store.read() as connection:
        found = pauses(connection)
    if as_json:
        print_json({"paused": [_as_json(project, item) for item in found]})
        return
    talk(what_happened)
    for item in found:
        print_text(pause_said(item, project.config.zone))


def _as_json(project: Project, item: Pause) -> dict[str, object]:
    since = project.config.zone.iso(item.since)
    plain = {"what": item.what, "name": item.name, "since": since, "by": item.by, "because": item.because}
    return plain | ({"released": list(item.released)} if item.what == "quarantine" else {})
