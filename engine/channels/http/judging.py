"""The part of a table that says what answers mean, read to a Judge."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.channels.http.answers import Codes, Judge, Verdict
from engine.channels.http.paths import Find, finder, steps_of
from engine.channels.settings import Settings
from engine.wording import say

_STATUSES: Mapping[str, Verdict] = {
    "accepted": Verdict.ACCEPTED,
    "not_sent": Verdict.NOT_SENT,
    "rejected": Verdict.REJECTED,
}
_CODES: Mapping[str, Verdict] = {
    "accepted_codes": Verdict.ACCEPTED,
    "not_sent_codes": Verdict.NOT_SENT,
    "slower_codes": Verdict.SLOWER,
    "rejected_codes": Verdict.REJECTED,
    "opted_out_codes": Verdict.OPTED_OUT,
}

MEANT = (*_STATUSES, "code", *_CODES, "id", "id_header", "because", "results", "ref")
"""The keys that say what answers mean."""

Defaults = Mapping[int, Verdict]

OF_SENDING: Defaults = {
    **dict.fromkeys((200, 201, 202), Verdict.ACCEPTED),
    **dict.fromkeys((401, 403, 429), Verdict.NOT_SENT),
    **dict.fromkeys((400, 404, 422), Verdict.REJECTED),
}
"""What statuses prove when the table does not say. Those that refuse whoever asks prove that nothing was done."""

OF_INQUIRIES: Defaults = {200: Verdict.ACCEPTED}
"""The same of `query`: that a gateway does not know a message proves nothing by itself."""


def read_judge(settings: Settings, defaults: Defaults, masked: Callable[[str], str]) -> Judge:
    """How the table says that answers are read."""
    code = read_finds(settings, "code")
    codes = _codes(settings)
    if (codes.exact or codes.starts) and not code:
        raise settings.error(
            say("there are codes, and no `code`"),
            say('write where the code is in the answer, such as `code = "$.code"`'),
        )
    return Judge(
        _statuses(settings, defaults),
        codes,
        code,
        _single(settings, "id"),
        read_finds(settings, "because"),
        _single(settings, "results"),
        _single(settings, "ref"),
        settings.text("id_header", "").lower() if "id_header" in settings.values else "",
        masked,
        ", ".join(f"`{path}`" for path in settings.list("code")) if codes.exact or codes.starts else "",
    )


def _statuses(settings: Settings, defaults: Defaults) -> dict[int, Verdict]:
    """The lists that are written, over the defaults of those that are not."""
    found = {status: verdict for status, verdict in defaults.items() if verdict not in _written(settings)}
    taken: dict[int, str] = {}
    for key, verdict in _STATUSES.items():
        for status in settings.list(key):
            if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 599:
                raise settings.wrong(key, status, say("write statuses of HTTP, such as [200, 202]"))
            _once(settings, taken, key, status)
            found[status] = verdict
    return found


def _written(settings: Settings) -> set[Verdict]:
    return {verdict for key, verdict in _STATUSES.items() if key in settings.values}


def _codes(settings: Settings) -> Codes:
    exact: dict[str, Verdict] = {}
    starts: dict[str, Verdict] = {}
    taken: dict[Any, str] = {}
    for key, verdict in _CODES.items():
        for text in texts_of(settings, key):
            _once(settings, taken, key, text)
            if text.endswith("*"):
                starts[text[:-1]] = verdict
            else:
                exact[text] = verdict
    any_accepted = Verdict.ACCEPTED in (*exact.values(), *starts.values())
    return Codes(exact, sorted(starts.items(), key=lambda item: -len(item[0])), any_accepted)


def texts_of(settings: Settings, key: str) -> Iterator[str]:
    """The codes under a key, as texts."""
    for code in settings.list(key):
        if isinstance(code, bool):
            yield "true" if code else "false"
        elif isinstance(code, str | int) and code != "":
            yield str(code)
        else:
            raise settings.wrong(key, code, say('write codes, such as ["OK", 0]'))


def _once(settings: Settings, taken: dict[Any, str], key: str, what: object) -> None:
    other = taken.setdefault(what, key)
    if other != key:
        raise settings.error(
            say("{what} stands in `{one}` and in `{other}`", what=what, one=other, other=key),
            say("it can only prove one thing"),
        )


def _single(settings: Settings, key: str) -> Find | None:
    return read_find(settings, key, settings.values[key]) if key in settings.values else None


def read_finds(settings: Settings, key: str) -> list[Find]:
    """The places that a key names, one or several."""
    return [read_find(settings, key, path) for path in settings.list(key)]


def read_find(settings: Settings, key: str, path: object) -> Find:
    """The place that a path names."""
    steps = steps_of(path) if isinstance(path, str) else None
    if steps is None:
        raise settings.wrong(key, path, say('write a path such as "$.data.id", or "$.messages[*]"'))
    return finder(steps)
