"""What gateways report, read by what a table says of it: receipts of messages, and what customers write back.

The same description serves bodies that were fetched and bodies that a gateway pushes, JSON or a form.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import orjson

from engine.channels.http.answers import first_text
from engine.channels.http.paths import Find
from engine.channels.http.report_times import read_time
from engine.channels.protocol import Heard, Receipt, Reply, Says, UnreadableBodyError
from engine.reasons import NO_LIST, SAID, UNREADABLE_BODY

LONGEST_REASON = 200  # characters of what a gateway says


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code of a receipt says: of the message, and whether the customer wants no more."""

    says: Says
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Lists:
    """Where the elements of a body are: the first of these places that is there; none: the body is one, or a list.

    Of each place, what finds the list itself.
    """

    places: Sequence[Find]

    def elements(self, document: Any) -> list[Any]:
        """The elements of a body; UnreadableBodyError when there is no list."""
        if not self.places:
            return document if isinstance(document, list) else [document]
        for place in self.places:
            for found in place(document):
                if isinstance(found, list):
                    return found
                if found is None:
                    return []
        raise UnreadableBodyError(NO_LIST())


@dataclass(frozen=True, slots=True)
class Common:
    """What receipts and replies have in common. `id`: their own; without it what they say tells them apart."""

    lists: Lists
    id: Sequence[Find]
    at: Sequence[Find]
    zone: ZoneInfo
    code: Sequence[Find]
    masked: Callable[[str], str]

    def identity(self, element: Any) -> str:
        """The id of an element, else the hash of all its fields."""
        own = first_text(self.id, element)
        if own is not None:
            return own
        return sha256(orjson.dumps(element, option=orjson.OPT_SORT_KEYS)).hexdigest()

    def time(self, element: Any) -> int | None:
        """When it happened, by the gateway's clock."""
        text = first_text(self.at, element)
        return None if text is None else read_time(text, self.zone)


@dataclass(frozen=True, slots=True)
class ReceiptReader:
    """Reads receipts. `ref`, `reference`: our name for the message, and the gateway's."""

    common: Common
    ref: Sequence[Find]
    reference: Sequence[Find]
    exact: Mapping[str, Meaning]
    starts: Sequence[tuple[str, Meaning]]
    because: Sequence[Find]

    def heard(self, body: bytes) -> Heard:
        """Read a body."""
        elements = self.common.lists.elements(parsed(body))
        read = [self._read(element) for element in elements]
        receipts = [one for one in read if one is not None]
        return Heard(receipts=receipts, passed_over=len(read) - len(receipts))

    def _read(self, element: Any) -> Receipt | None:
        """None when it says nothing, or about nothing."""
        common = self.common
        ref, reference = first_text(self.ref, element), first_text(self.reference, element)
        code, meaning = self._meaning(element)
        if meaning is None or not (ref or reference):
            return None
        words = [word for word in (code, first_text(self.because, element)) if word]
        because = SAID(said=common.masked(" ".join(words))[:LONGEST_REASON])
        return Receipt(
            common.identity(element),
            ref,
            reference,
            meaning.says,
            str(because),
            common.time(element),
            meaning.opted_out,
        )

    def _meaning(self, element: Any) -> tuple[str | None, Meaning | None]:
        """The first code that says something, and what."""
        for find in self.common.code:
            code = first_text([find], element)
            if code is not None and (found := self._of(code)) is not None:
                return code, found
        return None, None

    def _of(self, code: str) -> Meaning | None:
        found = self.exact.get(code)
        if found is not None:
            return found
        return next((meaning for start, meaning in self.starts if code.startswith(start)), None)


@dataclass(frozen=True, slots=True)
class ReplyReader:
    """Reads replies. `codes`: what tells them from other elements, where these have a code."""

    common: Common
    sender: Sequence[Find]
    text: Sequence[Find]
    answers: Sequence[Find]
    codes: frozenset[str]

    def heard(self, body: bytes) -> Heard:
        """Read a body."""
        elements = self.common.lists.elements(parsed(body))
        replies = list(self._replies(elements))
        return Heard(replies=replies, passed_over=len(elements) - len(replies))

    def _replies(self, elements: Sequence[Any]) -> Iterator[Reply]:
        common = self.common
        for element in elements:
            sender, text = first_text(self.sender, element), first_text(self.text, element)
            code = first_text(common.code, element) if self.codes else None
            is_one = code is None or code in self.codes
            if not (sender and text and is_one):
                continue
            at, answers = common.time(element), first_text(self.answers, element)
            told_apart = at is not None or first_text(common.id, element) is not None
            yield Reply(common.identity(element), sender, text, at, answers, told_apart)


def parsed(body: bytes) -> Any:
    """A body as JSON, or as the fields of a form; UnreadableBodyError when it is neither."""
    text = body.removeprefix(b"\xef\xbb\xbf").strip()
    if text[:1] in (b"{", b"["):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            raise UnreadableBodyError(UNREADABLE_BODY()) from None
    try:
        fields = parse_qsl(text.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=200)
    except (ValueError, UnicodeDecodeError):
        raise UnreadableBodyError(UNREADABLE_BODY()) from None
    return dict(fields)
