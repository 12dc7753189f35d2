"""`queue`: what waits for a person, and what they decide."""

from collections.abc import Callable
from typing import Any, TextIO

import click
import sqlalchemy as sa

from dsl.wording import Phrase
from engine.commands.many import Many, decide_beforehand, decide_on_many, tell_onward, waits_for
from engine.commands.opening import by, opened, practice_of
from engine.commands.options import ListByDefault, after_option, as_option, json_option, limit_option
from engine.errors import RefusedError, UsageError
from engine.people.decisions import Note, approve, refuse
from engine.people.doubts import send_anew, was_sent
from engine.people.edits import Edited, Study, Writing, edit_text
from engine.people.practice import Practice
from engine.people.reviews import Decision, ask_again, decide, is_review_id
from engine.people.undoing import undo
from engine.projects.names import known_channel, known_role
from engine.projects.releases import current_release
from engine.storage.audit import By
from engine.storage.keys import Intent, intent_of
from engine.storage.symbols import load_symbols
from engine.terminal import cell, print_json, print_json_list, print_table, talk
from engine.views.held import DIGEST, Item, Page, item, queue
from engine.views.kinds import BENEFIT, KINDS, REPLY
from engine.views.preapproved import preapproved, preapproved_said
from engine.views.reviews import reply_item
from engine.views.window import look
from engine.wording import all_of, say, say_number

_COLUMNS = (
    say("id"),
    say("kind"),
    say("customer"),
    say("journey"),
    say("what"),
    say("since"),
    say("role"),
    say("because"),
)
Act = Callable[[sa.Connection, Intent, By, Practice], str | None]

_ids = click.argument("ids", nargs=-1, required=True, metavar="ID…")
_some_ids = click.argument("ids", nargs=-1, metavar="[ID…]")
_of_message = click.option("--message", metavar="M", help="All that are held of this message.")
_of_journey = click.option("--journey", metavar="J", help="All that are held of this journey.")
_of_benefit = click.option("--benefit", metavar="B", help="All that are held of this benefit.")
_all = click.option("--all", "everything", is_flag=True, help="All messages and benefits that are held.")
_yes = click.option("--yes", "sure", is_flag=True, help="Do not ask.")
_because = click.option("--because", metavar="TEXT", help="Why, for the trail.")


@click.group("queue", cls=ListByDefault)
def queue_command() -> None:
    """List what waits for a person, and decide."""


@queue_command.command("list")
@click.option("--kind", type=click.Choice([*KINDS.values(), BENEFIT, REPLY]), help="Only these.")
@click.option("--role", metavar="ROLE", help="Only what this role may decide.")
@limit_option
@after_option
@json_option
def list_command(
    kind: str | None, role: str | None, limit: int | None, after: str | None, *, as_json: bool
) -> None:
    """List messages that are held, messages in doubt and replies, the oldest first."""
    with opened() as project, project.store.read() as connection:
        window = look(connection, project.config)
        known_role(window.model, role)
        found = queue(window, kind, None if role is None else frozenset({role}), Page(limit, after))
        if as_json:
            print_json_list(found)
            return
        print_table(_COLUMNS, ([_cell(one, name) for name in _COLUMNS] for one in found))
        for one in preapproved(window):
            talk(preapproved_said(one))


def _cell(one: Item, name: str) -> object:
    """With who still must decide, who has."""
    signed = one.get("approved_for") if name == "role" else None
    return say("{role}; {others} has approved", role=one["role"], others=signed) if signed else one[name]


@queue_command.command("show")
@_ids
@json_option
def show_command(ids: tuple[str, ...], *, as_json: bool) -> None:
    """Show them with their whole text."""
    with opened() as project, project.store.read() as connection:
        window = look(connection, project.config)
        found = []
        for text in ids:
            one = reply_item(window, text) if is_review_id(text) else item(window, intent_of(text))
            if one is None:
                raise RefusedError(
                    say("{id} waits for nobody", id=text), say("`homing queue` lists what does")
                )
            found.append(one)
    if as_json:
        print_json(found)
        return
    for place, one in enumerate(found):
        if place:
            click.echo()
        print_table(("", ""), [(name, cell(value)) for name, value in one.items() if value is not None])


@queue_command.command("approve")
@_some_ids
@_of_message
@_of_benefit
@_of_journey
@_all
@_yes
@click.option(
    "--next", "count", type=int, metavar="N", help="The next N of --message, before they are there."
)
@click.option("--seen", metavar="DIGEST", help="Only with the text that `show` told under this digest.")
@_because
@as_option
@json_option
def approve_command(
    ids: tuple[str, ...],
    actor: str | None,
    *,
    count: int | None,
    seen: str | None,
    because: str | None,
    as_json: bool,
    **chosen: Any,
) -> int:
    """Let held messages go, with the text that they have now, when the other rules do."""
    many = _many(ids, chosen)
    if count is not None:
        _approve_beforehand(many, count, because, actor, as_json=as_json)
        return 0
    if many.named:
        with opened() as project:
            return decide_on_many(project, many, "approved", actor, because=because, as_json=as_json)
    note = Note(because, seen)
    left = _each(ids, actor, lambda c, intent, who, practice: approve(c, intent, who, note, practice))
    onward = {intent: role for intent, role in left.items() if role is not None}
    if as_json:
        print_json([{"id": one.id, "decided": "approved"} | waits_for(onward, one) for one in left])
    else:
        talk(say_number("{n} approved", "{n} approved", n=len(left)))
        tell_onward(onward)
    return 0


@queue_command.command("refuse")
@_some_ids
@_of_message
@_of_benefit
@_of_journey
@_all
@_yes
@_because
@as_option
@json_option
def refuse_command(
    ids: tuple[str, ...], actor: str | None, *, because: str | None, as_json: bool, **chosen: Any
) -> int:
    """Let held messages never go."""
    many = _many(ids, chosen)
    if many.named:
        with opened() as project:
            return decide_on_many(project, many, "refused", actor, because=because, as_json=as_json)
    done = _each(ids, actor, lambda c, intent, who, practice: refuse(c, intent, who, because, practice))
    _told(ids, "refused", say_number("{n} refused", "{n} refused", n=len(done)), as_json=as_json)
    return 0


@queue_command.command("undo")
@_ids
@_because
@as_option
@json_option
def undo_command(ids: tuple[str, ...], actor: str | None, *, because: str | None, as_json: bool) -> None:
    """Take back what was decided or written, or said of doubts and replies, as long as nothing has come of it."""
    unique = dict.fromkeys(ids)
    with opened() as project:
        who, practice = by(project, actor), practice_of(project)
        with project.store.write() as connection:
            for one in unique:
                if is_review_id(one):
                    ask_again(connection, one, who, because, practice)
                else:
                    undo(connection, intent_of(one), who, because, practice)
    _told(ids, "undone", say_number("{n} undone", "{n} undone", n=len(unique)), as_json=as_json)


def _many(ids: tuple[str, ...], chosen: dict[str, Any]) -> Many:
    many = Many(**chosen)
    if bool(ids) == many.named:
        raise UsageError(say("say which: their ids, or one of --message, --benefit, --journey and --all"))
    return many


def _approve_beforehand(
    many: Many, count: int, because: str | None, actor: str | None, *, as_json: bool
) -> None:
    if many.message is None or many.journey or many.benefit or many.everything:
        raise UsageError(say("--next needs --message, and nothing else"))
    with opened() as project:
        left = decide_beforehand(project, many.message, count, because, actor)
    if as_json:
        others = {} if left is None else {"waits_for": left}
        print_json({"message": many.message, "preapproved": count} | others)
    elif left is not None:
        talk(
            say(
                "approved beforehand; `{role}` must as well, then they are let go without being held",
                role=left,
            )
        )
    else:
        talk(
            say_number(
                "the next {n:,} message `{message}` is let go without being held",
                "the next {n:,} messages `{message}` are let go without being held",
                n=count,
                message=many.message,
            )
        )


@queue_command.command("edit")
@click.argument("text_id", metavar="ID")
@click.option("--text", metavar="TEXT", help="What it is to say.")
@click.option("--file", "file", type=click.File(encoding="utf-8"), help="A file that says it; `-` is stdin.")
@click.option("--subject", metavar="TEXT", help="Another subject; else the one that it has.")
@click.option("--channel", metavar="C", help="If it goes by this channel; else by the one that it has.")
@_because
@as_option
@json_option
def edit_command(
    text_id: str,
    actor: str | None,
    *,
    text: str | None,
    file: TextIO | None,
    subject: str | None,
    channel: str | None,
    because: str | None,
    as_json: bool,
) -> None:
    """Let a message say something else. An approval is void; somebody must approve the new text."""
    if (text is None) == (file is None):
        raise UsageError(say("say what it is to say: --text or --file"))
    writing = Writing(_read(file) if text is None else text, subject, channel, because)
    with opened() as project:
        known_channel(project.config, channel)
        who = by(project, actor)
        with project.store.write() as connection:
            model = current_release(connection, project.config).model
            study = Study(connection, model, load_symbols(connection), practice_of(project))
            edited = edit_text(study, intent_of(text_id), writing, who)
    _tell_edited(text_id, edited, as_json=as_json)


def _read(file: TextIO | None) -> str:
    try:
        return "" if file is None else file.read()
    except UnicodeDecodeError as error:
        raise UsageError(say("the file is not in UTF-8")) from error


def _tell_edited(text_id: str, edited: Edited, *, as_json: bool) -> None:
    if as_json:
        shown = edited._asdict() | {"digest": edited.digest[:DIGEST]}
        print_json({"id": text_id, "decided": "edited", **shown})
        return
    talk(
        say("{id} says that now via {channel}; somebody must approve it", id=text_id, channel=edited.channel)
    )
    if edited.leftovers:
        talk(say("nothing is filled in any more: {parts}", parts=all_of(edited.leftovers)))
    if edited.segments is not None:
        talk(
            say_number(
                "{length} characters, {n} segment",
                "{length} characters, {n} segments",
                n=edited.segments,
                length=edited.length,
            )
        )


@queue_command.command("resolve")
@_ids
@click.option("--sent", is_flag=True, help="It arrived, or the gateway says that it has it.")
@click.option("--anew", is_flag=True, help="It never came in: send it once more, if the rules let it.")
@click.option("--optout", "of_reply", flag_value="optout", help="The reply wants no more messages.")
@click.option("--no-optout", "of_reply", flag_value="no optout", help="The reply means something else.")
@click.option("--done", "of_reply", flag_value="done", help="The reply has been seen to.")
@_because
@as_option
@json_option
def resolve_command(
    ids: tuple[str, ...],
    of_reply: Decision | None,
    because: str | None,
    actor: str | None,
    *,
    sent: bool,
    anew: bool,
    as_json: bool,
) -> None:
    """Say what became of messages in doubt, by evidence (`--because` says which), or what replies mean."""
    replies = [is_review_id(one) for one in ids]
    if any(replies) or of_reply:
        if sent or anew or of_reply is None or not all(replies):
            raise UsageError(say("say of replies what they mean: --optout, --no-optout or --done"))
        _resolve_replies(ids, of_reply, because, actor)
        _told(ids, of_reply, say_number("{n} resolved", "{n} resolved", n=len(set(ids))), as_json=as_json)
        return
    if sent == anew:
        raise UsageError(say("say what became of it: --sent or --anew"))
    if not because:
        raise UsageError(say("say how you know it: --because"))
    act, reason = was_sent if sent else send_anew, because
    done = _each(ids, actor, lambda c, intent, who, practice: act(c, intent, who, reason, practice))
    words = say_number("{n} resolved", "{n} resolved", n=len(done))
    _told(ids, "sent" if sent else "anew", words, as_json=as_json)


def _resolve_replies(
    ids: tuple[str, ...], decision: Decision, because: str | None, actor: str | None
) -> None:
    """All or none."""
    with opened() as project:
        who = by(project, actor)
        with project.store.write() as connection:
            for one in dict.fromkeys(ids):
                decide(connection, one, decision, who, because)


def _each(ids: tuple[str, ...], actor: str | None, act: Act) -> dict[Intent, str | None]:
    """All or none; what came of each."""
    intents = dict.fromkeys(map(intent_of, ids))
    with opened() as project:
        who, practice = by(project, actor), practice_of(project)
        with project.store.write() as connection:
            return {intent: act(connection, intent, who, practice) for intent in intents}


def _told(ids: tuple[str, ...], decided: str, words: Phrase, *, as_json: bool) -> None:
    if as_json:
        print_json([{"id": one, "decided": decided} for one in dict.fromkeys(ids)])
    else:
        talk(words)
