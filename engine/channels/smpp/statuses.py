"""What a command_status proves. Only what the specification, or the table, says of it; any other proves nothing.

An SMSC that answers a submit_sm with one of these has not taken it. What says something of us (not let in, the sender)
is no fault of the message's and may be tried again once it is mended; what says something of the recipient or the
text is for good.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from engine.channels.protocol import Accepted, NotSent, Outcome, Rejected, Unknown
from engine.channels.smpp.pdus import Pdu, read_text
from engine.reasons import SAID

Verdict = Literal["not_sent", "slower", "alone", "rejected", "opted_out"]
"""Not taken; because there is too much at once; for now, and for this message alone; for good; and no more ever."""

OK, INVALID_LENGTH, INVALID_COMMAND, QUEUE_FULL, THROTTLED = 0x00, 0x02, 0x03, 0x14, 0x58

_NAMES: Mapping[int, str] = {
    OK: "ESME_ROK", 0x01: "ESME_RINVMSGLEN", INVALID_LENGTH: "ESME_RINVCMDLEN", INVALID_COMMAND: "ESME_RINVCMDID",
    0x04: "ESME_RINVBNDSTS", 0x05: "ESME_RALYBND", 0x06: "ESME_RINVPRTFLG", 0x07: "ESME_RINVREGDLVFLG",
    0x08: "ESME_RSYSERR", 0x0A: "ESME_RINVSRCADR", 0x0B: "ESME_RINVDSTADR", 0x0C: "ESME_RINVMSGID",
    0x0D: "ESME_RBINDFAIL", 0x0E: "ESME_RINVPASWD", 0x0F: "ESME_RINVSYSID", QUEUE_FULL: "ESME_RMSGQFUL",
    0x15: "ESME_RINVSERTYP", 0x43: "ESME_RINVESMCLASS", 0x45: "ESME_RSUBMITFAIL", 0x48: "ESME_RINVSRCTON",
    0x49: "ESME_RINVSRCNPI", 0x50: "ESME_RINVDSTTON", 0x51: "ESME_RINVDSTNPI", 0x53: "ESME_RINVSYSTYP",
    THROTTLED: "ESME_RTHROTTLED", 0x61: "ESME_RINVSCHED", 0x62: "ESME_RINVEXPIRY", 0x64: "ESME_RX_T_APPN",
    0x65: "ESME_RX_P_APPN", 0x66: "ESME_RX_R_APPN", 0xC0: "ESME_RINVOPTPARSTREAM", 0xC1: "ESME_ROPTPARNOTALLWD",
    0xC2: "ESME_RINVPARLEN", 0xC3: "ESME_RMISSINGOPTPARAM", 0xC4: "ESME_RINVOPTPARAMVAL",
    0xFE: "ESME_RDELIVERYFAILURE", 0xFF: "ESME_RUNKNOWNERR",
}  # fmt: skip

_OF_US = (
    INVALID_LENGTH, INVALID_COMMAND, 0x04, 0x05, 0x06, 0x07, 0x0A, 0x0D, 0x0E, 0x0F, 0x15, 0x43, 0x48, 0x49, 0x53,
    0x61, 0x62, 0xC0, 0xC1, 0xC2, 0xC3, 0xC4,
)  # fmt: skip
_OF_MESSAGE = (0x01, 0x0B, 0x50, 0x51)
_SUBMIT_FAILED = 0x45

USUAL: Mapping[int, Verdict] = {
    **dict.fromkeys(_OF_US, "not_sent"),
    **dict.fromkeys(_OF_MESSAGE, "rejected"),
    **dict.fromkeys((QUEUE_FULL, THROTTLED), "slower"),
    _SUBMIT_FAILED: "alone",
}
"""By the specification. A system error (ESME_RSYSERR) is not among them: it does not say what had happened by then."""

_PAUSE = 60_000  # milliseconds; what is wrong with us is not mended sooner


_MEANING: Mapping[Verdict, Callable[[str], Outcome]] = {
    "not_sent": lambda because: NotSent(because, _PAUSE),
    "slower": lambda because: NotSent(because, slower=True),
    "alone": lambda because: NotSent(because, alone=True),
    "rejected": Rejected,
    "opted_out": lambda because: Rejected(because, opted_out=True),
}


def judged(answer: Pdu, verdicts: Mapping[int, Verdict]) -> Outcome:
    """What the answer to a submit_sm means, by the verdicts of a table."""
    if answer.status == OK:
        return Accepted(read_text(answer.body) or None)
    verdict = verdicts.get(answer.status)
    because = told(answer.status)
    return Unknown(because) if verdict is None else _MEANING[verdict](because)


def not_taken(status: int) -> NotSent:
    """What an answer proves that refuses us: no message can go, and it is no message's fault."""
    if USUAL.get(status) == "slower":
        return NotSent(told(status), slower=True)
    return NotSent(told(status), _PAUSE)


def told(status: int) -> str:
    """That the SMSC says this, as a reason."""
    return SAID(said=name_of(status))


def name_of(status: int) -> str:
    """A status by its name, where it has one, and its number."""
    return f"{_NAMES[status]} (0x{status:X})" if status in _NAMES else f"0x{status:X}"
