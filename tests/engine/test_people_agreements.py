"""What people decide about messages, where engine and reference interpreter once disagreed, each with who was right."""

from tests.engine.test_agreements import play, statuses
from tests.oracle import history as h

KNOWN = {"phone": "13800000001", "email": "c@example.com", "worth": 500}
COME = h.Happens("visit", "C1")


def test_what_was_let_go_by_another_channel_is_held_again_at_once() -> None:
    """What was let go as an sms, which is refused, and would be a mail nobody saw, is held again in the same turn."""
    rules = """
        policy looked { sample 1 }
        journey j { policy looked, enter when visit ever, state a {
          send hello via sms, email
          after 9 days -> end o
        } }
    """
    found = play(
        rules,
        ("2026-03-02 10:00", [h.Known("C1", KNOWN), COME]),
        ("2026-03-03 10:00", [h.Looks("C1", approve=True, who="Ann")]),
        refusing=frozenset({"sms"}),
    )
    assert statuses(found) == [("hello", "held")]


def test_no_next_channel_without_an_address() -> None:
    """Where the first channel refuses and the second has no address, the message has failed."""
    rules = """
        journey j { policy open, enter when visit ever, state a {
          send hello via email, sms
          after 9 days -> end o
        } }
    """
    found = play(
        rules,
        ("2026-03-02 10:00", [h.Known("C1", {"email": "c@example.com"}), COME]),
        refusing=frozenset({"email"}),
    )
    assert statuses(found) == [("hello", "failed")]


def test_who_is_held_for_the_text_takes_no_place_beforehand() -> None:
    """One was let go before it was there: a text that cannot be made is held for the role, and the next one goes."""
    rules = """
        policy looked { review by manager when worth > 0 }
        journey j { policy looked, enter when visit ever, state a {
          send named via sms
          after 9 days -> end o
        } }
    """
    nameless, named = KNOWN | {"name": None}, KNOWN | {"name": "陈晨"}
    told: list[h.Step] = [h.Known("C1", nameless), h.Known("C2", named), h.Known("C3", named)]
    come = [h.Happens("visit", customer) for customer in ("C1", "C2", "C3")]
    found = play(rules, ("2026-03-02 10:00", [*told, *come, h.Foresees("named", 1, "Mei")]))
    assert statuses(found) == [("named", "held"), ("named", "sent"), ("named", "held")]


def test_a_part_of_a_consent_is_taken_back() -> None:
    """Who agreed to everything and takes one channel back is written to by the other one; the last word counts."""
    rules = """
        policy asked { require consent }
        journey j { policy asked, enter when visit ever, state a {
          send hello via sms, email
          on visit -> b
        }
        state b {
          send hello via sms, email
          after 9 days -> end o
        } }
    """
    found = play(
        rules,
        ("2026-03-02 10:00", [h.Known("C1", KNOWN), h.Agrees("C1"), h.Withdraws("C1", "asked", "sms"), COME]),
        ("2026-03-03 10:00", [h.Agrees("C1")]),
        ("2026-03-04 10:00", [COME]),
    )
    assert [row[10] for row in found.messages] == ["email", "sms"]
