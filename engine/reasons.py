"""Why messages wait, are held or never went, and who said so: sentences that are stored, and their way back.

The store keeps them in English, as programs read them; a rule stands there in its own words. Whoever shows them to
people reads them back, so that they can be said in another language.
"""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from string import Formatter

from dsl.wording import Pattern, Phrase, phrase


@dataclass(frozen=True)
class Reason:
    """A sentence with places for values, such as "no address for {via}"."""

    pattern: str

    def __call__(self, **values: object) -> Phrase:
        """The sentence with its values."""
        return phrase(Pattern(self.pattern, "engine"), values)

    def read(self, text: str) -> Phrase | None:
        """The sentence that a text is, its values read back as well; None when it is another."""
        found = self._form.fullmatch(text)
        if found is None:
            return None
        return self(**{name: read_back(value) for name, value in found.groupdict().items()})

    @cached_property
    def _form(self) -> re.Pattern[str]:
        parts = Formatter().parse(self.pattern)
        return re.compile(
            "".join(re.escape(text) + (f"(?P<{name}>.*)" if name else "") for text, name, *_ in parts),
            re.DOTALL,
        )


def reason(pattern: str) -> Reason:
    """A reason; its pattern must stand in the call as it is, for the catalogue."""
    return Reason(pattern)


STATE_LEFT = reason("its state was left")
OPTED_OUT = reason("optout")
RELEASED = reason("release")
NO_RULE = reason("no rule sends it any more")
NO_ADDRESS = reason("no address for {via}")
NO_CONSENT = reason("no consent for {policy} via {via}")
NO_GRANT = reason("{benefit} has not been granted yet")
NO_BENEFIT = reason("{benefit} was not granted")
UNCLEAR = reason("a reply that may be an opt-out waits for a person")
UNASKED = reason("no rule listens for it")
SILENT = reason("silent for ever after optout")
NOT_KNOWN = reason("`{name}` is not known")
NO_TEXT = reason("the text cannot be made: {error}")
UNFIT = reason("the filter `{name}` was given `{value}`, not {wanted}")
DATE_OR_TIME = reason("a date or time")
TIME = reason("a time")
AMOUNT = reason("an amount")
IN_DOUBT = reason("of {sent} messages the gateway left {unknown} in doubt")
TEXT_CHANGED = reason("its text has changed since it was approved")
EDITED = reason("its text was written by {who}")
TOO_MANY = reason("the customer has had {number} messages within a day; somebody must look")
AT_ONCE = reason("one run let {number} of its messages go, more than {most}: {place}")
LINK_ANSWERS = reason("{link} answers {status}")
LINK_LEADS = reason("{link} leads to {host}")
LINK_DEAD = reason("{link} cannot be reached: {why}")
LATE = reason("too long after it was let go; it did not leave")
NO_CHANNEL = reason("homing.toml has no channel `{channel}`")
HALF_CHARACTER = reason("the message holds half a character and cannot be written")
NOT_TOLD = reason("the channel did not tell what became of each message")
NOT_REACHED = reason("the gateway could not be reached: {why}")
TOO_SLOW = reason("no connection within {seconds} seconds")
NOBODY_LISTENS = reason("Connection refused")
RESET = reason("Connection reset by peer")
TIMED_OUT = reason("Connection timed out")
NO_ROUTE = reason("No route to host")
NETWORK_AWAY = reason("Network is unreachable")
NAME_NOT_FOUND = reason("Name or service not known")
NAMES_FAIL = reason("Temporary failure in name resolution")
NO_ANSWER = reason("no answer came in time")
BROKEN_OFF = reason("the connection broke before there was an answer")
NO_HTTP = reason("the answer is no HTTP")
ANSWER_TOO_LONG = reason("the answer is too long")
UNREADABLE_ANSWER = reason("the answer (HTTP {status}) cannot be read")
NO_REFERENCE = reason("the answer holds no reference")
NOT_AMONG_RESULTS = reason("the answer does not name this message")
HTTP_STATUS = reason("HTTP {status}")
HTTP_SAID = reason("HTTP {status}: {said}")
SAID = reason("the gateway says: {said}")
NOT_CONFIRMED = reason("the service did not confirm that it has it")
NO_CODE = reason("no code at {places} in the answer; {said}")
NO_SMTP = reason("the answer is no SMTP")
SMTP_SAID = reason("SMTP {code}: {said}")
NO_SMPP = reason("the answer is no SMPP")
NO_NUMBER = reason("the address is no number that an SMSC takes")
TOO_MANY_PARTS = reason("the text takes more than {most} parts")
PARTLY = reason("of {parts} parts {taken} were taken, then: {because}")
NO_EMAIL = reason("the address is none that mail servers take")
NO_TOKEN = reason("there is no token: {why}")
NOT_IN_HEADER = reason("the header `{name}` would hold a line break")
LOST = reason("nobody recorded what became of it")
LEFT = reason("it left at {at}, says the journal of what was sent; the database had not heard of it")
NOT_NOTED = reason("what is sent cannot be noted; it did not leave")
BY_COMMAND = reason("command")
IN_ROOM = reason("review room")
BY_REPLY = reason("reply")
BY_IMPORT = reason("import")
BY_ERASURE = reason("erased")
BY_GATEWAY = reason("the gateway says so")
UNREADABLE_BODY = reason("the body is neither JSON nor a form")
NO_LIST = reason("the body has no list where the table says")
NO_RECEIPT = reason("no receipt came")
NOT_DELIVERED = reason("the receipt says that it did not arrive")
NO_USER = reason("no userId")
NOT_THEIRS = reason("its source may not bring this")
UNDECLARED = reason("no rule declares this event")
NOT_READ = reason("{what}: cannot be read")
NOBODYS = reason("no customer has this address")
TRIED = reason("tried {attempts} times: {because}")
REFUSED = reason("refused by {who}")
APPROVED = reason("approved by {who}; the next run sends it, if nothing else keeps it")
GIVEN_UP = reason("{rule}; until then: {held}")
BOTH = reason("{first}; {second}")

_READABLE = (
    STATE_LEFT, OPTED_OUT, RELEASED, NO_RULE, NO_ADDRESS, NO_CONSENT, UNCLEAR, SILENT, NOT_KNOWN, NO_TEXT, UNFIT,
    DATE_OR_TIME, TIME, AMOUNT, IN_DOUBT, TOO_MANY, AT_ONCE, LINK_ANSWERS, LINK_LEADS, LINK_DEAD,
    TEXT_CHANGED, EDITED, LATE,
    NOBODY_LISTENS, RESET, TIMED_OUT, NO_ROUTE, NETWORK_AWAY, NAME_NOT_FOUND, NAMES_FAIL,
    NO_CHANNEL, HALF_CHARACTER, NOT_TOLD, NOT_REACHED, TOO_SLOW, NO_ANSWER, BROKEN_OFF, NO_HTTP,
    ANSWER_TOO_LONG, UNREADABLE_ANSWER, NO_REFERENCE, NOT_AMONG_RESULTS, NO_CODE, HTTP_SAID, HTTP_STATUS, SAID,
    NOT_IN_HEADER, NO_SMTP, SMTP_SAID, NO_EMAIL, NO_TOKEN, NO_SMPP, NO_NUMBER, TOO_MANY_PARTS, PARTLY,
    NOT_CONFIRMED, NO_GRANT, NO_BENEFIT, LOST, LEFT, NOT_NOTED, NO_RECEIPT, NOT_DELIVERED, UNREADABLE_BODY, NO_LIST,
    BY_COMMAND, IN_ROOM, BY_REPLY, BY_IMPORT, BY_ERASURE, BY_GATEWAY, TRIED, REFUSED, APPROVED, GIVEN_UP,
    NO_USER, NOT_THEIRS, UNDECLARED, NOT_READ,
)  # fmt: skip


@lru_cache(maxsize=1_024)  # what waits says the same few over and over
def read_back(text: str) -> str:
    """A stored reason as the phrase that it was; the words of a rule, or of a gateway, as they are."""
    for known in _READABLE:
        found = known.read(text)
        if found is not None:
            return found
    both = BOTH.read(text)
    return (
        both if both is not None and any(isinstance(part, Phrase) for part in both.values.values()) else text
    )
