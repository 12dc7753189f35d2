"""The people of a simulated world: customers who come, change and go, and those who decide about messages."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from engine.delivery.pausing import go_on, stop
from engine.errors import EngineError
from engine.people import decisions, doubts, optouts
from engine.people.edits import Study, Writing, edit_text
from engine.people.suppression import opt_out_known
from engine.safekeeping.erasing import erase_rows
from engine.storage.arrivals import mark_changed, take
from engine.storage.audit import ERASED, Deed
from engine.storage.customers import ensure_customers
from engine.storage.keys import Intent
from engine.storage.states import MessageStatus
from engine.storage.symbols import load_symbols

if TYPE_CHECKING:
    from tests.simulation.world import Row, World


def arrive(world: "World", name: str, tier: str) -> None:
    """A customer is there, for the first time or again."""
    if tier == "vip":
        world.notes.vips.add(name)
    number = int(name.rpartition("-")[2])
    _store(world, name, {"name": "陈晨", "tier": tier, "phone": f"+861380000{number:04}"})


def change(world: "World") -> None:
    """A name, a number or the way to reach somebody changes; or somebody who was erased is back."""
    away = sorted(world.notes.gone.difference(row["id"] for row in world.ask("SELECT id FROM customer")))
    name = world.chance.choice(away or world.names)
    own = int(name.rpartition("-")[2])
    values: dict[str, str | None] = world.chance.choice(
        (
            {"name": world.chance.choice(("陈晨", "陈辰"))},
            {"phone": f"+861380000{world.chance.randrange(10):04}"},
            {"phone": f"+86139{own:04}{world.chance.randrange(3):04}"},
            {"wecom": world.chance.choice((None, "w1"))},
        )
    )
    if _number(world, name) is None:
        arrive(world, name, world.chance.choice(("vip", "regular")))
    _store(world, name, values)
    if "name" in values:
        world.notes.names.setdefault(name, []).append((world.step, str(values["name"])))
    world.note("change", name, values)


def _store(world: "World", name: str, values: dict[str, Any]) -> None:
    """As an import does."""
    table = world.template.plan.tables.customer
    with world.people.write() as connection:
        number = ensure_customers(connection, [name]).numbers[name]
        connection.execute(table.update().where(table.c.customer == number).values(values))
        mark_changed(connection, [number])
        opt_out_known(connection, [number])
    world.notes.numbers[number] = name
    if values.get("phone"):
        world.notes.phones.setdefault(name, set()).add(str(values["phone"]))


def _number(world: "World", name: str) -> int | None:
    """None for those who were erased."""
    found = world.ask("SELECT customer FROM customer WHERE id = ?", name)
    return int(found[0][0]) if found else None


def visit(world: "World") -> None:
    """Somebody comes into the shop."""
    name = world.chance.choice(world.names)
    number = _number(world, name)
    if number is None:
        return
    table = world.template.plan.tables.events["visit"]
    with world.people.write() as connection:
        seq = take(connection, 1)
        connection.execute(table.insert().values(customer=number, at=world.now, seq=seq, digest=seq))
        mark_changed(connection, [number])
    world.notes.visits[number] += 1
    world.note("visit", name)


def opt_out(world: "World") -> None:
    """Somebody wants no more, of one channel or at all; or does again. What was erased stays so."""
    chance = world.chance
    name, channel, lifted = (
        chance.choice(world.names), chance.choice((None, None, "sms")), chance.random() < 0.4,
    )  # fmt: skip
    number = _number(world, name)
    if number is None or (lifted and name in world.notes.gone):
        return
    with world.people.write() as connection:
        symbols = load_symbols(connection)
        if lifted:
            optouts.lift(connection, symbols, optouts.Lift(number, channel), world.by())
        else:
            said = optouts.OptOut(number, name, channel, world.now, "said")
            optouts.opt_out(connection, symbols, said, world.by())
    if lifted:
        world.notes.lifts(name, channel, world.step, world.now)
    else:
        world.notes.opted_out(name, channel, world.step)
    world.note("lift" if lifted else "optout", name, channel)


def erase(world: "World") -> None:
    """Somebody is forgotten: no byte of them is left, and if they come again they hear nothing."""
    name = world.chance.choice(world.names)
    number = _number(world, name)
    hangs = any(row["customer"] == number and row["status"] == MessageStatus.SENDING for row in world.rows())
    if number is None or hangs or not world.erasing:  # while something is on its way `erase` refuses to
        return
    own = _own(world, name, number)
    with world.people.write() as connection:
        erase_rows(connection, number, world.by(), Deed(ERASED, number))
    folded = world.people.scrub(rebuilding=True)
    world.note("erased", name)
    notes = world.notes
    notes.wrong += [f"S13 {name} was erased, and {what} is there" for what in _left(world, own)]
    notes.wrong += [] if folded else ["S13 the log was not folded in"]
    notes.erased.add(number)
    notes.opted_out(name, None, world.step)
    notes.doubts.setdefault(name, []).append((world.step, False))
    notes.before[name] = len(world.gateway.hits)


def _own(world: "World", name: str, number: int) -> set[str]:
    """What can be known to be theirs alone: their id, their number and those that messages to them went to."""
    others = (phones for one, phones in world.notes.phones.items() if one != name)
    known = world.ask("SELECT phone FROM customer WHERE customer = ?", number)
    known += world.ask("SELECT address FROM message WHERE customer = ?", number)
    phones = {str(row[0]) for row in known if str(row[0]).startswith("+86")}
    return {name, *(phone[3:] for phone in phones.difference(*others))}


def _left(world: "World", own: set[str]) -> list[str]:
    """What of a customer's own is in the files still."""
    files = world.path.parent.glob(f"{world.path.name}*")
    content = b"".join(file.read_bytes() for file in files)
    return sorted(word for word in own if word.encode() in content)


# Those who decide


def decide(world: "World") -> None:
    """A manager approves or refuses what is held."""
    found = _some(world, lambda row: row["status"] == MessageStatus.HELD)
    if found is None:
        return
    intent, row = found
    with suppress(EngineError), world.people.write() as connection:
        if world.chance.random() < 0.8:
            decisions.approve(connection, intent, world.by())
            world.notes.approved[intent] = row["text"]
        else:
            decisions.refuse(connection, intent, world.by())
    world.note("decided", intent.id)


def edit(world: "World") -> None:
    """Somebody writes a message anew: what was approved is void, and only what is approved after that may go."""
    early = (MessageStatus.WAITING, MessageStatus.READY)
    held = MessageStatus.HELD
    found = _some(world, lambda row: row["status"] == held or (row["approved"] and row["status"] in early))
    if found is None:
        return
    intent, _ = found
    text = f"{world.chance.choice(('请看', '您好'))} {world.step}"
    with suppress(EngineError), world.people.write() as connection:
        model, symbols = world.template.plan.world.model, load_symbols(connection)
        study = Study(connection, model, symbols, decisions.USUAL)
        edited = edit_text(study, intent, Writing(text), world.by())
        world.notes.written.setdefault(intent, {})[edited.channel] = text
        world.notes.approved.pop(intent, None)
    world.note("edited", intent.id)


def doubt(world: "World") -> None:
    """Somebody has found out what became of a message in doubt, or thinks so."""
    found = _some(world, lambda row: row["status"] == MessageStatus.UNKNOWN)
    if found is None:
        return
    intent, _ = found
    with suppress(EngineError), world.people.write() as connection:
        doubts.send_anew(connection, intent, world.by(), "the gateway's list does not have it")
        world.note("anew", intent.id)


def pause(world: "World") -> None:
    """Nothing leaves any more; or does again."""
    with world.people.write() as connection:
        if not go_on(connection, "all", "", world.by()):
            stop(connection, "all", "", world.by(), None)
    world.note("pause")


def _some(world: "World", which: Any) -> "tuple[Intent, Row] | None":
    """Any message of a sort."""
    rows = [row for row in world.rows() if which(row)]
    if not rows:
        return None
    row = world.chance.choice(rows)
    return intent_of(row), row


def intent_of(row: Any) -> Intent:
    """The key of a message."""
    return Intent(*(row[name] for name in Intent._fields))
