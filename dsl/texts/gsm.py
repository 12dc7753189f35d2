"""The alphabet of short messages, GSM 03.38 (7 bits): what is in it, how many places it takes, and its codes.

As gateways take it: a character, or the escape before one of the second table, in a byte of its own.
"""

from collections.abc import Mapping

_ESCAPE = "\x1b"
_FIRST = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ"
    + _ESCAPE
    + "ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_SECOND = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}

_CODES: Mapping[str, bytes] = {
    character: bytes([code]) for code, character in enumerate(_FIRST) if character != _ESCAPE
} | {character: bytes([ord(_ESCAPE), code]) for code, character in _SECOND.items()}


def is_gsm(text: str) -> bool:
    """Whether a text is of this alphabet alone."""
    return all(character in _CODES for character in text)


def places_of(character: str) -> int:
    """The places that a character of the alphabet takes: one, or two with its escape."""
    return len(_CODES[character])


def encoded(text: str) -> bytes:
    """The codes of a text of this alphabet."""
    return b"".join([_CODES[character] for character in text])


def decoded(codes: bytes) -> str:
    """The text of some codes; what has no meaning becomes `�`."""
    text, escaped = [], False
    for code in codes:
        if escaped:
            text.append(_SECOND.get(code, "�"))
            escaped = False
        elif code == ord(_ESCAPE):
            escaped = True
        else:
            text.append(_FIRST[code] if code < len(_FIRST) else "�")
    return "".join(text)
