"""Every kind of finding: its slug, how bad it is, what it finds in one line. Knows not how anything is found.

A diagnostic can have no other slug (mypy sees to that), and each has its page in docs/diagnostics.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dsl.wording import Phrase, say

Severity = Literal["error", "warning", "info"]

Slug = Literal[
    "syntax",
    "unknown-name",
    "duplicate-name",
    "type-mismatch",
    "missing-policy",
    "missing-channel",
    "unknown-variable",
    "instant-loop",
    "forbidden-text",
    "required-text",
    "unreachable-state",
    "no-way-out",
    "never-true",
    "shadowed-transition",
    "window-never-opens",
    "cap-too-tight",
    "task-without-outcome",
    "task-without-deadline",
    "unused",
    "no-expectation",
    "no-calendar",
    "unknown-year",
    "missing-address",
    "placeholder",
    "bad-link",
    "no-limit",
    "always-true",
    "sms-length",
    "pressure-words",
    "blaming-words",
    "over-promise",
    "no-next-step",
]


@dataclass(frozen=True, slots=True)
class Kind:
    """What is said of all findings with one slug; `severity` is the gravest that one of them may have."""

    severity: Severity
    finds: Phrase


SLUGS: Mapping[Slug, Kind] = {
    "syntax": Kind("error", say("a line that cannot be read; it says what is expected there")),
    "unknown-name": Kind("error", say("a name that nobody declares; the nearest one is suggested")),
    "duplicate-name": Kind(
        "error", say("a name given twice (an error), or one that hides another (a warning)")
    ),
    "type-mismatch": Kind(
        "error", say("a text where a number belongs, `<` on a time, a unit that does not fit")
    ),
    "missing-policy": Kind("error", say("a message that is sent under no policy")),
    "missing-channel": Kind(
        "error",
        say("a message without a text for a channel of `via`, or a channel that the project does not have"),
    ),
    "unknown-variable": Kind("error", say("a name in `{{ … }}` that nobody declares")),
    "instant-loop": Kind("error", say("states that lead to each other with nothing in between")),
    "forbidden-text": Kind("warning", say("words in a message that its policy forbids")),
    "required-text": Kind("warning", say("an sms without the words that its policy requires")),
    "unreachable-state": Kind("warning", say("a state that nothing leads to")),
    "no-way-out": Kind("warning", say("a state that nothing leads out of")),
    "never-true": Kind("warning", say("a condition that no customer can meet")),
    "shadowed-transition": Kind(
        "warning", say("a transition that is never taken since another one always comes first")
    ),
    "window-never-opens": Kind("warning", say("a time for sending at which the policy lets nothing go")),
    "cap-too-tight": Kind("warning", say("messages planned closer to each other than their policy allows")),
    "task-without-outcome": Kind("warning", say("a task that nobody can finish")),
    "task-without-deadline": Kind("warning", say("a task without `due`")),
    "unused": Kind("warning", say("an audience, value, message, benefit or policy that nothing uses")),
    "no-expectation": Kind("warning", say("a scenario that expects nothing, and so shows nothing")),
    "no-calendar": Kind(
        "warning", say("a policy that speaks of holidays where no calendar says which days are")
    ),
    "unknown-year": Kind("warning", say("a year whose public holidays are not announced yet")),
    "missing-address": Kind(
        "warning", say("a channel for which customers have no attribute with the address")
    ),
    "placeholder": Kind(
        "warning", say("what seems to stand for a value in a text, and reaches the customer as it is written")
    ),
    "bad-link": Kind(
        "warning",
        say("a link that is misspelt or not protected; with `check --links`, one that leads nowhere"),
    ),
    "no-limit": Kind("info", say("a policy that lets messages go at night, a benefit without a quota")),
    "always-true": Kind("warning", say("a condition that every customer meets")),
    "sms-length": Kind("info", say("an sms that takes more than one segment, and how many")),
    "pressure-words": Kind("info", say("words that press: last chances, clearances, exclamation marks")),
    "blaming-words": Kind("info", say("words that blame the customer for staying away")),
    "over-promise": Kind("info", say("promises that nobody can keep or check: 100%, the best, big gifts")),
    "no-next-step": Kind("info", say("a message that does not say what the customer can do now")),
}
"""In the order in which they are listed: the gravest first."""
