"""What an answer means: by its status, and by a code inside it. Nothing is guessed.

Only what the table declares proves anything; whatever is left is Unknown: the gateway may have taken the message.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

import orjson

from engine.channels.http.connection import Answer
from engine.channels.http.paths import Find
from engine.channels.protocol import Accepted, NotSent, Outcome, Outgoing, Rejected, Unknown
from engine.reasons import (
    HTTP_SAID,
    HTTP_STATUS,
    NO_CODE,
    NO_REFERENCE,
    NOT_AMONG_RESULTS,
    NOT_TOLD,
    SAID,
    UNREADABLE_ANSWER,
)

_LONGEST_REASON = 200  # characters of what a gateway says
_TOO_MANY = 429


class Verdict(Enum):
    """What a code or status proves."""

    ACCEPTED = "accepted"
    NOT_SENT = "not sent"
    SLOWER = "not sent, too many at once"
    REJECTED = "rejected"
    OPTED_OUT = "rejected, opted out"


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes and what they prove. `starts`: those that end with `*`, longest first.

    `any_accepted`: an answer must hold one of them to count as accepted.
    """

    exact: Mapping[str, Verdict]
    starts: Sequence[tuple[str, Verdict]]
    any_accepted: bool

    def verdict(self, code: str) -> Verdict | None:
        """What a code proves; None when nothing is declared."""
        found = self.exact.get(code)
        if found is None:
            return next((verdict for start, verdict in self.starts if code.startswith(start)), None)
        return found


@dataclass(frozen=True, slots=True)
class Judge:
    """How the answers of one gateway are read.

    `results`: the part of an answer for each message; `ref`: where in it the message's ref (or key) is, None: they
    stand in the order of the messages. `code`, `id` and `because` are looked for in that part, else in the whole.
    `places`: the paths of `code` as people read them, where codes are declared.
    `id_header`: the header with the reference, where the answer tells nothing else.
    """

    statuses: Mapping[int, Verdict]
    codes: Codes
    code: Sequence[Find] = ()
    id: Find | None = None
    because: Sequence[Find] = ()
    results: Find | None = None
    ref: Find | None = None
    id_header: str = ""
    masked: Callable[[str], str] = str
    places: str = ""

    def outcomes(self, answer: Answer, messages: Sequence[Outgoing]) -> list[Outcome]:
        """What became of the messages of one call."""
        by_status = self.statuses.get(answer.status)
        if by_status is Verdict.ACCEPTED and not (self.code or self.id or self.results):
            reference = answer.header(self.id_header) if self.id_header else ""
            return [Accepted(reference) if reference else _ACCEPTED] * len(messages)
        document = _parsed(answer.body)
        if self.results is not None and by_status is Verdict.ACCEPTED:
            elements = self.results(document)
            if elements:
                return self._each(answer, elements, messages)
        outcome = self._one(answer, document, alone=len(messages) == 1)
        if self.results is not None and isinstance(outcome, Accepted):
            outcome = Unknown(NOT_TOLD())  # nothing says what became of each
        return [outcome] * len(messages)

    def _each(self, answer: Answer, elements: list[Any], messages: Sequence[Outgoing]) -> list[Outcome]:
        outcomes = [self._one(answer, element, alone=True) for element in elements]
        if self.ref is None:
            return outcomes if len(outcomes) == len(messages) else [Unknown(NOT_TOLD())] * len(messages)
        refs = (first_text([self.ref], element) for element in elements)
        found = dict(zip(refs, outcomes, strict=True))
        missing = Unknown(NOT_AMONG_RESULTS())
        return [found.get(message.ref) or found.get(message.key) or missing for message in messages]

    def _one(self, answer: Answer, document: Any, *, alone: bool) -> Outcome:
        by_status = self.statuses.get(answer.status)
        code = first_text(self.code, document) if self.code else None
        verdict = None if code is None else self.codes.verdict(code)
        if verdict is None:
            if by_status is Verdict.ACCEPTED:
                return self._accepted_without_code(answer, document, code, alone=alone)
            verdict = by_status
        elif verdict is Verdict.ACCEPTED:
            return (
                self._accepted(document, alone=alone)
                if by_status is verdict
                else Unknown(self._why(answer, code, document))
            )
        return self._failed(answer, verdict, code, document)

    def _accepted_without_code(
        self, answer: Answer, document: Any, code: str | None, *, alone: bool
    ) -> Outcome:
        """The status is fine: enough where no code must say so, and none says otherwise."""
        if document is _NO_JSON:
            return Unknown(UNREADABLE_ANSWER(status=answer.status))
        if code is not None or self.codes.any_accepted:
            return Unknown(self._why(answer, code, document))
        return self._accepted(document, alone=alone)

    def _accepted(self, document: Any, *, alone: bool) -> Outcome:
        if self.id is None:
            return _ACCEPTED
        reference = first_text([self.id], document)
        if reference is None:
            return Unknown(NO_REFERENCE())
        return (
            Accepted(reference) if alone else _ACCEPTED
        )  # what names a whole batch names none of its messages

    def _failed(self, answer: Answer, verdict: Verdict | None, code: str | None, document: Any) -> Outcome:
        because = self._why(answer, code, document)
        match verdict:
            case Verdict.REJECTED | Verdict.OPTED_OUT:
                return Rejected(because, opted_out=verdict is Verdict.OPTED_OUT)
            case Verdict.NOT_SENT | Verdict.SLOWER:
                slower = verdict is Verdict.SLOWER or answer.status == _TOO_MANY
                return NotSent(because, retry_after(answer), slower=slower)
        return Unknown(because)

    def _why(self, answer: Answer, code: str | None, document: Any) -> str:
        """What the gateway says; else its code, else the status; and that no code is where one was to be."""
        said = self._said(answer, code, document)
        if code is None and self.places and document is not _NO_JSON:
            return NO_CODE(places=self.places, said=said)
        return said

    def _said(self, answer: Answer, code: str | None, document: Any) -> str:
        words = [word for word in (code, first_text(self.because, document)) if word]
        said = self.masked(" ".join(words))[:_LONGEST_REASON]
        if not said:
            return HTTP_STATUS(status=answer.status)
        if answer.status < 300:
            return SAID(said=said)
        return HTTP_SAID(status=answer.status, said=said)


def retry_after(answer: Answer) -> int | None:
    """The milliseconds that an answer asks to be left alone: seconds, or a time that is compared with the gateway's."""
    value = answer.header("retry-after").strip()
    if value.isascii() and value.isdecimal() and len(value) < 10:
        return int(value) * 1000
    try:
        pause = parsedate_to_datetime(value) - parsedate_to_datetime(answer.header("date"))
    except (ValueError, TypeError):
        return None
    return max(int(pause.total_seconds() * 1000), 0)


_ACCEPTED = Accepted()
_NO_JSON: Any = object()


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return _NO_JSON


def first_text(finds: Sequence[Find], document: Any) -> str | None:
    """The first text or number at one of the places."""
    for find in finds:
        for found in find(document):
            if isinstance(found, bool):
                return "true" if found else "false"
            if isinstance(found, str | int | float) and found != "":
                return str(found)
    return None
