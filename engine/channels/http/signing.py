"""The `sign` of a channel's table: which scheme, with which secret, over what.

Keys: `scheme`; for digests (`hmac-sha256`, `md5`, …) `over`, a template, `secret` and `as` (hex, hex-upper, base64,
hex-base64); the signature then is a value like others, `{{ signature }}`, for the URL, the body and headers, or for
headers alone when `over` names parts of the request itself. For schemes of providers (`aliyun-v3`, `tencent-tc3`)
`id`, `secret` and `service`; they write their headers themselves.
"""

from dataclasses import dataclass, replace

from dsl.near import nearest
from engine.channels.http.signatures import (
    DIGESTS,
    ENCODINGS,
    MOMENT_NAMES,
    REQUEST_NAMES,
    SCHEMES,
    Digest,
    Scheme,
    digest_maker,
)
from engine.channels.secret_values import must_be_secret
from engine.channels.settings import Settings
from engine.channels.templates import Template, Templates
from engine.wording import say

SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Signing:
    """How requests are signed. `templates` compiles what stands in URL and body, `of_headers` headers."""

    templates: Templates
    of_headers: Templates
    digest: Digest | None = None
    scheme: Scheme | None = None


def read_signing(settings: Settings, templates: Templates) -> Signing:
    """What `sign` says; without it templates know what they knew before."""
    if "sign" not in settings.values:
        return Signing(templates, templates)
    sign = settings.table("sign")
    scheme = sign.choice("scheme", *DIGESTS, *SCHEMES)
    timed = replace(templates, names=(*templates.names, *MOMENT_NAMES))
    if scheme in SCHEMES:
        sign.only("scheme", "id", "secret", "service")
        make = SCHEMES[scheme]
        must_be_secret(sign, "secret")
        key_id, secret, service = (_fixed(sign, key, templates) for key in ("id", "secret", "service"))
        return Signing(timed, timed, scheme=make(key_id, secret, service))
    sign.only("scheme", "over", "secret", "as")
    over = _over(sign, replace(timed, names=(*timed.names, *REQUEST_NAMES)))
    if scheme.startswith("hmac-") or "secret" in sign.values:
        must_be_secret(sign, "secret")
    digest = Digest(
        over,
        digest_maker(scheme, _fixed(sign, "secret", templates)),
        ENCODINGS[sign.choice("as", *ENCODINGS)],
    )
    signed = replace(timed, names=(*timed.names, SIGNATURE))
    return Signing(timed if digest.needs_request else signed, signed, digest)


def _over(sign: Settings, templates: Templates) -> Template:
    """What is signed; without a template every signature would be the same, and for braces that were forgotten."""
    text = sign.text("over", "")
    if "{{" not in text:
        near = nearest(text.strip(), templates.names)
        raise sign.error(
            say("`{key}` holds no template, so that all signatures would be the same", key="sign.over"),
            say("write `{{{{ {near} }}}}`", near=near) if near else say("a value is written `{{ text }}`"),
        )
    return templates.compiled("sign.over", text)


def _fixed(settings: Settings, key: str, templates: Templates) -> str:
    if key not in settings.values:
        return ""
    fixed = templates.compiled(f"{settings.within}{key}", settings.text(key, "")).fixed
    if fixed is None:
        raise settings.error(
            say("`{key}` depends on the message", key=f"{settings.within}{key}"),
            say("`secret('NAME')` is all it may name"),
        )
    return fixed
