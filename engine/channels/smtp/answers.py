"""What a server's reply proves. A reply that refuses proves that nothing was taken, also one to the dot at the end.

What says something of us (not let in, the sender, the order of commands) is no fault of the message's, and may be
tried again once it is mended; what says something of the recipient or the mail is for good.
"""

import re
from dataclasses import replace
from typing import NamedTuple

from engine.channels.protocol import NotSent, Rejected
from engine.reasons import NO_SMTP, SMTP_SAID

_LONGEST_REASON = 200  # characters of what a server says

_BUSY = frozenset({421, 454})
"""Leave me alone for a moment: too many connections, or (SES and its like) too many mails."""
_BUSY_PAUSE = 10_000  # milliseconds

_GREY = frozenset({450, 451})
"""Come again in some minutes: greylisting, a full or locked mailbox."""
_GREY_PAUSE = 300_000  # milliseconds; greylists usually let through what comes again after five minutes
_PAUSE = 60_000  # milliseconds

_OF_US = frozenset({500, 502, 503, 504, 521, 523, 530, 534, 535, 538})
"""Commands it does not know, or does not take before something else; who we are does not please it."""

_QUEUED = re.compile(
    r"queued as <?(?P<id>[^\s<>]+?)>?\.?$|^(?:2\.\d\.\d )?OK:? <?(?P<ok>[^\s<>]{8,})>?$", re.IGNORECASE
)


class Reply(NamedTuple):
    """What a server says to one command."""

    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


def judged(reply: Reply, said: str) -> NotSent | Rejected:
    """What a reply that refuses a recipient or a mail proves. `said`: its text, fit to be stored."""
    if reply.code < 500 or reply.code in _OF_US:
        return not_taken(reply, said)
    return Rejected(_because(reply, said))


def of_recipient(reply: Reply, said: str) -> NotSent | Rejected:
    """The same of one recipient, whose trouble, such as a full mailbox, is not the server's."""
    refused = judged(reply, said)
    its_own = isinstance(refused, NotSent) and not refused.slower and 400 <= reply.code < 500
    return replace(refused, alone=True) if its_own and isinstance(refused, NotSent) else refused


def not_taken(reply: Reply, said: str) -> NotSent:
    """What a reply proves that refuses us, or whoever writes: no mail can go, and it is no mail's fault."""
    if reply.code < 400:
        return NotSent(NO_SMTP())
    if reply.code in _BUSY:
        return NotSent(_because(reply, said), _BUSY_PAUSE, slower=True)
    return NotSent(_because(reply, said), _GREY_PAUSE if reply.code in _GREY else _PAUSE)


def queue_id(reply: Reply) -> str | None:
    """The server's own name for a mail that it took, where it tells one in a way that many do."""
    found = _QUEUED.search(reply.text)
    return (found["id"] or found["ok"]) if found else None


def _because(reply: Reply, said: str) -> str:
    return SMTP_SAID(code=reply.code, said=said[:_LONGEST_REASON])
