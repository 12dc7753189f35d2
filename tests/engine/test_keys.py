"""Ids and idempotency keys of messages."""

import hmac
from base64 import b32encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UnknownNameError
from engine.storage.keys import Intent, intent_key, intent_of

NUMBERS = st.integers(0, 10**17)


def test_a_key_is_fixed_for_ever() -> None:
    """Gateways remember keys: this one may never change, whatever is rebuilt."""
    key = intent_key("secret", "win_back", "C1", Intent(1, 2, 0, 1, 3, 0))
    assert key == "7OEKY5JKK4I6BW6RG5INK3ET3U"


def test_a_key_needs_no_numbers_of_the_store() -> None:
    """Neither the customer's nor the journey's number is in it, so a rebuilt store gives the same keys."""
    assert intent_key("s", "j", "C1", Intent(1, 2, 0, 1, 3, 0)) == intent_key(
        "s", "j", "C1", Intent(7, 8, 0, 1, 3, 0)
    )


@given(
    st.lists(
        st.tuples(st.text(max_size=4), st.text(max_size=4), NUMBERS), min_size=2, max_size=2, unique=True
    )
)
def test_different_intents_have_different_keys(pair: list[tuple[str, str, int]]) -> None:
    """Whatever characters ids are made of; names of journeys hold no bar."""
    one, other = ((journey.replace("|", ""), customer, visit) for journey, customer, visit in pair)
    keys = [intent_key("s", item[0], item[1], Intent(1, 1, 0, 1, item[2], 0)) for item in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)


@given(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS))
def test_an_id_can_be_read_back(numbers: tuple[int, int, int, int, int, int]) -> None:
    """Six numbers with dots between them."""
    intent = Intent(*numbers)
    assert intent_of(intent.id) == intent


@pytest.mark.parametrize(
    "text", ["", "1.2.3", "1.2.3.4.5.x", "1.2.3.4.5.-6", "1.2.3.4.5.6.7", "1.2.3.4.5." + "9" * 30]
)
def test_what_is_no_id_is_refused(text: str) -> None:
    """With a typed error."""
    with pytest.raises(UnknownNameError, match="no id"):
        intent_of(text)


@given(st.text(max_size=100), st.text(max_size=20))
def test_keys_are_what_the_library_makes_of_them(secret: str, customer: str) -> None:
    """HMAC-SHA256 in base 32, its first 26 characters: whoever has the secret can check a key with any library."""
    subject = f"1|win_back|{customer}|2|3|4|5"
    digest = hmac.digest(secret.encode(), subject.encode(), "sha256")
    assert (
        intent_key(secret, "win_back", customer, Intent(1, 9, 2, 3, 4, 5)) == b32encode(digest).decode()[:26]
    )
