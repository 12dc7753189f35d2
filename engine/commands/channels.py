"""`channels`: the ways out of a project, listed and tried. Opens no database."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import click

from dsl.wording import Phrase
from engine.channels.building import build_channel
from engine.channels.protocol import (
    Accepted,
    Channel,
    ChannelSettingsError,
    Exchange,
    Kind,
    NotSent,
    Outcome,
    Outgoing,
    Rejected,
    Reporter,
    Tryable,
    Unknown,
    Witness,
)
from engine.commands.options import ListByDefault, json_option, named_project, real_time
from engine.config import FILE_NAME, Config, load_config
from engine.projects.folder import project_folder
from engine.projects.names import known_channel
from engine.reasons import Reason, read_back, reason
from engine.terminal import print_json, print_table, print_text, talk, words
from engine.wording import all_of, say, say_number

_COLUMNS = (
    say("name"), say("kind"), say("rate"), say("remembers"), say("can be asked"), say("reports"), say("problem"),
)  # fmt: skip
_KINDS: dict[Kind, Phrase] = {"receipts": say("receipts"), "replies": say("replies")}
_KEY_BYTES = 13  # 26 characters, as keys have


@click.group("channels", cls=ListByDefault)
def channels_command() -> None:
    """List the channels of the project, and try one."""


@channels_command.command("list")
@json_option
def list_command(*, as_json: bool) -> int:
    """List the channels, and what is wrong with their tables."""
    folder, config = _project()
    found = list(_described(config, folder))
    if as_json:
        print_json(found)
    else:
        print_table(_COLUMNS, map(_row, found))
    return 1 if any(item["problem"] for item in found) else 0


@channels_command.command("test")
@click.argument("name", metavar="NAME")
@click.option(
    "--to", "address", metavar="ADDRESS", required=True, help="Where it goes, such as +8613800000001."
)
@click.option("--text", metavar="TEXT", help="What it says.")
@click.option("--subject", metavar="TEXT", help="Its subject, for letters.")
@json_option
def test_command(name: str, address: str, text: str | None, subject: str | None, *, as_json: bool) -> int:
    """Send one real message, and show request, answer and verdict; secrets are masked."""
    folder, config = _project()
    known_channel(config, name)
    channel = build_channel(config.channels[name], folder)
    key = secrets.token_hex(_KEY_BYTES).upper()
    said = words(say("This is a test.")) if text is None else text
    at = config.zone.iso(real_time())
    talk(say("sending a real message to {address} via {channel}", address=address, channel=name))
    try:
        exchange = _tried(channel, Outgoing(key, f"{key}.1", name, "test", address, subject, said, at))
        reports = _reports(channel)
    finally:
        channel.close()
    if as_json:
        print_json(_as_json(name, exchange) | {"reports": reports})
    else:
        _show(exchange)
        for kind, how in reports.items():
            print_text(_SAID[how](kind=_KINDS[kind]))
    return 0 if isinstance(exchange.outcome, Accepted) else 1


def _project() -> tuple[Path, Config]:
    folder = project_folder(named_project(), Path.cwd())
    return folder, load_config(folder / FILE_NAME)


def _described(config: Config, folder: Path) -> Iterator[dict[str, Any]]:
    for name, table in config.channels.items():
        item: dict[str, Any] = {"name": name, "kind": table.kind, "rate": None, "remembers": None}
        item |= {"can_be_asked": False, "reports": [], "problem": None, "hint": None}
        try:
            channel = build_channel(table, folder)
        except ChannelSettingsError as error:
            item |= {"problem": error.message, "hint": error.hint or None}
        else:
            known = channel.capabilities
            item |= {"rate": known.rate, "remembers": known.remembers // 1000 or None}
            item["can_be_asked"] = isinstance(channel, Witness)
            item["reports"] = sorted(channel.reports) if isinstance(channel, Reporter) else []
            channel.close()
        yield item


def _row(item: dict[str, Any]) -> list[object]:
    """A channel as a row of _COLUMNS."""
    reports = say("{names}", names=all_of(_KINDS[kind] for kind in item["reports"]))
    *told, problem, hint = (item | {"reports": reports}).values()
    return [*told, say("{problem}; {hint}", problem=problem, hint=hint) if hint else problem]


def _tried(channel: Channel, message: Outgoing) -> Exchange:
    """What was said and heard, where the channel tells; else only what became of it."""
    try:
        if isinstance(channel, Tryable):
            return channel.exchange(message)
        (outcome,) = channel.send([message], lambda: True)
    except Exception as error:  # noqa: BLE001  # as in a delivery: whatever happened, it may have left
        return Exchange("", "", Unknown(f"{type(error).__name__}: {error}"))
    return Exchange("", "", outcome)


How = Literal["fetched", "pushed"]

_SAID: dict[How, Reason] = {
    "fetched": reason("{kind}: `homing run` fetches them"),
    "pushed": reason("{kind}: taken when the gateway pushes them"),
}


def _reports(channel: Channel) -> dict[Kind, How]:
    """What the gateway tells later, and how that comes."""
    if not isinstance(channel, Reporter):
        return {}
    return {kind: "fetched" if kind in channel.fetched else "pushed" for kind in sorted(channel.reports)}


def _as_json(name: str, exchange: Exchange) -> dict[str, Any]:
    outcome = exchange.outcome
    return {
        "channel": name,
        "verdict": _VERDICTS[type(outcome)],
        "reference": outcome.reference if isinstance(outcome, Accepted) else None,
        "because": None if isinstance(outcome, Accepted) else str(outcome.because),
        "opted_out": isinstance(outcome, Rejected) and outcome.opted_out,
        "slower": isinstance(outcome, NotSent) and outcome.slower,
        "after": outcome.after if isinstance(outcome, NotSent) else None,
        "request": exchange.request or None,
        "answer": exchange.answer or None,
    }


_VERDICTS: dict[type[Outcome], str] = {
    Accepted: "accepted",
    NotSent: "not_sent",
    Rejected: "rejected",
    Unknown: "unknown",
}


def _show(exchange: Exchange) -> None:
    for title, text in ((say("request"), exchange.request), (say("answer"), exchange.answer)):
        if text:
            print_text(say("{title}:\n{text}", title=title, text=_indented(text)))
    print_text(_verdict(exchange.outcome))


def _indented(text: str) -> str:
    return "".join(f"    {line}".rstrip() + "\n" for line in text.rstrip().split("\n"))


def _verdict(outcome: Outcome) -> Phrase:
    match outcome:
        case Accepted(reference=None):
            return say("verdict: accepted")
        case Accepted(reference=reference):
            return say("verdict: accepted, as {reference}", reference=reference)
        case NotSent():
            return _not_sent(outcome, read_back(outcome.because))
        case Rejected(because=because, opted_out=True):
            return say("verdict: rejected, the customer wants no more: {because}", because=read_back(because))
        case Rejected(because=because):
            return say("verdict: rejected for good: {because}", because=read_back(because))
        case Unknown(because=because):
            return say("verdict: unknown, it may have been taken: {because}", because=read_back(because))


def _not_sent(outcome: NotSent, because: str) -> Phrase:
    """With the pause that the gateway asks for, in whole seconds, rounded up."""
    if outcome.after is None:
        if outcome.slower:
            return say("verdict: not sent, the channel slows down: {because}", because=because)
        return say("verdict: not sent, would be tried again: {because}", because=because)
    seconds = -(-outcome.after // 1000)
    if outcome.slower:
        return say_number(
            "verdict: not sent, the channel slows down and would try again after {n} second: {because}",
            "verdict: not sent, the channel slows down and would try again after {n} seconds: {because}",
            n=seconds,
            because=because,
        )
    return say_number(
        "verdict: not sent, would be tried again after {n} second or more: {because}",
        "verdict: not sent, would be tried again after {n} seconds or more: {because}",
        n=seconds,
        because=because,
    )
