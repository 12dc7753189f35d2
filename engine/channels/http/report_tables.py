"""The tables `receipts` and `replies` of a channel: how what a gateway reports is fetched, and how it is read.

Both: `url` and what else is said to fetch (without it, the gateway pushes), `error`, `list`, `cursor`, `page`, `back`;
`at`, `zone`, `code`. Receipts: `ref` and `id` (the names of the message, ours and the gateway's), `receipt_id`,
`delivered_codes`, `failed_codes`, `opted_out_codes`, `unsubscribed_codes`, `taken_codes`, `because`. Replies: `from`,
`text`, `id`, `answers`, `reply_codes`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.channels.http.judging import read_find, read_finds, texts_of
from engine.channels.http.paths import Find, finder, steps_of
from engine.channels.http.reports import Common, Lists, Meaning, ReceiptReader, ReplyReader
from engine.channels.http.requests import Requests
from engine.channels.protocol import Kind
from engine.channels.settings import Settings
from engine.wording import say

FETCHING_NAMES = ("cursor", "since", "since_ms", "since_utc", "since_day")
"""What the templates of requests for reports may name."""

_COMMON = ("error", "list", "cursor", "page", "back", "at", "zone", "code")
_CODES: Mapping[str, Meaning] = {
    "delivered_codes": Meaning("delivered"),
    "failed_codes": Meaning("failed"),
    "opted_out_codes": Meaning("failed", opted_out=True),
    "unsubscribed_codes": Meaning("nothing", opted_out=True),
    "taken_codes": Meaning("taken"),
}
_OF_RECEIPTS = (*_COMMON, "ref", "id", "receipt_id", *_CODES, "because")
_OF_REPLIES = (*_COMMON, "id", "from", "text", "answers", "reply_codes")

BACK = 3_600_000
"""Milliseconds before the last time from which on is asked, where the table does not say: clocks differ."""


@dataclass(frozen=True, slots=True)
class Reports:
    """One kind of what a gateway reports. `requests` None: it pushes. `cursor`: where to go on is found there.

    `page`: so many elements fill an answer, and there may be more; 0: never. `back`: milliseconds. `error`: where an
    answer says that there is none.
    """

    reader: ReceiptReader | ReplyReader
    requests: Requests | None
    cursor: Find | None
    page: int
    back: int
    error: Sequence[Find] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What reading these tables needs of the one around them.

    `said`: the keys that say how requests are made, which `requests` reads. `masked`: a text without secrets.
    `duration`: a duration in milliseconds, by key and default.
    """

    said: tuple[str, ...]
    requests: Callable[[Settings], Requests]
    masked: Callable[[str], str]
    duration: Callable[[Settings, str, int], int]


def read_reports(settings: Settings, kind: Kind, around: Surroundings) -> Reports:
    """The table of one kind; ChannelSettingsError when it says what cannot be meant."""
    settings.only(*around.said, *(_OF_RECEIPTS if kind == "receipts" else _OF_REPLIES))
    read = _receipts if kind == "receipts" else _replies
    reader, fetched = read(settings, around.masked), "url" in settings.values
    for key in (*around.said, "error", "cursor", "page", "back"):
        if key in settings.values and not fetched:
            raise settings.error(
                say("`{key}` says nothing without `url`", key=f"{settings.within}{key}"),
                say("write where it is fetched, or leave it out: the gateway pushes then"),
            )
    return Reports(
        reader,
        around.requests(settings) if fetched else None,
        read_find(settings, "cursor", settings.values["cursor"]) if "cursor" in settings.values else None,
        settings.whole("page", 0, 0, 100_000),
        around.duration(settings, "back", BACK),
        read_finds(settings, "error"),
    )


def _receipts(settings: Settings, masked: Callable[[str], str]) -> ReceiptReader:
    if not {"ref", "id"} & settings.values.keys():
        raise settings.error(
            say("`{within}` needs `ref` or `id`", within=settings.within.rstrip(".")),
            say(
                "write where the receipt names the message: by `ref`, as it was given, or by the gateway's `id`"
            ),
        )
    meanings = dict(_meanings(settings))
    if "code" not in settings.values or not meanings:
        raise settings.error(
            say("`{within}` needs `code` and what its codes mean", within=settings.within.rstrip(".")),
            say('write `code = "$.status"`, `delivered_codes = [ … ]` and `failed_codes = [ … ]`'),
        )
    starts = {code[:-1]: meaning for code, meaning in meanings.items() if code.endswith("*")}
    return ReceiptReader(
        _common(settings, "receipt_id", masked),
        read_finds(settings, "ref"),
        read_finds(settings, "id"),
        {code: meaning for code, meaning in meanings.items() if not code.endswith("*")},
        sorted(starts.items(), key=lambda item: -len(item[0])),
        read_finds(settings, "because"),
    )


def _replies(settings: Settings, masked: Callable[[str], str]) -> ReplyReader:
    for key in ("from", "text"):
        if key not in settings.values:
            raise settings.error(
                say("`{within}` needs `{key}`", within=settings.within.rstrip("."), key=key),
                say("write where a reply has its sender, and where its text"),
            )
    if "url" in settings.values and not {"id", "at"} & settings.values.keys():
        raise settings.error(
            say("`{within}` needs `id` or `at`", within=settings.within.rstrip(".")),
            say("what is fetched twice must be known to be the same"),
        )
    return ReplyReader(
        _common(settings, "id", masked),
        read_finds(settings, "from"),
        read_finds(settings, "text"),
        read_finds(settings, "answers"),
        frozenset(texts_of(settings, "reply_codes")),
    )


def _common(settings: Settings, own: str, masked: Callable[[str], str]) -> Common:
    return Common(
        Lists([_list(settings, path) for path in settings.list("list")]),
        read_finds(settings, own),
        read_finds(settings, "at"),
        _zone(settings),
        read_finds(settings, "code"),
        masked,
    )


def _list(settings: Settings, path: object) -> Find:
    """What finds the list itself, whether its path ends with `[*]` or not."""
    steps = steps_of(path) if isinstance(path, str) else None
    if steps is None:
        return read_find(settings, "list", path)
    if not steps:  # the whole body: a list, or one element
        return lambda document: [document if isinstance(document, list) else [document]]
    return finder(steps[:-1] if steps[-1] is None else steps)


def _meanings(settings: Settings) -> Iterator[tuple[str, Meaning]]:
    taken: dict[str, str] = {}
    for key, meaning in _CODES.items():
        for code in texts_of(settings, key):
            other = taken.setdefault(code, key)
            if other != key:
                raise settings.error(
                    say("{what} stands in `{one}` and in `{other}`", what=code, one=other, other=key),
                    say("it can only prove one thing"),
                )
            yield code, meaning


def _zone(settings: Settings) -> ZoneInfo:
    name = settings.text("zone", "UTC")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise settings.wrong("zone", name, say('write a time zone such as "Asia/Shanghai"')) from None
