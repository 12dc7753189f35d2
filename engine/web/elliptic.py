"""ECDSA over P-256 with SHA-256: signatures that a public key proves, as SendGrid signs what it pushes."""

from base64 import b64decode
from collections.abc import Callable
from functools import partial

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key


def checker(public_key: str) -> Callable[[bytes, str], bool]:
    """What tells whether something has this signature (DER, in base64); ValueError when the key is none of its kind."""
    key = load_der_public_key(b64decode("".join(public_key.split()), validate=True))
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return partial(_is_signed, key)
    raise ValueError("another kind of key")  # its words are not shown


def _is_signed(key: EllipticCurvePublicKey, content: bytes, signature: str) -> bool:
    try:
        key.verify(b64decode(signature, validate=True), content, ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True
