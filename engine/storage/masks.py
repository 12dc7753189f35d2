"""Addresses and card numbers as lists, logs and screens may show them: enough to tell them apart, too little to use.

Whoever needs all of one asks for it by name, and the trail says so.
"""

from dsl.texts.card_numbers import card_numbers
from engine.storage.phones import mask_phone

__all__ = ["mask_address", "mask_cards", "mask_email", "mask_phone"]

_SHOWN = 4  # digits


def mask_email(address: str) -> str:
    """An address as `li***@example.com`: the beginning of the name, and where it is."""
    name, at, place = address.rpartition("@")
    if not at:
        return mask_phone(address)
    return f"{name[: min(2, len(name) - 1)]}***@{place}"


def mask_address(value: str, kind: str) -> str:
    """A value of a declared type: phone numbers and e-mail addresses masked, others as they are."""
    match kind:
        case "phone":
            return mask_phone(value)
        case "email":
            return mask_email(value)
        case _:
            return mask_cards(value)


def mask_cards(text: str) -> str:
    """A text in which card numbers show their last four digits alone."""
    for start, end in card_numbers(text):
        text = f"{text[:start]}{'*' * (end - start - _SHOWN)}{text[end - _SHOWN :]}"
    return text
